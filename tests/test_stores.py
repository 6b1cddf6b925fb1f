"""One suite for a folder and Milvus: what is put in comes out, is found, and is seen whole."""

import dataclasses
import datetime as dt
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import CHUNKER
from index.connections import Wait
from index.errors import IndexBusy, IndexMismatch, IndexMissing, UnknownArticle, UnusableIndex
from index.ingesting import index_for, ingest, ingest_articles
from index.opening import made, opened
from index.records import Article, Chunk, Counts, Page, Span
from rag import Answer, Assistant
from rag.models.llm import ScriptedLLM
from rag.reader.reading import WordReader
from rag.request.question import Question
from rag.retrieve import retrieve
from tests.eval_building import BRIDGE, ROWS, jsonl
from tests.fakes import OtherEncoder, article, paragraphs, put, story, word
from tests.stores import ENCODER, filled, found, ids, kinds, lexical, query, seen, whole

pytestmark = kinds

# What is stored


def test_an_article_without_a_headline_is_called_by_its_first_words(store):
    text = "A barge drifted against the pier at Selwick, (and nobody was hurt) " + "at all " * 20
    untitled = dataclasses.replace(article("night", text), title=" ")
    put(store, untitled)
    put(store, article("day", "The pier is open again."))
    wanted = "A barge drifted against the pier at Selwick, (and nobody was hurt) at all …"
    [card] = [card for card in store.articles() if card.article_id == "night"]
    with store.snapshot() as view:
        [stored] = view.passages([hit.chunk_id for hit in view.lexical(["barge"], 5)])
    for own in (card, store.card("night"), store.copies("night")[0], stored.card):
        assert own.called == untitled.called == wanted
    assert store.card("day").called == "Title of day"


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


@settings(max_examples=25, deadline=None)
@given(item=anything, data=st.data())
def test_what_is_put_comes_out_again(scratch, item, data):
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


def test_what_is_closed_is_there_again_and_is_not_made_twice(store, where):
    filled(store)
    terms = [word(1), word(2), word(3)]
    before = seen(store, terms, story(7777))
    store.close()
    store.close()
    with opened(where, ENCODER) as again:
        assert seen(again, terms, story(7777)) == before
        state = again.manifest
        assert (state.chunker, state.encoder) == (CHUNKER, "hash")
        assert state.dimension == ENCODER.dimension
    with pytest.raises(UnusableIndex, match="holds an index already"):
        made(where, ENCODER)
    with made(where, ENCODER, replace=True) as new:
        assert new.counts() == Counts(0, 0, 0)


@pytest.mark.parametrize(
    ("before", "new", "left"),
    [
        ([("one", "a.txt")], ("one", "a.txt"), {"a.txt": "one"}),
        ([("old", "a.txt")], ("new", "a.txt"), {"a.txt": "new"}),
        ([("one", "a.txt")], ("one", "b.txt"), {"b.txt": "one"}),
        ([("one", "a.txt"), ("two", "b.txt")], ("one", "b.txt"), {"b.txt": "one"}),
    ],
)
def test_an_article_takes_the_place_of_its_id_and_its_source(store, before, new, left):
    for name, source in before:
        assert put(store, article(name, f"Gulls.\n\nTerns {name}.", source=source)) == "added"
    put(store, article("copy", "Gulls nested.", source="z.txt"))
    old = store.lexical(["terns"], 5)[0].chunk_id
    assert put(store, article(new[0], "Herons came.", title="New", source=new[1])) == "updated"
    assert store.counts() == Counts(2, 2, 2)
    assert lexical(store, "terns") == []
    assert lexical(store, "herons") == [new[0]]
    assert {s: i for s, (i, _) in store.content_hashes().items()} == {**left, "z.txt": "copy"}
    with pytest.raises(KeyError):  # an id of a chunk is never given again
        store.passages([old])
    # It came in when it came first, whatever it says now.
    store.redescribe(dataclasses.replace(store.article(new[0]), published=dt.date(2024, 1, 2)), "")
    assert store.card(new[0]).arrived < store.card("copy").arrived
    assert whole(store)


