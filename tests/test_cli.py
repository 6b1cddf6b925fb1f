"""The command line, with a real index, the hash encoder and a scripted assistant."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fake_assistant import (
    ASK_BRIDGE,
    ASK_REFUSED,
    FakeAssistant,
    bridge_answer,
    hostile_answer,
    refused_answer,
)
from typer.testing import CliRunner, Result

from index.embedding import HashEncoder
from index.records import Article, Chunk, Span
from index.store import Index
from rag.cli import terminal
from rag.cli.commands import Parts, cli
from rag.settings import INDEX_VARIABLE

ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;owned\x07title\x9b2J \u202ereversed\r\x08 [bold]markup[/bold]"
Run = Callable[..., Result]


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of three articles: two that are one story, and one with a hostile title."""
    text = "The bridge reopened on Monday."
    told = {"title": "front matter", "published": "date line"}
    articles = [
        Article("id-1", "Story 1", text, "1.md", dt.date(2025, 3, 4), "Courier", provenance=told),
        Article("id-2", "Story 2", text, "2.md", dt.date(2025, 3, 5), "Ledger"),
        Article("id-3", f"Ferry {ESCAPES}", f"Unlike. {ESCAPES}\n\nAnother paragraph.", "3.md"),
    ]
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        for one in articles:
            chunk = Chunk(one.id, 0, len(one.text), one.text, (Span(0, len(one.text)),))
            opened.put(one, one.id, [chunk], HashEncoder().encode([one.text]))
        opened.save_vectors()
    return tmp_path / "index"


@pytest.fixture
def run(assistant: FakeAssistant, tmp_path: Path) -> Run:
    """Runs a command with an index folder below `tmp_path` and no model."""
    parts = Parts(
        assistant=lambda *_: assistant,
        encoder=lambda _: HashEncoder(),
        identity=lambda _: ("hash", "hash-1"),
        check_models=lambda _: [("encoder", True, "intact"), ("language model", True, "intact")],
    )

    def invoke(*arguments: str, **more: str) -> Result:
        environment = {INDEX_VARIABLE: str(tmp_path / "index"), "COLUMNS": "80"}
        return CliRunner(env=environment).invoke(
            cli, list(arguments), obj=parts, catch_exceptions=False, **more
        )

    return invoke


