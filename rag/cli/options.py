"""What all commands share: the command line, its options, and where heavy parts come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

import typer
from typer.core import TyperGroup

from index.embedding import Encoder, identity, load_encoder
from index.errors import BadRequest, BylineError
from index.locations import Place
from index.opening import opened
from index.protocols import Store
from rag.assistant import Assistant, Mode, dates
from rag.cli import terminal
from rag.cli.chat import Answering
from rag.cli.doctor import Check, check_models
from rag.models.choice import WAYS, fetched
from rag.records import Dates, iso
from rag.settings import DEFAULT_INDEX, INDEX_VARIABLE, index_folder

LOADING = "Loading the models"


def _assistant(
    where: Place, model: str | None, encoder: str | None, reader: str | None, mode: Mode
) -> Answering:
    return Assistant.load(where, model=model, encoder=encoder, reader=reader, mode=mode)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where the commands get what is heavy; ``cli(obj=Parts(...))`` puts others in their place."""

    assistant: Callable[[Place, str | None, str | None, str | None, Mode], Answering] = _assistant
    encoder: Callable[[str | None], Encoder] = load_encoder
    identity: Callable[[str | None], tuple[str, str]] = identity
    check_models: Callable[[str | None], list[Check]] = check_models


class Only(TypedDict):
    """Which articles alone are read."""

    outlets: tuple[str, ...]
    authors: tuple[str, ...]
    titles: tuple[str, ...]
    languages: tuple[str, ...]


class Commands(TyperGroup):
    """Shows an error that is written for the user as one line; any other is a bug."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; a `BylineError` ends it with exit status 1."""
        try:
            return super().invoke(ctx)
        except BylineError as error:
            typer.echo(f"byline: {terminal.one_line(str(error))}", err=True)
            raise typer.Exit(1) from error


cli = typer.Typer(
    cls=Commands,
    help="Answers questions about a news archive, each sentence with the passage it rests on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

IndexOption = Annotated[
    str | None,
    typer.Option(
        "--index",
        metavar="DIR",
        help="The index folder, or milvus://HOST:PORT/NAME. "
        f"Default: ${INDEX_VARIABLE}, else ./{DEFAULT_INDEX}.",
    ),
]
EncoderOption = Annotated[
    str | None,
    typer.Option(
        "--encoder",
        metavar="NAME",
        help="A sentence-transformers folder or name. Default: the one that comes with Byline.",
    ),
]
ReaderOption = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="NAME",
        help="An extractive question-answering model of Hugging Face, by name or folder. "
        "Default: the one that comes with Byline.",
    ),
]
ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help=f"The language model that writes: {WAYS}. Default: the one that comes with Byline.",
    ),
]
ModeOption = Annotated[
    Mode,
    typer.Option(
        "--mode",
        help="Answer in the articles' own sentences (quote), in the model's (compose), or "
        "compose only with a model that passes a short test (auto).",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="DATE", help="Only articles of this day (YYYY-MM-DD) or later."
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="Only articles of this day or earlier."),
]
OutletOption = Annotated[
    list[str] | None,
    typer.Option("--outlet", metavar="NAME", help="Only articles of this outlet; may be repeated."),
]
AuthorOption = Annotated[
    list[str] | None,
    typer.Option("--author", metavar="NAME", help="Only articles by this author; may be repeated."),
]
TitleOption = Annotated[
    list[str] | None,
    typer.Option(
        "--title",
        metavar="WORDS",
        help="Only articles whose headline has these words; may be repeated.",
    ),
]
LanguageOption = Annotated[
    list[str] | None,
    typer.Option(
        "--lang",
        metavar="LANGUAGE",
        help="Only articles in this language, such as de or German; may be repeated.",
    ),
]
ArticleArgument = Annotated[str, typer.Argument(metavar="ID", help="The article's id.")]


def parts_of(context: typer.Context) -> Parts:
    """Where this command gets what is heavy."""
    return context.find_object(Parts) or Parts()


def at_hand(model: str | None) -> str | None:
    """The model as given, or its file, downloaded before a status line would hide the progress."""
    found = fetched(model)
    return None if found is None else str(found)


def open_index(index: str | None, *, writable: bool = False) -> Store:
    """The index that was named, or the default one."""
    return opened(index_folder(index), writable=writable)


def days(since: str | None, until: str | None) -> tuple[str | None, str | None]:
    """Both dates as given; wrong ones are refused before a model is loaded.

    Raises:
        BadRequest: one is no date, or the later one comes first.
    """
    first = iso(_dates("--since", since=since).since)
    last = iso(_dates("--until", until=until).until)
    if first and last and first > last:
        raise BadRequest(f"--since {first} is after --until {last}: no day is in between.")
    return first, last


def only(
    outlet: list[str] | None,
    author: list[str] | None,
    title: list[str] | None,
    lang: list[str] | None,
) -> Only:
    """Which articles are read, as an assistant takes it."""
    return Only(
        outlets=tuple(outlet or ()),
        authors=tuple(author or ()),
        titles=tuple(title or ()),
        languages=tuple(lang or ()),
    )


def _dates(option: str, since: str | None = None, until: str | None = None) -> Dates:
    try:
        return dates(since, until)
    except BadRequest as error:
        raise BadRequest(f"{option}: {error}") from None
