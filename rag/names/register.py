"""The names of many articles as one register: spellings joined, each name counted by stories.

A surname is the person whose full name the same article has, and elsewhere the only person of
that surname in the archive. Two spellings are one name where they sound alike and no article has
both, since an article spells a name in one way. An acronym is the only name that has its initials.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache
from itertools import chain

from index.errors import BadRequest
from index.records import Card
from rag.names.tagger import Kind, Tag, is_title
from rag.text.names import same_name, sound
from rag.text.word_classes import PARTICLES
from rag.text.words import STOPWORDS, WORD, fold

COMMON = 0.25
"""Share of a name's mentions in small letters above which it is a word like any other."""
TOGETHER = 0.1
"""Share of the articles with the rarer of two spellings that may have the other one too."""
LEAST_ALIKE = 0.74
"""Share of letters in common (Ratcliff and Obershelp, 1988) of two spellings of a word: Kyiv and
Kiev, Türkiye and Turkey have more, Ghana and Guyana less."""
LONGEST_ACRONYM = 6
LONGEST_QUERY = 1000
"""Characters of a search; the rarest spellings of a name that has more are not searched."""
UNKNOWN = "unknown"
"""The month of what has no date."""
_DOTTED = re.compile(r"\b(?:[A-Z]\.\s?)+[A-Z]\b\.?")
_VOWELS = "aeiouy"
_JUNIOR = frozenset("jr sr ii iii iv".split())

Key = tuple[str, ...]
"""The words by which two spellings are the same one."""


@dataclass(frozen=True, slots=True)
class Month:
    """How much a month's articles mention a name."""

    month: str
    """As 2024-12, or `UNKNOWN`."""
    stories: int
    mentions: int


@dataclass(frozen=True, slots=True)
class Name:
    """A person, an organisation or a place."""

    name: str
    """As most articles spell it."""
    kind: Kind
    spellings: tuple[str, ...]
    """All spellings, the most frequent first."""
    stories: int
    """Stories that mention it: syndicated copies count once."""
    mentions: int
    """How often they do; of copies, the one that does most counts."""
    articles: Mapping[str, int]
    """For the id of each article that mentions it, how often it does."""

    @property
    def query(self) -> str:
        """What the archive's search is asked for it: any of its spellings, or with an 's behind.

        Within `articles`, that finds the stories that are counted; elsewhere it may find others of
        the same name too. A spelling that the search takes for a common word ("US") is left out
        where there is another.
        """
        own = [one for one in self.spellings if fold(one) not in STOPWORDS] or self.spellings
        plain = [one.replace('"', "") for one in own]
        terms = [f'"{one}{ending}"' for one in plain for ending in ("", "'s")]
        while len(query := " OR ".join(terms)) > LONGEST_QUERY:
            terms.pop()
        return query

    def to_dict(self) -> dict[str, object]:
        """What `byline names --json` prints of it."""
        return {
            "name": self.name,
            "kind": self.kind,
            "stories": self.stories,
            "mentions": self.mentions,
            "articles": len(self.articles),
            "spellings": list(self.spellings),
            "query": self.query,
        }


@dataclass(frozen=True, slots=True)
class Register:
    """The names of an archive, those of most stories first."""

    names: tuple[Name, ...]
    cards: Mapping[str, Card]
    """Its articles."""

    def find(self, asked: str) -> list[Name]:
        """The names that have some words in any spelling; only the one that has no others, if any.

        Raises:
            BadRequest: there is none.
        """
        wanted = key_of(asked)
        keys = [[key_of(spelling) for spelling in name.spellings] for name in self.names]
        spelt = list(zip(self.names, keys, strict=True))
        whole = [name for name, some in spelt if any(_same(key, wanted) for key in some)]
        fitting = [
            name for name, some in spelt if wanted and any(_has(key, wanted) for key in some)
        ]
        return (whole if len(whole) == 1 else fitting) or self._unknown(asked)

    def _unknown(self, asked: str) -> list[Name]:
        known = {fold(spelling): name.name for name in self.names for spelling in name.spellings}
        near = get_close_matches(fold(asked), known, 1, 0.75)
        meant = f"Did you mean {known[near[0]]}?" if near else "See all of them: byline names"
        raise BadRequest(f"The archive knows no name “{asked}”. {meant}")

    def articles(self, name: Name) -> list[Card]:
        """The articles that mention a name, the latest first."""
        cards = [self.cards[article_id] for article_id in name.articles]
        return sorted(cards, key=lambda card: card.published or dt.date.min, reverse=True)

    def months(self, name: Name) -> list[Month]:
        """The mentions of a name by month, the first one first; copies of a story count once."""
        stories: dict[str, tuple[str, int]] = {}
        cards = self.articles(name)
        for card in (*filter(_is_dated, reversed(cards)), *cards):
            month, most = stories.get(card.origin, (_month(card), 0))
            stories[card.origin] = month, max(most, name.articles[card.article_id])
        months: defaultdict[str, list[int]] = defaultdict(list)
        for month, mentions in stories.values():
            months[month].append(mentions)
        return [Month(month, len(some), sum(some)) for month, some in sorted(months.items())]


