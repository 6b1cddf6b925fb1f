"""`byline eval`: a user's own articles and questions, the report, two runs side by side."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from eval_building import QUESTIONS, ROWS, jsonl, mark
from shown import Parsed
from typer.testing import CliRunner, Result

from eval import command
from eval.markdown import markdown
from eval.mutations import MUTATIONS, Trial
from eval.page import page as html
from eval.running import Results
from eval.runs import Run as Told
from eval.runs import tables, told_change
from index.embedding import HashEncoder
from index.errors import BadRequest
from index.ingesting import index_for, ingest
from rag.cli.commands import Commands
from rag.models.llm import ScriptedLLM
from rag.reader.reading import WordReader

HOSTILE = "<script>alert('&')</script> | [x](javascript:1) `code` \n# head ![i](http://a.example/i)"
Run = Callable[..., Result]


def hostile() -> Results:
    marks = tuple(
        mark(n, question=HOSTILE, text=HOSTILE, category=f"<b>{n % 2}", right=n > 1,
             confidence=n / 4, gold_answers=(HOSTILE,), id=f"<i>{n}")
        for n in range(4)
    )  # fmt: skip
    trials = tuple(
        Trial(name, f"<i>{n}", "fact", "s", "other", n > 0, HOSTILE, HOSTILE)
        for n, name in enumerate(MUTATIONS)
    )
    return Results(marks, trials, {"model": HOSTILE})


def runs() -> list[Told]:
    other = Results(tuple(mark(n, id=f"<i>{n}", text="before") for n in range(4)))
    return [Told(hostile(), "this run"), Told(other, "the <other> run")]


def test_the_page_is_whole_and_nothing_in_it_is_markup():
    page = html(runs())
    parsed = Parsed(page)
    assert {*parsed.tags}.isdisjoint({"script", "b", "i", "img", "a", "link", "iframe"})
    assert {name for name, _ in parsed.attributes}.isdisjoint(
        {"src", "href", "onclick", "onload", "style"}
    )
    assert "url(" not in page and "@import" not in page
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;" in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page
    assert "the &lt;other&gt; run" in page and page.count("now wrong") == 2
    assert all(name in page for name in ("5% risk", *MUTATIONS))


def test_markdown_is_defused():
    text = markdown(runs())
    assert not re.search(r"(?<!\\)[<`!]", text)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for row in rows:
        assert len(re.findall(r"(?<!\\)\|", row)) in (4, 5), row
    assert "](" not in text


def test_a_run_is_read_back_as_it_was(tmp_path):
    results = hostile()
    results.save(tmp_path / "results.json")
    assert Results.load(tmp_path / "results.json") == results


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1}'])
def test_other_files_are_no_results(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(BadRequest, match=r"x\.json is no results\.json"):
        Results.load(tmp_path / "x.json")


def test_a_difference_that_the_choice_of_stories_explains_is_none():
    good = Told(Results(tuple(mark(n) for n in range(40))), "a")
    bad = Told(Results(tuple(mark(n, right=n > 15) for n in range(40))), "b")
    odd = Told(Results(tuple(mark(n, right=n > 0) for n in range(40))), "c")
    assert [row.verdict for row in tables([bad, good])["Answers"]][:2] == ["worse", "worse"]
    assert [row.verdict for row in tables([good, bad])["Answers"]][:2] == ["better", "better"]
    assert [row.verdict for row in tables([odd, good])["Answers"]][:2] == ["", ""]
    assert tables([good])["Answers"][0].change is None
    (right, *_) = tables([bad, good])["Answers"]
    assert right.change is not None and told_change(right.change, "right")[0] == "−40.0"


# The command.


@pytest.fixture
def run() -> Run:
    app = typer.Typer(cls=Commands)
    app.command("eval")(command.command)
    app.command("other")(lambda: None)
    loaders = command.Loaders(
        encoder=lambda _: HashEncoder(), llm=lambda _: ScriptedLLM(), reader=lambda _: WordReader()
    )

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(
            app, ["eval", *map(str, arguments)], obj=loaders, catch_exceptions=False
        )

    return invoke


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path]:
    """A user's articles and questions."""
    return jsonl(tmp_path / "news.jsonl", ROWS), jsonl(tmp_path / "asked.jsonl", QUESTIONS)


