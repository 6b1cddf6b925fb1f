"""The command line, with a real index, the hash encoder and a scripted assistant."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
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
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from index.embedding import HashEncoder
from index.errors import ModelError
from index.records import Article, Chunk, Span
from index.store import Index
from rag.cli import terminal
from rag.cli.commands import Parts, cli
from rag.cli.doctor import check_disk
from rag.models.choice import check_chosen
from rag.records import Answer, Turn
from rag.settings import DEFAULT_INDEX, INDEX_VARIABLE, index_folder

ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;owned\x07title\x9b2J \u202ereversed\r\x08 [bold]markup[/bold]"
Run = Callable[..., Result]
repeatable = settings(deadline=None, derandomize=True)


class Assistant(FakeAssistant):
    """The scripted assistant, which can also answer in one go."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: str | None = None,
        until: str | None = None,
        **_: object,
    ) -> Answer:
        *_, last = self.stream(question, history, since, until)
        assert last.answer is not None
        return last.answer


@pytest.fixture
def assistant() -> Assistant:
    return Assistant()


@pytest.fixture
def run(assistant: Assistant, tmp_path: Path) -> Run:
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


def article(number: int, text: str = "The bridge reopened on Monday.", **known: object) -> Article:
    fields = {"title": f"Story {number}", "source": f"{number}.md", **known}
    return Article(id=f"id-{number}", text=text, **fields)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of three articles: two that are one story, and one with a hostile title."""
    bridge = article(
        1,
        published=dt.date(2025, 3, 4),
        publisher="Courier",
        provenance={"title": "front matter", "published": "date line"},
    )
    copied = article(2, published=dt.date(2025, 3, 5), publisher="Ledger")
    hostile = article(3, text=f"Unlike. {ESCAPES}\n\nAnother paragraph.", title=f"Ferry {ESCAPES}")
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        for one in (bridge, copied, hostile):
            whole = Span(0, len(one.text))
            chunk = Chunk(one.id, 0, len(one.text), one.text, (whole,))
            opened.put(one, one.id, [chunk], HashEncoder().encode([one.text]))
        opened.save_vectors()
    return tmp_path / "index"


# ingest

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


def test_ingest_says_what_it_did_and_the_next_time_does_nothing(run: Run, articles: Path) -> None:
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
    assert "; 0 chunks in " in again.stdout

    (articles / "a.md").write_text(STORY.replace("18.4", "19.1"), "utf-8")
    third = run("ingest", str(articles)).stdout
    assert third.startswith("0 added, 1 updated, 0 superseded, 0 removed, 0 copies, 1 unchanged")


def test_ingest_json(run: Run, articles: Path) -> None:
    report = json.loads(run("ingest", "--json", str(articles)).stdout)
    assert (report["added"], report["updated"], report["unchanged"]) == (2, 0, 0)
    assert (len(report["copies"]), report["interrupted"]) == (1, False)
    assert [skipped["source"] for skipped in report["skipped"]] == [str(articles / "c.pdf")]


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
    report = json.loads(run("ingest", "--json", str(folder)).stdout)
    assert (report["added"], report["superseded"]) == (2, [])
    assert (report["removed"], report["warnings"], report["not_pruned"]) == ([], [], None)
    return folder


def test_all_that_claim_an_address_are_named(run: Run, versions: Path) -> None:
    assert {one["id"] for one in json.loads(run("list", "--json").stdout)} == {"new", "old"}
    said = "claimed    two articles claim this address: this one, and Bridge to reopen, "
    assert f"{said}2025-03-04 (old)\n" in run("show", "new").stdout
    assert f"{said}2025-03-05 (new)\n" in run("show", "old").stdout


def test_an_earlier_version_is_listed_and_shown_when_asked_for(
    run: Run, versions: Path, tmp_path: Path
) -> None:
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


def test_ingest_prune(run: Run, versions: Path) -> None:
    (versions / "new.md").unlink()
    result = run("ingest", "--prune", str(versions))
    assert (result.exit_code, result.stderr) == (0, "")
    counted, removed = result.stdout.splitlines()
    assert "0 superseded, 1 removed, 0 copies, 1 unchanged" in counted
    assert removed == f"removed new: {versions / 'new.md'} is gone"
    assert [one["id"] for one in json.loads(run("list", "--json").stdout)] == ["old"]


def test_ingest_prune_of_a_folder_that_is_missing(run: Run, versions: Path) -> None:
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


def test_ingest_prune_needs_a_folder(run: Run, versions: Path) -> None:
    result = run("ingest", "--prune", str(versions / "old.md"), "https://courier.example/a")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "--prune needs a folder" in result.stderr


def test_ingest_counts_warnings_apart(run: Run, tmp_path: Path) -> None:
    odd = tmp_path / "odd.md"
    odd.write_text(STORY.replace("2025-03-04", "soon"), "utf-8")
    result = run("ingest", str(odd))
    counted, warning = result.stdout.splitlines()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 added" in counted and "0 skipped, 1 warnings" in counted
    assert warning.startswith(f"warning {odd}: odd.md, front matter: ")
    assert len(json.loads(run("ingest", "--json", str(odd)).stdout)["warnings"]) == 1


def test_ingest_rebuild_begins_anew(run: Run, index: Path, articles: Path) -> None:
    assert "2 added" in run("ingest", "--rebuild", str(articles)).stdout
    assert len(json.loads(run("list", "--json").stdout)) == 2


def test_a_mistyped_path_does_not_empty_the_index(run: Run, index: Path) -> None:
    result = run("ingest", "--rebuild", "mistyped")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "byline: There is no mistyped, so nothing was rebuilt.\n"
    assert len(json.loads(run("list", "--json").stdout)) == 3


def test_ingest_that_reads_nothing_fails(run: Run, articles: Path) -> None:
    result = run("ingest", str(articles / "c.pdf"))
    assert result.exit_code == 1
    assert result.stderr.endswith("byline: Nothing could be read. The reason is above.\n")


def test_ingest_with_another_encoder_names_the_way_out(
    run: Run, index: Path, tmp_path: Path
) -> None:
    parts = Parts(encoder=lambda _: OtherEncoder())
    arguments = ["ingest", str(tmp_path), "--index", str(index)]
    result = CliRunner().invoke(cli, arguments, obj=parts)
    assert result.exit_code == 1
    assert f"byline ingest --rebuild --encoder other --index {index}" in result.stderr


class OtherEncoder(HashEncoder):
    name = "other"
    fingerprint = "other-1"


# ask


def test_ask_prints_the_answer_and_its_citations(run: Run) -> None:
    result = run("ask", ASK_BRIDGE)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "12 May\n\n"
        "The bridge reopens on 12 May. [1] Its repair cost 18.4 million crowns. [2] "
        "The final cost is 19.1 million crowns once the new lighting is counted, "
        "the city's treasurer told the meeting. [3]\n\n"
        "[1] Veldmar Courier, 2025-03-04: Harbour bridge to reopen in May after two-year repair\n"
        "    “The harbour bridge in Veldmar will reopen on 12 May”\n"
        "    also in: Coast Gazette, Daily Ledger\n"
        "    https://courier.example/harbour-bridge?id=7&lang=en\n\n"
        "[2] Veldmar Courier, 2025-03-04: Harbour bridge to reopen in May after two-year repair\n"
        "    “Repairs cost 18.4 million crowns, a fifth more than planned”\n"
        "    https://courier.example/harbour-bridge?id=7&lang=en\n\n"
        "[3] Northern Wire, 2025-03-06: Council questions bill for harbour bridge\n"
        "    “The final cost is 19.1 million crowns once the new lighting is counted”\n"
    )


def test_a_refusal_names_the_nearest_headlines_and_is_no_failure(run: Run) -> None:
    result = run("ask", ASK_REFUSED)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "The archive says nothing about who designed the opera house.\n\n"
        "Nearest in the archive:\n"
        "  - Harbour bridge to reopen in May after two-year repair (Veldmar Courier, 2025-03-04)\n"
        "  - Council questions bill for harbour bridge (Northern Wire, 2025-03-06)\n"
    )


@pytest.mark.parametrize("answer", [bridge_answer(), refused_answer(), hostile_answer()])
def test_ask_json_is_the_answers_public_shape(run: Run, answer: Answer) -> None:
    result = run("ask", "--json", answer.question)
    assert json.loads(result.stdout) == answer.to_dict()


def test_ask_passes_the_dates_on(run: Run, assistant: Assistant) -> None:
    run("ask", ASK_BRIDGE, "--since", "2024-12-01", "--until", "2025-01-31")
    assert assistant.calls == [(ASK_BRIDGE, (), "2024-12-01", "2025-01-31")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--since", "yesterday"], "--since: 'yesterday' is not a date. Write it as 2024-12-07."),
        (["--until", "2024-02-30"], "--until: '2024-02-30' is not a date. Write it as 2024-12-07."),
        (
            ["--since", "2025-01-02", "--until", "2025-01-01"],
            "--since 2025-01-02 is after --until 2025-01-01: no day is in between.",
        ),
    ],
)
def test_wrong_dates_are_one_line(
    run: Run, assistant: Assistant, options: list[str], message: str
) -> None:
    result = run("ask", ASK_BRIDGE, *options)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"byline: {message}\n"
    assert assistant.calls == []


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "a", "b"], ["ask", "--frob"], ["frob"], ["ingest"]]
)
def test_wrong_usage_ends_with_2(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage:" in result.stderr


def test_errors_for_the_user_are_one_line_and_bugs_keep_their_traceback() -> None:
    def failing(error: Exception) -> Parts:
        def load(*_: object) -> Assistant:
            raise error

        return Parts(assistant=load)

    told = CliRunner().invoke(cli, ["ask", "x"], obj=failing(ModelError("gone.\nInstall it.")))
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "byline: gone. Install it.\n"

    bug = CliRunner().invoke(cli, ["ask", "x"], obj=failing(ZeroDivisionError()))
    assert isinstance(bug.exception, ZeroDivisionError)


# chat


def test_chat_streams_keeps_history_and_forgets_it(run: Run, assistant: Assistant) -> None:
    lines = [ASK_BRIDGE, "", ASK_REFUSED, "/new", ASK_BRIDGE, "/quit", ASK_REFUSED]
    result = run("chat", "--since", "2025-01-01", input="\n".join(lines))
    assert result.exit_code == 0
    first, second = bridge_answer().turn, refused_answer().turn
    assert assistant.calls == [
        (ASK_BRIDGE, (), "2025-01-01", None),
        (ASK_REFUSED, (first,), "2025-01-01", None),
        (ASK_BRIDGE, (), "2025-01-01", None),
    ]
    assert second.answer in result.stdout
    assert result.stdout.startswith(
        "The bridge reopens on 12 May. [1]\nIts repair cost 18.4 million crowns. [2]\n"
    )
    assert "A new conversation." in result.stderr


def test_chat_ends_with_the_input(run: Run) -> None:
    assert run("chat", input=ASK_BRIDGE).exit_code == 0


def test_chat_goes_on_after_a_question_that_cannot_be_used(run: Run, assistant: Assistant) -> None:
    result = run("chat", input=f"unscripted\n{ASK_BRIDGE}\n")
    assert result.exit_code == 0
    assert "another process is writing to the index" in result.stderr
    assert [call[1] for call in assistant.calls] == [(), ()]


# list, show, remove


def test_list_is_a_table(run: Run, index: Path) -> None:
    result = run("list")
    assert (result.exit_code, result.stderr) == (0, "")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[0] == ["ID", "DATE", "PUBLISHER", "TITLE", "COPY", "OF"]
    assert rows[1] == ["id-2", "2025-03-05", "Ledger", "Story", "2", "id-1"]
    assert rows[2] == ["id-1", "2025-03-04", "Courier", "Story", "1"]
    assert rows[3][0] == "id-3"


def test_list_cuts_nothing_in_a_pipe(run: Run, tmp_path: Path) -> None:
    long = article(1, title="word " * 100)
    with Index.create(tmp_path / "index", HashEncoder()) as opened:
        opened.put(long, "hash", [], HashEncoder().encode([]))
    assert ("word " * 100).strip() in run("list").stdout


def test_list_json(run: Run, index: Path) -> None:
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


def test_show_tells_where_each_value_came_from(run: Run, index: Path) -> None:
    result = run("show", "id-1")
    assert result.exit_code == 0
    assert result.stdout == (
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


@pytest.mark.parametrize("command", [["show"], ["remove", "--yes"]])
def test_an_unknown_id_is_one_line(run: Run, index: Path, command: list[str]) -> None:
    result = run(*command, "id-9")
    assert (result.exit_code, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert "id-9" in result.stderr


@pytest.mark.parametrize("command", [["list"], ["show", "x"], ["remove", "x"], ["doctor"]])
def test_a_missing_index_says_how_to_make_one(run: Run, command: list[str]) -> None:
    result = run(*command)
    assert result.exit_code == 1
    assert "byline ingest" in result.stdout + result.stderr


def test_remove_asks_first(run: Run, index: Path) -> None:
    for typed in ("n\n", "\n", ""):
        refused = run("remove", "id-1", input=typed)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert "Nothing was removed." in refused.stderr
    assert len(json.loads(run("list", "--json").stdout)) == 3

    removed = run("remove", "id-1", input="y\n")
    assert (removed.exit_code, removed.stdout) == (0, "")
    assert "Removed 'Story 1' (id-1)." in removed.stderr
    assert [one["id"] for one in json.loads(run("list", "--json").stdout)] == ["id-2", "id-3"]


def test_remove_yes_does_not_ask(run: Run, index: Path) -> None:
    removed = run("remove", "id-3", "--yes")
    assert (removed.exit_code, removed.stdout) == (0, "")


# doctor


def test_doctor_finds_nothing_wrong(run: Run, index: Path) -> None:
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


def test_doctor_makes_stale_vectors_again(run: Run, index: Path) -> None:
    (index / "vectors.faiss").unlink()
    assert "out of date and have been made again" in run("doctor").stdout
    assert "out of date" not in run("doctor").stdout


def test_doctor_says_what_is_wrong_and_ends_with_1(run: Run, index: Path) -> None:
    database = index / "articles.sqlite3"
    database.write_bytes(b"not a database" * 1000)
    result = run("doctor")
    assert result.exit_code == 1
    (wrong,) = [line for line in result.stdout.splitlines() if line.startswith("WRONG")]
    assert "--rebuild" in wrong


def test_doctor_reports_an_altered_model(index: Path) -> None:
    parts = Parts(check_models=lambda _: [("encoder", False, "altered. Reinstall it.")])
    result = CliRunner().invoke(cli, ["doctor", "--index", str(index)], obj=parts)
    assert result.exit_code == 1
    assert "WRONG encoder: altered. Reinstall it." in result.stdout


def test_doctor_asks_the_chosen_model(index: Path) -> None:
    asked: list[str | None] = []
    parts = Parts(
        check_models=lambda model: [("chosen model", bool(asked.append(model)), "silent")]
    )
    arguments = ["doctor", "--index", str(index), "--model", "http://127.0.0.1:1/v1"]
    result = CliRunner().invoke(cli, arguments, obj=parts)
    assert (result.exit_code, asked) == (1, ["http://127.0.0.1:1/v1"])
    assert "WRONG chosen model: silent" in result.stdout


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("no/such.gguf", "There is no model file no/such.gguf. Give the path of a .gguf file, hf:"),
        ("hf:me/models", "'hf:me/models' names no file. Write it as hf:OWNER/REPO/FILE.gguf"),
        ("hf:me/models/tiny.gguf", "is not downloaded yet. The first question downloads it"),
        ("http://:1", "is not the address of a server"),
    ],
)
def test_a_chosen_model_that_cannot_answer_is_named(model: str, says: str) -> None:
    part, right, said = check_chosen(model)
    assert (part, right, says in said) == ("chosen model", False, True)


@pytest.mark.parametrize("command", [["ask", ASK_BRIDGE], ["chat"]])
def test_the_model_is_passed_on_and_a_wrong_one_is_one_line(command: list[str]) -> None:
    chosen: list[str | None] = []

    def load(_: Path, model: str | None, *__: object) -> Assistant:
        chosen.append(model)
        return Assistant()

    for model in ("tiny.gguf", "http://127.0.0.1:1/v1#tiny"):
        given = [*command, "--model", model]
        CliRunner().invoke(cli, given, obj=Parts(assistant=load), catch_exceptions=False)
    assert chosen == ["tiny.gguf", "http://127.0.0.1:1/v1#tiny"]

    wrong = CliRunner().invoke(cli, [*command, "--model", "hf:tiny"], obj=Parts(assistant=load))
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("byline: 'hf:tiny' names no file.")


def test_doctor_wants_room_on_the_disk(tmp_path: Path) -> None:
    assert check_disk(tmp_path / "not" / "there", least=0)[1] is True
    assert check_disk(tmp_path, least=10**18)[1] is False


# articles are hostile input


def test_article_text_reaches_the_terminal_inert(run: Run, index: Path) -> None:
    for result in (run("list"), run("show", "id-3"), run("list", "--json")):
        assert not [mark for mark in "\x1b\x07\x9b\x08\r\u202e" if mark in result.stdout]
    shown = run("show", "id-3").stdout
    assert "title      Ferry red title2J reversed [bold]markup[/bold]" in shown
    assert shown.endswith("Another paragraph.\n")


def test_an_answers_text_reaches_the_terminal_inert(run: Run, assistant: Assistant) -> None:
    said = bridge_answer()
    first = replace(said.citations[0], title=ESCAPES, publisher=ESCAPES, quote=ESCAPES, url=ESCAPES)
    answer = replace(said, text=ESCAPES, short=ESCAPES, citations=(first, *said.citations[1:]))
    assistant.__init__({ASK_BRIDGE: answer})
    for result in (run("ask", ASK_BRIDGE), run("chat", input=ASK_BRIDGE)):
        assert not [mark for mark in "\x1b\x07\x9b\x08\r\u202e" if mark in result.stdout]
        assert "[bold]markup[/bold]" in result.stdout


@repeatable
@given(st.text())
def test_printable_leaves_no_control_but_tab_and_line_feed(text: str) -> None:
    shown = terminal.printable(text)
    assert not [c for c in shown if (ord(c) < 32 and c not in "\t\n") or 0x7F <= ord(c) < 0xA0]
    shown.encode()


@repeatable
@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
def test_printable_keeps_all_that_shows(text: str) -> None:
    hidden = "\u2065"  # unassigned, between marks of direction
    assert terminal.printable(text) == text.replace(hidden, "")


@repeatable
@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_comes_back_as_it_was(value: object) -> None:
    written = terminal.as_json(value)
    assert json.loads(written) == value
    written.encode()
    assert not [c for c in written if 0x7F <= ord(c) < 0xA0 or c == "\x1b"]


# the rest


def test_index_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(INDEX_VARIABLE, raising=False)
    assert index_folder() == DEFAULT_INDEX
    monkeypatch.setenv(INDEX_VARIABLE, "")
    assert index_folder() == DEFAULT_INDEX
    monkeypatch.setenv(INDEX_VARIABLE, "elsewhere")
    assert index_folder() == Path("elsewhere")
    assert index_folder("given") == Path("given")


def test_the_index_option_comes_before_the_environment(run: Run, index: Path) -> None:
    assert "nowhere" in run("list", "--index", "nowhere").stderr


@pytest.mark.parametrize(
    "arguments", [["--help"], ["list"], ["show", "id-1"], ["remove", "id-1", "--yes"]]
)
def test_light_commands_load_nothing_heavy(index: Path, arguments: list[str]) -> None:
    code = (
        "import sys; from rag.cli.commands import cli\n"
        "try: cli(sys.argv[1:])\n"
        "finally: print(*(n for n in ('torch', 'sentence_transformers', 'llama_cpp', 'gradio', "
        "'transformers', 'trafilatura', 'dateparser') if n in sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={INDEX_VARIABLE: str(index)},
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == ""


def test_wrapping_keeps_to_the_width() -> None:
    text = terminal.answer_text(bridge_answer(), width=40)
    assert max(len(line) for line in text.splitlines() if "https" not in line) <= 40
    assert "\n    harbour bridge" in text or "\n    “The harbour bridge" in text
