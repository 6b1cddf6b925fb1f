"""What happens when: the events of the page, and what each reads and changes.

Gradio is heavy: import this only where a page is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr

from index.errors import BadRequest, BylineError, IndexMissing, UnknownArticle
from index.records import Progress, Report, Span
from rag.page import exporting, layout, reading, rendering
from rag.page.archive import Filter
from rag.page.conversation import Conversation
from rag.page.desk import Desk, View, cited
from rag.page.layout import Parts
from rag.page.shelf import Settings

READERS = 64
"""Questions that may be in line; what comes after them is told that the queue is full."""
BROKEN = (
    "Reading stopped at an error in Byline itself, which is written where it was started. "
    "What was read before it is in the archive; add the files again to go on."
)
IN_TURN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**IN_TURN, "queue": False}


class Wiring:
    """The events' functions, over one desk."""

    def __init__(self, parts: Parts, desk: Desk, demo: Path | None) -> None:
        self.parts = parts
        self.desk = desk
        self.demo = demo

    def wire(self, page: gr.Blocks) -> None:
        """Connect everything."""
        self._wire_asking()
        self._wire_taking_away()
        self._wire_reader()
        self._wire_archive()
        self._wire_settings(page)

    def _wire_asking(self) -> None:
        ask, chosen = self.parts.asking, self.parts.chosen
        picked = ask.examples.click(_first, ask.examples, ask.question, **AT_ONCE)
        again = ask.retry.click(_last, ask.conversation, [ask.question, ask.instead], **AT_ONCE)
        wider = self.parts.reader.again(
            self.widen,
            ask.conversation,
            [chosen.since, chosen.until, ask.question, ask.instead],
            **AT_ONCE,
        )
        wider.then(self.remember, chosen.values, chosen.memory, **AT_ONCE)
        for begin in (ask.question.submit, picked.then, again.then, wider.then):
            answered = begin(
                self.answer,
                [ask.question, ask.conversation, ask.instead, *chosen.values],
                [*ask.shown, ask.question, ask.instead],
                concurrency_limit=READERS,
                concurrency_id="asking",
                **IN_TURN,
            )
            answered.failure(
                self.fail, [ask.conversation, *chosen.values], ask.shown, **AT_ONCE
            ).then(_free, None, ask.question, **AT_ONCE)
            answered.then(self.desk.keep, [ask.conversation, ask.kept], ask.kept, **AT_ONCE)
        ask.edit.click(_edit, ask.conversation, [ask.question, ask.instead], **AT_ONCE)
        # Gradio can cancel an event by itself, but then confuses it with the next one.
        ask.question.stop(self.stop, ask.conversation, ask.question, **AT_ONCE)
        for leave in (self.parts.fresh.click, ask.chat.clear):
            leave(self.desk.clear, ask.conversation, ask.shown, **AT_ONCE).then(
                self.desk.keep, [ask.conversation, ask.kept], ask.kept, **AT_ONCE
            )

    def answer(
        self, question: str, conversation: Conversation, instead: bool, *chosen: Any
    ) -> Iterator[Any]:
        """Take a question down and stream its answer."""
        settings = self._settings(chosen)
        begun = self.desk.begin(question, conversation, settings, instead)
        if not question.strip():
            yield (*begun, _free(), instead)
            return
        yield (*begun, _busy(), False)
        for view in self.desk.answer(begun.conversation, settings):
            yield (*view, _same(), False)
        yield (*[_same()] * len(begun), _free(), False)

    def fail(self, conversation: Conversation, *chosen: Any) -> Any:
        """Close what a bug cut short."""
        return self.desk.fail(conversation, self._settings(chosen))

    def stop(self, conversation: Conversation) -> Any:
        """Have the answer end, or free the question's box if it is over."""
        stopped = self.desk.stop(conversation)
        return gr.update(stop_btn="Stopping …") if stopped else _free()

    def widen(self, conversation: Conversation, event: gr.EventData) -> Any:
        """Other dates, and the last question, to be asked again."""
        whole = str(event.address) == "#ask-dateless"
        return *self.desk.window(conversation, whole), *_last(conversation)

    def _wire_taking_away(self) -> None:
        ask = self.parts.asking
        copy = "(text) => window.byline.copy(text, 'byline-copy')"
        ask.copy.click(None, ask.text, None, js=copy, **AT_ONCE)
        kinds: list[tuple[Any, Callable[[Conversation], str], str, str]] = [
            (ask.as_markdown, exporting.markdown, "byline.md", "text/markdown"),
            (ask.as_html, exporting.page, "byline.html", "text/html"),
        ]
        for button, made, name, kind in kinds:
            save = f"(text) => window.byline.save(text, '{name}', '{kind}')"
            export = button.click(made, ask.conversation, ask.export, **AT_ONCE)
            export.then(None, ask.export, None, js=save, **AT_ONCE)

    def _wire_reader(self) -> None:
        parts = self.parts
        read = [parts.asking.conversation, parts.chosen.index]
        parts.reader.open(self.read, read, parts.reader, **AT_ONCE)
        parts.reader.remove(
            self.remove, parts.chosen.index, [parts.reader, parts.shelved.report], **AT_ONCE
        ).then(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)

    def read(self, conversation: Conversation, index: str, event: gr.EventData) -> str:
        """The article that a link leads to, at the passage if it is a citation's."""
        kind, _, rest = str(event.address).removeprefix("#").partition("-")
        if kind == "article":
            return self._article(index, unquote(rest))
        turn, _, number = rest.partition("-")
        found = cited(conversation, int(turn), int(number)) if number.isdecimal() else None
        if found is None:
            return reading.gone()
        article_id, start, end, words = found
        return self._article(index, article_id, Span(start, end), words)

    def _article(self, index: str, article_id: str, at: Span | None = None, words: str = "") -> str:
        archive = self.desk.shelf.archive(index)
        try:
            article = archive.article(article_id)
            claimants = archive.claimants(article_id)
            return reading.reader(article, archive.copies(article_id), at, words, claimants)
        except (UnknownArticle, IndexMissing):
            return reading.gone(words)

    def remove(self, index: str, event: gr.EventData) -> tuple[str, str]:
        """Take an article out of the archive, and close it."""
        try:
            title = self.desk.shelf.archive(index).remove(str(event.article))
        except BylineError as error:
            return "", reading.trouble(str(error))
        return "", reading.said(f"Removed “{title}”.")

    @property
    def _list_inputs(self) -> list[Any]:
        shelved = self.parts.shelved
        return [self.parts.chosen.index, shelved.limit, *shelved.filters]

    @property
    def _refreshed(self) -> list[Any]:
        asking, shelved = self.parts.asking, self.parts.shelved
        listed = [shelved.listing, shelved.more]
        return [*listed, shelved.picture, shelved.outlet, self.parts.about,
                asking.welcome, asking.examples]  # fmt: skip

    def _wire_archive(self) -> None:
        shelved, index = self.parts.shelved, self.parts.chosen.index
        listed = [shelved.listing, shelved.more]
        for field in (shelved.words.submit, shelved.words.blur, shelved.outlet.change,
                      shelved.since.submit, shelved.since.blur,
                      shelved.until.submit, shelved.until.blur):  # fmt: skip
            field(self.list_articles, self._list_inputs, listed, **AT_ONCE)
        shelved.more.click(_more, shelved.limit, shelved.limit, **AT_ONCE).then(
            self.list_articles, self._list_inputs, listed, **AT_ONCE
        )
        busy = {"concurrency_limit": 1, "concurrency_id": "archive", **IN_TURN}
        added = shelved.upload.upload(
            self.add,
            [shelved.upload, index],
            [shelved.report, shelved.upload, *shelved.filters],
            **busy,
        )
        demo = self.parts.asking.demo
        taken = demo.click(self.take_demo, index, [shelved.report, demo], **busy)
        for done in (added, taken):
            done.failure(_broken, None, [shelved.report, shelved.upload, demo], **AT_ONCE)
            done.then(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)

    def list_articles(self, index: str, limit: int, *filters: str | None) -> Any:
        """The articles that pass the filters, and whether there are more."""
        try:
            cards = self.desk.shelf.archive(index).cards(Filter.of(*filters))
        except BadRequest as error:
            return reading.trouble(str(error)), gr.update(visible=False)
        shown = reading.listing(cards, limit, any(filters))
        return shown, gr.update(visible=len(cards) > limit)

    def refresh(self, index: str, limit: int, *filters: str | None) -> Any:
        """All that shows what the archive holds."""
        cards = self.desk.shelf.archive(index).cards()
        examples = rendering.example_questions(cards)
        return (
            *self.list_articles(index, limit, *filters),
            reading.picture(cards),
            gr.update(choices=layout.outlets(cards)),
            layout.heading(cards),
            gr.update(visible=not cards),
            gr.update(samples=[[one] for one in examples], sample_labels=examples,
                      visible=bool(examples)),
        )  # fmt: skip

    def add(self, files: Sequence[str], index: str) -> Iterator[Any]:
        """Take uploads in, telling how far it has come; filters that could hide them go."""
        paths = [Path(str(one)) for one in files or ()]
        filters = self.parts.shelved.filters
        for shown in told(self.desk.shelf.archive(index).add(paths)):
            yield shown, _same(), *(_same() for _ in filters)
        yield _same(), gr.update(value=None), *(gr.update(value="") for _ in filters)

    def take_demo(self, index: str) -> Iterator[Any]:
        """Take the demo archive in, telling on its button how far it has come."""
        assert self.demo is not None
        yield _same(), gr.update(value="Reading the demo archive …", interactive=False)
        for shown in told(self.desk.shelf.archive(index).read([self.demo])):
            yield shown, _same()
        yield _same(), _offered()

    def _wire_settings(self, page: gr.Blocks) -> None:
        chosen = self.parts.chosen
        # By hand alone: a change is also what fills the fields with what was remembered.
        for field in chosen.values:
            field.input(self.remember, chosen.values, chosen.memory, **AT_ONCE)
        chosen.index.change(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)
        page.load(self.recall, chosen.memory, chosen.values, **AT_ONCE).then(
            self.refresh, self._list_inputs, self._refreshed, **AT_ONCE
        )
        asking = self.parts.asking
        page.load(self.come_back, asking.kept, asking.shown, **AT_ONCE)

    def come_back(self, name: str) -> Any:
        """The conversation that the browser left; an empty page stays as it is."""
        conversation = self.desk.kept(name)
        return self.desk.view(conversation) if conversation else [_same() for _ in View._fields]

    def remember(self, *chosen: Any) -> dict[str, Any]:
        """The settings, for the browser to keep."""
        return asdict(self._settings(chosen))

    def recall(self, stored: Any) -> tuple[Any, ...]:
        """The settings that the browser kept, as far as they are still on offer.

        Without any the fields stay as they are: the reader may be typing already.
        """
        if not stored:
            return tuple(_same() for _ in self.parts.chosen.values)
        return tuple(asdict(self.desk.shelf.settings(stored)).values())

    def _settings(self, chosen: Sequence[Any]) -> Settings:
        names = [field.name for field in fields(Settings)]
        return self.desk.shelf.settings(dict(zip(names, chosen, strict=True)))


