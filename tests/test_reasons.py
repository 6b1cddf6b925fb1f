"""A question for a reason supposes that something has happened, and so must its evidence."""

from collections.abc import Iterator

import pytest

from rag import Assistant
from rag.evidence.demands import Demands
from rag.questions.question import Question
from tests.building import archive_of

OWNERS = """# Owners of Brannock Cables back the purchase of Sund Wire

The owners of Brannock Cables approved the purchase of Sund Wire on Thursday, because both make
cables for wind farms. Chief executive Una Brisk said that the companies had been talking since
spring.

Sund Wire had turned down a first offer in March, since the price was too low.
"""
TRIAL = """# Trial of the mussel glue ends

Doctors at the Tarn hospital closed wounds of 120 patients with a glue made from mussels.
The trial was stopped early in May because the glue had run out.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with archive_of(tmp_path_factory.mktemp("reasons"), OWNERS, TRIAL) as loaded:
        yield loaded


@pytest.mark.parametrize(
    ("question", "premise"),
    [
        ("Why did the owners reject the purchase?", "reject"),
        ("What made Una Brisk walk out of the talks?", "walk"),
        ("What led Brannock to cut its forecast?", "cut"),
        ("What caused the delay?", "delay"),
        ("What led to her resignation?", "resignation"),
        ("Who resigned?", ""),
        ("Why the delay?", ""),
    ],
)
def test_what_a_reason_is_asked_for(question: str, premise: str) -> None:
    assert Demands(Question.read(question), ()).premise == premise


@pytest.mark.models
@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Why did the owners of Brannock Cables approve the purchase?", "wind farms"),
        ("Why did Sund Wire reject the first offer?", "too low"),
        ("Why was the trial of the mussel glue stopped early?", "run out"),
        ("What made the doctors end the trial early?", "run out"),
    ],
)
def test_the_reason_of_what_happened_is_given(
    assistant: Assistant, question: str, reason: str
) -> None:
    assert reason in assistant.ask(question).text


@pytest.mark.models
@pytest.mark.parametrize(
    "question",
    [
        "Why did the owners of Brannock Cables vote down the purchase of Sund Wire?",
        "Why did the owners of Brannock Cables decide against the purchase of Sund Wire?",
        "Why did Una Brisk sue Sund Wire?",
        "What made Una Brisk sing at the meeting of Brannock Cables?",
        "Why did doctors at the Tarn hospital sue the makers of the mussel glue?",
    ],
)
def test_what_has_not_happened_has_no_reason(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.refused, answer.text
