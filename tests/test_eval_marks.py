"""Answers held against what is known, with real articles and made-up answers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eval_building import BRIDGE, FERRY, QUESTIONS, answer, assistant, citation, jsonl, refusal

from eval.figures import MEANS
from eval.marks import Mark, mark, reasons, words_of
from eval.questions import Known, load, stories, unsupported
from index.errors import BadRequest
from rag import Answer, Assistant
from rag.records import Conflict, Retrieved, Sentence

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


def test_a_good_answer(reader: Assistant) -> None:
    made = mark(known(), quoted(), reader)
    assert made.good and made.cites_gold and not made.faults
    assert made.relevant[0] and made.gold_origins == 1
    assert (made.citation_recall, made.citation_precision) == (1.0, 1.0)
    assert made.l1_support == made.exact_quotes == 1.0
    assert made.cited == ("bridge",)
    assert made.confidence == 0.0
    assert Mark.from_dict(made.to_dict()) == made


def test_a_copy_of_a_gold_article_counts_as_gold(reader: Assistant) -> None:
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
def test_what_is_wrong_is_said(reader: Assistant, given: Answer, expected: str) -> None:
    made = mark(known(), given, reader)
    assert not made.supported and not made.good
    assert expected in "; ".join(made.faults)


def test_the_date_line_of_a_quotation_is_no_answer(reader: Assistant) -> None:
    asked = known(answers=("March",), category="date")
    assert "March" in quoted().text
    assert not mark(asked, quoted(), reader).right
    assert words_of(quoted(short="18.4 million")) == f"18.4 million\n{QUOTE}"


def test_a_refusal_is_right_only_where_there_is_no_answer(reader: Assistant) -> None:
    assert mark(known(answerable=False, answers=(), gold=()), refusal(), reader).good
    made = mark(known(), refusal(), reader)
    assert made.supported and not made.right and made.f1 == 0.0


def test_what_a_hostile_article_claims_is_not_to_be_repeated(reader: Assistant) -> None:
    asked = known(answerable=False, answers=(), gold=(), hostile=("bridge",), claims=("a fifth",))
    assert mark(asked, quoted(), reader).repeats_claims
    assert mark(asked, quoted("bridge-copy"), reader).repeats_claims  # its words, from a copy
    assert mark(asked, refusal(), reader).repeats_claims is False
    assert mark(known(), quoted(), reader).repeats_claims is None


def test_a_short_answer_counts_for_itself(reader: Assistant) -> None:
    assert mark(known(), quoted(), reader).short_right is None
    assert mark(known(), quoted(short="18.4 million crowns"), reader).short_right
    assert mark(known(), quoted(short="Repairs"), reader).short_right is False
    nothing = known(answerable=False, answers=(), gold=())
    assert mark(nothing, quoted(short="18.4 million"), reader).short_right is False


def test_what_somebody_else_said_is_no_answer(reader: Assistant) -> None:
    assert mark(known(never=("a fifth more",)), quoted(), reader).says_never
    assert mark(known(never=("a tenth more",)), quoted(), reader).says_never is False
    assert mark(known(never=("a fifth more",)), refusal(), reader).says_never is False
    assert mark(known(), quoted(), reader).says_never is None


def test_whether_an_answer_says_that_sources_differ(reader: Assistant) -> None:
    told = Conflict("number", (("18.4", 1), ("20", 2)))
    assert mark(known(), quoted(conflicts=(told,)), reader).differs
    assert not mark(known(), quoted(), reader).differs
    values = {one.name: one.value for one in MEANS}
    for category, figure in (("disagreement", "differing_told"), ("fact", "differing_wrongly")):
        made = mark(known(category=category), quoted(conflicts=(told,)), reader)
        assert values[figure](made) == 1.0
        assert [values[one](made) for one in ("differing_told", "differing_wrongly")].count(
            None
        ) == 1


def test_a_whole_answer_has_several_parts(reader: Assistant) -> None:
    both = known(answers=("18.4 million", "20 million"), parts=(("18.4 million",), ("20 million",)))
    assert mark(both, quoted(), reader).complete == 0.5
    assert mark(both, refusal(), reader).complete == 0.0
    assert mark(known(), quoted(), reader).complete is None
    either = known(answers=("18.4 million", "18.4"), parts=(("18.4", "18.4 million"),))
    assert mark(either, quoted(), reader).complete == 1.0


def test_the_reasons_say_what_was_wanted(reader: Assistant) -> None:
    assert reasons(mark(known(), quoted(), reader)) == []
    assert reasons(mark(known(answers=("May",)), quoted(), reader)) == ["wanted: May"]
    wanted = reasons(mark(known(gold=("ferry",), answers=("a disgrace",)), quoted(), reader))
    assert wanted[0] == "wanted: a disgrace"
    assert wanted[1].startswith("a gold article was found at rank ")
    nothing = known(answerable=False, answers=(), gold=(), hostile=("bridge",), claims=("x",))
    assert reasons(mark(nothing, quoted(), reader)) == [
        "repeats or cites a hostile article", "wanted: to be declined",
    ]  # fmt: skip


def test_two_copies_cited_for_the_same_words_are_noticed(reader: Assistant) -> None:
    both = [citation(1, "bridge", BRIDGE, QUOTE), citation(2, "bridge-copy", BRIDGE, QUOTE)]
    twice = answer([Sentence(SAID, (1,), True), Sentence(QUOTE, (2,), True)], both)
    assert mark(known(), twice, reader).cites_copies
    assert not mark(known(), quoted(), reader).cites_copies


def test_copies_that_are_read_twice_are_noticed(reader: Assistant) -> None:
    with reader.index.snapshot() as view:
        rows = view.db.execute(
            "SELECT articles.id, chunks.id FROM chunks JOIN articles ON number = article"
        ).fetchall()
    chunks = {article: Retrieved(article, chunk, 1.0) for article, chunk in rows}
    both = quoted(passages=(chunks["bridge"], chunks["bridge-copy"]))
    assert mark(known(), both, reader).reads_copies
    apart = quoted(passages=(chunks["bridge"], chunks["ferry"]))
    assert not mark(known(), apart, reader).reads_copies


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [(None, None, None), ("2025-01-01", None, True), (None, "2025-03-03", False)],
)
def test_days_that_were_not_asked_for(
    reader: Assistant, since: str | None, until: str | None, expected: bool | None
) -> None:
    day = reader.index.card("bridge").published
    given = answer(
        [Sentence(SAID, (1,), True)], [citation(1, "bridge", BRIDGE, QUOTE, published=day)]
    )
    assert mark(known(since=since, until=until), given, reader).within_dates is expected


# Questions.


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"category": "trivia"}, "category 'trivia'"),
        ({"answers": []}, "answerable questions have answers"),
        ({"gold": []}, "names its gold articles"),
        ({"answerable": "yes"}, "neither true nor false"),
        ({"answers": "18.4"}, "not a list"),
        ({"since": "March"}, "Invalid isoformat"),
        ({"question": "  "}, "question is empty"),
        ({"id": "q2"}, "stands twice"),
    ],
)
def test_questions_that_are_refused(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    path = jsonl(tmp_path / "q.jsonl", [{**QUESTIONS[0], **change}, *QUESTIONS[1:]])
    with pytest.raises(BadRequest, match=why):
        load(path)


@pytest.mark.parametrize("text", ["", "[1]\n", '{"id": 1}\n', "{\n"])
def test_files_that_hold_no_questions(tmp_path: Path, text: str) -> None:
    (tmp_path / "q.jsonl").write_text(text)
    with pytest.raises(BadRequest, match=r"q\.jsonl"):
        load(tmp_path / "q.jsonl")


def test_a_missing_file_of_questions(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        load(tmp_path / "none.jsonl")


POISONED: dict[str, Any] = {
    **QUESTIONS[2], "category": "poisoned", "hostile": ["ferry"], "claims": ["disgrace"],
}  # fmt: skip


def test_a_poisoned_question_names_what_is_hostile(tmp_path: Path, reader: Assistant) -> None:
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
        ({**POISONED, "claims": []}, "name hostile articles and claims"),
        ({**QUESTIONS[0], "hostile": ["x"], "claims": ["y"]}, "and no others"),
        ({**QUESTIONS[0], "category": "poisoned", "hostile": ["x"], "claims": ["y"]}, "no answer"),
        ({**QUESTIONS[0], "parts": [["19 million"]]}, "one of its answers"),
        ({**QUESTIONS[0], "parts": ["18.4 million"]}, "not a list"),
        ({**QUESTIONS[0], "split": "half"}, "split 'half'"),
    ],
)
def test_fields_that_go_together(tmp_path: Path, row: dict[str, Any], why: str) -> None:
    with pytest.raises(BadRequest, match=why):
        load(jsonl(tmp_path / "q.jsonl", [row]))


def test_gold_answers_stand_in_gold_articles(reader: Assistant, tmp_path: Path) -> None:
    assert unsupported(load(jsonl(tmp_path / "q.jsonl", QUESTIONS)), reader.article) == []
    wrong = [known(answers=("19.4 million",)), known(gold=("none",)), known(gold=("ferry",))]
    assert len(unsupported(wrong, reader.article)) == 3
    assert FERRY.count("18.4") == 0


def test_stories_follow_the_gold_articles_and_their_copies() -> None:
    origin = {"bridge": "bridge", "bridge-copy": "bridge", "ferry": "ferry"}.__getitem__
    found = stories(
        [known(id="a"), known(id="b", gold=("bridge-copy",)), known(id="c", gold=("ferry",)),
         known(id="d", gold=()), known(id="e", gold=("ferry",), story="ports")],
        origin,
    )  # fmt: skip
    assert found["a"] == found["b"] != found["c"]
    assert found["d"] == "d"
    assert found["e"] == "ports"
