"""The embedded models are computed as transformers and sentence-transformers compute them."""

import subprocess
import sys

import numpy as np
import pytest

from index.embedding import EMBEDDED, SentenceEncoder, load_encoder
from index.modelfiles import MINILM
from tests.fakes import story

pytestmark = [pytest.mark.models, pytest.mark.heavy]
ODD = ["", "é̂ 漢字", " ".join(["word"] * 400), "q" * 3000]
TEXTS = [story(seed, 1, 1 + seed % 7) for seed in range(40)]
HEAVY = "transformers sentence_transformers sklearn scipy pandas gradio spacy llama_cpp".split()


def test_the_encoder_gives_the_vectors_of_sentence_transformers_to_the_last_bit():
    from sentence_transformers import SentenceTransformer

    folder = str(MINILM.path().parent)
    model = SentenceTransformer(folder, device="cpu", local_files_only=True)
    theirs = SentenceEncoder(model, EMBEDDED, MINILM.sha256[:16])
    ours = load_encoder()
    for texts in (TEXTS + ODD, TEXTS[:1], ODD[:1]):
        assert np.array_equal(ours.encode(texts), theirs.encode(texts))


def test_the_embedded_models_are_loaded_without_the_libraries_that_take_seconds_to_import():
    code = (
        "import sys, app; from index.embedding import load_encoder; "
        "from rag.reader.extractive import load_reader; "
        "load_encoder().encode(['a']); load_reader(); "
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
