"""What messages advise: it works when it is pasted."""

import shlex

import pytest
from fakes import OtherEncoder, story
from typer.testing import CliRunner, Result

from index.embedding import EMBEDDED, HashEncoder, load_encoder
from index.modelfiles import MINILM
from rag.cli.commands import Parts, cli

FOLDER = "/models/of the desk"
FRENCH = (
    "Le conseil municipal a voté mardi la réouverture du pont, fermé depuis deux ans pour des "
    "travaux. Les habitants du quartier attendaient cette décision depuis longtemps, et plusieurs "
    "d'entre eux étaient venus dans la salle pour écouter les élus."
)


class Folder(OtherEncoder):
    """A model in a folder."""

    name = FOLDER
    fingerprint = "folder-1"


class Embedded(OtherEncoder):
    """Stands in for the encoder that comes with Byline."""

    name = EMBEDDED
    fingerprint = "embedded-1"
    languages = frozenset({"en"})


ENCODERS = {None: Embedded(), EMBEDDED: Embedded(), "hash": HashEncoder(), FOLDER: Folder()}


def byline(*words: str) -> Result:
    parts = Parts(
        encoder=lambda name: ENCODERS[name],
        identity=lambda name: (ENCODERS[name].name, ENCODERS[name].fingerprint),
        check_models=lambda _: [],
    )
    return CliRunner().invoke(cli, words, obj=parts)


def given(encoder: str | None) -> list[str]:
    return [] if encoder is None else ["--encoder", encoder]


@pytest.mark.parametrize(
    ("made", "asked", "keep"),
    [
        (None, FOLDER, "leave out --encoder"),
        ("hash", None, "add --encoder hash"),
        (FOLDER, None, f"add --encoder '{FOLDER}'"),
    ],
)
@pytest.mark.parametrize("command", ["doctor", "ingest"])
def test_each_way_out_of_a_wrong_encoder_works_when_it_is_pasted(
    made, asked, keep, command, tmp_path
):
    place, news = str(tmp_path / "the index"), tmp_path / "news.txt"
    news.write_text(story(1))
    at = ["--index", place]
    assert byline("ingest", str(news), *at, *given(made)).exit_code == 0
    words = [command, *([str(news)] if command == "ingest" else []), *at]
    refused = byline(*words, *given(asked))
    assert refused.exit_code == 1
    told = refused.output.replace("\n", " ")
    assert f"To use it as it is, {keep}; or make" in told
    kept = shlex.split(keep)[1:] if keep.startswith("add") else []
    assert byline(*words, *kept).exit_code == 0
    _, _, line = told.partition("anew with ")
    _, _, line = line.partition(": ")
    program, *anew = shlex.split(line[: line.index("PATH")])
    assert program == "byline"
    assert byline(*anew, str(news)).exit_code == 0
    assert byline(*words, *given(asked)).exit_code == 0


def test_a_language_that_the_encoder_does_not_know_is_read_with_one_that_does(tmp_path):
    news = tmp_path / "news.txt"
    news.write_text(FRENCH)
    told = byline("ingest", str(news), "--index", str(tmp_path / "index")).output
    _, _, advised = told.partition("in an index of its own: ")
    values = {"MODEL": FOLDER, "ANOTHER": str(tmp_path / "other"), "PATH": str(news)}
    program, *again = [values.get(word, word) for word in shlex.split(advised)]
    assert program == "byline"
    told = byline(*again).output
    assert told.startswith("1 added") and "0 warnings" in told


@pytest.mark.models
def test_the_name_that_an_index_keeps_of_its_encoder_loads_it_again(tmp_path, monkeypatch):
    (tmp_path / "model").symlink_to(MINILM.checked_path().parent)
    monkeypatch.chdir(tmp_path)
    relative = load_encoder("model")
    monkeypatch.chdir("/")
    for encoder in (relative, load_encoder()):
        assert load_encoder(encoder.name).fingerprint == encoder.fingerprint
