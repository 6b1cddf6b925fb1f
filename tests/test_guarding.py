"""What stands behind a login: who is let in, to what, how fast, and how much of it."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browsing import in_a_loop
from fake_assistant import ASK_BRIDGE, FakeAssistant, choices_of

from rag.page import guarding, serving
from rag.page.guarding import EACH, FROM_ONE_ADDRESS, Guard, Pauses, network
from rag.page.page import build

LOGIN = ("ada", "secret")
API = "gradio_api/"
ARGUMENTS = [ASK_BRIDGE, "", "", None, ""]


# --- wrong passwords ---------------------------------------------------------------------------


def test_each_wrong_password_makes_the_next_try_wait_longer_and_no_one_elses():
    now = [1000.0]
    pauses = Pauses(lambda: now[0])
    waits = []
    for _ in range(10):
        wait = pauses.wait("198.51.100.7")
        assert wait is not None
        now[0] += wait
        waits.append(wait)
    assert waits == [0, 0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert pauses.wait("198.51.100.8") == 0
    pauses.right("198.51.100.7")
    assert pauses.wait("198.51.100.7") == 0


def test_wrong_passwords_are_forgotten_and_take_no_more_than_their_room():
    now = [1000.0]
    pauses = Pauses(lambda: now[0])
    assert [pauses.wait("198.51.100.7") for _ in range(3)] == [0, 0.5, 1.5]
    now[0] += guarding.FORGIVEN + 10
    assert pauses.wait("198.51.100.7") == 0
    for number in range(guarding.MOST_GUESSERS):
        pauses.wait(str(number))
    assert pauses.wait("198.51.100.7") == 0  # pushed out by the newer ones
    assert network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"


class Door:
    """The end of a login's way: takes one password."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked.append(scope["password"])
        right = scope["password"] == "right"
        await send({"type": "http.response.start", "status": 200 if right else 400, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def test_a_try_waits_before_it_is_looked_at_and_one_too_many_is_answered_at_once():
    door, slept, answered = Door(), [], []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def note(message: Any) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    async def nothing() -> Any:
        raise AssertionError

    def attempt(password: str, address: str) -> Any:
        scope = {"type": "http", "method": "POST", "path": "/login/", "client": (address, 1)}
        return guard(scope | {"password": password, "headers": []}, nothing, note)

    async def attempts() -> None:
        for _ in range(9):
            await attempt("wrong", "198.51.100.7")
        await attempt("right", "198.51.100.8")
        await attempt("wrong", "198.51.100.8")

    guard = Guard(door, Pauses(lambda: 1000.0), sleep)
    asyncio.run(attempts())
    assert answered == [400] * 7 + [429] * 2 + [200, 400]
    assert slept == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert door.asked == ["wrong"] * 7 + ["right", "wrong"]


# --- the page behind a login -------------------------------------------------------------------


class Page:
    """A page that asks for a login, and its address."""

    def __init__(self, blocks: Any, address: str) -> None:
        self.blocks = blocks
        self.address = address
        self.clients = contextlib.ExitStack()
        config = self.reader().get("config").json()
        named = {one["api_name"]: one["id"] for one in config["dependencies"]}
        self.ask = named["ask"]

    def visitor(self) -> httpx.Client:
        return self.clients.enter_context(httpx.Client(base_url=self.address, timeout=120))

    def reader(self) -> httpx.Client:
        """One who has logged in."""
        client = self.visitor()
        answer = client.post("login", data={"username": LOGIN[0], "password": LOGIN[1]})
        assert answer.status_code == 200
        return client

    def join(self, client: httpx.Client, stream: str) -> httpx.Response:
        """A question put in line."""
        call = {"data": ARGUMENTS, "fn_index": self.ask, "session_hash": stream}
        return client.post(f"{API}queue/join", json=call)


@pytest.fixture(scope="module")
def pace() -> threading.Semaphore:
    return threading.Semaphore(0)


@pytest.fixture(scope="module")
def page(pace: threading.Semaphore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page whose assistant waits for `pace` before each event."""
    choices = choices_of(FakeAssistant(pace=pace), tmp_path_factory.mktemp("guarded") / "index")
    blocks = in_a_loop(lambda: build(choices))
    try:
        port = serving.free_port("127.0.0.1")
        made = Page(blocks, in_a_loop(lambda: serving.start(blocks, "127.0.0.1", port, LOGIN)))
        with made.clients:
            yield made
    finally:
        for _ in range(1000):
            pace.release()
        in_a_loop(lambda: blocks.close(verbose=False))


def events(response: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in response.iter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_without_a_login_nothing_is_answered_but_the_page_that_asks_for_it(page):
    visitor, reader = page.visitor(), page.reader()
    assert visitor.get("").status_code == 200
    described = reader.get("openapi.json").json()["paths"]
    closed = {
        (method, path): visitor.request(method, path).status_code
        for path, methods in described.items()
        if path.rstrip("/") not in guarding.OPEN and path != "/"
        if not path.startswith(guarding.OPEN_FOLDERS)
        for method in methods
    }
    wanted = [("post", "cancel"), ("post", "reset"), ("get", "queue/data"), ("post", "upload")]
    assert closed.keys() >= {(method, f"/{API}{name}") for method, name in wanted}
    assert set(closed.values()) == {401} and len(closed) > 50
    assert visitor.get("openapi.json").status_code == 401
    visitor.cookies.set(f"access-token-{page.blocks.app.cookie_id}", "guessed")
    assert visitor.get("openapi.json").status_code == 401


def test_the_name_of_another_readers_stream_leads_nowhere(page, pace):
    ada, eve = page.reader(), page.reader()
    event = page.join(ada, "stream-of-ada").json()["event_id"]
    called = ada.post(f"{API}call/ask", json={"data": ARGUMENTS}).json()["event_id"]
    stolen = []
    with (  # Gradio breaks off a stream that it does not know
        contextlib.suppress(httpx.RemoteProtocolError),
        eve.stream("GET", f"{API}queue/data?session_hash=stream-of-ada") as stream,
    ):
        stolen += events(stream)
    assert [one["msg"] for one in stolen] == ["unexpected_error"]
    for held in (event, called):
        assert eve.get(f"{API}call/ask/{held}").status_code == 404
        assert eve.post(f"{API}stream/{held}/close").status_code == 404
        cancel = {"session_hash": "stream-of-ada", "fn_index": page.ask, "event_id": held}
        assert eve.post(f"{API}cancel", json=cancel).status_code == 404
        run = {"data": [], "fn_index": page.ask, "event_id": held}
        assert eve.post(f"{API}run/ask", json=run).status_code == 404
    with eve.stream("GET", f"{API}heartbeat/stream-of-ada") as heartbeat:
        assert heartbeat.status_code == 200  # his own, of the same name; what ends with it is his
    for _ in range(2 * 5):
        pace.release()
    with ada.stream("GET", f"{API}queue/data?session_hash=stream-of-ada") as own:
        *_, done, closed = events(own)
    assert done["success"] and "12 May" in json.dumps(done["output"])
    assert closed["msg"] == "close_stream"
    with ada.stream("GET", f"{API}call/ask/{called}") as own:
        assert "12 May" in "".join(own.iter_text())


def test_one_readers_flood_leaves_room_for_the_others(page):
    flood, other = page.reader(), page.reader()
    told = [page.join(flood, f"stream-{number % 3}").status_code for number in range(EACH + 5)]
    assert told == [200] * EACH + [429] * 5
    refused = page.join(flood, "another")
    assert refused.json()["detail"] == (
        "Too many of your questions are waiting. Ask again in a minute."
    )
    assert page.join(other, "stream-0").status_code == 200
    many = [page.reader() for _ in range(FROM_ONE_ADDRESS // EACH)]
    told = [page.join(reader, "a").status_code for reader in many for _ in range(EACH)]
    assert 429 in told  # one address never takes all places, however many logins it has
    waiting = len(page.blocks._queue.event_ids_to_events)
    assert waiting <= FROM_ONE_ADDRESS


def test_a_call_that_is_no_call_is_refused(page):
    reader = page.reader()
    assert reader.post(f"{API}queue/join", content=b"{no json").status_code == 400
    assert reader.post(f"{API}queue/join", content=b'["a list"]').status_code == 422
    parts = {"files": ("a.txt", b"x")}
    assert reader.post(f"{API}component_server", files=parts).status_code == 415
    assert reader.post(f"{API}upload", files=parts).status_code == 200
    large = b" " * (guarding.LARGEST_CALL + 1)
    assert reader.post(f"{API}queue/join", content=large).status_code == 413
