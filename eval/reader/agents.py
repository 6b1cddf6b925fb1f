"""Questions on who did something to whom, and the same with both exchanged."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

from eval.reader.parsed import ACTIONS, Made, Passage, named, plain, words

_ACTIONS = frozenset(ACTIONS)
_LIVE = frozenset("PERSON ORG GPE NORP".split())
_ASKED = re.compile(
    "|".join(
        re.escape(word.removesuffix("e")) + "(?:ed|led|ned|ted|ped|ged)"
        for word in ACTIONS
        if word not in ("replace", "succeed")
    ),
    re.I,
)
_THINGS = frozenset("acquire buy purchase destroy occupy annex raid bomb outlaw reject".split())
_IRREGULAR = {
    "shoot": "shot",
    "beat": "beat",
    "overthrow": "overthrew",
    "teach": "taught",
    "buy": "bought",
    "choose": "chose",
}


def deeds(passage: Passage) -> Iterator[tuple[tuple[int, int], Any, tuple[int, int]]]:
    """Who did what to whom, in simple clauses."""
    for start, doc in passage.docs:
        for verb in doc:
            if verb.pos_ != "VERB" or verb.lemma_ not in _ACTIONS:
                continue
            if any(c.dep_ == "neg" or c.tag_ == "MD" for c in verb.children):
                continue
            kinds = {c.dep_: c for c in verb.children}
            agent = patient = None
            if "nsubj" in kinds and "dobj" in kinds and verb.tag_ in ("VBD", "VBZ", "VBP", "VBN"):
                agent, patient = kinds["nsubj"], kinds["dobj"]
            elif "nsubjpass" in kinds and "agent" in kinds:
                patient = kinds["nsubjpass"]
                agent = next((c for c in kinds["agent"].children if c.dep_ == "pobj"), None)
            if agent is None or patient is None:
                continue
            who, whom = named(doc, agent), named(doc, patient)
            if who is None or whom is None or not {agent.ent_type_, patient.ent_type_} <= _LIVE:
                continue
            if list(agent.conjuncts) or list(patient.conjuncts):
                continue
            yield (
                (start + who.start_char, start + who.end_char),
                verb,
                (start + whom.start_char, start + whom.end_char),
            )


def questions(passage: Passage, rng: random.Random) -> Iterator[Made]:
    """Questions on deeds, and on the same deeds with agent and patient exchanged."""
    done = list(deeds(passage))
    for agent, verb, patient in done:
        who, whom = (plain(passage.text[slice(*place)]) for place in (agent, patient))
        lemma, past = verb.lemma_, _past(verb)
        back = [
            d
            for d in done
            if d[1].lemma_ == lemma and words(passage.text[slice(*d[0])]) & words(whom)
        ]
        yield Made(
            "agent",
            rng.choice(
                (
                    "who {p} {y}",
                    "which party {p} {y}",
                    "by whom was {y} {n}",
                    "who {p} {y}",
                    "{y} was {n} by whom",
                    "who was it that {p} {y}",
                )
            ).format(p=past, y=whom, n=_participle(lemma, past)),
            agent,
        )
        what = "what" if lemma in _THINGS else "who"
        yield Made(
            "agent",
            rng.choice(
                (
                    "who did {x} {l}",
                    "whom did {x} {l}",
                    "who was {n} by {x}",
                    "who got {n} by {x}",
                    "who did {x} {l}",
                )
            )
            .replace("who did", f"{what} did")
            .replace("who ", f"{what} ")
            .format(x=who, l=lemma, n=_participle(lemma, past)),
            patient,
        )
        if not back:
            yield Made(
                "agent",
                rng.choice(
                    ("who {p} {x}", "by whom was {x} {n}", "who {p} {x}", "which party {p} {x}")
                ).format(p=past, x=who, n=_participle(lemma, past)),
            )
            yield Made(
                "agent",
                rng.choice(("who did {y} {l}", "whom did {y} {l}", "who was {n} by {y}")).format(
                    y=whom, l=lemma, n=_participle(lemma, past)
                ),
            )
    yield from _asked(passage)


def _past(verb: Any) -> str:
    if verb.lemma_ in _IRREGULAR:
        return _IRREGULAR[verb.lemma_]
    if verb.text.lower().endswith("ed"):
        return str(verb.text.lower())
    return f"{verb.lemma_}d" if verb.lemma_.endswith("e") else f"{verb.lemma_}ed"


def _participle(lemma: str, past: str) -> str:
    return {"beat": "beaten", "overthrow": "overthrown", "choose": "chosen"}.get(lemma, past)


_WHO = re.compile(r"^who (\w+ed) ((?:the )?[A-Z][\w .'-]+)\?$", re.I)


def _asked(passage: Passage) -> Iterator[Made]:
    """People's own questions "who attacked X?", asked of the one who attacked."""
    for question in passage.asked:
        match = _WHO.match(question["question"])
        if not match or not question["answers"] or not _ASKED.fullmatch(match[1]):
            continue
        answer = question["answers"][0][1]
        if (
            not re.match(r"(?:the )?[A-Z]", answer)
            or len(answer.split()) > 4
            or words(answer) & words(match[2])
        ):
            continue
        if not re.match(r"(?:the )?[A-Z]", match[2]):
            continue
        yield Made("agent", f"who {match[1]} {answer}")
