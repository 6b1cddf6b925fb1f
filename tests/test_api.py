"""The page as other programs use it: by Gradio's client, by an MCP client, and many at once."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import served
from fake_assistant import (
    ASK_BRIDGE,
    ASK_REFUSED,
    BRIDGE,
    COUNCIL,
    HOSTILE,
    FakeAssistant,
    answered,
    bridge_answer,
    choices_of,
    cite,
    events,
)
from gradio_client import Client
from gradio_client.exceptions import AppError

from index.errors import BadRequest
from rag.page.api import found, turn
from rag.page.choices import Choices
from rag.page.serving import MCP_PATH
from rag.records import Event, Sentence, Turn

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

USERS = 8
QUESTIONS = 3


class Echo(FakeAssistant):
    """Answers every question with itself and with what was asked before."""

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        **_: object,
    ) -> Iterator[Event]:
        before = ", ".join(turn.question for turn in history)
        sentence = Sentence(f"{question} after {before}", (1,), quoted=False)
        yield from events(answered(question, [sentence], [cite(1, BRIDGE, "Repairs")]))


@pytest.fixture
def choices(tmp_path: Path) -> Choices:
    return choices_of(FakeAssistant(), tmp_path / "index")


@pytest.fixture
def address(choices: Choices) -> Iterator[str]:
    with served(choices) as address:
        yield address


def client_of(address: str, **options: Any) -> Client:
    patient = {"timeout": 120}  # for a machine that is busy
    return Client(address, verbose=False, analytics_enabled=False, httpx_kwargs=patient, **options)


def test_gradios_client_asks_and_sees_the_answer_grow(address):
    client = client_of(address)
    job = client.submit(question=ASK_BRIDGE, api_name="/ask")
    assert job.result() == json.loads(json.dumps(bridge_answer().to_dict()))
    grown = [len(one["sentences"]) for one in job.outputs()]
    assert grown == sorted(grown) and grown[-1] == 3
    refused = client.predict(question=ASK_REFUSED, until="2025-01-01", api_name="/ask")
    assert refused["refused"] and refused["refusal"]["nearest"][0]["title"] == BRIDGE.title
    with pytest.raises(AppError, match="another process is writing to the index"):
        client.predict(question="Unknown?", api_name="/ask")


def test_gradios_client_lists_searches_and_shows_articles(address):
    client = client_of(address)
    listed = client.predict(api_name="/search_articles")
    assert [one["id"] for one in listed] == [COUNCIL.id, BRIDGE.id, HOSTILE.id]
    found = client.predict(query="corrosion", since="2025-03-01", api_name="/search_articles")
    assert [one["title"] for one in found] == [BRIDGE.title]
    shown = client.predict(article_id=BRIDGE.id, api_name="/show_article")
    assert (shown["text"], shown["published"]) == (BRIDGE.text, "2025-03-04")
    with pytest.raises(AppError, match="No article has the id"):
        client.predict(article_id="none", api_name="/show_article")
    with pytest.raises(AppError, match="is not a date"):
        client.predict(since="soon", api_name="/search_articles")


def test_the_api_is_documented_and_nothing_else_is_offered(address):
    described: Any = client_of(address).view_api(return_format="dict", print_info=False)
    assert set(described["named_endpoints"]) == {"/ask", "/search_articles", "/show_article"}
    assert described["unnamed_endpoints"] == {}
    ask = described["named_endpoints"]["/ask"]
    assert [one["parameter_name"] for one in ask["parameters"]] == [
        "question", "since", "until", "history", "index",
    ]  # fmt: skip
    assert [one["parameter_has_default"] for one in ask["parameters"]] == [False] + [True] * 4


def test_an_mcp_client_finds_the_tools_and_calls_them(choices):
    mcp = pytest.importorskip("mcp")
    from mcp.client.streamable_http import streamable_http_client

    async def talk(address: str) -> tuple[Any, Any, Any, Any]:
        async with (
            streamable_http_client(address + MCP_PATH) as (read, write, _),
            mcp.ClientSession(read, write) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            answer = await session.call_tool("ask", {"question": ASK_BRIDGE})
            found = await session.call_tool("search_articles", {"query": "corrosion"})
            shown = await session.call_tool("show_article", {"article_id": BRIDGE.id})
            return tools, answer, found, shown

    with served(choices, mcp=True) as address:
        tools, answer, found, shown = asyncio.run(talk(address))
    by_name = {tool.name: tool for tool in tools.tools}
    assert set(by_name) == {"ask", "search_articles", "show_article"}
    assert "Declines where the articles do not say it" in by_name["ask"].description
    assert set(by_name["ask"].inputSchema["properties"]) == {
        "question", "since", "until", "history", "index",
    }  # fmt: skip
    assert bridge_answer().citations[0].quote in answer.content[0].text
    assert BRIDGE.id in found.content[0].text
    assert "corrosion in six of the eleven piers" in shown.content[0].text


def test_what_another_sites_page_sends_is_refused(address):
    def status(origin: str) -> int:
        request = urllib.request.Request(
            address + "gradio_api/call/search_articles",
            data=b'{"data": []}',
            headers={"Origin": origin, "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code

    assert status(address.rstrip("/")) == 200
    assert [status(one) for one in ("https://evil.example", "null", "http://127.0.0.1:1")] == [
        403, 403, 403,
    ]  # fmt: skip


def test_users_at_once_get_their_own_answers_in_order(tmp_path):
    def converse(user: int) -> list[str]:
        client = client_of(address)
        history: list[dict[str, str]] = []
        for number in range(QUESTIONS):
            question = f"user {user} question {number}"
            answer = client.predict(question=question, history=history, api_name="/ask")
            assert answer["question"] == question
            history.append({"question": question, "answer": answer["sentences"][0]["text"]})
        return [one["answer"] for one in history]

    with (
        served(choices_of(Echo(), tmp_path / "index")) as address,
        ThreadPoolExecutor(USERS) as pool,
    ):
        told = list(pool.map(converse, range(USERS)))
    for user, answers in enumerate(told):
        asked = [f"user {user} question {number}" for number in range(QUESTIONS)]
        assert answers == [
            f"{question} after {', '.join(asked[:at])}" for at, question in enumerate(asked)
        ]


def test_unusable_arguments_are_told_in_a_line(address, choices):
    client = client_of(address)
    with pytest.raises(AppError, match="There is no index 'other' here"):
        client.predict(index="other", api_name="/search_articles")
    with pytest.raises(AppError, match="There is no index 'other' here"):
        client.predict(question=ASK_BRIDGE, index="other", api_name="/ask")
    with pytest.raises(BadRequest, match="1 to 200"):
        found(choices.archive(), ("", "", "", ""), limit=0)
    with pytest.raises(BadRequest, match="history is a list"):
        turn({"q": "x"})
    given = {"question": "why?", "answer": "", "understood": "Why so?", "refused": True}
    assert turn(given) == Turn("why?", "", "Why so?", refused=True)
