"""The story of a page: trafilatura finds where it is, and all of that part is read.

trafilatura is sure of most paragraphs, but leaves out lists, what follows an
advertisement, and columns that are marked as something else. So what it finds only
says which part of the page around the headline holds the story; of that part every
paragraph, list and table is kept that is not marked as foreign. What was read is
then held against the visible prose of the page.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from index.dates import parse_moment
from index.formats import boilerplate, markup
from index.formats.articles import one_line
from index.formats.boilerplate import Block, sums, upwards
from index.lines import Line, is_notice
from index.paragraphs import unwrap

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_NESTED = 1_000_000  # depths of all elements of a page together
MOST_CHILDREN = 2_000
"""Elements inside one other. On larger pages trafilatura is not asked: it takes quadratic time."""
RUN = 4  # words in a row by which a block is found in what trafilatura found
MOST_FOUND = 0.8  # share of what trafilatura found that the story's part of the page holds
LEAST_KEPT = 0.6
"""Share of the prose of a page; where less was read, that is told. Of twenty pages that were read
whole, one has less."""
FEWEST_POSTS, MOST_POSTS = 2, 2_000  # of a live blog
LEAST_SHARE = 0.5
"""Of the story's prose; where posts hold less, times stand in it for another reason."""
_SHORT = frozenset(("p", "blockquote", "pre", "div", "td"))
"""Where a short line between two paragraphs is one of the story's."""
_LISTED = frozenset(("li", "dd", "dt", "tr", "td", "th"))
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)")
_SHOWN = re.compile(r"(?:[01]?\d|2[0-3])[:.h][0-5]\d")
_NO_TIME = dt.datetime.min.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Story:
    """What was read of a page, and what was not."""

    lines: list[Line]
    left_out: Sequence[str] = ()
    """The blocks of prose that were not read, though nothing says that they are something else."""
    kept: float = 1.0  # the share of such prose that was read
    walled: bool = False
    """Whether an offer was left out that says that there is more for who takes it."""


def read(tree: HtmlElement, titles: set[str], *, paid: bool = False) -> Story:
    """The story of a page that goes by some titles, in small letters. The tree is changed."""
    if not is_ordinary(tree):
        return Story(_longest(tree))
    _show_captions(tree)
    blocks = boilerplate.read_blocks(tree)
    headline = _headline(blocks, titles)
    own = frozenset(upwards(headline) if headline is not None else [tree])
    boilerplate.mark(tree, blocks, own)
    for element in own:
        if element.tag in ("aside", "form", "nav", "footer"):
            element.tag = "div"  # the story's own column, whatever it is called
    _find(tree, blocks)
    root = _root(tree, blocks, headline)
    within = set(root.iter())
    story = _chosen([block for block in blocks if block.element in within], headline)
    end = _before_offer(story, paid)
    return _measured(story[:end], story[end:], blocks, within)


def is_ordinary(tree: HtmlElement) -> bool:
    """Whether a page is built as pages are; on others trafilatura takes quadratic time."""
    from lxml.etree import iterwalk

    depth = nested = 0
    for event, element in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        nested += depth
        if nested > 2 * MOST_NESTED or len(element) > MOST_CHILDREN:
            return False
    return True


def _headline(blocks: Sequence[Block], titles: set[str]) -> HtmlElement | None:
    """The element with the headline: a heading with the page's title, else any, else its h1."""
    named = [block for block in blocks if one_line(block.text).casefold() in titles]
    named.sort(key=lambda block: (block.linked, block.heading or 7))
    if named and not named[0].linked:
        return named[0].element
    return next((block.element for block in blocks if block.heading == 1), None)


def _find(tree: HtmlElement, blocks: Sequence[Block]) -> None:
    """Note what of each block trafilatura finds too."""
    import trafilatura

    found = trafilatura.bare_extraction(tree, fast=True, include_comments=False)
    body = getattr(found, "body", None)
    if body is None:
        return
    runs = set(_runs(" ".join(body.itertext())))
    for block in blocks:
        if block.prose and not block.kind:
            own = list(_runs(block.text))
            block.held = block.prose * sum(run in runs for run in own) // len(own)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Each run of a few words of a text."""
    words = re.findall(r"\w+", text.casefold())
    yield from (tuple(words[at : at + RUN]) for at in range(max(1, len(words) - RUN + 1)))


def _root(tree: HtmlElement, blocks: Sequence[Block], headline: HtmlElement | None) -> HtmlElement:
    """The smallest element with the headline and most of what was found."""
    held = sums(tree, ((block.element, block.held) for block in blocks))
    if not held[tree]:
        held = sums(tree, ((block.element, block.prose) for block in blocks if not block.kind))
    most = MOST_FOUND * held[tree]
    if not most:
        return tree
    if headline is not None:
        return next((outer for outer in upwards(headline) if held[outer] >= most), tree)
    root = tree
    while (inner := next((part for part in root if held[part] >= most), None)) is not None:
        root = inner
    return root


def _chosen(blocks: Sequence[Block], headline: HtmlElement | None) -> list[Block]:
    """The blocks of the story, of those that stand in its part of the page."""
    places = [at for at, block in enumerate(blocks) if block.element is headline]
    after = blocks[places[0] :] if places else blocks
    own = [block for block in after if not (block.kind or _is_foreign(block))]
    prose = [at for at, block in enumerate(own) if block.prose]
    if not prose:
        return own
    kept = [
        block
        for at, block in enumerate(own)
        if (block.prose or block.heading or _is_listed(block))
        or (at < prose[0] and is_notice(block.text))
        or (prose[0] < at < prose[-1] and block.element.tag in _SHORT)
    ]
    while kept and kept[-1].heading:
        kept.pop()
    return kept


