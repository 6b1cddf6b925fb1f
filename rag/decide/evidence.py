"""From the passages found to the sentences that answer, or to why there is none.

The reader (`rag.reader`) points at the likeliest answer in each sentence of the passages. Its
score, that of the search, and whether the exact check finds the question's own suppositions in
the passage, calibrated together (Platt, 1999), are the probability that the sentence answers.
Sentences that lack what the question demands fall out, a figure that a later article replaces
gives way to the newer one, and the best that is left decides whether there is an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import exp, inf, log

from index.protocols import View
from index.records import Card, Span, StoredChunk
from rag.compare.conflicts import Disagreement, disagreements, sentence_key, superseded
from rag.compare.matching import vouched
from rag.decide.demands import Demands, full_names, unnamed
from rag.decide.refusal import on_topic
from rag.quote import NEARLY_AS_GOOD, quotation, quotations, tells_whose, understandable
from rag.reader.reading import Calibration, Reader, Reading
from rag.records import Candidate, Draft, Passage
from rag.request.asking import is_prose, only_asks, stating
from rag.request.casing import cased
from rag.request.periods import Period
from rag.request.question import Question
from rag.request.timing import standing
from rag.retrieve import quoted_first
from rag.text.names import as_called
from rag.text.words import fold, words
from rag.verify.support import Support, faults

SUPPOSED = frozenset({"name", "number", "date", "negation"})
"""What a question supposes of a passage that would answer it, as the exact check calls it."""
AROUND = 4000
"""Characters of an article before and behind a passage that tell what it is about."""
READ_AGAIN = 6
"""Passages at most that the larger reader reads, which takes it six times as long for each."""
LESS_LIKELY = 2.0
"""Log odds that such a passage may be behind the likeliest one."""
BY_CHANCE = 10
"""Words that two articles do not have one after the other unless one has them of the other."""


def candidates(
    index: View, question: Question, passages: Sequence[Passage], reader: Reader
) -> list[Candidate]:
    """The sentences of the passages, the same words once, best first.

    What is no prose, only asks the question again or only tells whose words others are is none.
    """
    by = reader.calibration
    stated = [_stating(question, passage.stored) for passage in passages]
    read = _read(question, stated, reader)
    least = min((passage.score for passage in passages), default=0.0)
    # What is near to the question by asking it has not earned its place in the search.
    earned = [
        passage.score if said == passage.stored else least
        for passage, said in zip(passages, stated, strict=True)
    ]
    judged: list[list[tuple[Reading, float]]] = []
    for passage, near, readings in zip(passages, nearness(stated, earned), read, strict=True):
        supposed = unsaid(index, question, passage.stored)
        judged.append([(one, by.log_odds(one.score, near, supposed)) for one in readings])
    if reader.larger:
        judged = _read_again(question, stated, judged, reader.larger, by)
    found: dict[tuple[str, str], list[Candidate]] = {}
    for passage, scored in zip(passages, judged, strict=True):
        for reading, score in scored:
            text = passage.stored.chunk.part(reading.sentence)
            if only_asks(question, text) or not is_prose(text) or tells_whose(text):
                continue
            candidate = Candidate(passage, reading.sentence, text, reading.answer, score)
            candidate = replace(candidate, is_sure=candidate.probability >= by.short)
            found.setdefault(_words_at(passage.stored, reading.sentence), []).append(candidate)
    return sorted(map(_to_quote, found.values()), key=lambda candidate: -candidate.score)


def nearness(passages: Sequence[StoredChunk], scores: Sequence[float]) -> list[float]:
    """How near each passage is to the question, half of it by the nearest one of its article.

    What answers may have no word of the question, where the article has told before what it is of.
    """
    best: dict[str, float] = {}
    for stored, score in zip(passages, scores, strict=True):
        article = stored.card.article_id
        best[article] = max(score, best.get(article, score))
    return [
        (score + best[stored.card.article_id]) / 2
        for stored, score in zip(passages, scores, strict=True)
    ]


def _read_again(
    question: Question,
    stated: Sequence[StoredChunk],
    judged: Sequence[list[tuple[Reading, float]]],
    larger: Reader,
    by: Calibration,
) -> list[list[tuple[Reading, float]]]:
    """The readings of each passage with their log odds, the likeliest passages read again.

    What is not read again stays as far behind the likeliest as it was, and behind all that is.
    """
    first = [_best(some) for some in judged]
    best = likeliest(first)
    found = list(judged)
    for at, readings in zip(best, _read(question, [stated[i] for i in best], larger), strict=True):
        before = {reading.sentence: odds for reading, odds in judged[at]}
        found[at] = [
            (one, by.log_odds_again(before[one.sentence], one.score))
            for one in readings
            if one.sentence in before
        ]
    after = [_best(found[at]) for at in best]
    moved = max(after, default=0.0) - max(first, default=0.0)
    for at in set(range(len(found))).difference(best):
        found[at] = [(one, min(odds + moved, *after)) for one, odds in found[at]]
    return found


def _best(readings: Sequence[tuple[Reading, float]]) -> float:
    return max((odds for _, odds in readings), default=-inf)


def likeliest(odds: Sequence[float]) -> list[int]:
    """Which passages are read again, best first, by the log odds of the best sentence of each."""
    order = sorted(range(len(odds)), key=lambda at: -odds[at])[:READ_AGAIN]
    return [at for at in order if odds[at] >= odds[order[0]] - LESS_LIKELY]


def _read(
    question: Question, passages: Sequence[StoredChunk], reader: Reader
) -> list[list[Reading]]:
    """The readings of each passage, of the question with its names as the passage has them."""
    articles: dict[str, str] = {}
    for stored in passages:
        article = articles.setdefault(stored.card.article_id, stored.card.title)
        articles[stored.card.article_id] = f"{article}\n{stored.chunk.text}"
    asked: dict[str, list[int]] = {}
    for at, stored in enumerate(passages):
        whole = articles[stored.card.article_id]
        text = as_called(question.text, stored.chunk.text, whole)
        asked.setdefault(text, []).append(at)
    found: dict[int, list[Reading]] = {}
    for text, places in asked.items():
        found |= zip(places, reader.read(text, [passages[at] for at in places]), strict=True)
    return [found[at] for at in range(len(passages))]


def _stating(question: Question, stored: StoredChunk) -> StoredChunk:
    """A passage without what only asks the question, which a reader would believe."""
    title = "" if only_asks(question, stored.card.title) else stored.card.title
    chunk = replace(stored.chunk, text=stating(question, stored.chunk.text))
    return replace(stored, chunk=chunk, card=replace(stored.card, title=title))


def _words_at(stored: StoredChunk, sentence: Span) -> tuple[str, str]:
    """A sentence's words, after as many of those before it as no two articles share by chance.

    Where the passage has too few, only copies of one story are taken to share them.
    """
    start = sentence.start
    for span in reversed([before for before in stored.chunk.sentences if before.start < start]):
        if len(words(stored.chunk.part(Span(start, sentence.end)))) >= BY_CHANCE:
            break
        start = span.start
    said = fold(stored.chunk.part(Span(start, sentence.end)))
    return said, "" if len(words(said)) >= BY_CHANCE else stored.card.origin


def _to_quote(same: Sequence[Candidate]) -> Candidate:
    """Of candidates with the same words, that of the article to quote, as likely as the best."""
    card = quoted_first([candidate.passage.stored.card for candidate in same])
    chosen = next(candidate for candidate in same if candidate.passage.stored.card is card)
    best = max(same, key=lambda candidate: candidate.score)
    return replace(chosen, score=best.score, is_sure=best.is_sure)


def unsaid(index: View, question: Question, passage: StoredChunk) -> bool:
    """True where the question supposes what the article does not say around a passage.

    The question is held against it as if it were a statement of an answer: names, numbers, days
    and negations that it does not carry give away a question that only looks as if it were
    answered. A passage need not say again what the article has said before.
    """
    chunk = passage.chunk
    if not _lacks(question, chunk.text, passage.card):
        return False
    text = index.article(chunk.article_id).text
    if len(text) > 2 * AROUND:
        text = text[max(0, chunk.start - AROUND) : chunk.end + AROUND]
    return _lacks(question, text, passage.card)


@lru_cache(maxsize=64)
def _lacks(question: Question, text: str, card: Card) -> bool:
    found = faults(question.text, [Support.of(stating(question, text), card)])
    return any(fault.kind in SUPPOSED for fault in found)


# --- evidence ----------------------------------------------------------------------------------


OFF_TOPIC = 0.5
"""Probability from which a question is answered that the archive does not look to be about."""
CONSIDERED = 7
"""Sentences, best first, that may be quoted."""


@dataclass(slots=True)
class Chosen:
    """What a search brought: evidence best first, or what it lacks."""

    passages: Sequence[Passage]
    on_topic: bool = False
    drafts: list[Draft] = field(default_factory=list)
    """The evidence as quotations; empty where the question is declined."""
    lacking: list[str] = field(default_factory=list)
    """Words of the question that nothing near it carries."""
    conflicts: list[Disagreement] = field(default_factory=list)
    confidence: float = 0.0
    """Probability that the evidence answers, 0 to 1."""


def choose(
    index: View,
    question: Question,
    passages: Sequence[Passage],
    reader: Reader,
) -> Chosen:
    """Judge the sentences of the passages, best first, and decide whether they answer."""
    frequency, total = index.document_frequency(question.terms), index.chunk_count
    chosen = Chosen(passages, on_topic=on_topic(question, passages, frequency, total))
    ranked = candidates(index, question, passages, reader)
    fitting = _fitting(index, question, ranked, chosen)
    chosen.confidence = confidence(fitting)
    if fitting:
        chosen.lacking = []
    least = reader.calibration.threshold
    if not chosen.on_topic:
        least = max(least, OFF_TOPIC)
    if chosen.confidence >= least:
        chosen.drafts = quotations(question, fitting, log(least / (1 - least)))
        chosen.conflicts = disagreements(question, ranked, chosen.drafts)
    return chosen


def confidence(fitting: Sequence[Candidate]) -> float:
    """Probability that the evidence answers, 0 to 1."""
    return fitting[0].probability if fitting else 0.0


def is_worse(chosen: Chosen, other: Chosen) -> bool:
    """True where the evidence of one would have no place beside that of the other."""
    good, better = chosen.confidence, other.confidence
    return good * (1 - better) * exp(NEARLY_AS_GOOD) < better * (1 - good)


def _fitting(
    index: View,
    question: Question,
    ranked: Sequence[Candidate],
    chosen: Chosen,
) -> list[Candidate]:
    """The best sentences that carry what the question demands; what the first lack is noted.

    Where one that is known to be of the person asked about is about as good as the best, those
    of which nobody knows whose they are fall out.
    """
    found: list[Candidate] = []
    attributed: list[Candidate] = []
    demands, named = Demands(question), full_names(cased(index, question.text))
    for candidate in _current(question, ranked):
        draft = quotation(candidate.passage, understandable(question, candidate))
        article = index.article(candidate.passage.stored.card.article_id)
        whole = f"{article.title}\n{article.text}"
        lacking = demands.lacking(draft) or unnamed(named, whole)
        speaker = demands.speaker(draft, whole)
        if not lacking and speaker not in ("other", "none"):
            found.append(candidate)
            attributed += [candidate] if speaker == "theirs" else []
        elif not found:
            chosen.lacking = chosen.lacking or lacking
    if attributed and attributed[0].score >= found[0].score - NEARLY_AS_GOOD:
        return attributed
    return found


def _current(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The first few candidates, each that is out of date after what replaces it.

    It is left out where the same outlet gives the newer figure.
    """
    newer = {
        old: new
        for old, new in superseded(question, ranked).items()
        if not any(_too_late(period, new) for period in question.periods)
    }
    found: dict[tuple[str, int, int], Candidate] = {}
    for candidate in ranked[:CONSIDERED]:
        instead = newer.get(sentence_key(candidate))
        if instead is not None:
            if sentence_key(instead) not in newer:
                found.setdefault(sentence_key(instead), replace(instead, score=candidate.score))
            if vouched(candidate, instead):
                continue
        found.setdefault(sentence_key(candidate), candidate)
    return list(found.values())


def _too_late(period: Period, candidate: Candidate) -> bool:
    """True where a newer figure is from outside the time asked about, when the older one held."""
    published = candidate.passage.stored.card.published
    return standing(period, candidate.text, published) == "outside"
