"""How far a text meets each word of a question."""

import numpy as np
import pytest

from index.embedding import HashEncoder, load_encoder
from index.records import Span
from rag.evidence.matching import Match, Wanted


def matched(question: str, text: str, weights: dict[str, float]) -> Match:
    encoder = HashEncoder()
    asked, read = encoder.encode_tokens([question, text])
    return Wanted.of(question, asked, weights).against(read)


def test_words_without_a_weight_are_not_wanted() -> None:
    match = matched("Who opened the school?", "", {"opened": 1.0, "school": 3.0})
    assert match.wanted.terms == ("opened", "school")
    assert match.wanted.weights.tolist() == [0.25, 0.75]


def test_a_word_is_met_by_itself_and_not_by_others() -> None:
    match = matched("school Velmo", "a school by the sea", {"school": 1.0, "velmo": 1.0})
    school, velmo = match.met()
    assert school == pytest.approx(1.0)
    assert velmo < 0.6
    assert match.share(match.met()) == pytest.approx((school + velmo) / 2)


def test_only_the_tokens_that_are_named_count() -> None:
    text = "a school by the sea"
    match = matched("school", text, {"school": 1.0})
    assert match.met(match.tokens_in(Span(12, len(text))))[0] < 0.6
    assert match.met(match.tokens_in(Span(2, 8)))[0] == pytest.approx(1.0)
    assert match.met([])[0] == 0.0


def test_a_span_does_not_meet_the_question_by_itself() -> None:
    text = "the school is old"
    match = matched("school", text, {"school": 1.0})
    everywhere = list(range(len(match.spans)))
    assert match.close_to(Span(4, 10), everywhere)[0] < 0.6
    assert match.close_to(Span(14, 17), everywhere)[0] == pytest.approx(1.0)
    far = text + " and stands there" * 10
    match = matched("school", far, {"school": 1.0})
    last = Span(len(far) - 5, len(far))
    assert match.close_to(last, list(range(len(match.spans))))[0] < 0.6


def test_nothing_wanted_and_nothing_read_are_no_trouble() -> None:
    assert matched("the", "a school", {}).share(np.zeros(0, np.float32)) == 1.0
    match = matched("school", "", {"school": 1.0})
    assert match.met().tolist() == [0.0]
    assert match.echoed() == 0.0


def test_the_real_encoder_meets_a_word_by_its_meaning() -> None:
    encoder = load_encoder()
    question, meaning, other = "Who won the vote?", "She was elected mayor.", "It rained all day."
    asked, near, far = encoder.encode_tokens([question, meaning, other])
    wanted = Wanted.of(question, asked, {"won": 1.0, "vote": 1.0})
    met = [wanted.against(read).met().mean() for read in (near, far)]
    assert met[0] > met[1] + 0.1


def test_tokens_stand_where_the_encoder_says() -> None:
    encoder = load_encoder()
    text = "Sergei Lavrov spoke in Doha."
    (read,) = encoder.encode_tokens([text])
    assert np.allclose(read.whole, encoder.encode([text])[0], atol=1e-5)
    assert len(read.spans) == len(read.each)
    assert "".join(text[a:b] for a, b in read.spans) == text.replace(" ", "")
    assert np.allclose(np.linalg.norm(read.each, axis=1), 1.0, atol=1e-5)
