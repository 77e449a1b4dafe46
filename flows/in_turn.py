"""A video for each language of a script, one after the other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable


def run_in_turn(languages: Iterable[str]) -> None:
    """Run this very command for each language, in a process of its own: Prefect knows one server a process.

    Ends this process with the first exit code that is not 0.
    """
    command, *words = sys.argv[1:]
    for language in languages:
        process = subprocess.Popen([sys.executable, "-m", "flows.cli", command, "--language", language, *words])
        code = _ended(process)
        if code:
            sys.exit(code)


def _ended(process: subprocess.Popen[bytes]) -> int:
    """The exit code. A Ctrl-C reaches the command itself, which has to end what it does."""
    while True:
        try:
            code = process.wait()
            return code if code >= 0 else 1
        except KeyboardInterrupt:
            continue
