"""Questions on reported speech: what somebody said of something, and who said it."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eval.reader.parsed import (
    SPEECH,
    VAGUE,
    Made,
    Passage,
    named,
    persons,
    plain,
    tidy,
    whole,
    words,
)

_SAYS = frozenset(SPEECH) - {"call", "describe"}
_NO_TOPIC = ("this", "that", "these", "those", "his", "her", "their", "its", "my", "our", "your")
_PRONOUN_SPEAKS = re.compile(
    rf"\b(?:he|she|they|it) (?:\w+ )?(?:{'|'.join(w[:4] for w in SPEECH)})", re.I
)


@dataclass(frozen=True)
class Statement:
    """What somebody says in a sentence of a passage."""

    speaker: tuple[int, int]
    clause: tuple[int, int]
    verb: Any
    names: tuple[str, ...]
    topics: tuple[str, ...]
    sentence: tuple[int, int]
    described: str | None = None


def statements(passage: Passage) -> Iterator[Statement]:
    """All that is said in a passage by somebody who is named."""
    for start, doc in passage.docs:
        for verb in doc:
            if verb.lemma_ in ("describe", "characterize", "portray", "denounce", "regard"):
                found = _described(doc, verb)
            elif verb.pos_ == "VERB" and verb.lemma_ in _SAYS:
                found = _said(doc, verb)
            elif verb.lower_ == "according":
                found = _according(doc, verb)
            else:
                continue
            if found is None:
                continue
            speaker, clause, topics, described = found
            names = {plain(speaker.text)} | {
                plain(e.text)
                for e in persons(doc)
                if e.start >= speaker.start and e.end <= speaker.end
            }
            yield Statement(
                (start + speaker.start_char, start + speaker.end_char),
                (start + clause[0], start + clause[1]),
                verb,
                tuple(sorted(names)),
                tuple(topics),
                (start, start + len(doc.text)),
                described,
            )


def _subject(doc: Any, verb: Any) -> Any:
    if any(c.dep_ == "neg" or c.tag_ == "MD" for c in verb.children):
        return None
    subject = next((c for c in verb.children if c.dep_ == "nsubj"), None)
    return subject and named(doc, subject)


def _said(doc: Any, verb: Any) -> Any:
    speaker = _subject(doc, verb)
    clause = next((c for c in verb.children if c.dep_ == "ccomp"), None)
    if speaker is None or clause is None or clause.pos_ not in ("VERB", "AUX"):
        return None
    if not any(c.dep_ in ("nsubj", "nsubjpass", "expl", "csubj") for c in clause.children):
        return None
    if any(
        c.dep_ == "mark" and c.lower_ != "that" or c.tag_ in ("WRB", "WP") for c in clause.children
    ):
        return None
    finite = ("VBD", "VBZ", "VBP", "MD")
    if clause.tag_ not in finite and not any(
        c.dep_ in ("aux", "auxpass") and c.tag_ in finite for c in clause.children
    ):
        return None
    places = whole(doc, clause, ("that",))
    if places is None or not (places[0] > verb.i or places[1] < min(speaker.start, verb.i)):
        return None
    if places[1] + 1 < len(doc) and doc[places[1] + 1].pos_ in ("VERB", "AUX", "ADP", "ADJ", "ADV"):
        return None
    if doc[places[1]].tag_ == "VBG" and places[1] + 1 < len(doc):
        return None
    if places[1] < verb.i and any(
        t.text not in ',"”' for t in doc[places[1] + 1 : min(speaker.start, verb.i)]
    ):  # fmt: skip
        return None
    # What stands between the verb and a clause after it belongs to neither.
    if places[0] > verb.i and any(t.text in (";", ":") for t in doc[verb.i : places[0]]):
        return None
    return _checked(doc, speaker, places)


def _according(doc: Any, word: Any) -> Any:
    to = next((c for c in word.children if c.lower_ == "to"), None)
    source = to and next((c for c in to.children if c.dep_ == "pobj"), None)
    speaker = source and named(doc, source)
    if speaker is None:
        return None
    last = max(t.i for t in word.subtree)
    if word.i == 0 and last + 1 < len(doc) and doc[last + 1].text == ",":
        places = (last + 2, len(doc) - 1)
    elif last >= len(doc) - 2 and doc[word.i - 1].text == ",":
        places = (0, word.i - 2)
    else:
        return None
    return _checked(doc, speaker, places)


def _checked(doc: Any, speaker: Any, places: tuple[int, int]) -> Any:
    clause = tidy(doc, *places)
    if clause is None or not 12 <= clause[1] - clause[0] <= 220:
        return None
    part = doc[places[0] : places[1] + 1]
    if not any(t.pos_ in ("VERB", "AUX") for t in part):
        return None
    return speaker, clause, list(topics_of(doc, *places)), None


def _described(doc: Any, verb: Any) -> Any:
    speaker = _subject(doc, verb)
    thing = next((c for c in verb.children if c.dep_ in ("dobj", "obj")), None)
    way = next((c for c in verb.children if c.dep_ == "prep" and c.lower_ == "as"), None)
    if speaker is None or thing is None or way is None or way.i < thing.i:
        return None
    topic = _topic(doc, thing)
    places = whole(doc, way)
    clause = places and tidy(doc, places[0] + 1, places[1])
    if topic is None or clause is None or clause[1] - clause[0] > 150:
        return None
    return speaker, clause, [topic], topic


def topics_of(doc: Any, first: int, last: int) -> Iterator[str]:
    """What a stretch of a sentence is about: its subjects and objects that say something."""
    for chunk in doc.noun_chunks:
        if first <= chunk.start and chunk.end - 1 <= last and chunk.root.dep_ in (
            "nsubj", "nsubjpass", "dobj", "pobj"
        ):  # fmt: skip
            topic = _topic(doc, chunk.root)
            # What hangs on a preposition is often an idiom ("on the horizon").
            if topic and chunk.root.dep_ == "pobj" and not re.search("[A-Z]", topic):
                continue
            if topic:
                yield topic


def _topic(doc: Any, head: Any) -> str | None:
    chunk = next((c for c in doc.noun_chunks if c.root == head), None)
    if chunk is None or head.lemma_.lower() in VAGUE or head.pos_ not in ("NOUN", "PROPN"):
        return None
    if head.ent_type_ in ("DATE", "TIME", "CARDINAL", "PERCENT", "MONEY", "ORDINAL", "QUANTITY"):
        return None
    if head.pos_ == "PROPN" and not head.text[0].isupper():
        return None
    full = doc[chunk.start : max(t.i for t in head.subtree) + 1]
    if not (
        len(full) <= 6
        and full[0] == chunk[0]
        and all(t.pos_ in ("DET", "ADJ", "NOUN", "PROPN", "ADP") or t.dep_ == "case" for t in full)
    ):
        full = chunk
    if (
        full.end < len(doc)
        and (doc[full.end].like_num or doc[full.end].text in "-–")
        or full.start
        and doc[full.start - 1].text in "-–"
    ):
        return None
    if len(full) > 6 or any(
        t.is_punct and t.text != "-" or t.is_digit or t.tag_ in ("CD", "PRP", "PRP$") for t in full
    ):
        return None
    if (
        full[0].lower_ in _NO_TOPIC
        or full[0].tag_ in ("PDT", "JJR", "JJS")
        or full[-1].pos_ in ("ADP", "DET")
    ):
        return None
    text = plain(full.text)
    text = re.sub(
        r"^(?:some|any|many|no|such|more|most|all|other|another|every|each|several|both|few) ",
        "",
        text,
        flags=re.I,
    )
    return text if len(text) > 3 and text.lower() not in VAGUE else None


ABOUT = (
    "what did {s} {v} about {t}", "what did {s} say about {t}", "what does {s} say about {t}",
    "what did {s} say of {t}", "what has {s} said about {t}", "according to {s}, what about {t}",
    "{s} on {t}", "what {s} said about {t}", "{s} statement {t}", "what did {s} {v} regarding {t}",
    "what did {s} say about {t}", "what did {s} {v} about {t}", "what was said by {s} about {t}",
)  # fmt: skip
OPINION = (*ABOUT[:6], "what does {s} think of {t}", "what does {s} think about {t}", "what was {s}'s view on {t}",
           "what does {s} believe about {t}", "what is {s}'s opinion of {t}", "what did {s} argue about {t}",
           "what did {s} claim about {t}")  # fmt: skip
_OPINES = frozenset(
    "argue claim believe think contend suggest maintain insist assert propose complain warn".split()
)
_DESCRIBE = ("how did {s} describe {t}", "how does {s} describe {t}", "what did {s} call {t}",
             "what did {s} describe {t} as", "how did {s} characterise {t}", "{s} description of {t}")  # fmt: skip
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
                yield Made("speech-who", rng.choice((
                    "who commented on {t}", "who spoke about {t}", "who talked about {t}",
                    "who said something about {t}", "who made a statement about {t}",
                )).format(t=topic), statement.speaker)  # fmt: skip
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
            short = text if len(text) < 90 or hangs else re.split(r"[,;:]", text)[0]
            short = (
                re.sub(r" (?:and|but|or)$", "", short.strip())
                .replace('"', "")
                .replace("“", "")
                .replace("”", "")
            )
            past = statement.verb.text if statement.verb.tag_ in ("VBD", "VBZ") else "said"
            if 15 < len(short) < 110 and statement.verb.lemma_ != "tell":
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
                        f"who {rng.choice(('denied', 'disputed', 'rejected the claim', 'disagreed'))} that {short}",
                    )


def _other_speaker(
    passage: Passage, statement: Statement, topic: str, form: str, others: list[str],
    speakers: set[str], pronoun: bool, rng: random.Random,
) -> Iterator[Made]:  # fmt: skip
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
    passage: Passage, statement: Statement, said: list[Statement], name: str, topics: list[str],
    pronoun: bool, rng: random.Random,
) -> Iterator[Made]:  # fmt: skip
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
        fit = [o for o in others if words(o) and len(o.split()) > 1 and not words(o) & words(text)
               and not any(o.split()[-1] in a for _, a in question["answers"]) and o.split()[-1] not in passage.title]  # fmt: skip
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
