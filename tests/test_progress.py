"""How an ingest is told of as it goes."""

import pytest

from index.embedding import card_languages
from index.readers import Meter, read_all
from index.records import Progress
from rag.cli.progress import LINE_SECONDS, Tally
from tests.samples import BODY, zipped


def test_a_pipe_gets_a_line_now_and_then(capsys):
    meter = Meter(total=1000)
    clock = [0.0]

    with Tally(meter, clock=lambda: clock[0]) as tally:
        for moment, kind in ((5.0, "added"), (16.0, "added"), (20.0, "skipped"), (40.0, "updated")):
            clock[0] = moment
            meter.done += 200
            meter.passed("a.txt")
            tally(Progress(kind, "a.txt", chunks=10 * (kind == "added")))  # type: ignore[arg-type]
    assert LINE_SECONDS == 15.0
    assert capsys.readouterr().err.splitlines() == [
        "2 articles, 1 chunks/s, about 0:00:24 left",
        "3 articles, 0 chunks/s, 1 skipped, about 0:00:10 left",
    ]


def test_a_meter_ends_at_the_size_of_all_files(tmp_path):
    (tmp_path / "a.txt").write_text(BODY)
    (tmp_path / "b.jsonl").write_text('{"text": "One."}\n' * 3000)
    (tmp_path / "c.csv").write_text("text\nOne.\n")
    (tmp_path / "d.zip").write_bytes(zipped({"x.txt": BODY}))
    (tmp_path / "e.png").write_bytes(b"x" * 100)
    (tmp_path / "link.txt").symlink_to("a.txt")
    meter = Meter()
    steps = [meter.done for _ in read_all([tmp_path, "missing.txt"], meter=meter)]
    assert steps == sorted(steps)
    assert len(set(steps)) > 5  # a file of rows moves it on as its rows are read
    sizes = [path.stat().st_size for path in tmp_path.iterdir() if not path.is_symlink()]
    assert meter.done == meter.total == sum(sizes)


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n# A model", {"en"}),
        ("---\nlanguage:\n- en\n- no\n- deu\n---\n", {"en", "no", "de"}),
        ("---\nlanguage: multilingual\n---\n", None),
        ("---\nlicense: mit\n---\n", None),
        ("---\n: [\n---\n", None),
    ],
)
def test_the_languages_of_a_model_card(card, languages):
    assert card_languages(card) == languages
