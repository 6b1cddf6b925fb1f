"""The names of an archive: what a name is, which spellings are one, how often each is counted."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from index.errors import BadRequest
from index.opening import made
from index.records import Card
from index.store import Index
from rag.cli.lookup import cli
from rag.names.archive import FILE, register_of
from rag.names.register import Name, Register, register
from rag.names.tagger import KINDS, PIECE, Kind, SpacyTagger, Tag, cleaned, kind_of, pieces
from rag.page.listing import names_table
from rag.search.finding import search
from rag.search.query import LONGEST, parse
from rag.settings import INDEX_VARIABLE
from tests.building import passage
from tests.fakes import article, put, story
from tests.stores import ENCODER, kinds

ESCAPES = "\x1b[31mred\x1b[0m \x1b]0;owned\x07<b>bold</b>\u202e"
LETTERS: dict[str, Kind] = {"p": "person", "o": "organisation", "l": "place"}


def registered(*articles: str) -> Register:
    """The register of articles, each a line of names: "p Sergei Lavrov; l Homs"."""
    cards = [Card(str(at), "", None, None, None, str(at)) for at in range(len(articles))]
    tags = {
        card.article_id: [
            Tag(name.lstrip("~"), LETTERS[letter], 1, name.count("~"))
            for letter, name in (one.strip().split(" ", 1) for one in line.split(";"))
        ]
        for card, line in zip(cards, articles, strict=True)
    }
    return register(cards, tags)


@pytest.mark.parametrize(
    ("articles", "names"),
    [
        (["p Sergei Lavrov", "p Sergey Lavrov", "p Sergei Lavrov"], ["Sergei Lavrov 3"]),
        (
            ["p Abbas Araghchi", "p Abbas Araghchi", "p Abbas Araqchi", "p Araqchi"],
            ["Abbas Araghchi 4"],
        ),
        (["l Türkiye", "l Turkey", "l Turkey"], ["Turkey 3"]),
        (["l Kyiv", "l Kyiv", "l Kiev"], ["Kyiv 3"]),
        (["l Ghana", "l Guyana"], ["Ghana 1", "Guyana 1"]),
        (["l Germany", "l Kerman"], ["Germany 1", "Kerman 1"]),
        # An article spells a name in one way.
        (["l Marin; l Maren", "l Marin; l Maren"], ["Maren 2", "Marin 2"]),
        # A surname is the one in the article, else the only one there is.
        (["p Jo Hart; o Hart"], ["Jo Hart 1"]),
        (["p Jo Hart", "p Hart"], ["Jo Hart 2"]),
        (["p Jo Hart", "p Ann Hart", "p Mr Hart"], ["Ann Hart 1", "Jo Hart 1", "Mr Hart 1"]),
        (["p Jo Hart; p Ann Hart; p Hart"], ["Ann Hart 1", "Hart 1", "Jo Hart 1"]),
        (["p Xi Jinping; p Xi"], ["Xi Jinping 1"]),
        (["p Ada Paris", "l Paris"], ["Ada Paris 1", "Paris 1"]),
        (["p William Barr", "p Attorney William Barr"], ["William Barr 2"]),
        (["p John R. Bolton", "p John Bolton", "p John Bolton"], ["John Bolton 3"]),
        # An acronym is the name that some article has beside it.
        (["o European Union; o EU", "o EU"], ["European Union 2"]),
        (["o European Union", "o EU"], ["EU 1", "European Union 1"]),
        (["l United States; l U.S.", "l US", "l USA"], ["United States 2", "USA 1"]),
        (["p Hayat al-Sham; o HS", "p Hayat al-Sham"], ["Hayat al-Sham 2"]),
        # No names: common words, headings in capitals, people of one word without a title.
        (["o ~Court", "o Court", "o ~~Court"], []),
        (["o MINISTRY SAYS NO", "l MOSCOW", "l Moscow", "o NATO"], ["Moscow 2", "NATO 1"]),
        (["p Twitter", "p Twitter"], []),
        (["p Pope Francis", "p Francis"], ["Pope Francis 2"]),
    ],
)
def test_spellings_of_one_name_are_joined(articles, names):
    found = registered(*articles).names
    assert [f"{name.name} {name.stories}" for name in found] == names


def test_a_name_is_of_the_kind_that_most_articles_make_it():
    found = registered(
        "p Jo Hart; o Hart; o Hart", "o Hart; p Jo Hart", "l Homs", "o Homs", "l Homs"
    )
    assert [(name.name, name.kind) for name in found.names] == [
        ("Homs", "place"), ("Jo Hart", "person"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("Lavrov", ["Sergei Lavrov"]),
        ("sergey lavrov", ["Sergei Lavrov"]),
        ("Hart", ["Ann Hart", "Jo Hart"]),
        ("Jo Hart", ["Jo Hart"]),
        ("European", ["European Union"]),
        ("EU", ["European Union"]),
    ],
)
def test_a_name_is_found_in_any_spelling(asked, found):
    names = registered("p Sergei Lavrov; p Jo Hart; p Ann Hart; o European Union; o EU")
    assert [name.name for name in names.find(asked)] == found


@pytest.mark.parametrize(
    ("articles", "query"),
    [
        (["l Türkiye", "l Turkey", "l Turkey"],
         '"Turkey" OR "Turkey\'s" OR "Türkiye" OR "Türkiye\'s"'),
        (["p Jo Hart; p Hart"], '"Jo Hart" OR "Jo Hart\'s" OR "Hart" OR "Hart\'s"'),
        # The search reads no capitals, and "us" is everywhere.
        (["l United States; l US"], '"United States" OR "United States\'s"'),
        (["o WHO"], '"WHO" OR "WHO\'s"'),
        (['o Hart "Sons'], '"Hart Sons" OR "Hart Sons\'s"'),
    ],
)  # fmt: skip
def test_a_name_is_searched_in_all_its_spellings(articles, query):
    (name,) = registered(*articles).names
    assert name.query == query
    assert name.to_dict()["query"] == query
    many = replace(name, spellings=tuple(f"Hart{at}" for at in range(200)))
    assert len(many.query) <= LONGEST and parse(many.query)


def test_what_a_search_for_a_name_finds_is_what_is_counted(tmp_path):
    texts = [
        "Sergei Lavrov went home.", "It was Lavrov's plan.", "Sergey Lavrov stayed.",
        "Lavrov the poet wrote verses.", "A plan of Sergei Lavrov’s failed.",
    ]  # fmt: skip
    name = Name(
        "Sergei Lavrov", "person", ("Sergei Lavrov", "Sergey Lavrov", "Lavrov"), 4, 4,
        dict.fromkeys("0124", 1),
    )  # fmt: skip
    with Index.create(tmp_path / "index", ENCODER) as opened:
        for at, text in enumerate(texts):
            put(opened, article(str(at), f"{story(at)}\n\n{text}"))
        assert search(opened, f'"{name.name}"').stories == 1
        assert search(opened, name.query).stories == 5
        assert search(opened, name.query, among=name.articles).stories == name.stories


@pytest.mark.parametrize("asked", ["Lavrof", "", "?!", "x" * 10_000, "\x1b[2J"])
def test_a_name_that_is_not_there_is_told(asked):
    meant = "Did you mean Sergei Lavrov" if asked == "Lavrof" else "byline names"
    with pytest.raises(BadRequest, match=meant):
        registered("p Sergei Lavrov; p Lavrov").find(asked)


@pytest.mark.parametrize(
    ("found", "kind", "before", "name"),
    [
        ("the Supreme Court's", "organisation", "", "Supreme Court"),
        ("the World Health Organization (WHO", "organisation", "", "World Health Organization"),
        ("Alliance Party of", "organisation", "", "Alliance Party"),
        ("the U.S.", "place", "", "U.S."),
        ("Salt Lake City, Utah", "place", "", "Salt Lake City"),
        ("Homs\n\nReading", "place", "", "Homs"),
        ("President Joe Biden", "person", "", "Joe Biden"),
        ("Trump", "person", "said President ", "President Trump"),
        ("Trump", "person", "Former ", "Trump"),
        ("Johnson", "person", "of Prime Minister ", "Prime Minister Johnson"),
        ("Monday", "organisation", "", ""),
        ("The Ministry", "organisation", "", "Ministry"),
        ("Prime Minister", "person", "", ""),
        ("COVID-19", "organisation", "", ""),
        ("Humberto 785 miles", "person", "", ""),
        ("x" * 100, "person", "", ""),
        (ESCAPES, "person", "", ""),
        ("http://x.org", "organisation", "", ""),
    ],
)
def test_what_can_be_a_name(found, kind, before, name):
    assert cleaned(found, kind, before) == name
    assert cleaned(found, kind, "\n((", ")") == ""  # who asks in an interview


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.lists(st.text() | st.sampled_from(["Dr. ", "X", "A.B.", "the ", "'s", "\ud800", "ﷺ"])))
def test_no_text_breaks_the_register(parts):
    names = [cleaned("".join(parts), kind, parts[0] if parts else "") for kind in KINDS.values()]
    tags = [Tag(name, "person", 1, 0) for name in names if name]
    assert all(name == name.strip() and len(name.splitlines()) <= 1 for name in names)
    assert len(register([Card("a", "", None, None, None, "a")], {"a": tags}).names) <= len(tags)


@pytest.mark.parametrize(
    ("before", "name", "after", "kind"),
    [
        ("said minister ", "Abbas Araghchi", ".", "person"),
        ("the former ", "Twitter", " chief", "organisation"),
        ("fighting in ", "Homs", ".", "place"),
        ("the mayor of ", "Dunmarrow", ".", "place"),
        ("in the ", "Senate", ".", "organisation"),
        ("", "Hayat Tahrir al-Sham", " (HTS)", "organisation"),
    ],
)
def test_the_words_around_a_name_may_tell_its_kind(before, name, after, kind):
    assert kind_of("organisation", name, before, after) == kind


@pytest.mark.heavy
@pytest.mark.models
def test_the_model_that_comes_with_pip_finds_names():
    text = (
        "Angela Merkel met Emmanuel Macron in Berlin on Monday. Merkel said that "
        "the European Union would act.\n\nTHE MINISTRY SAYS NO TO TALKS"
    )
    empty, tags = SpacyTagger().tags(["", text])
    named = {(tag.name, tag.kind) for tag in tags}
    assert empty == []
    assert named >= {
        ("Angela Merkel", "person"), ("Emmanuel Macron", "person"), ("Berlin", "place"),
        ("European Union", "organisation"),
    }  # fmt: skip
    assert not any("Monday" in name for name, _ in named)


@pytest.mark.parametrize("text", ["", "word " * 30_000, "x" * 120_000, "line\n" * 30_000])
def test_a_long_text_is_read_in_pieces_that_lose_nothing(text):
    parts = list(pieces(text))
    assert "".join(parts) == text
    assert all(0 < len(part) <= PIECE for part in parts)
    assert all(part[-1].isspace() for part in parts[:-1]) or " " not in text


class Capitals:
    """Takes each word in capital letters for a person with a title, and counts the texts."""

    version = "capitals 1"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def tags(self, texts: Iterable[str]) -> Iterator[list[Tag]]:
        for text in texts:
            self.texts.append(text)
            words = [word.strip(".") for word in text.split() if word.istitle()]
            yield [
                Tag(f"Dr {word}", "person", words.count(word), 0) for word in dict.fromkeys(words)
            ]


@kinds
def test_only_what_is_new_is_looked_at_again(where, tmp_path):
    with made(where, ENCODER) as store:
        put(store, article("one", "it was Hart.", published="2024-12-01"))
        put(store, article("two", "it was Moss. then Hart.", published="2025-01-01"))
        put(store, replace(article("three", "c’est Bonnet."), language="fr"))
        first = Capitals()
        found = register_of(store, tmp_path, first)
        assert [(name.name, name.stories) for name in found.names] == [
            ("Dr Hart", 2),
            ("Dr Moss", 1),
        ]
        assert len(first.texts) == 2  # names are looked for in English

        put(store, article("two", "it was Reed.", published="2025-01-01"))
        store.remove("one")
        again = Capitals()
        assert [name.name for name in register_of(store, tmp_path, again).names] == ["Dr Reed"]
        assert again.texts == ["it was Reed."]
        assert "Hart" not in (tmp_path / FILE).read_text("utf-8")

        for damage in ("", "[]", '{"version": "capitals 1", "articles": {"two": 1}}', "\0", "{"):
            (tmp_path / FILE).write_text(damage, "utf-8")
            after = Capitals()
            assert len(register_of(store, tmp_path, after).names) == len(after.texts) == 1

        newer = Capitals()
        newer.version = "capitals 2"
        register_of(store, tmp_path, newer)
        assert len(newer.texts) == 1


def test_names_are_found_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").touch()
    with Index.create(tmp_path / "index", ENCODER) as index:
        put(index, article("one", "it was Hart."))
        assert register_of(index, tmp_path / "file", Capitals()).names


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """An archive in which Hart is in a wire story of two copies, and in another one."""
    wire = f"{story(3)}\n\nit was Hart and Hart."
    with Index.create(tmp_path / "index", ENCODER) as opened:
        put(opened, article("wire", wire, "Found", "2024-12-01"))
        put(opened, article("copy", wire, "Found again", "2025-01-03", "copy.txt"))
        put(opened, article("other", f"{story(4)}\n\nit was Hart.", ESCAPES))
        tagger = Capitals()
        tagger.version = SpacyTagger.version
        register_of(opened, opened.folder, tagger)  # so that the command finds all in the file
        yield opened


def run(index: Index, *arguments: str) -> tuple[int, str, str]:
    runner = CliRunner(env={INDEX_VARIABLE: str(index.folder)})
    done = runner.invoke(cli, ["names", *arguments], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def test_copies_count_once(index):
    status, shown, _ = run(index, "Hart", "--json")
    found = json.loads(shown)
    counted = {key: found[key] for key in ("name", "kind", "stories", "mentions", "articles")}
    assert (status, counted) == (
        0, {"name": "Dr Hart", "kind": "person", "stories": 2, "mentions": 3, "articles": 3},
    )  # fmt: skip
    assert found["by_month"] == [
        {"month": "2024-12", "stories": 1, "mentions": 2},
        {"month": "unknown", "stories": 1, "mentions": 1},
    ]
    assert [(one["id"], one["mentions"]) for one in found["listed"]] == [
        ("copy", 2), ("wire", 2), ("other", 1),
    ]  # fmt: skip


def test_names_prints_a_table_and_of_one_name_its_articles(index):
    status, shown, told = run(index, "--kind", "person", "--limit", "1")
    assert (status, told.split(" ", 1)[1]) == (0, "names; 1 shown, --limit shows more.\n")
    assert shown.splitlines()[1].split() == ["2", "person", "Dr", "Hart"]
    assert run(index, "--kind", "place") == (0, "", "0 names.\n")
    shown = run(index, "Hart", "--limit", "2")[1]
    assert "2024-12" in shown and "Found again" in shown
    assert run(index, "Nobody")[::2] == (
        1, "byline: The archive knows no name “Nobody”. See all of them: byline names\n",
    )  # fmt: skip


def test_a_hostile_headline_reaches_the_terminal_inert(index):
    for options in ([], ["--json"]):
        shown = run(index, "Hart", *options)[1]
        assert "<b>bold</b>" in shown and not set(shown) & set("\x1b\x07\u202e")


def test_the_model_is_loaded_only_where_something_is_new(index):
    code = "import sys; from rag.cli.lookup import cli\ntry: cli(['names'])\nfinally: "
    code += "print(*(n for n in ('spacy', 'torch') if n in sys.modules), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={INDEX_VARIABLE: str(index.folder)},
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "")


def test_the_page_lists_names_as_text_each_with_its_link():
    name = Name("<b>Hart", "person", ("<b>Hart", '"Reed'), 2, 3, {"a": 1, "b": 2})
    cards = [
        passage("Hart spoke.", article=article, published=f"2025-0{month}-03").stored.card
        for article, month in (("a", 1), ("b", 4))
    ]
    register = Register((name,), {card.article_id: card for card in cards})
    shown = names_table(register)
    assert "<b>" not in shown and "&lt;b&gt;Hart" in shown
    assert 'href="#name-%22%3Cb%3EHart%22%20OR%20' in shown, "a click searches for all spellings"
    assert 'aria-label="2025-01: 1, 2025-04: 1"' in shown and 'x="90.0"' in shown
    assert "No names" in names_table(register, "place")
