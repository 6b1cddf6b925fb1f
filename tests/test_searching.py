"""The archive's own search: its language, what it finds in each kind of store, what it prints."""

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from index.errors import BadRequest
from index.opening import made
from index.protocols import Store
from index.records import Article
from index.stems import stem_start, stems
from index.store import Index
from rag.cli.lookup import cli
from rag.search.finding import matching, search
from rag.settings import INDEX_VARIABLE
from tests.fakes import article, put, story
from tests.stores import ENCODER, kinds

ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;owned\x07<b>bold</b> [bold]ferry[/bold]\u202e"
FILLER = story(7, paragraphs=3)
ARCHIVE = [
    replace(
        article(
            "quay",
            "Councillors asked why the flood barrier at the quay had cost so much.\n\n"
            f"{FILLER}\n\nThe ferry to Ostrand, the mayor’s favourite, was displaced in 2024.",
            "Council questions the barrier",
            "2024-12-01",
        ),
        publisher="Northern Wire",
        authors=("Lena Hart", "Jo al-Amin"),
    ),
    replace(
        article(
            "storm",
            "The barrier held back the flood. Displacement was feared, and terrorism was not.",
            "Storm over Türkiye",
            "2024-12-05",
        ),
        publisher="Coast Gazette",
        authors=("Anna Hartmann",),
    ),
    replace(
        article(
            "undated", "A ferry sank. Милан saw it, and 16:30 was the hour, U.S. sailors said."
        ),
        url="https://www.harbour.example/ferry",
    ),
]


def fill(store: Store, articles: list[Article]) -> None:
    for one in articles:
        put(store, one)
    store.save_vectors()


@pytest.fixture(scope="module")
def store(place_of: Any) -> Iterator[Store]:
    with made(place_of(), ENCODER) as opened:
        fill(opened, ARCHIVE)
        yield opened


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Index.create(tmp_path_factory.mktemp("index") / "index", ENCODER) as opened:
        fill(opened, ARCHIVE)
        yield opened


@kinds
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("barrier", "quay storm"),
        ("BARRIERS", "quay storm"),
        ("the barrier", "quay storm"),
        ("barrier ferry", "quay"),  # one in the first paragraph, one in the last
        ("barrier AND ferry", "quay"),
        ("barrier OR ferry", "quay storm undated"),
        ("barrier NOT ferry", "storm"),
        ("barrier AND NOT ferry", "storm"),
        ("NOT barrier", "undated"),
        ("ferry OR storm barrier", "quay storm undated"),
        ("(ferry OR storm) barrier", "quay storm"),
        ("NOT (ferry OR storm)", ""),
        ('"flood barrier"', "quay"),
        ("“flood barrier”", "quay"),
        ('"flood barriers"', ""),
        ('"barrier flood"', ""),
        ('"The ferry to Ostrand, the mayor\'s favourite"', "quay"),
        ("flood-barrier", "quay"),
        ("barrier-flood", ""),
        ("barr*", "quay storm"),
        ("displaceme*", "storm"),
        ("zepp*", ""),
        ("title:barrier", "quay"),
        ('title:"council questions"', "quay"),
        ("title:turkiye", "storm"),
        ("author:hart", "quay"),
        ("author:hart*", "quay storm"),
        ("Author: al-Amin", "quay"),
        ("outlet:wire", "quay"),
        ('outlet:"coast gazette" OR outlet:harbour.example', "storm undated"),
        ("after:2024-12-01", "quay storm"),
        ("before:2024-12-01", "quay"),
        ("after:2024-12-02 before:2024-12-05 barrier", "storm"),
        ("NOT after:2024-12-02", "quay undated"),
        ("U.S. sailors", "undated"),
        ("16:30", "undated"),
        ("Милан", "undated"),
        ("re: ferry!", "quay undated"),
        ("ferry -- ; DROP TABLE articles", ""),
        ("near(ferry)", ""),
        ("the", "quay storm undated"),
    ],
)
def test_what_a_query_finds(store, kind, query, found):
    with store.snapshot() as view:
        assert {card.article_id for card in matching(view, query)} == set(found.split())


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "no word"),
        ("?! — _", "no word"),
        ('""', "no word"),
        ("\0\ud800", "no word"),
        ("AND", "AND has no word"),
        ("OR OR", "OR has no word"),
        ("ferry NOT", "NOT has no word"),
        ("NOT AND ferry", "AND has no word"),
        ("ferry OR", "OR has no word"),
        ('"flood', "quotation mark is left open"),
        ("(ferry", "bracket is left open"),
        ("ferry)", "bracket is closed"),
        ("ferry ()", "bracket holds nothing"),
        ("(" * 40 + "ferry" + ")" * 40, "More than 20 brackets"),
        ("*", "end of a word"),
        ("f*", "2 letters"),
        ("fe*ry", "end of a word"),
        ("title:", "title: has no word"),
        ("outlet: OR ferry", "outlet: has no word"),
        ("athor:hart", "no field “athor:”"),
        ("after:soon", "wants a day"),
        ("before:2024-13-01", "wants a day"),
        ("ferry " * 2000, "12,000 characters"),
        ("author:nobody", "no author “nobody”"),
        ('outlet:"Coastal Gazetteer"', "Did you mean “Coast Gazette”"),
    ],
)
def test_what_cannot_be_read_is_told_with_a_query_that_can(index, query, why):
    with pytest.raises(BadRequest, match=why) as raised:
        matching(index, query)
    example = str(raised.value).partition("A search that works: ")[2]
    assert "\n" not in str(raised.value)
    with index.snapshot() as view:
        assert not example or "hart" in example or matching(view, example) is not None


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    st.lists(st.sampled_from([*'()"*:“ ', "AND ", "OR ", "NOT ", "a", "ferry", "after:", "^", "-"]))
)
def test_no_query_is_an_error_of_the_database(index, parts):
    with contextlib.suppress(BadRequest):
        matching(index, "".join(parts))


