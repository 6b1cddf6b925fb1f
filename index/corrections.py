"""Notices of correction at the head or the foot of an article, known by their form.

A notice is a short paragraph in the first or last few that is labelled as one
("Correction, 7 December: …"), that speaks of the article itself or of an earlier
version of it and says that something in it was wrong or has been put right, or
that stands in brackets and begins with what it does ("(Corrects the spelling of a
name in paragraph 3)"). News about a correction elsewhere is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

HEAD = 3
FOOT = 4
"""How many paragraphs from the top and from the end are looked at."""
LONGEST = 1_500

_START = r"\A[\s*_#>~=\[(—–-]*"
_MONTHS = r"jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec"
# What may stand between a label and what ends it: a day, and what the notice was added to.
_BETWEEN = (
    r"(?:\s*\([^()]{1,60}\))?(?:[\s,]+(?:\d[\d:.,/-]*(?:st|nd|rd|th)?|[ap]\.?m\.?|[A-Z]{2,4}T"
    rf"|(?:{_MONTHS})[a-z]*\.?|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|appended|added|made|issued|posted|dated|published|notice|version|to|of|on|at|for|the|this"
    r"|an?|earlier|article|story|report|headline))*"
)
_ENDS = r"\s*(?:[:—–|]|\.(?=\s|\Z)|\s-{1,2}\s|[*_\])]*\Z)"
_CORRECTION = (
    r"(?:corrections?(?:\s*(?:and|&|/)\s*clarifications?)?|corrected|clarifications?"
    r"(?:\s*(?:and|&|/)\s*corrections?)?|clarified|errat(?:um|a)|retractions?|retracted"
    r"|korrektur|berichtigung|richtigstellung|rectificatif|correctif|fe\sde\serratas?"
    r"|correcci[oó]n|rectificaci[oó]n|errata\scorrige|rettifica|rectificatie|correctie)"
)
_NOTE = (
    r"(?:(?:editor|publisher|author|desk)(?:s?['’]s?|s)?\s+note|notes?(?:\s+to\s+(?:our\s+)?"
    r"(?:readers|editors))?|for\s+the\s+record|update)"
)
_LABEL = re.compile(_START + _CORRECTION + _BETWEEN + _ENDS, re.IGNORECASE)
_BARE = re.compile(rf"{_START}{_CORRECTION}\W*", re.IGNORECASE)
_NOTE_LABEL = re.compile(_START + _NOTE + _BETWEEN + _ENDS, re.IGNORECASE)
_TITLE = re.compile(rf"\A\W*{_CORRECTION}\s*(?:[:—–|]|\s-{{1,2}}\s|-(?=[A-Z]))", re.IGNORECASE)
_BRACKETS = re.compile(
    r"\A\s*[(\[]\s*(?:refiles?\s+to\s+)?(?:correct|clarif(?:y|ie)|amend)(?:s|ed|ing|d)?\b"
    r".*[)\]]\W*\Z",
    re.IGNORECASE | re.DOTALL,
)
_KIND = (
    r"(?:article|story|report|post|piece|headline|sub-?heading|caption|graphic|chart|map|column"
    r"|editorial|dispatch|item|page|obituary|transcript|interview|live\s?blog)s?"
)
_VERSION = re.compile(
    r"\b(?:earlier|previous|prior|original|initial|first)\s+(?:\w+\s+)?versions?\s+of\s+"
    rf"(?:this|the|our)\b.{{0,60}}?\b{_KIND}\b",
    re.IGNORECASE,
)
_OURS = re.compile(
    rf"\b(?:{_KIND}|(?:earlier|previous|prior|original|initial|first)\s+versions?)\b", re.IGNORECASE
)
_THIS = re.compile(
    rf"{_START}(?:(?:the\s+\w+\s+(?:of|in)\s+)?(?:this|our)\s+(?:[\w.,’'-]+\s+){{0,4}}?{_KIND})\b",
    re.IGNORECASE,
)
# "An article on Saturday about …": of another day, as papers print it.
_OF_A_DAY = re.compile(
    rf"{_START}(?:(?:because\s+of|owing\s+to|due\s+to)\s+an?\s+[\w\s]{{3,30}}\s(?:error|mistake),"
    rf"\s+)?(?:an?|the|our)\s+(?:[\w’'-]+\s+){{0,3}}?{_KIND}\b.{{0,80}}?\s(?:on\s+(?:page|\w+day)|"
    rf"published|dated|on\s+(?:\d|{_MONTHS}))",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:said|stated|gave|gives|referred|described|named|reported|called|put|omitted|used|"
    r"identified|attributed|suggested|implied|contained|included|listed|quoted|had)\b",
    re.IGNORECASE,
)
_FAULT = re.compile(
    r"\bmis(?:stat|spel|identif|attribut|quot|represent|report|characteri|translat|dat|label|nam"
    r"|plac|took|interpret)\w*|\b(?:incorrect|erroneous|wrong|mistaken|inaccurate)(?:ly)?\b"
    r"|\b(?:in|an|the|this|these|any|editing|reporting|typing)\s+errors?\b|\btypos?\b",
    re.IGNORECASE,
)
_REPAIR = re.compile(
    r"\b(?:has|have|had|was|were|is)\s+(?:since\s+|now\s+)?(?:been\s+)?(?:corrected|clarified"
    r"|amended|fixed|retracted|withdrawn|(?:updated|edited|revised|changed)\s+to\s+(?:correct"
    r"|clarify|fix|reflect|remove|show|say|state|make\s+clear))\b"
    r"|\bthe\s+correct\s+(?:[\w’'-]+\s+){1,4}(?:is|was|are|were)\b"
    r"|\bshould\s+have\s+(?:said|read|stated|been|given)\b",
    re.IGNORECASE,
)
_TOLD = re.compile(r",\s[^,]{2,60}\s(?:said|says|wrote|added)(?:\s[^,.]{1,40})?\.?\W*\Z")
_REGRET = re.compile(r"\b(?:[Ww]e|The [A-Z]\w+(?: [A-Z]\w+)*) regrets? (?:the|this|these|any) err")


def corrections(title: str, text: str) -> tuple[str, ...]:
    """The notices of an article, in the order in which they stand.

    A label on a line of its own belongs to the paragraph after it. A headline that
    is labelled ("CORRECTED-Harbour reopens") counts where the text has no notice.
    """
    paragraphs = text.split("\n\n")
    count = len(paragraphs)
    edges = sorted({*range(min(HEAD, count)), *range(max(0, count - FOOT), count)})
    found = list(_in_text(paragraphs, edges))
    if not found and _TITLE.match(title):
        return (title,)
    return tuple(found)


def is_correction(paragraph: str) -> bool:
    """Whether a paragraph at the head or the foot of an article is a notice of correction."""
    if len(paragraph) > LONGEST:
        return False
    if _LABEL.match(paragraph) or _BRACKETS.match(paragraph):
        return True
    fault, repair = bool(_FAULT.search(paragraph)), bool(_REPAIR.search(paragraph))
    about = _VERSION.search(paragraph)
    if about and (fault or repair or _SAID.search(paragraph, about.end())):
        return True
    if _NOTE_LABEL.match(paragraph) and (fault or repair):
        return repair or bool(_OURS.search(paragraph))
    if _THIS.match(paragraph) and repair:
        return True
    if _OF_A_DAY.match(paragraph) and fault and not _TOLD.search(paragraph):
        return True
    return bool(_REGRET.search(paragraph))


def _in_text(paragraphs: Sequence[str], places: Sequence[int]) -> Iterator[str]:
    label = ""
    for place in places:
        paragraph = paragraphs[place].strip()
        if label:
            yield f"{label} {paragraph}"
            label = ""
        elif is_correction(paragraph):
            if _BARE.fullmatch(paragraph) and place + 1 in places:
                label = paragraph
            else:
                yield paragraph
