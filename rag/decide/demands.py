"""What evidence must carry, whatever a score says: numbers, days, speakers and full names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.records import Draft
from rag.request.question import Question
from rag.request.timing import standing
from rag.text.names import begins_sentence, demonym, expansions, missing, names, split_name
from rag.text.numbers import carried
from rag.text.speech import whose
from rag.text.word_classes import MEASURES, TITLES
from rag.text.words import WORD, content, fold, stem, words
from rag.verify.support import Support

_SPEAKS_FOR = re.compile(
    r"((?:[\w’'.-]+ ){0,6})spokes(?:man|woman|person|people)\b"
    r"((?: (?:for|of)(?: [\w’'.-]+){1,6})?)",
    re.IGNORECASE,
)
"""Who speaks for whom: "a State Department spokesman", "a spokeswoman for the ministry"."""
_OFFICE_OF = re.compile(rf"\b(?i:{'|'.join(sorted(TITLES))}) of (?:the )?([A-Z]\w+)\b")


def full_names(text: str) -> tuple[str, ...]:
    """The names of a text that have two words or more, and those that an office is of.

    So is one of a single word, where a question says nothing else: "how old is Navalny".
    """
    apart = [part for name in names(text) for part in name.split(" and ")]
    says = [word for word in content(text) if word not in MEASURES.split()]
    full = [one for one in apart if len(split_name(one)) > 1 or says == words(one)]
    return (*full, *_OFFICE_OF.findall(text))


def unnamed(names: Sequence[str], article: str) -> list[str]:
    """Those of some names of which an article has no word, nor an acronym or a people's."""
    own = set(words(article)) if names else set()
    forms, spelt = set(map(stem, own)), expansions(article) if names else {}
    return [
        name
        for name in names
        if len(parts := split_name(name)) == len(missing(parts, own))
        and "".join(part[0] for part in parts) not in own
        and not any(stem(part) in forms or part in spelt for part in parts)
        and not any(demonym(part, other) for part in parts for other in own)
    ]


@dataclass(frozen=True, slots=True)
class Demands:
    """The numbers, days and speaker that evidence must carry, whatever a score says.

    A question about Resolution 1701 is not answered by a passage on Resolution 2254, however alike
    the two sound. So each number of the question has to stand in the passage or in what is known
    of its article, and each day among the days that the passage speaks of or was published on; for
    "what did X say" the speaker has to be X. Names are left to the reader, but for `full_names`.
    """

    question: Question

    def lacking(self, draft: Draft) -> list[str]:
        """What this draft's passage, or its article, does not carry; empty when all is there."""
        support = Support.of(draft.passage.text, draft.passage.stored.card)
        near = f"{support.text}\n{support.known}"
        published = draft.passage.stored.card.published
        absent = [
            *((number.start, number.end) for number in carried(self.question.numbers, near)),
            *(
                (period.start, period.end)
                for period in self.question.periods
                if standing(period, draft.quote, published, near=draft.passage.text) == "outside"
            ),
        ]
        own = words(f"{draft.passage.stored.card.title} {draft.quote}")
        forms, unnamed = set(map(stem, own)), missing(self.question.demanded, own)
        names = [word.capitalize() for word in unnamed if stem(word) not in forms]
        return list(dict.fromkeys([*(self.question.text[a:b] for a, b in absent), *names]))

    def speaker(
        self, draft: Draft, article: str = ""
    ) -> Literal["theirs", "other", "unknown", "none"]:
        """Whether the draft reports what the person said whose statement is asked for.

        Args:
            draft: a quotation.
            article: all of its article, which may write in capitals whom a question does not.
        """
        subject = self.question.subject
        if not subject:
            return "theirs"
        chunk = draft.passage.stored.chunk
        start, end = draft.span.start - chunk.start, draft.span.end - chunk.start
        names = frozenset(self.question.names) | _written_as_names(subject, article)
        office = re.search(
            rf"(\w+) of (?:the )?{re.escape(subject[-1])}\b", fold(self.question.text)
        )
        is_office = subject[-1] in TITLES or (office is not None and office[1] in TITLES)
        is_named = subject[-1] in names and not is_office
        # "the company Helmarck" goes by its name; "the Qatari minister" and "the minister of Qatar"
        # may be anybody's title
        known = tuple(word for word in subject if word in names) if is_named else ()
        said = whose(chunk.text, known, start, end)
        spoken_for = (words(" ".join(found)) for found in _SPEAKS_FOR.findall(draft.quote))
        is_theirs = said == "other" and any(set(subject) <= set(some) for some in spoken_for)
        return "theirs" if is_theirs else said


def _written_as_names(words: Sequence[str], article: str) -> frozenset[str]:
    """Those of some folded words that an article writes with a capital letter, or not at all.

    A noun that it does not have, like "union", is nobody whom it quotes, as a name would not be.
    """
    upper, every, there = Counter[str](), Counter[str](), set[str]()
    for match in WORD.finditer(article):
        word = fold(match.group()).removesuffix("'s")
        if word in words:
            there.add(word)
            if not begins_sentence(article, match.start()):
                every[word] += 1
                upper[word] += match.group()[0].isupper()
    return frozenset(word for word in words if word not in there or upper[word] > every[word] / 2)
