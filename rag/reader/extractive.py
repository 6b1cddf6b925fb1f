"""A reader: a BERT that points at the words of a passage that answer a question.

The one that comes with Byline is the MiniLM of pip with weights of its own in every layer but
the word embeddings (`weights/README.md` tells what they were trained on). Any extractive
question-answering model of Hugging Face takes its place by name, by transformers' classes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.bert import Bert, has_eight_bits
from index.errors import ModelError
from index.modelfiles import MINILM, PackagedFile
from index.records import Span, StoredChunk
from rag.reader import mpnet
from rag.reader.packing import stored
from rag.reader.reading import Calibration, Reading

WEIGHTS = Path(__file__).parent / "weights" / "reader.safetensors"
CALIBRATION = "calibration.json"
"""Beside the weights: what was fitted for them."""
EMBEDDED = "byline-reader"
UNTITLED = "News"
"""Read as the headline of an article without one: in training nearly every text had one, and what
had none always held an answer."""
MOST_TOKENS = 384
"""Of a question with its passage; what is beyond is not read."""
LONGEST_ANSWER = 40
"""Tokens of an answer."""
BATCH = 8

Array = npt.NDArray[np.float32]


def asked(question: str) -> str:
    """A question as the reader was trained to read it: lower case, without its final mark."""
    return " ".join(question.lower().split()).rstrip(" ?.!")


def headed(headline: str, text: str) -> tuple[str, int]:
    """A passage under its headline, and where the passage begins in that."""
    head = f"{headline}. "
    return head + text, len(head)


class Scores(NamedTuple):
    """Of each token of some passages how well it begins and ends an answer, and where it stands."""

    starts: Array
    ends: Array
    offsets: npt.NDArray[np.int64]
    """First and last character, of the question or the passage: see `parts`."""
    parts: list[Sequence[int | None]]
    """0 for the question's tokens, 1 for the passage's, None for others."""


Score = Callable[[str, list[str]], Scores]
"""Scores each of some passages for a question."""


class ExtractiveReader:
    """A question-answering model on the CPU."""

    def __init__(
        self,
        score: Score,
        name: str,
        *,
        lower: bool = False,
        calibration: Calibration | None = None,
        larger: ExtractiveReader | None = None,
    ) -> None:
        """Take the model, and a larger one for the passages that it finds likeliest."""
        self._score = score
        self.larger = larger
        self._lower = lower
        self.name = name
        self.calibration = calibration or Calibration()

    @classmethod
    def embedded(
        cls, weights: Path = WEIGHTS, calibration: Calibration | None = None
    ) -> ExtractiveReader:
        """The reader that comes with Byline.

        Args:
            weights: a file of `eval.reader.export`.
            calibration: by default what was fitted for them, which lies beside them.

        Raises:
            ModelError: a file of it is missing or altered.
        """
        by = calibration or _calibration(weights.with_name(CALIBRATION))
        fast = has_eight_bits()
        score = _embedded(weights, eight_bit=fast)
        if not mpnet.is_installed():
            return cls(score, EMBEDDED, lower=True, calibration=by)
        larger = cls(_larger(mpnet.WEIGHTS, eight_bit=fast), EMBEDDED, lower=True)
        return cls(score, EMBEDDED, lower=True, calibration=by, larger=larger)

    @classmethod
    def named(cls, name: str) -> ExtractiveReader:
        """A folder with an extractive question-answering model, or its name on Hugging Face.

        A name is looked up in the local cache of huggingface_hub and downloaded when it is
        not there: naming it is asking for it. Its scores are taken as they are, and a question
        is declined where they favour "not here" (Devlin et al., 2019).

        Raises:
            ModelError: it cannot be loaded.
        """
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        local = Path(name).is_dir()
        try:
            tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
            model = AutoModelForQuestionAnswering.from_pretrained(name, local_files_only=local)
        except (OSError, ValueError) as error:
            where = (
                "folder" if local else "folder or model of Hugging Face, and no network reached it,"
            )
            raise ModelError(
                f"{name!r} is no {where} that answers questions out of passages: "
                f"{str(error).splitlines()[0]}"
            ) from error
        if not tokenizer.is_fast:
            raise ModelError(f"{name!r} has no fast tokenizer, so no places of answers are known.")
        return cls(_of_transformers(model, tokenizer), Path(name).name if local else name)

    def read(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        """For each passage a reading of each of its sentences, in their order.

        A sentence that is beyond what the model reads has none.
        """
        text = asked(question) if self._lower else question
        order = sorted(range(len(passages)), key=lambda at: len(passages[at].chunk.text))
        found: list[list[Reading]] = [[] for _ in passages]
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            for at, readings in zip(
                part, self._batch(text, [passages[at] for at in part]), strict=True
            ):
                found[at] = readings
        return found

    def _batch(self, question: str, passages: Sequence[StoredChunk]) -> list[list[Reading]]:
        texts = [headed(one.card.title or UNTITLED, one.chunk.text) for one in passages]
        starts, ends, offsets, parts = self._score(question, [text for text, _ in texts])
        found = []
        for at, (passage, (_, head)) in enumerate(zip(passages, texts, strict=True)):
            inside = np.array([part == 1 for part in parts[at]]) & (offsets[at][:, 0] >= head)
            shift = passage.chunk.start - head
            null = float(starts[at][0] + ends[at][0])
            found.append(
                [
                    reading
                    for span in passage.chunk.sentences
                    if (
                        reading := _best(
                            span, shift, inside, offsets[at], starts[at], ends[at], null
                        )
                    )
                ]
            )
        return found


def _best(
    sentence: Span,
    shift: int,
    inside: npt.NDArray[np.bool_],
    offsets: npt.NDArray[np.int64],
    starts: Array,
    ends: Array,
    null: float,
) -> Reading | None:
    """The likeliest answer within a sentence; None where no token of it was read."""
    low, high = sentence.start - shift, sentence.end - shift
    tokens = np.flatnonzero(inside & (offsets[:, 0] >= low) & (offsets[:, 1] <= high))
    if not len(tokens):
        return None
    scores = starts[tokens][:, None] + ends[tokens][None, :]
    reach = np.arange(len(tokens))
    length = reach[None, :] - reach[:, None]
    scores = np.where((length >= 0) & (length < LONGEST_ANSWER), scores, -np.inf)
    first, last = np.unravel_index(int(scores.argmax()), scores.shape)
    answer = Span(int(offsets[tokens[first]][0]) + shift, int(offsets[tokens[last]][1]) + shift)
    return Reading(sentence, answer, float(scores[first, last]) - null)


def _embedded(weights: Path, *, eight_bit: bool = False) -> Score:
    """The reader that comes with Byline: its own weights, and MiniLM's where it has none."""
    from safetensors.torch import load_file

    base = MINILM.checked_path()
    own = stored(weights)
    state = load_file(base) | {name.removeprefix("bert."): own[name] for name in own}
    return _of_bert(base.parent, state, eight_bit=eight_bit)


