"""A conversation as a person reads it: the answers, and the panel of sources beside them.

The page's script finds its way by the addresses of links: ``#source-2-1`` is citation 1 of the
second answer, ``#article-...`` an article.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from markupsafe import Markup

from index.records import Article, Card, Span
from rag.assistant import dates
from rag.exchange import ASKS
from rag.page.conversation import Conversation, Exchange
from rag.page.html import listed, many, outlet, render
from rag.page.passages import NOTHING, Paragraph, Piece, around, whole
from rag.records import Answer, Citation, Conflict, Headline, RefusalKind, Sentence, Understood
from rag.request.kinds import frame
from rag.text.names import names
from rag.text.words import WORD, fold, words

BROKEN = "Something went wrong. The terminal that runs Byline shows what; asking again may help."
STOPPED = "Stopped."
INTERRUPTED = "The page was loaded anew before this was answered. Ask again."
NO_SOURCES = "The passages that an answer rests on appear here, with the quoted words marked."
REFUSED = "No answer was given, so there is nothing to cite."
TOLD = "This answer quotes no passage, so there is nothing to cite."
REFUSALS: dict[RefusalKind, str] = {
    "off_topic": "Not in this archive",
    "not_stated": "No sure answer",
    "outside_dates": "Only outside these dates",
    "language": "Not asked in English",
}
"""What each kind of refusal is called."""
DIFFER = {
    "number": "The sources give different numbers",
    "date": "The sources give different days",
    "name": "The sources give different names",
    "polarity": "One source says so, another denies it",
}
"""What heads a disagreement, by what it is about."""
UNLIKE = "The sources differ"
UPDATED = "Updated"
"""What heads a value that has replaced another."""
KINDS = {
    "overview": "Overview",
    "comparison": "Comparison",
    "count": "How many articles",
    "list": "List of articles",
    "outlets": "Outlets",
    "authors": "Authors",
    "newest": "Newest articles",
    "oldest": "Oldest article",
}
"""What each kind of request is called."""
BY_DATE = "Stories by date"
"""What an overview of several stories is called."""
IN_WORDS = ("polarity", "words")
"""What a disagreement may be about that only the quotations themselves show."""

FindArticle = Callable[[str], Article | None]


@dataclass(frozen=True, slots=True)
class Source:
    """An article as the page names it."""

    article_id: str
    headline: str
    outlet: str | None
    """Its outlet, or else its site; None where neither is known."""
    published: dt.date | None
    mentions: str = ""
    """The names of the question that stand in it, listed."""
    is_titled: bool = True
    """False where its first words stand for a headline."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an answer."""

    words: str
    numbers: tuple[int, ...]
    source: Source | None
    """Whose own words they are; None for words of the model."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one of the sources that differ says."""

    value: str
    number: int
    source: Source


@dataclass(frozen=True, slots=True)
class Shown:
    """A cited passage in its paragraph."""

    citation: Citation
    source: Source
    paragraphs: list[Paragraph]


def nothing(article_id: str) -> None:
    """Finds no article."""


def chat(conversation: Conversation, find: FindArticle = nothing) -> str:
    """The conversation, each question with its reply."""
    numbered = enumerate(conversation, start=1)
    return render(
        "conversation",
        exchanges=[(one.question, Markup(reply(one, at, find))) for at, one in numbered],
    )


def reply(exchange: Exchange, turn: int, find: FindArticle = nothing) -> str:
    """One exchange's reply; its marks link to the sources' cards."""
    answer = exchange.answer
    asked = exchange.understood or exchange.question
    refusal = answer.refusal if answer else None
    # What is on something else is not near, whatever words it shares with the question.
    near = refusal.nearest if refusal and refusal.kind != "off_topic" else ()
    first, repeated = _arranged(exchange)
    return render(
        "answer",
        exchange=exchange,
        turn=turn,
        refusal=refusal,
        about=carried(exchange),
        chips=_chips(answer),
        short=exchange.short if exchange.sentences and not (answer and _told(answer)) else "",
        kind=REFUSALS[refusal.kind] if refusal else "",
        nearest=[named(one, find, asked) for one in near],
        window=wider(exchange),
        differing=[
            (UPDATED if one in answer.updates else DIFFER.get(one.about, UNLIKE),
             _sides(one, exchange, find)) for one in _differing(answer)
        ] if answer else [],
        updated=UPDATED,
        listed_sources=[named(card, find) for card in answer.listed] if answer else [],
        sides=[
            (side, _blocks(run, exchange, find))
            for side, run in groupby(first, lambda one: one.side)
        ],
        repeated=_blocks(repeated, exchange, find),
        also=_also(repeated, exchange, find),
        within=_within(exchange),
        set_aside=[named(one, find) for one in answer.set_aside] if answer else [],
        summary=_summary(answer) if answer else "",
    )  # fmt: skip


