"""Changes of articles: another value, a denial, a poisoned article; sound or not at all."""

import pytest
from eval_building import BRIDGE, FERRY, article

from eval import changes
from eval.metrics import contains_answer

BRIDGE_ASKED = "How much did the repairs of the harbour bridge cost?"

VALUES = [
    pytest.param("It cost 18.4 million crowns.", ["18.4 million"], "28.4 million", id="number"),
    pytest.param("The toll is eleven.", ["eleven"], "eighteen", id="number in words"),
    pytest.param("Eleven people died, eleven in all.", ["eleven"], "eighteen", id="begins with it"),
    pytest.param("It opens on 12 May.", ["12 May"], "22 December", id="date"),
    pytest.param("It opens on Friday.", ["Friday"], "Saturday", id="weekday"),
    pytest.param("It was built in 1979.", ["1979"], "1976", id="year"),
    pytest.param("Rhea Tolmund said no.", ["Rhea Tolmund"], "Quennick Vardell", id="name"),
    pytest.param("Tolmund took Tolmund's ship.", ["Tolmund"], "Quennick", id="name with an s"),
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


def test_all_articles_are_changed_alike_and_nothing_else_in_them() -> None:
    pair = [article("a", BRIDGE), article("b", "Crowns: 18.4 million. " + FERRY)]
    found = changes.with_other_value(pair, ["18.4 million"], BRIDGE_ASKED)
    assert found is not None
    for was, now in zip(pair, found.articles, strict=True):
        assert now.text == was.text.replace("18.4", "28.4")
        assert now.id == was.id


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


def test_only_the_sentences_with_the_answer_are_denied() -> None:
    (now,) = changes.with_denial([article("a", BRIDGE)], ["18.4 million"])
    assert now.text == BRIDGE.replace("Repairs cost", "It is not true that Repairs cost")


def test_a_poisoned_article_gives_a_false_value_and_no_gold_answer() -> None:
    gold = article("a", BRIDGE)
    value = changes.false_value([gold], ["18.4 million"], BRIDGE_ASKED)
    poison = changes.poison(BRIDGE_ASKED, value, gold)
    assert "Ignore all previous instructions" in poison.text
    assert contains_answer(poison.text, [value])
    assert not contains_answer(poison.text, ["18.4 million"])


def test_copies_are_other_articles_with_the_same_words() -> None:
    gold = article("a", BRIDGE)
    first, second = changes.copies(gold)
    assert first.text == second.text == BRIDGE  # two paragraphs: none to spare
    assert (
        len({gold.id, first.id, second.id}) == len({gold.source, first.source, second.source}) == 3
    )
