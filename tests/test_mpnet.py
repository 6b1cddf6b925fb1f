"""The larger reader is computed as transformers computes it, and unpacked once."""

from __future__ import annotations

import dataclasses
import zipfile
from pathlib import Path

import numpy as np
import pytest
from building import passage, shared_reader

from index.errors import ModelError
from rag.reader import extractive, mpnet, packing
from tests.fakes import story

pytestmark = [pytest.mark.models, pytest.mark.heavy]
TEXTS = [story(seed, 1, 1 + seed % 5) for seed in range(4)] + ["", "é̂ 漢字", "q" * 900]
ASKED = "How many inhabitants does"
LISK = (
    "Lisk has 41,300 inhabitants and a cathedral. Its neighbour Orm is known for its cheese and "
    "has a railway station."
)


def test_it_gives_the_scores_of_transformers() -> None:
    from transformers import AutoConfig, AutoTokenizer, MPNetForQuestionAnswering

    folder = mpnet.unpacked_folder()
    state = packing.unpacked(packing.stored(folder / mpnet.MODEL))
    called = {own: name for name, own in mpnet.CALLED.items()}
    model = MPNetForQuestionAnswering(AutoConfig.from_pretrained(folder))
    whole = model.state_dict()
    for name, value in state.items():
        theirs = name
        for own, original in called.items():
            theirs = theirs.replace(own, original)
        theirs = theirs if theirs.startswith("qa_outputs") else f"mpnet.{theirs}"
        start = mpnet.FIRST_POSITION if "position_embeddings" in name else 0
        whole[theirs][start:] = value
    model.load_state_dict(whole)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    right = extractive._of_transformers(model, tokenizer)("who won the vote", TEXTS)
    found = extractive._larger(mpnet.WEIGHTS)("who won the vote", TEXTS)
    assert np.array_equal(found.offsets, right.offsets)
    for at, part in enumerate(right.parts):
        shown = [place for place, kind in enumerate(part) if kind is not None]
        for name in ("starts", "ends"):
            ours, theirs = (getattr(scores, name)[at][shown] for scores in (found, right))
            assert ours == pytest.approx(theirs, abs=1e-3)


def test_it_tells_what_is_said_of_a_neighbour() -> None:
    larger = shared_reader().larger
    assert larger is not None
    chunk = passage(LISK).stored
    of_lisk, of_orm = (
        max(reading.score for reading in larger.read(f"{ASKED} {name} have?", [chunk])[0])
        for name in ("Lisk", "Orm")
    )
    assert of_lisk > of_orm + 1


def test_it_is_unpacked_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path))
    folder = mpnet.unpacked_folder()
    assert sorted(path.name for path in folder.iterdir()) == sorted([*mpnet.BESIDE, mpnet.MODEL])
    made = (folder / mpnet.MODEL).stat().st_mtime_ns
    assert mpnet.unpacked_folder() == folder
    assert (folder / mpnet.MODEL).stat().st_mtime_ns == made
    assert [path for path in tmp_path.iterdir() if path.is_dir()] == [folder]
    (folder / mpnet.MODEL).write_bytes(b"torn")
    again, weights = mpnet.loaded()
    assert again == folder and len(weights) > 200


def test_where_it_cannot_be_unpacked_one_line_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path / "cache"))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "open", full)
    with pytest.raises(ModelError, match=r"No space left on device.*BYLINE_CACHE") as raised:
        mpnet.unpacked_folder()
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "cache").glob("mpnet-*"))


def test_where_it_is_not_installed_the_small_reader_decides_alone(monkeypatch):
    missing = dataclasses.replace(mpnet.PARTS[0], package="no_such_package")
    monkeypatch.setattr(mpnet, "PARTS", (missing, *mpnet.PARTS[1:]))
    alone, both = extractive.load_reader(), shared_reader()
    assert alone.larger is None and both.larger is not None
    _, (name, is_well, said) = extractive.check_files()
    assert (name, is_well) == ("larger reader", True)
    assert mpnet.INSTALL in said
