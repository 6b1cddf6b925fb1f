"""The posts of a live blog: each keeps its time, and the newest stands first."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from index.dates import parse_moment
from index.formats.boilerplate import Block, upwards

if TYPE_CHECKING:
    from lxml.html import HtmlElement

FEWEST_POSTS, MOST_POSTS = 2, 2_000
LEAST_SHARE = 0.5
"""Of the story's prose; where posts hold less, times stand in it for another reason."""
_WRITTEN = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)")
_SHOWN = re.compile(r"(?:[01]?\d|2[0-3])[:.h][0-5]\d")
_NO_TIME = dt.datetime.min.replace(tzinfo=dt.UTC)


def in_order(story: Sequence[Block]) -> list[Block]:
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
    held: dict[HtmlElement, int] = {}
    for element in chain(*map(upwards, times)):
        held[element] = held.get(element, 0) + 1
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
