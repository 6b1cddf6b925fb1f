"""One suite for both stores: what a question and an ingest need, in a folder and in Milvus."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import duplicates, versions
from index.chunking import CHUNKER
from index.connections import Wait
from index.errors import (
    IndexBusy,
    IndexMismatch,
    IndexMissing,
    UnknownArticle,
    UnusableIndex,
)
from index.ingesting import index_for, ingest, ingest_articles
from index.locations import Place
from index.opening import made, opened
from index.protocols import Store, View
from index.rebuilding import Rebuild
from index.records import Article, Chunk, Counts, Hit, Page, Span
from rag import Answer, Assistant
from rag.models.llm import ScriptedLLM
from rag.reader.reading import WordReader
from rag.request.question import Question
from rag.retrieve import retrieve
from tests.eval_building import BRIDGE, ROWS, jsonl
from tests.fakes import CountingEncoder, OtherEncoder, article, paragraphs, put, story, word
from tests.stores import ENCODER, kinds, new_place, seen, whole

pytestmark = kinds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


@pytest.fixture
def where(kind: str, folder: Path) -> Place:
    return new_place(kind, folder)


@pytest.fixture(scope="module", autouse=True)
def kept_open(kind: str, folder: Path) -> Iterator[None]:
    """One archive stays open, so that the file of milvus-lite is opened once."""
    with made(new_place(kind, folder), ENCODER):
        yield


@pytest.fixture
def store(where: Place) -> Iterator[Store]:
    with made(where, ENCODER, CHUNKER) as new:
        yield new


def filled(store: Store, articles: int = 12) -> None:
    for n in range(articles):
        published = f"2024-{n % 12 + 1:02}-15" if n % 4 else None
        put(store, article(f"a{n}", story(n), published=published))


def query(text: str = story(7777)) -> np.ndarray:
    return ENCODER.encode([text])[0]


def found(view: View, hits: list[Hit]) -> list[str]:
    """The ids of the articles that hits lie in."""
    stored = view.passages([hit.chunk_id for hit in hits])
    return [one.card.article_id for one in stored]


def lexical(view: View, *terms: str, limit: int = 5) -> list[str]:
    return found(view, view.lexical(terms, limit))


# What is stored

text = st.text(st.characters(codec="utf-8"), max_size=40)
numbers = st.integers(0, 10**6)
anything = st.builds(
    Article,
    id=st.text(st.characters(codec="utf-8"), min_size=1, max_size=20),
    title=text,
    text=st.text(st.characters(codec="utf-8"), min_size=1, max_size=200),
    source=text,
    published=st.none() | st.dates(),
    publisher=st.none() | text,
    url=st.none() | text,
    authors=st.lists(text, max_size=3).map(tuple),
    provenance=st.dictionaries(text, text, max_size=3),
    language=text,
    corrections=st.lists(text, max_size=2).map(tuple),
    as_of=st.none() | st.datetimes(timezones=st.just(dt.UTC)),
    pages=st.lists(st.builds(Page, numbers, numbers, text), max_size=2).map(tuple),
    doubts=st.lists(text, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def scratch(kind: str, folder: Path) -> Iterator[Store]:
    """An archive that each example leaves empty."""
    with made(new_place(kind, folder), ENCODER) as new:
        yield new


@settings(max_examples=25, deadline=None)
@given(item=anything, data=st.data())
def test_what_is_put_comes_out_again(scratch: Store, item: Article, data: st.DataObject) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(item.text)), min_size=2, max_size=6).map(sorted))
    chunks = [
        Chunk(item.id, a, b, item.text[a:b], (Span(a, (a + b) // 2), Span((a + b) // 2, b)))
        for a, b in pairwise(cuts)
    ]
    matrix = ENCODER.encode([f"{n} {chunk.text}" for n, chunk in enumerate(chunks)])
    assert scratch.put(item, "digest", chunks, matrix) == "added"
    try:
        assert scratch.article(item.id) == item
        assert scratch.content_hashes() == {item.source: (item.id, "digest")}
        assert scratch.articles() == [scratch.card(item.id)]
        hits = scratch.semantic(matrix[0], 10)
        stored = scratch.passages([hit.chunk_id for hit in hits])
        assert sorted((one.chunk.start, one.chunk.end) for one in stored) == list(pairwise(cuts))
        assert {one.chunk for one in stored} == set(chunks)
        assert all(one.card == scratch.card(item.id) for one in stored)
        vectors = scratch.vectors([hit.chunk_id for hit in hits])
        assert sorted(map(tuple, vectors)) == sorted(map(tuple, matrix))
        assert scratch.published_span() == ((item.published,) * 2 if item.published else None)
    finally:
        scratch.remove(item.id)
    assert scratch.counts() == Counts(0, 0, 0)


def test_what_is_closed_is_there_again(store: Store, where: Place) -> None:
    filled(store)
    terms = [word(1), word(2), word(3)]
    before = seen(store, terms, story(7777))
    store.close()
    store.close()
    with opened(where, ENCODER) as again:
        assert seen(again, terms, story(7777)) == before
        assert again.manifest.chunker == CHUNKER
        assert (again.manifest.encoder, again.manifest.dimension) == ("hash", ENCODER.dimension)


def test_an_article_is_replaced_by_one_of_its_id(store: Store) -> None:
    assert put(store, article("one", "Gulls nested.\n\nTerns left.")) == "added"
    old = store.lexical(["gulls"], 5)[0].chunk_id
    assert put(store, article("one", "Herons came.", title="New")) == "updated"
    assert store.counts() == Counts(1, 1, 1)
    assert lexical(store, "gulls", "terns", "title") == []
    assert lexical(store, "herons") == ["one"]
    assert len(store.semantic(query(), 5)) == 1
    with pytest.raises(KeyError):  # an id of a chunk is never given again
        store.passages([old])


def test_an_article_is_replaced_by_one_of_its_source(store: Store) -> None:
    put(store, article("old", "Gulls nested.", source="a.txt"))
    assert put(store, article("new", "Gulls nested here.", source="a.txt")) == "updated"
    assert [card.article_id for card in store.articles()] == ["new"]
    assert store.counts() == Counts(1, 1, 1)


def test_an_article_that_is_edited_came_in_when_it_came_first(store: Store) -> None:
    put(store, article("old", "Gulls nested.", source="a.txt"))
    put(store, article("copy", "Gulls nested.", source="b.txt"))
    put(store, article("old", "Gulls nested here.", source="a.txt"))
    put(store, article("new", "Gulls nested there.", source="a.txt"))
    assert store.card("new").arrived < store.card("copy").arrived
    store.redescribe(dataclasses.replace(store.article("new"), published=dt.date(2024, 1, 2)), "x")
    assert store.card("new").arrived < store.card("copy").arrived
    assert store.card("new").source == "a.txt"


def test_one_article_may_replace_two(store: Store) -> None:
    put(store, article("one", "Gulls nested.", source="a.txt"))
    put(store, article("two", "Terns left.", source="b.txt"))
    assert put(store, article("one", "Herons came.", source="b.txt")) == "updated"
    assert store.content_hashes() == {"b.txt": ("one", "hash of Herons came.")}
    assert lexical(store, "gulls", "terns", "herons") == ["one"]


def test_a_removed_article_leaves_nothing(store: Store) -> None:
    filled(store, 3)
    before = seen(store, ["gulls", word(1)], story(7777))
    put(store, article("gone", "Gulls nested on the pier.", published="1990-01-01"))
    assert store.published_span() == (dt.date(1990, 1, 1), dt.date(2024, 3, 15))
    store.remove("gone")
    assert seen(store, ["gulls", word(1)], story(7777)) == before
    assert whole(store)


def test_an_unknown_article_is_named_with_those_like_it(store: Store) -> None:
    put(store, article("harbour-reopens", "Gulls."))
    with pytest.raises(UnknownArticle, match=r"harbour-reopen\..*Did you mean harbour-reopens"):
        store.article("harbour-reopen")
    with pytest.raises(UnknownArticle, match="byline list"):
        store.remove("zzz")
    with pytest.raises(UnknownArticle):
        store.card("\udcff")


def test_a_put_that_fails_changes_nothing(store: Store) -> None:
    filled(store, 2)
    before = store.manifest
    item = article("bad", "One.\n\nTwo.")
    for matrix in (np.ones((1, ENCODER.dimension)), np.ones((2, 3)), np.full((2, 64), np.nan)):
        with pytest.raises(ValueError, match="2 chunks"):
            store.put(item, "", paragraphs(item), matrix.astype(np.float32))
    assert store.manifest == before
    assert store.counts().articles == 2
    assert put(store, item) == "added"


def test_articles_are_listed_latest_first(store: Store) -> None:
    for name, day in (("a", "2024-01-01"), ("b", None), ("d", "2024-01-01"), ("c", "2025-01-01")):
        put(store, article(name, story(ord(name)), published=day))
    assert [card.article_id for card in store.articles()] == ["c", "a", "d", "b"]


# Searching

HOSTILE = (
    '"', "''", "gulls OR terns", "NOT", "NEAR(gulls terns)", "title:gulls", "*", "-gulls", "(",
    "\0", "gulls\0terns", "\udcff", "", " ", 'a"b', "') or 1 == 1 or text_match(words, 'gulls",
)  # fmt: skip


def test_nothing_in_a_term_is_query_syntax(store: Store) -> None:
    put(store, article("one", "Herons nested."))
    put(store, article("two", "Gulls and terns nested."))
    for term in HOSTILE:
        assert store.document_frequency([term])[term] in (0, 1)
        assert set(lexical(store, term, "herons", "gulls")) == {"one", "two"}
        assert "one" in lexical(store, term, "herons")


@settings(max_examples=25, deadline=None)
@given(terms=st.lists(st.text(max_size=12), max_size=4))
def test_any_terms_can_be_searched_for(scratch: Store, terms: list[str]) -> None:
    put(scratch, article("one", "Herons nested."))
    assert lexical(scratch, *terms, "heron") == ["one"]
    assert scratch.document_frequency(terms).keys() == set(terms)
    scratch.remove("one")


def test_words_match_in_any_form_and_phrases_in_order(store: Store) -> None:
    put(store, article("one", "The café reopened with prize-winning espressos.", title="Ferries"))
    put(store, article("two", "In Київ the 北京 ferry won a prize."))
    for term in ("CAFE", "reopens", "prize winning", "espresso"):
        assert lexical(store, term) == ["one"], term
    for term in ("київ", "北京", "prizes"):
        assert "two" in lexical(store, term), term
    assert set(lexical(store, "ferry")) == {"one", "two"}
    assert lexical(store, "winning prize") == lexical(store, "espressos ferries") == []
    counted = store.document_frequency(["ferries", "prize winning", "absent", "prize"])
    assert counted == {"ferries": 2, "prize winning": 1, "absent": 0, "prize": 2}


def test_many_terms(store: Store) -> None:
    put(store, article("one", "Herons nested."))
    assert lexical(store, *(f"w{n}" for n in range(5000)), "herons") == ["one"]


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_semantic_search_is_brute_force_search(store: Store, limit: int) -> None:
    filled(store)
    hits = store.semantic(query(), limit)
    every = store.vectors([hit.chunk_id for hit in store.semantic(query(), 1000)])
    assert len(every) == store.chunk_count == 72
    best = sorted((every @ query()).tolist(), reverse=True)[:limit]
    assert [hit.score for hit in hits] == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2024-03-15", None),
        (None, "2024-08-15"),
        ("2024-03-15", "2024-03-15"),
        ("2030-01-01", None),
    ],
)
def test_dates_are_included_and_undated_articles_left_out(
    store: Store, since: str | None, until: str | None
) -> None:
    filled(store)
    low, high = (dt.date.fromisoformat(day) if day else None for day in (since, until))
    wanted = {
        card.article_id
        for card in store.articles()
        if card.published and (low or dt.date.min) <= card.published <= (high or dt.date.max)
    }
    assert set(found(store, store.semantic(query(), 1000, low, high))) == wanted
    assert set(found(store, store.lexical(["title"], 1000, low, high))) == wanted


def test_a_search_of_nothing(store: Store) -> None:
    assert store.semantic(query(), 5) == store.lexical(["a"], 5) == store.lexical([], 5) == []
    assert store.passages([]) == []
    assert store.vectors([]).shape == (0, ENCODER.dimension)
    assert store.published_span() is None
    filled(store, 1)
    assert store.semantic(query(), 0) == store.lexical(["title"], 0) == []
    with pytest.raises(KeyError):
        store.passages([99])
    with pytest.raises(KeyError):
        store.vectors([99])


def test_neighbours_are_the_chunks_beside_one(store: Store) -> None:
    put(store, article("one", "Gulls nested.\n\nTerns left.\n\nHerons came."))
    put(store, article("two", "Ospreys too."))
    first, middle, last = (
        store.lexical([name], 1)[0].chunk_id for name in ("gulls", "terns", "herons")
    )
    assert store.neighbours(middle) == [first, last]
    assert store.neighbours(first) == store.neighbours(last) == [middle]
    assert store.neighbours(store.lexical(["ospreys"], 1)[0].chunk_id) == []
    assert store.neighbours(99) == []


# Copies

POOL = {
    "a": story(1),
    "b": story(1) + "\n\n" + story(50, 1),  # a copy of a
    "c": story(1).upper(),  # equal to a when normalised
    "d": story(2),
    "e": story(2, 5),  # a copy of d
    "f": "Too short to be searched by its parts.",
    "g": "TOO SHORT to be searched by its parts!",
    "h": story(3) + "\n\n" + story(2, 4),  # related to d and to i
    "i": story(3),
}
DAYS = [None, "2024-01-01", "2024-01-02"]
ADDRESSES = [None, "https://courier.example/a", "https://courier.example/b"]


def test_copies_share_an_origin_however_they_come_and_go(store: Store) -> None:
    put(store, article("late", story(1), published="2024-03-01"))
    put(store, article("early", story(1) + "\n\n" + story(60, 1), published="2024-02-01"))
    put(store, article("other", story(9)))
    assert [card.article_id for card in store.copies("early")] == ["early", "late"]
    assert store.counts() == Counts(3, 19, 2)
    assert store.card("late").origin == "early"
    store.remove("early")
    assert store.card("late").origin == "late"
    put(store, article("undated", story(1)))
    assert [card.article_id for card in store.copies("late")] == ["late", "undated"]
    put(store, article("late", story(77), published="2024-03-01"))
    assert {card.article_id: card.origin for card in store.articles()} == {
        "late": "late", "undated": "undated", "other": "other",
    }  # fmt: skip


def test_copies_with_many_a_changed_word_are_found(store: Store) -> None:
    """Every store looks at all pairs that the rules hold worth a comparison."""
    expected = {}
    for n in range(0, 5000, 500):
        words = [word(n + place) for place in range(420)]
        changed = [word(9000 + n + i) if i % 7 == 3 else old for i, old in enumerate(words)]
        text, other = " ".join(words), " ".join(changed)
        one, two = map(duplicates.signature, (text, other))
        assert duplicates.is_copy(text, other)
        compared = duplicates.bands(one) & duplicates.bands(two)
        expected[f"b{n}"] = f"a{n}" if compared and duplicates.promising(one, [two])[0] else f"b{n}"
        put(store, article(f"a{n}", text, published="2024-01-01"))
        put(store, article(f"b{n}", other, published="2024-01-02"))
    assert sum(copy != origin for copy, origin in expected.items()) > 4
    assert {name: store.card(name).origin for name in expected} == expected


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_store_is_like_a_new_one_of_what_is_left(
    scratch: Store, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever is put, described anew and removed: as a folder to which the rest is put."""
    steps = data.draw(
        st.lists(
            st.tuples(
                st.sampled_from("abcdefghi"), st.sampled_from(sorted(POOL)),
                st.sampled_from(DAYS), st.sampled_from(ADDRESSES),
            ),
            min_size=1, max_size=8,
        )
    )  # fmt: skip
    present: dict[str, Article] = {}
    for name, text, day, url in steps:
        item = article(name, POOL[text], title=f"Title {text}", published=day)
        item = dataclasses.replace(item, url=url)
        had = present.get(name)
        if had == item:
            scratch.remove(name)
            del present[name]
        elif had is not None and (had.title, had.text) == (item.title, item.text):
            scratch.redescribe(item, "hash of " + item.text[:20])
            present[name] = item
        else:
            assert put(scratch, item) == ("updated" if name in present else "added")
            present[name] = item
    terms = [word(1), "short", "title a", "searched", f"{word(2)} {word(3)}"]
    with made(tmp_path_factory.mktemp("left") / "index", ENCODER) as other:
        for item in present.values():
            put(other, item)
        assert seen(scratch, terms, story(1)) == seen(other, terms, story(1))
    for name in present:
        scratch.remove(name)
    assert scratch.counts() == Counts(0, 0, 0)
    assert whole(scratch)


