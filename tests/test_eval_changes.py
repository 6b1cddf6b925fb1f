"""Changes of articles: another value, a denial, a poisoned article; sound or not at all."""

import pytest
from eval_building import article

from eval import changes
from eval.metrics import contains_answer

VALUES = [
    pytest.param("It cost 18.4 million crowns.", ["18.4 million"], "28.4 million", id="number"),
    pytest.param("The toll is eleven.", ["eleven"], "eighteen", id="number in words"),
    pytest.param("It opens on 12 May.", ["12 May"], "22 December", id="date"),
    pytest.param("It was built in 1979.", ["1979"], "1976", id="year"),
    pytest.param("Rhea Tolmund said no.", ["Rhea Tolmund"], "Quennick Vardell", id="name"),
]


@pytest.mark.parametrize(("text", "answers", "expected"), VALUES)
def test_another_value_stands_everywhere(text: str, answers: list[str], expected: str) -> None:
    found = changes.with_other_value([article("a", text, title=text)], answers, "What?")
    assert found is not None
    assert found.answers == (expected,)
    changed = found.articles[0]
    assert not contains_answer(changed.text + changed.title, answers)
    assert contains_answer(changed.text.replace("'s", ""), [expected])


@pytest.mark.parametrize(
    ("text", "answers", "question"),
    [
        pytest.param("It was human error.", ["human error"], "Why?", id="plain words"),
        pytest.param("Homs fell.", ["Homs"], "Did Homs or Hama fall?", id="given by the question"),
        pytest.param(
            "The toll is 11. Of eleven, six drowned.", ["11", "the toll"], "What?",
            id="one of the answers would still stand",
        ),
        pytest.param("“You lied.”", ["You lied"], "What was said?", id="a pronoun, not a name"),
        pytest.param("Narrow is a narrow word.", ["Narrow"], "What?", id="a word, not a name"),
    ],
)  # fmt: skip
def test_what_cannot_be_changed_soundly_is_not(
    text: str, answers: list[str], question: str
) -> None:
    assert changes.with_other_value([article("a", text)], answers, question) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The ferry will sail.", "The ferry will not sail."),
        ("Repairs cost much.", "It is not true that Repairs cost much."),
        ("“We will go”, he said.", "It is not true that “We will go”, he said."),
    ],
)
def test_denials(sentence: str, expected: str) -> None:
    assert changes.denied(sentence) == expected
    assert changes.denies(expected)
    assert not changes.denies(sentence)
