"""What other programs can ask of the page's server: Gradio's API, and MCP tools.

Gradio shows a caller the signatures, types and docstrings of the functions that `offer` makes, so
these are written for the programmer, or the model, that calls. The annotations must be types and
not text: this module has no ``from __future__ import annotations``.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import gradio as gr
from gradio.events import api

from index.errors import BadRequest, BylineError
from index.records import Card
from rag.cli.terminal import card_dict
from rag.page.answering import Answers
from rag.page.archive import Archive, Filter
from rag.page.choices import Choices, Settings
from rag.page.conversation import Exchange
from rag.records import Turn, iso

MOST = 200
"""Articles that one call lists at most."""

T = TypeVar("T")


def offer(answers: Answers, readers: int) -> None:
    """Add the endpoints to the page that is being built; so many readers may be in line.

    Their questions take turns with those of the page.
    """
    choices = answers.choices

    def ask(  # noqa: D417
        question: str,
        request: gr.Request,  # Gradio's own; a caller does not see it
        since: str = "",
        until: str = "",
        history: list[dict[str, Any]] | None = None,
        index: str = "",
    ) -> Iterator[dict[str, Any]]:
        """Answer a question from the news archive, each sentence with the passage it rests on.

        Declines where the articles do not say it: then "refused" is true, and "refusal" says
        why and names the nearest headlines. Quote a citation's "quote" verbatim, and name its
        "publisher" and "published". While the answer is made, as much of it as there is comes in
        the same shape, with a "status".

        Args:
            question: In English, as a sentence.
            since: Leave out what was published before this day, month or year, as 2024-12-07.
            until: Leave out what was published after this day, month or year, as 2024-12.
            history: Earlier exchanges, oldest first, each with a "question" and an "answer", and
                with "understood" and "refused" as its answer gave them.
            index: The name of the archive; the first one if it is left out.
        """
        try:
            settings = _settings(choices, index)
            turns = [turn(one) for one in history or ()]
            asked = Exchange(question, since or None, until or None)
            for step in answers.steps(asked, turns, settings, request.session_hash or ""):
                yield step.answer.to_dict() if step.answer else _so_far(step)
        except BylineError as error:
            raise gr.Error(str(error), print_exception=False) from error

    def search_articles(
        query: str = "",
        outlet: str = "",
        since: str = "",
        until: str = "",
        limit: int = 20,
        index: str = "",
    ) -> list[dict[str, Any]]:
        """List the articles of the news archive, or search them by words.

        Args:
            query: Words that an article must have, best match first, or the latest without any.
                Also "exact phrases", displac*, AND, OR, NOT, brackets, author:, outlet:, title:,
                after:2024-12-01 and before:2024-12-31.
            outlet: Only articles of this outlet, by its exact name.
            since: Only articles of this day, month or year or later, as 2024-12-07.
            until: Only articles of this day, month or year or earlier, as 2024-12.
            limit: How many to list, 1 to 200.
            index: The name of the archive; the first one if it is left out.
        """
        only = (query, outlet, since, until)
        return _in_words(lambda: found(_archive(choices, index), only, limit))

    def show_article(article_id: str, index: str = "") -> dict[str, Any]:
        """Read one article: its text, its headline and where and when it was published.

        Args:
            article_id: Its "id" in a list of articles, or "article_id" in a citation.
            index: The name of the archive; the first one if it is left out.
        """
        return _in_words(lambda: shown(_archive(choices, index), article_id))

    ask.__annotations__["return"] = dict[str, Any]  # of what it yields, as the API shows it
    api(ask, api_name="ask", concurrency_limit=readers, concurrency_id="asking")
    api(search_articles, api_name="search_articles", queue=False)
    api(show_article, api_name="show_article", queue=False)


def found(
    archive: Archive, only: tuple[str, str, str, str], limit: int = 20
) -> list[dict[str, Any]]:
    """Articles as JSON: those that pass a `Filter` of words, outlet, first and last day."""
    if not 0 < limit <= MOST:
        raise BadRequest(f"limit is {limit}; ask for 1 to {MOST} articles.")
    return [card_dict(card) for card in archive.cards(Filter.of(*only))[:limit]]


def shown(archive: Archive, article_id: str) -> dict[str, Any]:
    """An article as JSON, with its text."""
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


def turn(given: dict[str, Any]) -> Turn:
    """An earlier exchange, as a caller gives it."""
    try:
        understood, refused = str(given.get("understood") or ""), given.get("refused") is True
        return Turn(str(given["question"]), str(given["answer"]), understood, refused)
    except (KeyError, TypeError):
        raise BadRequest(
            'history is a list of earlier exchanges: [{"question": "...", "answer": "..."}].'
        ) from None


def _so_far(exchange: Exchange) -> dict[str, Any]:
    """As much of an answer as has come, in the shape of the whole, with what is being done."""
    return {
        "question": exchange.question,
        "understood": exchange.understood or exchange.question,
        "status": exchange.status,
        "short": exchange.short,
        "sentences": [sentence.to_dict() for sentence in exchange.sentences],
        "citations": [citation.to_dict() for citation in exchange.citations],
    }


def _settings(choices: Choices, index: str) -> Settings:
    if index and index not in choices.indexes:
        offered = ", ".join(choices.indexes)
        raise BadRequest(f"There is no index {index!r} here. There is: {offered}.")
    return choices.settings({"index": index})


def _archive(choices: Choices, index: str) -> Archive:
    return choices.archive(_settings(choices, index).index)


def _in_words(call: Callable[[], T]) -> T:
    """Call, and tell the caller of an error that is written for users."""
    try:
        return call()
    except BylineError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _name(card: Card) -> str:
    return card.publisher or card.called
