"""Who is meant by "the Qatari prime minister", and what statements have to be about."""

from collections.abc import Iterator

import pytest

from rag import Assistant
from rag.request.question import Question
from rag.text.roles import Role, is_role
from rag.text.speech import whose
from rag.text.word_classes import TITLES
from tests.building import archive_of

PREMIER = ("qatari", "prime", "minister")
BEFORE = "Qatar's prime minister, Sheikh Mohammed bin Jassim Al-Thani, said the calm was wasted."
BEHIND = "Sheikh Mohammed Al-Thani, the Prime Minister of Qatar, said the calm was wasted."
UNION = "Wanda Broome, secretary of the metalworkers' union, said that 450 jobs were at risk."


@pytest.mark.parametrize(
    ("name", "names", "role"),
    [
        (PREMIER, {"qatari"}, True),
        (("foreign", "minister", "lavrov"), {"foreign", "minister", "lavrov"}, False),
        (("lavrov",), {"lavrov"}, False),
        (("un", "rapporteur"), {"un"}, True),
        (("basilashvili", "lawyer"), {"basilashvili"}, True),
        (("company",), set(), True),
        ((), set(), False),
    ],
)
def test_what_names_nobody_is_a_role(name: tuple[str, ...], names: set[str], role: bool) -> None:
    assert is_role(name, names, TITLES) is role


KNOWN = "In Russia, in Iran, in Poland and Qatar. Basilashvili of Georgia. The UN, the UCL."


@pytest.mark.parametrize(
    ("text", "role", "is_whose"),
    [
        (BEFORE, "qatari* prime minister", "theirs"),
        (BEHIND, "qatari* prime minister", "theirs"),
        ("Russian Foreign Minister Sergei Lavrov said no.", "qatari* prime minister", "other"),
        ("Russian Foreign Minister Sergei Lavrov said no.", "russian* minister", "theirs"),
        ("Interior Minister Jan Brud called it barbarity.", "polish* interior minister", "theirs"),
        ("It was planned, said UCL astronomer Ang Tsiar.", "ucl* astronomer", "theirs"),
        ("The charge was denied by Irma Tchka, Basilashvili's lawyer.",
         "basilashvili* lawyer", "theirs"),
        (UNION, "union", "theirs"),
        ("The company said so.", "company", "theirs"),
        ("Helmarck said so.", "company", "unknown"),
        ("Petra Vosslane said so.", "returning officer", "other"),
        ("Petra Voss took the oath as mayor of Corbel. Voss said so.", "mayor", "theirs"),
        ("Petra Voss named Anders Pilk as her deputy. Voss said so.", "deputy", "other"),
        ("Oskar Tind, whom she beat, sat in front. He was handing her a table. "
         "“She will need it,” he said.", "mayor", "other"),
        ("The pier is long.", "company", "none"),
        ("Otto Venn said the prime minister lied.", "prime minister", "other"),
        ("Otto Venn told the mayor that the tunnel was a waste.", "mayor", "other"),
        ("Former prime minister Otto Venn said so.", "prime minister", "other"),
        ("Deputy prime minister Otto Venn said so.", "prime minister", "other"),
        ("Ana Berg, the prime minister, met Otto Venn. Otto Venn said so.",
         "prime minister", "other"),
        ("Otto Venn, the president's spokesman, said no.", "president", "other"),
        ("Otto Venn, a critic of the company, said it had lied.", "company", "other"),
        ("Otto Venn said that the company had lied.", "company", "other"),
        ("Iranian Foreign Minister Abbas Araghchi said no after meeting the Russian minister.",
         "russian* minister", "other"),
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
        ("The Inquiry Committee and the Bureau (FSB) said they believe so.", "other"),
        ("They said so.", "unknown"),
        ("The minister said so.", "unknown"),
        ("He said so.", "unknown"),
        ("Putin and Xi said so.", "unknown"),
    ],
)
def test_a_body_that_speaks_is_not_the_person_asked_about(text: str, is_whose: str) -> None:
    assert whose(text, ("putin",)) == is_whose


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("How did Marrant react to the news?", ("marrant",)),
        ("How has the union responded?", ("union",)),
        ("How did the fire spread?", ()),
    ],
)
def test_who_is_asked_to_have_reacted(question: str, subject: tuple[str, ...]) -> None:
    assert Question.read(question).subject == subject


def test_an_article_says_once_who_somebody_is() -> None:
    article = "Returning officer Ilse Sole read out the count. It was late.\n\n“A bundle fell.”"
    role = Role(frozenset(), article, True)
    passage = "A bundle of papers fell from a table, Sole said."
    assert whose(passage, ("returning", "officer"), role=role) == "theirs"
    assert whose(passage, ("treasurer",), role=role) == "other"


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
        ("What did Ilse Marrant say about the pier?", "closed until May"),
        ("What did the mayor say about the pier?", "closed until May"),
        ("What did the chairman of the anglers say about the pier?", "a scandal"),
        ("What did Hanne Ruth say about the tax on dogs?", "since 2009"),
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
        "What did Ilse Marrant say about immigration?",
        "What did the mayor say about the price of diesel?",
        "How did Otto Venn react to the football results?",
        "What did Hanne Ruth say about schools?",
        "What did Mayor Ilse Marrant say about money?",
        "What did Mayor Ilse Marrant say on Monday about hospitals in Corbel?",
    ],
)
def test_a_statement_about_something_else_is_no_answer(assistant: Assistant, question: str) -> None:
    answer = assistant.ask(question)
    assert answer.refused, answer.text
