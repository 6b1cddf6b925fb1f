"""The register of an archive: what was found in each article is kept in a file beside it.

The file is derived. What it lacks, or has of another state of an article, is looked for again when
names are asked for, so that after an ingest only the new articles cost anything.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

from index.errors import UnknownArticle
from index.protocols import View
from index.records import Card
from rag.names.register import Register, register
from rag.names.tagger import SpacyTagger, Tag, Tagger

FILE = "names.json"
SAVED_EVERY = 200
"""Articles after which what was found is saved."""
LANGUAGES = ("", "en")
"""Those of the articles in which names are looked for; the model reads English."""

Found = tuple[str, Sequence[Tag]]
"""The hash of an article's content, and its names."""


def register_of(
    view: View,
    folder: Path,
    tagger: Tagger | None = None,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> Register:
    """The people, organisations and places of an archive.

    Args:
        view: the archive; a store that is open, for this may take minutes.
        folder: where its file of names is; `index.locations.local_folder` tells.
        tagger: what finds names; by default spaCy's small English model.
        progress: is told how many of how many articles have been read.

    Raises:
        ModelError: the model is missing or altered.
    """
    tagger = tagger or SpacyTagger()
    digests = dict(view.content_hashes().values())
    cards = [card for card in view.articles() if card.language in LANGUAGES]
    known = _read(folder / FILE, tagger.version)
    found = {
        card.article_id: known[card.article_id]
        for card in cards
        if card.article_id in known and known[card.article_id][0] == digests.get(card.article_id)
    }
    lacking = [card for card in cards if card.article_id not in found]
    for done, (card, tags) in enumerate(_tagged(view, lacking, tagger), 1):
        found[card.article_id] = digests.get(card.article_id, ""), tags
        progress(done, len(lacking))
        if done % SAVED_EVERY == 0:
            _write(folder / FILE, tagger.version, found)
    if lacking or found.keys() != known.keys():
        _write(folder / FILE, tagger.version, found)
    here = [card for card in cards if card.article_id in found]
    return register(here, {article_id: tags for article_id, (_, tags) in found.items()})


def _tagged(
    view: View, cards: Sequence[Card], tagger: Tagger
) -> Iterator[tuple[Card, Sequence[Tag]]]:
    """The articles with the names in their texts, without those that went meanwhile."""
    there: list[Card] = []

    def texts() -> Iterator[str]:
        for card in cards:
            with contextlib.suppress(UnknownArticle):
                text = view.article(card.article_id).text
                there.append(card)
                yield text

    for at, tags in enumerate(tagger.tags(texts()) if cards else ()):
        yield there[at], tags


def _read(path: Path, version: str) -> dict[str, Found]:
    """For the id of each article in the file what was found; nothing if it is of no use."""
    try:
        content = json.loads(path.read_text("utf-8"))
        if content["version"] != version:
            return {}
        return {
            article_id: (digest, [Tag(*values) for values in tags])
            for article_id, (digest, tags) in content["articles"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write(path: Path, version: str, found: Mapping[str, Found]) -> None:
    """Write the file whole, or leave the old one; without it names are looked for again."""
    articles = {
        article_id: (digest, [astuple(tag) for tag in tags])
        for article_id, (digest, tags) in found.items()
    }
    temporary = path.with_name(f"{FILE}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(json.dumps({"version": version, "articles": articles}), "utf-8")
        temporary.replace(path)
    with contextlib.suppress(OSError):
        temporary.unlink(missing_ok=True)
