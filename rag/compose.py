"""An answer in the model's own words: the prompt, the grammar, and reading what comes back.

The model sees numbered passages and may write only what the grammar admits: the
refusal, or a few sentences, each of which ends on a full stop and then on marks
that name passages at hand. The reader of the text is more patient than the
grammar, because a model behind a server may not be held to one. Nothing here
decides whether a sentence may be shown; `rag.verify.mend` does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from index.sentences import sentences as sentence_spans
from prompts import fill
from rag.models.llm import LLM, Prompt
from rag.quote import source_line
from rag.records import Draft, Passage
from rag.text.words import content, stem, words
from rag.verify.mend import Check, Mended, Mender, Source, Written, whole
from rag.verify.support import strict_faults

REFUSAL = "The articles do not say."
"""What the model writes when the passages do not answer."""
PASSAGES, FEWEST = 6, 4
"""Passages that are shown at most, and to a model that reads slowly."""
READING = 30.0
"""Seconds that a model may take to read more than the fewest passages."""
SENTENCES = 4
"""Sentences in an answer at most."""
MARKS = 3
"""Citations after one sentence at most."""
LONGEST_SENTENCE = 60
"""Words of a sentence, after which it has to end."""
TOLD = 0.5
"""Share of the words that answer which the first sentence must have."""
LIMIT = 256
"""Tokens that are written at most."""
LONGEST_SHOWN = 700
"""Characters of a passage that the model is shown."""
LONGEST_SOURCE = 80
"""Characters of a passage's outlet and date."""

# A word holds no white space and nothing that could be taken for a mark, for markup or for
# a role of the conversation. A full stop inside it is followed by a letter or a digit ("2.5",
# "U.S.") or belongs to something short in capitals ("Gen.", "J."); any other ends the sentence.
_LOOK_ALIKE = "\u3010\u3011\uff3b\uff3d\u3014\u3015"  # square brackets of other scripts
_FORBIDDEN = rf"\x00-\x20\x7F\[\]{{}}<>{_LOOK_ALIKE}|*#`\\"
_GRAMMAR = rf"""
sentence ::= initial (rest | rest-short) " " ((word | short) " "){{0,{LONGEST_SENTENCE - 2}}} last
initial ::= [^{_FORBIDDEN}a-z.!?,;:)”’]
rest ::= character* dotted* pause?
rest-short ::= [a-z]? [a-z]? [a-z]? "." | "." ([A-Za-z] ".")+
word ::= character+ dotted* pause?
short ::= ["“(]? ([A-ZÀ-ÖØ-Þ] [a-z]? [a-z]? [a-z]? "." | [A-Za-z] "." ([A-Za-z] ".")+)
last ::= character+ dotted* [.!?] ["”’]? " " mark{{1,{MARKS}}}
dotted ::= "." [0-9A-Za-z] character*
pause ::= [!?] ["”’]
character ::= [^{_FORBIDDEN}.!?]
"""


def grammar(numbers: Sequence[int]) -> str:
    """A GBNF grammar for an answer that may cite these numbers, or for the refusal alone.

    Every sentence has at least two words and ends like "… in May. [2]" or "… in May. [1][3]".
    """
    refusal = f'"{REFUSAL}"'
    if not numbers:
        return f"root ::= {refusal}\n"
    any_number = " | ".join(f'"{number}"' for number in numbers)
    root = f'root ::= {refusal} | sentence (" " sentence){{0,{SENTENCES - 1}}}'
    return f'{root}{_GRAMMAR}mark ::= "[" ({any_number}) "]"\n'


def refuses(text: str) -> bool:
    """True where a text is the refusal, whatever its case, full stop and marks."""
    return words(_MARK.sub("", text)) == words(REFUSAL)


def prompt(question: str, sources: Mapping[int, Source]) -> Prompt:
    """What the model is asked: what to do, the passages in a line each, the question last."""
    system, _, user = fill(
        "compose",
        sentences=str(SENTENCES),
        refusal=REFUSAL,
        passages="\n".join(_line(number, source) for number, source in sources.items()),
        question=harmless(question),
    ).partition("\n===\n")
    return Prompt(system, user)


