"""What the commands print: answers, articles and tables as text for a terminal.

Pure functions of records, but for the two consoles. Articles are hostile input:
every string of theirs passes through `printable` or `one_line`, which leave no
sequence that a terminal would obey, and rich is told of no markup.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from index import languages
from index.records import Article, Card, Page
from rag.catalogue import line_of
from rag.records import Answer, Citation, Headline, Refusal, paragraphs
from rag.text.dates import written
from rag.text.display import unmarked

UNKNOWN = "unknown"
INDENT = "    "

# ECMA-48: control sequences, strings such as a window's title, and shorter escapes. Only for looks:
# with its first character gone, what is left of a sequence is plain text.
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\n]{0,500}(?:\x07|\x1b\\)|[ -/]*[0-~])"
)
# All controls but tab and line feed, and the directional ones, which make text read backwards.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Characters that JSON may hold unescaped, but a terminal must not see.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\ud800-\udfff"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """`text` without anything that a terminal would obey; line breaks and tabs stay."""
    plain = _CONTROL.sub("", _SEQUENCE.sub("", text.replace("\r\n", "\n")))
    return _SURROGATE.sub("\ufffd", plain)


def one_line(text: str) -> str:
    """`text` as `printable`, on one line."""
    return " ".join(printable(text).split())


def as_json(value: Any) -> str:
    """Indented JSON in readable Unicode, in which a terminal finds nothing to obey."""
    written = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda match: json.dumps(match.group())[1:-1], written)


def out() -> Console:
    """The console of standard output. In a pipe, nothing is wrapped or cut."""
    piped = not sys.stdout.isatty()
    return Console(markup=False, highlight=False, emoji=False, width=100_000 if piped else None)


def err() -> Console:
    """The console of standard error."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


class Status:
    """One line on standard error that says what is being done, on a terminal only."""

    def __init__(self) -> None:
        self._status = err().status("")

    def __enter__(self) -> Status:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hide()

    def show(self, text: str) -> None:
        """Show the line, or change it."""
        self._status.update(Text(one_line(text)))
        self._status.start()

    def hide(self) -> None:
        """Take the line away, so that standard output can be written to."""
        self._status.stop()


def line_width() -> int | None:
    """Characters to a line on standard output; None in a pipe, where lines are never broken."""
    return min(out().width, 100) if sys.stdout.isatty() else None


def answer_text(answer: Answer, width: int | None = None) -> str:
    """An answer with its citations, or a refusal with the nearest headlines."""
    aside = [left_out_text(answer, width)] if answer.set_aside else []
    if answer.refusal is not None:
        return "\n\n".join([refusal_text(answer.refusal, width), *aside])
    sentences = answer.sentences
    is_quoted = all(one.lead or one.differs for one in sentences) and not any(
        one.side for one in sentences
    )
    each = [one.marked() for one in sentences]
    said = each if is_quoted else paragraphs(answer.kind, sentences)
    lacking = [one.line for one in answer.unanswered]
    parts = [answer.short or "", answer.reply, *said, *lacking, answer.within]
    blocks = [wrapped(printable(part), width) for part in parts if part]
    listed = listed_text(answer, width)
    return "\n\n".join([*blocks, *listed, *citation_texts(answer, width), *aside])


def listed_text(answer: Answer, width: int | None = None) -> list[str]:
    """The articles that an answer lists, as one block; none where it lists none."""
    rows = [wrapped(one_line(line_of(card)), width, "", "  ") for card in answer.listed]
    return ["\n".join(rows)] if rows else []


def refusal_text(refusal: Refusal, width: int | None = None) -> str:
    """Why there is no answer, and the nearest headlines."""
    lines = [wrapped(printable(refusal.message), width)]
    if refusal.nearest:
        lines += ["", "Nearest in the archive:"]
        lines += [wrapped(headline_text(one), width, "  - ") for one in refusal.nearest]
    return "\n".join(lines)


def left_out_text(answer: Answer, width: int | None = None) -> str:
    """The articles that nothing was taken from, and why."""
    rows = [wrapped(headline_text(one), width, "  - ") for one in answer.set_aside]
    return "\n".join([wrapped(answer.left_out, width), *rows])


def after_sentences(answer: Answer, width: int | None = None) -> str:
    """What follows the sentences of a streamed answer; all of it if it is a refusal."""
    aside = [left_out_text(answer, width)] if answer.set_aside else []
    if answer.refusal is not None:
        return "\n\n".join([refusal_text(answer.refusal, width), *aside]) + "\n"
    lines = [*(one.line for one in answer.unanswered), *filter(None, [answer.within])]
    lacking = [wrapped(printable(line), width) for line in lines]
    told = [] if answer.sentences or not answer.reply else [wrapped(answer.reply, width)]
    said = [*told, *listed_text(answer, width), *lacking]
    blocks = [*said, *citation_texts(answer, width), *aside]
    return "".join(f"\n{block}\n" for block in blocks)


def citation_texts(answer: Answer, width: int | None = None) -> list[str]:
    """For each citation: its number, publisher, date and title, and below them the quotation.

    What the answer quotes whole is not printed twice.
    """
    whole = {
        number
        for sentence in answer.sentences
        if sentence.lead and len(sentence.citations) == 1
        for number in sentence.citations
    }
    return [_citation(one, width, quoted=one.number not in whole) for one in answer.citations]


