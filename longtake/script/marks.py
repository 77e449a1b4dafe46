"""Marks in a text: `[pause 0.8]` is silence, `[audio take.wav]` a recording in place of a text."""

from __future__ import annotations

import re

from longtake.errors import ScriptError

LONGEST_PAUSE_SECONDS = 60.0

MARK = re.compile(r"\[[ \t]*(pause|audio)\b(?![\w-])([^\[\]\n]*)\]", re.IGNORECASE)
PAUSE = re.compile(r"\[\s*pause\b(?![\w-])([^\[\]]*)\]", re.IGNORECASE)
_TRANSCRIPT = re.compile(r"(?<!\S)transcript\s*=\s*", re.IGNORECASE)
_SECONDS = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))\s*(?:s|sec|seconds?)?", re.ASCII | re.IGNORECASE)


def split_pauses(text: str) -> tuple[str | float, ...]:
    """A line's text as pieces of text and pauses in seconds, in order. Pieces are trimmed, empty ones left out.

    Raises ScriptError for a pause that has no length, or one that is not above 0 and at most 60 seconds.
    """
    pieces: list[str | float] = []
    end = 0
    for mark in PAUSE.finditer(text):
        pieces.append(text[end : mark.start()].strip())
        pieces.append(pause_seconds(mark[1]))
        end = mark.end()
    pieces.append(text[end:].strip())
    return tuple(piece for piece in pieces if piece != "")


def inside_mark(text: str) -> str:
    """What follows a mark's word: `[pause 0.8]` and `[pause: 0.8]` say the same."""
    return text.strip().removeprefix(":").lstrip()


def split_recording(inside: str) -> tuple[str, str | None]:
    """The file that an audio mark's inside names, and its transcript: `take.wav transcript=take.srt`."""
    audio, *more = _TRANSCRIPT.split(inside, maxsplit=1)
    transcript = more[0].strip() if more else None
    if transcript and len(transcript) > 1 and transcript[0] == transcript[-1] and transcript[0] in "\"'":
        transcript = transcript[1:-1]
    return audio.strip(), transcript


def pause_seconds(length: str) -> float:
    """The seconds that a pause mark's inside tells, such as `0.8` or `0.8s`. Raises ScriptError."""
    length = inside_mark(length)
    found = _SECONDS.fullmatch(length)
    if not found:
        shown = f"[pause {length[:40]}]" if length else "[pause]"
        raise ScriptError(f"{shown} has no length in seconds.", hint="Write it as [pause 0.8].")
    seconds = float(found[1])
    if not 0 < seconds <= LONGEST_PAUSE_SECONDS:
        raise ScriptError(
            f"[pause {length[:40]}] is out of range.",
            hint=f"A pause is longer than 0 and at most {LONGEST_PAUSE_SECONDS:g} seconds.",
        )
    return seconds
