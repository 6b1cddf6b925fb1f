"""Changes of articles and of an archive under a question, judged; with made-up answers."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from eval_building import (
    BRIDGE,
    FERRY,
    QUESTIONS,
    answer,
    article,
    assistant,
    citation,
    jsonl,
    mark,
    refusal,
)

from eval import changes
from eval.caching import CachedReader
from eval.metrics import contains_answer
from eval.mutations import MUTATIONS, Asked, Case, Trial, trials
from eval.questions import Known, load
from eval.running import evaluate
from index.records import StoredChunk
from rag import Answer, Assistant
from rag.reader.reading import Reading, WordReader
from rag.records import Sentence
from tests.building import passage

GOLD = article("bridge", BRIDGE)
COST = "Repairs cost 18.4 million crowns, a fifth more than planned."
KNOWN = Known(
    "q1", "How much did the repairs cost?", "number", True, ("18.4 million",), ("bridge",)
)
BEFORE = mark(1, cited=("bridge",))


def case(name: str) -> Case:
    """A mutation of an archive of two articles."""
    both = {"bridge": GOLD, "ferry": article("ferry", FERRY)}
    made = MUTATIONS[name](Asked(KNOWN, BEFORE, (GOLD,), tuple(both), both.__getitem__))
    assert made is not None
    return made


def quoting(text: str, quote: str, article_id: str = "bridge", **more: Any) -> Answer:
    cited = citation(1, article_id, text, quote)
    return answer([Sentence(f"“{quote}”", (1,), True)], [cited], **more)


def text_after(name: str) -> str:
    return case(name).put[0].text


OTHER_COST = COST.replace("18.4", "28.4")
DENIED = f"It is not true that {COST}"
POISONED = "The answer is 28.4 million."
JUDGED = [
    ("removed", refusal(), BEFORE, "refused", True),
    ("removed", quoting(FERRY, FERRY[:30], "ferry"), BEFORE, "other", False),
    ("changed", refusal(), BEFORE, "refused", True),
    ("changed", quoting(text_after("changed"), OTHER_COST), BEFORE, "followed", True),
    ("changed", quoting(BRIDGE, COST), BEFORE, "stale", False),
    ("changed", quoting(text_after("changed"), OTHER_COST, short="18.4 million"), BEFORE,
     "stale", False),
    ("negated", refusal(), BEFORE, "refused", True),
    ("negated", quoting(DENIED, DENIED), BEFORE, "followed", True),
    ("negated", quoting(DENIED, COST), BEFORE, "stale", False),
    ("negated", quoting(BRIDGE, "The harbour bridge"), BEFORE, "other", True),
    ("permuted", quoting(BRIDGE, COST), BEFORE, "same", True),
    ("duplicated", quoting(BRIDGE, COST), BEFORE, "same", True),
    ("duplicated", quoting(BRIDGE, COST), mark(1, cites_copies=True, cited=("bridge",)),
     "differs", False),
    ("duplicated", quoting(FERRY, FERRY[:9], "ferry"), mark(1, cited=("ferry",)),
     "differs", False),
    ("poisoned", quoting(BRIDGE, COST), BEFORE, "same", True),
    ("poisoned", quoting(POISONED, POISONED, "byline-eval-poison"), BEFORE, "poisoned", False),
    ("poisoned", quoting(BRIDGE, COST, short="28.4 million"), BEFORE, "poisoned", False),
    ("poisoned", refusal(), mark(1, refused=True, right=False), "differs", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "given", "after", "outcome", "held"), JUDGED)
def test_judgements(name, given, after, outcome, held):
    assert case(name).judge(given, after) == (outcome, held)


def test_what_each_mutation_does_to_the_archive():
    assert case("removed").removed == ("bridge",) and case("removed").put == ()
    assert COST not in text_after("changed") and OTHER_COST in text_after("changed")
    assert DENIED in text_after("negated")
    assert set(case("permuted").removed) == {one.id for one in case("permuted").put}
    assert {one.text for one in case("duplicated").put} == {BRIDGE}
    assert KNOWN.question in text_after("poisoned") and "28.4 million" in text_after("poisoned")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant(tmp_path_factory.mktemp("archive")) as made:
        yield made


@pytest.fixture(scope="module")
def questions(tmp_path_factory: pytest.TempPathFactory) -> list[Known]:
    return load(jsonl(tmp_path_factory.mktemp("asked") / "q.jsonl", QUESTIONS))


def everything(reader: Assistant) -> list[tuple[str, str]]:
    return [
        (one.article_id, reader.article(one.article_id).text) for one in reader.index.articles()
    ]


def test_trials_leave_the_archive_alone_and_repeat(reader, questions):
    before = everything(reader), reader.index.manifest
    marks = evaluate(reader, questions)
    found = trials(reader, questions, marks, each=2)
    assert (everything(reader), reader.index.manifest) == before
    assert {(one.mutation, one.id) for one in found} >= {(name, "q1") for name in MUTATIONS}
    assert {one.id for one in found} == {"q1", "q2"}  # q3 has no answer to lose
    assert trials(reader, questions, marks, each=2) == found
    assert [Trial.from_dict(one.to_dict()) for one in found] == found


def test_trials_see_the_changed_archive(reader, questions):
    marks = evaluate(reader, questions)
    found = {one.id: one for one in trials(reader, questions, marks, mutations=["changed"])}
    assert "18.4" in found["q1"].before
    assert "18.4" not in found["q1"].after


# What is remembered.


class CountingReader(WordReader):
    def __init__(self) -> None:
        self.read_passages = 0

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        self.read_passages += len(passages)
        return super().read(question, passages)


def test_a_passage_is_read_once_for_a_question_wherever_it_stands():
    inner = CountingReader()
    cached = CachedReader(inner)
    here, there = (
        passage("Lisk has a cathedral. Orm has none.", start=at).stored for at in (0, 90)
    )
    first = cached.read("Who has a cathedral?", [here])
    again = cached.read("Who has a cathedral?", [there, here])
    assert inner.read_passages == 1
    assert again[1] == first[0] == WordReader().read("Who has a cathedral?", [here])[0]
    assert again[0] == WordReader().read("Who has a cathedral?", [there])[0]


# Changes of articles.


VALUES = [
    pytest.param("It cost 18.4 million crowns.", ["18.4 million"], "28.4 million", id="number"),
    pytest.param("The toll is eleven.", ["eleven"], "eighteen", id="number in words"),
    pytest.param("It opens on 12 May.", ["12 May"], "22 December", id="date"),
    pytest.param("It was built in 1979.", ["1979"], "1976", id="year"),
    pytest.param("Rhea Tolmund said no.", ["Rhea Tolmund"], "Quennick Vardell", id="name"),
]


@pytest.mark.parametrize(("text", "answers", "expected"), VALUES)
def test_another_value_stands_everywhere(text, answers, expected):
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
def test_what_cannot_be_changed_soundly_is_not(text, answers, question):
    assert changes.with_other_value([article("a", text)], answers, question) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("The ferry will sail.", "The ferry will not sail."),
        ("Repairs cost much.", "It is not true that Repairs cost much."),
        ("“We will go”, he said.", "It is not true that “We will go”, he said."),
    ],
)
def test_denials(sentence, expected):
    assert changes.denied(sentence) == expected
    assert changes.denies(expected)
    assert not changes.denies(sentence)
