"""Chunks are whole sentences with exact offsets, whatever the text."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import LONGEST_SENTENCE, TARGET, split
from index.records import Article, Chunk, Span
from index.sentences import sentences

repeatable = settings(deadline=None, derandomize=True)
# fmt: off
PIECES = st.sampled_from([
    "The end. ", "No", ", ", "; ", "\n\n", "\n", " ", "“Why?” ", "U.S. ", "—", "\u00a0", "x" * 90,
    "\t", "word " * 30, "A sentence of some length that goes on. ", "\u0301", "🙂", "é", "? ",
    "A\n\n",
])
# fmt: on
NASTY = st.one_of(st.text(), st.lists(PIECES, max_size=60).map("".join))


def article(text: str) -> Article:
    return Article(id="a", title="", text=text, source="a.txt")


def chunks(text: str, target: int = TARGET) -> list[Chunk]:
    return split(article(text), target=target)


def test_short_paragraphs_are_packed_up_to_the_target():
    text = "\n\n".join(["One paragraph of forty characters, or so."] * 5)
    assert [chunk.text.count("\n\n") for chunk in chunks(text, target=130)] == [2, 1]


def test_a_paragraph_that_fits_is_not_torn():
    text = "Short one here.\n\nA second paragraph. It has two sentences."
    assert [chunk.text for chunk in chunks(text, target=45)] == [
        "Short one here.",
        "A second paragraph. It has two sentences.",
    ]


def test_a_long_paragraph_is_cut_between_sentences_into_like_parts():
    text = " ".join(["This sentence has thirty-six letters"[:34] + "."] * 8)
    lengths = [len(chunk.text) for chunk in chunks(text, target=150)]
    assert lengths == [143, 143]


def test_a_long_paragraph_shares_no_chunk_with_its_neighbours():
    long = " ".join(["Here is one more sentence."] * 10)
    text = f"Before it.\n\n{long}\n\nAfter it."
    found = [chunk.text for chunk in chunks(text, target=100)]
    assert found[0] == "Before it."
    assert found[-1] == "After it."
    assert all("\n\n" not in text for text in found)


def test_a_sentence_longer_than_the_target_stays_whole():
    text = "One sentence that is longer than its target but not by very much."
    assert [chunk.text for chunk in chunks(text, target=30)] == [text]


def test_a_sentence_that_is_far_too_long_is_cut_after_clauses():
    text = "one two three, four five six seven; " * 8 + "end"
    pieces = [span.of(text) for chunk in chunks(text, target=40) for span in chunk.sentences]
    assert all(piece.endswith((",", ";", "end")) for piece in pieces)
    assert all(len(piece) <= 40 for piece in pieces)


def test_without_clauses_it_is_cut_between_words_and_without_words_anywhere():
    words = "word " * 60
    assert all(chunk.text.strip("word ") == "" for chunk in chunks(words, target=50))
    assert all(len(chunk.text) <= 50 for chunk in chunks(words, target=50))
    assert [len(chunk.text) for chunk in chunks("x" * 450, target=100)] == [100, 100, 100, 100, 50]


def test_a_chunk_knows_its_article_and_its_sentences():
    text = "First one. Second one."
    [chunk] = chunks(text)
    assert chunk == Chunk("a", 0, 22, text, (Span(0, 10), Span(11, 22)))


def test_text_of_nothing_but_white_space_has_no_chunks():
    assert chunks("") == chunks(" \n\n \t") == []


def test_a_target_of_nothing_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="at least 1"):
        chunks("text", target=0)


@repeatable
@given(NASTY, st.integers(1, 200))
def test_chunks_are_exact_in_order_and_leave_out_only_white_space(text, target):
    left = 0
    for chunk in chunks(text, target):
        assert text[chunk.start : chunk.end] == chunk.text
        assert left <= chunk.start < chunk.end
        assert not text[left : chunk.start].strip()
        assert chunk.text == chunk.text.strip()
        left = chunk.end
    assert not text[left:].strip()


@repeatable
@given(NASTY, st.integers(1, 200))
def test_the_sentences_of_a_chunk_fill_it(text, target):
    for chunk in chunks(text, target):
        spans = chunk.sentences
        assert (spans[0].start, spans[-1].end) == (chunk.start, chunk.end)
        for before, after in pairwise(spans):
            assert before.end <= after.start
            assert not text[before.end : after.start].strip()


@repeatable
@given(NASTY, st.integers(20, 200))
def test_chunks_are_whole_sentences_unless_one_is_far_too_long(text, target):
    whole = {span for span in sentences(text) if span.end - span.start <= LONGEST_SENTENCE * target}
    assert whole <= {span for chunk in chunks(text, target) for span in chunk.sentences}


@repeatable
@given(NASTY, st.integers(20, 200))
def test_no_chunk_has_more_than_the_target_and_a_sentence(text, target):
    for chunk in chunks(text, target):
        longest = max(span.end - span.start for span in chunk.sentences)
        assert longest <= LONGEST_SENTENCE * target
        assert len(chunk.text) <= target + longest
