"""Versions and copies, in either kind of store: the latest is searched, copies are linked."""

import dataclasses
import datetime as dt
import itertools
from contextlib import closing
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import duplicates, versions
from index.connections import connect
from index.ingesting import ingest, ingest_articles
from index.opening import made
from index.records import Article, Counts
from index.store import Index
from index.versions import url_key
from tests.fakes import CountingEncoder, article, put, story, word
from tests.stores import ENCODER, found, kinds, lexical, query, seen, successors, whole

URL = "https://courier.example/bridge"
COSTS = "Repairs of the harbour bridge in Veldmar cost {} million crowns and took two years."
NOON = dt.datetime(2025, 3, 4, 12, tzinfo=dt.UTC)


def version(name: str, cost: str = "18.4", day: int | None = 4, **known: object) -> Article:
    """One that the program fetched; every request of a page may have its own tracking."""
    published = f"2025-03-{day:02}" if day else None
    source = f"{URL}?utm_source={name}"
    made = article(name, COSTS.format(cost), title="Bridge", published=published, source=source)
    return dataclasses.replace(made, **{"url": URL, **known})  # type: ignore[arg-type]


# The rules

A = "https://courier.example/a"


@pytest.mark.parametrize(
    ("one", "other", "same", "same_way"),
    [
        (A, "http://www.courier.example/a/?utm_source=x", True, True),
        ("http://www.courier.example/a/", "https://COURIER.example/a", True, False),
        (f"{A}?utm_source=x&fbclid=1", f"{A}#top", True, False),
        ("https://courier.example/?p=7&s=1", "https://courier.example?s=1&p=7&utm_x=m", True, True),
        ("https://courier.example:443/a", A, True, True),
        (A, "https://m.courier.example/a/amp", False, True),
        (A, f"{A}?print=1", False, True),
        (f"{A}.html", f"{A}.amp.html", False, True),
        (A, "https://courier.example/b", False, False),
        (A, "https://ledger.example/a", False, False),
        (f"{A}?p=1", f"{A}?p=2", False, False),
        ("https://courier.example:81/a", A, False, False),
        ("https://courier.example/feed#one", "https://courier.example/feed#two", True, False),
        ("/news/a.jsonl#7", "/news/b.jsonl#7", None, False),
    ],
)
def test_ways_to_one_page_and_to_two(one, other, same, same_way):
    if same is not None:
        assert (url_key(one) == url_key(other)) is same
    if "COURIER" not in other:
        assert (versions.way(one) == versions.way(other)) is same_way


@pytest.mark.parametrize(
    "front", [None, "", "https://courier.example", "https://courier.example/?utm_x=x", "http://["]
)
def test_a_front_page_is_no_articles_address(front):
    assert url_key(front) is None


# Versions


@kinds
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"day": 5}),
        ({}, {"as_of": NOON}),
        ({"as_of": NOON.replace(hour=9)}, {"as_of": NOON}),
        ({"day": None, "as_of": NOON.replace(day=3)}, {}),
        ({}, {"corrections": ("Correction: 19.1, not 18.4.",)}),
        ({"publisher": "Courier"}, {"day": 5}),
    ],
)
def test_the_later_version_is_searched_whichever_comes_first(store, old, new):
    pair = [version("old", **old), version("new", "19.1", **new)]  # type: ignore[arg-type]
    for order in (pair, pair[::-1]):
        report = ingest_articles(store, order, ENCODER)
        assert (report.added, report.superseded) == (2, (("old", "new"),))
        assert successors(store) == {"new": "", "old": "new"}
        assert store.counts() == Counts(1, 1, 1, 1)
        assert store.document_frequency(["18.4", "19.1"]) == {"18.4": 0, "19.1": 1}
        assert lexical(store, "18.4") == []
        assert lexical(store, "harbour") == found(store, store.semantic(query(), 9)) == ["new"]
        assert store.published_span() == ((pair[1].published,) * 2 if pair[1].published else None)
        assert store.copies("old") == store.earlier("old") == []
        assert store.article("old") == pair[0]
        assert [chunk.text for chunk in store.chunks_of("old")] == [pair[0].text]
        assert [card.article_id for card in store.earlier("new")] == ["old"]
        assert whole(store)
        before = store.manifest
        encoder = CountingEncoder()
        report = ingest_articles(store, order, encoder)  # a second run changes nothing
        assert (report.unchanged, report.superseded, encoder.batches) == (2, (), [])
        assert store.manifest == before
        for name in ("new", "old"):
            store.remove(name)


@kinds
def test_versions_of_one_moment_are_ordered_by_what_they_say(store):
    items = [version(name, cost) for name, cost in (("a", "18.4"), ("b", "19.1"), ("c", "20.22"))]
    states = []
    for order in itertools.permutations(items):
        ingest_articles(store, order, ENCODER)
        states.append(successors(store))
        for item in items:
            store.remove(item.id)
    assert states[0]["c"] == ""  # it tells most
    assert all(one == states[0] for one in states)