def test_a_users_own_run(run, own, tmp_path):
    articles, questions = own
    out = tmp_path / "out"
    done = run("--articles", articles, "--questions", questions, "--mutations", 1, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "right and fully supported" in done.stdout
    written = json.loads((out / "results.json").read_text("utf-8"))
    assert [one["id"] for one in written["questions"]] == ["q1", "q2", "q3"]
    assert set(written["mutations"]) == set(MUTATIONS)
    assert written["about"] == {
        "model": "scripted", "encoder": "hash", "articles": "3", "stories": "2"
    }  # fmt: skip
    assert "18.4 million" in (out / "report.html").read_text("utf-8")
    assert "By category" in (out / "report.md").read_text("utf-8")


def test_an_index_that_is_there(run, own, tmp_path):
    articles, questions = own
    with index_for(tmp_path / "index", HashEncoder()) as index:
        ingest(index, [articles], HashEncoder())
    out = tmp_path / "out"
    done = run("--index", tmp_path / "index", "--questions", questions, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "No mutation was tried" in (out / "report.html").read_text("utf-8")


def test_two_runs_and_a_gate(run, own, tmp_path):
    articles, questions = own
    out = tmp_path / "out"
    common = ("--articles", articles, "--questions", questions, "--out", out)
    assert run(*common).exit_code == 0
    gate = ("--compare", out / "results.json", "--max-loss", 0.1)
    assert run(*common, *gate).exit_code == 0
    better = json.loads((out / "results.json").read_text("utf-8"))
    for row in better["questions"]:
        row["right"] = row["supported"] = True
        row["relevant"] = [True]
        row["refused"] = not row["answerable"]
    (tmp_path / "better.json").write_text(json.dumps(better))
    worse = [row for row in ROWS if row["id"] != "ferry"]
    worse.append({**ROWS[2], "text": "Rhea Tolmund is a captain. " + "Nothing else. " * 9})
    jsonl(articles, worse)
    done = run(*common, "--compare", tmp_path / "better.json", "--max-loss", 0.1)
    assert done.exit_code == 1
    assert "Worse than" in done.stderr and "right was" in done.stderr
    assert "the other run" in (out / "report.html").read_text("utf-8")


def test_only_some_articles_are_asked(run, own, tmp_path):
    def right(*options: str) -> list[bool]:
        out = tmp_path / "out"
        done = run("--articles", own[0], "--questions", own[1], "--out", out, *options)
        assert done.exit_code == 0, done.stderr
        return [row["right"] for row in json.loads((out / "results.json").read_text())["questions"]]

    assert right()[:2] == [True, True]
    assert right("--title", "ferry")[:2] == [False, True]
    assert right("--outlet", "Veldmar Courier", "--outlet", "Northern Wire")[:2] == [True, True]
    assert right("--until", "2025-03-31")[:2] == [True, False]


BAD = [
    pytest.param(
        ["--mutations", "1", "--lang", "en"], "--mutations reads all", id="narrowed mutations"
    ),
    pytest.param(["--max-loss", "0.1"], "--max-loss needs --compare", id="a gate without a run"),
    pytest.param(["--compare", "no.json"], "no.json is no results.json", id="no other run"),
    pytest.param(["--questions", "no.jsonl"], "no.jsonl cannot be read", id="no questions"),
    pytest.param(["--articles", "a", "--index", "b"], "not both", id="articles and index"),
    pytest.param(["--index", "nowhere"], "There is no index in nowhere", id="no index"),
    pytest.param(["--articles", "nowhere"], "Nothing could be read", id="no articles"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_what_is_wrong_is_said_in_a_line(run, arguments, message):
    done = run(*arguments)
    assert done.exit_code == 1
    assert message in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_questions_about_other_articles_are_refused(run, own, tmp_path):
    jsonl(own[1], [{**QUESTIONS[0], "answers": ["19.4 million"]}, {**QUESTIONS[1], "gold": ["x"]}])
    done = run("--articles", own[0], "--questions", own[1], "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "q1: '19.4 million' stands in none of bridge" in done.stderr
    assert "q2: No article has the id x" in done.stderr
    assert not (tmp_path / "out").exists()