@dataclass(slots=True)
class _Group:
    """What is one name, as it grows."""

    kind: Kind
    spellings: Counter[str] = field(default_factory=Counter)
    articles: Counter[str] = field(default_factory=Counter)
    lower: int = 0

    def add(self, article_id: str, tag: Tag) -> None:
        self.spellings[tag.name] += tag.count
        self.articles[article_id] += tag.count
        self.lower += tag.lower

    def take(self, other: _Group) -> None:
        self.spellings += other.spellings
        self.articles += other.articles
        self.lower += other.lower

    @property
    def is_called_shortly(self) -> bool:
        """True where one word stands for it."""
        return any(len(key_of(spelling)) == 1 for spelling in self.spellings)

    def is_name(self, surnames: Container[str]) -> bool:
        """False for a common word, and for what stands in capitals alone, as headings do.

        Also for a person of one word that no title goes with and that is nobody's surname.
        """
        spelt = [key_of(spelling) for spelling in self.spellings]
        if self.kind == "person" and all(len(k) == 1 and k[0] not in surnames for k in spelt):
            return False
        written = any(
            not spelling.isupper() or len(spelling) <= LONGEST_ACRONYM
            for spelling in self.spellings
        )
        return written and self.lower <= COMMON * (self.lower + self.articles.total())


def register(cards: Sequence[Card], tags: Mapping[str, Sequence[Tag]]) -> Register:
    """The register of some articles, from the names that were found in each of them."""
    found = {card.article_id: [(_key(tag), tag) for tag in tags[card.article_id]] for card in cards}
    kinds: defaultdict[Key, Counter[Kind]] = defaultdict(Counter)
    for key, tag in chain.from_iterable(found.values()):
        kinds[key][tag.kind] += tag.count if len(key) > 1 else 0
    people = {
        article_id: {key for key, _ in tagged if len(key) > 1 and _main(kinds[key]) == "person"}
        for article_id, tagged in found.items()
    }
    for article_id, tagged in found.items():
        for key, tag in tagged:
            if len(key) == 1:
                is_person = key_of(tag.name) != key or _full(key, people[article_id]) != key
                kinds[key]["person" if is_person else tag.kind] += tag.count
    kinds |= {
        key_of(card.publisher): Counter({"organisation": 1}) for card in cards if card.publisher
    }
    groups: dict[Key, _Group] = {}
    for article_id, tagged in found.items():
        for key, tag in tagged:
            is_place = _main(kinds[key]) == "place"
            whole = key if is_place else _full(key, people[article_id])
            groups.setdefault(whole, _Group(_main(kinds[whole]))).add(article_id, tag)
    for join in (_longer, _spellings, _surnames, _acronyms):
        _joined(groups, join(groups))
    by_id = {card.article_id: card for card in cards}
    surnames = {key[-1] for key, group in groups.items() if len(key) > 1 and group.kind == "person"}
    names = [_name(group, by_id) for group in groups.values() if group.is_name(surnames)]
    names.sort(key=lambda name: (-name.stories, -name.mentions, name.name))
    return Register(tuple(names), by_id)


def _main(votes: Counter[Kind]) -> Kind:
    return votes.most_common(1)[0][0]


def _full(key: Key, people: Iterable[Key]) -> Key:
    """The only one of some people whose last name, or else first name, a word is; or itself."""
    for part in (slice(-1, None), slice(1)) if len(key) == 1 else ():
        fitting = [person for person in people if _same(person[part], key)]
        if fitting:
            return fitting[0] if len(fitting) == 1 else key
    return key


def _key(tag: Tag) -> Key:
    """The words of a tag's name, of a person without titles."""
    key = key_of(tag.name)
    while tag.kind == "person" and len(key) > 1 and is_title(key[0]):
        key = key[1:]
    return key


@lru_cache(maxsize=65536)
def key_of(name: str) -> Key:
    """The words of a name: folded, without particles and initials; an acronym as it is."""
    text = _DOTTED.sub(lambda match: re.sub(r"[.\s]", "", match[0]) + " ", name)
    written = [word.removesuffix("'s").removesuffix("’s") for word in WORD.findall(text)]
    words = [word if len(word) > 1 and word.isupper() else fold(word) for word in written]
    kept = [word for word in words if word not in STOPWORDS | PARTICLES | _JUNIOR]
    inner = [word for at, word in enumerate(kept) if len(word) > 1 or at in (0, len(kept) - 1)]
    return tuple(inner or words)


