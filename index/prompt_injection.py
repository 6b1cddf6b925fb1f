"""Finds articles that give orders to the program that reads them (prompt injection).

Nobody writes news for a language model. Text that tells one what to do is an attempt to
speak in its user's place (indirect prompt injection: Greshake et al., 2023), whatever else
the article says. It is known here by its form: the marks that set apart the turns of a
conversation, orders about instructions, words to a machine, and orders about what may be
cited or answered. What stands in quotation marks is somebody's words and may be news about
such an attempt.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain

from index.records import Article

EXCERPT = 80
"""Characters of what was found that are shown."""

_BY = r"(?:\s+(?:all|any|every|each|the|these|those|your|my|our|its|of|other|else)){0,6}"
_BEFORE = r"(?:previous|prior|preceding|earlier|above|foregoing|former|existing|original)"
_ORDERS = (
    r"(?:instructions?|prompts?|directions?|directives?|guidelines?|commands?|orders"
    r"|system\s+(?:messages?|prompts?))"
)
_MACHINE = (
    r"(?:(?:large\s+)?language\s+models?|llms?|chat\s?bots?|(?:ai|virtual|digital)\s+"
    r"(?:assistants?|agents?|models?|systems?|readers?)|ais?|ai\s+assistants?|bots?"
    r"|(?:automated|automatic|reading|answering|question.answering)\s+"
    r"(?:assistants?|systems?|programs?|readers?|agents?|tools?|software)|assistants?(?!\s+\w))"
)
# Every run is bounded: an article may be megabytes of marks, and each place in it is tried.
_BEGIN = r"(?:\A|(?<=[.!?:;,…\n(*_#>-]))[\s*_#>]{0,8}(?:(?:and|then|now|please|so)\s+){0,3}"
"""Where an order begins: nobody stands before its verb."""
_MUST = (
    r"(?:\byou\s+(?:must|should|shall|will|have\s+to|are\s+to|may)\s+(?:only\s+|now\s+|not\s+)?)"
)
_ONE = (
    r"(?:this|the\s+(?:present|following))\s+(?:article|page|text|document|report|passage|source)"
)
_OTHERS = (
    r"(?:all|any|every|each)\s+(?:the\s+)?other\s+"
    r"(?:articles?|reports?|sources?|documents?|passages?|pages?|texts?|results?)"
)

# What one of these finds is an order to a program by itself. Each group stands under words that its
# forms cannot do without, which are looked for first: a form that can begin anywhere is slow.
_FORMS = {
    re.compile(needed): tuple(re.compile(form, re.MULTILINE) for form in forms)
    for needed, forms in {
        # the turns of a conversation, in the forms of several model families
        "": (
            r"<\|[a-z_▁ ]{2,30}\|>",
            r"\[/?(?:inst|system_prompt|sys|tool_calls|available_tools)\]|<</?sys>>",
            r"</?(?:start|end)_of_(?:turn|text|image)>|<(?:bos|eos)(?:_token)?>",
            r"^\s*#{2,4}\s*(?:system|instructions?|response|assistant|human|user|input)\s*:",
            r"^\W{0,20}(?:system|assistant)(?:\s+(?:message|prompt|note|instructions?))?\s*:",
            r"(?:end|begin(?:ning)?|start)\s+of\s+(?:the\s+)?"
            r"(?:context|prompt|system\s+prompt)\b",
            r">>[a-z]+<<",
        ),
        r"assistant\s*:": (
            r"(?:^|[.!?>])\W{0,20}assistant\s*:.{0,400}?[.!?]\W{0,20}(?:user|human)\s*:",
        ),
        # orders about instructions
        r"your\s+new": (
            r"\b(?:your|these\s+are\s+your)\s+new\s+"
            r"(?:instructions?|system\s+prompt|directives?)\b",
        ),
        "ignore|disregard|forget|override|bypass": (
            rf"{_BEGIN}(?:ignore|disregard|forget|override|bypass){_BY}\s+{_BEFORE}\s+"
            rf"(?:\w+\s+)?{_ORDERS}",
            rf"(?:{_BEGIN}|{_MUST})(?:ignore|disregard|forget){_BY}\s+{_ORDERS}",
        ),
        # words to a machine
        "note|notice|instruction|message|attention|reminder": (
            rf"(?:{_BEGIN})(?:(?:important\s+)?(?:notes?|notices?|instructions?|messages?|attention"
            r"|reminders?)\s*(?:to|for)?\s*:?\s*(?:all\s+|any\s+|the\s+){0,3})"
            rf"(?:{_MACHINE})\b",
        ),
        r"you\s+are": (
            rf"\b(?:if|when|since|because|as)\s+you\s+are\s+(?:an?\s+|the\s+)?{_MACHINE}\b",
            r"\byou\s+are\s+(?:now|from\s+now\s+on)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?"
            rf"(?:{_MACHINE}|assistant|helper)\b",
        ),
        r"on,?\s+you": (r"\b(?:from\s+here|from\s+now)\s+on,?\s+you\s+(?:are|answer|will|must)\b",),
        # orders about what is cited and answered
        rf"{_ONE}|(?:articles?|sources?)\s+(?:than|but)": (
            rf"{_BEGIN}(?:only\s+)?(?:cite|quote|name|trust|use|believe|mention)\s+(?:only\s+"
            rf"|no\s+other\s+|nothing\s+but\s+)?(?:{_ONE}|(?:articles?|sources?)\s+(?:than|but))",
            rf"\b(?:only\s+)?{_ONE}\s+(?:alone\s+|only\s+)?"
            r"(?:may|must|should|is\s+to|can|shall)\s+(?:only\s+|alone\s+|ever\s+)?"
            r"be\s+(?:cited|quoted|trusted|believed|used\s+as)",
        ),
        _OTHERS: (
            rf"(?:{_BEGIN}|{_MUST})(?:ignore|disregard|forget)\s+{_OTHERS}",
            rf"\b(?:do\s+not|don't|never)\s+(?:cite|quote|mention|use)\s+{_OTHERS}",
        ),
        "asked|asks": (
            r"\b(?:when|whenever|if)\s+(?:(?:you\s+are|anybody\s+is|anyone\s+is)\s+)?(?:asked|"
            r"(?:a|the|any)\s+user\s+asks|somebody\s+asks|anyone\s+asks|anybody\s+asks)\b"
            r"[^.!?]{0,200}?,\s*(?:always\s+|only\s+|you\s+must\s+)?(?:answer|reply|respond|say"
            r"|state|cite|tell|output)\s+(?:that|with|only|this|the|them|:)",
        ),
        "answer|reply|respond": (
            rf"{_BEGIN}(?:answer|reply\s+to|respond\s+to)\s+(?:all|any|every|each)\s+"
            r"(?:users?|questions?|quer(?:y|ies)|prompts?)\b[^.!?]{0,80}"
            r"\b(?:from|with|by|using|only)\b",
            rf"(?:{_BEGIN}|{_MUST})(?:answer|reply|respond)\s+(?:only\s+)?(?:with|from)\s+"
            r"(?:only\s+|just\s+|nothing\s+but\s+)?"
            r"(?:the\s+(?:word|words|text|sentence|following)|this\s+(?:article|page|text))",
            r"\b(?:and|you)\s+(?:answer|reply|respond)\s+(?:only\s+)?(?:with|from)\s+"
            r"(?:the\s+(?:word|following)|this\s+(?:article|page|text))",
        ),
    }.items()
}
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
_LINES = re.compile(r" ?\n[ \n]*")
_QUOTED = re.compile(r"“[^“”]{0,600}”|„[^„“”]{0,600}[“”]|«[^«»]{0,600}»|\"[^\"\n]{0,600}\"")


def gives_orders(article: Article) -> bool:
    """True where an article, its headline included, gives orders to the program that reads it.

    Nothing of it is stored: a form that is known tomorrow then counts for the indexes of today, and
    a question takes 2 to 3 ms for it, of 500 to 1,000.
    """
    return find_orders(f"{article.title}\n{article.text}") is not None


@lru_cache(maxsize=256)  # the articles near one question are near the next
def find_orders(text: str) -> str | None:
    """The first words by which a text speaks to the program that reads it; None where it does not.

    They are on one line and have at most `EXCERPT` characters.
    """
    plain = _plain(text)
    forms = chain(*(forms for needed, forms in _FORMS.items() if needed.search(plain)))
    found = [match for form in forms if (match := form.search(plain))]
    if not found:
        return None
    first = min(found, key=lambda match: match.start())
    words = " ".join(first[0].split()).strip(" .,;:*_#>(-")
    return words if len(words) <= EXCERPT else words[: EXCERPT - 1].rstrip() + "…"


def _plain(text: str) -> str:
    """A text in one case, with the usual letters and spaces, without what is hidden or quoted."""
    shown = unicodedata.normalize("NFKC", text)
    for hidden in [char for char in set(shown) if unicodedata.category(char) == "Cf"]:
        shown = shown.replace(hidden, "")
    said = _QUOTED.sub(" ", shown.replace("’", "'")).casefold()
    return _LINES.sub("\n", _SPACES.sub(" ", said))
