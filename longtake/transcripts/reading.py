"""SRT and WebVTT as they are found in the wild: one reader for both, which names the line of what it cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import Field

from longtake.frozen import Frozen
from longtake.script.source import LARGEST_TRANSCRIPT_BYTES, Source, read_source
from longtake.transcripts.markup import plain_cue_text, split_voices, voice_of

_ARROW = "-->"
_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?", re.ASCII)
_SKIPPED = re.compile(r"(?:WEBVTT|NOTE|STYLE|REGION)(?:[ \t].*)?|X-TIMESTAMP-MAP=.*")
_HINT = "Write it as 00:00:01,000 --> 00:00:02,500."


class TranscriptCue(Frozen):
    """What is said between two moments, free of markup, by whom where that is told, and on which line it stands."""

    line: int = Field(ge=1)
    start_seconds: float = Field(ge=0)
    end_seconds: float
    text: str
    speaker: str | None = None


def read_transcript(path: Path, name: str | None = None) -> tuple[TranscriptCue, ...]:
    """The cues of an SRT or WebVTT file by their start. Raises ScriptError that names the file and the line.

    `name` is what messages call the file.
    """
    source = read_source(path, name, what="transcript", most_bytes=LARGEST_TRANSCRIPT_BYTES)
    return parse_transcript(source)


def parse_transcript(source: Source) -> tuple[TranscriptCue, ...]:
    """The cues of a transcript's text by their start; cues that say nothing are left out. Raises ScriptError."""
    cues = [cue for block in _blocks(source) for cue in _cues(block)]
    if not cues:
        hint = "Give an SRT or a WebVTT file, in which each text stands below its times."
        raise source.error("there is no cue with a text in this transcript.", hint=hint)
    return tuple(sorted(cues, key=lambda cue: (cue.start_seconds, cue.line)))


@dataclass
class _Block:
    """The rows below a line of times."""

    line: int
    start_seconds: float
    end_seconds: float
    rows: list[str] = field(default_factory=list)


def _blocks(source: Source) -> Iterator[_Block]:
    block: _Block | None = None
    after_blank, skipping = True, False
    for number, row in enumerate(source.text.split("\n"), start=1):
        if _ARROW in row:
            following = _timed(source, row, number)
            if block:
                _drop_identifier(block.rows)
                yield block
            block, skipping = following, False
        elif not row.strip():
            skipping = False
            if block:
                block.rows.append("")
        elif after_blank and _SKIPPED.fullmatch(row.rstrip()):
            skipping = True
        elif block and not skipping:
            block.rows.append(row)
        after_blank = not row.strip()
    if block:
        yield block


def _drop_identifier(rows: list[str]) -> None:
    """A row right before a line of times is the next cue's number or name, where it stands alone or is a number."""
    if rows and rows[-1] and (rows[-1].strip().isdecimal() or (len(rows) > 1 and not rows[-2])):
        rows.pop()


def _timed(source: Source, row: str, number: int) -> _Block:
    found = _TIMES.fullmatch(row)
    if not found:
        raise source.error(f"{row.strip()[:60]!r} tells no times of a cue.", number, hint=_HINT)
    start_seconds, end_seconds = _seconds(*found.groups()[:4]), _seconds(*found.groups()[4:])
    if end_seconds <= start_seconds:
        raise source.error("this cue ends before it begins.", number, hint="Mend its times.")
    return _Block(number, start_seconds, end_seconds)


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole + int((fraction or "0").ljust(3, "0")) / 1000


def _cues(block: _Block) -> Iterator[TranscriptCue]:
    speaker: str | None = None
    for rows in split_voices([row for row in block.rows if row]):
        speaker = voice_of(rows) or speaker
        text = plain_cue_text(rows)
        if text:
            yield TranscriptCue(
                line=block.line,
                start_seconds=block.start_seconds,
                end_seconds=block.end_seconds,
                text=text,
                speaker=speaker,
            )
