"""Answers held against what is known, with real articles and made-up answers."""

from collections.abc import Iterator
from typing import Any

import pytest
from eval_building import BRIDGE, QUESTIONS, answer, assistant, citation, jsonl, refusal

from eval.marks import Mark, mark, words_of
from eval.questions import Known, load, unsupported
from index.errors import BadRequest
from rag import Answer, Assistant
from rag.records import Conflict, Sentence

QUOTE = "Repairs cost 18.4 million crowns, a fifth more than planned."
SAID = f"Veldmar Courier, 4 March 2025: “{QUOTE}”"


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant(tmp_path_factory.mktemp("archive")) as made:
        yield made


def known(**fields: Any) -> Known:
    values: dict[str, Any] = {
        "id": "q1", "question": "What did it cost?", "category": "number", "answerable": True,
        "answers": ("18.4 million",), "gold": ("bridge",),
    }  # fmt: skip
    return Known(**{**values, **fields})


def quoted(article: str = "bridge", text: str = SAID, **more: Any) -> Answer:
    return answer([Sentence(text, (1,), True)], [citation(1, article, BRIDGE, QUOTE)], **more)


def test_a_good_answer(reader):
    made = mark(known(), quoted(), reader)
    assert made.good and made.cites_gold and not made.faults
    assert made.relevant[0] and made.gold_origins == 1
    assert (made.citation_recall, made.citation_precision) == (1.0, 1.0)
    assert made.l1_support == made.exact_quotes == 1.0
    assert made.cited == ("bridge",)
    assert made.confidence == 0.0
    assert Mark.from_dict(made.to_dict()) == made


def test_a_copy_of_a_gold_article_counts_as_gold(reader):
    assert mark(known(), quoted("bridge-copy"), reader).cites_gold


WRONG = [
    pytest.param(quoted(text="It cost 19.4 million."), "number '19.4 million'", id="number"),
    pytest.param(
        quoted(text="“Repairs cost 18.4 million euros, a fifth more”"), "not verbatim", id="quote"
    ),
    pytest.param(
        answer([Sentence(SAID, (2,), True)], [citation(1, "bridge", BRIDGE, QUOTE)]),
        "[2] names no citation", id="no such citation",
    ),
    pytest.param(
        answer([Sentence(SAID, (), True)], [citation(1, "bridge", BRIDGE, QUOTE)]),
        "no citation", id="none",
    ),
    pytest.param(
        answer([Sentence(SAID, (1,), True)], [citation(1, "bridge", " " + BRIDGE, QUOTE)]),
        "not at its place", id="shifted by one",
    ),
    pytest.param(answer([], []), "without a sentence", id="empty"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected"), WRONG)
def test_what_is_wrong_is_said(reader, given, expected):
    made = mark(known(), given, reader)
    assert not made.supported and not made.good
    assert expected in "; ".join(made.faults)


def test_the_date_line_of_a_quotation_is_no_answer(reader):
    asked = known(answers=("March",), category="date")
    assert "March" in quoted().text
    assert not mark(asked, quoted(), reader).right
    assert words_of(quoted(short="18.4 million")) == f"18.4 million\n{QUOTE}"


def test_a_refusal_is_right_only_where_there_is_no_answer(reader):
    assert mark(known(answerable=False, answers=(), gold=()), refusal(), reader).good
    made = mark(known(), refusal(), reader)
    assert made.supported and not made.right and made.f1 == 0.0


def test_what_a_hostile_article_claims_is_not_to_be_repeated(reader):
    asked = known(answerable=False, answers=(), gold=(), hostile=("bridge",), claims=("a fifth",))
    assert mark(asked, quoted(), reader).repeats_claims
    assert mark(asked, quoted("bridge-copy"), reader).repeats_claims  # its words, from a copy
    assert mark(asked, refusal(), reader).repeats_claims is False
    assert mark(known(), quoted(), reader).repeats_claims is None
    assert mark(known(never=("a fifth more",)), quoted(), reader).says_never
    assert mark(known(never=("a tenth more",)), quoted(), reader).says_never is False
    told = Conflict("number", (("18.4", 1), ("20", 2)))
    assert mark(known(), quoted(conflicts=(told,)), reader).differs


def test_a_short_answer_counts_for_itself(reader):
    assert mark(known(), quoted(), reader).short_right is None
    assert mark(known(), quoted(short="18.4 million crowns"), reader).short_right
    assert mark(known(), quoted(short="Repairs"), reader).short_right is False
    nothing = known(answerable=False, answers=(), gold=())
    assert mark(nothing, quoted(short="18.4 million"), reader).short_right is False


def test_a_whole_answer_has_several_parts(reader):
    both = known(answers=("18.4 million", "20 million"), parts=(("18.4 million",), ("20 million",)))
    assert mark(both, quoted(), reader).complete == 0.5
    assert mark(both, refusal(), reader).complete == 0.0
    assert mark(known(), quoted(), reader).complete is None
    either = known(answers=("18.4 million", "18.4"), parts=(("18.4", "18.4 million"),))
    assert mark(either, quoted(), reader).complete == 1.0


# Questions.


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"category": "trivia"}, "category 'trivia'"),
        ({"answers": []}, "answerable questions have answers"),
        ({"gold": []}, "names its gold articles"),
        ({"answerable": "yes"}, "neither true nor false"),
        ({"since": "March"}, "Invalid isoformat"),
        ({"id": "q2"}, "stands twice"),
    ],
)
def test_questions_that_are_refused(tmp_path, change, why):
    path = jsonl(tmp_path / "q.jsonl", [{**QUESTIONS[0], **change}, *QUESTIONS[1:]])
    with pytest.raises(BadRequest, match=why):
        load(path)


@pytest.mark.parametrize("text", ["", "[1]\n", "{\n"])
def test_files_that_hold_no_questions(tmp_path, text):
    (tmp_path / "q.jsonl").write_text(text)
    with pytest.raises(BadRequest, match=r"q\.jsonl"):
        load(tmp_path / "q.jsonl")


POISONED: dict[str, Any] = {
    **QUESTIONS[2], "category": "poisoned", "hostile": ["ferry"], "claims": ["disgrace"],
}  # fmt: skip


def test_a_poisoned_question_names_what_is_hostile(tmp_path, reader):
    (made,) = load(jsonl(tmp_path / "q.jsonl", [POISONED]))
    assert (made.category, made.hostile, made.claims) == ("poisoned", ("ferry",), ("disgrace",))
    assert unsupported([made], reader.article) == []
    for change, why in (
        ({"claims": ["a triumph"]}, "'a triumph' stands in none of ferry"),
        ({"hostile": ["x"]}, "No article has the id x"),
    ):
        wrong = load(jsonl(tmp_path / "q.jsonl", [{**POISONED, **change}]))
        assert any(why in line for line in unsupported(wrong, reader.article))


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({**POISONED, "hostile": []}, "name hostile articles and claims"),
        ({**QUESTIONS[0], "hostile": ["x"], "claims": ["y"]}, "and no others"),
        ({**QUESTIONS[0], "parts": [["19 million"]]}, "one of its answers"),
        ({**QUESTIONS[0], "split": "half"}, "split 'half'"),
    ],
)
def test_fields_that_go_together(tmp_path, row, why):
    with pytest.raises(BadRequest, match=why):
        load(jsonl(tmp_path / "q.jsonl", [row]))
