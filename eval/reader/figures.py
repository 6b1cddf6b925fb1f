"""Questions on figures: of two the one that is asked for, and figures that are not there."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from eval.reader.parsed import VAGUE, Made, Passage, chunk_of, named, persons, plain

_MOVES = (
    "rise",
    "increase",
    "fall",
    "drop",
    "grow",
    "decline",
    "decrease",
    "jump",
    "climb",
    "shrink",
    "expand",
    "go",
    "improve",
    "surge",
    "plunge",
    "reduce",
    "raise",
    "cut",
    "lower",
)
_FIGURE = r"(?:[$€£] ?)?\d[\d,.]*\d|\d"
_UNIT = (
    r"(?:\s?(?:%|percent|per cent|million|billion|trillion|thousand|people|metres|meters|km|"
    r"kilometres|miles|feet|years|tonnes|tons)\b)*"
)
_ABOUT = "(?:(?:about|around|just|nearly|some|over|approximately|only|more than|almost|roughly) )?"
_WHEN = r"(?: (?:in|during|by) (?:the )?(?:\w+ )?\d{4}s?)?"
_FROM_TO = re.compile(
    rf"\bfrom (?P<old>{_ABOUT}(?:{_FIGURE}){_UNIT})(?P<then>{_WHEN}),?"
    rf" to (?P<new>{_ABOUT}(?:{_FIGURE}){_UNIT})(?P<now>{_WHEN})"
)
_YEAR = re.compile(r"\b(?:1[0-9]\d\d|20[012]\d)\b")
_NUMBER = re.compile(r"\b\d{1,3}(?:,\d{3})*\b")


def questions(
    passage: Passage, people: list[str], places: list[str], rng: random.Random
) -> Iterator[Made]:
    """Questions on the figures of a passage, and on figures that it does not give.

    Args:
        passage: the passage.
        people: names of people in the passage.
        places: names of places in the passage.
        rng: chooses the forms.
    """
    yield from _two(passage, rng)
    yield from _counted(passage, rng)
    yield from _ages(passage, rng)
    yield from _other_year(passage, rng)
    if len(re.findall(r"\d+", passage.text)) >= 2:
        yield from _lacking(passage, people, places, rng)


def _two(passage: Passage, rng: random.Random) -> Iterator[Made]:
    """An older and a newer figure of the same: "rose from 12 to 17"."""
    for start, doc in passage.docs:
        # Only the first: the next ones belong to other subjects of the same verb.
        for match in islice(_FROM_TO.finditer(doc.text), 1):
            token = next((t for t in doc if t.idx >= match.start()), None)
            verb = token and next(
                (
                    t
                    for t in (token.head, token.head.head)
                    if t.lemma_ in _MOVES and t.pos_ == "VERB"
                ),
                None,
            )
            if verb is None or any(_YEAR.fullmatch(match[figure]) for figure in ("old", "new")):
                continue
            if verb.lemma_ == "go" and verb.tag_ == "VBG":
                continue
            subject = next((c for c in verb.children if c.dep_ in ("nsubj", "nsubjpass")), None)
            if (
                subject is None
                or subject.pos_ == "PRON"
                or any(c.dep_ == "dobj" for c in verb.children)
            ):
                continue
            chunk = doc[subject.left_edge.i : subject.right_edge.i + 1]
            if (
                len(chunk) > 9
                or any(t.is_punct and t.text not in "-'" for t in chunk)
                or (
                    chunk[0].tag_ in ("PRP$", "DT")
                    and chunk[0].lower_ in ("this", "these", "its", "their", "his", "her")
                )
            ):
                continue
            thing = plain(chunk.text)
            lemma, past = verb.lemma_, verb.text if verb.tag_ == "VBD" else ""
            old, new = ((start + match.start(g), start + match.end(g)) for g in ("old", "new"))
            before = [
                "what did {t} {l} from",
                "what was {t} before",
                "what was {t} originally",
                "{t} before",
                "what was the earlier figure for {t}",
                "what did {t} use to be",
                "how high was {t} at first",
            ]
            after = [
                "what did {t} {l} to",
                "what is {t} now",
                "to what did {t} {l}",
                "what was {t} afterwards",
                "latest figure for {t}",
                "what is the newer figure for {t}",
                "current {t}",
            ]
            if lemma not in ("go",) and past:
                before.append(
                    "from what level had {t} "
                    + ("risen" if lemma == "rise" else past if past.endswith("ed") else "moved")
                )
            if match["then"]:
                before += ["what was {t}" + match["then"]] * 6
            if match["now"]:
                after += ["what was {t}" + match["now"]] * 6
            yield Made("figure-two", rng.choice(before).format(t=thing, l=lemma), old)
            yield Made("figure-two", rng.choice(after).format(t=thing, l=lemma), new)
            years = _YEAR.findall(passage.text)
            if years:
                near = rng.choice(
                    [
                        str(int(years[0]) + d)
                        for d in (-7, -4, -3, 3, 6, 9, -12)
                        if str(int(years[0]) + d) not in passage.text
                    ]
                    or ["1066"]
                )
                yield Made("figure-two", f"what was {thing} in {near}")


def _counted(passage: Passage, rng: random.Random) -> Iterator[Made]:
    """How many schools has X, of "X has 12 schools"; how many things that have no figure."""
    for start, doc in passage.docs:
        for number in doc:
            if (
                number.dep_ != "nummod"
                or number.tag_ != "CD"
                or number.head.tag_ != "NNS"
                or _YEAR.fullmatch(number.text)
            ):
                continue
            head = number.head
            if head.lemma_.lower() in VAGUE - {
                "person",
                "man",
                "woman",
                "child",
            } or head.ent_type_ in ("DATE", "TIME", "MONEY", "QUANTITY", "PERCENT"):
                continue
            if _MEASURE.search(head.lower_):
                continue
            verb = head.head
            if (
                head.dep_ not in ("dobj",)
                or verb.pos_ != "VERB"
                or any(c.dep_ in ("neg",) or c.tag_ == "MD" for c in verb.children)
            ):
                continue
            if any(c.dep_ == "prt" for c in verb.children) or verb.lemma_ in (
                "sit",
                "run",
                "use",
                "make",
            ):
                continue
            subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
            who = subject and not list(subject.conjuncts) and named(doc, subject)
            chunk = chunk_of(doc, head)
            if (
                not who
                or chunk is None
                or chunk[0].lower_ in ("these", "those", "all", "his", "her")
                or number.i > head.i
                or verb.tag_ not in ("VBD", "VBZ", "VBP")
            ):
                continue
            if (
                any(t.is_punct and t.text != "-" for t in chunk)
                or sum(t.tag_ == "CD" for t in chunk) > 2
            ):
                continue
            first = min(t.i for t in chunk if t.tag_ == "CD")
            last = max(t.i for t in chunk if t.tag_ == "CD")
            noun = doc[last + 1 : chunk.end].text
            if re.search("-$|fifths|thirds|quarters", noun) or doc[chunk.end :].text[:1] == "-":
                continue
            place = (start + doc[first].idx, start + doc[last].idx + len(doc[last]))
            aux = "did" if verb.tag_ == "VBD" else "does" if verb.tag_ == "VBZ" else "do"
            name = plain(who.text)
            forms = (
                "how many {n} {a} {w} {v}",
                "number of {n} {w} {v}",
                "how many {n} did {w} {v}",
                "what number of {n} {a} {w} {v}",
            )
            form = rng.choice(forms)
            yield Made("figure-count", form.format(n=noun, a=aux, w=name, v=verb.lemma_), place)
            fit = sorted(n for n in _uncounted(passage) if n[:5] not in noun)
            if fit:
                yield Made(
                    "figure-count", form.format(n=rng.choice(fit), a=aux, w=name, v=verb.lemma_)
                )


_AGE = re.compile(
    r", (?:aged )?(?P<a>\d{1,2})(?:, |\.$)(?!\d)"
    r"|,? (?:who )?(?:was|is) (?P<b>\d{1,2}(?: years old)?)(?=\.$|, (?!\d)| when)"
)
_YEARS_OLD = re.compile(r"\b(\d{1,2})-year-old (?:[a-z-]+ ){0,3}$")
_HOW_OLD = (
    "how old is {n}",
    "how old was {n}",
    "what age is {n}",
    "age of {n}",
    "{n} age",
    "what is {n}'s age",
)


_MEASURE = re.compile(
    "percent|per cent|%|illion|time|year|day|month|hour|mile|kilomet|feet|acre|degree|point|dollar"
    "|pound|euro|centur|decade|thousand|hundred"
)
_COUNT = (
    r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|pair)"
    r"\s(?:\w+\s){0,3}"
)


def _uncounted(passage: Passage) -> set[str]:
    """Plurals of a passage that have no figure anywhere in it."""
    text = passage.text.lower()
    return {
        token.lower_
        for _, doc in passage.docs
        for token in doc
        if token.tag_ == "NNS"
        and token.is_alpha
        and token.lemma_.lower() not in VAGUE
        and not any(child.tag_ == "CD" for child in token.subtree)
        and not _MEASURE.search(token.lower_)
        and not re.search(_COUNT + re.escape(token.lower_), text)
    }


def _ages(passage: Passage, rng: random.Random) -> Iterator[Made]:
    for start, doc in passage.docs:
        for person in persons(doc):
            place = _age(doc, person)
            if place:
                low, high = place
                yield Made(
                    "figure-age",
                    rng.choice(_HOW_OLD).format(n=person.text),
                    (start + low, start + high),
                )


def _age(doc: Any, person: Any) -> tuple[int, int] | None:
    """Where a sentence gives a person's age: "45-year-old Y", "Y, 45,", "Y was 45."."""
    if before := _YEARS_OLD.search(doc.text[: person.start_char]):
        return before.span(1)
    match = _AGE.match(doc.text, person.end_char)
    if match and match["a"]:
        return match.span("a")
    return match.span("b") if match and person.start == 0 else None


