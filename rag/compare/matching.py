"""Whether two statements give the value of one thing, and whether one outlet stands behind both."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

from index.duplicates import relation
from index.versions import url_key
from rag.compare.statements import MEASURES, Amount, Statement, common_stems, published, told_days
from rag.records import Candidate
from rag.request.question import Question
from rag.text.dates import Mention
from rag.text.names import missing, name_words
from rag.text.words import STOPWORDS, fold, stem, words

EVENT = dt.timedelta(days=31)
"""How far apart reports of one event's count may be."""
FRESH = dt.timedelta(days=4)
"""How old the news of a story is at most, when it is of the day."""
FARTHEST = 30
"""Times that one of two figures of the same thing may be the other: police and organisers count
a crowd ten times apart, a ticket and a tunnel differ a millionfold."""
CUMULATIVE = frozenset("kill injur displac miss arrest infect evacu fled".split())
"""Stems of what only grows while an event goes on."""
_EDGES = frozenset(("begin", "began", "start", "end"))
"""Stems that tell one side of an event from another: when it began is not when it was."""
_ASKING = frozenset(
    "how mani long far day date year month week time amount latest recent current final"
    " take took part".split()
)
"""Stems of words that ask, and say nothing of the subject."""
_RANK = re.compile(r"\b(?:first|second|third|fourth)[\s-]\w+")
"""What a sentence ranks: "first quarter", "second round"."""
UNSURE = re.compile(r"\b(?:could|may|might|[Ii]f|whether)\b")
_FORMER = re.compile(
    r"\b(?:initial(?:ly)?|early|earlier|first|original(?:ly)?|previous(?:ly)?|used to|before)\b",
    re.IGNORECASE,
)


class Matter:
    """What a question wants the value of, and what the articles at hand are about."""

    def __init__(self, question: Question, candidates: Iterable[Candidate]) -> None:
        text = " ".join(re.findall(r"[^.?!]*\?", question.text)) or question.text
        dated = " ".join(question.text[day.start : day.end] for day in question.days)
        self.question = question
        self.names = {stem(name) for name in question.names}
        self.words = common_stems(text) - _ASKING - common_stems(dated) - self.names
        self.open = bool(UNSURE.search(text))
        """True where it asks for what may be."""
        self.former = bool(_FORMER.search(text))
        """True where it asks for the first or an earlier value."""
        texts: dict[str, set[str]] = {}
        for stored in (candidate.passage.stored for candidate in candidates):
            head = {stored.card.title, stored.card.publisher or ""}
            texts.setdefault(stored.card.article_id, head).add(stored.chunk.text)
        self._words = {article: words("\n".join(texts[article])) for article in texts}
        self._stems = {article: common_stems("\n".join(texts[article])) for article in texts}

    def covers(self, candidate: Candidate) -> bool:
        """True where an article has two in three of the question's names and half its words."""
        article = candidate.passage.stored.card.article_id
        lacking = missing(self.question.names, self._words[article])
        covered = len(self.words & self._stems[article]) >= len(self.words) / 2
        return covered and len(lacking) <= len(self.question.names) // 3

    def has_same_words(self, statement: Statement, other: Statement) -> bool:
        """True where two articles have the same of the question's words: then they tell of one."""
        texts = [self._words[said.article] for said in (statement, other)]
        asked = set(words(self.question.text)) - STOPWORDS
        first, second = ({stem(word) for word in asked if word in text} for text in texts)
        return first == second

    def timely(self, candidate: Candidate) -> bool:
        """True where the question has no day of its own, or the article is of that day."""
        day = published(candidate)
        own = Mention(0, 0, day, day, day.weekday() if day else None)
        return not self.question.days or any(own.overlaps(asked) for asked in self.question.days)

    def answers(self, statement: Statement) -> bool:
        """True where a value that the reader points at may be the one that is asked for."""
        sure = self.open or not UNSURE.search(statement.clause)
        return sure and statement.per not in ("part", "said") and self.covers(statement.candidate)

    def same_thing(self, statement: Statement, other: Statement, *, renewed: bool = False) -> bool:
        """True where two statements give the value of the same thing.

        They share a word of the question; where one outlet gives both figures, or the other
        is said to be renewed, any word beside what is counted will do.
        """
        if (statement.kind, statement.per) != (other.kind, other.per):
            return False
        if not self._equally(statement, other):
            return False
        first, second = (set(_RANK.findall(said.candidate.text)) for said in (statement, other))
        if first and second and first.isdisjoint(second):
            return False
        elsewhere = len(missing(statement.places, other.places)) == len(statement.places)
        if statement.places and other.places and elsewhere:
            return False
        shared = statement.said & other.said
        asked = shared & self.words
        a, b = statement.value, other.value
        if isinstance(a, Amount) and isinstance(b, Amount):
            less, more = sorted((a.value, b.value))
            if a.unit != b.unit or more > FARTHEST * max(less, Decimal(1)):
                return False
            if statement.noun and other.noun and statement.noun.isdisjoint(other.noun):
                return False
            content = shared - ((statement.noun | other.noun | MEASURES) - CUMULATIVE) - self.names
            if one_source(statement.candidate, other.candidate) and not content & CUMULATIVE:
                texts = [common_stems(said.candidate.text) for said in (statement, other)]
                is_alike = self.words & texts[0] == self.words & texts[1]
                return bool(content) and (renewed or is_alike)
            if renewed:
                return bool(content)
            return bool((content & self.words).difference(map(stem, name_words(statement.clause))))
        if (statement.said ^ other.said) & _EDGES - self.words:
            return False
        only_one = (statement.said ^ other.said) & self.words
        return len(asked) > len(only_one) and not _own_news(statement, other)

    def _equally(self, statement: Statement, other: Statement) -> bool:
        """True where what one clause says of the question the other's article says too."""
        return all(
            self.words & (first.said - first.noun - second.said) <= self._stems[second.article]
            for first, second in ((statement, other), (other, statement))
        )