# Versions

URL = "https://courier.example/bridge"
COSTS = "Repairs of the harbour bridge in Veldmar cost {} million crowns and took two years."


def version(name: str, cost: str, published: str | None, **known: object) -> Article:
    """One that the program fetched."""
    source = f"{URL}?utm_source={name}"
    made = article(name, COSTS.format(cost), title="Bridge", published=published, source=source)
    return dataclasses.replace(made, **{"url": URL, **known})  # type: ignore[arg-type]


def successors(view: View) -> dict[str, str]:
    """What supersedes each article; nothing for what is searched."""
    return {card.article_id: card.superseded_by for card in view.articles() + view.earlier()}


OLD = version("old", "18.4", "2025-03-04", corrections=("Correction: not 19.1.",))
NEW = version("new", "19.1", "2025-03-05")


def test_only_the_latest_version_is_searched_and_the_others_are_kept(store: Store) -> None:
    report = ingest_articles(store, [NEW, OLD], ENCODER)
    assert (report.added, report.superseded) == (2, (("old", "new"),))
    assert successors(store) == {"new": "", "old": "new"}
    assert store.counts() == Counts(1, 1, 1, 1)
    assert store.document_frequency(["18.4", "19.1"]) == {"18.4": 0, "19.1": 1}
    assert lexical(store, "18.4") == []
    assert lexical(store, "harbour") == ["new"]
    assert found(store, store.semantic(query(), 9)) == ["new"]
    assert store.published_span() == (NEW.published, NEW.published)
    assert store.copies("old") == []
    assert store.article("old") == OLD
    assert store.card("old").corrections == OLD.corrections
    assert [chunk.text for chunk in store.chunks_of("old")] == [OLD.text]
    assert [card.article_id for card in store.earlier("new")] == ["old"]
    assert store.earlier("old") == []
    assert whole(store)


