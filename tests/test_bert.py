"""The embedded models are computed as transformers and sentence-transformers compute them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from index.embedding import EMBEDDED, SentenceEncoder, load_encoder
from index.modelfiles import MINILM
from rag.reader import extractive, packing
from tests.fakes import story

pytestmark = [pytest.mark.models, pytest.mark.heavy]
ODD = ["", "é̂ 漢字", " ".join(["word"] * 400), "q" * 3000]
TEXTS = [story(seed, 1, 1 + seed % 7) for seed in range(40)]
HEAVY = "transformers sentence_transformers sklearn scipy pandas gradio spacy llama_cpp".split()


def test_the_encoder_gives_the_vectors_of_sentence_transformers_to_the_last_bit() -> None:
    from sentence_transformers import SentenceTransformer

    folder = str(MINILM.path().parent)
    model = SentenceTransformer(folder, device="cpu", local_files_only=True)
    theirs = SentenceEncoder(model, EMBEDDED, MINILM.sha256[:16])
    ours = load_encoder()
    for texts in (TEXTS + ODD, TEXTS[:1], ODD[:1]):
        assert np.array_equal(ours.encode(texts), theirs.encode(texts))


def test_the_reader_gives_the_scores_of_transformers_to_the_last_bit() -> None:
    from transformers import AutoConfig, AutoTokenizer, BertForQuestionAnswering

    folder = MINILM.path().parent
    model = BertForQuestionAnswering(AutoConfig.from_pretrained(folder))
    own = packing.unpacked(packing.stored(extractive.WEIGHTS))
    base = model.bert.from_pretrained(folder, add_pooling_layer=False).state_dict()
    model.load_state_dict({f"bert.{name}": base[name] for name in base} | own)
    theirs = extractive._of_transformers(model, AutoTokenizer.from_pretrained(folder))
    ours = extractive._embedded(extractive.WEIGHTS)
    for texts in (TEXTS[:5] + ODD, TEXTS[:1]):
        right, found = (score("who won the vote", texts) for score in (theirs, ours))
        for name in ("starts", "ends", "offsets"):
            assert np.array_equal(getattr(found, name), getattr(right, name))
        assert [list(one) for one in found.parts] == [list(one) for one in right.parts]


def test_the_reader_reads_nearly_the_same_in_eight_bits() -> None:
    floats = extractive._embedded(extractive.WEIGHTS)
    whole = extractive._embedded(extractive.WEIGHTS, eight_bit=True)
    for texts in (TEXTS[:5] + ODD, TEXTS[:1]):
        right, found = (score("who won the vote", texts) for score in (floats, whole))
        for name in ("starts", "ends"):
            scores = getattr(right, name)
            gap = np.abs(getattr(found, name) - scores)
            assert 0 < gap.mean() < 0.1 * scores.std()  # of what tells one token from another


def test_the_embedded_models_are_loaded_without_the_libraries_that_take_seconds_to_import() -> None:
    code = (
        "import sys, app; from index.embedding import load_encoder; "
        "from rag.reader.extractive import load_reader; "
        "load_encoder().encode(['a']); load_reader(); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
