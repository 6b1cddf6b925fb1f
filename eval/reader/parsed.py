"""Paragraphs with the sentences that may yield made questions, parsed by spaCy."""

from __future__ import annotations

import importlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.reader.rows import joined, read, sentence_spans

SPEECH = (
    "say argue claim state write note suggest believe explain conclude announce warn add insist "
    "tell think contend assert maintain propose acknowledge admit confirm report observe declare "
    "remark stress emphasise emphasize predict estimate complain describe call"
).split()
ROLES = (
    "minister president chairman chairwoman chairperson chair director secretary spokesman "
    "spokeswoman spokesperson leader governor mayor chief commissioner ambassador senator "
    "chancellor commander captain coach manager ceo editor founder co-founder principal dean "
    "professor bishop archbishop king queen emperor general head treasurer speaker premier "
    "attorney executive officer coordinator conductor curator deputy representative judge justice"
).split()
RANKS = "superintendent inspector constable sergeant lieutenant corps sir lord".split()
ACTIONS = (
    "attack criticize criticise arrest defeat kill beat accuse sue support invade praise succeed "
    "replace hire appoint elect oppose condemn challenge capture execute assassinate murder shoot "
    "besiege bomb conquer overthrow depose dismiss fire sack ban blame endorse denounce betray "
    "support "
    "help rescue kidnap imprison inspire influence teach acquire buy purchase "
    "persuade commission nominate crown expel exile pursue ambush threaten "
    "reject recognize recognise defend assist aid advise admire name select choose invite "
    "outlaw occupy annex raid destroy"
).split()


_TORN = re.compile(
    r"\b(?:[A-Z]|Mr|Mrs|Ms|Dr|St|Jr|Sr|Gen|Col|Lt|Sen|Rep|Gov|No|vs|Prof|Rev|Sgt|Capt|Adm|Hon)\.\s*$"
)
"""Ends of what only looks like a sentence, because of an initial or a title."""


def _forms(words: list[str]) -> str:
    stems = "|".join(re.escape(word.removesuffix("e")) for word in words)
    irregular = "said|wrote|written|told|thought|beat|shot|bought|taught|chose|chosen|overthrew"
    return rf"(?:(?:{stems})(?:e?[sd]|ned|ting|ing)?|{irregular})"


_WORTH = re.compile(
    rf"[a-zA-Z] {_forms(SPEECH)} (?:that|how|[\w ]+ as) |[,.][\"”]|[Aa]ccording to"
    rf"|[A-Z]\w+,? {_forms(SPEECH)}[ ,:]| told [A-Z]"
    rf"|\b(?i:{'|'.join(ROLES)}),? [A-Z]|[A-Z]\w+, [^,.]*\b(?:{'|'.join(ROLES)})\b|[A-Z]\w+, who "
    rf"|[A-Z].* {_forms(ACTIONS)} (?:by )?(?:the )?[A-Z]"
    r"|[A-Z].*\b(?:ha[sd]|have|won|lost|killed|employ\w*|includ\w*|contain\w*|owns|built|sold|"
    r"offers|operates|produced|received|scored|bought|sent|destroyed|captured|wrote|published) "
    r"(?:about |over |nearly |some |more than )?"
    r"(?:\d[\d,]*|two|three|four|five|six|seven|eight|nine|ten) [a-z]"
    r"|[A-Z]\w+, (?:aged )?\d\d[,.]|[A-Z]\w+,? (?:was|is) \d\d[,. ]|\d\d-year-old [\w -]*[A-Z]"
    r"|\bfrom (?:\w+ )?[$€£]?\d[^.;]* to (?:\w+ )?[$€£]?\d"
)


@dataclass
class Passage:
    """A paragraph of an article, and its parsed sentences."""

    source: str
    title: str
    text: str
    docs: list[tuple[int, Any]] = field(default_factory=list)
    """Where a sentence begins, and what spaCy reads in it."""
    asked: list[dict[str, Any]] = field(default_factory=list)
    """The questions that the source has on it."""


def held_out(article: str) -> bool:
    """Whether an article of Wikinews is kept for measuring, and so never made questions of."""
    return zlib.crc32(article.encode()) % 3 == 0


