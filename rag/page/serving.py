"""How the page is served: to whom, on which port, and what a browser may load for it."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import BadRequest
from rag.page.archive import LARGEST
from rag.page.guarding import Guard
from rag.page.html import asset

if TYPE_CHECKING:
    import gradio as gr
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PORT = 7860
PORTS_TRIED = 100
LOOPBACK_NAMES = ("localhost", "127.0.0.1")
CONTENT_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Gradio needs inline scripts and eval; what this forbids is every other host."""
THREADS = 128
"""Threads of the server: each question that waits for its turn takes one."""
SAFE = ("GET", "HEAD", "OPTIONS")
MCP_EXTRA = "mcp"
MCP_PATH = "gradio_api/mcp/"


def start(
    page: gr.Blocks,
    host: str,
    port: int,
    auth: tuple[str, str] | None = None,
    mcp: bool = False,
) -> str:
    """Serve `page` from threads of this process and return its address."""
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    guards = [Middleware(SameOriginOnly)]
    if is_loopback(host):
        # A site elsewhere could point its own name at this address and read the archive.
        names = [host, *LOOPBACK_NAMES]
        guards.append(Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False))
    if auth is not None:
        guards.append(Middleware(Guard))
    with (
        without_proxies(),
        contextlib.redirect_stdout(io.StringIO()),
    ):  # Gradio tells of MCP there, quiet or not
        _, address, _ = page.launch(
            server_name=host,
            server_port=port,
            auth=auth,
            theme=_theme(),
            css=asset("page.css"),
            head=f"<script>{asset('page.js')}</script>",
            app_kwargs={"middleware": guards},
            max_threads=THREADS,
            max_file_size=LARGEST,
            prevent_thread_lock=True,
            share=False,
            ssr_mode=False,
            mcp_server=mcp,
            run_history=False,
            enable_monitoring=False,
            footer_links=[],
            quiet=True,
        )
    return address


@contextlib.contextmanager
def without_proxies() -> Iterator[None]:
    """Hide the environment's proxies: Gradio would ask for its own page through them."""
    proxies = {name: os.environ.pop(name) for name in list(os.environ)
               if name.lower() in ("http_proxy", "https_proxy", "all_proxy")}  # fmt: skip
    try:
        yield
    finally:
        os.environ.update(proxies)


def _theme() -> gr.themes.Base:
    import gradio as gr

    # Named as plain fonts: Gradio would fetch a bare string as a file of its own.
    return gr.themes.Default(
        primary_hue="blue",
        neutral_hue="slate",
        font=[gr.themes.Font("system-ui"), gr.themes.Font("sans-serif")],
        font_mono=[gr.themes.Font("ui-monospace"), gr.themes.Font("monospace")],
    ).set(  # Gradio's own colours fall short of WCAG's 4.5 to 1 here
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        block_label_text_color="*neutral_600",
        block_title_text_color="*neutral_600",
        block_title_text_color_dark="*neutral_300",
        block_info_text_color="*neutral_600",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
    )


class SameOriginOnly:
    """ASGI middleware that keeps the page and other sites apart.

    The browser is told to load nothing from any other host, and what another site's page has
    it send here is refused, since it could change the archive.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add the policy to the head of its response."""
        if scope["type"] == "http" and _from_elsewhere(scope):
            from starlette.responses import PlainTextResponse

            await PlainTextResponse("This came from another site.", 403)(scope, receive, send)
            return

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = (b"content-security-policy", CONTENT_POLICY.encode())
                message = {**message, "headers": [*message["headers"], policy]}
            await send(message)

        await self._app(scope, receive, send_with_policy)


def _from_elsewhere(scope: Scope) -> bool:
    """True for a request that would change something and that another site's page sent."""
    if scope["method"] in SAFE:
        return False
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin).netloc != headers.get(b"host")


def check_mcp(auth: tuple[str, str] | None) -> None:
    """Make sure that the page may be an MCP server as well.

    Raises:
        BadRequest: its package is not installed, or a login is asked for, which MCP would pass by.
    """
    if importlib.util.find_spec("mcp") is None:
        raise BadRequest(f"--mcp needs another package: pip install 'byline[{MCP_EXTRA}]'")
    if auth is not None:
        raise BadRequest("--mcp would pass by the login: leave out --auth, or leave out --mcp.")


def is_loopback(host: str) -> bool:
    """True if only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in LOOPBACK_NAMES


def free_port(host: str, port: int | None = None) -> int:
    """The port that was asked for, or else the first from `PORT` on that can be opened.

    Args:
        host: a name or an IPv4 address of this machine.
        port: the only one that will do.

    Raises:
        BadRequest: it cannot be opened, or none of the `PORTS_TRIED` can.
    """
    reason = ""
    for tried in range(PORT, PORT + PORTS_TRIED) if port is None else [port]:
        try:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, tried))
                return tried
        except OSError as error:
            reason = error.strerror or str(error)
    if port is None:
        raise BadRequest(
            f"No port from {PORT} to {PORT + PORTS_TRIED - 1} can be opened at {host} ({reason}). "
            "Choose others with --host and --port."
        )
    raise BadRequest(
        f"Port {port} cannot be opened at {host} ({reason}). "
        "Choose another with --port, or leave it out to have a free one found."
    )


def credentials(auth: str | None, host: str) -> tuple[str, str] | None:
    """The user name and password that `auth` gives; None where none are needed.

    Raises:
        BadRequest: others can reach `host` and there is no `auth`, or it lacks a part.
    """
    if auth is None:
        if is_loopback(host):
            return None
        raise BadRequest(
            f"At {host} others could read your archive: "
            "add --auth USER:PASSWORD, or leave out --host."
        )
    user, _, password = auth.partition(":")
    if not user or not password:
        raise BadRequest("--auth takes a user name and a password: --auth USER:PASSWORD.")
    return user, password
