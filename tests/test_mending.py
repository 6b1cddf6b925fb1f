"""What becomes of a sentence that its citation supports, and of one that it does not."""

import re
from collections.abc import Iterable

import pytest

from rag.quote import quotation
from rag.records import Draft
from rag.text.words import words
from rag.verify.mend import Mender, Written, numbered
from rag.verify.support import Fault, Support
from tests.building import passage

OUTLETS = {
    1: "Sergei Lavrov spoke in Doha on Saturday about Resolution 2254.",
    2: "The fire at the Tesk mill left 14 people homeless, the mayor said.",
    3: "Ana Ruiz won the lake race in 21 minutes.",
    4: "Ruiz has won the lake race before, and she lives in Tesk.",
}

NAMES = {1: "Alpha", 2: "Beta", 3: "Gamma", 4: "Delta"}


def drafted(number: int) -> Draft:
    text = OUTLETS[number]
    within = passage(text, article=str(number), publisher=f"Outlet {NAMES[number]}")
    return quotation(within, within.stored.chunk.sentences[0])


def plain(sentence: str, supports: Iterable[Support]) -> list[Fault]:
    """A check that is easy to foresee: names and numbers stand in what the passages say."""
    stand = {word for support in supports for word in words(f"{support.text} {support.known}")}
    said = re.findall(r"\b(?!The\b|Mr\b)(?:[A-Z]\w+|\d+)", sentence)
    return [
        Fault("number" if word.isdigit() else "name", word)
        for word in said
        if word.casefold() not in stand
    ]


DRAFTS = [drafted(number) for number in OUTLETS]
SOURCES = numbered(DRAFTS)
QUOTE_2 = "Outlet Beta: “The fire at the Tesk mill left 14 people homeless, the mayor said.”"


@pytest.mark.parametrize(
    ("text", "cited", "expected"),
    [
        # kept, with no more citations than support it
        ("Ana Ruiz won the lake race in 21 minutes.", (3,), ("kept", (3,))),
        ("Ana Ruiz won the lake race in 21 minutes.", (1, 3), ("kept", (3,))),
        ("Ruiz won the lake race.", (3, 4), ("kept", (3, 4))),
        ("Ana Ruiz, who lives in Tesk, won in 21 minutes.", (3, 4), ("kept", (3, 4))),
        # cited anew: from one passage, else from two
        ("Ana Ruiz won the lake race in 21 minutes.", (1,), ("recited", (3,))),
        ("Ana Ruiz won the lake race in 21 minutes.", (), ("recited", (3,))),
        ("Ana Ruiz, who lives in Tesk, won in 21 minutes.", (3,), ("recited", (3, 4))),
        # of two stories only where they have a name of it in common
        ("Lavrov's fire left 14 people homeless.", (1, 2), ("quoted", (2,))),
        # a quotation of what it cites in its place
        ("The fire at the Tesk mill left 40 people homeless.", (2,), ("quoted", (2,))),
        ("The fire at the Tesk mill left 40 people homeless.", (1, 2), ("quoted", (2,))),
        # dropped: nothing supports it and it cites nothing
        ("The fire at the Tesk mill left 40 people homeless.", (), ("dropped", ())),
        ("Mr.", (1,), ("dropped", ())),
    ],
)
def test_a_sentence_is_kept_recited_quoted_or_dropped(text, cited, expected):
    mended = Mender(SOURCES, plain).mend(Written(text, cited))
    assert (mended.how, mended.cited) == expected
    if mended.how == "quoted":
        assert mended.text == QUOTE_2
    elif mended.how == "dropped":
        assert mended.text == ""
    else:
        assert mended.text == text
    if mended.how != "dropped":
        assert plain(mended.text, [SOURCES[number].support for number in mended.cited]) == []


def test_a_sentence_that_no_check_can_fault_still_shares_words_with_its_source():
    def lenient(sentence: str, supports: object) -> list[Fault]:
        return []

    empty = Written("The outcome was a bitter failure.", ())
    assert Mender(SOURCES, lenient).mend(empty).how == "dropped"
    assert Mender(SOURCES, lenient).mend(Written(empty.text, (1,))).how == "quoted"
    near = Written("The outcome of the lake race was bitter.", ())  # two words of four
    far = Written("The outcome of the long race was a bitter failure.", ())  # one of five
    assert Mender(SOURCES, lenient).mend(near).how == "recited"
    assert Mender(SOURCES, lenient).mend(far).how == "dropped"


def test_nothing_is_said_twice():
    mender = Mender(SOURCES)
    wrong = "The fire at the Tesk mill left 40 people homeless."
    right = "Ana Ruiz won the lake race."
    said = [mender.mend(Written(text, (2,) if text is wrong else (3,))) for text in
            (right, right.upper(), wrong, wrong)]  # fmt: skip
    assert [mended.how for mended in said] == ["kept", "dropped", "quoted", "dropped"]
    assert mender.tally == {"kept": 1, "quoted": 1, "dropped": 2}
    assert mender.kinds["number"] >= 2