def passages(data: Path) -> Iterator[Passage]:
    """The paragraphs of every source; those of Wikinews are joined."""
    for source in ("squad_train", "selqa", "qamr_sample"):
        seen = set()
        for row in read(data / "reader" / f"{source}.jsonl.gz"):
            if row["context"] not in seen:
                seen.add(row["context"])
                yield Passage(source, row["title"], row["context"], asked=row["questions"])
    with (data / "wikinews.corpus.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if held_out(row["id"]):
                continue
            yield from (Passage("wikinews", row["title"], part) for part in joined(row["text"]))


def worth(text: str, start: int, end: int) -> bool:
    """Whether a sentence may yield a question."""
    sentence = text[start:end]
    torn = _TORN.search(text[max(0, start - 8) : start]) or _TORN.search(sentence)
    return end - start < 400 and not torn and bool(_WORTH.search(sentence))


def parse(found: list[Passage], model: str) -> None:
    """Parse the sentences that are worth it.

    Args:
        found: passages, which get their `docs`.
        model: the Python package of a spaCy model.
    """
    nlp = importlib.import_module(model).load()
    jobs = (
        (passage.text[start:end], (passage, start))
        for passage in found
        for start, end in sentence_spans(passage.text)
        if worth(passage.text, start, end)
    )
    for doc, (passage, start) in nlp.pipe(jobs, as_tuples=True, batch_size=256):
        passage.docs.append((start, doc))


@dataclass(frozen=True)
class Made:
    """A question of a passage, with the place of its answer or none."""

    kind: str
    question: str
    answer: tuple[int, int] | None = None


QUANTIFIERS = frozenset(
    "many some most several few one two three all both each other such no any".split()
)
VAGUE = frozenset(
    "thing way people person time year part one lot number kind fact case example reason point "
    "day man woman someone something anything everything nothing anyone everyone person bit sort "
    "type place work use order term result effect matter idea question word other none".split()
)
_QUOTES = "\"“”'‘’"


def chunk_of(doc: Any, token: Any) -> Any:
    """The noun phrase that a token heads, or none."""
    return next((chunk for chunk in doc.noun_chunks if chunk.root == token), None)


def named(doc: Any, token: Any) -> Any:
    """The noun phrase that a token heads, if it stands for somebody or something by name."""
    chunk = chunk_of(doc, token)
    if chunk is None or not any(t.pos_ == "PROPN" for t in chunk) or len(chunk) > 7:
        return None
    if chunk[0].lower_ in QUANTIFIERS or chunk[0].tag_ in ("PRP$", "WP", "WP$", "WDT", "CD"):
        return None
    if any((t.is_punct and t.text not in ("-", "–", ".", "&")) or t.tag_ == "PRP" for t in chunk):
        return None
    # "club" of "The A.V. Club", "May Nasser" of "On 26 May Nasser ..."
    before = doc[chunk.start - 1] if chunk.start else None
    if before is not None and (before.text in _QUOTES or before.like_num or before.text == "-"):
        return None
    if re.search(r"\b[A-Z]$", chunk.text) or any(t.like_num for t in chunk):
        return None
    if token.pos_ != "PROPN" and not token.ent_type_ and chunk[0].lower_ != "the":
        return None
    # "the Ministry of Defence"
    if chunk.end < len(doc) and doc[chunk.end].lower_ == "of":
        more = next((c for c in doc.noun_chunks if c.start == chunk.end + 1), None)
        if more is not None and more.root.pos_ == "PROPN" and len(more) <= 4:
            return doc[chunk.start : more.end]
    return chunk


def tidy(doc: Any, first: int, last: int) -> tuple[int, int] | None:
    """Characters of some tokens, without marks at their ends; none if a quotation is torn."""
    while first <= last and (doc[first].is_punct or doc[first].text in _QUOTES):
        first += 1
    while first <= last and (doc[last].is_punct or doc[last].text in _QUOTES):
        last -= 1
    if first > last:
        return None
    start, end = doc[first].idx, doc[last].idx + len(doc[last])
    text = doc.text[start:end]
    # A quotation that ends before the last word: what follows is somebody else's.
    if doc.text[:start].rstrip()[-1:] in ('"', "“") and re.search('["”]', text):
        return None
    whole = text.count('"') % 2 == 0 and text.count("“") == text.count("”")
    if not whole or text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        return None
    return start, end


def whole(doc: Any, token: Any, without: tuple[str, ...] = ()) -> tuple[int, int] | None:
    """First and last token of what hangs on a token; none if it is in pieces."""
    places = [t.i for t in token.subtree]
    first, last = places[0], places[-1]
    if len(places) != last - first + 1:
        return None
    while first < last and doc[first].lower_ in without:
        first += 1
    return first, last


def persons(doc: Any) -> list[Any]:
    """Names of people, without what cannot belong to one."""
    return [
        entity
        for entity in doc.ents
        if entity.label_ == "PERSON"
        and all(
            t.text[0].isupper() or t.lower_ in ("de", "van", "von", "al", "bin") for t in entity
        )
        and not any(t.is_digit or t.lower_ in (*ROLES, *RANKS) for t in entity)
        and not re.search(
            r"\b[A-Z]\.?$|['\"“”’]", entity.text.removesuffix("'s").removesuffix("’s")
        )
    ]


def plain(text: str) -> str:
    """A phrase as a question has it: without a possessive, article or quotation mark."""
    text = re.sub(r"['’]s?$", "", text.strip(_QUOTES))
    return re.sub(r"^(?:an?) ", "", " ".join(text.split()), flags=re.I)


def words(text: str) -> set[str]:
    """Words of a text in lower case, those of four letters or more cut to their first six."""
    return {w[:6] for w in re.findall(r"\w{3,}", text.lower()) if w not in ("the", "and", "for")}