def test_an_earlier_version_comes_back_as_it_was(store: Store) -> None:
    ingest_articles(store, [OLD], ENCODER)
    (hit,) = store.lexical(["harbour"], 9)
    before = store.vectors([hit.chunk_id]).tolist(), seen(store, ["harbour"], "bridge")
    ingest_articles(store, [NEW], ENCODER)
    store.remove("new")
    assert successors(store) == {"old": ""}
    (hit,) = store.lexical(["harbour"], 9)
    assert (store.vectors([hit.chunk_id]).tolist(), seen(store, ["harbour"], "bridge")) == before
    store.remove("old")
    assert store.counts() == Counts(0, 0, 0)
    assert whole(store)


def test_an_earlier_version_can_be_removed_and_replaced(store: Store) -> None:
    ingest_articles(store, [OLD, NEW], ENCODER)
    replaced = dataclasses.replace(OLD, text=COSTS.format("17"))
    assert ingest_articles(store, [replaced], ENCODER).updated == 1
    assert store.article("old").text == replaced.text
    assert successors(store) == {"new": "", "old": "new"}
    store.remove("old")
    assert successors(store) == {"new": ""}
    assert whole(store)


def test_a_version_that_is_described_anew_takes_its_place_and_is_not_embedded(
    store: Store,
) -> None:
    ingest_articles(store, [OLD, NEW], ENCODER)
    encoder = CountingEncoder()
    later = dataclasses.replace(OLD, published=dt.date(2025, 3, 6))
    assert ingest_articles(store, [later], encoder).updated == 1
    assert successors(store) == {"old": "", "new": "old"}
    assert found(store, store.semantic(query(), 9, since=later.published)) == ["old"]
    assert store.semantic(query(), 9, until=OLD.published) == []
    elsewhere = dataclasses.replace(later, url="https://courier.example/elsewhere")
    ingest_articles(store, [elsewhere], encoder)
    assert successors(store) == {"old": "", "new": ""}
    credited = dataclasses.replace(elsewhere, publisher="Courier")
    ingest_articles(store, [credited], encoder)
    assert store.article("old") == credited
    assert encoder.batches == []
    assert whole(store)
    with pytest.raises(KeyError):
        store.redescribe(article("nobody", "Gulls."), "x")