def tells(text: str, answer: str) -> bool:
    """Whether a sentence has half of the words, or more, that the reader points at.

    A model that writes of something else has not seen the answer, or has not understood it.
    """
    wanted = set(map(stem, content(answer)))
    return len(wanted & set(map(stem, content(text)))) >= TOLD * len(wanted)


def fitting(
    question: str, sources: Mapping[int, Source], llm: LLM
) -> tuple[Prompt, dict[int, Source]]:
    """The prompt with as many of the passages, from the first, as the model has room and time for.

    The first passage stays whatever its length; `LLM.write` cuts what is too long.
    """
    some = dict(sources)
    room, timely = llm.room(LIMIT), llm.pace() * READING
    while True:
        asked = prompt(question, some)
        most = min(room, timely) if len(some) > FEWEST else room
        if len(some) <= 1 or _tokens(asked, llm) <= most:
            return asked, some
        some.popitem()


def _tokens(asked: Prompt, llm: LLM) -> int:
    return llm.count(asked.system) + llm.count(asked.user)


def harmless(text: str) -> str:
    """A text on one line in which nothing can pass for a mark or for a role of the conversation.

    Brackets of every other kind become round, so that "[3]" in an article cites nothing
    and "<|im_start|>" is a token to no server. For the prompt only: a sentence is checked
    against the article's own words.
    """
    return " ".join(text.translate(_HARMLESS).split())


