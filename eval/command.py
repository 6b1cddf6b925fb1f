"""``byline eval``: any archive and any questions, measured, with a report.

`app.py` adds the command; `rag` does not know of it. Nothing heavy is imported until the
command runs.
"""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.embedding import Encoder, load_encoder
from index.errors import BadRequest
from index.opening import opened
from index.protocols import Store
from rag.cli import commands, options, terminal
from rag.models.choice import load_llm
from rag.models.llm import LLM
from rag.reader.extractive import load_reader
from rag.reader.reading import Reader
from rag.settings import index_folder

if TYPE_CHECKING:
    from eval.questions import Known
    from eval.running import Results
    from rag import Assistant

SHOWN = 5
"""Mistakes in the questions that are shown; the rest are counted."""
FOLDER = Path("byline-eval")

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaders:
    """Where the models come from; ``cli(obj=Loaders(...))`` puts others in their place."""

    encoder: Callable[[str | None], Encoder] = load_encoder
    llm: Callable[[str | None], LLM | None] = load_llm
    reader: Callable[[str | None], Reader] = load_reader


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be evaluated."""

    questions: Path | None = None
    articles: tuple[str, ...] = ()
    index: str | Path | None = None
    model: str | None = None
    encoder: str | None = None
    reader: str | None = None
    mutations: int = 0
    """Questions for each mutation; 0 for none."""
    since: str | None = None
    until: str | None = None
    only: Mapping[str, Any] = field(default_factory=dict)
    """Outlets, authors, titles and languages of the articles that are read."""


def command(
    context: typer.Context,
    questions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Questions, one JSON object a line. Default: the demo's."
        ),
    ] = None,
    articles: Annotated[
        list[str] | None,
        typer.Option(metavar="PATH", help="Read these into an index of their own; repeatable."),
    ] = None,
    index: commands.IndexOption = None,
    since: options.SinceOption = None,
    until: options.UntilOption = None,
    outlet: options.OutletOption = None,
    author: options.AuthorOption = None,
    title: options.TitleOption = None,
    lang: options.LanguageOption = None,
    model: commands.ModelOption = None,
    encoder: commands.EncoderOption = None,
    reader: commands.ReaderOption = None,
    mutations: Annotated[
        int,
        typer.Option(
            metavar="N", min=0, help="Change the archive under N questions in each of six ways."
        ),
    ] = 0,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The results.json of another run, to stand beside."),
    ] = None,
    max_loss: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            min=0.0,
            max=1.0,
            help="With --compare: exit 1 where a figure is worse by more than this.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the report goes.")] = FOLDER,
) -> None:
    """Ask questions with known answers; write results.json, report.html and report.md.

    Without --articles and --index it is the demo archive that comes with Byline, unless
    --questions names other questions: these go to the default index.
    """
    if max_loss is not None and compare is None:
        raise BadRequest("--max-loss needs --compare FILE: the results.json of the other run.")
    from eval import reporting
    from eval.running import Results
    from eval.runs import Run, headline, lost

    others = [Run(Results.load(compare), "the other run")] if compare else []
    first, last = options.days(since, until)
    only = options.only(outlet, author, title, lang)
    if mutations and any((first, last, *only.values())):
        raise BadRequest("--mutations reads all articles: leave out what narrows them, or it.")
    read = tuple(articles or ())
    asked = Asked(questions, read, index, model, encoder, reader, mutations, first, last, only)
    with terminal.Status() as status:
        results = evaluated(asked, status.show, context.find_object(Loaders) or Loaders())
    runs = [Run(results, "this run"), *others]
    paths = reporting.write(out, runs)
    typer.echo(headline(runs[0]))
    for path in paths:
        typer.echo(f"Wrote {path}", err=True)
    if others and max_loss is not None:
        worse = lost(runs[0], others[0], max_loss)
        if worse:
            raise BadRequest(f"Worse than {compare} by more than {max_loss}: {'; '.join(worse)}")


def evaluated(
    asked: Asked, say: Say = lambda text: None, load_with: Loaders | None = None
) -> Results:
    """Ask, mark and mutate.

    Raises:
        BadRequest: the questions cannot be used with these articles.
        UnusableIndex: the index cannot be used.
        ModelError: a model is missing, altered or cannot be loaded.
    """
    from eval.mutations import MUTATIONS, trials
    from eval.questions import QUESTIONS, load
    from eval.running import Results, evaluate, latest
    from rag import Assistant

    if asked.articles and asked.index:
        raise BadRequest("Give --articles or --index, not both.")
    if asked.mutations and asked.index and not isinstance(index_folder(asked.index), Path):
        raise BadRequest(
            "--mutations changes a copy of the archive, which can be made of a folder only: "
            "leave it out, or give --articles."
        )
    loaders = load_with or Loaders()
    questions = load(asked.questions or QUESTIONS)  # before any model is loaded
    if not asked.articles and (asked.index or asked.questions):
        opened(index_folder(asked.index)).close()
    say(commands.LOADING)
    encoder = loaders.encoder(asked.encoder)
    with _index(asked, encoder, say) as store:
        _check(questions, store)
        say(commands.LOADING)
        assistant = Assistant(
            store,
            encoder,
            loaders.reader(asked.reader),
            loaders.llm(asked.model),
            today=latest(store),
            mode="auto",  # as byline ask
        )
        since, until = asked.since, asked.until
        dated = [
            dataclasses.replace(known, since=known.since or since, until=known.until or until)
            for known in questions
        ]
        marks = evaluate(assistant, dated, _counted(questions, say), asked.only)
        tried = trials(
            assistant,
            questions,
            marks,
            each=asked.mutations,
            mutations=tuple(MUTATIONS) if asked.mutations else (),
            on_trial=lambda trial: say(f"{trial.mutation}: {trial.id}"),
        )
        return Results(tuple(marks), tuple(tried), _about(assistant))


def _counted(questions: list[Known], say: Say) -> Callable[[Known, object], None]:
    done: list[str] = []

    def each(known: Known, answer: object) -> None:
        done.append(known.id)
        say(f"{len(done)} of {len(questions)} questions")

    return each


def _about(assistant: Assistant) -> dict[str, str]:
    counts = assistant.index.counts()
    return {
        "model": assistant.llm.name if assistant.llm is not None else "none",
        "encoder": assistant.encoder.name,
        "articles": str(counts.articles),
        "stories": str(counts.origins),
    }


@contextmanager
def _index(asked: Asked, encoder: Encoder, say: Say) -> Iterator[Store]:
    """The index to ask: the one that is named, or one made of articles for this run."""
    from eval.questions import ARTICLES

    paths = list(asked.articles)
    if not paths and asked.index is None and asked.questions is None:
        paths = [str(ARTICLES)]
    if not paths:
        with opened(index_folder(asked.index), encoder) as store:
            yield store
        return
    from index.ingesting import index_for, ingest

    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="byline-eval-"))
        made = stack.enter_context(index_for(Path(folder) / "index", encoder))
        report = ingest(made, paths, encoder, on_event=lambda event: say(f"Read {event.source}"))
        if not report.added:
            why = (
                f" {report.problems[0].source}: {report.problems[0].reason.rstrip('.')}."
                if report.problems
                else ""
            )
            raise BadRequest(f"Nothing could be read from {', '.join(paths)}.{why}")
        yield made


def _check(questions: list[Known], index: Store) -> None:
    """Refuse questions whose gold answers are not in the articles: their figures say nothing."""
    from eval.questions import unsupported

    wrong = unsupported(questions, index.article)
    if wrong:
        more = f" (and {len(wrong) - SHOWN} more)" if len(wrong) > SHOWN else ""
        raise BadRequest(
            f"The questions do not fit the articles: {'; '.join(wrong[:SHOWN])}{more}. "
            "Correct answers or gold, or give the articles that they are about."
        )