def _own_news(statement: Statement, other: Statement) -> bool:
    """True where each story tells the news of its own day, and the days are apart."""
    days = [(said.value, published(said.candidate)) for said in (statement, other)]
    fresh = [day.last and written and abs(written - day.last) <= FRESH
             for day, written in days if isinstance(day, Mention)]  # fmt: skip
    before, after = (written for _, written in days)
    return all(fresh) and bool(before and after and abs(after - before) > FRESH)


def of_one_time(candidate: Candidate, other: Candidate) -> bool:
    """False where both sentences name days, and none of one can be a day of the other."""
    first, second = (told_days(one.text, published(one)) for one in (candidate, other))
    known = [x.overlaps(y) for x in first for y in second if x.first and y.first]
    return any(known) or not known


def contrary(statement: Statement, other: Statement) -> bool:
    """True where not both values can be true of one time."""
    a, b = statement.value, other.value
    before, after = published(statement.candidate), published(other.candidate)
    if isinstance(a, Amount) and isinstance(b, Amount):
        known = [x.overlaps(y) for x in statement.days for y in other.days if x.first and y.first]
        apart = before and after and abs(after - before) > EVENT
        return not (a.allows(b) or apart) and all(known)
    if isinstance(a, Mention) and isinstance(b, Mention) and a.first and b.first:
        return not a.overlaps(b)
    return False


def are_one(statement: Statement, other: Statement) -> bool | None:
    """Whether two values can be one and the same; None where they are of different things."""
    a, b = statement.value, other.value
    nouns = statement.noun, other.noun
    if statement.per != other.per or (all(nouns) and nouns[0].isdisjoint(nouns[1])):
        return None
    if isinstance(a, Amount) and isinstance(b, Amount):
        return a.means(b) if a.unit == b.unit else None
    return a.overlaps(b) if isinstance(a, Mention) and isinstance(b, Mention) else None


def rivals(candidate: Candidate, other: Candidate) -> bool:
    """True for articles that claim one address, and for one text with other facts."""
    a, b = candidate.passage.stored.card, other.passage.stored.card
    key = url_key(a.url)
    claimed = key is not None and key == url_key(b.url)
    return a.origin != b.origin and (
        claimed or relation(candidate.passage.text, other.passage.text) == "differ"
    )


def one_source(candidate: Candidate, other: Candidate) -> bool:
    """True for sentences of one story or its copies, and of one outlet.

    Two of which one may give itself out for the other are not of one source, whatever
    outlet they name.
    """
    a, b = candidate.passage.stored.card, other.passage.stored.card
    named = bool(a.publisher) and a.publisher == b.publisher
    return a.origin == b.origin or (named and not rivals(candidate, other))


def vouched(candidate: Candidate, other: Candidate) -> bool:
    """True where one outlet stands behind both: by name or by host, and neither gainsays it."""
    a, b = candidate.passage.stored.card, other.passage.stored.card
    hosts = [(url_key(card.url) or "").partition("/")[0] for card in (a, b)]
    named = [fold(card.publisher or "") for card in (a, b)]
    known = [pair for pair in (hosts, named) if all(pair)]
    return bool(known) and all(x == y for x, y in known) and not rivals(candidate, other)
