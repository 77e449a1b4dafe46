"""A child process that speaks, seen from its parent: requests go to its stdin, answers come from its stdout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from longtake.speech.espeak_child import ANSWER, CRASHED, DONE

_END_SECONDS = 5.0


class ChildDied(Exception):
    """The process ended, or its work crashed."""


class ChildRefused(Exception):
    """The process works, and says that it cannot do what was asked."""


class ChildProcess:
    """A running child, a Python program of its own. One request at a time.

    It gets a session of its own, so that Ctrl-C in the terminal reaches its parent alone; it ends when its stdin does,
    so it never outlives the parent. Its first answer, as soon as it is ready, is `ready`. Each answer is a state, a
    length and the bytes, in one form for all such programs.
    """

    def __init__(self, program: str, *words: Path, flags: Sequence[str] = ("-I",), cwd: Path | None = None) -> None:
        """Start `program`, a file beside this one, and wait until it is ready. Raises ChildDied or ChildRefused."""
        child = Path(__file__).with_name(program)
        self._process = subprocess.Popen(
            [sys.executable or "python3", *flags, str(child), *map(str, words)],
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self.ready = self._answer()
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def answer_to(self, request: bytes) -> bytes:
        """What the child answers. Raises ChildDied or ChildRefused."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(request)
            self._process.stdin.flush()
        except OSError as error:
            raise ChildDied(f"its process had ended: {error}") from error
        return self._answer()

    def _answer(self) -> bytes:
        assert self._process.stdout is not None
        head = self._process.stdout.read(ANSWER.size)
        if len(head) < ANSWER.size:
            raise ChildDied("its process ended")
        state, length = ANSWER.unpack(head)
        data = self._process.stdout.read(length)
        if len(data) < length:
            raise ChildDied("its process ended")
        if state == CRASHED:
            raise ChildDied(data.decode(errors="replace"))
        if state != DONE:
            raise ChildRefused(data.decode(errors="replace"))
        return data

    def end(self) -> None:
        """End it by ending its stdin, or by force when it does not listen."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process.stdout.close()

    def kill(self) -> None:
        """End it and what it forked at once."""
        assert self._process.stdin is not None and self._process.stdout is not None
        with suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