def test_an_unknown_article_is_named_with_those_like_it(store):
    put(store, article("harbour-reopens", "Gulls."))
    with pytest.raises(UnknownArticle, match=r"harbour-reopen\..*Did you mean harbour-reopens"):
        store.article("harbour-reopen")
    with pytest.raises(UnknownArticle, match="byline list"):
        store.remove("zzz")
    with pytest.raises(UnknownArticle):
        store.card("\udcff")
    with pytest.raises(KeyError):
        store.redescribe(article("nobody", "Gulls."), "x")


def test_a_put_that_fails_changes_nothing(store):
    filled(store, 2)
    before = store.manifest
    item = article("bad", "One.\n\nTwo.")
    for matrix in (np.ones((1, ENCODER.dimension)), np.ones((2, 3)), np.full((2, 64), np.nan)):
        with pytest.raises(ValueError, match="2 chunks"):
            store.put(item, "", paragraphs(item), matrix.astype(np.float32))
    assert store.manifest == before
    assert put(store, item) == "added"


def test_articles_are_listed_latest_first(store):
    for name, day in (("a", "2024-01-01"), ("b", None), ("d", "2024-01-01"), ("c", "2025-01-01")):
        put(store, article(name, story(ord(name)), published=day))
    assert [card.article_id for card in store.articles()] == ["c", "a", "d", "b"]


# Searching

HOSTILE = (
    '"', "''", "gulls OR terns", "NOT", "NEAR(gulls terns)", "title:gulls", "*", "-gulls", "(",
    "\0", "gulls\0terns", "\udcff", "", " ", 'a"b', "') or 1 == 1 or text_match(words, 'gulls",
)  # fmt: skip


def test_nothing_in_a_term_is_query_syntax(store):
    put(store, article("one", "Herons nested."))
    put(store, article("two", "Gulls and terns nested."))
    for term in HOSTILE:
        assert store.document_frequency([term])[term] in (0, 1)
        assert set(lexical(store, term, "herons", "gulls")) == {"one", "two"}
        assert "one" in lexical(store, term, "herons")
    assert lexical(store, *(f"w{n}" for n in range(5000)), "herons") == ["one"]


@settings(max_examples=25, deadline=None)
@given(terms=st.lists(st.text(max_size=12), max_size=4))
def test_any_terms_can_be_searched_for(scratch, terms):
    put(scratch, article("one", "Herons nested."))
    assert lexical(scratch, *terms, "heron") == ["one"]
    assert scratch.document_frequency(terms).keys() == set(terms)
    scratch.remove("one")


def test_words_match_in_any_form_and_phrases_in_order(store):
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


@pytest.mark.parametrize("title_weight", [1.0, 3.0])
def test_lexical_scores_are_bm25(store, title_weight):
    """Held against the formula of Robertson and Zaragoza (2009) as FTS5 documents it."""
    docs = [("alpha beta", "gamma gamma delta"), ("beta", "alpha"), ("zeta", "eta theta iota eta")]
    docs += [(f"filler{n}", "kappa lambda mu") for n in range(7)]
    for n, (title, body) in enumerate(docs):
        put(store, article(str(n), body, title=title))
    lengths = [len((title + " " + body).split()) for title, body in docs]

    def score(n: int) -> float:
        total = 0.0
        for term in ("alpha", "gamma", "eta"):
            having = sum(term in (t + " " + b).split() for t, b in docs)
            idf = math.log((len(docs) - having + 0.5) / (having + 0.5))
            title, body = (part.split() for part in docs[n])
            often = title_weight * title.count(term) + body.count(term)
            length = 0.25 + 0.75 * lengths[n] * len(lengths) / sum(lengths)
            total += idf * often * 2.2 / (often + 1.2 * length)
        return total

    hits = store.lexical(["alpha", "gamma", "eta"], 10, title_weight=title_weight)
    names = found(store, hits)
    assert names == sorted("012", key=lambda name: -score(int(name)))
    assert [hit.score for hit in hits] == pytest.approx([score(int(name)) for name in names])


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_semantic_search_is_brute_force_search(store, limit):
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
def test_dates_are_included_and_undated_articles_left_out(store, since, until):
    filled(store)
    low, high = (dt.date.fromisoformat(day) if day else None for day in (since, until))
    wanted = {
        card.article_id
        for card in store.articles()
        if card.published and (low or dt.date.min) <= card.published <= (high or dt.date.max)
    }
    assert set(found(store, store.semantic(query(), 1000, low, high))) == wanted
    assert set(found(store, store.lexical(["title"], 1000, low, high))) == wanted


