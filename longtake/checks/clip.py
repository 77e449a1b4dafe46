"""The check that a clip passes before it counts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from pathlib import Path

import av
import numpy as np

from longtake.checks.findings import Findings
from longtake.checks.hearing import LEAST_LIKENESS, check_sound
from longtake.checks.pictures import Look, Track, first_choice, look, open_media, read_track
from longtake.checks.sound import Sound, Speech, read_sound, speech_steps
from longtake.checks.stills import Span, black_spans, held_spans, speech_within, still_spans
from longtake.checks.verdict import Verdict
from longtake.errors import MediaError
from longtake.grid import frames_to_seconds

FRAMES_SHORT = 5
FRAMES_LONG = 8
"""What the stitch can make good: it holds a last picture for 5 frames, and squeezes 8 into the end of the slot."""

_STILL_SPEECH_SECONDS = 1.0
_DOUBTED_SPEECH_SECONDS = 0.6
_STILL_WORD_SECONDS = 0.4
_BLACK_SECONDS = 0.4
_SPARE_SECONDS = 5.0


def check_clip(clip: Path, chunk: Path, *, sent_frames: int, every_frame: bool = False) -> Verdict:
    """Whether the clip is a sound video of the chunk: `sent_frames` frames of 1/25 s, with the sound that was sent.

    Never raises for what the clip is; a chunk that cannot be read is a MediaError. What is decoded is 0.2 s of every
    second, all of it where keyframes lie more than 1.2 s apart or a doubt is left, or with `every_frame`.
    """
    sent_seconds = frames_to_seconds(sent_frames)
    sent = _sent_sound(chunk)
    speech = speech_steps(sent.samples)
    found = Findings()
    try:
        track = read_track(clip, most_frames=round(100 * (sent_seconds + _SPARE_SECONDS)))
        if track is None or not track.frames:
            return _no_video("it holds no moving pictures")
        with open_media(clip) as media:
            heard = read_sound(media, most_seconds=sent_seconds + _SPARE_SECONDS)
        looks = _looks(clip, track, speech, every_frame=every_frame)
    except (av.FFmpegError, OSError) as error:
        return _no_video(error.strerror or type(error).__name__)
    expected = _check_frames(track, sent_seconds, found)
    _check_soundness(track, found)
    _check_pictures(track, looks, speech, found)
    matches = check_sound(sent, speech, heard, track.start_seconds, found)
    offsets = [match.offset_ms for match in matches if match.likeness >= LEAST_LIKENESS]
    return Verdict(
        passed=not found.problems,
        problems=tuple(found.problems),
        warnings=tuple(found.warnings),
        frames=track.frames,
        expected_frames=expected,
        frames_over=track.frames - expected,
        clip_fps=round(track.fps, 3),
        width=track.width,
        height=track.height,
        codec=track.codec,
        has_audio=heard is not None,
        offset_ms=round(float(np.median(offsets)), 1) if offsets else None,
        drift_ms=round(offsets[-1] - offsets[0], 1) if offsets else None,
        correlation=round(min(match.likeness for match in matches), 3) if matches else None,
    )


def _no_video(reason: str) -> Verdict:
    return Verdict(passed=False, problems=(f"it is no video file: {reason}",))


def _sent_sound(chunk: Path) -> Sound:
    try:
        with av.open(str(chunk)) as media:
            sound = read_sound(media, most_seconds=float("inf"))
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"it cannot be read: {error.strerror}.", where=str(chunk)) from error
    if sound is None:
        raise MediaError("it holds no sound.", where=str(chunk))
    return sound


def _looks(clip: Path, track: Track, speech: Speech, *, every_frame: bool) -> list[Look]:
    """Looks in the order of time; where the first ones leave a doubt, everything there is decoded."""
    choice = first_choice(track, every_frame=every_frame)
    looks = sorted(look(clip, track, choice, every_frame=every_frame), key=lambda each: each.seconds)
    doubts = [span for span in still_spans(looks) if speech_within(speech, span) >= _DOUBTED_SPEECH_SECONDS]
    times = [each.seconds for each in looks]
    around = [_around(times, span) for span in (*doubts, *black_spans(looks))]
    closer = [
        group
        for group, (begin, end) in zip(track.groups(), track.group_spans(), strict=True)
        if group not in choice and any(begin < last and first < end for first, last in around)
    ]
    return sorted([*looks, *look(clip, track, closer)], key=lambda each: each.seconds) if closer else looks


def _around(times: list[float], span: Span) -> Span:
    """The span, widened to the looks before and behind it: what it begins and ends with lies in between."""
    before = bisect_left(times, span[0]) - 1
    behind = bisect_right(times, span[1])
    return times[max(0, before)], times[behind] if behind < len(times) else float("inf")


def _check_frames(track: Track, sent_seconds: float, found: Findings) -> int:
    expected = round(sent_seconds * track.fps)
    if not -FRAMES_SHORT <= track.frames - expected <= FRAMES_LONG:
        found.problems.append(
            f"the clip has {track.frames} frames, {expected} (-{FRAMES_SHORT} to +{FRAMES_LONG}) were expected "
            f"for {sent_seconds:.2f} s at {track.fps:.6g} frames a second"
        )
    return expected


def _check_soundness(track: Track, found: Findings) -> None:
    if track.cut_short:
        found.problems.append(f"the file is cut short; {track.frames} frames can be read")
    if track.damaged_seconds:
        first = min(track.damaged_seconds)
        found.problems.append(f"{len(track.damaged_seconds)} pictures are damaged, the first at {first:.2f} s")


def _check_pictures(track: Track, looks: list[Look], speech: Speech, found: Findings) -> None:
    if not looks:
        found.problems.append("not one picture can be decoded")
        return
    black = sum(last - first for first, last in black_spans(looks))
    whole = (looks[0].seconds, looks[-1].seconds)
    if black >= min(_BLACK_SECONDS, whole[1] / 2):
        found.problems.append(f"the picture is black for {black:.1f} s of {whole[1]:.1f} s")
        return
    stills = [*still_spans(looks), *held_spans(track)]
    seconds, span = max((speech_within(speech, span), span) for span in stills)
    everything = span == whole and seconds >= _STILL_WORD_SECONDS
    if seconds >= _STILL_SPEECH_SECONDS or everything:
        found.problems.append(
            f"the picture stands still from {span[0]:.1f} s to {span[1]:.1f} s, through {seconds:.1f} s of speech"
        )
