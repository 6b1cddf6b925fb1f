"""`byline models`: the list, and a model of pip's, downloaded from a hub of the tests' own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from index.errors import ModelError
from index.modelfiles import SMOLLM2
from rag.cli.commands import cli
from rag.cli.models import models_text
from rag.models.choice import check_chosen, load_llm
from rag.models.hub import SHA256, HubFile
from rag.models.llm import ScriptedLLM
from rag.models.recommended import TIMED, Recommended, measured, recommended
from tests.hub import Hub, running

PATH = "me/models/smol.gguf"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder in which nothing is."""
    monkeypatch.setenv("BYLINE_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def hub() -> Iterator[Hub]:
    with running(Hub()) as started:
        started.put(PATH, SMOLLM2.path().read_bytes())
        yield started


def smol() -> Recommended:
    """The model of pip as one on the list."""
    file = HubFile("me/models", "smol.gguf", sha256=SMOLLM2.sha256, name="smol")
    return Recommended("smol", file, size=98_362_432, memory=1, licence="Apache-2.0")


def byline(hub: Hub, *words: str, **environment: str) -> subprocess.Popen[str]:
    """The command in a process of its own, since the hub's address is read once."""
    code = "from rag.cli.models import cli; cli()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *words],
        env=os.environ | {"HF_ENDPOINT": hub.url} | environment,
        # Whoever runs the tests in the background may have it ignored.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_list_holds_what_a_download_is_checked_against():
    listed = list(recommended().values())
    assert 3 <= len(listed) <= 5
    assert {model.licence for model in listed} <= {"Apache-2.0", "MIT"}
    for model in listed:
        assert SHA256.fullmatch(str(model.file.sha256))
        assert len(model.file.revision) == 40 and int(model.file.revision, 16)
        assert HubFile.parse(model.file.address).file == model.file.file
        assert 1.6 < model.memory * 10**9 / model.size < 2.1


def test_the_list_is_printed_for_people_and_for_programs():
    printed = CliRunner().invoke(cli, ["models"])
    assert printed.exit_code == 0
    first, *rows = printed.stdout.splitlines()
    assert first.split() == ["NAME", "DISK", "MEMORY", "LICENCE", "WORDS/S"]
    assert rows[0].split() == ["qwen2.5-1.5b", "1.1", "GB", "2", "GB", "Apache-2.0"]
    assert [row.split()[0] for row in rows] == list(recommended())
    told = json.loads(CliRunner().invoke(cli, ["models", "--json"]).stdout)
    assert told[0]["bytes"] == 1_117_320_736 and told[0]["downloaded"] is False
    assert told[0]["words_a_second"] is None


def test_a_name_that_is_not_listed_names_those_that_are():
    printed = CliRunner().invoke(cli, ["models", "get", "gpt"])
    assert printed.exit_code == 1
    assert "There is no model 'gpt' on the list. It has qwen2.5-1.5b, qwen3-4b" in printed.stderr
    assert len(printed.stderr.splitlines()) == 1


def test_a_model_that_was_not_downloaded_is_one_line_wherever_it_is_named():
    line = "qwen2.5-7b is not downloaded yet. byline models get qwen2.5-7b downloads it, 4.7 GB."
    with pytest.raises(ModelError) as caught:
        load_llm("qwen2.5-7b")
    assert str(caught.value) == check_chosen("qwen2.5-7b")[2] == line
    printed = CliRunner().invoke(cli, ["ask", "x", "--model", "qwen2.5-7b"])
    assert (printed.exit_code, printed.stderr) == (1, f"byline: {line}\n")


def test_a_file_that_is_not_the_one_that_is_known_is_not_used(cache):
    model = smol()
    place = cache / "models/me/models/smol.gguf"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=r"smol\.gguf is not the file of smol\. byline"):
        model.path()
    place.unlink()
    assert "downloaded" not in models_text([model])
    place.symlink_to(SMOLLM2.path())
    assert model.path() == place
    assert models_text([model]).endswith("downloaded")


def test_how_fast_a_model_writes_is_remembered(cache):
    model, other = smol(), recommended()["qwen3-4b"]
    assert model.words_a_second() is None
    speed = model.tried(ScriptedLLM({TIMED.user: "A newspaper tells what happened."}))
    assert speed > 0 and model.words_a_second() == speed
    assert other.words_a_second() is None
    assert f"  Apache-2.0  {speed:.1f}" in models_text([model, other]).splitlines()[1]


def test_a_model_that_says_nothing_is_not_timed():
    for said in ("", "one"):
        with pytest.raises(ModelError, match="scripted says nothing"):
            measured(ScriptedLLM({TIMED.user: said} if said else {}))


def test_a_model_is_downloaded_checked_and_tried(hub, cache):
    hub.cuts = [5_000_000]
    done = byline(hub, "models", "get", f"hf:{PATH}")
    out, err = done.communicate()
    assert (done.returncode, out) == (0, f"{cache}/models/{PATH}\n"), err
    assert hub.ranges == [None, "bytes=5000000-"]
    lines = err.splitlines()
    assert lines[0] == f"Downloading hf:{PATH}. Ctrl-C stops it."
    assert lines[1].startswith("It writes ") and lines[1].endswith(f"--model hf:{PATH} uses it.")
    assert load_llm(f"hf:{PATH}").identity == SMOLLM2.sha256[:16]


def test_a_download_that_is_stopped_goes_on_from_there(hub, cache):
    hub.stalls = 3_000_000
    stopped = byline(hub, "models", "get", f"hf:{PATH}")
    hub.silent.wait()
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate()
    assert (stopped.returncode, out) == (130, "")
    assert err.splitlines()[1:] == ["Stopped. The same command goes on from there."]
    (part,) = (cache / "models/me/models").glob("*.part")
    assert hub.files["me/models/main/smol.gguf"].startswith(part.read_bytes())


def test_another_file_than_the_listed_one_is_refused_before_it_is_downloaded(hub):
    listed = recommended()["qwen3-4b"].file
    hub.files = {f"{listed.repo}/{listed.revision}/{listed.file}": b"another"}
    done = byline(hub, "models", "get", "qwen3-4b")
    out, err = done.communicate()
    assert (done.returncode, out, hub.ranges) == (1, "", [])
    assert "The hub has another qwen3-4b than the one that Byline knows" in err.splitlines()[-1]


def test_where_the_hub_may_not_be_asked_the_line_says_so(hub):
    _, err = byline(hub, "models", "get", f"hf:{PATH}", HF_HUB_OFFLINE="1").communicate()
    assert "$HF_HUB_OFFLINE forbids it now. Unset that once" in err.splitlines()[-1]
    assert hub.asked == []
