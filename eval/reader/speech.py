"""Questions on reported speech: what somebody said of something, and who said it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from eval.reader.parsed import SPEECH, Made, Passage, words
from eval.reader.statements import Statement, statements

ABOUT = (
    "what did {s} {v} about {t}",
    "what did {s} say about {t}",
    "what does {s} say about {t}",
    "what did {s} say of {t}",
    "what has {s} said about {t}",
    "according to {s}, what about {t}",
    "{s} on {t}",
    "what {s} said about {t}",
    "{s} statement {t}",
    "what did {s} {v} regarding {t}",
    "what did {s} say about {t}",
    "what did {s} {v} about {t}",
    "what was said by {s} about {t}",
)
OPINION = (
    *ABOUT[:6],
    "what does {s} think of {t}",
    "what does {s} think about {t}",
    "what was {s}'s view on {t}",
    "what does {s} believe about {t}",
    "what is {s}'s opinion of {t}",
    "what did {s} argue about {t}",
    "what did {s} claim about {t}",
)
_OPINES = frozenset(
    "argue claim believe think contend suggest maintain insist assert propose complain warn".split()
)
_DESCRIBE = (
    "how did {s} describe {t}",
    "how does {s} describe {t}",
    "what did {s} call {t}",
    "what did {s} describe {t} as",
    "how did {s} characterise {t}",
    "{s} description of {t}",
)
_DENIES = ("who denied that {c}", "who disputed that {c}", "who disagreed that {c}")
_WHO = (
    "who {v} that {c}",
    "who said that {c}",
    "who said {c}",
    "who thinks that {c}",
    "according to whom {c}",
)


def _fill(form: str, speaker: str, topic: str = "", verb: str = "say", clause: str = "") -> str:
    return form.format(s=speaker, t=topic, v=verb, c=clause)


def questions(
    passage: Passage, others: list[str], topics: list[str], rng: random.Random
) -> Iterator[Made]:
    """Questions on what is said in a passage.

    Args:
        passage: the passage.
        others: names of others in the same article.
        topics: what people speak of elsewhere in the same article.
        rng: chooses the forms.
    """
    said = list(statements(passage))
    pronoun = _PRONOUN_SPEAKS.search(passage.text)
    speakers = {w for s in said for n in s.names for w in words(n)}
    for statement in said:
        a, b = statement.clause
        text = passage.text[a:b]
        name = rng.choice(statement.names)
        last = name.split()[-1]
        if len(statement.names) > 1 and rng.random() < 0.2 and last[0].isupper():
            name = last
        verb = statement.verb.lemma_ if statement.verb.lemma_ != "accord" else "say"
        own = [t for t in statement.topics if not words(t) & words(name)]
        forms = _DESCRIBE if statement.described else OPINION if verb in _OPINES else ABOUT
        verb = "say" if verb in ("tell", "report", "add") else verb
        for topic in rng.sample(own, min(len(own), 2)):
            form = rng.choice(forms)
            yield Made("speech", _fill(form, name, topic, verb), (a, b))
            yield Made("speech", _fill(rng.choice(forms), name, topic, verb), (a, b))
            if (
                not statement.described
                and rng.random() < 0.35
                and not pronoun
                and (len(re.findall(re.escape(topic.split()[-1][:6]), passage.text, re.I)) == 1)
            ):
                yield Made(
                    "speech-who",
                    rng.choice(
                        (
                            "who commented on {t}",
                            "who spoke about {t}",
                            "who talked about {t}",
                            "who said something about {t}",
                            "who made a statement about {t}",
                        )
                    ).format(t=topic),
                    statement.speaker,
                )
            yield from _other_speaker(
                passage, statement, topic, form, others, speakers, bool(pronoun), rng
            )
        if statement.verb.lemma_ in ("tell", "announce", "warn", "add", "conclude", "explain"):
            yield Made(
                "speech",
                rng.choice(("what did {s} {v}", "what did {s} say")).format(s=name, v=verb),
                (a, b),
            )
        yield from _other_topic(passage, statement, said, name, topics, bool(pronoun), rng)
        if (
            statement.described is None
            and not re.match(r"(?:he|she|it|they|this|we|i|there)\b", text, re.I)
            and rng.random() < 0.6
        ):
            hangs = re.match(
                r"(?:if|because|since|although|though|when|while|as|after|before|in|on|at|for|with|despite)\b",
                text,
                re.I,
            )
            short = text if len(text) < 90 or hangs else re.split(r"[,;:]\s", text)[0]
            short = re.sub(r" (?:and|but|or)$", "", short.strip())
            short = re.sub('["“”]', "", short)
            past = statement.verb.text if statement.verb.tag_ in ("VBD", "VBZ") else "said"
            torn = re.search(
                r" (?:may|can|will|is|was|are|were|be|that|which|who|to|of|in|at|for|the|an?)$",
                short,
            )
            if 15 < len(short) < 110 and not torn and statement.verb.lemma_ != "tell":
                yield Made(
                    "speech-who",
                    _fill(rng.choice(_WHO), "", verb=past, clause=short),
                    statement.speaker,
                )
                if rng.random() < 0.35 and not re.search(
                    r"\bden|disput|reject|refut|contra|disagree|critici", passage.text
                ):
                    yield Made(
                        "speech-who",
                        rng.choice(_DENIES).format(c=short),
                    )


def _other_speaker(
    passage: Passage,
    statement: Statement,
    topic: str,
    form: str,
    others: list[str],
    speakers: set[str],
    pronoun: bool,
    rng: random.Random,
) -> Iterator[Made]:
    sentence = words(passage.text[slice(*statement.sentence)])
    inside = words(passage.text)
    fit = [o for o in others if not words(o) & sentence and not words(o) & speakers and words(o)]
    near = [o for o in fit if words(o) & inside]
    if pronoun:
        fit, near = [o for o in fit if o not in near], []
    chosen = near if near and rng.random() < 0.7 else fit
    if chosen:
        yield Made("speech", _fill(form, rng.choice(chosen), topic))


def _other_topic(
    passage: Passage,
    statement: Statement,
    said: list[Statement],
    name: str,
    topics: list[str],
    pronoun: bool,
    rng: random.Random,
) -> Iterator[Made]:
    same = [s for s in said if words(" ".join(s.names)) & words(name)]
    touched = {w for s in same for w in words(passage.text[slice(*s.sentence)])}
    inside = words(passage.text)
    fit = [t for t in topics if not words(t) & touched and not words(t) & words(name)]
    near = [t for t in fit if words(t) <= inside]
    far = [t for t in fit if not words(t) & inside]
    # A pronoun may stand for what an earlier sentence names.
    clause = passage.text[slice(*statement.clause)]
    if pronoun or re.search(
        r"\b(?:it|they|them|this|these|he|she|him|its|their|his|her)\b", clause
    ):
        near = []
    chosen = near if near and rng.random() < 0.6 else far
    for topic in rng.sample(chosen, min(len(chosen), 2)):
        yield Made("speech", _fill(rng.choice(OPINION), name, topic))


_PRONOUN_SPEAKS = re.compile(
    rf"\b(?:he|she|they|it) (?:\w+ )?(?:{'|'.join(w[:4] for w in SPEECH)})", re.I
)
_SAYING = re.compile(
    rf"\b(?:{'|'.join(SPEECH)}|said|thought|wrote|told|view|opinion|according)\b", re.I
)


def another(passage: Passage, others: list[str], rng: random.Random) -> Iterator[Made]:
    """People's own questions "what did X say?", asked of another of the same article."""
    for question in passage.asked:
        text = question["question"]
        if not question["answers"] or not _SAYING.search(text):
            continue
        name = next(
            (
                o
                for o in sorted(others, key=len, reverse=True)
                if re.search(rf"\b{re.escape(o)}\b", text)
            ),
            None,
        )
        if name is None or passage.text.count(name.split()[-1]) == 0:
            continue
        fit = [
            o
            for o in others
            if words(o)
            and len(o.split()) > 1
            and not words(o) & words(text)
            and not any(o.split()[-1] in a for _, a in question["answers"])
            and o.split()[-1] not in passage.title
        ]
        near = [
            o
            for o in fit
            if o.split()[-1] in passage.text and not _SAYING.search(_around(passage.text, o))
        ]
        chosen = near or [o for o in fit if o.split()[-1] not in passage.text]
        if chosen:
            yield Made(
                "speech-another", re.sub(rf"\b{re.escape(name)}\b", rng.choice(chosen), text)
            )


def _around(text: str, name: str) -> str:
    at = text.find(name.split()[-1])
    return text[max(0, at - 40) : at + 80]
