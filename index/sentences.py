"""Where the sentences of a text begin and end.

The boundaries are nupunkt's (MIT licence, no dependencies, its model is in the
package), with a list of news abbreviations in place of its own and the few
corrections below. Measured on the 112 difficult passages with 99 inner
boundaries in `tests/test_sentences.py`, and on 244 Wikinews articles with 3,157
boundaries inside paragraphs. There, the 870 places at which seven libraries
disagree were judged by hand, the three commonest kinds of them (a semicolon, a
full stop inside a quotation, "[...]") by a sample; of the others 100 at random,
all right. A quotation of several sentences counts as several. One core, one run:

============  ==============  =====  ======  ==============  =====  ======  ==========
              passages right  false  missed  Wikinews false  missed  errors  articles/s
============  ==============  =====  ======  ==============  =====  ======  ==========
this module   106             0      6       2               1      0.1%    1,400
nupunkt 0.8   96              7      11      6               32     1.2%    1,500
blingfire     95              6      12      16              13     0.9%    690
sentencex     92              10     13      22              403    13.5%   7,600
pysbd         90              14     12      15              427    14.0%   48
yasbd         90              12     14      24              393    13.2%   190
syntok        89              17     11      331             92     13.4%   210
segtok        75              39     7       26              18     1.4%    510
NLTK's Punkt  74              41     6       30              77     3.4%    1,000
============  ==============  =====  ======  ==============  =====  ======  ==========

The passages and the corrections were written together, so the first columns
flatter this module; all was measured before the rule for a lost space. Of the 35
errors that it saves on Wikinews, the list of abbreviations saves 31.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from index.records import Span

if TYPE_CHECKING:
    from nupunkt import PunktSentenceTokenizer

LONGEST_RUN = 500
"""Characters without a space beyond which a run is no prose: it is one sentence by itself."""

# nupunkt learnt 3,000 alphabetic "abbreviations" from scanned law reports; "bank", "call",
# "month" and "win" are among them, so that a sentence that ends with one would run into the next.
_ABBREVIATIONS = """
mr mrs ms mx messrs mme mlle dr drs prof rev fr hon pres sec amb atty gov govs sen sens rep reps
gen lt col maj sgt capt cpl pvt adm brig cmdr cdr comdr det insp supt const ret msgr sr jr
st ste mt ft no nos vs inc ltd co corp plc bros dept univ govt assn approx est al cf ca
fig figs vol vols pp ed eds ch ave blvd rd hwy bldg min tel etc
jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thurs fri
ala ariz ark calif colo conn fla kan md mich minn mont neb nev okla ont penn tenn tex va vt wis
"""
ABBREVIATIONS = frozenset(_ABBREVIATIONS.split())

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_LONG_RUN = re.compile(rf"\S{{{LONGEST_RUN},}}")

# A sentence does not begin with the mark that closes or continues another.
_CONTINUES = re.compile(r"[\"”’')\]]*\s*[,;:)\]]")
# Nor with one of these in lower case: "3.2 kg. of cocaine", "664 b.c.e. to 250 c.e."
_SMALL_WORD = re.compile(r"\s+(?:and|at|by|for|from|in|of|on|or|per|to|with)\b")
# Titles that nupunkt takes for a sentence's first word after "U.S." and the like.
_BODY = re.compile(r"\b(?:U\.S|U\.K|U\.N|E\.U)\.$")
_TITLE = re.compile(
    r"\s+(?:Senator|Congress(?:wo)?man|Ambassador|(?:Under)?[Ss]ecretary|General|Judge|Admiral"
    r"|Colonel|Captain|Governor|Deputy|Assistant|Acting|Permanent)s?\b"
)
# Boundaries that nupunkt leaves out: "at 4 p.m. Nobody", "he said no. Ten", "said so. [The",
# and "stories.Political geographers", from which a page or a PDF has lost the space.
_MISSED = re.compile(
    r"\b[ap]\.m\.(?=\s+[A-Z][a-z])"
    r"(?!\s+(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:\s+[A-Z]\w+)+\s+[Tt]ime\b)"
    r"|\bno\.(?=\s+[A-Z])"
    r"|[a-z]{3}\.(?=\s+\[[A-Z])"
    r"|(?<=\s)[a-z]{3,}[.?](?!(?:Com|Org|Net|Me|Io|Js)\b)(?=[A-Z][a-z]*\s+[a-z]{2})"
)


def sentences(text: str) -> list[Span]:
    """The sentences of `text`, in order, as spans without white space at either end.

    They cover everything but white space, and none crosses a blank line. Each
    sentence of a quotation that has several is one by itself.
    """
    return [sentence for paragraph in by_paragraph(text) for sentence in paragraph]


def by_paragraph(text: str) -> list[list[Span]]:
    """The sentences of each paragraph; none is empty."""
    return [list(_within(text, paragraph)) for paragraph in paragraphs(text)]


def paragraphs(text: str) -> list[Span]:
    """The stretches of `text` between blank lines, without white space at either end."""
    found, start = [], 0
    for gap in [*_BLANK_LINE.finditer(text), None]:
        end = gap.start() if gap else len(text)
        stripped = _stripped(text, start, end)
        if stripped.start < stripped.end:
            found.append(stripped)
        start = gap.end() if gap else end
    return found


def _stripped(text: str, start: int, end: int) -> Span:
    part = text[start:end]
    return Span(
        start + len(part) - len(part.lstrip()), max(start, end - len(part) + len(part.rstrip()))
    )


def _within(text: str, paragraph: Span) -> Iterator[Span]:
    """The sentences of one paragraph."""
    start = paragraph.start
    for run in [*_LONG_RUN.finditer(text, paragraph.start, paragraph.end), None]:
        end = run.start() if run else paragraph.end
        yield from _of_prose(text, _stripped(text, start, end))
        if run:
            yield Span(run.start(), run.end())
            start = run.end()


def _of_prose(text: str, part: Span) -> Iterator[Span]:
    prose = part.of(text)
    start = 0
    for end in [*_boundaries(prose), len(prose)]:
        sentence = _stripped(prose, start, end)
        if sentence.start < sentence.end:
            yield Span(part.start + sentence.start, part.start + sentence.end)
        start = end


def _boundaries(prose: str) -> list[int]:
    """Offsets inside `prose` at which one sentence ends and white space or another follows."""
    spans = _tokenizer().span_tokenize(prose)
    ends = {start + len(prose[start:end].rstrip()) for start, end in spans}
    kept = {end for end in ends if 0 < end < len(prose) and not _joined(prose, end)}
    return sorted(kept.union(match.end() for match in _MISSED.finditer(prose)))


def _joined(prose: str, end: int) -> bool:
    """Whether what follows `end` belongs to the sentence before it."""
    if _CONTINUES.match(prose, end) or _SMALL_WORD.match(prose, end):
        return True
    return bool(_BODY.search(prose, max(0, end - 5), end) and _TITLE.match(prose, end))


@lru_cache(maxsize=1)
def _tokenizer() -> PunktSentenceTokenizer:
    import nupunkt

    tokenizer = nupunkt.load_default_model()
    for abbreviation in tokenizer.abbreviations - ABBREVIATIONS:
        if abbreviation.isalpha() and len(abbreviation) > 1:
            tokenizer.remove_abbreviation(abbreviation)
    tokenizer.add_abbreviations(sorted(ABBREVIATIONS))
    # "Yahoo! was sold"; its default is for web text, where sentences begin in lower case.
    tokenizer.EXCL_QUEST_LOWERCASE_CONTINUES = True
    return tokenizer