_ROUNDED = f"[]{_LOOK_ALIKE}{{}}<>\uff1c\uff1e"
_HARMLESS = str.maketrans(_ROUNDED, "()" * (len(_ROUNDED) // 2))


def _line(number: int, source: Source) -> str:
    outlet = harmless(source_line(source.draft.passage.stored.card))
    text = harmless(source.support.text)
    return f"[{number}] {_cut(outlet, LONGEST_SOURCE)}: {_cut(text, LONGEST_SHOWN)}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


class Composition:
    """One answer in the model's own words, each sentence mended before it is handed on."""

    def __init__(
        self,
        llm: LLM,
        question: str,
        drafts: Sequence[Draft],
        passages: Iterable[Passage] = (),
        *,
        check: Check = strict_faults,
    ) -> None:
        """Prepare the prompt; nothing is written before `stream`.

        Args:
            llm: who writes.
            question: as it was understood.
            drafts: the evidence, best first.
            passages: what else was found, best first.
            check: what decides whether a sentence may be shown.
        """
        self.prompt, self.sources = fitting(question, whole(drafts, passages, PASSAGES), llm)
        self.mender = Mender(self.sources, check)
        self.evaluated = 0
        self.generated = 0
        """Tokens read and written so far."""
        self.text = ""
        """What the model wrote so far, for nobody to see."""
        self._llm = llm
        self._answer = drafts[0].answer if drafts else ""

    @property
    def refused(self) -> bool:
        """True where the model wrote the refusal and nothing else."""
        return refuses(self.text)

    def stream(self) -> Iterator[Mended]:
        """Each sentence that may be shown, as soon as it is written and checked.

        None where the first of them does not tell what the reader points at.

        Raises:
            ModelError: the model cannot write.
        """
        written = islice(sentences(self._pieces(), self.sources), SENTENCES)
        shown = (one for one in map(self.mender.mend, written) if one.how != "dropped")
        first = next(shown, None)
        if first is None:
            return
        if tells(first.text, self._answer):
            yield first
            yield from shown
        else:
            self.mender.tally[first.how] -= 1
            self.mender.tally["dropped"] += 1

    def _pieces(self) -> Iterator[str]:
        self.evaluated += _tokens(self.prompt, self._llm)
        held_to = grammar(list(self.sources))
        for piece in self._llm.write(self.prompt, limit=LIMIT, grammar=held_to):
            self.generated += 1
            self.text += piece
            yield piece


_ALIKE = str.maketrans(_LOOK_ALIKE, "[][][]")
_A_MARK = r"\[+\s*(?:(?:source|passage)s?\s+)?\d{1,4}(?:\s*(?:,|;|-|–|and|&)\s*\d{1,4})*\s*\]+"
_MARK = re.compile(_A_MARK, re.IGNORECASE)
# A mark, or the half of one, with the comma that stands between it and the mark before.
_HALF = r"\[+(?=[\s\d,;–-]*(?:[\d\[\]]|$))[\s\d,;–-]*\]*"
_NOT_SAID = re.compile(rf"(?:(?<=\])\s*[,;])?\s*(?:{_A_MARK}|{_HALF})", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)\s*[-–]\s*(\d+)")
_STOP = r"[.!?…][\"”’')]*"
_MARKS = rf"[^\S\n]*{_A_MARK}(?:[^\S\n]*[,;]?[^\S\n]*{_A_MARK})*"
_COMPLETE = re.compile(
    # Marks after the full stop or before it, once something else begins; or marks at a line's end.
    rf"(?:{_STOP}{_MARKS}|{_MARKS}{_STOP})(?=\s+[^\s\[\]]|[^\s\[\],;.!?…\"”’')])"
    rf"|{_MARKS}[^\S\n]*\n",
    re.IGNORECASE,
)
_FINISHED = re.compile(r"[.!?…][\"”’')]*$")


def parse(text: str, numbers: Collection[int]) -> list[Written]:
    """The sentences of a whole text; see `sentences`."""
    return list(sentences([text], numbers))


def sentences(pieces: Iterable[str], numbers: Collection[int]) -> Iterator[Written]:
    """Each sentence as soon as it and its marks are complete, however the text is cut in pieces.

    Marks stand before or after the full stop; a sentence without any has those of the
    next one that has some. A sentence that breaks off is left out, and so is the
    refusal. Marks that name none of the `numbers`, and halves of marks, are stripped
    and recorded.
    """
    held = ""
    for piece in pieces:
        held += piece.translate(_ALIKE)
        while complete := _COMPLETE.search(held):
            yield from _written(held[: complete.end()], numbers, whole=True)
            held = held[complete.end() :]
    yield from _written(held, numbers, whole=False)


def _written(text: str, numbers: Collection[int], *, whole: bool) -> list[Written]:
    """The sentences of a text; `whole` where it ends on a mark by which it is complete."""
    plain, marks = _without_marks(text)
    spans = sentence_spans(plain)
    own: list[list[str]] = [[] for _ in spans]
    for position, mark in marks:
        at = max((at for at, span in enumerate(spans) if span.start < position), default=0)
        if own:
            own[at].append(mark)
    found: list[Written] = []
    following: tuple[int, ...] = ()
    for at in reversed(range(len(spans))):
        cited, invented = _named(own[at], numbers)
        following = cited or following
        sentence = spans[at].of(plain)
        if not _FINISHED.search(sentence):
            if not (cited and whole):
                continue
            sentence += "."
        if not refuses(sentence):
            found.append(Written(sentence, following, invented))
    return found[::-1]


def _without_marks(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text without its marks, and each mark with the offset at which it stood."""
    plain, marks, end = "", [], 0
    for match in _NOT_SAID.finditer(text):
        plain += text[end : match.start()]
        end = match.end()
        marks.append((len(plain), match.group().strip(" ,;\n\t")))
        if text[end : end + 1].isalnum():
            plain += " "
    plain += text[end:]
    return plain, marks


def _named(
    marks: Iterable[str], numbers: Collection[int]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """The numbers that marks name, each once; and the marks that name none, or one too many."""
    cited: dict[int, None] = {}
    invented = []
    for mark in marks:
        named = [int(digits) for digits in re.findall(r"\d+", mark)]
        if not _MARK.fullmatch(mark):
            named = []  # a half mark may have lost a digit
        for first, last in _RANGE.findall(mark) if named else ():
            named += [number for number in numbers if int(first) < number < int(last)]
        cited.update(dict.fromkeys(number for number in named if number in numbers))
        if not named or any(number not in numbers for number in named):
            invented.append(mark)
    return tuple(cited), tuple(invented)
