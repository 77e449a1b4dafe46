"""Commands that are run for each language: their exit codes, and what becomes of them when they are to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.commands.in_turn import run_in_turn, run_to_its_end
from tests.command_line import ROOT

CHILD = "import os, sys, time; {0}; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
PARENT = "import sys; from flows.commands.in_turn import run_to_its_end; sys.exit(run_to_its_end(sys.argv[1:]))"
ENDS = "import signal; signal.signal(signal.SIGINT, lambda *_: (time.sleep(0.3), sys.exit(7)))"


def test_the_first_command_that_fails_ends_them_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "argv", ["longtake", "plan", str(tmp_path / "none.md")])
    with pytest.raises(SystemExit) as ended:
        run_in_turn(["en", "de"])
    assert ended.value.code == 2


def test_the_exit_code_is_the_commands() -> None:
    assert run_to_its_end([sys.executable, "-c", "raise SystemExit(3)"]) == 3
    assert run_to_its_end([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"]) == 1


@pytest.mark.parametrize(
    ("sent", "to_all", "code"), [(signal.SIGTERM, False, 1), (signal.SIGINT, True, 7)], ids=["asked to end", "Ctrl-C"]
)
def test_a_command_ends_with_whoever_runs_it(sent: signal.Signals, to_all: bool, code: int, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    child = [sys.executable, "-c", CHILD.format(ENDS), str(note)]
    parent = subprocess.Popen([sys.executable, "-c", PARENT, *child], cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 100
    while not (note.exists() and note.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    (os.killpg if to_all else os.kill)(parent.pid, sent)
    assert parent.wait(timeout=100) == code
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