def test_a_story_is_shown_once_with_the_passage_and_its_marks(tmp_path):
    wire = article(
        "wire", f"{FILLER}\n\nThe ferry sank. Nobody was hurt, and it was raised.", "Loss"
    )
    copy = replace(wire, id="copy", source="copy.txt", publisher="Coast Gazette")
    with Index.create(tmp_path / "index", ENCODER) as index:
        fill(index, [wire, copy])
        results = search(index, 'fer* "nobody was" zeppelin OR loss', limit=1)
    (found,) = results.found
    assert (results.articles, results.stories, results.lacking) == (2, 1, ("zeppelin",))
    assert {found.card.article_id, *(card.article_id for card in found.copies)} == {"wire", "copy"}
    assert wire.text[found.start :].startswith(found.passage)
    assert [mark.of(found.passage) for mark in found.marks] == ["ferry", "Nobody was"]
    assert [mark.of("Loss") for mark in found.title_marks] == ["Loss"]


def test_an_endless_sentence_is_cut_around_the_hit(tmp_path):
    endless = "and so on " * 300 + "until the ferry sank " + "and so on " * 300
    with Index.create(tmp_path / "index", ENCODER) as index:
        fill(index, [article("long", endless)])
        (found,) = search(index, "ferry").found
    assert "ferry" in found.passage and len(found.passage) <= 400
    assert endless[found.start :].startswith(found.passage)


WORDS = sorted(
    {
        word.lower()
        for path in (Path(__file__).parents[1] / "eval/articles").rglob("*.md")
        for word in re.findall("[A-Za-z]{2,}", path.read_text("utf-8"))
    }
)


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.sampled_from(WORDS), st.integers(2, 20))
def test_the_start_of_a_word_leads_to_its_stem(word, letters):
    (asked,) = stems([stem_start(word[:letters])])  # FTS5 stems the beginning as well
    assert stems([word])[0].startswith(asked)


def run(index: Index, *arguments: str) -> tuple[int, str, str]:
    runner = CliRunner(env={INDEX_VARIABLE: str(index.folder), "COLUMNS": "80"})
    done = runner.invoke(cli, ["search", *arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_search_prints_headline_outlet_date_id_and_passage(index):
    status, shown, told = run(index, '"flood barrier"')
    assert (status, told) == (0, "1 article.\n")
    assert shown.splitlines() == [
        "Council questions the barrier",
        "    Northern Wire, 2024-12-01, quay",
        "    Councillors asked why the flood barrier at the quay had cost so much.",
        "",
    ]
    assert run(index, "barrier", "--limit", "1")[2] == "2 articles; 1 shown, --limit shows more.\n"
    assert run(index, "ferry zeppelin") == (
        0, "", "No article fits; none of the archive has “zeppelin”.\n",
    )  # fmt: skip
    assert run(index, "(ferry") == (
        1, "", "byline: A bracket is left open. A search that works: (ferry OR bridge) storm\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("options", "ids", "told"),
    [
        (["--outlet", "coast gazette"], ["storm"],
         "Only articles of Coast Gazette were read; 1 whose outlet is not known was left out."),
        (["--outlet", "Coast Gazette", "--outlet", "Northern Wire"], ["quay", "storm"], "and"),
        (["--author", "Lena Hart"], ["quay"], "Only articles by Lena Hart were read; 1 whose"),
        (["--title", "councils question"], ["quay"], "with “councils question” in the headline"),
        (["--since", "2024-12-02"], ["storm"], "1 whose date is not known was left out."),
        (["--since", "2024-12-02", "--author", "Lena Hart"], [],
         "whose author or date is not known"),
    ],
)  # fmt: skip
def test_a_search_may_be_narrowed(index, options, ids, told):
    status, shown, said = run(index, "barrier OR ferry", "--json", *options)
    assert (status, sorted(one["id"] for one in json.loads(shown))) == (0, ids)
    assert told in said


def test_what_a_search_is_narrowed_to_has_to_be_there(index):
    assert run(index, "barrier", "--outlet", "Coastal Gazetteer")[2] == (
        "byline: The archive knows no outlet “Coastal Gazetteer”. Did you mean Coast Gazette?\n"
    )
    assert "knows no headline with “zeppelin”" in run(index, "barrier", "--title", "zeppelin")[2]
    assert "knows no article in “Welsh”" in run(index, "barrier", "--lang", "Welsh")[2]


def test_search_json(index):
    status, shown, _ = run(index, "flood", "--json", "--limit", "1")
    (found,) = json.loads(shown)
    start, end = found["marks"][0]
    assert (status, found["passage"][start:end]) == (0, "flood")
    text = index.article(found["id"]).text
    assert text[found["start"] : found["end"]] == found["passage"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_hostile_article_reaches_the_terminal_inert(tmp_path, options):
    with Index.create(tmp_path / "index", ENCODER) as index:
        fill(index, [replace(article("bad", f"A ferry {ESCAPES}.", ESCAPES), publisher=ESCAPES)])
        _, shown, _ = run(index, "ferry", *options)
    assert "ferry" in shown and "<b>bold</b>" in shown
    assert not set(shown) & set("\x1b\x07\u202e")
