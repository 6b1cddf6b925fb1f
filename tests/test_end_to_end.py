"""The whole of Byline with its real models, on part of the demo archive."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from eval.questions import ARTICLES
from index.errors import BadRequest, IndexMissing
from index.ingesting import index_for, ingest
from index.store import Index
from rag import Answer, Assistant, ask
from rag.cli.terminal import answer_text
from tests.building import shared_encoder, shared_llm, shared_reader

pytestmark = pytest.mark.models

KEYS = [
    "question", "understood", "text", "refused", "short", "refusal", "sentences", "citations",
    "passages", "conflicts", "confidence", "checks", "model", "index", "tokens", "seconds",
    "set_aside", "unanswered", "within", "kind", "understood_as", "reply", "listed", "updates",
]  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp("demo") / "index"
    encoder = shared_encoder()
    with index_for(made, encoder) as index:
        report = ingest(index, [ARTICLES / "syria"], encoder)
        assert report.added == 20
        again = ingest(index, [ARTICLES / "syria"], encoder)
        assert (again.added, again.updated, again.unchanged, again.chunks) == (0, 0, 20, 0)
    return made


@pytest.fixture(scope="module")
def assistant(folder: Path) -> Iterator[Assistant]:
    encoder = shared_encoder()
    with Assistant(Index.open(folder, encoder), encoder, shared_reader(), shared_llm()) as loaded:
        yield loaded


def checked(answer: Answer, assistant: Assistant) -> Answer:
    """The answer, once its shape and quotations are known to be right."""
    shape = answer.to_dict()
    assert list(shape) == KEYS
    assert json.loads(json.dumps(shape)) == shape
    for citation in answer.citations:
        text = assistant.article(citation.article_id).text
        assert text[citation.start : citation.end] == citation.quote
    numbers = {citation.number for citation in answer.citations}
    for sentence in answer.sentences:
        assert sentence.citations
        assert set(sentence.citations) <= numbers
    return answer


@pytest.mark.parametrize(
    "question", ["what did Lavrov say about Resolution 1701?", "What did Lavrov tell Olaf Scholz?"]
)
def test_what_no_article_mentions_is_refused_by_name(assistant, question):
    answer = checked(assistant.ask(question), assistant)
    assert answer.refusal is not None
    assert answer.refusal.kind == "not_stated"
    assert "1701" in answer.text or "Scholz" in answer.text
    assert answer.refusal.nearest
    elsewhere = checked(assistant.ask("who won the 2024 US presidential election?"), assistant)
    assert elsewhere.refused and elsewhere.sentences == ()


def test_a_stream_says_the_same_as_an_answer(assistant):
    question = "what did Lavrov say about Resolution 2254?"
    *steps, last = assistant.stream(question)
    assert last.answer is not None
    checked(last.answer, assistant)
    assert "2254" in last.answer.citations[0].quote and "Lavrov" in last.answer.citations[0].quote
    said = [step.sentence for step in steps if step.kind == "sentence"]
    assert tuple(said) == last.answer.sentences
    assert last.answer.text == assistant.ask(question).text
    assert steps[0].kind == "status"


def test_dates_leave_out_what_was_published_outside_them(assistant):
    question = "what did Lavrov say about Resolution 2254?"
    answer = checked(assistant.ask(question, until="2024-12-03"), assistant)
    assert answer.refusal is not None
    assert answer.refusal.kind == "outside_dates"
    later = checked(assistant.ask(question, since="2024-12-08"), assistant)
    assert all(c.published is not None for c in later.citations)


def test_a_figure_that_was_replaced_is_told_with_the_one_that_replaced_it(assistant):
    answer = checked(assistant.ask("How many people were newly displaced in Syria?"), assistant)
    (told,) = answer.to_dict()["updates"]
    quotes = {citation.number: citation.quote for citation in answer.citations}
    assert [side["value"] for side in told["sides"]] == ["nearly 50,000 people", "more than 14,000"]
    assert all(side["value"] in quotes[side["citation"]] for side in told["sides"])
    assert "Updated: The Tarpaulin Bulletin (3 December 2024) gives" in answer_text(answer)
    assert "; before: The Tarpaulin Bulletin (30 November 2024) gives" in answer_text(answer)
    assert "nearly 50,000" in answer.sentences[0].text and answer.conflicts == ()
    cited = [(one.article_id, one.start) for one in answer.citations]
    assert len(set(cited)) == len(cited)  # the older value stands in what is quoted anyway


def test_a_copy_is_named_beside_the_citation_not_cited_again(assistant):
    answer = assistant.ask("Which three ministers met on the sidelines of the Doha Forum?")
    cited = [assistant.index.card(c.article_id).origin for c in answer.citations]
    wire = assistant.index.card("velmark-doha-three-way-talks").origin
    assert cited.count(wire) <= 1


@pytest.mark.parametrize(
    ("question", "since", "until"),
    [("   ?", None, None), ("x" * 2000, None, None), ("who?", "soon", None),
     ("who?", "2024-12-09", "2024-12-01")],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_in_a_line(assistant, question, since, until):
    with pytest.raises(BadRequest) as told:
        assistant.ask(question, since=since, until=until)
    assert "\n" not in str(told.value)


def test_without_an_index_nothing_is_loaded(tmp_path):
    with pytest.raises(IndexMissing):
        ask("who?", index=tmp_path / "none")


def test_an_empty_index_says_so(tmp_path, assistant):
    with index_for(tmp_path / "empty", assistant.encoder) as index:
        answer = Assistant(index, assistant.encoder, assistant.reader, assistant.llm).ask("who?")
    assert answer.refusal is not None
    assert "byline ingest" in answer.text


def test_a_citation_tells_of_corrections_and_earlier_versions(tmp_path):
    note = "Correction: An earlier version of this story gave the cost as 18.4 million crowns."
    rows = [
        {"id": f"v{day}", "title": "Veldmar bridge to reopen", "url": "https://courier.example/1",
         "published": f"2025-03-0{day}",
         "text": f"Repairs of the Veldmar bridge cost {cost} million crowns, the mayor said.{end}"}
        for day, cost, end in ((4, "18.4", ""), (5, "19.1", f"\n\n{note}"))
    ]  # fmt: skip
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    encoder = shared_encoder()
    with index_for(tmp_path / "index", encoder) as index:
        ingest(index, [tmp_path / "rows.jsonl"], encoder)
        for row in rows:  # as if both had been fetched
            source = f"{row['url']}?utm_source={row['id']}"
            index.redescribe(replace(index.article(row["id"]), source=source), row["id"])
    with Assistant(
        Index.open(tmp_path / "index", encoder), encoder, shared_reader(), shared_llm()
    ) as assistant:
        answer = checked(assistant.ask("What did repairs of the Veldmar bridge cost?"), assistant)
    citation = answer.citations[0]
    assert (citation.article_id, citation.corrections, citation.earlier) == ("v5", (note,), 1)
    shown = answer_text(answer)
    assert f"corrected: {note}" in shown and "an earlier version is kept" in shown
