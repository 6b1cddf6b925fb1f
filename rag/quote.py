"""From chosen evidence to the draft of an answer.

A small model composes badly and chooses well, so the default draft is made of
quotations: the sentences that were chosen, with those around them that a reader
needs, under the name of their outlet and their date. `rag.verify.support` decides
whether a draft may be shown.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from math import inf, log
from urllib.parse import urlsplit

from index.records import UNTITLED, Card, Chunk, Span
from rag.records import Candidate, Draft, Passage
from rag.request.answer_types import TYPED, speaks_of_counted, typed
from rag.request.asking import is_prose, only_asks
from rag.request.question import Question
from rag.retrieve import says_more
from rag.text.dates import written
from rag.text.display import name, nested
from rag.text.names import begins_sentence, missing
from rag.text.speech import OPENS_ON_PRONOUN, closes, opened_at
from rag.text.word_classes import SAYING
from rag.text.words import fold, words
from rag.verify.negation import is_plain

SENTENCES = 3
"""Quotations in an answer at most."""
SENTENCES_BEFORE = 2
"""Sentences that may be added before one that cannot be understood by itself."""
SENTENCES_AFTER = 2
"""Sentences that may be added behind one that breaks a quotation off or is taken back."""
NEARLY_AS_GOOD = log(4)
"""A further sentence may be that many log odds worse than the best one."""
EVEN = 0.0
"""Log odds of what answers as likely as not."""
IN_SENTENCES = ("statement", "reason", "polarity")
"""Kinds of question that a few words do not answer."""
LONGEST_SHORT = 10
"""Words above which an answer is no short one."""
ALIKE = 0.6
"""Share of a sentence's words in one that was chosen already above which it adds nothing."""
_POSSESSIVE = re.compile(r"['’]s(?= |$)")
_CONTRAST = re.compile(r"[\"“]?(?:But|However|Yet|Nevertheless|Nonetheless)\b")
"""How a sentence begins that takes back what stands before it."""
_SPOKEN = re.compile(rf"[\"”,] (?:he|she) (?:{SAYING})\b|^(?:[\w.’'-]+ ){{1,4}}(?:{SAYING})\.")
""""“It was short,” he said": whose words they are stands before, as what "Ms. Dahl said." does."""
_TOLD_BY = re.compile(r"(?:That|This) (?:is|was|comes)(?: at least)? (?:what|how|according to)\b")
"""How a sentence begins that tells whose words the one before it are."""
_EARLIER = re.compile(r"\b(?:earlier|previous|original) (?:article|version|report|story)\b", re.I)
"""What is quoted from there has been put right behind it."""
_FILED = "(?:opinion|comment|commentary|editorial|op-ed|column|viewpoint|letters?)"
_OPINION = re.compile(rf"^\W*{_FILED}\s*[:|–—-]|\s[|–—-]\s*{_FILED}\W*$", re.IGNORECASE)
_OPINIONS = frozenset("opinion opinions commentisfree comment editorial editorials op-ed".split())
_HEDGE = re.compile(
    r"\b(?:about|around|nearly|almost|some|roughly|approximately|(?:more|less|fewer) than|at least"
    r"|at most|up to|as many as|over|under|only)\s+$",
    re.IGNORECASE,
)


def quotations(
    question: Question, ranked: Sequence[Candidate], answering: float = inf
) -> list[Draft]:
    """The best sentences as quotations, no two alike.

    The best comes first; where the newest state of things is asked for, the newest of those that
    are nearly as good. A further one has its place only if it is nearly as good too, and holds
    the kind of thing that is asked for. No origin and no value has a second place while another
    waits for its first; where values differ, each has one place, however often it is told. Where
    two articles say the same of another name or number, both are quoted.

    Args:
        question: the question, read.
        ranked: the sentences that may be quoted, best first.
        answering: log odds from which a sentence would answer by itself: the best of another
            origin has the second place then, however sure the first one is, if it answers as
            likely as not.
    """
    held = [candidate for candidate in ranked if _holds(question, candidate)]
    least = max((candidate.score for candidate in held or ranked), default=0.0) - NEARLY_AS_GOOD
    if question.prefers_newest:
        near = [candidate for candidate in held if candidate.score >= least]
        near.sort(key=_published, reverse=True)
        ranked = [*near, *(candidate for candidate in ranked if candidate not in near)]
    drafts: dict[int, Draft] = {}
    for is_first_turn in (True, False):
        for rank, candidate in enumerate(ranked):
            given = drafts.values()
            draft = _draft(question, candidate)
            origin = draft.passage.stored.card.origin
            has_place = any(other.passage.stored.card.origin == origin for other in given)
            values, every = _values(question, draft), [_values(question, other) for other in given]
            is_near = (
                candidate.score >= least
                or (candidate.score >= max(answering, EVEN) and not has_place and len(given) == 1)
                or any(_rivals(draft, other) for other in given)
            )
            repeats = bool(values) and values <= frozenset().union(*every)
            differ = bool(every) and not frozenset.intersection(*every)
            if (
                len(drafts) < SENTENCES
                and is_near
                and (not drafts or candidate in held)
                and not (is_first_turn and (has_place or repeats))
                and not (repeats and differ)
                and not any(_overlap(draft, other) for other in given)
            ):
                drafts[rank] = draft
    chosen = [drafts[rank] for rank in sorted(drafts)]
    if any(_answers_otherwise(question, c, chosen[0]) for c in ranked) or (
        question.is_present and any(_is_later(c, chosen[0], answering) for c in ranked)
    ):
        chosen[0] = replace(chosen[0], short="")  # it is one answer of several, or may hold no more
    return chosen