@kinds
@pytest.mark.parametrize(
    "other",
    [
        {"url": "https://courier.example/other"},
        {"url": None},
        {"publisher": "Daily Ledger"},
        {"day": None},
        {"title": "Ferry late", "text": story(5)},
        {"published": dt.date(2999, 1, 1)},
    ],
)
def test_what_is_no_version_stays(store, other):
    one = version("one", publisher="Courier")
    two = version("two", "19.1", **{"day": 5, "publisher": "Courier", **other})  # type: ignore[arg-type]
    report = ingest_articles(store, [one, two], ENCODER)
    assert successors(store) == {"one": "", "two": ""}
    assert [store.article("two").doubts] == [tuple(w.reason for w in report.warnings)]
    assert bool(report.warnings) == ("published" in other)  # a date to come is not believed
    assert ingest_articles(store, [two], ENCODER).unchanged == 1


@kinds
def test_an_earlier_version_comes_back_as_it_was(store):
    old, new = version("old"), version("new", "19.1", 5)
    ingest_articles(store, [old], ENCODER)
    (hit,) = store.lexical(["harbour"], 9)
    before = store.vectors([hit.chunk_id]).tolist(), seen(store, ["harbour"], "bridge")
    ingest_articles(store, [new], ENCODER)
    for item in (dataclasses.replace(old, text=COSTS.format("17")), old):
        assert ingest_articles(store, [item], ENCODER).updated == 1
        assert store.article("old") == item
        assert successors(store) == {"new": "", "old": "new"}
    store.remove("new")
    assert successors(store) == {"old": ""}
    (hit,) = store.lexical(["harbour"], 9)
    assert store.vectors([hit.chunk_id]).tolist() == before[0]
    assert seen(store, ["harbour"], "bridge") == before[1]
    ingest_articles(store, [new], ENCODER)
    store.remove("old")
    assert successors(store) == {"new": ""}
    assert whole(store)


@kinds
def test_a_version_that_is_described_anew_takes_its_place_and_is_not_embedded(store):
    old = version("old")
    ingest_articles(store, [old, version("new", "19.1", 5)], ENCODER)
    encoder = CountingEncoder()
    for change, state in (
        ({"published": dt.date(2025, 3, 6)}, {"old": "", "new": "old"}),
        ({"url": "https://courier.example/elsewhere"}, {"old": "", "new": ""}),
        ({"publisher": "Courier"}, {"old": "", "new": ""}),
    ):
        old = dataclasses.replace(old, **change)  # type: ignore[arg-type]
        assert ingest_articles(store, [old], encoder).updated == 1
        assert successors(store) == state
        assert store.article("old") == old
        since = store.semantic(query(), 9, since=old.published)
        assert found(store, since) == ["old"]
    assert encoder.batches == []
    assert whole(store)


@kinds
def test_copies_stay_with_the_version_that_they_copy(store):
    old = version("old", text=story(3))
    new = version("new", day=6, text=story(3, 4) + " End.")
    ingest_articles(store, [old, article("copy", story(3), published="2025-03-04")], ENCODER)
    assert store.card("old").origin == "copy"
    ingest_articles(store, [new], ENCODER)
    assert successors(store)["old"] == "new"
    assert [card.article_id for card in store.copies("copy")] == ["copy", "new"]
    store.remove("new")
    assert [card.article_id for card in store.copies("copy")] == ["copy", "old"]
    assert whole(store)


@kinds
def test_the_same_words_at_one_address_are_copies(store):
    report = ingest_articles(store, [version("one"), version("two", day=5)], ENCODER)
    assert (report.superseded, report.copies) == ((), (("two", "one"),))
    ingest_articles(store, [version("new", "19.1", 6)], ENCODER)
    assert successors(store) == {"new": "", "one": "new", "two": "new"}


@kinds
def test_an_address_that_many_texts_claim_is_no_articles(store, monkeypatch):
    monkeypatch.setattr(versions, "MOST_VERSIONS", 3)
    items = [version(f"v{n}", str(n), n) for n in range(1, 5)]
    ingest_articles(store, items[:3], ENCODER)
    assert successors(store) == {"v3": "", "v1": "v3", "v2": "v3"}
    ingest_articles(store, items[3:], ENCODER)
    assert set(successors(store).values()) == {""}
    assert store.counts() == Counts(4, 4, 4)
    store.remove("v1")
    assert successors(store) == {"v4": "", "v2": "v4", "v3": "v4"}
    assert whole(store)


