"""What stands around the story on a page, told by its marks and by its words.

Marks are HTML's own elements and the words that templates use in classes and ids. A
mark alone removes no element that holds the headline or a good part of the page's
prose, since templates also mark the story's own container ("has-sidebar").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.formats import markup
from index.lines import Line, is_open

if TYPE_CHECKING:
    from lxml.html import HtmlElement

LEAST_PROSE = 40  # characters of a block that counts as prose, if it ends as a sentence does
LONG = 80  # characters of one that counts as prose however it ends
SMALL = 600  # characters of a card that points to another story

NAVIGATION, NOTICE, OFFER, COMMENTS, ASIDE, OTHER, HIDDEN = (
    "navigation", "notice", "offer", "comments", "aside", "other", "hidden",
)  # fmt: skip
"""What a block can be that is no part of the story."""
MOST_PROSE = {NAVIGATION: 0.5, NOTICE: 0.5, COMMENTS: 0.8, ASIDE: 0.5, OTHER: 0.3}
"""Share of a page's prose that may be marked with one word; a word that more is marked with
means something else on that page."""

_TAGS = frozenset("nav footer form dialog menu amp-consent amp-sidebar amp-ad amp-embed".split())
_ROLES = frozenset("navigation search dialog alertdialog contentinfo complementary menu".split())
_HIDDEN_STYLE = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MARKS = {
    NAVIGATION: "nav navigation navbar menu breadcrumb breadcrumbs toolbar pagination",
    NOTICE: "cookie cookies consent gdpr cmp onetrust didomi",
    OFFER: "paywall barrier regwall piano subscribe subscription tout",
    OTHER: "ad ads advert advertisement advertising sponsor sponsored promo promotion taboola"
    " outbrain mgid criteo newsletter signup related relatedposts jp recommended recommendations"
    " recirculation recirc trending popular teaser teasers share sharing sharedaddy social"
    " caption tags noprint widget bio sidebar",
    COMMENTS: "comment comments disqus discussion",
}
_MARKED = {word: kind for kind, words in _MARKS.items() for word in words.split()}
_PAIRS = re.compile(
    r"(?:most|more)-(?:read|viewed|popular|on|news|stories)|read-(?:next|also|more)|also-read"
    r"|next-(?:story|stories|article)|author-(?:box|bio|card|info)|(?:bottom|end)-of-(?:article|story)"
    r"|hide-(?:for-)?print|no-print|sign-up|rich-link|message-box"
)

_NOTICE_WORDS = (
    r"cookies?", r"consent", r"privacy", r"partners", r"personal data", r"legitimate interests?",
    r"advertis\w+", r"(?:accept|agree|refuse|reject)", r"settings|preferences", r"your device",
    r"datenschutz", r"einwilligung", r"confidentialité", r"privacidad",
)  # fmt: skip
_OFFER_WORDS = (
    r"subscri(?:be|bers?|ption|ptions)\b|abonn\w+|s’abonner|suscr\w+", r"(?:log|sign) ?in",
    r"unlimited access|without limits|unlock|full access", r"free trial|start your trial|\d+-day",
    r"(?:keep|continue|go on) reading|read on|rest of this (?:article|story)",
    r"cancel (?:at any ?time|any ?time|whenever)", r"(?:a|per) (?:month|week|year)\b|for 1\b",
    r"already a (?:subscriber|member)", r"create an account|register",
    r"support (?:our|independent|quality) journalism|become a (?:member|supporter)",
    r"last free (?:article|story)|free articles?", r"newsletter|(?:evening|morning) letter",
    r"inbox|by email", r"sign up|enter your (?:e-?mail|address)",
)  # fmt: skip


def _count(words: Iterable[str]) -> re.Pattern[str]:
    parts = "|".join(f"(?P<w{at}>{word})" for at, word in enumerate(words))
    return re.compile(rf"\b(?:{parts})", re.IGNORECASE)


_NOTICE, _OFFER = _count(_NOTICE_WORDS), _count(_OFFER_WORDS)
_WALL = re.compile(
    r"\b(?:(?:keep|continue|go on) reading|read on|unlock|(?:rest|remainder) of (?:this|the)"
    r" (?:article|story)|subscribers? only|(?:only )?for (?:our )?(?:subscribers|members)"
    r"|to (?:read|continue)|(?:free|full|whole) (?:article|story)s?)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\W*(?:advert(?:isement)?|anzeige|werbung|publicité|publicidad|sponsored(?: content)?"
    r"|(?:article|story) continues(?: below)?(?: (?:this )?advert(?:isement)?)?|scroll to continue"
    r"|share(?: this(?: article| story)?)?|(?:re)?tweet|print|copy link|save)\W*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Block:
    """One block of a page, with the element that it stands in."""

    element: HtmlElement
    lines: list[Line]
    prose: int = 0  # its characters, if it is prose
    held: int = 0  # those of them that trafilatura found too
    kind: str = ""  # what the marks around it say that it is, if it is not the story's
    beside: HtmlElement | None = None  # what the element so marked stood in

    @property
    def text(self) -> str:
        """Its words."""
        return " ".join(line.text for line in self.lines)

    @property
    def linked(self) -> bool:
        """Whether all of it is a link."""
        return all(line.linked for line in self.lines)

    @property
    def heading(self) -> int:
        """1 to 6 for a heading."""
        return self.lines[0].heading


def read_blocks(tree: HtmlElement) -> list[Block]:
    """The blocks of a page in their order."""
    blocks = [Block(element, lines) for element, lines in markup.placed(tree)]
    for block in blocks:
        text = block.text
        long = LEAST_PROSE if not is_open(text) else LONG
        if len(text) >= long and not (block.linked or block.heading):
            block.prose = len(text)
    return blocks


def upwards(element: HtmlElement) -> Iterator[HtmlElement]:
    """An element and those around it."""
    yield element
    yield from element.iterancestors()


def sums(tree: HtmlElement, own: Iterable[tuple[HtmlElement, int]]) -> Counter[HtmlElement]:
    """For each element, the numbers of all blocks in it together."""
    found: Counter[HtmlElement] = Counter()
    for element, number in own:
        found[element] += number
    for element in reversed(list(tree.iter())):
        if found[element] and (parent := element.getparent()) is not None:
            found[parent] += found[element]
    return found


def asks_consent(text: str) -> bool:
    """Whether a paragraph asks for consent to cookies: it has three words of such notices."""
    return _different(_NOTICE, text) >= 3


def is_offer(text: str) -> bool:
    """Whether a paragraph offers a subscription or a newsletter: it has two words of offers."""
    return len(text) < 1_000 and _different(_OFFER, text) >= 2


def is_wall(text: str) -> bool:
    """Whether an offer says that the rest of the story is only for who takes it."""
    return bool(_WALL.search(text[:1_000]))


def is_label(text: str) -> bool:
    """Whether a line is only the label of an advertisement or of a button."""
    return len(text) < 60 and bool(_LABEL.fullmatch(text))


def _different(pattern: re.Pattern[str], text: str) -> int:
    return len({match.lastgroup for match in pattern.finditer(text[:3_000])})


def _marked(element: HtmlElement) -> tuple[str, str]:
    """What the marks of an element say that it is, and the mark; empty where they say nothing."""
    tag = str(element.tag)
    if tag in _TAGS:
        return NAVIGATION, tag
    if element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return HIDDEN, ""
    if _HIDDEN_STYLE.search(element.get("style") or ""):
        return HIDDEN, ""
    if element.get("role") in _ROLES:
        return NAVIGATION, "role"
    names = " ".join(element.get(name) or "" for name in ("id", "class", "data-qa"))
    words = [word.lower() for word in _WORD.findall(names)]
    found = [(_MARKED[word], word) for word in words if word in _MARKED]
    if pair := _PAIRS.search("-".join(words)):
        found.append((OTHER, pair[0]))
    if tag == "aside":
        found.append((ASIDE, tag))
    # What is paid for is marked with the same words as the offer: any other mark is surer.
    return next((mark for mark in found if mark[0] != OFFER), found[0] if found else ("", ""))


def mark(tree: HtmlElement, blocks: Sequence[Block], own: frozenset[HtmlElement]) -> None:
    """Say of each block whether it is foreign, and take the foreign elements off the tree.

    `own` are the elements that hold the headline.
    """
    found = _foreign(tree, blocks, own)
    tops = {element: top for top in found for element in top.iter()}
    cards = _cards(blocks, own)
    for block in blocks:
        top = tops.get(block.element)
        if top is not None:
            block.kind, block.beside = found[top], top.getparent()
        elif block.element in cards:
            block.kind = OTHER
    for element in found:
        if element.getparent() is not None:
            element.drop_tree()


def _foreign(
    tree: HtmlElement, blocks: Sequence[Block], own: frozenset[HtmlElement]
) -> dict[HtmlElement, str]:
    """The outermost elements that are no part of the story, each with what it is."""
    prose = sums(tree, ((block.element, block.prose) for block in blocks))
    notices = sums(tree, ((b.element, b.prose) for b in blocks if asks_consent(b.text)))
    offers = sums(tree, ((b.element, b.prose) for b in blocks if is_offer(b.text)))
    marks = {e: _marked(e) for e in tree.iter() if e not in own and isinstance(e.tag, str)}
    trusted = _trusted(tree, marks, prose)
    in_article = any(element.tag == "article" for element in own)
    found: dict[HtmlElement, str] = {}
    waiting = [tree]
    while waiting:
        element = waiting.pop()
        kind, word = marks.get(element, ("", ""))
        held = prose[element]
        offered = kind == OFFER and (not held or offers[element] * 2 > held)
        if element in own:
            kind = ""
        elif in_article and element.tag == "article" and element.find(".//h1") is not None:
            kind = OTHER  # pages that never end go on with other stories
        elif held and notices[element] * 2 > held:
            kind = NOTICE
        elif not offered and kind != HIDDEN and (kind, word) not in trusted:
            kind = ""
        if kind:
            found[element] = kind
        else:
            waiting += list(element)
    return found


def _trusted(
    tree: HtmlElement,
    marks: dict[HtmlElement, tuple[str, str]],
    prose: Counter[HtmlElement],
) -> set[tuple[str, str]]:
    """The marks that mean here what they mean elsewhere: not too much prose stands in them."""
    held: Counter[tuple[str, str]] = Counter()
    for element, mark in marks.items():
        if mark[0] and all(marks.get(outer) != mark for outer in element.iterancestors()):
            held[mark] += prose[element]
    whole = prose[tree]
    return {mark for mark, size in held.items() if size <= MOST_PROSE.get(mark[0], 1) * whole}


def _cards(blocks: Sequence[Block], own: frozenset[HtmlElement]) -> set[HtmlElement]:
    """What is in the small elements whose heading is a link: each points to another story."""
    cards: dict[HtmlElement, bool] = {}
    for block in blocks:
        links = [link for line in block.lines for link in line.links]
        if not (block.heading and block.linked) or all(link.startswith("#") for link in links):
            continue
        parent = block.element.getparent()
        if parent is not None and parent not in own and parent not in cards:
            cards[parent] = len(parent.text_content()) < SMALL
    return {element for card, small in cards.items() if small for element in card.iter()}
