"""Chunks are whole sentences with exact offsets, whatever the text."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from index.chunking import LONGEST_SENTENCE, TARGET, split
from index.records import Article, Chunk
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


def chunks(text: str, target: int = TARGET) -> list[Chunk]:
    return split(Article("a", "", text, "a.txt"), target=target)


def test_short_paragraphs_are_packed_up_to_the_target():
    text = "\n\n".join(["One paragraph of forty characters, or so."] * 5)
    assert [chunk.text.count("\n\n") for chunk in chunks(text, target=130)] == [2, 1]


def test_a_long_paragraph_is_cut_between_sentences_into_like_parts():
    text = " ".join(["This sentence has thirty-six letters"[:34] + "."] * 8)
    lengths = [len(chunk.text) for chunk in chunks(text, target=150)]
    assert lengths == [143, 143]


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


@repeatable
@given(NASTY, st.integers(20, 200))
def test_chunks_are_exact_in_order_whole_sentences_and_leave_out_only_white_space(text, target):
    left = 0
    found = chunks(text, target)
    for chunk in found:
        assert text[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert left <= chunk.start < chunk.end
        assert not text[left : chunk.start].strip()
        left = chunk.end
        spans = chunk.sentences
        assert (spans[0].start, spans[-1].end) == (chunk.start, chunk.end)
        for before, after in pairwise(spans):
            assert before.end <= after.start
            assert not text[before.end : after.start].strip()
        longest = max(span.end - span.start for span in spans)
        assert longest <= LONGEST_SENTENCE * target
        assert len(chunk.text) <= target + longest
    assert not text[left:].strip()
    whole = {span for span in sentences(text) if span.end - span.start <= LONGEST_SENTENCE * target}
    assert whole <= {span for chunk in found for span in chunk.sentences}
