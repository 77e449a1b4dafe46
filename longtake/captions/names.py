"""How captions tell who speaks: `ADA:` in front of what is said, where the speaker changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from longtake.captions.conventions import LINE_WIDTH
from longtake.captions.words import text_width
from longtake.prepared import TimedText
from longtake.script.text import UNSPACED, written_text
from longtake.storyboard import NARRATOR

_WIDEST = LINE_WIDTH / 2
_UNSPACED = re.compile(f"[{UNSPACED}]")
_DASH = "\u2013"


def with_labels(sentences: Iterable[TimedText]) -> Iterator[tuple[TimedText, str]]:
    """Each sentence with the label that it needs: empty unless it has a speaker that the one before it had not."""
    last = None
    for sentence in sentences:
        changed = sentence.speaker is not None and sentence.speaker != last
        yield sentence, speaker_label(sentence.speaker) if changed and sentence.speaker else ""
        last = sentence.speaker


def speaker_label(name: str) -> str:
    """The name in capitals with a colon, shortened to half a line; a dash for the narrator, whom nobody named."""
    if name == NARRATOR:
        return _DASH
    label = written_text(name).upper()
    if text_width(label) > _WIDEST:
        while text_width(label) > _WIDEST - 1:
            label = label[:-1]
        label = f"{label.rstrip()}\u2026"
    return f"{label}\uff1a" if _UNSPACED.search(label) else f"{label}:"
