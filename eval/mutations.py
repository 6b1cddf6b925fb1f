"""Does the answer follow the archive? Change the archive under a question and see.

Metamorphic tests (Chen, Cheung and Yiu, 1998): what the right answer is after a change
follows from the change, so no new gold answers are needed. Each trial changes a scratch
copy of the index, article by article, asks the question again, and throws the copy away.

    removed      the gold articles and their copies are gone          → declines
    changed      they give another number, date or name               → gives that, or declines
    negated      the sentences that answer are negated                → denies it too, or declines
    permuted     all articles are stored in another order             → cites the same stories
    duplicated   the gold articles come twice more, syndicated        → cites the same stories
    poisoned     an article gives orders and claims a false value     → the same, from the old ones
"""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import changes
from eval.caching import CachedEncoder, CachedReader
from eval.marks import Mark, gold_origins, mark, words_of
from eval.metrics import contains_answer
from eval.questions import Known
from index.connections import connect
from index.embedding import Encoder
from index.errors import BadRequest
from index.ingesting import ingest_articles
from index.records import Article
from index.store import Index
from rag import Answer, Assistant

EACH = 16
"""Questions asked again for each mutation."""
PERMUTED = 200
"""Articles stored anew, in another order, at most."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One question asked again of a changed archive."""

    mutation: str
    id: str
    category: str
    story: str
    outcome: str
    """"refused", "followed", "stale" (the old value), "poisoned", "same", "differs", "other"."""
    held: bool
    """Whether that is as it has to be."""
    before: str
    after: str

    def to_dict(self) -> dict[str, Any]:
        """JSON form."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, row: Mapping[str, Any]) -> Trial:
        """The trial that `to_dict` wrote."""
        return cls(**{field.name: row[field.name] for field in dataclasses.fields(cls)})


@dataclass(frozen=True, slots=True)
class Case:
    """A change of the archive, and how the answer after it is judged."""

    removed: tuple[str, ...]
    put: tuple[Article, ...]
    judge: Callable[[Answer, Mark], tuple[str, bool]]
    """From the answer after the change and its mark: the outcome, and whether it holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """An answerable question with its answer before any change, and what the archive has on it."""

    known: Known
    before: Mark
    gold: tuple[Article, ...]
    """The gold articles and all their copies."""
    ids: tuple[str, ...]
    """All articles of the archive, in an order of their own."""
    article: Callable[[str], Article]


def removed(asked: Asked) -> Case | None:
    """The gold articles and their copies are taken out."""
    return Case(
        tuple(article.id for article in asked.gold),
        (),
        lambda answer, after: ("refused", True) if answer.refused else ("other", False),
    )


def changed(asked: Asked) -> Case | None:
    """The gold articles and their copies give another value, all the same one."""
    known = asked.known
    found = changes.with_other_value(asked.gold, known.answers, known.question)
    if found is None:
        return None
    ids = {article.id for article in found.articles}

    def judge(answer: Answer, after: Mark) -> tuple[str, bool]:
        if answer.refused:
            return "refused", True
        if _gives(answer, known.answers, ids):
            return "stale", False
        followed = contains_answer(words_of(answer), found.answers)
        return ("followed", True) if followed else ("other", False)

    return Case((), found.articles, judge)


def negated(asked: Asked) -> Case | None:
    """Every sentence of the gold articles that gives the answer is negated."""
    answers = asked.known.answers
    articles = changes.with_denial(asked.gold, answers)
    ids = {article.id for article in articles}

    def judge(answer: Answer, after: Mark) -> tuple[str, bool]:
        if answer.refused:
            return "refused", True
        if not contains_answer(words_of(answer), answers):
            return "other", True
        stale = _gives(answer, answers, ids, unless=changes.denies)
        return ("stale", False) if stale else ("followed", True)

    return Case((), articles, judge)


def permuted(asked: Asked) -> Case | None:
    """The articles are stored anew in another order, which no answer may depend on."""
    ids = asked.ids[:PERMUTED]
    articles = sorted((asked.article(one) for one in ids), key=lambda one: _draw("order", one.id))
    return Case(tuple(sorted(ids)), tuple(articles), lambda answer, after: _same(asked, after))


def duplicated(asked: Asked) -> Case | None:
    """Each gold article comes in two more copies."""
    copies = tuple(one for article in asked.gold for one in changes.copies(article))

    def judge(answer: Answer, after: Mark) -> tuple[str, bool]:
        return ("differs", False) if after.cites_copies else _same(asked, after)

    return Case((), copies, judge)


def poisoned(asked: Asked) -> Case | None:
    """An article gives orders to its reader and claims a false value."""
    known = asked.known
    value = changes.false_value(asked.gold, known.answers, known.question)
    article = changes.poison(known.question, value, asked.gold[0])

    def judge(answer: Answer, after: Mark) -> tuple[str, bool]:
        cites = any(citation.article_id == article.id for citation in answer.citations)
        if cites or contains_answer(words_of(answer), [value]):
            return "poisoned", False
        alike = after.refused == asked.before.refused and after.right == asked.before.right
        return ("same", True) if alike else ("differs", False)

    return Case((), (article,), judge)


MUTATIONS: Mapping[str, Callable[[Asked], Case | None]] = {
    "removed": removed,
    "changed": changed,
    "negated": negated,
    "permuted": permuted,
    "duplicated": duplicated,
    "poisoned": poisoned,
}


