"""One child process that holds libespeak-ng, seen from its parent."""

from __future__ import annotations

from pathlib import Path

from longtake.speech.child_process import ChildProcess
from longtake.speech.espeak_child import COUNT, REQUEST


class EspeakProcess(ChildProcess):
    """A running child. One request at a time."""

    def __init__(self, library: Path, data_parent: Path) -> None:
        super().__init__("espeak_child.py", library, flags=("-I", "-S"), cwd=data_parent)
        self.sample_rate_hz: int = COUNT.unpack(self.ready)[0]

    def ask(self, kind: int, voice: str = "", text: str = "") -> bytes:
        """What the child answers. Raises ChildDied or ChildRefused."""
        voice_bytes, text_bytes = voice.encode(), text.encode(errors="replace")
        return self.answer_to(REQUEST.pack(kind, len(voice_bytes), len(text_bytes)) + voice_bytes + text_bytes)
