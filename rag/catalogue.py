"""Requests about the archive itself, answered from what is known of its articles.

How many articles mention something, who wrote about it, in which outlets, what is newest:
counted and listed over the whole index, exactly, with no passage read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches

from index import languages
from index.errors import BadRequest
from index.protocols import View
from index.records import Card
from rag.records import Draft, What
from rag.request.kinds import STAND_INS, Kind, told_apart
from rag.request.periods import periods
from rag.scope import Narrowed, Scope, in_words, listed, with_outlets
from rag.text.dates import span
from rag.text.names import same_name
from rag.text.words import WORD, fold, stems, words

MOST_LISTED = 20
"""Articles that are listed by one answer."""
NEWEST = 5
"""Articles that are listed where the newest are asked for."""
ALIKE = 0.8
"""Share of letters in common (Ratcliff and Obershelp, 1988) of a word and its misspelling."""
_QUOTED = re.compile(r"[“\"«„]([^”“\"»«„]+)[”“\"»]")
_QUOTED_AT_LENGTH = re.compile(r"[“\"«„](.+)[”\"»]", re.DOTALL)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEADING = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said of the archive, and the articles that it rests on."""

    text: str
    listed: tuple[Card, ...] = ()


class Catalogue:
    """The articles of one state of an index, with their authors and outlets."""

    def __init__(self, view: View) -> None:
        self.generation = view.manifest.generation
        self.cards = with_outlets(view.articles())
        self.authors: Mapping[str, tuple[str, ...]] = {
            card.article_id: view.article(card.article_id).authors for card in self.cards
        }
        outlets = _each([(card.publisher or "",) for card in self.cards])
        authors = _each(self.authors.values())
        self._by_id = {card.article_id: card for card in self.cards}
        self._names: list[tuple[str, What]] = [
            *((name, "outlet") for name in outlets),
            *((name, "author") for name in authors if name not in outlets),
        ]
        self._names.sort(key=lambda one: -len(one[0]))
        self._words = {
            name: [word for word, _, _ in _tokens(_LEADING.sub("", name))]
            for name, _ in self._names
        }

    def known(self, card: Card) -> Card:
        """An article with the outlet that it is listed under."""
        listed_as = self._by_id.get(card.article_id)
        return replace(card, publisher=listed_as.publisher) if listed_as else card

    def read(self, text: str, today: dt.date, without: Container[str] = ()) -> tuple[Scope, str]:
        """Which articles a request means, and the request with stand-ins for what it names.

        Args:
            text: the request.
            today: what "last week" is reckoned from.
            without: what of it is not to be understood; it is no topic then either.
        """
        titles, quoted = self._quoted_titles(text)
        found: dict[str, list[str]] = {"author": [], "outlet": []}
        replaced: list[tuple[int, int, str]] = []
        blank = text
        for match in quoted:
            replaced.append((*match.span(), STAND_INS["topic"]))
            blank = _without(blank, *match.span())
        words = _tokens(blank)
        for name, kind in self._names:
            at = _place(self._words[name], words)
            if at is not None:
                found[kind] += [] if kind in without else [name]
                replaced.append((*at, STAND_INS[kind]))
                blank = _without(blank, *at)
                words = _tokens(blank)
        newest = max((card.published for card in self.cards if card.published), default=None)
        first = last = None
        for period in periods(blank, today, newest):
            if period.first is not None or "dates" in without:
                first, last = (None, None) if "dates" in without else period.window
                replaced.append((period.start, period.end, STAND_INS["day"]))
                blank = _without(blank, period.start, period.end)
        for year in _years(blank):
            if "dates" not in without and not (first or last):
                first, last = dt.date(int(year[0]), 1, 1), dt.date(int(year[0]), 12, 31)
            replaced.append((*year.span(), STAND_INS["day"]))
            blank = _without(blank, *year.span())
        stood_in = text
        for start, end, name in sorted(replaced, reverse=True):
            stood_in = f"{stood_in[:start]} {name} {stood_in[end:]}"
        scope = Scope(
            tuple(found["author"]),
            tuple(found["outlet"]),
            first,
            last,
            _topic(blank),
            tuple(titles),
        )
        return scope, stood_in

    def narrowed(self, view: View, wanted: Scope) -> Narrowed:
        """The articles that are wanted, their names in whatever spelling they are given.

        Raises:
            BadRequest: no article is known to be by an author, of an outlet, in a language or
                under a headline that is wanted.
        """
        anytime = Scope(
            authors=tuple(self._known(name, "author") for name in wanted.authors),
            outlets=tuple(self._known(name, "outlet") for name in wanted.outlets),
            titles=tuple(map(self._headed, wanted.titles)),
            languages=tuple(map(self._language, wanted.languages)),
        )
        only = replace(anytime, first=wanted.first, last=wanted.last)
        lacks = [lacking for card in self.cards if (lacking := self._lacking(card, only))]
        if anytime == Scope() and not lacks:
            return Narrowed(only)
        said = f"Only articles{only.described()} were read"
        if lacks:
            what = listed(list(dict.fromkeys(name for names in lacks for name in names)), "or")
            was = "was" if len(lacks) == 1 else "were"
            said += f"; {len(lacks):,} whose {what} is not known {was} left out"
        ids = frozenset(card.article_id for card in self.within(view, anytime))
        return Narrowed(only, None if anytime == Scope() else ids, f"{said}.")

    def _known(self, given: str, kind: str) -> str:
        names = [name for name, its_kind in self._names if its_kind == kind]
        for name in names:
            if _place(self._words[name], _tokens(given)) is not None:
                return name
        raise _unknown(kind, given, names)

    def _headed(self, given: str) -> str:
        if any(_has(card.title, given) for card in self.cards):
            return given
        raise _unknown("headline with", given)

    def _language(self, given: str) -> str:
        """The code of a language of the archive, given by its name or code."""
        known = {card.language for card in self.cards if card.language}
        code = languages.code(given)
        for one in known:
            if languages.agree(code, one) or fold(given) in words(languages.name(one)):
                return one
        raise _unknown("article in", given, list(map(languages.name, known)))

    def _quoted_titles(self, text: str) -> tuple[list[str], list[re.Match[str]]]:
        """The headlines of the archive that a text has in quotation marks, and all such marks.

        A headline may quote somebody itself.
        """
        for pattern in (_QUOTED_AT_LENGTH, _QUOTED):
            quoted = list(pattern.finditer(text))
            wanted = {fold(match[1]).strip(" .,;:?!") for match in quoted}
            titles = [
                one.called for one in self.cards if fold(one.called).strip(" .,;:?!") in wanted
            ]
            if titles:
                return titles, quoted
        return [], []

    def within(self, view: View, scope: Scope) -> list[Card]:
        """The articles of a scope, the latest first."""
        having = _having(view, scope.topic) if scope.topic else None
        return [
            card
            for card in self.cards
            if (having is None or card.article_id in having) and self._lacking(card, scope) == []
        ]

    def _lacking(self, card: Card, scope: Scope) -> list[str] | None:
        """What is not known of an article that a scope asks for; None where it is not of it."""
        day, authors = card.published, set(self.authors[card.article_id])
        unknown = {
            "outlet": bool(scope.outlets) and not card.publisher,
            "author": bool(scope.authors) and not authors,
            "language": bool(scope.languages) and not card.language,
            "date": bool(scope.first or scope.last) and not day,
        }
        is_of_it = (
            (not scope.quoted or card.called in scope.quoted)
            and (not scope.titles or any(_has(card.title, one) for one in scope.titles))
            and (unknown["outlet"] or not scope.outlets or card.publisher in scope.outlets)
            and (unknown["author"] or not scope.authors or bool(authors & set(scope.authors)))
            and (unknown["language"] or not scope.languages or card.language in scope.languages)
            and (not day or (scope.first or day) <= day <= (scope.last or day))
        )
        return [name for name, is_unknown in unknown.items() if is_unknown] if is_of_it else None

    def reply(self, kind: Kind, scope: Scope, cards: Sequence[Card]) -> Reply:
        """The answer to a request of a kind other than a question or an overview.

        Args:
            kind: what is asked for.
            scope: of which articles.
            cards: these articles, the latest first.
        """
        if kind == "talk":
            return Reply(self._welcome())
        if not cards:
            return Reply(self._nothing(scope))
        if kind in ("outlets", "authors"):
            return self._sources(kind, scope, cards)
        if kind == "oldest":
            dated = [card for card in cards if card.published]
            if not dated:
                return Reply("No article has a date.", tuple(cards[:MOST_LISTED]))
            first, last = dated[-1].published, dated[0].published
            ends = [[card for card in dated if card.published == day] for day in (first, last)]
            shown = dict.fromkeys(card for end in ends for card in end[: MOST_LISTED // 2])
            return Reply(
                f"The oldest of {_counted(cards)}{scope.described()} is of {in_words(first)}, "
                f"the newest of {in_words(last)}.",
                tuple(shown),
            )
        if kind == "newest":
            some = cards[:NEWEST]
            return Reply(f"The newest of {_counted(cards)}{scope.described()}:", tuple(some))
        if kind == "count" and scope == Scope():
            return Reply(f"{_counted(cards)}.")
        more = f" The latest {MOST_LISTED} of them:" if len(cards) > MOST_LISTED else ""
        text = f"{_counted(cards)}{scope.described()}.{more}"
        return Reply(text, tuple(cards[:MOST_LISTED]))

    def _sources(self, kind: Kind, scope: Scope, cards: Sequence[Card]) -> Reply:
        """Who wrote or printed the articles, each with a number of articles."""
        if kind == "outlets":
            names = Counter(card.publisher for card in cards if card.publisher)
        else:
            names = Counter(name for card in cards for name in self.authors[card.article_id])
        if not names:
            return Reply(f"No {kind[:-1]} is known of {_counted(cards)}{scope.described()}.")
        counted = listed([f"{name} ({count})" for name, count in names.most_common()])
        whose = f"{_counted(cards)}{scope.described()}"
        shown = cards[:MOST_LISTED] if scope.topic else ()
        return Reply(f"{kind.capitalize()} of {whose}: {counted}.", tuple(shown))

    def _welcome(self) -> str:
        count = len(self.cards)
        if not count:
            return (
                "This is Byline. It answers questions from articles, in their own words and with "
                "the source of each sentence. The archive is empty: add articles first."
            )
        return (
            f"This is Byline. It answers questions from the {_counted(self.cards)} of this "
            "archive, in their own words and with the source of each sentence. Ask who said or "
            "did something, when, where or how many; ask for a timeline of a topic, for the "
            "newest articles, or which articles mention a name."
        )

    def _nothing(self, scope: Scope) -> str:
        text = f"The archive has no articles{scope.described()}."
        days = [card.published for card in self.cards if card.published]
        if days and (scope.first or scope.last):
            text += f" Its articles are from {span(min(days), max(days))}."
        wanted = " ".join(scope.topic)
        near = get_close_matches(fold(wanted), [fold(name) for name, _ in self._names], 1)
        meant = [name for name, _ in self._names if near and fold(name) == near[0]]
        return f"{text} Did you mean {meant[0]}?" if meant else text


def line_of(card: Card) -> str:
    """An article of a list on one line, as a person reads it."""
    known = ", ".join(filter(None, (card.publisher, in_words(card.published))))
    title = " ".join(card.called.split())
    return f"- {title}" + (f" ({known})" if known else "")


def told_from(
    stories: int, drafts: Sequence[Draft], *, are_near: bool = False, newest_first: bool = False
) -> str:
    """What stands above an overview: of how many stories it tells, and in which order.

    Args:
        stories: how many there are.
        drafts: what is quoted of them.
        are_near: whether they only are the nearest; then they are named.
        newest_first: whether the newest comes first.
    """
    cards = {draft.passage.stored.card.origin: draft.passage.stored.card for draft in drafts}
    order = f"{'newest' if newest_first else 'oldest'} first"
    if are_near:
        names = [f"“{' '.join(card.called.split())}”" for card in cards.values()]
        nearest = f"nearest is {names[0]}" if len(names) == 1 else f"nearest are {listed(names)}"
        return f"No story has all words of this topic; {nearest}{f', {order}' * (len(names) > 1)}:"
    if stories == 1:
        return ""
    read = len(cards)
    of = f"{stories:,} stories" if read == stories else f"{read:,} of {stories:,} stories"
    return f"From {of}, {order}:"


def _having(view: View, topic: Sequence[str]) -> set[str]:
    """The ids of the articles that have every one of some words, in any form."""
    found: set[str] | None = None
    for word in topic:
        ids = set(view.holding(word).values())
        found = ids if found is None else found & ids
    return found or set()


def _tokens(text: str) -> list[tuple[str, int, int]]:
    """The folded words of a text without a possessive 's, each with its start and end."""
    return [
        (fold(match[0]).removesuffix("'s"), match.start(), match.end())
        for match in WORD.finditer(text)
    ]


def _place(wanted: Sequence[str], tokens: Sequence[tuple[str, int, int]]) -> tuple[int, int] | None:
    """Where the words of a name stand in a text, in this or in another spelling, if they do."""
    for at in range(len(tokens) - len(wanted) + 1 if wanted else 0):
        some = tokens[at : at + len(wanted)]
        if _is_name([word for word, _, _ in some], wanted):
            return some[0][1], some[-1][2]
    return None


def _is_name(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """True for the same words; of a name of several, one word may be misspelt."""
    if list(words) == list(wanted):
        return True
    others = [
        (word, want) for word, want in zip(words, wanted, strict=True) if not same_name(word, want)
    ]
    if not others:
        return len(wanted) > 1 or words[0][:1] == wanted[0][:1]
    if len(wanted) == 1 or len(others) > 1:
        return False
    word, want = others[0]
    return SequenceMatcher(None, word, want, autojunk=False).ratio() >= ALIKE


def _topic(text: str) -> tuple[str, ...]:
    """The words of a text that no example uses; capitalised ones beside each other are a name."""
    found: list[str] = []
    end = -1
    for match, is_topic in told_apart(text):
        if not is_topic:
            continue
        word = re.sub("['’]s$", "", match[0])
        if word[0].isupper() and end >= 0 and text[end : match.start()] == " ":
            found[-1] += f" {word}"
        else:
            found.append(word)
        end = match.end() if word[0].isupper() and word == match[0] else -1
    return tuple(dict.fromkeys(found))


def _years(text: str) -> list[re.Match[str]]:
    """The years that stand in a request by themselves, in no name: "the 2019 stories"."""
    told = [(None, False), *told_apart(text), (None, False)]
    return [
        match
        for (_, before), (match, _), (_, behind) in zip(told, told[1:], told[2:], strict=False)
        if match and _YEAR.fullmatch(match[0]) and not (before or behind)
    ]


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _each(groups: Iterable[Sequence[str]]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group if name.strip()))


def _counted(cards: Sequence[Card]) -> str:
    """How many articles they are, and how many stories where some are copies."""
    count, stories = len(cards), len({card.origin for card in cards})
    text = f"{count:,} article{'' if count == 1 else 's'}"
    if stories == count:
        return text
    return f"{text} ({stories:,} stor{'y' if stories == 1 else 'ies'}, the rest copies)"


def _has(title: str, given: str) -> bool:
    """Whether a headline has all words of a text, in any form."""
    return set(stems(given)) <= set(stems(title))


def _unknown(what: str, given: str, names: Sequence[str] = ()) -> BadRequest:
    near = get_close_matches(given, names, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return BadRequest(f"The archive knows no {what} “{given}”.{meant}")
