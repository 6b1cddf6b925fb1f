"""What other programs can ask of the page's server: the functions behind its API and MCP tools.

Their signatures, types and docstrings are what the API's page and an MCP client show,
so they are written for whoever reads those. Nothing here knows how they are served.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from index.errors import BadRequest
from index.records import Card
from rag.cli.terminal import card_dict
from rag.page.archive import Filter
from rag.page.conversation import Exchange
from rag.page.shelf import Settings, Shelf
from rag.page.waiting import Turnstile
from rag.records import Turn, iso

MOST = 200
"""Articles that one call lists at most."""


class Programs:
    """The functions, over what is on the shelf; questions take turns with those of the page."""

    def __init__(self, shelf: Shelf, turnstile: Turnstile) -> None:
        self._shelf = shelf
        self._turnstile = turnstile

    def ask(
        self,
        question: str,
        since: str = "",
        until: str = "",
        history: list[dict[str, Any]] | None = None,
        index: str = "",
        reader: str = "",
    ) -> Iterator[dict[str, Any]]:
        """Answer a question, or decline; the arguments are those of the endpoint."""
        settings = self._settings(index)
        turns = [_turn(one) for one in history or ()]
        exchange = Exchange(question, since or None, until or None)
        with self._turnstile.queued(reader or exchange.ticket) as place:
            ahead = None
            while (ahead := self._turnstile.ahead(place, ahead)) > 0:
                yield partial(exchange.waiting(ahead))
            stream = self._shelf.assistant(settings).stream(
                question, turns, since or None, until or None
            )
            for event in stream:
                exchange = exchange.after(event)
                yield event.answer.to_dict() if event.answer else partial(exchange)

    def search_articles(
        self,
        query: str = "",
        outlet: str = "",
        since: str = "",
        until: str = "",
        limit: int = 20,
        index: str = "",
    ) -> list[dict[str, Any]]:
        """List or search the articles; the arguments are those of the endpoint."""
        if not 0 < limit <= MOST:
            raise BadRequest(f"limit is {limit}; ask for 1 to {MOST} articles.")
        self._settings(index)
        cards = self._shelf.archive(index).cards(Filter.of(query, outlet, since, until))
        return [card_dict(card) for card in cards[:limit]]

    def show_article(self, article_id: str, index: str = "") -> dict[str, Any]:
        """One article with its text; the arguments are those of the endpoint."""
        self._settings(index)
        archive = self._shelf.archive(index)
        article = archive.article(article_id)
        return {
            "id": article.id,
            "title": article.title,
            "publisher": article.publisher,
            "published": iso(article.published),
            "authors": list(article.authors),
            "url": article.url,
            "text": article.text,
            "also_in": [_name(card) for card in archive.copies(article_id)],
        }

    def _settings(self, index: str) -> Settings:
        if index and index not in self._shelf.indexes:
            offered = ", ".join(self._shelf.indexes)
            raise BadRequest(f"There is no index {index!r} here. There is: {offered}.")
        return self._shelf.settings({"index": index})


def partial(exchange: Exchange) -> dict[str, Any]:
    """As much of an answer as has come, in the shape of the whole, with what is being done."""
    return {
        "question": exchange.question,
        "understood": exchange.understood or exchange.question,
        "status": exchange.status,
        "short": exchange.short,
        "sentences": [sentence.to_dict() for sentence in exchange.sentences],
        "citations": [citation.to_dict() for citation in exchange.citations],
    }


def _turn(given: dict[str, Any]) -> Turn:
    try:
        return Turn(
            str(given["question"]),
            str(given["answer"]),
            str(given.get("understood") or ""),
            given.get("refused") is True,
        )
    except (KeyError, TypeError):
        raise BadRequest(
            'history is a list of earlier exchanges: [{"question": "...", "answer": "..."}].'
        ) from None


def _name(card: Card) -> str:
    return card.publisher or card.title or card.article_id
