"""The command ``byline``: all that `rag.cli` has, ``eval``, and ``serve`` for the web page.

What the page is made of stands in `rag.page`.
"""

from __future__ import annotations

import contextlib
import importlib.resources
import os
import threading
from functools import partial
from pathlib import Path
from typing import Annotated, cast

import typer

import rag.cli.lookup
import rag.cli.models  # noqa: F401, as lookup, which adds `search` and `names`
from eval import command as evaluation
from index.locations import Place
from rag.assistant import Assistant, Mode
from rag.cli import commands
from rag.names.questions import questions
from rag.page import serving
from rag.page.choices import Answering, Choices
from rag.page.page import build
from rag.settings import index_folder

NO_BROWSER = "BYLINE_NO_BROWSER"


def main() -> None:
    """Run the command line."""
    commands.cli(prog_name="byline")


commands.cli.command("eval")(evaluation.command)


@commands.cli.command()
def serve(
    context: typer.Context,
    index: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR", help="An index folder, empty or not; more than once gives a choice."
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help=f"Default: {serving.PORT}, or the next that is free.", min=1, max=65535),
    ] = None,
    host: Annotated[str, typer.Option(help="Beyond this machine it needs --auth.")] = "127.0.0.1",
    auth: Annotated[
        str | None,
        typer.Option(metavar="USER:PASSWORD", envvar="BYLINE_AUTH", help="Ask readers to log in."),
    ] = None,
    mcp: Annotated[
        bool, typer.Option("--mcp", help="Be an MCP server for assistants too.")
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help=f"Open a browser, unless ${NO_BROWSER} is 1.")
    ] = True,
    model: Annotated[
        list[str] | None,
        typer.Option(metavar="MODEL", help="As for ask; more than once gives a choice."),
    ] = None,
    encoder: commands.EncoderOption = None,
    reader: commands.ReaderOption = None,
    mode: commands.ModeOption = "auto",
) -> None:
    """Serve the web page on this machine, until Ctrl-C."""
    login = serving.credentials(auth, host)
    serving.free_port(host, port)  # what is asked for and taken is told before models are loaded
    if mcp:
        serving.check_mcp(login)
    parts = context.find_object(commands.Parts) or commands.Parts()
    places = [index_folder(one) for one in index] if index else [index_folder()]
    choices = _choices(parts, places, model, encoder, reader, mode)
    if login is not None:
        choices.recommended = {}  # a reader who logs in from elsewhere downloads nothing here
    if choices.archive().cards():
        typer.echo("Loading the models.", err=True)
        _warm(choices.assistant(choices.default))
    else:
        typer.echo("The archive is empty; the page says what to do.", err=True)
    page = build(choices, _demo(), questions)
    address = serving.start(page, host, serving.free_port(host, port), login, mcp)
    typer.echo(f"Byline is at {address} (Ctrl-C ends it).", err=True)
    if mcp:
        typer.echo(f"MCP clients find it at {address}{serving.MCP_PATH}", err=True)
    if not serving.is_loopback(host):
        typer.echo("Others can reach it with the password, which travels unencrypted.", err=True)
    if open_browser and os.environ.get(NO_BROWSER) != "1":
        typer.launch(address)
    _wait()
    page.close(verbose=False)


def _choices(
    parts: commands.Parts,
    places: list[Place],
    models: list[str] | None,
    encoder: str | None,
    reader: str | None,
    mode: Mode,
) -> Choices:
    def load(where: Place, model: str | None) -> Answering:
        return cast("Answering", parts.assistant(where, model, encoder, reader, mode))

    return Choices(places, models or [None], load, partial(parts.encoder, encoder), mode)


def _warm(assistant: Answering) -> threading.Thread | None:
    """Encode the examples of requests while the page is made, so that no question waits for it."""
    if not isinstance(assistant, Assistant):
        return None
    thread = threading.Thread(target=assistant.kinds, daemon=True)
    thread.start()
    return thread


def _demo() -> Path | None:
    """The demo articles, where they lie in a folder of their own."""
    folder = importlib.resources.files("eval") / "articles"
    return folder if isinstance(folder, Path) and folder.is_dir() else None


def _wait() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()
