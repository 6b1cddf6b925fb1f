"""Train the reader on one thread, with checkpoints from which the next run goes on.

    python -m eval.reader.train DATA --base FOLDER --work FOLDER [--rows MADE.jsonl.gz ...]
        [--news WIKINEWS.jsonl] [--from reader.safetensors] [--decay STEPS]

The base is the MiniLM that comes with pip, its word embeddings frozen, or the MPNet, changed by
low rank, each under transformers' question-answering head: start and end of the span, position 0
for "not here" (Devlin et al., 2019). The learning rate warms up and then stays (warm-up, stable,
decay: Hu et al., 2024), so that a run may stop at any time: `--decay 600` takes the newest
checkpoint, lowers the rate to nothing over 600 steps of new examples, and writes
FOLDER/decayed.safetensors. Where no checkpoint is left, `--from` goes on from weights that were
exported.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

from eval.reader.lowrank import as_trained, lowered
from eval.reader.rows import Example, Rows
from rag.reader.extractive import headed
from rag.reader.packing import stored, unpacked

BATCH = 24
SORTED = 24
"""Batches that are drawn together and sorted by length, so that little is padded."""
RATE = {"bert": 1.2e-4, "mpnet": 5e-4}
"""The highest learning rate, by the kind of the base."""
WARM_UP = 200
WEIGHT_DECAY = 0.01
MOST_TOKENS = 224
SAVE_EVERY = 200


def encode(tokenizer: Any, examples: Sequence[Example]) -> tuple[dict[str, Any], Any, Any, Any]:
    """A batch for the model: inputs, start, end, and which tokens may be answered with.

    Returns:
        Inputs of shape [n, t], start and end of shape [n], and a mask of shape [n, t].
    """
    firsts = [example.question for example in examples]
    seconds = [headed(example.headline, example.window)[0] for example in examples]
    batch = tokenizer(
        firsts,
        seconds,
        truncation="only_second",
        max_length=MOST_TOKENS,
        padding=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    offsets = batch.pop("offset_mapping")
    mask = torch.zeros(offsets.shape[:2], dtype=torch.bool)
    mask[:, 0] = True
    start = torch.zeros(len(examples), dtype=torch.long)
    end = torch.zeros(len(examples), dtype=torch.long)
    for at, example in enumerate(examples):
        _, head = headed(example.headline, "")
        kinds = batch.sequence_ids(at)
        inside = [n for n, kind in enumerate(kinds) if kind == 1 and offsets[at][n][0] >= head]
        mask[at, inside] = True
        if example.answer is None:
            continue
        low, high = example.answer[0] + head, example.answer[1] + head
        tokens = [n for n in inside if offsets[at][n][1] > low and offsets[at][n][0] < high]
        if tokens:
            start[at], end[at] = tokens[0], tokens[-1]
    return dict(batch), start, end, mask


def loss_of(model: Any, inputs: dict[str, Any], start: Any, end: Any, mask: Any) -> Any:
    """Cross-entropy of the start and of the end, over the tokens that may be answered with."""
    out = model(**inputs)
    starts, ends = out.start_logits.float(), out.end_logits.float()
    low = torch.finfo(starts.dtype).min
    cross = torch.nn.functional.cross_entropy
    return (
        cross(starts.masked_fill(~mask, low), start) + cross(ends.masked_fill(~mask, low), end)
    ) / 2


def batches(examples: Iterator[Example], seed: int) -> Iterator[list[Example]]:
    """Batches of examples of like length."""
    rng = random.Random(seed)
    while True:
        some = list(islice(examples, BATCH * SORTED))
        some.sort(key=lambda example: len(example.window) + len(example.question))
        groups = [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
        rng.shuffle(groups)
        yield from groups


def main() -> None:
    """Train until stopped, or lower the rate to nothing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--base", type=Path, required=True, help="MiniLM's or MPNet's folder")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--rows", type=Path, nargs="*", default=[])
    parser.add_argument("--news", type=Path, metavar="WIKINEWS", help="its stories, to ask about")
    parser.add_argument("--from", type=Path, dest="start", help="exported weights to go on from")
    parser.add_argument("--decay", type=int, default=0, help="steps over which the rate falls")
    parser.add_argument("--out", default="decayed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--bfloat16", action="store_true", help="twice as fast where the processor has it"
    )
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(chosen.seed)
    tokenizer = AutoTokenizer.from_pretrained(chosen.base)
    kind = AutoConfig.from_pretrained(chosen.base).model_type
    model = AutoModelForQuestionAnswering.from_pretrained(
        chosen.base, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    if kind == "mpnet":
        lowered(model, bfloat16=chosen.bfloat16)
    else:
        model.bert.embeddings.requires_grad_(False)
    highest = RATE[kind]
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(
        trained.values(), lr=highest, weight_decay=WEIGHT_DECAY, fused=True
    )
    state = chosen.work / "state.pt"
    chosen.work.mkdir(parents=True, exist_ok=True)
    done = 0
    if state.exists():
        kept = torch.load(state, weights_only=True)
        done = kept["step"]
        model.load_state_dict(kept["model"], strict=False)
        optimizer.load_state_dict(kept["optimizer"])
    elif chosen.start:
        shipped = unpacked(stored(chosen.start))
        start = as_trained(shipped) if kind == "mpnet" else shipped
        model.load_state_dict(start, strict=False)
    # New rows may have come: the stream is another, drawn with the step as its seed.
    rows = Rows(chosen.data, chosen.rows, chosen.news)
    print({kind: len(items) for kind, items in rows.items.items()}, "from step", done, flush=True)
    stream = batches(rows.stream(chosen.seed * 1_000_003 + done), done)
    first, began, seen, total = done, time.monotonic(), 0, 0.0
    model.train()
    for batch in stream:
        if chosen.decay:
            rate = highest * max(0.0, 1 - (done - first) / chosen.decay)
        else:
            rate = highest * min(1.0, (done + 1) / WARM_UP)
        for group in optimizer.param_groups:
            group["lr"] = rate
        with torch.autocast("cpu", torch.bfloat16, enabled=chosen.bfloat16):
            loss = loss_of(model, *encode(tokenizer, batch))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        done += 1
        seen += len(batch)
        total += float(loss.detach())
        if (done - first) % 20 == 0:
            speed = seen / (time.monotonic() - began)
            print(f"{done} {done * BATCH} loss {total / 20:.3f} {speed:.1f}/s", flush=True)
            total = 0.0
        if chosen.decay and done - first >= chosen.decay:
            save_file(dict(trained), chosen.work / f"{chosen.out}.safetensors")
            (chosen.work / f"{chosen.out}.json").write_text(json.dumps({"step": done}))
            return
        if not chosen.decay and done % SAVE_EVERY == 0:
            torch.save(
                {"step": done, "model": dict(trained), "optimizer": optimizer.state_dict()},
                state.with_suffix(".new"),
            )
            state.with_suffix(".new").replace(state)


if __name__ == "__main__":
    main()
