"""What happens when: the events of the page, and what each reads and changes.

Gradio is heavy: import this only where a page is made.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import gradio as gr

from index.errors import BadRequest, BylineError, IndexMissing, UnknownArticle
from index.records import Span
from rag.assistant import askable, dates
from rag.page import exporting, layout, listing, updates, views
from rag.page.answering import Answers, View
from rag.page.archive import Filter
from rag.page.choices import Settings
from rag.page.conversation import Conversation
from rag.page.layout import Parts
from rag.page.passages import NOTHING
from rag.page.suggesting import Suggesting
from rag.page.table_events import TableEvents

READERS = 64
"""Questions that may be in line; what comes after them is told that the queue is full."""
ABOUT = "What does the article “{}” say?"
IN_TURN: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
AT_ONCE: dict[str, Any] = {**IN_TURN, "queue": False}
FIELDS = [field.name for field in fields(Settings)]
REMEMBER = f"(...all) => Object.fromEntries({FIELDS}.map((name, at) => [name, all[at]]))"
"""Keeps what a reader sets in the browser itself: an answer of the server could be late."""


class Events:
    """The events' functions."""

    def __init__(
        self, parts: Parts, answers: Answers, suggesting: Suggesting, demo: Path | None
    ) -> None:
        """`demo` is a folder of articles to begin with."""
        self.parts = parts
        self.answers = answers
        self.suggesting = suggesting
        self.demo = demo

    def connect(self, page: gr.Blocks) -> None:
        """Connect everything."""
        self._connect_asking()
        self._connect_taking_away()
        self._connect_reader()
        self._connect_archive()
        self._connect_settings(page)
        TableEvents(self.parts, self.answers, self._settings).connect(page)

    # --- asking ----------------------------------------------------------------------------------

    def _connect_asking(self) -> None:
        ask, chosen = self.parts.asking, self.parts.chosen
        looked_for = [ask.examples, ask.clock, ask.overview, self.parts.listed.overview]
        ask.clock.tick(self.suggest, chosen.index, looked_for, **AT_ONCE)
        again = ask.retry.click(
            updates.last, ask.conversation, [ask.question, ask.instead], **AT_ONCE
        )
        other = self.parts.reader.again(
            self.ask_otherwise,
            [ask.conversation, chosen.index, chosen.since, chosen.until],
            [chosen.since, chosen.until, ask.question, ask.instead],
            **AT_ONCE,
        )
        for begin in (ask.question.submit, again.then, other.then):
            answered = begin(
                self.answer,
                [ask.question, ask.conversation, ask.instead, ask.kept, *chosen.values],
                [*ask.shown, ask.question, ask.instead, ask.kept, ask.wrong],
                concurrency_limit=READERS,
                concurrency_id="asking",
                **IN_TURN,
            )
            answered.failure(
                self.fail, [ask.conversation, *chosen.values], ask.shown, **AT_ONCE
            ).then(updates.free, None, ask.question, **AT_ONCE)
        ask.edit.click(updates.edit, ask.conversation, [ask.question, ask.instead], **AT_ONCE)
        # Gradio can cancel an event by itself, but then confuses it with the next one.
        ask.question.stop(self.stop, ask.conversation, ask.question, **AT_ONCE)
        self.parts.fresh.click(
            self.answers.clear, [ask.conversation, chosen.index], ask.shown, **AT_ONCE
        ).then(self.answers.keep, [ask.conversation, ask.kept], ask.kept, **AT_ONCE)

    def check(self, question: str, *chosen: Any) -> str:
        """What is wrong with a question or its dates, to be told before it is asked; else ""."""
        settings = self._settings(chosen)
        try:
            dates(settings.since, settings.until)
            askable(question or "anything")
        except BadRequest as error:
            return listing.trouble(str(error))
        return ""

    def answer(
        self, question: str, conversation: Conversation, instead: str, kept: str, *chosen: Any
    ) -> Iterator[Any]:
        """Take a question down and stream its answer; all that comes is kept as it comes."""
        wrong = self.check(question, *chosen)
        # What is typed while an answer comes stays in the box, as does what is wrong.
        if wrong or not question.strip() or self.answers.is_answering(conversation):
            yield (*(gr.skip() for _ in View._fields), gr.skip(), instead, kept, wrong)
            return
        settings = self._settings(chosen)
        begun = self.answers.begin(
            question, conversation, settings, instead=bool(instead), without=instead.split()[1:]
        )
        kept = self.answers.keep(begun.conversation, kept)
        yield (*begun, updates.busy(), "", kept, "")
        for view in self.answers.answer(begun.conversation, settings):
            self.answers.keep(view.conversation, kept)
            yield (*view, gr.skip(), "", kept, "")
        yield (*updates.unchanged(begun), updates.free(), "", kept, "")

    def fail(self, conversation: Conversation, *chosen: Any) -> Any:
        """Close what a bug cut short."""
        return self.answers.fail(conversation, self._settings(chosen))

    def stop(self, conversation: Conversation) -> Any:
        """Have the answer end, or free the question's box if it is over."""
        stopped = self.answers.stop(conversation)
        return gr.update(stop_btn="Stopping …") if stopped else updates.free()

    def ask_otherwise(
        self, conversation: Conversation, index: str, since: str, until: str, event: gr.EventData
    ) -> Any:
        """The last question, to be asked again: with less read into it, or for other days.

        Or one that was suggested, or what a headline's article says.
        """
        address = str(event.address)
        if address.startswith("#question-"):
            return since, until, unquote(address[len("#question-") :]), ""
        if address.startswith("#about-"):
            article = self.answers.choices.archive(index).find(unquote(address[len("#about-") :]))
            return since, until, ABOUT.format(article.called) if article else "", ""
        question, instead = updates.last(conversation)
        _, is_less, what = address.partition("#ask-without-")
        if is_less:
            return since, until, question, f"{instead} {what}"
        window = self.answers.window(conversation, address == "#ask-dateless")
        return *window, question, instead

    def _connect_taking_away(self) -> None:
        ask = self.parts.asking
        copy = "(text) => window.byline.copy(text, 'byline-copy')"
        ask.copy.click(None, ask.text, None, js=copy, **AT_ONCE)
        kinds = [
            (ask.as_markdown, exporting.markdown, "byline.md", "text/markdown"),
            (ask.as_html, exporting.page, "byline.html", "text/html"),
        ]
        for button, made, name, kind in kinds:
            save = f"(text) => window.byline.save(text, '{name}', '{kind}')"
            export = button.click(made, ask.conversation, ask.export, **AT_ONCE)
            export.then(None, ask.export, None, js=save, **AT_ONCE)

    # --- an article over the page ----------------------------------------------------------------

    def _connect_reader(self) -> None:
        parts = self.parts
        read = [parts.asking.conversation, parts.chosen.index]
        parts.reader.open(self.read, read, parts.reader, **AT_ONCE)
        parts.reader.remove(
            self.remove, parts.chosen.index, [parts.reader, parts.listed.report], **AT_ONCE
        ).then(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)

    def read(self, conversation: Conversation, index: str, event: gr.EventData) -> str:
        """The article that a link leads to, at the passage if it is a citation's."""
        kind, _, rest = str(event.address).removeprefix("#").partition("-")
        if kind == "article":
            return self._article(index, unquote(rest))
        turn, _, number = rest.partition("-")
        found = views.cited(conversation, int(turn), int(number)) if number.isdecimal() else None
        if found is None:
            return views.gone()
        return self._article(index, found.article_id, Span(found.start, found.end), found.quote)

    def _article(self, index: str, article_id: str, at: Span = NOTHING, words: str = "") -> str:
        archive = self.answers.choices.archive(index)
        try:
            article = archive.article(article_id)
            claimants = archive.claimants(article_id)
            return views.reader(article, archive.copies(article_id), at, words, claimants)
        except (UnknownArticle, IndexMissing):
            return views.gone(words)

    def remove(self, index: str, event: gr.EventData) -> tuple[str, str]:
        """Take an article out of the archive, and close it."""
        try:
            title = self.answers.choices.archive(index).remove(str(event.article))
        except BylineError as error:
            return "", listing.trouble(str(error))
        return "", listing.said(f"Removed “{title}”.")

    # --- the archive -----------------------------------------------------------------------------

    @property
    def _list_inputs(self) -> list[Any]:
        parts = self.parts
        return [
            parts.asking.conversation, parts.chosen.index, parts.listed.limit,
            *parts.listed.filters,
        ]  # fmt: skip

    @property
    def _refreshed(self) -> list[Any]:
        ask, listed = self.parts.asking, self.parts.listed
        return [
            listed.listing, listed.more, listed.outlet, self.parts.about, ask.welcome,
            ask.examples, ask.clock, ask.overview, listed.overview,
            self.parts.chosen.outlets, self.parts.chosen.languages,
        ]  # fmt: skip

    def _connect_archive(self) -> None:
        parts, listed, index = self.parts, self.parts.listed, self.parts.chosen.index
        table = [listed.listing, listed.more]
        for field in (listed.words.submit, listed.words.blur, listed.outlet.change,
                      listed.since.submit, listed.since.blur,
                      listed.until.submit, listed.until.blur):  # fmt: skip
            field(self.list_articles, self._list_inputs, table, **AT_ONCE)
        more = listed.more.click(
            lambda limit: limit + listing.SHOWN, listed.limit, listed.limit, **AT_ONCE
        )
        named = parts.reader.search(
            updates.search, None, [parts.tabs, *listed.filters, listed.limit], **AT_ONCE
        )
        for shown in (more, named):
            shown.then(self.list_articles, self._list_inputs, table, **AT_ONCE)
        ask = parts.asking
        # It ticks only where articles are read: no page has a stream that a reload could break off.
        listed.following.tick(
            self.follow, index, [listed.report, ask.report],
            concurrency_limit=READERS, **IN_TURN,
        ).then(lambda: gr.Timer(active=False), None, listed.following, **AT_ONCE).then(
            self.refresh, self._list_inputs, self._refreshed, **AT_ONCE
        )  # fmt: skip
        parts.reader.halt(self.halt, index, [listed.report, ask.report], **AT_ONCE)
        offers = [ask.report, ask.upload, ask.demo]
        busy = {"concurrency_limit": 1, "concurrency_id": "archive", **IN_TURN}
        for upload, report in ((listed.upload, listed.report), (ask.upload, ask.report)):
            added = upload.upload(
                self.add, [upload, index], [report, upload, *listed.filters], **busy
            )
            broken = [report, upload, ask.demo]
            added.failure(updates.broken, None, broken, **AT_ONCE)
            added.then(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)
        taken = ask.demo.click(self.take_demo, index, [ask.report, ask.demo], **busy)
        taken.failure(updates.broken, None, offers, **AT_ONCE)
        taken.then(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)
        named = parts.named
        for begin in (named.tab.select, named.kind.change):
            begin(
                self.names, [named.kind, index], named.table,
                concurrency_limit=1, concurrency_id="names", api_visibility="private",
            )  # fmt: skip

    def names(self, kind: str, index: str) -> str:
        """The names of an archive; the first time its articles are read for them."""
        try:
            return listing.names_table(self.answers.choices.archive(index).register(), kind)
        except BylineError as error:
            return listing.trouble(str(error))

    def list_articles(
        self, conversation: Conversation, index: str, limit: int, *filters: str | None
    ) -> Any:
        """The articles that pass the filters, and whether there are more."""
        archive = self.answers.choices.archive(index)
        try:
            cards = archive.cards(Filter.of(*filters))
        except BadRequest as error:
            return listing.trouble(str(error)), gr.update(visible=False)
        shown = listing.listing(cards, limit, any(filters), archive.find)
        return shown, gr.update(visible=len(cards) > limit)

    def refresh(
        self, conversation: Conversation, index: str, limit: int, *filters: str | None
    ) -> Any:
        """All that shows what the archive holds."""
        archive = self.answers.choices.archive(index)
        cards = archive.cards()
        return (
            *self.list_articles(conversation, index, limit, *filters),
            gr.update(choices=layout.outlets(cards)),
            layout.heading(cards),
            gr.update(visible=not cards),
            *self.suggest(index),
            *(gr.update(choices=offered) for offered in layout.narrowing(cards)),
        )  # fmt: skip

    def suggest(self, index: str) -> Any:
        """The questions to begin with and what the archive holds, as far as they are known."""
        found, shown = self.suggesting.of(index), self.answers.choices.archive(index).overview()
        return *updates.suggested(found), shown, shown

    def add(self, files: Sequence[str], index: str) -> Iterator[Any]:
        """Take uploads in, telling how far it has come; filters that could hide them go."""
        paths = [Path(str(one)) for one in files or ()]
        filters = self.parts.listed.filters
        archive = self.answers.choices.archive(index)
        for shown in listing.ingest_shown(archive.add(paths), lambda: archive.ongoing):
            yield shown, gr.skip(), *(gr.skip() for _ in filters)
        yield gr.skip(), gr.update(value=None), *(gr.update(value="") for _ in filters)

    def take_demo(self, index: str) -> Iterator[Any]:
        """Take the demo archive in, telling on its button how far it has come."""
        assert self.demo is not None
        yield gr.skip(), gr.update(value="Reading the demo archive …", interactive=False)
        archive = self.answers.choices.archive(index)
        for shown in listing.ingest_shown(archive.read([self.demo]), lambda: archive.ongoing):
            yield shown, gr.skip()
        yield gr.skip(), updates.offered()

    def halt(self, index: str) -> tuple[str, str]:
        """Have an ingest end after the articles in hand."""
        ongoing = self.answers.choices.archive(index).ongoing
        if ongoing:
            ongoing.is_stopping = True
        said = listing.said("Stopping after the articles in hand …")
        return said, said

    def is_reading(self, index: str) -> gr.Timer:
        """The clock that has a page follow an ingest, going where one goes on."""
        return gr.Timer(active=self.answers.choices.archive(index).is_reading)

    def follow(self, index: str) -> Iterator[Any]:
        """Show an ingest that was going on when the page was loaded."""
        ongoing = self.answers.choices.archive(index).ongoing
        if ongoing is None:  # it was forgotten between two ticks
            yield gr.skip(), gr.skip()
            return
        for shown in listing.ingest_shown(ongoing.follow(), lambda: ongoing):
            yield shown, shown

    # --- what is kept ----------------------------------------------------------------------------

    def _connect_settings(self, page: gr.Blocks) -> None:
        chosen = self.parts.chosen
        # Gradio's text boxes call it no "input" when something is deleted or pasted.
        for field in chosen.values:
            field.change(None, chosen.values, chosen.memory, js=REMEMBER, **AT_ONCE)
        left = [event for day in (chosen.since, chosen.until) for event in (day.blur, day.submit)]
        asked = [self.parts.asking.question, *chosen.values]
        gr.on(left, self.check, asked, self.parts.asking.wrong, **AT_ONCE)
        chosen.index.change(self.refresh, self._list_inputs, self._refreshed, **AT_ONCE)
        asking = self.parts.asking
        recalled = [*chosen.values, chosen.folded]
        linked = [self.parts.tabs, self.parts.reader, asking.question]
        page.load(self.recall, chosen.memory, recalled, **AT_ONCE).then(
            self.arrive, chosen.index, linked, **AT_ONCE
        ).then(self.come_back, [asking.kept, chosen.index], asking.shown, **AT_ONCE).then(
            self.refresh, self._list_inputs, self._refreshed, **AT_ONCE
        ).then(self.is_reading, chosen.index, self.parts.listed.following, **AT_ONCE)

    def come_back(self, name: str, index: str) -> Any:
        """The conversation that the browser left; an empty page stays as it is."""
        conversation = self.answers.kept(name)
        view = self.answers.view(conversation, Settings(index)) if conversation else None
        return view or [gr.skip() for _ in View._fields]

    def arrive(self, index: str, request: gr.Request) -> Any:
        """What the page's address names: a tab, an article, a question in the box, not yet asked.

        Whoever made the link is not trusted: what it names is looked up, and nothing is run.
        """
        tab, article, question = updates.linked(request)
        return tab, self._article(index, article) if article else gr.skip(), question

    def recall(self, stored: Any) -> tuple[Any, ...]:
        """The settings that the browser kept, as far as they are still on offer.

        What narrows the articles is unfolded, so that it is seen to hold.
        Without any the fields stay as they are: the reader may be typing already.
        """
        if not stored:
            return tuple(gr.skip() for _ in (*FIELDS, "folded"))
        known = self.answers.choices.settings(stored)
        narrowed = bool(known.outlets or known.languages)
        values = (getattr(known, name) for name in FIELDS)
        plain = (list(one) if isinstance(one, tuple) else one for one in values)
        return *plain, gr.Accordion(open=narrowed)

    def _settings(self, chosen: Sequence[Any]) -> Settings:
        return self.answers.choices.settings(dict(zip(FIELDS, chosen, strict=True)))
