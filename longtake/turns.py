"""The silence between two speakers: shorter than between two paragraphs of one, as when people talk to each other.

A line's own sound ends in the pause of a paragraph. Where another speaker follows in the same scene, the last frames of
that pause are left out, so that the prepared line, and every chunk of a monologue, stay what they are. How many depends
on the line itself and on nothing that the other says.
"""

from __future__ import annotations

from longtake.grid import SECONDS_PER_FRAME, frames_within
from longtake.prepared import PreparedLine
from longtake.speech import LINE_PAUSE_SECONDS
from longtake.storyboard import Line, Scene

TURN_PAUSE_SECONDS = 0.38
QUICK_TURN_PAUSE_SECONDS = 0.3
"""The pause behind a question, and behind a turn of less than QUICK_TURN_SECONDS."""

QUICK_TURN_SECONDS = 2.0

_QUESTION_MARKS = tuple("?\uff1f\u061f\u037e\u2047\u2048")
_CLOSERS = "\"'\u2019\u201d\u00bb\u203a)]}\u300d\u300f\uff09\u3011 "


def frames_in_scene(scene: Scene, place: int, sound: PreparedLine) -> int:
    """How many frames of the scene's line at `place` are heard: all, or fewer where another speaker answers.

    A recording ends as it was recorded, and a pause that the script asks for stays.
    """
    line = scene.lines[place]
    following = scene.lines[place + 1] if place + 1 < len(scene.lines) else line
    if following.speaker == line.speaker or line.audio is not None:
        return sound.frames
    if sound.tail_seconds >= LINE_PAUSE_SECONDS + SECONDS_PER_FRAME:
        return sound.frames
    pause = QUICK_TURN_PAUSE_SECONDS if _is_quick(line, sound) else TURN_PAUSE_SECONDS
    return sound.frames - frames_within(max(0.0, sound.tail_seconds - pause))


def _is_quick(line: Line, sound: PreparedLine) -> bool:
    seconds = sound.frames * SECONDS_PER_FRAME - sound.tail_seconds
    return seconds < QUICK_TURN_SECONDS or (line.text or "").rstrip(_CLOSERS).endswith(_QUESTION_MARKS)
