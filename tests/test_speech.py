"""Who says what: verbs of saying, their subjects, and who "he" is."""

import pytest

from rag.text.speech import attributions, whose

LAVROV, ARAGHCHI = ("sergei", "lavrov"), ("abbas", "araghchi")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Sergei Lavrov said it was over.", {"sergei", "lavrov"}),
        ("It was over, said Lavrov.", {"lavrov"}),
        ("“It is over,” said coach Sabine Toller on Monday.", {"sabine", "toller"}),
        ("According to Hakan Fidan, it was over.", {"hakan", "fidan"}),
        ("Imre Castellow, who had urged a vote, said it was over.", {"imre", "castellow"}),
        ("Turkey's Hakan Fidan said it was over.", {"hakan", "fidan"}),
        ("Bettina Crowle of the Hauliers Union said it was over.", {"bettina", "crowle"}),
        ("Sundline spokeswoman Ida Asker said it was over.", {"ida", "asker"}),
        ("An inquiry was promised by Governor Halla Brandtveig.", {"halla", "brandtveig"}),
        ("DUNMARROW, May 20 (Halyard) - Oskar Tindrell lost and says it is over.",
         {"oskar", "tindrell"}),
        ("Lavrov's spokeswoman said it was over.", set()),
        ("The Syrian defence ministry said it was over.", set()),
        ("He said it was over.", set()),
        ("Hakan Fidan and Sergei Lavrov said it was over.", set()),
    ],
)  # fmt: skip
def test_the_speaker_is_the_subject_of_the_verb(text: str, who: set[str]) -> None:
    assert {word for one in attributions(text) for word in one.source.name} == who


@pytest.mark.parametrize(
    ("text", "name", "is_whose"),
    [
        ("Lavrov said it was over.", LAVROV, "theirs"),
        ("Lavrov said it was over.", ARAGHCHI, "other"),
        ("Sergey Lavrov spoke in Doha. He said it was over.", LAVROV, "theirs"),
        ("Lavrov spoke in Doha. “It is over,” he said.", ARAGHCHI, "other"),
        ("Minister Sergei Lavrov speaking to a Doha think tank called it over.", LAVROV, "unknown"),
        ("A Doha think tank called it over.", LAVROV, "other"),
        ("Lavrov spoke. The dialogue, in the words of the Russian, should go on.", LAVROV,
         "theirs"),
        ("He said it was over.", LAVROV, "unknown"),
        ("Lavrov met Araghchi. The talks were long.", LAVROV, "none"),
        ("“It is over. We go home,” said Lavrov.", LAVROV, "theirs"),
        ('"It is spread by hand," said Dr. Livermore.', ("livermore",), "theirs"),
        ('Dagny Roth shrugged. "Narrow is a word for losers. We won," she said.',
         ("dagny", "roth"), "theirs"),
        ("Lavrov spoke, and Hakan Fidan after him. As Hakan Fidan left he said no.", LAVROV,
         "unknown"),
    ],
)  # fmt: skip
def test_whose_statement_it_is(text: str, name: tuple[str, ...], is_whose: str) -> None:
    assert whose(text, name) == is_whose
