"""Whether a passage has the names that a sentence names, in whatever form."""

from __future__ import annotations

import re

from rag.text.names import (
    CALENDAR,
    NAME,
    begins_sentence,
    demonym,
    expansions,
    missing,
    split_name,
    without_opener,
)
from rag.text.word_classes import SAYING
from rag.text.words import WORD, fold, is_acronym, words

_SUBJECT = re.compile(rf"[’']s\b|\s+(?:{SAYING})\b")
"""What behind the single word that opens a sentence makes a name of it."""


def missing_names(sentence: str, passage: str) -> list[str]:
    """The folded name words of a sentence that the passage does not have in any form.

    Another spelling counts, the people for their country ("Iranian", Iran), and an
    acronym for its expansion or the other way round. "US" is no "us".
    """
    bare = CALENDAR.sub(lambda match: "0" * len(match[0]), sentence)
    present = {part for word in words(passage) for part in (word, *word.split("'"))}
    capitals = set(words(" ".join(word for word in WORD.findall(passage) if word[0].isupper())))
    wanted = dict.fromkeys(
        fold(written).removesuffix("'s")
        for name in _named(bare)
        for written in WORD.findall(name)
        if split_name(written)
        and fold(written).removesuffix("'s") not in (capitals if is_acronym(written) else present)
    )
    if not wanted:
        return []
    meant = expansions(bare)
    spelt = {word for initials in capitals & meant.keys() for word in meant[initials]}
    spelt |= expansions(passage).keys()
    absent = [word for word in wanted if word not in spelt and missing([word], present - {word})]
    return [word for word in absent if not any(demonym(word, other) for other in present)]


def _named(text: str) -> list[str]:
    """The names of a text, but for a single first word that is not the subject of a statement."""
    found = []
    for match in NAME.finditer(text):
        name = match.group()
        if begins_sentence(text, match.start()):
            single = " " not in name and not is_acronym(name)
            name = "" if single and not _SUBJECT.match(text, match.end()) else without_opener(name)
        found.append(name)
    return found