def told(events: Iterator[Progress | Report]) -> Iterator[str]:
    """What to show of an ingest after each of its events; trouble is shown, not raised."""
    counts: Counter[str] = Counter()
    stored: list[Progress] = []
    yield reading.progress(counts, None)
    try:
        for event in events:
            if isinstance(event, Report):
                yield reading.report(event, stored)
                continue
            counts[event.kind] += 1
            if event.kind in ("added", "updated"):
                stored.append(event)
            yield reading.progress(counts, event)
    except BylineError as error:
        yield reading.trouble(str(error))


def _broken() -> Any:
    """What a bug leaves of an upload or of the demo: a word of it, and both to be tried again."""
    return reading.trouble(BROKEN), gr.update(value=None), _offered()


def _offered() -> Any:
    return gr.update(value=layout.DEMO, interactive=True)


def _first(sample: list[str]) -> str:
    return sample[0]


def _last(conversation: Conversation) -> tuple[str, bool]:
    """The last question, to be asked in the place of itself."""
    return (conversation[-1].question, True) if conversation else ("", False)


def _more(limit: int) -> int:
    return limit + reading.SHOWN


def _same() -> Any:
    return gr.skip()


def _edit(conversation: Conversation) -> Any:
    question, instead = _last(conversation)
    return gr.update(value=question, submit_btn="Ask instead"), instead


def _busy() -> Any:
    return gr.update(value="", interactive=False, submit_btn=False, stop_btn="Stop")


def _free() -> Any:
    return gr.update(interactive=True, submit_btn="Ask", stop_btn=False)
