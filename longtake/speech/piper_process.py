"""One child process that holds a voice of Piper, seen from its parent."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np

from longtake.speech.piper_child import ANSWER, DONE, RATE, REQUEST
from longtake.speech.voice import Speech

_END_SECONDS = 5.0


class PiperDied(Exception):
    """The process ended."""


class PiperRefused(Exception):
    """The process works, and says that it cannot do what was asked."""


class PiperProcess:
    """A running child. One sentence at a time.

    It gets a session of its own, so that Ctrl-C in the terminal reaches its parent alone; it ends when its stdin does,
    so it never outlives the parent.
    """

    def __init__(self, model: Path) -> None:
        """Start it, and wait until the voice is loaded. Raises PiperDied or PiperRefused."""
        child = Path(__file__).with_name("piper_child.py")
        self._process = subprocess.Popen(
            [sys.executable or "python3", "-I", str(child), str(model)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._rate_hz: int = RATE.unpack(self._answer())[0]
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def speak(self, text: str) -> Speech:
        """The sound of a text. Raises PiperDied or PiperRefused."""
        told = text.encode(errors="replace")
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(REQUEST.pack(len(told)) + told)
            self._process.stdin.flush()
        except OSError as error:
            raise PiperDied(f"its process had ended: {error}") from error
        return Speech(np.frombuffer(self._answer(), dtype=np.int16).copy(), self._rate_hz)

    def _answer(self) -> bytes:
        assert self._process.stdout is not None
        head = self._process.stdout.read(ANSWER.size)
        if len(head) < ANSWER.size:
            raise PiperDied("its process ended")
        state, length = ANSWER.unpack(head)
        data = self._process.stdout.read(length)
        if len(data) < length:
            raise PiperDied("its process ended")
        if state != DONE:
            raise PiperRefused(data.decode(errors="replace"))
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
        """End it at once."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._process.stdin.close()
        self._process.stdout.close()