LAST = "It is the last of the three bridges over the river."
FILES = {
    "front.md": "---\ntitle: Bridge\ndate: 2025-03-06\nurl: {url}\n---\n\n{text}\n",
    "label.txt": "Bridge\n6 March 2025\n\n{text}\n\n"
    f"{LAST}\n\nOriginal url: {{url}}?utm_source=a",
    "row.csv": "id,title,published,url,text\nx,Bridge,2025-03-06,{url},{text}\n",
    "page.html": "<html><head><title>Bridge</title><link rel=canonical href='{url}'></head><body>"
    f"<article><h1>Bridge</h1><p>6 March 2025</p><p>{{text}}</p><p>{LAST}</p></article></body>",
}
"""Files each of which says of itself that it is the article at an address."""


@kinds
def test_an_address_that_a_file_names_replaces_nothing(store, tmp_path):
    for name in FILES:
        (tmp_path / name).write_text(FILES[name].format(url=URL, text=COSTS.format(f"1{name}")))
    ingest_articles(store, [version("true")], ENCODER)
    report = ingest(store, [tmp_path], ENCODER)
    assert (report.added, report.superseded) == (4, ())
    others = store.claimants("true")
    assert len(others) == 4 and {url_key(other.url) for other in others} == {url_key(URL)}
    assert "true" in {card.article_id for card in store.claimants(others[0].article_id)}
    assert set(successors(store).values()) == {""}


def test_what_an_index_of_before_has_set_aside_stays_there(tmp_path):
    with Index.create(tmp_path, ENCODER) as index:
        ingest_articles(index, [version("old"), version("new", "19.1", 5)], ENCODER)
        with closing(connect(index.folder, "rw")) as db:
            db.execute("UPDATE articles SET source = '/new.md'")
            db.execute("UPDATE earlier SET source = '/old.md'")
        ingest_articles(index, [version("other", "20")], ENCODER)
        assert successors(index) == {"new": "", "old": "new", "other": ""}
        index.remove("new")
        assert successors(index) == {"old": "", "other": ""}


# Copies

POOL = {
    "left": "\n\n".join(story(n, 1) for n in range(1, 7)),
    "middle": "\n\n".join(story(n, 1) for n in range(3, 9)),
    "right": "\n\n".join(story(n, 1) for n in range(5, 11)),  # a copy of the middle, not of left
    "same": story(11),
    "same again": story(11).upper(),
    "longer": story(11) + "\n\n" + story(60, 1),
    "short": "Too short to be searched by its parts.",
    "short again": "TOO SHORT to be searched by its parts!",
    "alone": story(33),
}
DAYS = [None, "2024-01-01", "2024-01-02"]
ADDRESSES = [None, "https://courier.example/a", "https://courier.example/b"]


def components(present: dict[str, Article]) -> dict[str, str]:
    """The origins by brute force."""
    groups = [{name} for name in present]
    for one, other in combinations(sorted(present), 2):
        if duplicates.is_copy(present[one].text, present[other].text):
            a, b = (next(group for group in groups if name in group) for name in (one, other))
            if a is not b:
                groups.remove(b)
                a |= b
    days = {name: (str(item.published or "9999"), name) for name, item in present.items()}
    return {name: min(group, key=lambda n: days[n]) for group in groups for name in group}


@kinds
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_store_is_like_a_new_one_of_what_is_left(scratch, tmp_path_factory, data):
    """Whatever is put, described anew and removed: as a folder to which the rest is put."""
    names, texts, days, urls = map(st.sampled_from, ("abcdefghi", sorted(POOL), DAYS, ADDRESSES))
    steps = data.draw(st.lists(st.tuples(names, texts, days, urls), min_size=1, max_size=10))
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
    assert {card.article_id: card.origin for card in scratch.articles()} == components(present)
    with made(tmp_path_factory.mktemp("left") / "index", ENCODER) as other:
        for item in present.values():
            put(other, item)
        assert seen(scratch, terms, story(1)) == seen(other, terms, story(1))
    for name in present:
        scratch.remove(name)
    assert scratch.counts() == Counts(0, 0, 0)
    assert whole(scratch)


@kinds
def test_copies_with_many_a_changed_word_are_found(store):
    """Every store looks at all pairs that the rules hold worth a comparison."""
    expected = {}
    for n in range(0, 5000, 500):
        words = [word(n + place) for place in range(420)]
        changed = [word(9000 + n + i) if i % 7 == 3 else old for i, old in enumerate(words)]
        text, other = " ".join(words), " ".join(changed)
        one, two = map(duplicates.signature, (text, other))
        assert duplicates.is_copy(text, other)
        compared = duplicates.bands(one) & duplicates.bands(two)
        expected[f"b{n}"] = f"a{n}" if compared and duplicates.promising(one, two) else f"b{n}"
        put(store, article(f"a{n}", text, published="2024-01-01"))
        put(store, article(f"b{n}", other, published="2024-01-02"))
    assert sum(copy != origin for copy, origin in expected.items()) > 4
    assert {name: store.card(name).origin for name in expected} == expected
