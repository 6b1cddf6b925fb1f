"""What is known of articles, as every store tells it from the rows that it has of them."""

from __future__ import annotations

import datetime as dt
import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager

from index.errors import UnknownArticle
from index.records import Article, Card
from index.schema import Row, article_from_row, bindable, card_from_row


class Cards(ABC):
    """The part of a `View` that is about articles and not about what is in them."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Cards]:
        """One state, for several calls that must agree with one another."""

    @abstractmethod
    def rows(self, *, searched: bool, **where: str) -> Iterable[Row]:
        """The rows of articles that are searched, or of earlier versions, by some of their values.

        A row has the columns of `schema.ARTICLE_COLUMNS` but for the text, those of
        `schema.CARD_COLUMNS`, and its `url_key`.
        """

    @abstractmethod
    def text_of(self, row: Row) -> str:
        """The text of an article."""

    def articles(self) -> list[Card]:
        """Every article that is searched, the latest first; those without a date last."""
        cards = sorted(map(card_from_row, self.rows(searched=True)), key=lambda c: c.article_id)
        return sorted(cards, key=lambda card: card.published or dt.date.min, reverse=True)

    def earlier(self, successor: str | None = None) -> list[Card]:
        """The versions that later ones have superseded, or one of them, the latest first.

        They are kept to be read, and no search finds them.
        """
        where = {} if successor is None else {"superseded_by": successor}
        rows = sorted(self.rows(searched=False, **where), key=lambda row: str(row["id"]))
        rows.sort(key=lambda row: (row["published"] or "", row["as_of"] or ""), reverse=True)
        return [card_from_row(row) for row in rows]

    def copies(self, origin: str) -> list[Card]:
        """The articles that share an origin, the earliest first; the origin is among them."""
        return sorted(map(card_from_row, self.rows(searched=True, origin=origin)), key=_earliest)

    def claimants(self, article_id: str) -> list[Card]:
        """The articles of other origins that claim an article's address, the earliest first."""
        with self.snapshot() as view:
            for own in view.rows(searched=True, id=article_id):
                rows = view.rows(searched=True, url_key=own["url_key"]) if own["url_key"] else ()
                others = (row for row in rows if row["origin"] != own["origin"])
                return sorted(map(card_from_row, others), key=_earliest)
        return []

    def row(self, article_id: str) -> Row:
        """The row of an article or an earlier version.

        Raises:
            UnknownArticle: no article has that id; the message names the ids most like it.
        """
        with self.snapshot() as view:
            for searched in (True, False):
                for row in view.rows(searched=searched, id=article_id):
                    return row
            raise view.unknown(article_id)

    def unknown(self, article_id: str) -> UnknownArticle:
        """The error for an id that no article has; it names those most like it."""
        with self.snapshot() as view:
            every = [*view.rows(searched=True), *view.rows(searched=False)]
        article_id = bindable(article_id)
        ids = sorted(row["id"] for row in every)
        close = difflib.get_close_matches(article_id, ids, n=3, cutoff=0.5)
        hint = (
            f"Did you mean {' or '.join(close)}?"
            if close
            else "See the ids with: byline list, and the same --index"
        )
        return UnknownArticle(f"No article has the id {article_id}. {hint}")

    def card(self, article_id: str) -> Card:
        """What is known of an article or an earlier version, without its text.

        Raises:
            UnknownArticle: no article has that id.
        """
        return card_from_row(self.row(article_id))

    def article(self, article_id: str) -> Article:
        """An article or an earlier version as it was stored.

        Raises:
            UnknownArticle: no article has that id.
        """
        with self.snapshot() as view:
            row = view.row(article_id)
            return article_from_row({**row, "text": view.text_of(row)})


def _earliest(card: Card) -> tuple[bool, dt.date, str]:
    return card.published is None, card.published or dt.date.min, card.article_id