def test_copies_stay_with_the_version_that_they_copy(store: Store) -> None:
    old = dataclasses.replace(OLD, text=story(3))
    new = dataclasses.replace(NEW, published=dt.date(2025, 3, 6), text=story(3, 4) + " End.")
    ingest_articles(store, [old, article("copy", story(3), published="2025-03-04")], ENCODER)
    assert store.card("old").origin == "copy"
    ingest_articles(store, [new], ENCODER)
    assert successors(store)["old"] == "new"
    assert [card.article_id for card in store.copies("copy")] == ["copy", "new"]
    store.remove("new")
    assert [card.article_id for card in store.copies("copy")] == ["copy", "old"]
    assert whole(store)


def test_an_address_that_many_texts_claim_is_no_articles(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "MOST_VERSIONS", 3)
    items = [version(f"v{n}", str(n), f"2025-03-0{n}") for n in range(1, 5)]
    ingest_articles(store, items[:3], ENCODER)
    assert successors(store) == {"v3": "", "v1": "v3", "v2": "v3"}
    ingest_articles(store, items[3:], ENCODER)
    assert set(successors(store).values()) == {""}
    assert store.counts() == Counts(4, 4, 4)
    store.remove("v1")
    assert successors(store) == {"v4": "", "v2": "v4", "v3": "v4"}
    assert whole(store)


