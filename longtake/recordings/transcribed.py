"""A recording with a transcript: its cues become captions, and hints where it may be cut. Its sound stays as it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longtake.errors import ScriptError
from longtake.grid import FRAMES_PER_SECOND
from longtake.pauses import (
    HOPS_PER_FRAME,
    HOPS_PER_SECOND,
    LONGEST_GAP_SECONDS,
    SHORTEST_PAUSE_SECONDS,
    frame_loudness,
    long_gap_cuts,
)
from longtake.prepared import CutPoint, PreparedLine, TimedText
from longtake.transcripts import TranscriptCue, read_transcript

_SHORTEST_GAP_SECONDS = 0.3
_NEAR_FRAMES = 5
_BELOW_SPEECH_DB = 6.0
_NEAREST_CUTS_FRAMES = 3


def transcribed(
    line: PreparedLine, transcript: Path, *, envelope_db: NDArray[np.float32], seconds: float, name: str | None = None
) -> PreparedLine:
    """A recording's line with the sentences of its SRT or WebVTT file, and cuts that keep to them.

    `envelope_db` and `seconds` are those of the recording before it was levelled; `name` is what messages call the
    transcript. Raises ScriptError at the line of a cue that cannot be read, or that begins behind the recording's end.
    """
    name = name or str(transcript)
    cues = read_transcript(transcript, name)
    late = next((cue for cue in cues if cue.start_seconds >= seconds), None)
    if late:
        raise ScriptError(
            f"this cue begins at {late.start_seconds:.1f} s, and the recording ends at {seconds:.1f} s.",
            where=f"{name}:{late.line}",
            hint="Is it the transcript of another recording? Else remove the cue.",
        )
    sentences = tuple(_sentences(cues, seconds))
    return line.model_copy(
        update={"sentences": sentences, "cuts": hinted_cuts(line.cuts, sentences, envelope_db, line.frames)}
    )


def _sentences(cues: Sequence[TranscriptCue], seconds: float) -> Iterator[TimedText]:
    """The cues in order and without overlap: one that is still shown when the next begins ends there.

    What begins at the same moment is one text.
    """
    voices = {cue.speaker for cue in cues if cue.speaker}
    groups: list[list[TranscriptCue]] = []
    for cue in cues:
        if groups and _milliseconds(groups[-1][0].start_seconds) == _milliseconds(cue.start_seconds):
            groups[-1].append(cue)
        else:
            groups.append([cue])
    for place, group in enumerate(groups):
        following = groups[place + 1][0].start_seconds if place + 1 < len(groups) else seconds
        yield TimedText(
            text=" ".join(cue.text for cue in group),
            start_seconds=group[0].start_seconds,
            end_seconds=min(max(cue.end_seconds for cue in group), following, seconds),
            speaker=group[0].speaker if len(voices) > 1 else None,
        )


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def hinted_cuts(
    cuts: Sequence[CutPoint], sentences: Sequence[TimedText], envelope_db: NDArray[np.float32], frames: int
) -> tuple[CutPoint, ...]:
    """The cuts of a recording whose sentences are known.

    Pauses that were heard stay. A gap between two sentences that is quieter than they are is a pause too, as over
    music. A cut at the quietest place, which may hit a word, moves between two sentences; it stays inside one only
    where that is longer than LONGEST_GAP_SECONDS.
    """
    pauses = [cut for cut in cuts if cut.kind != "energy"]
    known = _merged(pauses, _gap_pauses(sentences, envelope_db, frames))
    between = _between(sentences, frame_loudness(envelope_db, frames))
    ends = [0, *(cut.frame for cut in known), frames]
    return long_gap_cuts(envelope_db, frames, _merged(known, [cut for cut in between if _is_needed(cut.frame, ends)]))


def _merged(cuts: Sequence[CutPoint], more: Sequence[CutPoint]) -> list[CutPoint]:
    """Both in order; of those that lie on or next to each other, only the first list's."""
    taken = {cut.frame for cut in cuts}
    near = {frame + step for frame in taken for step in range(1 - _NEAREST_CUTS_FRAMES, _NEAREST_CUTS_FRAMES)}
    fresh = {cut.frame: cut for cut in more if cut.frame not in near}
    return sorted([*cuts, *fresh.values()], key=lambda cut: cut.frame)


def _gap_pauses(sentences: Sequence[TimedText], envelope_db: NDArray[np.float32], frames: int) -> list[CutPoint]:
    """Where a gap between two sentences ends in which nobody speaks, though something may sound."""
    spoken = [envelope_db[_hop(each.start_seconds) : _hop(each.end_seconds)] for each in sentences]
    spoken = [part for part in spoken if len(part)]
    if not spoken:
        return []
    quiet_db = float(np.median(np.concatenate(spoken))) - _BELOW_SPEECH_DB
    found: list[CutPoint] = []
    for before, after in pairwise(sentences):
        if after.start_seconds - before.end_seconds < _SHORTEST_GAP_SECONDS:
            continue
        silent = envelope_db[_hop(before.end_seconds) : _hop(after.start_seconds)] < quiet_db
        heard = np.flatnonzero(~silent)
        first = int(heard[-1]) + 1 if len(heard) else 0  # the quiet that lasts until the next sentence begins
        pause_seconds = (len(silent) - first) / HOPS_PER_SECOND
        frame = _hop(after.start_seconds) // HOPS_PER_FRAME
        if pause_seconds >= SHORTEST_PAUSE_SECONDS and 0 < frame < frames:
            found.append(CutPoint(frame=frame, pause_seconds=pause_seconds, kind="pause"))
    return found


def _between(sentences: Sequence[TimedText], loudness: NDArray[np.float32]) -> Iterator[CutPoint]:
    """The quietest frame around each place where one sentence ends and the next begins."""
    for before, after in pairwise(sentences):
        first = round(before.end_seconds * FRAMES_PER_SECOND) - _NEAR_FRAMES
        last = round(after.start_seconds * FRAMES_PER_SECOND) + _NEAR_FRAMES
        first, last = max(first, 1), min(last, len(loudness) - 1)
        if first <= last:
            frame = first + int(loudness[first : last + 1].argmin())
            yield CutPoint(frame=frame, pause_seconds=0, kind="energy")


def _is_needed(frame: int, ends: Sequence[int]) -> bool:
    """Whether a frame lies in a stretch without pauses that is too long. `ends` are those of all stretches."""
    behind = bisect_right(ends, frame)
    start, end = ends[behind - 1 : behind + 1]
    return start < frame and end - start > LONGEST_GAP_SECONDS * FRAMES_PER_SECOND


def _hop(seconds: float) -> int:
    return round(seconds * HOPS_PER_SECOND)