def _other_year(passage: Passage, rng: random.Random) -> Iterator[Made]:
    """People's own question with another year or number than the passage has."""
    for question in passage.asked:
        text = question["question"]
        if not question["answers"] or passage.source != "squad_train":
            continue
        years = _YEAR.findall(text)
        if len(years) == 1 and not re.search(
            r"\b(?:since|after|before|by|between|until|prior)\b", text
        ):
            year = years[0]
            if any(year in a for _, a in question["answers"]) or year not in passage.text:
                continue
            new = str(
                int(year)
                + rng.choice((-30, -11, -10, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 9, 12, 20))
            )
            lacks = new not in passage.text and f"{new[:3]}0s" not in passage.text
            if lacks and int(new) < 2021 and rng.random() < 0.6:
                yield Made("figure-year", text.replace(year, new))


def _lacking(
    passage: Passage, people: list[str], places: list[str], rng: random.Random
) -> Iterator[Made]:
    """A figure of a kind that the passage does not have, of somebody or something that it names."""
    text = passage.text
    ways = []
    if people and not re.search(
        r"\bage|\byears? old|year-old|\bborn\b|birth|\bdied\b|\(\d{4}|\bat \d\d\b|, \d\d,|young",
        text,
    ):
        ways.append(rng.choice(_HOW_OLD).format(n=rng.choice(people)))
    if places and not re.search(
        r"popula|inhabit|resident|people|census|citizen|home to|person", text
    ):
        ways.append(
            rng.choice(
                (
                    "what is the population of {p}",
                    "how many people live in {p}",
                    "population of {p}",
                    "how many inhabitants does {p} have",
                )
            ).format(p=rng.choice(places))
        )
    if (
        not re.search(r"kill|die[sd]?\b|dead|death|casualt|fatal|victim|lives|perish|surviv", text)
        and places
        and re.search(r"\bwar\b|attack|battle|earthquake|storm|fire\b|crash|flood|explo", text)
    ):
        ways.append(
            rng.choice(
                (
                    "how many people died in {p}",
                    "how many people were killed in {p}",
                    "death toll in {p}",
                    "how many were injured in {p}",
                )
            ).format(p=rng.choice(places))
        )
    if people and not re.search(
        r"[$€£¥]|dollar|pound|euro|cost|price|paid|pay|salar|worth|million|billion|income|earn|money",
        text,
    ):
        ways.append(
            rng.choice(
                (
                    "how much did {n} earn",
                    "how much money did {n} make",
                    "how much was {n} paid",
                    "{n} net worth",
                    "how much did {n} pay",
                )
            ).format(n=rng.choice(people))
        )
    if places and not re.search(
        r"\bkm|mile|metre|meter|acre|hectare|feet|\bft\b|square|area of", text
    ):
        ways.append(
            rng.choice(
                (
                    "how large is {p}",
                    "how many square kilometres is {p}",
                    "what is the area of {p}",
                    "how far away is {p}",
                )
            ).format(p=rng.choice(places))
        )
    if people and not re.search(r"tall|height|feet|cm\b|metre|inch", text) and rng.random() < 0.3:
        ways.append(
            rng.choice(("how tall is {n}", "what is {n}'s height")).format(n=rng.choice(people))
        )
    if people and not re.search(
        r"year|month|week|day|hour|decade|from \d|between|until|since|\d{4}[–-]", text
    ):
        ways.append(
            rng.choice(
                (
                    "how long did {n} stay",
                    "for how long was {n} in office",
                    "how long did {n} serve",
                    "how many years did {n} live there",
                )
            ).format(n=rng.choice(people))
        )
    if ways and rng.random() < 0.25:
        yield Made("figure-lacking", rng.choice(ways))
