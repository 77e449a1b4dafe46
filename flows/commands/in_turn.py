"""A video for each language of a script, one after the other."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterable


def run_in_turn(languages: Iterable[str]) -> None:
    """Run this very command for each language, in a process of its own: Prefect knows one server a process.

    Ends this process with the first exit code that is not 0.
    """
    command, *words = sys.argv[1:]
    for language in languages:
        code = run_to_its_end([sys.executable, "-m", "flows.cli", command, "--language", language, *words])
        if code:
            sys.exit(code)


def run_to_its_end(command: list[str]) -> int:
    """The exit code of a command that hears what this process is told.

    A Ctrl-C in the terminal reaches it by itself, and it ends what it does; a request to end is handed on.
    """
    process = subprocess.Popen(command)
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        while True:
            try:
                code = process.wait()
                return code if code >= 0 else 1
            except KeyboardInterrupt:
                continue
    finally:
        signal.signal(signal.SIGTERM, before)
