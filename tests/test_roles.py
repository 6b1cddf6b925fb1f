"""Who is meant by "the Qatari prime minister", and what statements have to be about."""

from collections.abc import Iterator

import pytest

from rag import Assistant
from rag.text.roles import Role
from rag.text.speech import whose
from rag.text.word_classes import TITLES
from tests.building import archive_of

BEFORE = "Qatar's prime minister, Sheikh Mohammed bin Jassim Al-Thani, said the calm was wasted."
UNION = "Wanda Broome, secretary of the metalworkers' union, said that 450 jobs were at risk."


KNOWN = "In Russia, in Iran, in Poland and Qatar. Basilashvili of Georgia. The UN, the UCL."


@pytest.mark.parametrize(
    ("text", "role", "is_whose"),
    [
        (BEFORE, "qatari* prime minister", "theirs"),
        ("Russian Foreign Minister Sergei Lavrov said no.", "qatari* prime minister", "other"),
        ("Russian Foreign Minister Sergei Lavrov said no.", "russian* minister", "theirs"),
        ("The charge was denied by Irma Tchka, Basilashvili's lawyer.",
         "basilashvili* lawyer", "theirs"),
        (UNION, "union", "theirs"),
        ("Helmarck said so.", "company", "unknown"),
        ("Petra Voss took the oath as mayor of Corbel. Voss said so.", "mayor", "theirs"),
        ("Petra Voss named Anders Pilk as her deputy. Voss said so.", "deputy", "other"),
        ("Oskar Tind, whom she beat, sat in front. He was handing her a table. "
         "“She will need it,” he said.", "mayor", "other"),
        ("The pier is long.", "company", "none"),
        ("Otto Venn said the prime minister lied.", "prime minister", "other"),
        ("Former prime minister Otto Venn said so.", "prime minister", "other"),
        ("Ana Berg, the prime minister, met Otto Venn. Otto Venn said so.",
         "prime minister", "other"),
        ("Otto Venn, the president's spokesman, said no.", "president", "other"),
        ("Otto Venn, a critic of the company, said it had lied.", "company", "other"),
    ],
)  # fmt: skip
def test_whose_statement_it_is_by_role(text: str, role: str, is_whose: str) -> None:
    words = role.split()
    names = frozenset(word.strip("*") for word in words if word.endswith("*"))
    name = tuple(word.strip("*") for word in words)
    known = Role(names, f"{KNOWN} {text}", name[-1] in TITLES)
    assert whose(text, name, role=known) == is_whose


@pytest.mark.parametrize(
    ("text", "is_whose"),
    [
        ("Officials said so.", "other"),
        ("They said so.", "unknown"),
        ("The minister said so.", "unknown"),
        ("He said so.", "unknown"),
    ],
)
def test_a_body_that_speaks_is_not_the_person_asked_about(text: str, is_whose: str) -> None:
    assert whose(text, ("putin",)) == is_whose


PIER = """# Corbel pier stays shut

Mayor Ilse Marrant said on Monday that the pier at Corbel would stay closed until May.
Otto Venn, the chairman of the anglers, called the closure of the pier a scandal.
The pier was damaged by a ship in January.
"""
TAXES = """# Council of Corbel raises the tax on dogs

The council of Corbel voted on Tuesday to raise the tax on dogs by a tenth.
Councillor Hanne Ruth said that the tax had not changed since 2009.
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with archive_of(tmp_path_factory.mktemp("corbel"), PIER, TAXES) as loaded:
        yield loaded


@pytest.mark.models
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did the mayor say about the pier?", "closed until May"),
        ("What did the chairman of the anglers say about the pier?", "a scandal"),
    ],
)
def test_a_statement_is_found_by_name_and_by_role(
    assistant: Assistant, question: str, said: str
) -> None:
    answer = assistant.ask(question)
    assert said in answer.sentences[0].text


@pytest.mark.models
@pytest.mark.parametrize(
    "question",
    [
        "What did the mayor say about the price of diesel?",
        "How did Otto Venn react to the football results?",
        "What did Mayor Ilse Marrant say about money?",
        "What did Mayor Ilse Marrant say on Monday about hospitals in Corbel?",
    ],
)
def test_a_statement_about_something_else_is_no_answer(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.refused, answer.text