def test_a_search_of_nothing(store):
    assert store.semantic(query(), 5) == store.lexical(["a"], 5) == store.lexical([], 5) == []
    assert store.passages([]) == []
    assert store.vectors([]).shape == (0, ENCODER.dimension)
    assert store.published_span() is None
    filled(store, 1)
    assert store.semantic(query(), 0) == store.lexical(["title"], 0) == []
    for ask in (store.passages, store.vectors):
        with pytest.raises(KeyError):
            ask([99])


def test_neighbours_are_the_other_chunks_of_the_article_the_next_ones_first(store):
    put(store, article("one", "Gulls nested.\n\nTerns left.\n\nHerons came."))
    put(store, article("two", "Ospreys too."))
    first, middle, last, alone = (
        store.lexical([name], 1)[0].chunk_id for name in ("gulls", "terns", "herons", "ospreys")
    )
    assert store.neighbours(middle, 9) == [first, last]
    assert store.neighbours(first, 9) == [middle, last]
    assert store.neighbours(last, 1) == [middle]
    assert store.neighbours(alone, 9) == store.neighbours(99, 9) == []


# Opening


def test_what_is_not_there_is_missing(where):
    for writable in (False, True):
        with pytest.raises(IndexMissing) as caught:
            opened(where, writable=writable)
        assert f"byline ingest --index {where} PATH" in str(caught.value)
        assert "\n" not in str(caught.value)


def test_another_encoder_is_refused_by_name(store, where):
    store.close()
    for writable in (False, True):
        with pytest.raises(IndexMismatch) as caught:
            opened(where, OtherEncoder(), writable=writable)
        said = str(caught.value)
        assert f"byline ingest --rebuild --encoder other --index {where} PATH" in said
        assert all(part in said for part in ("hash-1", "other-1", "add --encoder hash"))
    with opened(where) as unchecked, pytest.raises(IndexMismatch):
        unchecked.require(OtherEncoder())


def test_one_at_a_time_writes_and_the_others_read(store, where):
    for again in (lambda: opened(where, writable=True), lambda: made(where, ENCODER, replace=True)):
        with pytest.raises(IndexBusy, match=r"written to by process \d+.*Try again"):
            again()
    with opened(where, ENCODER) as reader:
        put(store, article("one", "Gulls nested."))
        assert lexical(reader, "gulls") == ["one"]
        with pytest.raises(RuntimeError, match="writable"):
            reader.remove("one")
    told: list[str] = []

    def tell(holder: str, waited: float) -> None:
        told.append(holder)
        store.close()

    opened(where, writable=True, wait=Wait(60, tell)).close()
    assert len(told) == 1 and told[0].startswith("process ")


def test_what_a_view_has_found_stays_as_it_was(store):
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


def test_an_assistant_answers_alike_from_both(where, tmp_path):
    """From files to citations, with fakes only where models would be."""
    later = {**ROWS[0], "id": "bridge-2", "published": "2025-03-06", "text": BRIDGE.replace(
        "18.4", "19.1") + " Correction: an earlier version said 18.4 million."}  # fmt: skip
    url = "https://courier.example/bridge"
    rows = [{**ROWS[0], "url": url}, {**later, "url": url}, *ROWS[1:]]
    file = jsonl(tmp_path / "articles.jsonl", rows)
    answers = []
    for place in (where, tmp_path / "beside"):
        with index_for(place, ENCODER) as store:
            assert ingest(store, [file], ENCODER).added == 4
        with opened(place, ENCODER) as store:
            parts = (store, ENCODER, WordReader(), ScriptedLLM())
            assistant = Assistant(*parts, today=dt.date(2025, 4, 2))
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


def test_a_search_goes_deeper_where_one_story_fills_it(store):
    """More copies of a story than a search brings at first, and another article below them."""
    copies = [article(f"c{n}", story(1, 1), title="Gulls and terns nested") for n in range(110)]
    other = article("other", "Gulls nested on the pier in Veldmar.", title="Pier")
    asked = Question.read("Which gulls and terns nested?")
    ingest_articles(store, [*copies, other], ENCODER)
    assert len(ids(store)) == 111
    with store.snapshot() as view:
        passages = retrieve(view, asked, ENCODER.encode([asked.text])[0]).passages
    assert {one.stored.card.origin for one in passages} == {"c0", "other"}
