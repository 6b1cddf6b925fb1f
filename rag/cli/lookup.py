"""The commands that look things up in the archive: `search` and `names`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from index.locations import local_folder
from index.opening import opened
from index.records import Span
from rag.assistant import dates
from rag.catalogue import Catalogue
from rag.cli import terminal
from rag.cli.options import (
    AuthorOption,
    IndexOption,
    JsonOption,
    LanguageOption,
    OutletOption,
    SinceOption,
    TitleOption,
    UntilOption,
    cli,
    days,
    only,
)
from rag.names.archive import register_of
from rag.names.register import Month, Name, Register
from rag.names.tagger import Kind
from rag.scope import Narrowed, Scope
from rag.search.finding import MOST_SHOWN, Found, outlet_of, search
from rag.settings import index_folder

MARK = "bold reverse"
"""How the words that were looked for stand out in a terminal."""
BAR = 30
"""Characters of the longest bar."""
ROWS = 50
"""Names, or articles of a name, that are listed where nobody says how many."""


@cli.command("search")
def search_articles(
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help='Words, "exact phrases", displac*, AND, OR, NOT, brackets, author:, outlet:, '
            "title:, after:, before:.",
        ),
    ],
    index: IndexOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    outlet: OutletOption = None,
    author: AuthorOption = None,
    title: TitleOption = None,
    lang: LanguageOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How much to show at most.")] = MOST_SHOWN,
    as_json: JsonOption = False,
) -> None:
    """Search the articles by words: headline, outlet, date, id and the passage around the hit."""
    between = dates(*days(since, until))
    first, last = between.since, between.until
    wanted = Scope(first=first, last=last, **only(outlet, author, title, lang))
    with opened(index_folder(index)) as store, store.snapshot() as view:
        narrowed, among = Narrowed(), None
        if wanted != Scope():
            catalogue = Catalogue(view)
            narrowed = catalogue.narrowed(view, wanted)
            among = {card.article_id for card in catalogue.within(view, narrowed.only)}
        results = search(view, query, limit, among)
    if as_json:
        typer.echo(terminal.as_json([found_dict(found) for found in results.found]))
    else:
        _print(found_text(found, terminal.line_width()) for found in results.found)
    said = _many(results.articles, "article") if results.articles else "No article fits"
    if results.lacking:
        lacking = " and ".join(f"“{terminal.one_line(word)}”" for word in results.lacking)
        said += f"; none of the archive has {lacking}"
    if results.stories != results.articles:
        said += f" of {_many(results.stories, 'story')}, the rest copies"
    if narrowed.said:
        typer.echo(narrowed.said, err=True)
    _tell(said, len(results.found), results.stories)


@cli.command()
def names(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show the articles and months of this one.")
    ] = None,
    index: IndexOption = None,
    kind: Annotated[Kind | None, typer.Option(help="Only people, only organisations …")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How much to show at most.")] = ROWS,
    as_json: JsonOption = False,
) -> None:
    """List the people, organisations and places of the archive, those of most stories first."""
    where = index_folder(index)
    with opened(where) as store, terminal.Status() as status:
        register = register_of(
            store,
            local_folder(where),
            progress=lambda done, count: status.show(f"Looking for names: {done} of {count}"),
        )
    found = register.find(name) if name else list(register.names)
    found = [one for one in found if kind in (None, one.kind)]
    if name and len(found) == 1:
        _show(register, found[0], limit, as_json)
        return
    if as_json:
        typer.echo(terminal.as_json([one.to_dict() for one in found[:limit]]))
    elif found:
        rows = [(f"{one.stories:,}", one.kind, one.name, _others(one)) for one in found[:limit]]
        _print([_table(("STORIES", "KIND", "NAME", "ALSO SPELT"), rows)])
    _tell(
        f"{_many(len(found), 'name')}{' fit' if name else ''}", min(limit, len(found)), len(found)
    )


def _show(register: Register, name: Name, limit: int, as_json: bool) -> None:
    """One name: how often it is mentioned in each month, and in which articles."""
    cards, months = register.articles(name), register.months(name)
    if as_json:
        listed = [
            terminal.card_dict(card) | {"mentions": name.articles[card.article_id]}
            for card in cards[:limit]
        ]
        shown = {"by_month": list(map(asdict, months)), "listed": listed}
        typer.echo(terminal.as_json(name.to_dict() | shown))
    else:
        spelt = f"; also {others}" if (others := _others(name)) else ""
        stories = f"{_many(name.stories, 'story')}, {_many(name.mentions, 'mention')}"
        head = Text(f"{terminal.one_line(name.name)}, {name.kind}: {stories}{spelt}")
        rows = [
            (
                card.published.isoformat() if card.published else "",
                outlet_of(card),
                card.called,
                str(name.articles[card.article_id]),
                card.article_id,
            )
            for card in cards[:limit]
        ]
        table = _table(("DATE", "OUTLET", "HEADLINE", "MENTIONS", "ID"), rows)
        _print([head, Text(), _months(months), Text(), table])
    _tell(_many(len(cards), "article"), min(limit, len(cards)), len(cards))


def found_dict(found: Found) -> dict[str, Any]:
    """JSON form of a story that was found; `marks` are offsets in `passage`."""
    return terminal.card_dict(found.card) | {
        "copies": [card.article_id for card in found.copies],
        "passage": found.passage,
        "start": found.start,
        "end": found.start + len(found.passage),
        "marks": [[mark.start, mark.end] for mark in found.marks],
    }


def found_text(found: Found, width: int | None) -> Text:
    """A story that was found, the words that were looked for marked."""
    card = found.card
    day = card.published.isoformat() if card.published else ""
    known = ", ".join(filter(None, (outlet_of(card), day, card.article_id)))
    lines = [marked(card.called, found.title_marks)]
    lines[0].stylize("bold")
    below = [Text(terminal.one_line(known), "dim"), marked(found.passage, found.marks)]
    if found.copies:
        also = ", ".join(f"{outlet_of(one)} ({one.article_id})" for one in found.copies)
        below.insert(1, Text(terminal.one_line(f"also in: {also}"), "dim"))
    for text in filter(None, below):
        wrapped = text.wrap(terminal.out(), width - len(terminal.INDENT)) if width else [text]
        lines += [Text(terminal.INDENT) + line for line in wrapped]
    return Text("\n").join([*lines, Text()])


def marked(text: str, marks: Sequence[Span]) -> Text:
    """A text on one line without anything that a terminal would obey, some of it marked."""
    shown, end = Text(), 0
    for mark in (*marks, Span(len(text), len(text))):
        shown.append(_inert(text[end : mark.start]))
        shown.append(_inert(mark.of(text)), MARK)
        end = mark.end
    return shown


def _inert(text: str) -> str:
    return re.sub(r"\s+", " ", terminal.printable(text))


def _months(months: Sequence[Month]) -> Table:
    most = max((one.stories for one in months), default=1)
    rows = [
        (one.month, f"{one.stories:,}", f"{one.mentions:,}", "█" * -(-BAR * one.stories // most))
        for one in months
    ]
    return _table(("MONTH", "STORIES", "MENTIONS", ""), rows)


def _others(name: Name) -> str:
    return ", ".join(one for one in name.spellings if one != name.name)


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> Table:
    """Rows in columns that are folded to fit a terminal, never cut; in a pipe one line each."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        right = head in ("STORIES", "MENTIONS")
        table.add_column(head, overflow="fold", justify="right" if right else "left", no_wrap=right)
    for row in rows:
        table.add_row(*(Text(terminal.one_line(cell)) for cell in row))
    return table


def _print(shown: Iterable[Text | Table]) -> None:
    console = terminal.out()
    for one in shown:
        with console.capture() as captured:
            console.print(one, soft_wrap=isinstance(one, Text))
        typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _tell(said: str, shown: int, count: int) -> None:
    """How much there is, on standard error."""
    more = f"; {shown:,} shown, --limit shows more" if shown < count else ""
    typer.echo(f"{said}{more}.", err=True)


def _many(count: int, what: str) -> str:
    if count != 1:
        what = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{count:,} {what}"