# Ingesting


def news_folder(below: Path) -> Path:
    news = below / "news"
    (news / "deep").mkdir(parents=True)
    (news / "a.txt").write_text(story(1))
    rows = [{"id": f"r{n}", "text": story(10 + n)} for n in range(2)]
    (news / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return news


def test_articles_of_vanished_files_are_pruned_and_moved_ones_kept(
    store: Store, tmp_path: Path
) -> None:
    news = news_folder(tmp_path)
    ingest(store, [news], ENCODER)
    assert ingest(store, [news], ENCODER, prune=True).removed == ()
    (news / "a.txt").rename(news / "deep" / "a.txt")
    (news / "rows.jsonl").unlink()
    assert ingest(store, [news], ENCODER).removed == ()
    report = ingest(store, [news], ENCODER, prune=True)
    gone = f"{news}/rows.jsonl"
    assert set(report.removed) == {("r0", f"{gone}#r0"), ("r1", f"{gone}#r1")}
    assert store.content_hashes().keys() == {f"{news}/deep/a.txt"}
    assert store.article("a").source == f"{news}/deep/a.txt"
    assert store.counts().articles == 1
    assert whole(store)
    news.rename(news.with_name("elsewhere"))
    report = ingest(store, [news], ENCODER, prune=True)
    assert "so nothing was removed" in report.not_pruned
    assert store.counts().articles == 1


def test_a_stopped_ingest_keeps_what_it_stored(where: Place, tmp_path: Path) -> None:
    news = news_folder(tmp_path)
    with index_for(where, ENCODER) as store:
        stopped = ingest(store, [news], ENCODER, prune=True, stop=iter([False, True] * 9).__next__)
        assert stopped.interrupted
        assert 0 < store.counts().articles < 3
        assert ingest(store, [news], ENCODER).unchanged == stopped.added
        assert store.counts().articles == 3


def test_a_rebuild_that_is_stopped_leaves_the_old_one_and_goes_on(
    where: Place, tmp_path: Path
) -> None:
    with index_for(where, ENCODER) as store:
        ingest_articles(store, [article("one", story(7))], ENCODER)
    news = news_folder(tmp_path)
    with Rebuild.begun(where, ENCODER) as rebuild:
        stopped = rebuild.ingest([news], stop=iter([False, True] * 9).__next__)
        assert stopped.interrupted and stopped.added
        with pytest.raises(IndexBusy):
            opened(where, writable=True)
    with opened(where, ENCODER, writable=True) as old:
        assert [card.article_id for card in old.articles()] == ["one"]
        ingest_articles(old, [article("two", story(8))], ENCODER)
        assert whole(old)
    encoder = CountingEncoder()
    with Rebuild.begun(where, encoder) as rebuild:
        report = rebuild.ingest([news])
        assert (report.unchanged, report.added) == (stopped.added, 3 - stopped.added)
    with opened(where, ENCODER) as new:
        assert {card.article_id for card in new.articles()} == {"a", "r0", "r1"}
        assert whole(new)


def test_a_rebuild_of_nothing_leaves_the_old_one(where: Place, tmp_path: Path) -> None:
    with index_for(where, ENCODER) as store:
        ingest_articles(store, [article("one", story(7))], ENCODER)
    with Rebuild.begun(where, OtherEncoder()) as rebuild:
        assert rebuild.ingest([tmp_path]).added == 0
    with opened(where, ENCODER) as old:
        assert [card.article_id for card in old.articles()] == ["one"]
        assert whole(old)


def test_a_reader_follows_a_rebuild(where: Place, tmp_path: Path) -> None:
    news = news_folder(tmp_path)
    with index_for(where, ENCODER) as store:
        ingest_articles(store, [article("one", story(7))], ENCODER)
    with opened(where, ENCODER) as reader:
        assert reader.counts().articles == 1
        with Rebuild.begun(where, ENCODER) as rebuild:
            rebuild.ingest([news])
        assert {card.article_id for card in reader.articles()} == {"a", "r0", "r1"}
        assert set(lexical(reader, word(1), limit=99)) <= {"a", "r0", "r1"}


def test_a_writer_waits_for_another_one(store: Store, where: Place) -> None:
    told: list[str] = []

    def tell(holder: str, waited: float) -> None:
        told.append(holder)
        store.close()

    with opened(where, writable=True, wait=Wait(60, tell)):
        assert len(told) == 1
        assert told[0].startswith("process ")
        with pytest.raises(IndexBusy, match=r"written to by process .*Try again"):
            opened(where, writable=True)


def test_an_ingest_does_only_what_is_new(where: Place, tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    for n in range(4):
        (news / f"{n}.txt").write_text(f"Headline {n}\n\n{story(n)}\n")
    with index_for(where, ENCODER) as store:
        first = ingest(store, [news], ENCODER)
        assert (first.added, first.updated, first.unchanged) == (4, 0, 0)
        before = seen(store, ["headline"], story(1))
    (news / "1.txt").write_text(f"Headline 1\n\n{story(1)}\n\n{story(99, 1)}\n")
    (news / "9.txt").write_text(f"Another headline\n\n{story(2)}\n")
    with index_for(where, ENCODER) as store:
        second = ingest(store, [news], ENCODER)
        assert (second.added, second.updated, second.unchanged) == (1, 1, 3)
        assert len(second.copies) == 1
        store.remove(next(c.article_id for c in store.articles() if c.title == "Another headline"))
        (news / "1.txt").write_text(f"Headline 1\n\n{story(1)}\n")
        (news / "9.txt").unlink()
        ingest(store, [news], ENCODER)
        assert seen(store, ["headline"], story(1)) == before


def test_a_rebuild_takes_another_encoder(where: Place, tmp_path: Path) -> None:
    with index_for(where, ENCODER) as store:
        ingest_articles(store, [article("one", story(1))], ENCODER)
    longer = OtherEncoder(32)
    with pytest.raises(IndexMismatch, match=r"hash-1.*other-1.*--rebuild --encoder other"):
        index_for(where, longer)
    (tmp_path / "two.txt").write_text(story(2))
    with opened(where, ENCODER) as reader, Rebuild.begun(where, longer) as rebuild:
        assert lexical(reader, word(1)) == ["one"]
        assert rebuild.ingest([tmp_path]).added == 1
        with pytest.raises(IndexMismatch):
            reader.counts()
    with opened(where, longer, writable=True) as store:
        assert [card.article_id for card in store.articles()] == ["two"]
        assert store.semantic(longer.encode([story(2)])[0], 9)
        assert whole(store)
        with pytest.raises(IndexMismatch):
            store.require(ENCODER)


# Opening


def test_what_is_not_there_is_missing(where: Place) -> None:
    for writable in (False, True):
        with pytest.raises(IndexMissing) as caught:
            opened(where, writable=writable)
        assert f"byline ingest --index {where} PATH" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_what_is_there_is_not_made_again(store: Store, where: Place) -> None:
    put(store, article("one", "Gulls nested."))
    store.close()
    with pytest.raises(UnusableIndex, match="holds an index already"):
        made(where, ENCODER)
    with made(where, ENCODER, replace=True) as new:
        assert new.counts() == Counts(0, 0, 0)


def test_one_at_a_time_writes_and_the_others_read(store: Store, where: Place) -> None:
    for again in (lambda: opened(where, writable=True), lambda: made(where, ENCODER, replace=True)):
        with pytest.raises(IndexBusy, match=r"written to by process \d+"):
            again()
    with opened(where, ENCODER) as reader:
        put(store, article("one", "Gulls nested."))
        assert lexical(reader, "gulls") == ["one"]
        with pytest.raises(RuntimeError, match="writable"):
            reader.remove("one")
    store.close()
    opened(where, writable=True).close()


def test_what_a_view_has_found_stays_as_it_was(store: Store) -> None:
    put(store, article("one", "Gulls nested.\n\nTerns left."))
    with store.snapshot() as view:
        hits = [*view.lexical(["gulls"], 5), *view.semantic(query("Terns left"), 1)]
        put(store, article("one", "Herons came."))
        put(store, article("two", "Gulls again."))
        assert found(view, hits) == ["one", "one"]
        assert {one.chunk.text for one in view.passages([hit.chunk_id for hit in hits])} == {
            "Gulls nested.", "Terns left.",
        }  # fmt: skip
        assert view.vectors([hit.chunk_id for hit in hits]).shape == (2, ENCODER.dimension)
        assert view.counts() == Counts(1, 2, 1)
    assert lexical(store, "gulls") == ["two"]


# Asking

ASKED = (
    ("How much did the repairs of the harbour bridge cost?", None),
    ("Who called the decision about the ferry a disgrace?", None),
    ("When will the harbour bridge reopen?", None),
    ("What did the port authority say in March?", None),
    ("Who called the decision about the ferry a disgrace?", "2025-05-01"),
    ("Who won the presidential election in Chile?", None),
)


def test_an_assistant_answers_alike_from_both(where: Place, tmp_path: Path) -> None:
    """From files to citations, with fakes only where models would be."""
    later = {**ROWS[0], "id": "bridge-2", "published": "2025-03-06", "text": BRIDGE.replace(
        "18.4", "19.1") + " Correction: an earlier version said 18.4 million."}  # fmt: skip
    rows = [{**ROWS[0], "url": URL}, {**later, "url": URL}, *ROWS[1:]]
    file = jsonl(tmp_path / "articles.jsonl", rows)
    answers = []
    for place in (where, tmp_path / "beside"):
        with index_for(place, ENCODER) as store:
            assert ingest(store, [file], ENCODER).added == 4
        with opened(place, ENCODER) as store:
            assistant = Assistant(
                store, ENCODER, WordReader(), ScriptedLLM(), today=dt.date(2025, 4, 2)
            )
            answers.append([told(assistant.ask(text, since=day)) for text, day in ASKED])
    assert answers[0] == answers[1]
    assert [bool(one["citations"]) for one in answers[0][:2]] == [True, True]
    cited = {citation["article_id"] for citation in answers[0][0]["citations"]}
    assert cited == {"bridge", "bridge-2"}  # rows of a file replace one another by no address
    assert [one["refused"] for one in answers[0][-2:]] == [True, True]


def told(answer: Answer) -> dict[str, Any]:
    """What an answer says: all but its times, the index's name and the numbers of chunks."""
    said = {**answer.to_dict(), "index": "", "seconds": {}}
    said["passages"] = [(one["article_id"], round(one["score"], 4)) for one in said["passages"]]
    return said


def test_a_search_goes_deeper_where_one_story_fills_it(where: Place, tmp_path: Path) -> None:
    """More copies of a story than a search brings at first, and another article below them."""
    copies = [article(f"c{n}", story(1, 1), title="Gulls and terns nested") for n in range(110)]
    other = article("other", "Gulls nested on the pier in Veldmar.", title="Pier")
    asked = Question.read("Which gulls and terns nested?")
    found_in = []
    for place in (where, tmp_path / "beside"):
        with index_for(place, ENCODER) as store:
            ingest_articles(store, [*copies, other], ENCODER)
            with store.snapshot() as view:
                passages = retrieve(view, asked, ENCODER.encode([asked.text])[0]).passages
        found_in.append([one.stored.chunk.text for one in passages])
    assert sorted(found_in[0]) == sorted(found_in[1])
    assert any("pier" in text for text in found_in[0])