def _larger(weights: Path, *, eight_bit: bool = False) -> Score:
    """The larger reader, with a change of its own to the MPNet of pip."""
    return _of_bert(*mpnet.loaded(weights), eight_bit=eight_bit)


def _of_bert(folder: Path, state: Mapping[str, Any], *, eight_bit: bool) -> Score:
    """A BERT with the head that points at the start and the end of an answer."""
    bert = Bert(folder, state, MOST_TOKENS, "only_second", eight_bit=eight_bit)
    weight, bias = (state[f"qa_outputs.{part}"].float() for part in ("weight", "bias"))

    def score(question: str, texts: list[str]) -> Scores:
        import torch

        tokens = bert.tokens([(question, text) for text in texts])
        with torch.inference_mode():
            states, _ = bert.states(tokens)
            ends = torch.nn.functional.linear(states, weight, bias)
        offsets = np.array([one.offsets for one in tokens])
        parts = [one.sequence_ids for one in tokens]
        return Scores(ends[:, :, 0].numpy(), ends[:, :, 1].numpy(), offsets, parts)

    return score


def _of_transformers(model: Any, tokenizer: Any) -> Score:
    """Any question-answering model of transformers, with its tokenizer."""
    model.eval()
    one_at_a_time = threading.Lock()  # its tokenizer is set anew by each call

    def score(question: str, texts: list[str]) -> Scores:
        import torch

        with one_at_a_time:
            batch = tokenizer(
                [question] * len(texts),
                texts,
                truncation="only_second",
                max_length=min(MOST_TOKENS, tokenizer.model_max_length),
                padding=True,
                return_offsets_mapping=True,
                return_tensors="pt",
            )
        offsets = batch.pop("offset_mapping").numpy()
        parts = [batch.sequence_ids(at) for at in range(len(texts))]
        with torch.inference_mode():
            out = model(**batch)
        return Scores(out.start_logits.numpy(), out.end_logits.numpy(), offsets, parts)

    return score


def _calibration(path: Path) -> Calibration:
    try:
        known = json.loads(path.read_text("utf-8"))
        return Calibration(**known | {"again": tuple(known["again"])})
    except (OSError, LookupError, ValueError, TypeError) as error:
        raise ModelError(
            f"{path} is missing or damaged ({error}). Install Byline again."
        ) from error


def load_reader(name: str | None = None) -> ExtractiveReader:
    """The reader of that name or folder; without one, the reader that comes with Byline.

    Raises:
        ModelError: it is missing, altered or cannot be loaded.
    """
    return ExtractiveReader.embedded() if name is None else ExtractiveReader.named(name)


def check_files() -> list[tuple[str, bool, str]]:
    """For each file of the readers: its name, whether it is whole, and what to say about it."""
    larger = "larger reader"
    if mpnet.is_installed():
        second = _checked(larger, mpnet.WEIGHTS, mpnet.PARTS)
    else:
        said = f"is not installed: the small one decides alone. To have it: {mpnet.INSTALL}"
        second = (larger, True, said)
    return [_checked("reader", WEIGHTS), second]


def _checked(name: str, weights: Path, parts: Sequence[PackagedFile] = ()) -> tuple[str, bool, str]:
    try:
        count = len(stored(weights))
        for part in parts:
            part.checked_path()
    except ModelError as error:
        return name, False, str(error)
    size = weights.stat().st_size
    return name, True, f"{EMBEDDED} can be read ({count} weights, {size:,} bytes)"