def _answers_otherwise(question: Question, candidate: Candidate, draft: Draft) -> bool:
    """True for a sentence that as likely as not answers in other words than a draft."""
    own = set(words(draft.short))
    if not own or candidate.score < EVEN:
        return False
    other = set(words(few_words(question, candidate)))
    return bool(other) and not (own <= other or other <= own)


def _is_later(candidate: Candidate, draft: Draft, answering: float) -> bool:
    """True for a sentence of a later story that would answer by itself."""
    card, quoted = candidate.passage.stored.card, draft.passage.stored.card
    after = card.published and quoted.published and card.published > quoted.published
    return candidate.score >= answering and card.origin != quoted.origin and bool(after)


def _draft(question: Question, candidate: Candidate) -> Draft:
    draft = quotation(candidate.passage, understandable(question, candidate))
    answer = candidate.passage.stored.chunk.part(candidate.answer)
    return replace(draft, short=short(question, candidate), answer=answer)


def _values(question: Question, draft: Draft) -> frozenset[str]:
    """What a quotation gives of the kind of thing asked for, folded, and the question does not.

    A single word that opens a sentence may be no name, so that it counts only by itself.
    """
    found = typed(question, draft.quote)
    sure = [one for one in found if not _only_opens(one.of(draft.quote), draft.quote, one.start)]
    given = {fold(span.of(draft.quote)) for span in sure or found}
    own = set(words(question.text))
    return frozenset(value for value in given if not own.issuperset(words(value)))


def _only_opens(value: str, text: str, start: int) -> bool:
    return value.isalpha() and begins_sentence(text, start)


def _holds(question: Question, candidate: Candidate) -> bool:
    """True where a candidate, as it is quoted, holds the kind of thing asked for."""
    quote = candidate.passage.stored.chunk.part(understandable(question, candidate))
    return question.asks not in TYPED or bool(typed(question, quote))


def _published(candidate: Candidate) -> dt.date:
    return candidate.passage.stored.card.published or dt.date.min


def short(question: Question, candidate: Candidate) -> str:
    """The words that answer, where the reader is sure and they are of the kind asked for; or ""."""
    return few_words(question, candidate) if candidate.is_sure else ""


def few_words(question: Question, candidate: Candidate) -> str:
    """The words that answer, if they are few and of the kind that is asked for; else ""."""
    text, start = candidate.text, candidate.span.start
    answer = Span(candidate.answer.start - start, candidate.answer.end - start)
    held = [s for s in typed(question, text) if s.start < answer.end and answer.start < s.end]
    fits = question.asks not in TYPED or bool(held)
    if question.asks in ("person", "place") and held:  # a name is given whole, and nothing of his
        whole = Span(min(answer.start, held[0].start), max(answer.end, held[-1].end))
        owns = _POSSESSIVE.search(text, answer.start, whole.end)
        answer = Span(whole.start, owns.start() if owns else whole.end)
    if question.asks in IN_SENTENCES or not fits or not speaks_of_counted(question, text):
        return ""
    asked = question.text
    if not is_plain(asked, text, answer.end) and is_plain(asked, asked):
        return ""
    hedge = _HEDGE.search(text[: answer.start]) if question.asks == "number" else None
    found = text[hedge.start() if hedge else answer.start : answer.end]
    return found if len(found.split()) <= LONGEST_SHORT else ""


