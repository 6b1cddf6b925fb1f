"""Training examples for the reader, made of public question sets.

An example is a question, a headline and a window of whole sentences, with the place of the
answer in the window or none. Windows have the size of the chunks that Byline searches. The
unanswerable examples are of three kinds: questions that people wrote to look answered
(SQuAD 2.0: Rajpurkar, Jia and Liang, 2018), answerable questions with another window of
their paragraph, and with the most similar paragraph of the same article.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rag.reader.extractive import asked

SHORTEST, LONGEST = 280, 540
"""Characters of a window: drawn evenly between them."""

MIX = {
    "answered": 0.24,
    "unanswerable": 0.155,
    "elsewhere": 0.09,
    "exchanged": 0.04,
    "queries": 0.035,
    "sentences": 0.01,
    "roles": 0.04,
    "made": 0.06,
    "news": 0.33,
}
"""Share of each kind of example; what is not at hand leaves its share to the others."""
ELSEWHERE = 0.35
"""Share of the questions on news that an article answers which get another passage."""
OTHERS = 0.45
"""Share of such passages that are of an article which says nothing of what is asked about."""
TRIED = 200
"""Passages of other articles of which the likest is taken."""
JOINED = 700
"""Characters of a passage that a story's paragraphs are joined to, at most where they are short."""
NEWS = Path(__file__).with_name("news.jsonl")
"""Questions on news as a reporter types them, in other words than the articles'. Each names an
article of Wikinews or of `STORIES`, the offset of the sentence that it is near to, and the span
that answers or null: offsets in the article's text with single spaces. Byline's authors wrote
them; no words of Wikinews stand there."""
STORIES = Path(__file__).with_name("stories.jsonl")
"""Invented stories, by Byline's authors, to ask about."""

UNTITLED = 0.2
"""Share of the examples whose headline is left out. QAMR's sentences have none and always an
answer: a reader that saw no others without a headline finds an answer in each."""

