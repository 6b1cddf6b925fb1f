"""What follows when an article comes or goes: which version is searched, who is a copy of whom.

The rules stand in `index.versions` and `index.duplicates`. A store tells here what it holds in
the midst of one change, and does what comes of it, so that all stores decide alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from index import duplicates, versions
from index.duplicates import Member
from index.versions import Version

Links = tuple[set[int], set[int]]
"""Keys of the texts that a text is a copy of, and of those that it differs from."""


Address = Any
"""A page's address, as a store keys it."""


class Linking(ABC):
    """The articles of a store during one change; texts go by their `duplicates.text_key`."""

    def __init__(self) -> None:
        self._touched: set[int] = set()

    def arrived(self, key: int, text: str, signature: bytes) -> None:
        """Link a text of which an article has just come to be searched."""
        self._touched.add(key)
        if not signature or self.held(key) > 1:
            return
        for other, minhash in self.near(key, signature):
            if other == key or not duplicates.promising(signature, minhash):
                continue
            if relation := duplicates.relation(text, self.text(other)):
                self.join(key, other, differ=relation == "differ")

    def left(self, key: int, signature: bytes) -> None:
        """Note that an article with a text is not searched any more."""
        self._touched |= {key} if self.held(key) else self.part(key, signature)

    def touch(self, key: int) -> None:
        """Note that an article with a text is described anew."""
        self._touched.add(key)

    def settle(self, addresses: Iterable[Address]) -> bool:
        """Search the latest version at each address and no other; whether any came or went."""
        moved = False
        for address in addresses:
            crowded = versions.is_crowded(self.text_keys_at(address))
            found = self.versions_at(address, superseded=crowded)
            later = {} if crowded else versions.superseded(found)
            for version in found:
                successor = later.get(version.id, "")
                if successor == version.superseded_by:
                    continue
                self.move(version, successor)
                moved = moved or not (successor and version.superseded_by)
                signature = duplicates.signature(version.text)
                if not successor:
                    self.arrived(version.text_key, version.text, signature)
                elif not version.superseded_by:
                    self.left(version.text_key, signature)
        return moved

    def elect(self) -> None:
        """Give all articles that a change may have touched the origin of their group."""
        keys, looked = self._touched, set[int]()
        members: dict[str, tuple[Member, str]] = {}
        links: dict[int, Links] = {}
        while keys:
            found = list(self.members(keys))
            members |= {member.article_id: (member, origin) for member, origin in found}
            new = {member.text_key for member, _ in found} - links.keys()
            links |= {key: self.links(key) for key in new}
            looked |= keys | new
            keys = {other for key in new for other in links[key][0]} - looked
        origins = duplicates.origins(
            [member for member, _ in members.values()],
            *([(a, b) for a, each in links.items() for b in each[kind]] for kind in (0, 1)),
        )
        for member, origin in members.values():
            if origin != origins[member.text_key]:
                self.set_origin(member.article_id, origins[member.text_key])

    # --- what a store tells ---

    @abstractmethod
    def text_keys_at(self, address: Address) -> Collection[int]:
        """The texts of all articles and earlier versions at an address, as far as they matter."""

    @abstractmethod
    def versions_at(self, address: Address, *, superseded: bool) -> Sequence[Version]:
        """All that is at an address, or only the earlier versions, by id."""

    @abstractmethod
    def held(self, key: int) -> int:
        """How many articles with a text are searched."""

    @abstractmethod
    def near(self, key: int, signature: bytes) -> Sequence[tuple[int, bytes]]:
        """Key and signature of the texts that are searched and may be copies of one."""

    @abstractmethod
    def text(self, key: int) -> str:
        """A text that is searched."""

    @abstractmethod
    def links(self, key: int) -> Links:
        """What a text is linked to."""

    @abstractmethod
    def members(self, keys: Collection[int]) -> Iterable[tuple[Member, str]]:
        """The articles with some texts, and their origins; more of the same origins may be told."""

    # --- what a store does ---

    @abstractmethod
    def join(self, key: int, other: int, *, differ: bool) -> None:
        """Link two texts, as copies or as texts that differ."""

    @abstractmethod
    def part(self, key: int, signature: bytes) -> set[int]:
        """Forget a text that is searched no more; what it was linked to."""

    @abstractmethod
    def move(self, version: Version, successor: str) -> None:
        """Note what supersedes a version now: another than before, something, or nothing."""

    @abstractmethod
    def set_origin(self, article_id: str, origin: str) -> None:
        """Note the origin of an article."""
