"""Planted faults, kind by kind: a kind that is lost shows, however many others are found."""

from eval.checking import SPARE, caught, fewer
from eval.planting import Planted
from index.records import Article
from rag.verify.support import Fault, faults

ARTICLE = Article("bridge", "The bridge", "The bridge cost 18 million crowns.", "bridge.md")


def planted(kind: str, text: str) -> Planted:
    return Planted(kind, text, (("bridge", ARTICLE.text),), "s1")


def test_faults_are_counted_by_kind() -> None:
    some = [
        planted("number", "The bridge cost 19 million crowns."),
        planted("number", ARTICLE.text),
        planted("negation", "The bridge did not cost 18 million crowns."),
    ]
    all_of, found = caught(faults, some, {"bridge": ARTICLE})
    assert (all_of["number"], found["number"]) == (2, 1)
    assert (all_of["negation"], found["negation"]) == (1, 1)
    _, none = caught(lambda sentence, supports: [], some, {"bridge": ARTICLE})
    _, every = caught(lambda sentence, supports: [Fault("name", "x")], some, {"bridge": ARTICLE})
    assert (none.total(), every.total()) == (0, 3)


def test_one_kind_that_is_lost_is_told() -> None:
    kept = {"report": {"speaker": 50, "number": 90}}
    assert fewer("report", {"speaker": 50 - SPARE, "number": 95}, kept) == []
    assert fewer("tune", {"speaker": 0}, kept) == []
    (line,) = fewer("report", {"speaker": 49 - SPARE, "number": 90}, kept)
    assert "of the kind speaker, and found 50 (report half" in line