_SENTENCE = re.compile(r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“‘(\[]?[A-Z0-9])")
_WORD = re.compile(r"\w+")
_NAME = re.compile(
    r"(?<=[\w,] )[A-Z][\w’'-]+(?: (?:of |the |de |van |von )?[A-Z][\w’'-]+)*|\b(?:1[0-9]|20)\d\d\b"
)
"""A name inside a sentence, or a year."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question with a window, and where in the window the answer stands."""

    question: str
    headline: str
    window: str
    answer: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its whole paragraph."""

    question: str
    paragraph: int
    answer: tuple[int, int] | None
    typed: str = ""
    """The question with its capitals, where it names something that can be exchanged."""


class Paragraphs:
    """All paragraphs, their sentences, and how rare each word is."""

    def __init__(self) -> None:
        self.titles: list[str] = []
        self.texts: list[str] = []
        self.sentences: list[list[tuple[int, int]]] = []
        self._by_title: dict[str, list[int]] = {}
        self._in: Counter[str] = Counter()
        self._words: dict[int, frozenset[str]] = {}

    def add(self, title: str, text: str) -> int:
        """Keep a paragraph; its number."""
        number = len(self.texts)
        self.titles.append(" ".join(title.replace("_", " ").split()))
        self.texts.append(text)
        self.sentences.append(list(sentence_spans(text)))
        self._by_title.setdefault(self.titles[-1], []).append(number)
        self._in.update(frozenset(_WORD.findall(text.lower())))
        return number

    def of_one_title(self, number: int) -> list[int]:
        """The paragraphs with the title of one."""
        return self._by_title[self.titles[number]]

    def words(self, number: int) -> frozenset[str]:
        """The different words of a paragraph."""
        if number not in self._words:
            self._words[number] = frozenset(_WORD.findall(self.texts[number].lower()))
        return self._words[number]

    def weight(self, word: str) -> float:
        """How much a word tells: the logarithm of how rare it is."""
        return math.log((1 + len(self.texts)) / (1 + self._in[word]))

    def overlap(self, question: str, words: frozenset[str]) -> float:
        """The weight of the question's words that stand among others."""
        return sum(self.weight(w) for w in set(_WORD.findall(question.lower())) if w in words)

    def nearest(self, question: str, number: int) -> float:
        """The weight of the question's words in that sentence of a paragraph which has most."""
        text = self.texts[number]
        parts = (text[start:end].lower() for start, end in self.sentences[number])
        return max(self.overlap(question, frozenset(_WORD.findall(part))) for part in parts)


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Rough sentences, with nothing but white space left out."""
    start = 0
    for gap in _SENTENCE.finditer(text):
        end = gap.start() + len(gap.group().rstrip())
        yield start, end
        start = gap.end()
    if start < len(text):
        yield start, len(text)


def window(
    sentences: Sequence[tuple[int, int]], first: int, last: int, rng: random.Random
) -> tuple[int, int]:
    """Whole sentences around some that must be in, as many as fit a drawn length."""
    room = rng.randint(SHORTEST, LONGEST)
    while True:
        ways = [way for way in (-1, 1) if 0 <= (first if way < 0 else last) + way < len(sentences)]
        rng.shuffle(ways)
        for way in ways:
            low, high = (first - 1, last) if way < 0 else (first, last + 1)
            if sentences[high][1] - sentences[low][0] <= room:
                first, last = low, high
                break
        else:
            return sentences[first][0], sentences[last][1]


class Rows:
    """Every source, read once, drawn from again and again."""

    def __init__(
        self, folder: Path, made: Sequence[Path] = (), wikinews: Path | None = None
    ) -> None:
        self.paragraphs = Paragraphs()
        self.items: dict[str, list[Item]] = {kind: [] for kind in MIX}
        for row in read(folder / "squad_train.jsonl.gz"):
            self._take(row, "answered", "unanswerable")
        for row in read(folder / "qed_train.jsonl.gz"):
            self._take(row, "queries", "unanswerable")
        for row in read(folder / "selqa.jsonl.gz"):
            self._take(row, "sentences", "unanswerable")
        for row in read(folder / "qamr_sample.jsonl.gz"):
            self._take(row, "roles", "unanswerable")
        self.items["elsewhere"] = self.items["answered"]
        for path in made:
            for row in read(path):
                self._take(row, "made", "made")
        self._first_of_news = len(self.paragraphs.texts)
        for row in news([STORIES, *([wikinews] if wikinews else [])]):
            self._take(row, "news", "news")

    def _take(self, row: Mapping[str, Any], answered: str, unanswerable: str) -> None:
        number = self.paragraphs.add(row["title"], row["context"])
        for question in row["questions"]:
            spans = [(start, start + len(text)) for start, text in question["answers"] if text]
            if question["answers"] and not spans:
                continue
            best = spans[0] if spans else None
            kind = answered if spans else unanswerable
            typed = question["question"]
            item = Item(asked(typed), number, best, typed)
            self.items[kind].append(item)
            if kind == "answered" and _names_in_both(typed, row["context"]):
                self.items["exchanged"].append(item)

    def example(self, kind: str, item: Item, rng: random.Random) -> Example:
        """One example of an item, with a window drawn anew."""
        if kind == "elsewhere":
            return self._elsewhere(item, rng)
        if kind == "exchanged":
            return self._exchanged(item, rng)
        if kind == "news" and item.answer and rng.random() < ELSEWHERE:
            return self._elsewhere(item, rng)
        if item.answer is None:
            return self._nearest(item, item.paragraph, self.spans(item.paragraph), rng)
        spans = self.spans(item.paragraph)
        touched = [n for n, (a, b) in enumerate(spans) if a < item.answer[1] and b > item.answer[0]]
        start, end = window(spans, touched[0], touched[-1], rng)
        answer = (item.answer[0] - start, item.answer[1] - start)
        return self._example(item, item.paragraph, start, end, answer)

    def spans(self, paragraph: int) -> list[tuple[int, int]]:
        """The sentences of a paragraph."""
        return self.paragraphs.sentences[paragraph]

    def _elsewhere(self, item: Item, rng: random.Random) -> Example:
        """An answerable question with a window that does not hold its answer."""
        assert item.answer is not None
        text = self.paragraphs.texts[item.paragraph]
        words = text[item.answer[0] : item.answer[1]].lower()
        known = self.paragraphs
        tried = self._of_others(item, words, rng) if rng.random() < OTHERS else []
        if tried:
            best = max(tried, key=lambda number: known.nearest(item.question, number))
            return self._nearest(item, best, self.spans(best), rng)
        spans = self.spans(item.paragraph)
        held = [n for n, (a, b) in enumerate(spans) if words in text[a:b].lower()]
        sides = [spans[: held[0]], spans[held[0] + 1 :]] if len(held) == 1 else [[]]
        longest = max(sides, key=len)
        if sum(b - a for a, b in longest) > SHORTEST and rng.random() < 0.5:
            return self._nearest(item, item.paragraph, longest, rng)
        others = [
            number
            for number in self.paragraphs.of_one_title(item.paragraph)
            if number != item.paragraph and words not in self.paragraphs.texts[number].lower()
        ]
        if not others:
            return self.example("answered", item, rng)
        rng.shuffle(others)
        best = max(others[:40], key=lambda n: known.overlap(item.question, known.words(n)))
        return self._nearest(item, best, self.spans(best), rng)

    def _of_others(self, item: Item, answer: str, rng: random.Random) -> list[int]:
        """Passages of articles that lack the answer, and the rarest word asked about."""
        known = self.paragraphs
        own = frozenset().union(*map(known.words, known.of_one_title(item.paragraph)))
        asked_about = [word for word in _WORD.findall(item.question) if word in own]
        rarest = max(asked_about, key=known.weight, default="")
        first = self._first_of_news if item.paragraph >= self._first_of_news else 0
        tried = (rng.randrange(first, len(known.texts)) for _ in range(TRIED))
        return [
            number
            for number in tried
            if answer not in known.texts[number].lower()
            and not any(rarest in known.words(n) for n in known.of_one_title(number))
        ]

    def _exchanged(self, item: Item, rng: random.Random) -> Example:
        """A question with a name or a year of another sentence instead of its own."""
        assert item.answer is not None
        text = self.paragraphs.texts[item.paragraph]
        own = rng.choice(_names_in_both(item.typed, text))
        low, high = item.answer
        others = [
            match.group()
            for start, end in self.spans(item.paragraph)
            if not (start < high and end > low)
            for match in _NAME.finditer(text, start, end)
            if match.group()[0].isdigit() == own[0].isdigit()
        ]
        known = set(_WORD.findall(f"{item.typed} {text[low:high]}"))
        others = [name for name in others if known.isdisjoint(_WORD.findall(name))]
        if not others:
            return self.example("answered", item, rng)
        other = Item(asked(item.typed.replace(own, rng.choice(others))), item.paragraph, None)
        spans = self.spans(item.paragraph)
        touched = [n for n, (start, end) in enumerate(spans) if start < high and end > low]
        start, end = window(spans, touched[0], touched[-1], rng)
        return self._example(other, item.paragraph, start, end, None)

    def _nearest(
        self, item: Item, paragraph: int, spans: Sequence[tuple[int, int]], rng: random.Random
    ) -> Example:
        """The window around the sentence that shares most with the question."""
        text = self.paragraphs.texts[paragraph]
        scores = [
            self.paragraphs.overlap(item.question, frozenset(_WORD.findall(text[a:b].lower())))
            + rng.random()
            for a, b in spans
        ]
        best = max(range(len(spans)), key=scores.__getitem__)
        start, end = window(spans, best, best, rng)
        return self._example(item, paragraph, start, end, None)

    def _example(
        self, item: Item, paragraph: int, start: int, end: int, answer: tuple[int, int] | None
    ) -> Example:
        text = self.paragraphs.texts[paragraph][start:end]
        return Example(item.question, self.paragraphs.titles[paragraph], text, answer)

    def stream(self, seed: int, skip: int = 0) -> Iterator[Example]:
        """Examples without end, each kind in its share, each item once before any again.

        Args:
            seed: the same seed gives the same examples.
            skip: how many to pass over, to go on where a run stopped.
        """
        rng = random.Random(seed)
        kinds = [kind for kind in MIX if self.items[kind]]
        shares = [MIX[kind] for kind in kinds]
        order: dict[str, list[int]] = {}
        for drawn in range(1 << 62):
            kind = rng.choices(kinds, shares)[0]
            if not order.get(kind):
                order[kind] = list(range(len(self.items[kind])))
                rng.shuffle(order[kind])
            item = self.items[kind][order[kind].pop()]
            own = random.Random(rng.getrandbits(64))
            if drawn >= skip:
                example = self.example(kind, item, own)
                yield replace(example, headline="") if own.random() < UNTITLED else example


def _names_in_both(question: str, text: str) -> list[str]:
    """Names and years of a question that its paragraph has too."""
    return [match.group() for match in _NAME.finditer(question) if match.group() in text]


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a gzipped file, one JSON object a line."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def joined(text: str) -> list[str]:
    """The paragraphs of a story, short ones joined."""
    parts = [""]
    for paragraph in text.split("\n\n"):
        paragraph = " ".join(paragraph.split())
        if parts[-1] and len(parts[-1]) + len(paragraph) > JOINED:
            parts.append("")
        parts[-1] = f"{parts[-1]} {paragraph}".strip()
    return [part for part in parts if part]


def news(corpora: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The passages of the stories that `NEWS` asks about, and what it asks of each."""
    asked_of: dict[str, list[dict[str, Any]]] = {}
    for line in NEWS.read_text("utf-8").splitlines():
        row = json.loads(line)
        asked_of.setdefault(row["article"], []).append(row)
    for line in (line for path in corpora for line in path.open(encoding="utf-8")):
        story, start = json.loads(line), 0
        for passage in joined(story["text"]) if story["id"] in asked_of else ():
            end = start + len(passage)
            questions = []
            for row in asked_of[story["id"]]:
                if start <= row["near"] < end:
                    spans = [[at - start for at in row["answer"]]] if row["answer"] else []
                    answers = [[low, passage[low:high]] for low, high in spans]
                    questions.append({"question": row["question"], "answers": answers})
            yield {"title": story["title"], "context": passage, "questions": questions}
            start = end + 1
