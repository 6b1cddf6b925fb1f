"""A run held against a baseline: what got worse, on which questions, why, and since when.

Only what both have is compared: questions that one of them did not ask, and articles
that one of them did not hold, are told apart and count for nothing. Everything here
makes lines for a person to read; an empty list means that there is nothing to say.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from eval.figures import FIGURES, MEANS, Figure, selective, summary
from eval.marks import Mark, reasons
from eval.mutations import Trial
from eval.running import Results
from index.protocols import View
from index.records import Article

EXACT = ("supported", "exact_quotes", "within_dates", "cites_copies", "reads_copies")
"""Figures that hold for every answer or are broken: no noise excuses one of them."""
OF_ALL = ("tokens_evaluated",)
"""Figures that depend on what was asked before: they mean nothing of a part of the questions."""
NAMED = 12
"""Questions or articles that one line names; the rest are counted."""
EXCERPT = 240
"""Characters kept of an answer: enough to see what it was."""
ROUNDING = 1e-4
"""Baselines are kept with four places."""
WRITE = "python -m eval.baseline --write"

Baseline = Mapping[str, Any]
Values = Mapping[str, float]


# What is kept, and compared.


def values(mark: Mark) -> dict[str, float]:
    """What a question contributes to each figure that can get worse."""
    found = {one.name: one.value(mark) for one in MEANS if one.more_is_better is not None}
    return {name: round(value, 4) for name, value in found.items() if value is not None}


def told(mark: Mark) -> float | None:
    """The confidence of an answer; None where it was declined or tells none."""
    return None if mark.refused or mark.confidence is None else round(mark.confidence, 4)


def held(index: View) -> dict[str, dict[str, str]]:
    """For each article of an index a digest of what it says, and which story it is a copy of."""
    return {
        card.article_id: {
            "digest": _digest(index.article(card.article_id)),
            "origin": card.origin,
        }
        for card in sorted(index.articles(), key=lambda card: card.article_id)
    }


def _digest(article: Article) -> str:
    text = "\0".join((article.title, str(article.published), article.publisher or "", article.text))
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


# Figures.


def worse(results: Results, kept: Baseline, mutations: Collection[str] | None = None) -> list[str]:
    """A line for each figure and mutation that is worse than the baseline tolerates.

    Args:
        results: the run; of its questions those count that the baseline knows.
        kept: the baseline.
        mutations: those that were to be tried; by default all of the baseline's.
    """
    questions = kept.get("questions", {})
    common = [one for one in results.marks if "values" in questions.get(one.id, {})]
    if not common:
        return [f"No question of this run is in the baseline; write it: {WRITE}"]
    whole = len(common) == len(questions)
    found = [_worse_mean(one, common, kept) for one in MEANS if whole or one.name not in OF_ALL]
    found += _worse_selective(common, kept)
    for name in kept.get("mutations", {}) if mutations is None else mutations:
        found.append(_worse_mutation(name, results.trials, kept))
    return [line for line in found if line]


def _worse_mean(figure: Figure, marks: Sequence[Mark], kept: Baseline) -> str:
    """What is to be said of a mean over questions; empty where it is as good as it was."""
    now = {one.id: v for one in marks if (v := figure.value(one)) is not None}
    rows = {one.id: kept["questions"][one.id]["values"] for one in marks}
    was = {i: float(row[figure.name]) for i, row in rows.items() if figure.name in row}
    if figure.more_is_better is None or not (now and was):
        return ""
    if figure.name not in kept["figures"]:
        return f"{figure.name} is not in the baseline; write it: {WRITE}"
    before, after = _mean(was.values()), _mean(now.values())
    sign = 1 if figure.more_is_better else -1
    tolerance = kept["figures"][figure.name]["tolerance"]
    if figure.name not in EXACT:
        tolerance = max(tolerance, one_question(before, len(was)))
    if sign * (before - after) <= tolerance + ROUNDING:
        return ""
    # A question that the figure did not concern before, or no longer does, moved the mean too.
    loss = {one.id: sign * (was.get(one.id, before) - now.get(one.id, after)) for one in marks}
    concerned = [one for one in marks if loss[one.id] > ROUNDING and one.id in {**was, **now}]
    concerned.sort(key=lambda one: -loss[one.id])
    return (
        f"{_moved(figure.name, before, after, tolerance)} [{figure.title}]. "
        f"Worse: {_listed([f'{one.id} ({one.category})' for one in concerned])}"
    )


def _worse_selective(marks: Sequence[Mark], kept: Baseline) -> list[str]:
    """The same for what confidences tell, which no question has by itself."""
    rows = [kept["questions"][one.id] for one in marks]
    sure = [(row["confidence"], not row["right"]) for row in rows if row["confidence"] is not None]
    was = selective([one for one, _ in sure], [wrong for _, wrong in sure], len(marks))
    now = summary(marks)
    found = []
    for name, before in was.items():
        if name not in now:
            continue
        tolerance = max(kept["figures"][name]["tolerance"], one_question(before, len(marks)))
        loss = before - now[name] if FIGURES[name].more_is_better else now[name] - before
        if loss > tolerance + ROUNDING:
            moved = _moved(name, before, now[name], tolerance)
            found.append(f"{moved} [{FIGURES[name].title}]")
    return found


def _worse_mutation(name: str, trials: Sequence[Trial], kept: Baseline) -> str:
    before = kept.get("trials", {}).get(name, {})
    tried = [one for one in trials if one.mutation == name]
    if not tried:
        return f"mutation {name} was not tried"
    common = [one for one in tried if one.id in before]
    if not common:
        return f"mutation {name} tried no question of the baseline; write it: {WRITE}"
    was = _mean([float(before[one.id]["held"]) for one in common])
    now = _mean([float(one.held) for one in common])
    tolerance = max(kept["mutations"][name]["tolerance"], one_question(was, len(common)))
    if was - now <= tolerance + ROUNDING:
        return ""
    broken = [
        f"{one.id} ({one.category}; {before[one.id]['outcome']}, now {one.outcome})"
        for one in common
        if before[one.id]["held"] and not one.held
    ]
    return f"mutation {_moved(name, was, now, tolerance)}. Worse: {_listed(broken)}"


def one_question(value: float, count: int) -> float:
    """How far one question of that many moves a figure; in tokens it counts as the mean."""
    return max(1.0, abs(value)) / max(count, 1)


def _moved(name: str, was: float, now: float, tolerance: float) -> str:
    return f"{name} was {was:.3f} and is {now:.3f} (tolerance {tolerance:.3f})"


def _mean(numbers: Iterable[float]) -> float:
    every = list(numbers)
    return sum(every) / len(every)


# Questions.


def changed(marks: Sequence[Mark], kept: Baseline) -> list[str]:
    """The questions whose answers turned right or wrong, the wrong first, in a few lines each."""
    found = []
    for one in sorted(marks, key=lambda mark: mark.good):
        was = kept.get("questions", {}).get(one.id)
        if was is None or was["right"] == one.good:
            continue
        head = "now right, was wrong" if one.good else "NOW WRONG, was right"
        since = f"{was['since']['commit']} of {was['since']['date']}"
        found += [
            f"{one.id} [{one.category}] {head} since {since}: {one.question}",
            f"    was: {was['text']}",
            f"    is:  {excerpt(one.text)}",
        ]
        if why := "; ".join(reasons(one)):
            found.append(f"    why: {why}")
    return found


def faulty(marks: Sequence[Mark]) -> list[str]:
    """The answers that are not supported by what they cite, and why, in a line each."""
    return [
        f"{one.id} ({one.category}) is not supported: {excerpt('; '.join(one.faults))}"
        for one in marks
        if one.faults
    ]


def excerpt(text: str) -> str:
    """The beginning of a text on one line."""
    folded = " ".join(text.split())
    return folded if len(folded) <= EXCERPT else folded[: EXCERPT - 1] + "…"


# What the run was made with.


def differences(
    results: Results, articles: Mapping[str, Mapping[str, str]], kept: Baseline
) -> list[str]:
    """Where the archive, the questions or the models are not those of the baseline.

    Args:
        results: the run.
        articles: as `held` tells of its archive.
        kept: the baseline.
    """
    asked, before = {one.id for one in results.marks}, kept.get("questions", {})
    old = kept.get("articles", {})
    edited = [i for i in articles if i in old and old[i]["digest"] != articles[i]["digest"]]
    said = (
        ("not in the baseline's archive", [i for i in articles if old and i not in old]),
        ("no longer in the archive", [i for i in old if i not in articles]),
        ("other than in the baseline's archive", edited),
        ("questions that the baseline does not have, not compared", sorted(asked - set(before))),
    )
    lines = [f"{what}: {_listed(ids)} ({len(ids)} in all)" for what, ids in said if ids]
    for name in ("model", "encoder"):
        was, now = kept.get("about", {}).get(name), results.about.get(name)
        if was and now and was != now:
            lines.append(f"{name}: {now}, and {was} in the baseline")
    return lines


def regrouped(articles: Mapping[str, Mapping[str, str]], kept: Baseline) -> list[str]:
    """Articles that are the same as ever, and are now copies of one another, or no longer."""
    old = kept.get("articles", {})
    same = [i for i in articles if i in old and articles[i]["digest"] == old[i]["digest"]]
    return [
        line
        for at, one in enumerate(same)
        for other in same[at + 1 :]
        for line in _joined(one, other, articles, old)
    ]


def _joined(
    one: str,
    other: str,
    now: Mapping[str, Mapping[str, str]],
    was: Mapping[str, Mapping[str, str]],
) -> Iterator[str]:
    before = was[one]["origin"] == was[other]["origin"]
    after = now[one]["origin"] == now[other]["origin"]
    if before and not after:
        yield f"{one} and {other} are copies of one story, and now count as two"
    if after and not before:
        yield f"{one} and {other} are two stories, and now count as copies of one"


def _listed(items: Sequence[str]) -> str:
    more = len(items) - NAMED
    return ", ".join(items[:NAMED]) + (f" and {more} more" if more > 0 else "")
