"""Who may reach the page, on which port, and how `byline serve` begins and ends."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import pytest
from browsing import served
from fake_assistant import BRIDGE, FakeAssistant, choices_of
from typer.testing import CliRunner

import app
from index.errors import BadRequest
from rag.page import serving

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_this_machine_needs_no_login(host):
    assert serving.credentials(None, host) is None
    assert serving.credentials("ada:a:b", host) == ("ada", "a:b")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "newsroom.example"])
def test_other_machines_need_a_login(host):
    with pytest.raises(BadRequest, match="add --auth USER:PASSWORD"):
        serving.credentials(None, host)
    assert serving.credentials("ada:secret", host) == ("ada", "secret")


@pytest.mark.parametrize("auth", ["", "ada", "ada:", ":secret", ":"])
def test_half_a_login_is_refused(auth):
    with pytest.raises(BadRequest, match="a user name and a password"):
        serving.credentials(auth, "127.0.0.1")


def test_a_port_that_is_asked_for_and_taken_is_refused_and_otherwise_passed_over():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadRequest) as caught:
            serving.free_port("127.0.0.1", port)
        assert str(caught.value) == (
            f"Port {port} cannot be opened at 127.0.0.1 (Address already in use). "
            "Choose another with --port, or leave it out to have a free one found."
        )
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", serving.PORT)):
        assert serving.free_port("127.0.0.1") > serving.PORT
    with pytest.raises(BadRequest, match="No port from 7860 to 7959"):
        serving.free_port("203.0.113.1")


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(app.commands.cli, ["serve", "--no-open", *arguments])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_serve_says_in_one_line_what_to_do(tmp_path):
    assert "--auth USER:PASSWORD" in refused("--index", str(tmp_path), "--host", "0.0.0.0")
    assert "pass by the login" in refused("--mcp", "--auth", "ada:secret")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert f"Port {port} cannot be opened" in refused("--port", port)


SERVE = """
import sys
from fake_assistant import FakeAssistant
import app
app.commands.cli(sys.argv[1:], obj=app.commands.Parts(assistant=lambda *_: FakeAssistant()))
"""
LOADING = "Loading the models."
EMPTY = "The archive is empty; the page says what to do."
NOWHERE = "http://127.0.0.1:9"
"""A proxy that does not answer."""


@pytest.mark.parametrize(
    ("articles", "begins", "shown", "proxies"),
    [
        (
            (BRIDGE,),
            LOADING,
            "1 article",
            {"HTTP_PROXY": NOWHERE, "https_proxy": NOWHERE, "NO_PROXY": ".example"},
        ),
        ((), EMPTY, "The archive is empty", {"ALL_PROXY": "socks5://127.0.0.1:9"}),
    ],
)
def test_serve_gives_the_address_and_ends_with_ctrl_c_whatever_proxies_are_set(
    tmp_path, articles, begins, shown, proxies
):
    choices_of(FakeAssistant(), tmp_path / "index", articles)
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "tests")))
    server = subprocess.Popen(
        [sys.executable, "-c", SERVE, "serve", "--index", str(tmp_path / "index")],
        env={**os.environ, "PYTHONPATH": paths, "BYLINE_NO_BROWSER": "1", **proxies},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell that runs this in the background has Ctrl-C ignored, and that is inherited.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    with server:
        try:
            assert server.stderr and server.stderr.readline() == f"{begins}\n"
            line = server.stderr.readline()
            assert line.startswith("Byline is at http://127.0.0.1:")
            with urllib.request.urlopen(line.split()[3]) as response:
                assert shown in response.read().decode()
        finally:
            server.send_signal(signal.SIGINT)
        out, err = server.communicate(timeout=60)
    assert (server.returncode, out, err) == (0, "", "")


def test_the_server_tells_browsers_to_stay_and_serves_no_other_name(tmp_path):
    with served(choices_of(FakeAssistant(), tmp_path / "index")) as address:
        with urllib.request.urlopen(address) as response:
            policy = response.headers["content-security-policy"]
            body = response.read().decode()
        assert policy.startswith("default-src 'self';")
        assert "googleapis" not in body
        request = urllib.request.Request(address, headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request)
        refused.value.close()
        assert refused.value.code == 400
