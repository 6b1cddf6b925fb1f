"""A question that leans on the one before it, made to stand by itself.

"And Araghchi?" takes the place of the name in the question before; "when was
that?" and "what did she say then?" get the names that they mean beside them, in
square brackets, so that the reader sees what was understood. A question with
names of its own that leans on nothing is a change of topic: it stays as it is.
Only the words of the conversation are used; no model is asked, so no history
can tell one what to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.names import names
from rag.records import Turn
from rag.words import content, fold, words

History = Sequence[Turn | Mapping[str, str]]

TURNS = 3
"""Earlier exchanges that are looked at."""
NAMES_MEANT = 3
"""Names that are put beside a word that leans on them."""
_STARTS = re.compile(r"^(?:and|but|so|then|also|what about|how about|and what about)\b[\s,]*", re.I)
_PERSON = re.compile(r"\b(?:he|she|him|her|his|hers)\b", re.I)
_THING = re.compile(r"\b(?:it|its|that|this|those|these|they|them|their|there|then|such)\b", re.I)
_THE_SAME = re.compile(
    r"\b(?:else|the (?:company|minister|president|man|woman|group|party|team|court|judge|city|town"
    r"|country|talks|meeting|two|three|others?|reason|result|same|first|second|latter|former))\b",
    re.I,
)
_QUOTED = re.compile(r"“([^”]*)”")
_MARK = re.compile(r"\[\d+\]")
_ABOUT = re.compile(r"^(?:about|on|in|at|from|by|for|with|to)\s", re.I)
_BARE = re.compile(r"^(?:who|when|where|why|how|what|which)(?: else)?\W*$", re.I)


def standalone(question: str, history: History) -> str:
    """The question as it would be asked by somebody who comes in just now."""
    turns = [_turn(one) for one in history][-TURNS:]
    if not turns:
        return question
    before = _understood(turns)
    opened = _STARTS.match(question)
    rest = question[opened.end() :] if opened else question
    if opened and _is_fragment(rest):
        return _put_in_place(rest.strip(" ?.!"), before)
    if _BARE.match(question):
        return f"{question.strip(' ?.!')}: {before}"
    if names(rest) and not _PERSON.search(rest):
        return question
    if opened or _PERSON.search(rest) or _THING.search(rest) or _THE_SAME.search(rest):
        return _with_names(rest if opened else question, before, turns[-1].answer)
    return question


def _understood(turns: Sequence[Turn]) -> str:
    """The last question of the history, itself made to stand alone."""
    *earlier, last = turns
    return standalone(last.question, earlier) if earlier else last.question


def _is_fragment(text: str) -> bool:
    """A few words with no verb of their own: a name, "about Homs", "in 2023"."""
    return 0 < len(words(text)) <= 5 and not _HAS_VERB.search(fold(text))


_HAS_VERB = re.compile(
    r"\b(?:is|are|was|were|be|did|does|do|has|have|had|will|would|can|could|should|may|might|said|say"
    r"|says|who|what|when|where|why|how|which)\b"
)


def _put_in_place(fragment: str, before: str) -> str:
    """The question before with this fragment where its like stood."""
    preposition = _ABOUT.match(fragment)
    if preposition:
        tail = re.compile(rf"\b{re.escape(preposition.group().strip())}\s[^?]*", re.I)
        if tail.search(before):
            return tail.sub(lambda _: fragment, before, count=1)
        return f"{before.rstrip(' ?')} {fragment}?"
    named = names(before)
    if named:
        return before.replace(named[0], fragment, 1)
    return f"{before.rstrip(' ?')}: {fragment}?"


def _with_names(question: str, before: str, answer: str) -> str:
    """The question with the names that it leans on in brackets behind the word that leans."""
    told = names(" ".join(_QUOTED.findall(answer)) or _MARK.sub("", answer))
    asked = names(before)
    person = _PERSON.search(question)
    fresh = [name for name in told if fold(name) not in fold(before)]
    if person:
        meant = (fresh if fold(before).startswith("who") else asked) or asked or fresh
        meant = meant[:1]
    else:
        meant = list(dict.fromkeys([*asked, *fresh]))[:NAMES_MEANT]
    if not meant:
        meant = [" ".join(content(before))]
    leaning = person or _THING.search(question) or _THE_SAME.search(question)
    put = f" [{', '.join(meant)}]"
    if leaning:
        return f"{question[: leaning.end()]}{put}{question[leaning.end() :]}"
    return f"{question.rstrip(' ?')}{put}?"


def _turn(one: Turn | Mapping[str, str]) -> Turn:
    return one if isinstance(one, Turn) else Turn(one.get("question", ""), one.get("answer", ""))
