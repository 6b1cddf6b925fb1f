"""Who is let in behind a login, and how much of the server one reader may take.

ASGI middleware around Gradio's app, whose own login leaves some addresses open and tells
readers apart by a word that each of them chooses. Nothing here knows what is on the page.
"""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import json
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIRST_PAUSE = 0.5
"""Seconds after a wrong password; each further one doubles them."""
LONGEST_PAUSE = 60.0
FORGIVEN = 900.0
"""Seconds without a try after which wrong passwords are forgotten."""
MOST_GUESSERS = 10_000
LARGEST_CALL = 16_000_000
"""Bytes of a call; files are uploaded apart from it."""
EACH = 8
"""Questions of one reader that may wait at a time."""
API = "/gradio_api"
FROM_ONE_ADDRESS = 64
"""Questions that may wait from one address: half of all that the page has room for."""
OPEN = (
    *("/", "/login", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json", "/pwa_icon"),
    *(f"{API}/{name}" for name in ("theme.css", "startup-events", "login_check", "app_id")),
)
"""What the page that asks for the password is made of, and what the server asks itself."""
OPEN_FOLDERS = ("/assets/", "/static/", "/svelte/", "/pwa_icon/")
CALL = f"{API}/call/"
JOIN = f"{API}/queue/join"
UPLOAD = f"{API}/upload"


# --- wrong passwords ---------------------------------------------------------------------------


@dataclass(slots=True)
class Tries:
    """The tries of one address that have not been right."""

    count: int = 0
    free: float = 0.0
    """When the next one is looked at."""


@dataclass(slots=True)
class Pauses:
    """How long a try to log in has to wait: longer after each wrong one from the same address.

    Tries are counted when they come, so that many at once wait for one another.
    """

    clock: Callable[[], float] = time.monotonic
    _tries: OrderedDict[str, Tries] = field(default_factory=OrderedDict)

    def wait(self, who: str) -> float | None:
        """Seconds until this try is looked at; None where it is not, as too many wait already."""
        now = self.clock()
        tries = self._tries.pop(who, None) or Tries()
        if now - tries.free > FORGIVEN:
            tries = Tries()
        self._tries[who] = tries
        if len(self._tries) > MOST_GUESSERS:
            self._tries.popitem(last=False)
        begins = max(now, tries.free)
        if begins - now > LONGEST_PAUSE:
            return None
        tries.free = begins + min(FIRST_PAUSE * 2**tries.count, LONGEST_PAUSE)
        tries.count += 1
        return begins - now

    def right(self, who: str) -> None:
        """Forget the tries of one who gave the right password."""
        self._tries.pop(who, None)


def network(address: str) -> str:
    """Whose address it is: one of IPv6 by the network that a subscriber gets."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((ip, 64), strict=False)) if ip.version == 6 else str(ip)


# --- the gate ----------------------------------------------------------------------------------


class Guard:
    """Lets in who has logged in, each to what is his own, and slows down who guesses.

    A reader is a login: what each browser calls its stream is made part of it, so that the
    name of another reader's stream leads nowhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        pauses: Pauses | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app = app
        self._pauses = pauses or Pauses()
        self._sleep = sleep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].rstrip("/") or "/"
        if path == "/login" and scope["method"] == "POST":
            await self._log_in(scope, receive, send)
            return
        token = _token(scope)
        if token:
            try:
                scope, receive = await _made_own(scope, receive, path, reader(token))
            except _Refused as refused:
                await _answer(scope, receive, send, refused.status, str(refused))
                return
        elif path not in OPEN and not path.startswith(OPEN_FOLDERS):
            await _answer(scope, receive, send, 401, "Log in first.")
            return
        await self._app(scope, receive, send)

    async def _log_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = network(_address(scope))
        seconds = self._pauses.wait(who)
        if seconds is None:
            said = "Too many wrong passwords came from your address. Try again in some minutes."
            await _answer(scope, receive, send, 429, said)
            return
        if seconds:
            await self._sleep(seconds)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                self._pauses.right(who)
            await send(message)

        await self._app(scope, receive, noting)


class _Refused(Exception):
    """A request that is not passed on, with its HTTP status."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def reader(token: str) -> str:
    """What the streams of one login are called in the server, before each one's own name."""
    return hashlib.sha256(token.encode()).hexdigest()[:32] + "-"


