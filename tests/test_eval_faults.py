"""Putting faults into the code: all of them can be put, and all are taken out again."""

import pytest

from eval.breaking import REPOSITORY
from eval.faults import FAULTS
from eval.mutations import MUTATIONS
from eval.questions import CATEGORIES
from eval.requests import KINDS
from rag.verify.support import Support
from rag.verify.support import faults as check

VALUES = {"--category": CATEGORIES, "--mutation": MUTATIONS, "--request": KINDS}
SENTENCE = "The bridge cost 19 million crowns."
PASSAGE = Support("The bridge cost 18 million crowns.", "")


def held_by_a_default(sentence: str, by=check) -> int:
    return len(by(sentence, [PASSAGE]))


def test_whoever_holds_the_function_has_the_broken_one():
    assert check(SENTENCE, [PASSAGE])
    with FAULTS["check-says-yes"].put():
        assert check(SENTENCE, [PASSAGE]) == []
        assert held_by_a_default(SENTENCE) == 0
    assert check(SENTENCE, [PASSAGE])
    assert held_by_a_default(SENTENCE) == 1


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_a_function_and_tests_that_exist(name):
    one = FAULTS[name]
    kept = one.function().__code__
    assert not one.function().__closure__
    with one.put():
        assert one.function().__code__ is not kept
    assert one.function().__code__ is kept
    assert one.breaks.endswith(".")
    for argument in one.arguments:
        option, _, value = argument.partition("=")
        if option in VALUES:
            assert value in VALUES[option]
        else:
            assert (REPOSITORY / argument).is_file()
