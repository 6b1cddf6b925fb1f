"""A hub of the tests' own, which speaks the Hugging Face Hub's protocol and fails as it is told."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"
STORE = "/store"
"""Where the bytes lie: as the public hub, this one sends whoever wants them elsewhere."""


@dataclass(slots=True)
class Hub:
    """What the hub has, how it fails, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    """By OWNER/REPO/REVISION/FILE."""
    url: str = ""
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    ranges: list[str | None] = field(default_factory=list)
    """The part of a file that each download asked for."""
    cuts: list[int] = field(default_factory=list)
    """After how many bytes each of the next downloads is cut."""
    stalls: int | None = None
    """After how many bytes it falls silent, until it is let go on."""
    silent: threading.Event = field(default_factory=threading.Event)
    """Set when it has fallen silent."""
    going_on: threading.Event = field(default_factory=threading.Event)
    resumes: bool = True
    """False for a hub that always sends a file from its beginning."""
    status: int = 200
    """Another one for a hub that fails."""
    store_status: int = 200
    """The same, for one that tells of a file and then does not send it."""
    errors: dict[str, str] = field(default_factory=dict)
    """Headers with which it says why."""
    promised: int | None = None
    """The size that it states, where that is not the true one."""
    hashed: bool = True
    """False for one that does not say which hash a file has."""
    instead: bytes | None = None
    """What it sends in place of a file."""

    def put(self, path: str, content: bytes) -> None:
        """Have a file at OWNER/REPO/FILE."""
        owner, repo, file = path.split("/", 2)
        self.files[f"{owner}/{repo}/main/{file}"] = content


@contextmanager
def running(hub: Hub) -> Iterator[Hub]:
    """The hub behind an address of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    threading.Thread(target=server.serve_forever, args=(0.01,)).start()
    hub.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield hub
    finally:
        hub.going_on.set()
        server.shutdown()
        server.server_close()


def _handler(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            hub.asked.append(f"HEAD {self.path}")
            hub.agents.add(self.headers["User-Agent"])
            content = self.found()
            if content is None:
                return
            self.send_response(302)
            elsewhere = hub.url.replace("127.0.0.1", "localhost")
            self.send_header("Location", f"{elsewhere}{STORE}{self.path}")
            self.send_header("X-Repo-Commit", COMMIT)
            etag = hashlib.sha256(content).hexdigest() if hub.hashed else "some-version"
            self.send_header("X-Linked-Etag", f'"{etag}"')
            size = len(content) if hub.promised is None else hub.promised
            self.send_header("X-Linked-Size", str(size))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self) -> None:
            if not self.path.startswith(STORE):
                self.do_HEAD()
                return
            content = self.found()
            if content is None:
                return
            hub.ranges.append(wanted := self.headers["Range"])
            if hub.store_status != 200:
                self.send_error(hub.store_status)
                return
            content = content if hub.instead is None else hub.instead
            begin = int(wanted[len("bytes=") : -1]) if wanted and hub.resumes else 0
            body = content[begin:]
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if hub.stalls is not None:
                self.wfile.write(body[: hub.stalls])
                hub.silent.set()
                hub.going_on.wait()
                self.wfile.write(body[hub.stalls :])
            else:
                self.wfile.write(body[: hub.cuts.pop(0)] if hub.cuts else body)
            self.close_connection = True

        def found(self) -> bytes | None:
            """The file that is wanted; else it is said why not."""
            path = self.path.removeprefix(STORE).removeprefix("/").replace("/resolve/", "/", 1)
            content = hub.files.get(path)
            if content is None or hub.status != 200:
                self.send_response(404 if hub.status == 200 else hub.status)
                for name, value in (hub.errors or {"X-Error-Code": "EntryNotFound"}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return None
            return content

        def log_message(self, *_: object) -> None:
            pass

    return Handler