def understandable(question: Question, candidate: Candidate) -> Span:
    """The candidate's sentence, with those around it that a reader needs.

    Those before are needed when they begin the quotation that it stands in, and tell whose it is,
    when it opens on a pronoun or a "the minister", when its words are "his", or when they hold a
    name of the question that it lacks itself; those behind when they end its quotation, tell whose
    words it has, take them back ("However, ...") or put right what an earlier article said.
    """
    chunk, span = candidate.passage.stored.chunk, candidate.span
    # A sentence with another name, before a statement, may be somebody else's.
    names = [word for word in question.names if not question.subject or word in question.subject]
    span = Span(enclosing(chunk, span).start, span.end)
    before = [sentence for sentence in chunk.sentences if sentence.start < span.start]
    near = [(one, chunk.part(one)) for one in before[: -1 - SENTENCES_BEFORE : -1]]
    for at, (sentence, text) in enumerate(near):
        if sentence.start >= span.start:
            continue
        quote = chunk.part(span)
        lacking = missing(names, words(quote))
        leans = OPENS_ON_PRONOUN.match(quote) or _SPOKEN.search(quote)
        brings = any(len(missing(lacking, words(far))) < len(lacking) for _, far in near[at:])
        if not (leans or brings) or only_asks(question, text) or not is_prose(text):
            break
        span = Span(enclosing(chunk, sentence).start, span.end)
    return followed(chunk, span, candidate.span, question)


def followed(chunk: Chunk, span: Span, last: Span, question: Question | None = None) -> Span:
    """A span that ends with a sentence, with those behind that a reader needs.

    Those are none that only ask the question again, where one was asked.
    """
    at = chunk.sentences.index(last)
    for sentence in chunk.sentences[at + 1 : at + 1 + SENTENCES_AFTER]:
        quote, behind = chunk.part(span), chunk.part(sentence)
        is_told = _CONTRAST.match(behind) or tells_whose(behind)
        is_wrong = span.end == last.end and _EARLIER.search(quote)
        if not (is_open(quote) or is_told or is_wrong) or (
            question and only_asks(question, behind)
        ):
            break
        span = Span(span.start, sentence.end)
    return span


def tells_whose(text: str) -> bool:
    """True for a sentence that only tells whose words the one before it are."""
    return bool(_TOLD_BY.match(text))


def enclosing(chunk: Chunk, span: Span) -> Span:
    """The sentence that opens the quotation in which another one stands; itself outside of any."""
    opened = opened_at(chunk.text[: span.start - chunk.start])
    if opened is None:
        return span
    return next(one for one in chunk.sentences if opened + chunk.start < one.end)


def is_open(text: str) -> bool:
    """True where a quotation is not closed at the end of a text."""
    return opened_at(text) is not None


def quotation(passage: Passage, span: Span) -> Draft:
    """A quotation under the name of its outlet and its date, as far as they are known.

    What it quotes itself gets the mark that stands before it or behind it in the article.
    """
    chunk = passage.stored.chunk
    source, text = source_line(passage.stored.card), chunk.part(span)
    if is_opinion(passage.stored.card):
        source = f"{source}, opinion"
    # Its quotation began in an earlier chunk: whose words they are stands there.
    lead = f"{source}, quoting" if closes(chunk.text[span.start - chunk.start :]) else source
    opening, closing = "‘’" if {"“", "”"} & set(text) else "''"
    words = f"{opening * closes(text)}{nested(text)}{closing * is_open(text)}"
    return Draft(words, passage, span, lead)


def source_line(card: Card) -> str:
    """Where an article is from, "Bay Gazette, 6 March 2025", or else what it is called."""
    return ", ".join(filter(None, source_of(card))) or name(card.called) or UNTITLED


def source_of(card: Card) -> tuple[str, str]:
    """Its outlet, else its site's address, and its date; "" for what is not known."""
    date = written(card.published) if card.published else ""
    return name(card.publisher) or name(_host(card.url or "")), date


def is_opinion(card: Card) -> bool:
    """True where an article's headline or address files it under the opinions."""
    try:
        folders = urlsplit(card.url or "").path.lower().split("/")
    except ValueError:
        folders = []
    return bool(_OPINION.search(card.title)) or not _OPINIONS.isdisjoint(folders)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:  # an article may give any text as its address
        return None


def _overlap(draft: Draft, other: Draft) -> bool:
    """True where two quotations share words of an article, or say the same."""
    same_article = draft.passage.stored.card.article_id == other.passage.stored.card.article_id
    if same_article and draft.span.start < other.span.end and other.span.start < draft.span.end:
        return True
    return _alike(draft, other) and not _rivals(draft, other)


def _rivals(draft: Draft, other: Draft) -> bool:
    """True where two articles say the same of another name or number: a reader needs both."""
    return (
        draft.passage.stored.card.article_id != other.passage.stored.card.article_id
        and _alike(draft, other)
        and says_more(draft.quote, other.quote)
        and says_more(other.quote, draft.quote)
    )


def _alike(draft: Draft, other: Draft) -> bool:
    own, rest = set(words(draft.quote)), set(words(other.quote))
    return len(own & rest) > ALIKE * min(len(own), len(rest))
