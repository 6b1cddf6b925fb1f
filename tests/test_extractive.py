"""The reader that comes with Byline, on passages of our own; the real model."""

import dataclasses

import pytest
from building import passage, shared_reader

from index.errors import ModelError
from index.records import StoredChunk
from rag.reader.extractive import ExtractiveReader, check_files, load_reader
from rag.reader.reading import Reading

pytestmark = pytest.mark.models

HARBOUR = (
    "The harbour board of Tolmund met on Monday. Its chairwoman, Rhea Aster, said that the new "
    "quay would cost 18.4 million crowns. The old quay, built in 1931, was closed in March after "
    "divers found 212 broken piles."
)
TOWNS = (
    "Lisk has 41,300 inhabitants and a cathedral. Its neighbour Orm is known for its cheese and "
    "has a railway station."
)


def stored(text: str, title: str = "", start: int = 0) -> StoredChunk:
    return passage(text, title=title, start=start).stored


def best(question: str, text: str, title: str = "") -> tuple[str, float]:
    """The words that answer, by the surest sentence, and its score."""
    chunk = stored(text, title)
    found = max(shared_reader().read(question, [chunk])[0], key=lambda one: one.score)
    return chunk.chunk.part(found.answer), found.score


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How much will the new quay of Tolmund cost?", "18.4 million"),
        ("When was the old quay built?", "1931"),
        ("How many broken piles did the divers find?", "212"),
        ("Who is the chairwoman of the harbour board?", "Rhea Aster"),
    ],
)
def test_it_points_at_the_words_that_answer(question, answer):
    assert answer in best(question, HARBOUR, "New quay for Tolmund")[0]


def test_it_is_less_sure_where_nothing_answers():
    said = best("How many inhabitants does Lisk have?", TOWNS)
    unsaid = best("How many inhabitants does Orm have?", TOWNS)
    assert said[0].startswith("41,300")
    assert said[1] > unsaid[1]


def test_answers_lie_within_their_sentences_wherever_the_passage_begins():
    chunks = [stored(HARBOUR, "New quay", start) for start in (0, 700)]
    for chunk, readings in zip(chunks, shared_reader().read("Who spoke?", chunks), strict=True):
        assert [one.sentence for one in readings] == list(chunk.chunk.sentences)
        for one in readings:
            assert one.sentence.start <= one.answer.start < one.answer.end <= one.sentence.end
    first, second = shared_reader().read("Who spoke?", chunks)
    moved = [dataclasses.replace(one, sentence=None, answer=None) for one in first]  # type: ignore[arg-type]
    again = [dataclasses.replace(one, sentence=None, answer=None) for one in second]  # type: ignore[arg-type]
    assert [one.score for one in moved] == pytest.approx([one.score for one in again], abs=1e-3)


def test_a_passage_reads_the_same_alone_and_among_others():
    question = "How many inhabitants does Lisk have?"
    chunks = [stored(HARBOUR), stored(TOWNS), stored(HARBOUR * 3), stored("No."), stored(TOWNS * 2)]
    chunks *= 3
    for chunk, readings in zip(chunks, shared_reader().read(question, chunks), strict=True):
        alone = shared_reader().read(question, [chunk])[0]
        assert [one.answer for one in readings] == [one.answer for one in alone]
        # Products of 8-bit integers, where the processor has them, are not rounded alike.
        assert [one.score for one in readings] == pytest.approx(
            [one.score for one in alone], abs=0.1
        )


def test_what_is_beyond_its_reach_is_not_read():
    chunk = stored(HARBOUR * 12)
    readings = shared_reader().read("When was the old quay built?", [chunk])[0]
    assert 0 < len(readings) < len(chunk.chunk.sentences)


def test_a_folder_that_holds_no_reader_is_named_in_one_line(tmp_path):
    with pytest.raises(ModelError) as raised:
        load_reader(str(tmp_path))
    assert "answers questions" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_damaged_weights_are_named_in_one_line(tmp_path):
    wrong = tmp_path / "reader.safetensors"
    wrong.write_bytes(b"not weights at all")
    with pytest.raises(ModelError, match="damaged"):
        ExtractiveReader.embedded(wrong)


def test_any_question_can_be_read_and_no_passages_give_no_readings():
    for question in ("", "?", "x" * 5000, "\x00\ufffd", "[SEP] [CLS]"):
        readings = shared_reader().read(question, [stored(TOWNS)])[0]
        assert all(isinstance(one, Reading) for one in readings)
    assert shared_reader().read("Who?", []) == []
    assert [good for _, good, _ in check_files()] == [True, True]