def announcement(conversation: Conversation) -> str:
    """What a screen reader says of the newest step: the last sentence, not the whole again."""
    last = conversation[-1] if conversation else None
    said = ""
    if last and last.answer:
        refusal = last.answer.refusal
        done = last.answer.reply or f"Answer complete. {_summary(last.answer)}"
        said = refusal.message if refusal else done
    elif last:
        said = last.problem or (last.sentences[-1].marked() if last.sentences else last.status)
    return render("status", kind="", said=said)


def sources(conversation: Conversation, find: FindArticle) -> str:
    """The panel of sources: the newest answer's cards open, earlier ones folded."""
    if not conversation:
        return ""
    asked = list(enumerate(conversation, start=1))
    turn, newest = asked[-1]
    found = newest.answer.passages if newest.answer else ()
    cited = {one.article_id for one in newest.citations}
    unused = [one for one in dict.fromkeys(p.article_id for p in found) if one not in cited]
    lacking = NO_SOURCES
    if newest.answer is not None:
        lacking = REFUSED if newest.answer.refused else TOLD
    return render(
        "sources",
        turn=turn,
        cards=_cards(newest, find),
        lacking=lacking,
        unused=[named(article, find) for one in unused if (article := find(one)) is not None],
        earlier=[
            (at, one.question, _cards(one, find))
            for at, one in reversed(asked[:-1])
            if one.citations
        ],
    )


def reader(
    article: Article,
    copies: Sequence[Card] = (),
    quoted: Span = NOTHING,
    words: str = "",
    claimants: Sequence[Card] = (),
) -> str:
    """An article as a whole, the quoted words marked; what was quoted is said if it is not there.

    Args:
        article: what to show.
        copies: the other articles of the same story.
        quoted: where the quoted words stand.
        words: what they are.
        claimants: the other articles that claim its address.
    """
    stands = bool(words) and quoted.of(article.text) == words
    paragraphs, window = whole(article.text, quoted if stands else NOTHING, article.pages)
    return render(
        "article",
        article=article,
        source=named(article, nothing),
        paragraphs_shown=paragraphs,
        before=window.start,
        after=len(article.text) - window.end,
        missing="" if stands else words,
        copies=[named(card, nothing) for card in copies],
        claimants=[named(card, nothing) for card in claimants],
    )


def gone(words: str = "") -> str:
    """What takes the place of an article that is not in the archive any more."""
    return render("article", article=None, missing=words)


def named(
    entry: Citation | Headline | Card | Article, find: FindArticle, asked: str = ""
) -> Source:
    """How an article is named: what is not known of it is looked up, or else left out."""
    if isinstance(entry, Headline):
        article = find(entry.article_id)
        url = article.url if article else None
    else:
        article, url = entry if isinstance(entry, Article) else None, entry.url
    article_id = entry.id if isinstance(entry, Article) else entry.article_id
    title = entry.called if isinstance(entry, Article | Card) else entry.title
    text = article.text if article else ""
    mentioned = [f"“{name}”" for name in dict.fromkeys(names(asked)) if name in f"{title} {text}"]
    is_titled = article is None or bool(article.title.strip())
    by = outlet(entry.publisher, url)
    return Source(article_id, title, by, entry.published, listed(mentioned), is_titled)


def wider(exchange: Exchange) -> tuple[dt.date | None, dt.date | None] | None:
    """The reader's days stretched to the nearest articles; None where they are not in the way."""
    refusal = exchange.answer.refusal if exchange.answer else None
    if refusal is None or refusal.kind != "outside_dates":
        return None
    days = [one.published for one in refusal.nearest if one.published]
    if not days:
        return None
    bounds = dates(exchange.since, exchange.until)
    first, last = bounds.since, bounds.until
    window = first and min(first, *days), last and max(last, *days)
    return None if window == (first, last) else window


def carried(exchange: Exchange) -> str:
    """What a follow-up took over from before it: the longest run of words that was not typed."""
    text, typed = exchange.understood or "", set(words(exchange.question))
    asks = ASKS.match(text)
    runs = groupby(
        WORD.finditer(text, asks.end() if asks else 0), lambda match: words(match[0])[0] in typed
    )
    found = []
    for was_typed, run in runs:
        some = [] if was_typed else list(run)
        while some and fold(some[0][0]) in frame():
            del some[0]
        while some and fold(some[-1][0]) in frame():
            del some[-1]
        found += [text[some[0].start() : some[-1].end()]] if some else []
    return max(found, key=len, default="")


def cited(conversation: Conversation, turn: int, number: int) -> Citation | None:
    """A citation by the number of its answer and its own."""
    if not 0 < turn <= len(conversation):
        return None
    return next((one for one in conversation[turn - 1].citations if one.number == number), None)


