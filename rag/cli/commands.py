"""The command line: ingest, ask, chat, list, show, remove, doctor.

`app.py` adds `serve` to `cli` and runs it. Data goes to standard output and
everything else to standard error. Nothing here loads a model unless the command
needs one: `list`, `show`, `remove` and `--help` start at once.
"""

from __future__ import annotations

import contextlib
import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from index.connections import Wait
from index.embedding import Encoder
from index.errors import BadRequest
from index.fetching import is_address
from index.interrupts import Stop
from index.locations import Place
from rag import batch
from rag.cli import progress, terminal
from rag.cli.chat import converse
from rag.cli.doctor import check_disk, check_index
from rag.cli.options import (
    LOADING,
    ArticleArgument,
    AuthorOption,
    Commands,
    EncoderOption,
    IndexOption,
    JsonOption,
    LanguageOption,
    ModelOption,
    ModeOption,
    OutletOption,
    Parts,
    ReaderOption,
    SinceOption,
    TitleOption,
    UntilOption,
    at_hand,
    cli,
    days,
    only,
    open_index,
    parts_of,
)
from rag.settings import index_folder

if TYPE_CHECKING:
    from index.records import Report

__all__ = ["LOADING", "Commands", "EncoderOption", "IndexOption", "JsonOption", "ModeOption",
           "ModelOption", "Parts", "ReaderOption", "cli"]  # fmt: skip


@cli.command()
def ingest(
    context: typer.Context,
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH|URL...",
            help="Files and folders of text, Markdown, web pages, PDF, Word, mail, tables, feeds "
            "and zip archives; addresses of pages and feeds.",
        ),
    ],
    index: IndexOption = None,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Make the index anew; the old one stays until it is done."),
    ] = False,
    prune: Annotated[
        bool,
        typer.Option(
            "--prune",
            help="Then remove the articles whose files or rows are gone from these folders.",
        ),
    ] = False,
    wait: Annotated[
        float,
        typer.Option(
            metavar="SECONDS",
            min=0,
            help="How long to wait for another ingest into the same index.",
        ),
    ] = 600,
    follow_links: Annotated[
        bool,
        typer.Option(
            "--follow-links",
            help="Also read what symbolic links lead to outside of the folders given.",
        ),
    ] = False,
    encoder: EncoderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read new and changed articles into the index.

    Of several versions that were fetched from one address, the latest is searched and the others
    are kept. An address that a file names replaces nothing.

    Ctrl-C (or SIGTERM) stops after the articles in hand: what has been read by then is
    stored, and the same command goes on from there. A second one stops at once. The exit
    status is then 130 (143).
    """
    if rebuild:
        _require_files(paths)
    from index import pruning

    if prune and not pruning.folders(paths):
        raise BadRequest("--prune needs a folder whose vanished files are to be forgotten.")

    with terminal.Status() as status:
        status.show(LOADING)
        loaded = parts_of(context).encoder(encoder)
    where = index_folder(index)
    run = _Ingest(
        paths, loaded, Wait(wait, progress.Waiting()), rebuild, prune, follow_links, as_json
    )
    report, stop = run.into(where)
    if as_json:
        typer.echo(terminal.as_json(progress.report_dict(report)))
    else:
        typer.echo(progress.report_text(report))
    if report.interrupted:
        typer.echo(progress.stopped_text(report, rebuild=rebuild), err=True)
        raise typer.Exit(stop.exit_status)
    if report.not_pruned:
        raise BadRequest(report.not_pruned)
    if report.problems and not report.added + report.updated + report.unchanged:
        kept = " The index is as it was." if rebuild else ""
        raise BadRequest(f"Nothing could be read. The reason is above.{kept}")


@dataclass(frozen=True, slots=True)
class _Ingest:
    """What an ingest was asked for."""

    paths: list[str]
    encoder: Encoder
    wait: Wait
    rebuild: bool
    prune: bool
    follow_links: bool
    silent: bool
    """True when nothing is to be told as it goes."""

    def into(self, where: Place) -> tuple[Report, Stop]:
        """Read into the index at a place, or make it anew, until it is done or stopped."""
        from index.ingesting import index_for, ingest
        from index.readers import Meter
        from index.rebuilding import Rebuild

        meter = Meter()
        with contextlib.ExitStack() as stack:
            if self.rebuild:  # which holds nothing that is to be pruned
                begun = Rebuild.begun(where, self.encoder, wait=self.wait)
                read = stack.enter_context(begun).ingest
            else:
                index = stack.enter_context(index_for(where, self.encoder, wait=self.wait))
                read = partial(ingest, index, encoder=self.encoder, prune=self.prune)
            tally = stack.enter_context(progress.Tally(meter, silent=self.silent))
            stop = stack.enter_context(Stop(progress.say_stopping))
            done = read(
                self.paths, on_event=tally, meter=meter, stop=stop, follow_links=self.follow_links
            )
            return done, stop


def _require_files(paths: Iterable[str]) -> None:
    """Refuse to empty an index for the sake of a path that is mistyped."""
    missing = [path for path in paths if not (is_address(path) or Path(path).exists())]
    if missing:
        raise BadRequest(f"There is no {missing[0]}, so nothing was rebuilt.")


@cli.command()
def ask(
    context: typer.Context,
    question: Annotated[
        str | None, typer.Argument(help="In English, as a sentence.", show_default=False)
    ] = None,
    index: IndexOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    outlet: OutletOption = None,
    author: AuthorOption = None,
    title: TitleOption = None,
    lang: LanguageOption = None,
    model: ModelOption = None,
    encoder: EncoderOption = None,
    reader: ReaderOption = None,
    mode: ModeOption = "auto",
    questions: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="TABLE",
            help="Ask every row of a .csv, .xlsx or .jsonl with a column “question”.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--to",
            metavar="TABLE",
            help="Where the answers to --from go: .csv, .xlsx or .jsonl. The same command goes on "
            "where a run was stopped.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Answer one question, or a table of them, with the passages that the answers rest on."""
    if (questions is None) != (answers is None) or (question is None) == (questions is None):
        raise typer.BadParameter(
            "ask one question, or a table: byline ask --from questions.csv --to answers.csv"
        )
    first, last = days(since, until)
    narrowed = only(outlet, author, title, lang)
    model = at_hand(model)
    if questions is not None and answers is not None:
        batch.rows_of(questions)  # what cannot be read is told before models are loaded
    with terminal.Status() as status:
        status.show(LOADING)
        assistant = parts_of(context).assistant(index_folder(index), model, encoder, reader, mode)
        if questions is not None and answers is not None:
            batch.answered(
                questions,
                answers,
                partial(assistant.ask, since=first, until=last, **narrowed),
                lambda done, count: status.show(f"Answered {done} of {count}"),
            )
            typer.echo(f"{answers}: {batch.tally(batch.rows_of(answers))}.")
            return
        status.show("Looking for the answer")
        answer = assistant.ask(question or "", since=first, until=last, **narrowed)
    if as_json:
        typer.echo(terminal.as_json(answer.to_dict()))
    else:
        typer.echo(terminal.answer_text(answer, terminal.line_width()))