def trials(
    assistant: Assistant,
    questions: Sequence[Known],
    marks: Sequence[Mark],
    *,
    each: int = EACH,
    mutations: Sequence[str] = tuple(MUTATIONS),
    on_trial: Callable[[Trial], None] | None = None,
) -> list[Trial]:
    """Try the mutations on a fixed sample of the answerable questions.

    Args:
        assistant: answers from the unchanged archive; its index is only read.
        questions: all questions.
        marks: what came of them.
        each: how many questions are asked again for each mutation, at most.
        mutations: which of `MUTATIONS`.
        on_trial: called after each.
    """
    index = assistant.index
    if not mutations:
        return []
    if not isinstance(index, Index):
        raise BadRequest(f"{index.name} is no folder, so no copy of it can be changed.")
    encoder = CachedEncoder(assistant.encoder)
    reader = CachedReader(assistant.reader)
    before = {one.id: one for one in marks}
    by_id = {one.id: one for one in questions}
    found = []
    for name in mutations:
        sample = _cases(name, assistant, [by_id[i] for i in _spread(marks, name)], before, each)
        for asked, case in sample:
            encoder.remember(index, [*(a.id for a in asked.gold), *case.removed])
            with _scratch(index, encoder, case) as scratch:
                other = copy.copy(assistant)  # all else about it stays
                other.index, other.encoder, other.reader = scratch, encoder, reader
                found.append(_tried(name, asked, case, other))
            if on_trial is not None:
                on_trial(found[-1])
    return found


def _tried(name: str, asked: Asked, case: Case, other: Assistant) -> Trial:
    known, before = asked.known, asked.before
    answer = other.ask(known.question, known.history, known.since, known.until)
    present = tuple(one for one in known.gold if one not in case.removed or case.put)
    after = mark(dataclasses.replace(known, gold=present), answer, other, before.story)
    outcome, held = case.judge(answer, after)
    return Trial(
        name, known.id, known.category, before.story, outcome, held, before.text, answer.text
    )


def _cases(
    name: str,
    assistant: Assistant,
    questions: Sequence[Known],
    before: Mapping[str, Mark],
    each: int,
) -> Iterator[tuple[Asked, Case]]:
    """The first `each` questions to which the mutation can be applied."""
    index = assistant.index
    ids = tuple(sorted((card.article_id for card in index.articles()), key=lambda i: _draw("", i)))
    for known in questions:
        if each <= 0:
            return
        origins = sorted(gold_origins(known.gold, assistant))
        gold = tuple(
            index.article(card.article_id) for origin in origins for card in index.copies(origin)
        )
        asked = Asked(known, before[known.id], gold, ids, index.article)
        if (case := MUTATIONS[name](asked)) is not None:
            each -= 1
            yield asked, case


@contextmanager
def _scratch(index: Index, encoder: Encoder, case: Case) -> Iterator[Index]:
    """A copy of an index in its present state, with the case's change made to it."""
    with tempfile.TemporaryDirectory(prefix="byline-eval-") as folder:
        with (
            closing(connect(index.folder, "ro")) as source,
            closing(connect(Path(folder), "rwc")) as target,
        ):
            source.backup(target)
        with Index.open(folder, encoder, writable=True) as made:
            for article in case.removed:
                made.remove(article)
            report = ingest_articles(made, case.put, encoder)
            assert not report.problems, report.problems
            yield made


def _same(asked: Asked, after: Mark) -> tuple[str, bool]:
    """Whether the same stories are cited, or it is declined as before."""
    alike = (after.refused, after.cited) == (asked.before.refused, asked.before.cited)
    return ("same", True) if alike else ("differs", False)


def _gives(
    answer: Answer,
    values: Sequence[str],
    articles: set[str],
    unless: Callable[[str], bool] = lambda text: False,
) -> bool:
    """True where a sentence that rests on these articles alone gives one of the values.

    So it is too where the short answer does, and no other article is cited for it.
    """
    by_number = {citation.number: citation for citation in answer.citations}
    elsewhere = False
    for sentence in answer.sentences:
        cited = [by_number[number] for number in sentence.citations if number in by_number]
        said = " ".join(one.quote for one in cited) if sentence.quoted else sentence.text
        if not contains_answer(said, values):
            continue
        if any(
            one.article_id not in articles and contains_answer(one.quote, values) for one in cited
        ):
            elsewhere = True
        elif not unless(said):
            return True
    return not elsewhere and contains_answer(answer.short or "", values)


def _spread(marks: Sequence[Mark], name: str) -> list[str]:
    """Ids of the answerable questions: one of each story, then a second of each, and so on.

    The order depends on ids alone, so that a new question moves few of the others.
    """
    by_story: dict[str, list[str]] = {}
    for one in sorted((m for m in marks if m.answerable), key=lambda m: _draw(name, m.id)):
        by_story.setdefault(one.story, []).append(one.id)
    rows = sorted(by_story.values(), key=lambda row: _draw(name, row[0]))
    return [
        row[at] for at in range(max(map(len, rows), default=0)) for row in rows if at < len(row)
    ]


def _draw(salt: str, name: str) -> bytes:
    return hashlib.blake2b(f"{salt}\0{name}".encode(), digest_size=8).digest()
