"""A question that leans on the ones before it, made to stand by itself.

"And Araghchi?" takes the place of its like in the question before, "why?" asks
the same matter with another word, "what did she reply?" gets the name that she
goes by. Whom a pronoun means is told by role, since nothing here knows who is a
woman: the one who was asked about, or whom the answer named. What cannot be put
into the sentence stands beside it in square brackets, so that the reader sees
what was understood. A question with names of its own that leans on nothing is a
change of topic and stays as it is.

From the answers of a conversation come names and nothing else, and no model is
asked unless the caller brings one; what that one writes is taken only when all
its words are the user's own or such names. So no history can say what to answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from rag.questions.earlier import Earlier, History, read_history, words_of
from rag.questions.fragments import in_place, is_fragment
from rag.text.names import names
from rag.text.wordorder import (
    AUXILIARIES,
    DETERMINERS,
    PREPOSITIONS,
    Asked,
    bare,
    noun_phrase,
    phrases,
)
from rag.text.words import content, fold, stem, words

__all__ = ["History", "standalone"]

Rewrite = Callable[[str], str]

LONGEST = 1000
"""Characters of a question that was made to stand alone; a longer one stays as it was."""
NAMES_MEANT = 3
"""Names that are put beside a word that leans on them."""
_STARTS = re.compile(
    r"^(?:(?:and|but|so|then|also|ok|okay)\b[\s,]*)?(?:(?:what|how) about\b\s*)?", re.IGNORECASE
)
_BARE = re.compile(
    r"^(?P<word>(?:(?:since|until|from|by) )?(?:who|whom|when|where|why|how|what|which)"
    r"|how (?:come|long|often|many|much|far)|what for)(?P<else> else)?"
    r"(?: (?:is|was|were|are|did|has) (?:that|it|this)(?: (?:happen|happened|occur|done|so))?)?$",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"^(?:(?:is there |was there |did \w+ say )?anything (?:else|more)|what (?:else|more)"
    r"|(?:tell|give) (?:me|us) more(?: about (?:it|that|this))?|more(?: details?)?|go on)$",
    re.IGNORECASE,
)
_SAYS_WHO = re.compile(r"^(?:according to whom|says who|who (?:says|said) so)$", re.IGNORECASE)
_PERSON = re.compile(r"\b(?P<word>he|she|him|her|his|hers)\b", re.IGNORECASE)
_MANY = re.compile(r"\b(?P<word>they|them|theirs?)\b", re.IGNORECASE)
_OF_THEM = re.compile(r"\bof (?P<word>them|these|those)\b", re.IGNORECASE)
_IT = re.compile(r"\b(?P<word>its?)\b", re.IGNORECASE)
_THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\b(?P<word>there)\b", re.IGNORECASE
)
_THAT = re.compile(
    r"\b(?P<word>(?:that|this)(?=\s*[?.!]*$)|\b(?:is|was|did|does|has|will) (?:that|this)\b"
    r"|(?:that|this|those|these|such) (?!is\b|was\b)[a-z]+(?=\s*[?.!]*$))",
    re.IGNORECASE,
)
_EVENT = re.compile(
    r"\b(?:is|was) it (?:\w+ )?(?:confirmed|true|certain|clear|known|expected|official|verified"
    r"|possible|likely|denied|announced|reported|planned|legal|a surprise)\b",
    re.IGNORECASE,
)
"""Where "it" is the whole matter and not a thing."""
_DUMMY = re.compile(
    r"\b(?:is|was) it (?:\w+ )?(?:\w+ )?(?:that|to|like|raining|snowing)\b", re.IGNORECASE
)
_THE = re.compile(r"\bthe (?P<noun>[a-z]+)\b")
_ROLE = re.compile(
    r"\bthe (?:company|minister|president|man|woman|group|party|team|court|judge|mayor|chief|leader"
    r"|city|town|country|talks|meeting|two|three|others?|same|latter|former|pair|suspect|victims?)\b",
    re.IGNORECASE,
)
_RELATION = re.compile(
    r"\bthe (?:\w+ )?(?P<word>reasons?|causes?|results?|outcome|effects?|consequences?|purpose"
    r"|explanation|responses?|reactions?|motives?|impact)\b"
    r"(?! (?:\[|(?:of|for|to|that|behind|why|on|from|in)\b))",
    re.IGNORECASE,
)
"""Nouns that are of something; with nothing behind them, of what was asked before."""


def standalone(question: str, history: History, rewrite: Rewrite | None = None) -> str:
    """The question as it would be asked by somebody who comes in just now.

    Args:
        question: what was asked.
        history: the exchanges before it, oldest first.
        rewrite: asks a capable model, given the conversation as text, for the question.
            Its answer is taken only when it brings no word that the user did not use and
            no answer named; else the rule's stands. It is not asked about a question that
            leans on nothing.
    """
    before = read_history(history, lambda asked, told: _resolved(asked, told))
    if not before:
        return question
    understood = _resolved(question, before)
    if rewrite is None or understood == question:
        return understood
    written = " ".join(rewrite(_transcript(question, before)).split())
    return written if _faithful(written, question, understood, before) else understood


def _resolved(question: str, before: Sequence[Earlier]) -> str:
    """The question after those exchanges, of which the last is the nearest."""
    for resolve in (_shortened, _with_person, _with_others, _with_thing, _with_matter):
        found = resolve(question, before)
        if found is not None:
            break
    found = question if found is None else found
    if not names(question):
        found = _related(found, before)
    return found if len(found) <= LONGEST else question


def _related(question: str, before: Sequence[Earlier]) -> str:
    """For "What was the reason?" with what it is the reason of beside it."""
    match = _RELATION.search(question)
    matter = before[-1].matter
    if match is None or matter in question or not before[-1].asked.subject:
        return question
    return _beside(question, match, before, matter=True)


def _shortened(question: str, before: Sequence[Earlier]) -> str | None:
    """For "Why?", "who else?", "and Araghchi?": a few words that need the question before."""
    last = before[-1]
    if not last.asked.text().strip(" ?"):
        return None
    opened = _STARTS.match(question)
    rest = question[opened.end() if opened else 0 :].strip(" ?.!")
    if _MORE.match(rest):
        return _more("what", last)
    if _SAYS_WHO.match(rest):
        return f"who said that [{last.matter}]?"
    one_word = _BARE.match(rest)
    if one_word and one_word["else"]:
        return _more(one_word["word"].lower(), last)
    if one_word:
        return _asked_again(one_word["word"], last)
    opening = len(rest) < len(question.strip(" ?.!"))
    if opening and _RELATION.fullmatch(rest):
        return f"What {'were' if rest.endswith('s') else 'was'} {rest}?"
    if is_fragment(rest, opened=opening):
        return in_place(_with_person(rest, before) or rest, last.asked)
    return None


def _more(word: str, last: Earlier) -> str:
    """The same question for what the answer did not say."""
    asked = last.asked
    if asked.word == word and word in asked.asks.lower():
        at = asked.asks.lower().index(word) + len(word)
        return f"{asked.asks[:at]} else{asked.text()[at:]}"
    if word == "what":
        return f"What else: {last.question}"
    return asked.asked_with(f"{word} else", last.who)


def _asked_again(word: str, last: Earlier) -> str:
    """The matter of the question before with another question word."""
    if re.match(r"how (?:many|much|far)|which|what\b", word, re.IGNORECASE):
        return f"{word[:1].upper()}{word[1:]}: {last.matter}?"
    return last.asked.asked_with(
        "why" if word.lower() in {"how come", "what for"} else word, last.who
    )


def _with_person(question: str, before: Sequence[Earlier]) -> str | None:
    """For "what did she reply?" with a name, where she is nobody that the question names."""
    match = _PERSON.search(question)
    if match is None or _means_inside(question, match):
        return None
    own = {fold(name) for name in names(question)}
    person = next(
        (name for one in reversed(before) for name in one.people() if fold(name) not in own), None
    )
    if person is None:
        return _beside(question, match, before)
    put = _put(_unopened(question), _again(match, question), person)
    return _with_said(put, before[-1])


def _with_said(question: str, last: Earlier) -> str:
    """For "Where did Lavrov say that" takes over what it was about."""
    said = re.search(r"\b(?:say|said) (?:that|this|so)\s*[?.!]*$", question, re.IGNORECASE)
    about = re.search(r"\b(?:about|on|to)\s.+", last.asked.rest)
    if not (said and about and last.asked.reports):
        return question
    return f"{question.rstrip(' ?.!')} {about.group()}?"


def _with_others(question: str, before: Sequence[Earlier]) -> str | None:
    """For "How many of them were children?" with whom or what was counted or named."""
    some = _OF_THEM.search(question)
    match = some or _MANY.search(question)
    if match is None or _means_inside(question, match):
        return None
    for one in reversed(before):
        found = one.counted() if some else ""
        found = found or one.group(as_object=match["word"].lower() == "them")
        if found:
            return _put(_unopened(question), _again(match, question), found)
    return _beside(question, match, before)


def _with_thing(question: str, before: Sequence[Earlier]) -> str | None:
    """For "How much did it cost?" with the thing; "there" with the place."""
    place = _THERE.search(question)
    if place is not None and not names(question):
        found = next((place for one in reversed(before) for place in one.places()), None)
        return _put(_unopened(question), _again(place, question), found) if found else None
    match = _IT.search(question)
    if match is None or _DUMMY.search(question):
        return None
    if _EVENT.search(question):
        return None if names(question) else _beside(question, match, before, matter=True)
    if _means_inside(question, match):
        return None
    thing = next((thing for one in reversed(before) for thing in one.things()), None)
    if thing is None:
        return _beside(question, match, before, matter=True)
    return _put(_unopened(question), _again(match, question), thing)


def _with_matter(question: str, before: Sequence[Earlier]) -> str | None:
    """For "Did Erdogan agree with that?", "what did the minister say next?"."""
    that = _THAT.search(question)
    if that is not None and (not names(question) or question[that.end() :].strip(" ?.!") == ""):
        return _beside(question, that, before, matter=True)
    if names(question):
        return None
    for match in _THE.finditer(question):
        phrase = noun_phrase(before[-1].question, match["noun"])
        if phrase and fold(phrase) != fold(match.group()) and names(f"x {phrase}"):
            return f"{question[: match.start()]}{phrase}{question[match.end() :]}"
    role = None if _PERSON.search(question) else _ROLE.search(question)
    opened = _STARTS.match(question)
    if role is None and not (opened and opened.end()):
        return None
    if role is None and _RELATION.search(question):
        return _unopened(question)
    return _beside(question, role, before)


def _beside(
    question: str, match: re.Match[str] | None, before: Sequence[Earlier], *, matter: bool = False
) -> str:
    """The question with what it leans on in brackets behind the word that leans."""
    last = before[-1]
    meant = [last.matter] if matter else [last.name] if last.name else last.named[:NAMES_MEANT]
    if not meant:
        meant = [" ".join(content(last.question))]
    put = f" [{', '.join(meant)}]"
    if match is None:
        return f"{_unopened(question).rstrip(' ?')}{put}?"
    return f"{question[: match.end()]}{put}{question[match.end() :]}"


def _means_inside(question: str, match: re.Match[str]) -> bool:
    """True where the pronoun can mean somebody whom the question itself names before it.

    The object of a clause is never its subject ("What did Merkel say about him?"), so an
    object needs a second candidate.
    """
    candidates = sum(1 for _ in _candidates(question[: match.start()], match["word"].lower()))
    following = question[match.end() :].lstrip()
    word = match["word"].lower()
    ends = not following or not following[0].isalnum() or following.split()[0] in PREPOSITIONS
    is_object = word in {"him", "them", "hers", "theirs"} or (word in {"her", "it"} and ends)
    return candidates > (1 if is_object else 0)


def _candidates(text: str, word: str) -> Iterator[str]:
    """Who or what stands before a pronoun and is not only a place or part of a phrase."""
    governed = {fold(bare(part)) for _, object_ in phrases(text) for part in object_.split()}
    for name in names(text):
        if fold(name).split()[0] not in governed:
            yield name
    for found in re.finditer(r"\b(?:the|a|an) ([a-z]+)", text):
        if found[1] not in governed:
            yield found.group()
    if word.startswith("the") and (counted := Asked.read(text).noun):
        yield counted


def _put(question: str, match: re.Match[str], name: str) -> str:
    """The question with a name for its pronoun, as a possessive where that is one."""
    word = match["word"].lower()
    start, end = match.span("word")
    following = question[end:].lstrip()
    owner = word in {"his", "its", "their"} or (
        word == "her" and following[:1].isalpha() and following.split()[0] not in PREPOSITIONS
    )
    mark = ("'" if name.endswith("s") else "'s") if owner else ""
    return f"{question[:start]}{name}{mark}{question[end:]}"


def _unopened(question: str) -> str:
    """The question without its "and"."""
    opened = _STARTS.match(question)
    return question[opened.end() :] if opened else question


def _again(match: re.Match[str], question: str) -> re.Match[str]:
    """The same match in the question without its opening."""
    found = match.re.search(_unopened(question))
    return found if found is not None else match


def _transcript(question: str, before: Sequence[Earlier]) -> str:
    """The conversation for a model to read: the user's questions, and what answers named."""
    lines = []
    for one in before:
        lines.append(f"Question: {one.question}")
        if one.told:
            lines.append(f"Named in the answer: {', '.join(one.told)}")
    return "\n".join([*lines, f"Question: {question}"])


def _faithful(written: str, question: str, understood: str, before: Sequence[Earlier]) -> bool:
    """True where a rewritten question says nothing that the conversation does not."""
    if not written or len(written) > LONGEST or not content(written):
        return False
    allowed = words_of((question, understood, *(one.question for one in before)))
    allowed |= words_of(name for one in before for name in one.told)
    given = {stem(word) for word in words(written)}
    own = {
        stem(word)
        for word in content(question)
        if word not in AUXILIARIES and word not in DETERMINERS
    }
    carrying = {stem(word) for word in content(written)}
    negated = bool(_NEGATION.search(fold(written)))
    return (
        carrying <= allowed
        and (own & carrying or not own) != set()
        and {w for w in own if w.isdigit()} <= given
        and negated == bool(_NEGATION.search(fold(f"{question} {understood}")))
    )


_NEGATION = re.compile(r"\b(?:not|no|never|nobody|none|nothing)\b|n't\b")
