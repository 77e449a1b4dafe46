"""One child process that holds a voice of Piper, seen from its parent."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from longtake.speech.child_process import ChildProcess
from longtake.speech.piper_child import RATE, REQUEST
from longtake.speech.voice import Speech


class PiperProcess(ChildProcess):
    """A running child. One sentence at a time."""

    def __init__(self, model: Path) -> None:
        super().__init__("piper_child.py", model)
        self._rate_hz: int = RATE.unpack(self.ready)[0]

    def speak(self, text: str) -> Speech:
        """The sound of a text. Raises ChildDied or ChildRefused."""
        told = text.encode(errors="replace")
        answer = self.answer_to(REQUEST.pack(len(told)) + told)
        return Speech(np.frombuffer(answer, dtype=np.int16).copy(), self._rate_hz)