def _within(exchange: Exchange) -> str:
    """Which articles alone were read; "" for all, and where the refusal says so."""
    answer = exchange.answer
    if answer is None or answer.within:
        return answer.within if answer and not answer.refusal else ""
    bounds = [("since", exchange.since), ("until", exchange.until)]
    days = " ".join(f"{word} {given}" for word, given in bounds if given)
    return f"Only articles published {days} were read." if days else ""


def _chips(answer: Answer | None) -> list[Understood]:
    """What was read out of a question, as a reader is told it."""
    if answer is None:
        return []
    kinds = {**KINDS, "overview": BY_DATE} if answer.reply else KINDS
    return [
        replace(one, text=kinds.get(one.text, one.text)) if one.what == "kind" else one
        for one in answer.understood_as
    ]


def _differing(answer: Answer | None) -> Sequence[Conflict]:
    return (*answer.updates, *answer.conflicts) if answer else ()


def _told(answer: Answer) -> bool:
    """True where the short answer stands in the newest value of an update, as large as itself."""
    return any((answer.short or "") in update.sides[0][0] for update in answer.updates)


def _arranged(exchange: Exchange) -> tuple[list[Sentence], list[Sentence]]:
    """The sentences to show, and those that only say the short answer once more.

    The line that tells how sources differ, or of an update, stands above them in another form.
    """
    told = [{number for _, number in one.sides} for one in _differing(exchange.answer)]
    lines = [one for one in exchange.sentences if not (one.differs and set(one.citations) in told)]
    if not exchange.short:
        return lines, []
    says = re.compile(rf"(?<!\w){re.escape(exchange.short)}(?!\w)")
    saying = [one for one in lines if says.search(" ".join(one.text.split()))]
    first = [one for one in lines if one not in saying[1:]]
    return sorted(first, key=lambda one: one not in saying), saying[1:]


def _blocks(
    sentences: Iterable[Sentence], exchange: Exchange, find: FindArticle
) -> list[tuple[bool, list[Line]]]:
    """Runs of composed sentences, and quotations; True for these."""
    lines = [_line(sentence, exchange, find) for sentence in sentences]
    return [
        (quoted, list(run)) for quoted, run in groupby(lines, lambda one: one.source is not None)
    ]


def _line(sentence: Sentence, exchange: Exchange, find: FindArticle) -> Line:
    """A sentence; an article's own words without the outlet and day that lead them."""
    if not sentence.quoted:
        return Line(sentence.text, sentence.citations, None)
    words = f"“{sentence.words}”" if sentence.lead else sentence.words
    return Line(words, sentence.citations, _cited_sources(sentence, exchange, find)[0])


def _cited_sources(sentence: Sentence, exchange: Exchange, find: FindArticle) -> list[Source]:
    cited = [one for one in exchange.citations if one.number in sentence.citations]
    return [named(one, find) for one in cited] or [Source("", "", None, None)]


def _also(sentences: Iterable[Sentence], exchange: Exchange, find: FindArticle) -> str:
    """Who else says so, or where, each once."""
    found = [s for one in sentences for s in _cited_sources(one, exchange, find)]
    return listed(list(dict.fromkeys(one.outlet or f"“{one.headline}”" for one in found)))


def _sides(conflict: Conflict, exchange: Exchange, find: FindArticle) -> list[Side]:
    """Each side of a disagreement or an update, the newest first."""
    cited = {one.number: one for one in exchange.citations}
    sides = [
        Side(
            f"“{cited[n].quote}”" if conflict.about in IN_WORDS else value, n, named(cited[n], find)
        )
        for value, n in conflict.sides
        if n in cited
    ]
    return sorted(sides, key=lambda one: one.source.published or dt.date.min, reverse=True)


def _cards(exchange: Exchange, find: FindArticle) -> list[list[Shown]]:
    """The cited passages, those of one article together, in the order of their numbers."""
    by_article: dict[str, list[Shown]] = {}
    for citation in exchange.citations:
        shown = Shown(citation, named(citation, find), _evidence(citation, find))
        by_article.setdefault(citation.article_id, []).append(shown)
    return list(by_article.values())


def _evidence(citation: Citation, find: FindArticle) -> list[Paragraph]:
    """The passage in its paragraph; the bare quote if the article has since changed or gone."""
    article, span = find(citation.article_id), Span(citation.start, citation.end)
    if article is None or not citation.quote or span.of(article.text) != citation.quote:
        return [[Piece(citation.quote, is_quoted=True)]]
    return around(article.text, span)


def _summary(answer: Answer) -> str:
    count = len({citation.article_id for citation in answer.citations})
    total = answer.seconds.get("total")
    taken = "" if total is None else f" in {total:.1f} s"
    drawn = f"From {many(count, 'article')}{taken}"
    return f"{drawn}; each sentence was checked against its passage."