STORY = """---
title: Bridge to reopen
date: 2025-03-04
publisher: Courier
---
The harbour bridge in Veldmar will reopen on 12 May, the port authority said on Tuesday.

Repairs cost 18.4 million crowns, a fifth more than planned, and took two years to finish.
"""


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A folder with two copies of one story and a file that is no article."""
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.md").write_text(STORY, "utf-8")
    (folder / "b.md").write_text(STORY.replace("Courier", "Ledger"), "utf-8")
    (folder / "c.pdf").write_bytes(b"not a PDF")
    return folder


def test_ingest_says_what_it_did_and_the_next_time_does_nothing(run, articles):
    first = run("ingest", str(articles))
    assert first.exit_code == 0, first.stderr
    counted, copied, skipped = first.stdout.splitlines()
    assert counted.startswith(
        "2 added, 0 updated, 0 superseded, 0 removed, 1 copies, 0 unchanged, 1 skipped, "
        "0 warnings; 2 chunks in "
    )
    assert "is a copy of" in copied
    assert skipped.startswith(f"skipped {articles / 'c.pdf'}: ")
    assert first.stderr == ""

    again = run("ingest", str(articles))
    assert "0 added, 0 updated, 0 superseded, 0 removed, 0 copies, 2 unchanged, 1 skipped" in (
        again.stdout
    )
    (articles / "a.md").write_text(STORY.replace("18.4", "19.1"), "utf-8")
    third = json.loads(run("ingest", "--json", str(articles)).stdout)
    assert (third["added"], third["updated"], third["unchanged"]) == (0, 1, 1)
    assert [one["source"] for one in third["skipped"]] == [str(articles / "c.pdf")]
    mistyped = run("ingest", "--rebuild", "mistyped")
    assert (mistyped.exit_code, mistyped.stdout) == (1, "")
    assert mistyped.stderr == "byline: There is no mistyped, so nothing was rebuilt.\n"
    assert len(json.loads(run("list", "--json").stdout)) == 2
    (articles / "b.md").write_text(STORY.replace("2025-03-04", "soon"), "utf-8")
    rebuilt = run("ingest", "--rebuild", str(articles))
    assert "2 added" in rebuilt.stdout and "1 warnings" in rebuilt.stdout
    assert f"warning {articles / 'b.md'}, front matter: " in rebuilt.stdout
    nothing = run("ingest", str(articles / "c.pdf"))
    assert nothing.exit_code == 1
    assert nothing.stderr.endswith("byline: Nothing could be read. The reason is above.\n")


VERSION = STORY.replace("publisher", "url: https://courier.example/bridge\npublisher")
LATER = VERSION.replace("2025-03-04", "2025-03-05").replace("18.4", "19.1").rstrip() + (
    "\n\nCorrection: An earlier version of this story gave the cost as 18.4 million.\n"
)


@pytest.fixture
def versions(run: Run, tmp_path: Path) -> Path:
    """A folder with two files that claim one address, ingested."""
    folder = tmp_path / "versions"
    folder.mkdir()
    (folder / "old.md").write_text(VERSION, "utf-8")
    (folder / "new.md").write_text(LATER, "utf-8")
    assert run("ingest", str(folder)).exit_code == 0
    return folder


def test_an_earlier_version_is_listed_and_shown_when_asked_for(run, versions, tmp_path):
    said = "claimed    two articles claim this address: this one, and Bridge to reopen, "
    assert f"{said}2025-03-04 (old)\n" in run("show", "new").stdout
    assert f"{said}2025-03-05 (new)\n" in run("show", "old").stdout
    with Index.open(tmp_path / "index", HashEncoder(), writable=True) as index:
        for name in ("old", "new"):  # as if both had been fetched
            source = f"https://courier.example/bridge?utm_source={name}"
            index.redescribe(replace(index.article(name), source=source), name)
    assert [one["id"] for one in json.loads(run("list", "--json").stdout)] == ["new"]
    every = json.loads(run("list", "--all", "--json").stdout)
    assert [(one["id"], one["superseded_by"]) for one in every] == [("new", None), ("old", "new")]
    assert every[0]["language"] == "en"
    assert "SUPERSEDED BY" not in run("list").stdout
    assert run("list", "--all").stdout.splitlines()[-1].split()[-1] == "new"
    new, old = run("show", "new").stdout, run("show", "old").stdout
    assert "language   en, English  (by its words)\n" in new
    assert "earlier    Bridge to reopen, 2025-03-04 (old)\n" in new
    assert (
        "corrected  Correction: An earlier version of this story gave the cost as 18.4 million.  "
        "(notice in the text)\n"
    ) in new
    assert "later      Bridge to reopen, 2025-03-05 (new)\n" in old and "18.4 million" in old
    assert run("remove", "--yes", "new").exit_code == 0
    assert [one["id"] for one in json.loads(run("list", "--json").stdout)] == ["old"]


def test_ingest_prune_removes_what_is_gone_but_not_where_a_folder_is_missing(run, versions):
    (versions / "old.md").unlink()
    gone = versions / "gone"
    result = run("ingest", "--json", "--prune", str(versions), str(gone))
    reason = (
        f"{gone} cannot be opened (No such file or directory), so nothing was removed. "
        "Check the path, or leave the folder out."
    )
    assert (result.exit_code, result.stderr) == (1, f"byline: {reason}\n")
    report = json.loads(result.stdout)
    assert (report["removed"], report["not_pruned"]) == ([], reason)
    assert len(json.loads(run("list", "--all", "--json").stdout)) == 2
    assert "--prune needs a folder" in run("ingest", "--prune", str(versions / "new.md")).stderr
    removed = run("ingest", "--prune", str(versions)).stdout.splitlines()[1]
    assert removed == f"removed old: {versions / 'old.md'} is gone"


def test_ask_prints_the_answer_and_its_citations(run):
    result = run("ask", ASK_BRIDGE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "12 May\n\n"
        "The bridge reopens on 12 May. [1] Its repair cost 18.4 million crowns. [2] "
        "The final cost is 19.1 million crowns once the new lighting is counted, "
        "the city's treasurer told the meeting. [3]\n\n"
        "[1] Veldmar Courier, 4 March 2025: Harbour bridge to reopen in May after two-year repair\n"
        "    “The harbour bridge in Veldmar will reopen on 12 May”\n"
        "    also in: Coast Gazette, Daily Ledger\n"
        "    https://courier.example/harbour-bridge?id=7&lang=en\n\n"
        "[2] Veldmar Courier, 4 March 2025: Harbour bridge to reopen in May after two-year repair\n"
        "    “Repairs cost 18.4 million crowns, a fifth more than planned”\n"
        "    https://courier.example/harbour-bridge?id=7&lang=en\n\n"
        "[3] Northern Wire, 6 March 2025: Council questions bill for harbour bridge\n"
        "    “The final cost is 19.1 million crowns once the new lighting is counted”\n"
    )
    narrow = terminal.answer_text(bridge_answer(), width=40).splitlines()
    assert max(len(line) for line in narrow if "https" not in line) <= 40


def test_a_refusal_names_the_nearest_headlines_and_is_no_failure(run):
    result = run("ask", ASK_REFUSED)
    assert result.exit_code == 0
    assert result.stdout == (
        "The archive says nothing about who designed the opera house.\n\n"
        "Nearest in the archive:\n"
        "  - Harbour bridge to reopen in May after two-year repair "
        "(Veldmar Courier, 4 March 2025)\n"
        "  - Council questions bill for harbour bridge (Northern Wire, 6 March 2025)\n"
    )


@pytest.mark.parametrize("answer", [bridge_answer(), refused_answer(), hostile_answer()])
def test_ask_json_is_the_answers_public_shape(run, answer):
    result = run("ask", "--json", answer.question)
    assert json.loads(result.stdout) == answer.to_dict()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["ask", "x", "--since", "soon"], 1, "byline: --since: 'soon' is not a date. Write it as"),
        (["ask", "x", "--until", "2024-02-30"], 1, "byline: --until: '2024-02-30' is not a date."),
        (["ask", "x", "--since", "2025-01-02", "--until", "2025-01-01"], 1, "no day is in between"),
        (["ask", "x", "--model", "hf:tiny"], 1, "byline: 'hf:tiny' names no file."),
        (["chat", "--model", "hf:tiny"], 1, "byline: 'hf:tiny' names no file."),
        (["ask"], 2, "Usage:"),
        (["ask", "a", "b"], 2, "Usage:"),
        (["ask", "--frob"], 2, "Usage:"),
        (["frob"], 2, "Usage:"),
        (["ingest"], 2, "Usage:"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_before_anything_is_asked(run, assistant, words, code, message):
    result = run(*words)
    assert (result.exit_code, result.stdout) == (code, "")
    assert message in result.stderr and (code == 2 or result.stderr.count("\n") == 1)
    assert assistant.calls == []


def test_chat_streams_keeps_history_and_forgets_it(run, assistant):
    lines = [ASK_BRIDGE, "", "unscripted", ASK_REFUSED, "/new", ASK_BRIDGE, "/quit", ASK_REFUSED]
    result = run("chat", "--since", "2025-01-01", input="\n".join(lines))
    assert result.exit_code == 0
    first, second = bridge_answer().turn, refused_answer().turn
    assert assistant.calls == [
        (ASK_BRIDGE, (), "2025-01-01", None),
        ("unscripted", (first,), "2025-01-01", None),
        (ASK_REFUSED, (first,), "2025-01-01", None),
        (ASK_BRIDGE, (), "2025-01-01", None),
    ]
    assert second.answer in result.stdout
    assert result.stdout.startswith(
        "The bridge reopens on 12 May. [1]\nIts repair cost 18.4 million crowns. [2]\n"
    )
    assert "A new conversation." in result.stderr
    assert "another process is writing to the index" in result.stderr


def test_what_narrows_the_articles_reaches_the_assistant(run, assistant):
    options = "--outlet Courier --outlet Ledger --author Hart --title ferry --lang de".split()
    only = {
        "outlets": ("Courier", "Ledger"),
        "authors": ("Hart",),
        "titles": ("ferry",),
        "languages": ("de",),
    }
    assert run("ask", ASK_BRIDGE, *options).exit_code == 0
    assert assistant.only == only
    assistant.only = {}
    assert run("chat", *options, input=ASK_BRIDGE).exit_code == 0
    assert assistant.only == only


def test_which_articles_were_read_is_told_below_the_answer(run, assistant):
    said = "Only articles in German were read; 2 whose language is not known were left out."
    assistant.script[ASK_BRIDGE] = replace(bridge_answer(), within=said)
    assert said in run("ask", ASK_BRIDGE).stdout.splitlines()
    assert said in run("chat", input=ASK_BRIDGE).stdout.splitlines()


def test_list_is_a_table_or_json(run, index):
    (head, first, *_) = (line.split() for line in run("list").stdout.splitlines())
    assert head == ["ID", "DATE", "PUBLISHER", "TITLE", "COPY", "OF"]
    assert first == ["id-2", "2025-03-05", "Ledger", "Story", "2", "id-1"]
    listed = json.loads(run("list", "--json").stdout)
    assert [one["id"] for one in listed] == ["id-2", "id-1", "id-3"]
    assert listed[0] == {
        "id": "id-2",
        "title": "Story 2",
        "publisher": "Ledger",
        "published": "2025-03-05",
        "url": None,
        "origin": "id-1",
        "language": "",
        "corrections": [],
        "superseded_by": None,
    }


def test_show_tells_where_each_value_came_from(run, index):
    assert run("show", "id-1").stdout == (
        "id         id-1\n"
        "title      Story 1  (front matter)\n"
        "publisher  Courier\n"
        "published  2025-03-04  (date line)\n"
        "authors    unknown\n"
        "url        unknown\n"
        "language   unknown\n"
        "source     1.md\n"
        "also in    Story 2, 2025-03-05 (id-2)\n"
        "\n"
        "The bridge reopened on Monday.\n"
    )


def test_an_unknown_id_and_an_unknown_index_are_one_line(run, index):
    for words in (["show", "id-9"], ["remove", "--yes", "id-9"], ["list", "--index", "id-9"]):
        result = run(*words)
        assert (result.exit_code, result.stdout) == (1, "")
        assert len(result.stderr.splitlines()) == 1 and "id-9" in result.stderr
    assert "byline ingest" in result.stderr


def test_remove_asks_first(run, index):
    for typed in ("n\n", "\n", ""):
        refused = run("remove", "id-1", input=typed)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "Nothing was removed." in refused.stderr
    assert len(json.loads(run("list", "--json").stdout)) == 3

    removed = run("remove", "id-1", input="y\n")
    assert (removed.exit_code, removed.stdout) == (0, "")
    assert "Removed 'Story 1' (id-1)." in removed.stderr
    assert [one["id"] for one in json.loads(run("list", "--json").stdout)] == ["id-2", "id-3"]


def test_doctor_says_what_is_right_what_it_mends_and_what_is_wrong(run, index):
    result = run("doctor")
    assert result.exit_code == 0, result.stdout
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "OK    encoder",
        "OK    language model",
        "OK    index",
        "OK    vectors",
        "OK    disk",
    ]
    assert "3 articles in 3 chunks, made with hash" in lines[2]
    assert "3 vectors of generation" in lines[3]
    assert "out of date" not in lines[3]
    silent = Parts(check_models=lambda model: [("chosen model", False, f"{model} is silent")])
    words = ["doctor", "--index", str(index), "--model", "http://127.0.0.1:1/v1"]
    result = CliRunner().invoke(cli, words, obj=silent)
    assert result.exit_code == 1
    assert "WRONG chosen model: http://127.0.0.1:1/v1 is silent" in result.stdout
    (index / "vectors.faiss").unlink()
    assert "out of date and have been made again" in run("doctor").stdout
    (index / "articles.sqlite3").write_bytes(b"not a database" * 1000)
    result = run("doctor")
    assert result.exit_code == 1
    (wrong,) = [line for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert "--rebuild" in wrong


def test_article_text_reaches_the_terminal_inert(run, index, assistant):
    said = bridge_answer()
    first = replace(said.citations[0], title=ESCAPES, publisher=ESCAPES, quote=ESCAPES, url=ESCAPES)
    answer = replace(said, text=ESCAPES, short=ESCAPES, citations=(first, *said.citations[1:]))
    assistant.script[ASK_BRIDGE] = answer
    listed = run("list"), run("show", "id-3"), run("list", "--json")
    for result in (*listed, run("ask", ASK_BRIDGE), run("chat", input=ASK_BRIDGE)):
        assert not [mark for mark in "\x1b\x07\x9b\x08\r\u202e" if mark in result.stdout]
        assert "[bold]markup[/bold]" in result.stdout
    shown = run("show", "id-3").stdout
    assert "title      Ferry red title2J reversed [bold]markup[/bold]" in shown
    assert shown.endswith("Another paragraph.\n")