def _citation(citation: Citation, width: int | None, *, quoted: bool) -> str:
    day = written(citation.published) if citation.published else None
    where = [citation.publisher, day, citation.page]
    known = ", ".join(unmarked(one_line(part)) for part in where if part)
    told = [part for part in (known, unmarked(one_line(citation.title))) if part]
    head = f"[{citation.number}] {': '.join(told) or unmarked(one_line(citation.article_id))}"
    lines = [wrapped(head, width, after=INDENT)]
    if quoted:
        lines.append(wrapped(f"“{one_line(citation.quote)}”", width, INDENT))
    if citation.also_in:
        also = ", ".join(one_line(name) for name in citation.also_in)
        lines.append(wrapped(f"also in: {also}", width, INDENT))
    lines += [
        wrapped(f"corrected: {one_line(note)}", width, INDENT) for note in citation.corrections
    ]
    if citation.earlier:
        lines.append(INDENT + earlier_text(citation.earlier))
    if citation.url:
        lines.append(INDENT + one_line(citation.url))
    return "\n".join(lines)


def earlier_text(count: int) -> str:
    """That so many earlier versions of an article can be read."""
    return "an earlier version is kept" if count == 1 else f"{count} earlier versions are kept"


def headline_text(headline: Headline) -> str:
    """A headline with its publisher and date, as far as they are known."""
    where = [headline.publisher, headline.published and written(headline.published)]
    known = ", ".join(one_line(part) for part in where if part)
    return one_line(headline.title) + (f" ({known})" if known else "")


def article_text(
    article: Article,
    copies: Sequence[Card],
    width: int | None = None,
    *,
    superseded_by: Card | None = None,
    earlier: Sequence[Card] = (),
    claimants: Sequence[Card] = (),
) -> str:
    """An article's metadata, each value with where it came from, then its text.

    Args:
        article: the article.
        copies: the other articles that tell the same story in the same words.
        width: of a line.
        superseded_by: the later version, of an article that is not searched any more.
        earlier: the versions that this one has superseded.
        claimants: the other articles that claim its address.
    """
    known: dict[str, str | None] = {
        "id": article.id,
        "title": article.title,
        "publisher": article.publisher,
        "published": article.published.isoformat() if article.published else None,
        "authors": ", ".join(article.authors) or None,
        "url": article.url,
        "language": article.language and f"{article.language}, {languages.name(article.language)}",
        "source": article.source,
    }
    lines = [_field(name, value, article.provenance.get(name)) for name, value in known.items()]
    if article.as_of:
        when = article.as_of.strftime("%Y-%m-%d %H:%M UTC")
        lines.insert(4, _field("as of", when, article.provenance.get("as_of")))
    lines += [
        _field("corrected", note, article.provenance.get("corrections"))
        for note in article.corrections
    ]
    lines += [_field("pages", _pages(article.pages), None)] if article.pages else []
    lines += [_field("doubtful", doubt, None) for doubt in article.doubts]
    later = [superseded_by] if superseded_by else []
    for name, cards in (("later", later), ("earlier", earlier), ("also in", copies)):
        lines += [_field(name, _card(card), None) for card in cards]
    if claimants:
        others = "; ".join(map(_card, claimants))
        said = f"{claims_text(len(claimants))}: this one, and {others}"
        lines.append(_field("claimed", said, None))
    paragraphs = printable(article.text).split("\n\n")
    return "\n".join(lines) + "\n\n" + "\n\n".join(wrapped(one, width) for one in paragraphs)


def _pages(pages: Sequence[Page]) -> str:
    """The first and the last page with text: "page 1 (printed 45) to page 3 (printed 47)"."""
    return " to ".join(dict.fromkeys((str(pages[0]), str(pages[-1]))))


def claims_text(others: int) -> str:
    """That an article and so many others say that they stand at one address."""
    count = "two" if others == 1 else f"{others + 1:,}"
    return f"{count} articles claim this address"


def _card(card: Card) -> str:
    day = f", {card.published.isoformat()}" if card.published else ""
    return f"{card.called}{day} ({card.article_id})"


def _field(name: str, value: str | None, origin: str | None) -> str:
    source = f"  ({one_line(origin)})" if value and origin else ""
    return f"{name:<11}{one_line(value) if value else UNKNOWN}{source}"


def cards_text(cards: Iterable[Card]) -> str:
    """A table with a row for each article: id, date, publisher, title, and of which it is a copy.

    With earlier versions among them, a last column says what superseded them. Columns
    are folded to fit a terminal, never cut; in a pipe each row is one line.
    """
    cards = list(cards)
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ["ID", "DATE", "PUBLISHER", "TITLE", "COPY OF"]
    names += ["SUPERSEDED BY"] if any(card.superseded_by for card in cards) else []
    for name in names:
        table.add_column(name, overflow="fold", no_wrap=name == "DATE")
    for card in cards:
        day = card.published.isoformat() if card.published else ""
        copy_of = card.origin if card.origin != card.article_id else ""
        row = (card.article_id, day, card.publisher or "", card.called, copy_of, card.superseded_by)
        table.add_row(*(Text(one_line(cell)) for cell in row[: len(names)]))
    console = out()
    with console.capture() as captured:
        console.print(table)
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def card_dict(card: Card) -> dict[str, Any]:
    """JSON form of a card, with the date as ISO 8601."""
    return {
        "id": card.article_id,
        "title": card.title,
        "publisher": card.publisher,
        "published": card.published.isoformat() if card.published else None,
        "url": card.url,
        "origin": card.origin,
        "language": card.language,
        "corrections": list(card.corrections),
        "superseded_by": card.superseded_by or None,
    }


def wrapped(text: str, width: int | None, before: str = "", after: str | None = None) -> str:
    """`text` indented with `before`, further lines with `after` (default: as deep), if wrapped."""
    if width is None:
        return before + text
    deep = " " * len(before) if after is None else after
    lines = text.splitlines() or [""]
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=before if number == 0 else deep,
            subsequent_indent=deep,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for number, line in enumerate(lines)
    )
