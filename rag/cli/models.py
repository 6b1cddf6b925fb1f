"""The command `models`: which language models are worth a download, and getting one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from index.errors import BadRequest
from rag.cli import terminal
from rag.cli.options import Commands, JsonOption, cli
from rag.models.hub import HUB, HubFile, size_of
from rag.models.llm import LocalLLM
from rag.models.recommended import Recommended, measured, recommended

models = typer.Typer(
    cls=Commands,
    help="List the language models that are worth a download; get one.",
    rich_markup_mode=None,
)
cli.add_typer(models, name="models")


@models.callback(invoke_without_command=True)
def list_models(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the language models that are worth a download; get one."""
    if context.invoked_subcommand is not None:
        return
    listed = recommended().values()
    if as_json:
        typer.echo(terminal.as_json([model.to_dict() for model in listed]))
        return
    typer.echo(models_text(listed))
    typer.echo("byline models get NAME downloads one, and --model NAME uses it.", err=True)


@models.command()
def get(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="One that is listed, or hf:OWNER/REPO/FILE.gguf."),
    ],
) -> None:
    """Download a model, check it, and try how fast it writes here.

    What was cut off or stopped with Ctrl-C goes on where it was.
    """
    model = recommended().get(name)
    if model is None and not name.startswith(HUB):
        known = ", ".join(recommended())
        raise BadRequest(
            f"There is no model {name!r} on the list. It has {known}; any other is written "
            "hf:OWNER/REPO/FILE.gguf."
        )
    file = model.file if model else HubFile.parse(name)
    if file.at_hand() is None:
        size = f", {size_of(model.size)}" if model else ""
        typer.echo(f"Downloading {name}{size}. Ctrl-C stops it.", err=True)
    try:
        path = file.fetch()
    except KeyboardInterrupt:
        typer.echo("Stopped. The same command goes on from there.", err=True)
        raise
    typer.echo(str(path))
    with terminal.Status() as status:
        status.show(f"Trying {name}")
        llm = LocalLLM.from_file(path)
        speed = model.tried(llm) if model else measured(llm)
    typer.echo(f"It writes {speed} words a second here. --model {name} uses it.", err=True)


def models_text(listed: Iterable[Recommended]) -> str:
    """A line for each model, under a line of headings."""
    rows = [("NAME", "DISK", "MEMORY", "LICENCE", "WORDS/S", "")]
    for model in listed:
        speed = model.words_a_second()
        state = "downloaded" if model.file.at_hand() else ""
        rows.append((model.name, size_of(model.size), f"{model.memory} GB", model.licence,
                     f"{speed:.1f}" if speed else "", state))  # fmt: skip
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join(lines)