async def _made_own(scope: Scope, receive: Receive, path: str, mine: str) -> tuple[Scope, Receive]:
    """The request with the names of its streams made the reader's own.

    Raises:
        _Refused: it is about a question of another reader, or one too many.
    """
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    query = [(key, mine + value if key == "session_hash" else value) for key, value in query]
    scope = {**scope, "query_string": urlencode(query).encode()}
    kind, *names = path.removeprefix(f"{API}/").split("/")
    if kind == "heartbeat" or (kind == "stream" and len(names) > 2):
        path = "/".join([API, kind, mine + names[0], *names[1:]])
        scope |= {"path": path, "raw_path": path.encode()}
    elif kind in ("call", "stream") and names:
        event = names[0] if kind == "stream" else names[-1]
        _check_event(scope, event, mine)
    if scope["method"] != "POST" or path == UPLOAD:
        return scope, receive
    if _header(scope, b"content-type").startswith("multipart/"):
        raise _Refused(415, "A call is written in JSON.")
    body = await _body(receive)
    try:
        call = json.loads(body or b"{}")
    except ValueError:
        raise _Refused(400, "This is no JSON.") from None
    if isinstance(call, dict):
        call = _own_call(scope, call, path, mine)
    body = json.dumps(call).encode()
    return _with_length(scope, len(body)), _replayed(body, receive)


def _own_call(scope: Scope, call: dict[str, Any], path: str, mine: str) -> dict[str, Any]:
    """A call with its stream's name made the reader's own."""
    if path.startswith(CALL):  # a call without a stream gets one that shows whose it is
        call.setdefault("session_hash", secrets.token_hex(8))
    if call.get("session_hash") is not None:
        call["session_hash"] = f"{mine}{call['session_hash']}"
    if call.get("event_id") is not None:
        _check_event(scope, str(call["event_id"]), mine)
    if path == JOIN or path.startswith(CALL):
        _check_places(scope, mine)
    return call


def _check_event(scope: Scope, event_id: str, mine: str) -> None:
    """Refuse what is about a question of another reader."""
    queue = _queue(scope)
    event = queue.event_ids_to_events.get(event_id)
    pending = queue.pending_event_ids_session
    holders = [event.session_hash] if event else [s for s in pending if event_id in pending[s]]
    if any(not holder.startswith(mine) for holder in holders):
        raise _Refused(404, "There is no such question.")


def _check_places(scope: Scope, mine: str) -> None:
    """Refuse a question of a reader, or from an address, that has too many waiting."""
    waiting: Sequence[Any] = list(_queue(scope).event_ids_to_events.values())
    own = sum(event.session_hash.startswith(mine) for event in waiting)
    address = network(_address(scope))
    near = sum(network(_address(event.request.scope)) == address for event in waiting)
    if own >= EACH or near >= FROM_ONE_ADDRESS:
        raise _Refused(429, "Too many of your questions are waiting. Ask again in a minute.")


def _queue(scope: Scope) -> Any:
    # Gradio has no public name for what it has in its queue.
    return scope["app"].get_blocks()._queue


def _token(scope: Scope) -> str:
    """The login that a request comes with, if it is a valid one."""
    from starlette.requests import HTTPConnection

    app, cookies = scope["app"], HTTPConnection(scope).cookies
    for name in ("access-token", "access-token-unsecure"):
        token = cookies.get(f"{name}-{app.cookie_id}", "")
        if token in app.tokens:
            return token
    return ""


def _address(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _header(scope: Scope, name: bytes) -> str:
    return str(dict(scope["headers"]).get(name, b"").decode("latin-1").strip().lower())


def _with_length(scope: Scope, length: int) -> Scope:
    kept = [
        one for one in scope["headers"] if one[0] not in (b"content-length", b"transfer-encoding")
    ]
    return {**scope, "headers": [*kept, (b"content-length", str(length).encode())]}


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if len(parts) > LARGEST_CALL:
            raise _Refused(413, f"A call has at most {LARGEST_CALL // 1_000_000} MB.")
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return bytes(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """What gives the body once more, and then what else comes."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


async def _answer(scope: Scope, receive: Receive, send: Send, status: int, said: str) -> None:
    from starlette.responses import JSONResponse

    await JSONResponse({"detail": said}, status)(scope, receive, send)