def _is_foreign(block: Block) -> bool:
    only_a_link = block.linked and not (block.held and _is_listed(block))
    return only_a_link or boilerplate.is_label(block.text)


def _is_listed(block: Block) -> bool:
    return any(element.tag in _LISTED for element in upwards(block.element))


def _before_offer(story: Sequence[Block], paid: bool) -> int:
    """The number of blocks before the offer at the end of a story.

    On a page that is not free, what stands around an offer is part of it.
    """
    offers = [at for at, block in enumerate(story) if boilerplate.is_offer(block.text)]
    around = {story[at].element.getparent() for at in offers}
    end = len(story)
    for at in range(len(story) - 1, -1, -1) if offers else ():
        beside = paid and at > offers[0] and story[at].element.getparent() in around
        if not (at in offers or beside or (story[at].heading and end < len(story))):
            break
        end = at
    return end


def _measured(
    story: Sequence[Block],
    offer: Sequence[Block],
    blocks: Sequence[Block],
    within: set[HtmlElement],
) -> Story:
    there = {id(block) for block in (*story, *offer)}
    beside = (boilerplate.ASIDE, boilerplate.HIDDEN)
    left_out = [
        block.text
        for block in blocks
        if block.prose
        and id(block) not in there
        and (not block.kind or (block.kind in beside and block.beside in within))
    ]
    kept = sum(block.prose for block in story)
    visible = kept + sum(map(len, left_out))
    offers = [*offer, *(block for block in blocks if block.kind == boilerplate.OFFER)]
    return Story(
        lines=unwrap([block.lines for block in _in_order(story)]),
        left_out=left_out,
        kept=kept / visible if visible else 1.0,
        walled=any(boilerplate.is_wall(block.text) for block in offers),
    )


# --- pages of other kinds ----------------------------------------------------------------------


def _show_captions(tree: HtmlElement) -> None:
    """Make paragraphs of captions where they say more than the paragraphs: in a gallery."""
    captions = list(tree.iter("figcaption"))
    said = sum(len(caption.text_content()) for caption in captions)
    if said > sum(len(paragraph.text_content()) for paragraph in tree.iter("p")):
        for caption in captions:
            caption.tag = "p"


def _longest(tree: HtmlElement) -> list[Line]:
    """The paragraphs of the longest part that is marked as the story, or else of all the page."""
    parts = max((list(tree.iter(tag)) for tag in ("article", "main", "body")), key=bool)
    longest = max(parts, key=lambda part: len(part.text_content()), default=tree)
    for element in list(longest.iter("nav", "aside", "footer", "form")):
        if element is not longest:
            element.drop_tree()
    return markup.paragraphs(longest)


# --- live blogs --------------------------------------------------------------------------------


def _in_order(story: Sequence[Block]) -> list[Block]:
    """The blocks of a story; those of a live blog by posts, each paragraph after its time.

    It is "18:30: …", the newest post's first. What stands before the posts and after them
    stays there. The blocks of a page that is no live blog are given back as they are.
    """
    times = _times(story)
    posts: dict[HtmlElement, list[Block]] = {}
    before: list[Block] = []
    after: list[Block] = []
    for block in story:
        post = next((element for element in upwards(block.element) if element in times), None)
        if post is not None:
            posts.setdefault(post, []).append(block)
        else:
            (after if posts else before).append(block)
    posts = {post: blocks for post, blocks in posts.items() if any(b.prose for b in blocks)}
    inside = sum(block.prose for block in chain(*posts.values()))
    if len(posts) < FEWEST_POSTS or inside < LEAST_SHARE * sum(block.prose for block in story):
        return list(story)
    newest = sorted(posts, key=lambda post: parse_moment(times[post]) or _NO_TIME, reverse=True)
    with_day = len({times[post][:10] for post in posts}) > 1
    timed = (_timed(posts[post], times[post], with_day) for post in newest)
    return [*before, *chain(*timed), *after]


def _times(story: Sequence[Block]) -> dict[HtmlElement, str]:
    """Posts, the largest elements that hold one time each, with the times as machines read them."""
    if not story:
        return {}
    root = story[0].element.getroottree().getroot()
    times = [time for time in root.iter("time") if _WRITTEN.match(time.get("datetime") or "")]
    if len(times) > MOST_POSTS:
        return {}
    held = Counter(chain(*map(upwards, times)))
    return {
        [element for element in upwards(time) if held[element] == 1][-1]: str(time.get("datetime"))
        for time in times
    }


def _timed(blocks: Sequence[Block], written: str, with_day: bool) -> Iterator[Block]:
    """The blocks of a post without the line that is its time; those of prose begin with it."""
    match = _WRITTEN.match(written)
    label = ", ".join(match.groups() if with_day else match.groups()[1:]) if match else written
    for block in blocks:
        first, *rest = block.lines
        if block.prose:
            first = replace(first, text=f"{label}: {first.text}")
        if not _SHOWN.fullmatch(block.text):
            yield replace(block, lines=[first, *rest])
