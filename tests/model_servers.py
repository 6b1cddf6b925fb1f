"""Language models' servers that answer as a test tells them to, badly for the most part."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from rag.models.chatting import Prompt
from rag.models.remote import RemoteLLM


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers."""

    body: str = ""
    status: int = 200
    kind: str = "application/json"
    missing: int = 0
    """Bytes that are promised and never come."""
    headers: tuple[tuple[str, str], ...] = ()
    dropped: bool = False
    """Whether the connection is closed without a word."""
    then_silent: bool = False
    """Whether it stays open when all was said, until the test is over."""


@dataclass(slots=True)
class Told:
    """A server's replies by path, each used up in turn but the last; and what it was asked."""

    replies: dict[str, list[Reply]]
    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str | None] = field(default_factory=set)
    over: threading.Event = field(default_factory=threading.Event)

    def next(self, path: str) -> Reply:
        left = self.replies.get(path, [Reply("{}", 404)])
        return left.pop(0) if len(left) > 1 else left[0]


Start = Callable[..., Told]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a server that answers as it is told."""
    servers: list[ThreadingHTTPServer] = []
    over = threading.Event()

    def begin(models: Reply, *chats: Reply, **others: Reply) -> Told:
        told = Told({"/v1/models": [models], "/v1/chat/completions": list(chats)}, over=over)
        told.replies.update({f"/{name}": [reply] for name, reply in others.items()})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler(told))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        told.url = f"http://127.0.0.1:{server.server_port}/v1"
        return told

    yield begin
    over.set()
    for server in servers:
        server.shutdown()
        server.server_close()


def handler(told: Told) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.keys.add(self.headers["Authorization"])
            reply = told.next(self.path)
            self.close_connection = True
            if reply.dropped:
                return
            self.send_response(reply.status)
            for header in reply.headers:
                self.send_header(*header)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(reply.body.encode()) + reply.missing))
            self.end_headers()
            self.wfile.write(reply.body.encode())
            if reply.then_silent:
                told.over.wait()

        def do_POST(self) -> None:
            told.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def listing(*names: str, **about: object) -> Reply:
    return Reply(json.dumps({"data": [{"id": name, **about} for name in names]}))


def stream(*pieces: str, end: str | None = "stop") -> Reply:
    parts = [{"choices": [{"index": 0, "delta": {"content": piece}}]} for piece in pieces]
    if end:
        parts.append({"choices": [{"index": 0, "delta": {}, "finish_reason": end}]})
    lines = [f"data: {json.dumps(part)}\n\n" for part in parts]
    return Reply("".join([*lines, "data: [DONE]\n\n"]), kind="text/event-stream")


def whole(text: str) -> Reply:
    return Reply(json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}))


def failing(message: str, status: int = 400, wait: str = "", **about: object) -> Reply:
    headers = (("Retry-After", wait),) if wait else ()
    return Reply(json.dumps({"error": {"message": message, **about}}), status, headers=headers)


def event(*pieces: str, error: object) -> Reply:
    """A stream in which the server tells of an error."""
    begun = stream(*pieces, end=None).body.removesuffix("data: [DONE]\n\n")
    return Reply(f"{begun}data: {json.dumps({'error': error})}\n\n", kind="text/event-stream")


HTML = Reply("<html><body>Welcome</body></html>", kind="text/html")
PARTS = stream("Half", end=None).body.removesuffix("data: [DONE]\n\n")
ASKED = Prompt("Answer.", "Where did the council meet?")


def say(model: RemoteLLM, prompt: Prompt = ASKED, **more: Any) -> str:
    return "".join(model.write(prompt, **{"limit": 20, **more}))
