"""Reported speech in parsed passages: who says what of what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eval.reader.parsed import SPEECH, VAGUE, Passage, named, persons, plain, tidy, whole

_SAYS = frozenset(SPEECH) - {"call", "describe"}
_NO_TOPIC = ("this", "that", "these", "those", "his", "her", "their", "its", "my", "our", "your")


@dataclass(frozen=True)
class Statement:
    """What somebody says in a sentence of a passage."""

    speaker: tuple[int, int]
    clause: tuple[int, int]
    verb: Any
    names: tuple[str, ...]
    topics: tuple[str, ...]
    sentence: tuple[int, int]
    described: str | None = None


def statements(passage: Passage) -> Iterator[Statement]:
    """All that is said in a passage by somebody who is named."""
    for start, doc in passage.docs:
        for verb in doc:
            if verb.lemma_ in ("describe", "characterize", "portray", "denounce", "regard"):
                found = _described(doc, verb)
            elif verb.pos_ == "VERB" and verb.lemma_ in _SAYS:
                found = _said(doc, verb)
            elif verb.lower_ == "according":
                found = _according(doc, verb)
            else:
                continue
            if found is None:
                continue
            speaker, clause, topics, described = found
            names = {plain(speaker.text)} | {
                plain(e.text)
                for e in persons(doc)
                if e.start >= speaker.start and e.end <= speaker.end
            }
            yield Statement(
                (start + speaker.start_char, start + speaker.end_char),
                (start + clause[0], start + clause[1]),
                verb,
                tuple(sorted(names)),
                tuple(topics),
                (start, start + len(doc.text)),
                described,
            )


def _subject(doc: Any, verb: Any) -> Any:
    if any(c.dep_ == "neg" or c.tag_ == "MD" for c in verb.children):
        return None
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    return subject and named(doc, subject)


def _said(doc: Any, verb: Any) -> Any:
    speaker = _subject(doc, verb)
    clause = next((c for c in verb.children if c.dep_ == "ccomp"), None)
    if speaker is None or clause is None or clause.pos_ not in ("VERB", "AUX"):
        return None
    if not any(c.dep_ in ("nsubj", "nsubjpass", "expl", "csubj") for c in clause.children):
        return None
    if any(
        (c.dep_ == "mark" and c.lower_ != "that") or c.tag_ in ("WRB", "WP")
        for c in clause.children
    ):
        return None
    finite = ("VBD", "VBZ", "VBP", "MD")
    if clause.tag_ not in finite and not any(
        c.dep_ in ("aux", "auxpass") and c.tag_ in finite for c in clause.children
    ):
        return None
    places = whole(doc, clause, ("that",))
    if places is None or not (places[0] > verb.i or places[1] < min(speaker.start, verb.i)):
        return None
    if places[1] + 1 < len(doc) and doc[places[1] + 1].pos_ in ("VERB", "AUX", "ADP", "ADJ", "ADV"):
        return None
    if doc[places[1]].tag_ == "VBG" and places[1] + 1 < len(doc):
        return None
    if places[1] < verb.i and any(
        t.text not in ',"”' for t in doc[places[1] + 1 : min(speaker.start, verb.i)]
    ):
        return None
    # What stands between the verb and a clause after it belongs to neither.
    if places[0] > verb.i and any(t.text in (";", ":") for t in doc[verb.i : places[0]]):
        return None
    return _checked(doc, speaker, places)


def _according(doc: Any, word: Any) -> Any:
    to = next((c for c in word.children if c.lower_ == "to"), None)
    source = to and next((c for c in to.children if c.dep_ == "pobj"), None)
    speaker = source and named(doc, source)
    if speaker is None:
        return None
    last = max(t.i for t in word.subtree)
    if word.i == 0 and last + 1 < len(doc) and doc[last + 1].text == ",":
        places = (last + 2, len(doc) - 1)
    elif last >= len(doc) - 2 and doc[word.i - 1].text == ",":
        places = (0, word.i - 2)
    else:
        return None
    return _checked(doc, speaker, places)


def _checked(doc: Any, speaker: Any, places: tuple[int, int]) -> Any:
    clause = tidy(doc, *places)
    if clause is None or not 12 <= clause[1] - clause[0] <= 220:
        return None
    part = doc[places[0] : places[1] + 1]
    if not any(t.pos_ in ("VERB", "AUX") for t in part):
        return None
    return speaker, clause, list(topics_of(doc, *places)), None


def _described(doc: Any, verb: Any) -> Any:
    speaker = _subject(doc, verb)
    thing = next((c for c in verb.children if c.dep_ in ("dobj", "obj")), None)
    way = next((c for c in verb.children if c.dep_ == "prep" and c.lower_ == "as"), None)
    if speaker is None or thing is None or way is None or way.i < thing.i:
        return None
    topic = _topic(doc, thing)
    places = whole(doc, way)
    clause = places and tidy(doc, places[0] + 1, places[1])
    if topic is None or clause is None or clause[1] - clause[0] > 150:
        return None
    return speaker, clause, [topic], topic


def topics_of(doc: Any, first: int, last: int) -> Iterator[str]:
    """What a stretch of a sentence is about: its subjects and objects that say something."""
    for chunk in doc.noun_chunks:
        if (
            first <= chunk.start
            and chunk.end - 1 <= last
            and chunk.root.dep_ in ("nsubj", "nsubjpass", "dobj", "pobj")
        ):
            topic = _topic(doc, chunk.root)
            # What hangs on a preposition is often an idiom ("on the horizon").
            if topic and chunk.root.dep_ == "pobj" and not re.search("[A-Z]", topic):
                continue
            if topic:
                yield topic


def _topic(doc: Any, head: Any) -> str | None:
    chunk = next((c for c in doc.noun_chunks if c.root == head), None)
    if chunk is None or head.lemma_.lower() in VAGUE or head.pos_ not in ("NOUN", "PROPN"):
        return None
    if head.ent_type_ in ("DATE", "TIME", "CARDINAL", "PERCENT", "MONEY", "ORDINAL", "QUANTITY"):
        return None
    if head.pos_ == "PROPN" and not head.text[0].isupper():
        return None
    full = doc[chunk.start : max(t.i for t in head.subtree) + 1]
    if not (
        len(full) <= 6
        and full[0] == chunk[0]
        and all(t.pos_ in ("DET", "ADJ", "NOUN", "PROPN", "ADP") or t.dep_ == "case" for t in full)
    ):
        full = chunk
    if (full.end < len(doc) and (doc[full.end].like_num or doc[full.end].text in "-–")) or (
        full.start and doc[full.start - 1].text in "-–"
    ):
        return None
    if len(full) > 6 or any(
        (t.is_punct and t.text != "-") or t.is_digit or t.tag_ in ("CD", "PRP", "PRP$")
        for t in full
    ):
        return None
    if (
        full[0].lower_ in _NO_TOPIC
        or full[0].tag_ in ("PDT", "JJR", "JJS")
        or full[-1].pos_ in ("ADP", "DET")
    ):
        return None
    text = plain(full.text)
    text = re.sub(
        r"^(?:some|any|many|no|such|more|most|all|other|another|every|each|several|both|few) ",
        "",
        text,
        flags=re.I,
    )
    if text.islower() and " " not in text and len(text) < 6:
        return None
    return text if len(text) > 3 and text.lower() not in VAGUE else None
