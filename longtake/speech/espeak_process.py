"""One child process that holds libespeak-ng, seen from its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from longtake.speech.espeak_child import ANSWER, COUNT, CRASHED, DONE, REQUEST

_END_SECONDS = 5.0


class ChildDied(Exception):
    """The process ended, or its work crashed."""


class ChildRefused(Exception):
    """The process works, and says that it cannot do what was asked."""


class EspeakProcess:
    """A running child. One request at a time.

    It gets a session of its own, so that Ctrl-C in the terminal reaches its parent alone; it ends when its stdin does,
    so it never outlives the parent.
    """

    def __init__(self, library: Path, data_parent: Path) -> None:
        child = Path(__file__).with_name("espeak_child.py")
        self._process = subprocess.Popen(
            [sys.executable or "python3", "-I", "-S", str(child), str(library)],
            cwd=data_parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self.sample_rate_hz: int = COUNT.unpack(self._answer())[0]
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ask(self, kind: int, voice: str = "", text: str = "") -> bytes:
        """What the child answers. Raises ChildDied or ChildRefused."""
        voice_bytes, text_bytes = voice.encode(), text.encode(errors="replace")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(REQUEST.pack(kind, len(voice_bytes), len(text_bytes)) + voice_bytes + text_bytes)
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
