"""The functions of `rag.page.programs` as named endpoints of Gradio's API, and as MCP tools.

Gradio reads types from the annotations and the rest from the docstrings, so both are
written for the programmer, or the model, that calls. The annotations must be types and
not text: this module has no ``from __future__ import annotations``. Gradio is heavy:
import this only where a page is made.
"""

from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.events import api

from index.errors import BylineError
from rag.page.programs import Programs

P = ParamSpec("P")
T = TypeVar("T")


def offer(programs: Programs, readers: int) -> None:
    """Add the endpoints to the page that is being built; so many readers may be in line."""
    _offer_asking(programs, readers)
    _offer_articles(programs)


def _offer_asking(programs: Programs, readers: int) -> None:
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
            since: Leave out what was published before this day, as 2024-12-07.
            until: Leave out what was published after this day, as 2024-12-07.
            history: Earlier exchanges, oldest first, each with a "question" and an "answer", and
                with "understood" and "refused" as its answer gave them.
            index: The name of the archive; the first one if it is left out.
        """
        reader = request.session_hash or ""
        try:
            yield from programs.ask(question, since, until, history, index, reader)
        except BylineError as error:
            raise gr.Error(str(error), print_exception=False) from error

    ask.__annotations__["return"] = dict[str, Any]  # of what it yields, as the API shows it
    api(ask, api_name="ask", concurrency_limit=readers, concurrency_id="asking")


def _offer_articles(programs: Programs) -> None:
    from gradio.events import api

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
            query: Words to look for, best match first; if it is left out, the latest come first.
            outlet: Only articles of this outlet, by its exact name.
            since: Only articles of this day or later, as 2024-12-07.
            until: Only articles of this day or earlier, as 2024-12-07.
            limit: How many to list, 1 to 200.
            index: The name of the archive; the first one if it is left out.
        """
        return told(programs.search_articles, query, outlet, since, until, limit, index)

    def show_article(article_id: str, index: str = "") -> dict[str, Any]:
        """Read one article: its text, its headline and where and when it was published.

        Args:
            article_id: Its "id" in a list of articles, or "article_id" in a citation.
            index: The name of the archive; the first one if it is left out.
        """
        return told(programs.show_article, article_id, index)

    api(search_articles, api_name="search_articles", queue=False)
    api(show_article, api_name="show_article", queue=False)


def told(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call, and tell the caller of an error that is written for users."""
    try:
        return call(*args, **kwargs)
    except BylineError as error:
        raise gr.Error(str(error), print_exception=False) from error
