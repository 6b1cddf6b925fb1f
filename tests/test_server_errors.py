"""What goes wrong with a language model's server: each is one line, and says what to do."""

import socket

import httpx2
import openai
import pytest

from index.errors import ModelError
from rag.models.remote import RemoteLLM, Server
from rag.models.server_errors import trouble
from tests.model_servers import (
    ASKED,
    HTML,
    PARTS,
    Reply,
    event,
    failing,
    listing,
    say,
    stream,
)  # fmt: skip


@pytest.fixture(autouse=True)
def without_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)


@pytest.mark.parametrize(
    ("models", "says"),
    [
        (HTML, "is not an OpenAI-compatible server"),
        (Reply('{"data": 7}'), "is not an OpenAI-compatible server"),
        (Reply("oops", 500), "answers with an error"),
        (failing("no\nentry", 401), "asks for a key. Set $OPENAI_API_KEY. It says: no entry"),
        (Reply('{"data"', missing=99), "broke off"),
        (listing(), "serves no model yet"),
        (listing("a", "b"), "serves a, b. Choose one: "),
    ],
)
def test_a_server_that_is_none_is_one_line(start, models, says):
    told = start(models)
    with pytest.raises(ModelError) as caught:
        RemoteLLM.connect(told.url)
    assert says in str(caught.value)
    assert told.url in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("chats", "says", "came"),
    [
        ([Reply("oops", 500)], "answers with an error", ""),
        ([failing("no model x", 404)], "has no such model or address. It serves tiny. It ", ""),
        ([failing("Out of memory", 200)], "broke off", ""),
        ([event("Half", error={"message": "Full"})], "an error. It says: Full", "Half"),
        ([event(error="Out of memory")], "answers with an error. It says: Out of memory", ""),
        ([failing("Loading", 503, wait="0")], "still loads its model. Ask again soon.", ""),
        ([Reply(dropped=True)], "broke off", ""),
        ([Reply('data: {"choices": ["x"]}\n\n', kind="text/event-stream"), HTML], "broke off", ""),
        ([stream(end=None), Reply(dropped=True)], "broke off", ""),
        ([HTML, HTML], "broke off", ""),
        ([stream("Half a", end=None)], "broke off", "Half a"),
        ([Reply('data: {"cho', kind="text/event-stream"), HTML], "broke off", ""),
        ([Reply(PARTS, kind="text/event-stream", missing=9)], "broke off", "Half"),
    ],
)  # fmt: skip
def test_a_text_that_does_not_come_whole_is_one_line(start, chats, says, came):
    model = RemoteLLM.connect(start(listing("tiny"), *chats).url)
    pieces: list[str] = []
    with pytest.raises(ModelError) as caught:
        pieces.extend(model.write(ASKED, limit=20))
    assert (says in str(caught.value), "".join(pieces)) == (True, came)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "hiccup", [Reply(dropped=True), failing("Loading model", 503, wait="0")], ids=["cut", "busy"]
)
def test_what_a_server_does_not_take_is_asked_once_more(start, hiccup):
    told = start(listing("tiny"), hiccup, stream("yes"))
    assert say(RemoteLLM.connect(told.url)) == "yes"
    assert len(told.bodies) == 2


@pytest.mark.parametrize(("key", "says"), [
    (None, "asks for a key. Set $OPENAI_API_KEY. It says: Wrong key"),
    ("secret", "does not accept the key in $OPENAI_API_KEY. It says: Wrong key"),
])  # fmt: skip
def test_a_key_that_is_refused_is_told_from_one_that_is_missing(start, monkeypatch, key, says):
    if key is not None:
        monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelError) as caught:
        RemoteLLM.connect(start(failing("Wrong key", 401)).url)
    assert says in str(caught.value) and "secret" not in str(caught.value)


def test_a_text_that_stops_coming_is_waited_for_no_longer_than_told(start):
    half = Reply(PARTS, kind="text/event-stream", missing=9, then_silent=True)
    model = RemoteLLM.connect(start(listing("tiny"), half).url, patience=0.2)
    text = model.write(ASKED, limit=20)
    assert next(text) == "Half"
    with pytest.raises(ModelError, match=r"did not answer within 0\.2 seconds"):
        next(text)


def test_a_stream_that_is_only_kept_open_is_not_waited_for_without_end(start):
    told = start(listing("tiny"), Reply(": ping\n\n" * 9, kind="text/event-stream"))
    with openai.OpenAI(base_url=told.url, api_key="none") as client:
        model = RemoteLLM(client, Server.parse(told.url), "tiny", 4096, patience=0)
        with pytest.raises(ModelError, match="did not answer"):
            say(model)


def test_a_certificate_that_cannot_be_trusted_is_told_from_a_server_that_is_gone():
    error = openai.APIConnectionError(request=httpx2.Request("POST", "https://h/v1"))
    error.__cause__ = httpx2.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed")
    assert str(trouble(error, "https://h/v1")).startswith("The certificate of https://h/v1 cannot")


def test_a_server_that_does_not_keep_to_the_limit_is_left(start):
    endless = stream(*["word " * 50] * 100, end=None)
    model = RemoteLLM.connect(start(listing("tiny"), endless).url)
    assert len(say(model, limit=10)) < 1000


def test_a_server_that_is_silent_or_gone_is_given_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="did not answer"):
            RemoteLLM.connect(url, patience=0.05)
    with pytest.raises(ModelError, match=f"Nothing answers at {url}. Start the server"):
        RemoteLLM.connect(url)