@cli.command()
def chat(
    context: typer.Context,
    index: IndexOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    outlet: OutletOption = None,
    author: AuthorOption = None,
    title: TitleOption = None,
    lang: LanguageOption = None,
    model: ModelOption = None,
    encoder: EncoderOption = None,
    reader: ReaderOption = None,
    mode: ModeOption = "auto",
) -> None:
    """Ask question after question in the terminal.

    A question may refer to earlier ones and their answers.
    """
    first, last = days(since, until)
    model = at_hand(model)
    with terminal.Status() as status:
        status.show(LOADING)
        assistant = parts_of(context).assistant(index_folder(index), model, encoder, reader, mode)
    converse(assistant, first, last, **only(outlet, author, title, lang))


@cli.command("list")
def list_articles(
    index: IndexOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="Also the versions that later ones have superseded.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """List the articles in the index, the latest first."""
    with open_index(index) as store, store.snapshot() as view:
        cards = view.articles() + (view.earlier() if every else [])
    if as_json:
        typer.echo(terminal.as_json([terminal.card_dict(card) for card in cards]))
    else:
        typer.echo(terminal.cards_text(cards))


@cli.command()
def show(article: ArticleArgument, index: IndexOption = None) -> None:
    """Show an article, and where what is known of it came from."""
    with open_index(index) as store, store.snapshot() as view:
        found, card = view.article(article), view.card(article)
        copies = [one for one in view.copies(card.origin) if one.article_id != article]
        later = view.card(card.superseded_by) if card.superseded_by else None
        earlier, claimants = view.earlier(article), view.claimants(article)
    width = terminal.line_width()
    shown = terminal.article_text(
        found, copies, width, superseded_by=later, earlier=earlier, claimants=claimants
    )
    typer.echo(shown)


@cli.command()
def remove(
    article: ArticleArgument,
    index: IndexOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
) -> None:
    """Remove an article from the index.

    The file that it was read from stays, and would be read again by `ingest`.
    """
    with open_index(index) as store:
        title = terminal.one_line(store.card(article).called)
    if not yes and not _agreed(f"Remove {title!r} from the index?"):
        typer.echo("Nothing was removed.", err=True)
        raise typer.Exit(1)
    with open_index(index, writable=True) as store:
        store.remove(article)
        store.save_vectors()
    typer.echo(f"Removed {title!r} ({terminal.one_line(article)}).", err=True)


def _agreed(question: str) -> bool:
    typer.echo(f"{question} [y/N] ", nl=False, err=True)  # typer.confirm writes to both streams
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


@cli.command()
def doctor(
    context: typer.Context,
    index: IndexOption = None,
    mend: Annotated[
        bool,
        typer.Option("--mend", help="Mend the index, and save what is readable of a damaged one."),
    ] = False,
    model: ModelOption = None,
    encoder: EncoderOption = None,
) -> None:
    """Check the models, the index and the disk.

    With --model, that model is asked for a word. What is wrong is named with what
    to do about it, and the exit status is then 1. Without --mend, nothing is changed
    but the vectors' file, which is made again when it is of no use.
    """
    where = index_folder(index)
    folder = where if isinstance(where, Path) else where.file
    right = True
    parts = parts_of(context)
    known, load = partial(parts.identity, encoder), partial(parts.encoder, encoder)
    checks = itertools.chain(
        parts.check_models(model),
        check_index(where, known, load, mends=mend),
        [check_disk(folder)] if folder else [],  # nothing is known of a server's
    )
    for name, good, message in checks:
        right = right and good
        typer.echo(f"{'OK' if good else 'WRONG':<6}{name}: {terminal.one_line(message)}")
    if not right:
        raise typer.Exit(1)