def _joined(groups: dict[Key, _Group], pairs: Iterable[tuple[Key, Key]]) -> None:
    """Each first group taken into the second, wherever that has gone itself."""
    into = dict(pairs)
    for key, other in into.items():
        while other in into:
            other = into[other]
        groups[other].take(groups.pop(key))


def _ordered(groups: Mapping[Key, _Group]) -> list[Key]:
    """The most frequent first."""
    return sorted(groups, key=lambda key: (-len(groups[key].articles), key))


def _longer(groups: Mapping[Key, _Group]) -> Iterable[tuple[Key, Key]]:
    """A person with words before the full name: Attorney William Barr, William Barr."""
    for key in groups:
        for start in range(1, len(key) - 1):
            if (shorter := groups.get(key[start:])) and shorter.kind == "person":
                yield key, key[start:]
                break


def _spellings(groups: Mapping[Key, _Group]) -> Iterable[tuple[Key, Key]]:
    """Another spelling and the more frequent one."""
    alike: defaultdict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key in _ordered(groups):
        group = groups[key]
        sounds = (
            group.kind,
            *(word.casefold() if len(word) < 4 else sound(fold(word)) for word in key),
        )
        for other in alike[sounds]:
            both = len(group.articles.keys() & groups[other].articles.keys())
            if _same(key, other) and both <= TOGETHER * len(group.articles):
                yield key, other
                break
        else:
            alike[sounds].append(key)


def _surnames(groups: Mapping[Key, _Group]) -> Iterable[tuple[Key, Key]]:
    """A surname and the only person who has it."""
    people: defaultdict[str, list[Key]] = defaultdict(list)
    for key, group in groups.items():
        if len(key) > 1 and group.kind == "person":
            people[sound(key[-1])].append(key)
    for key, group in groups.items():
        if len(key) == 1 and group.kind == "person":
            fitting = [person for person in people[sound(key[0])] if _same(person[-1:], key)]
            if len(fitting) == 1:
                yield key, fitting[0]


def _acronyms(groups: Mapping[Key, _Group]) -> Iterable[tuple[Key, Key]]:
    """An acronym and the only name with its initials that stands in some article with it.

    What has one and is never called by one word is no person.
    """
    spelt: defaultdict[str, list[Key]] = defaultdict(list)
    for key, group in groups.items():
        if len(key) > 1 and not (group.kind == "person" and group.is_called_shortly):
            spelt["".join(word[0] for word in key).upper()].append(key)
    for key, group in groups.items():
        if len(key) == 1 and key[0].isupper() and len(key[0]) <= LONGEST_ACRONYM:
            fitting = [
                other for other in spelt[key[0]]
                if groups[other].kind in (group.kind, "person")
                and group.articles.keys() & groups[other].articles.keys()
            ]  # fmt: skip
            if len(fitting) == 1:
                groups[fitting[0]].kind = group.kind
                yield key, fitting[0]


def _same(key: Key, other: Key) -> bool:
    return len(key) == len(other) and all(map(_same_word, key, other))


@lru_cache(maxsize=1 << 18)
def _same_word(word: str, other: str) -> bool:
    """True for one word in two spellings; an acronym, or a word in capitals, is only itself."""
    if word == other or word.isupper() or other.isupper():
        return word == other or (len(word) > 3 and fold(word) == fold(other))
    return (
        same_name(word, other)
        and (word[-1] in _VOWELS) == (other[-1] in _VOWELS)
        and SequenceMatcher(None, word, other, autojunk=False).ratio() >= LEAST_ALIKE
    )


def _has(key: Key, wanted: Key) -> bool:
    """True where the wanted words stand in a row."""
    return any(_same(key[at : at + len(wanted)], wanted) for at in range(len(key)))


def _name(group: _Group, cards: Mapping[str, Card]) -> Name:
    most: Counter[str] = Counter()
    for article_id, count in group.articles.items():
        origin = cards[article_id].origin
        most[origin] = max(most[origin], count)
    spellings = sorted(group.spellings, key=_preferred(group))
    return Name(
        spellings[0], group.kind, tuple(spellings), len(most), most.total(), dict(group.articles)
    )


def _preferred(group: _Group) -> Callable[[str], tuple[bool, bool, int, bool, int, str]]:
    """Full names before surnames and acronyms, the most frequent first."""
    return lambda spelling: (
        group.kind != "person" and is_title(spelling.split()[0]),
        len(key_of(spelling)) == 1,
        -group.spellings[spelling],
        spelling.isupper(),
        len(spelling),
        spelling,
    )


def _is_dated(card: Card) -> bool:
    return card.published is not None


def _month(card: Card) -> str:
    return f"{card.published:%Y-%m}" if card.published else UNKNOWN
