"""What reaches the terminal whatever an article or an error holds."""

from fake_assistant import FakeAssistant
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from index.errors import ModelError
from rag.cli import terminal
from rag.cli.commands import Parts, cli


def test_errors_for_the_user_are_one_line_and_bugs_keep_their_traceback():
    def failing(error: Exception) -> Parts:
        def load(*_: object) -> FakeAssistant:
            raise error

        return Parts(assistant=load)

    told = CliRunner().invoke(cli, ["ask", "x"], obj=failing(ModelError("gone.\nInstall it.")))
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == "byline: gone. Install it.\n"

    bug = CliRunner().invoke(cli, ["ask", "x"], obj=failing(ZeroDivisionError()))
    assert isinstance(bug.exception, ZeroDivisionError)


@settings(deadline=None, derandomize=True)
@given(st.text())
def test_printable_leaves_no_control_but_tab_and_line_feed(text):
    shown = terminal.printable(text)
    assert not [c for c in shown if (ord(c) < 32 and c not in "\t\n") or 0x7F <= ord(c) < 0xA0]
    shown.encode()
