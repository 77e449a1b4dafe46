"""Joining clips into one video, each on its slot's very frame, with the one sound beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from longtake.errors import ClipRejected, LongtakeError, MediaError, ToolFailed
from longtake.files import written_whole
from longtake.stitch.avcc import ParameterSets
from longtake.stitch.choose import Target, choose_target
from longtake.stitch.fit import TICKS_PER_FRAME, TICKS_PER_SECOND, check_length
from longtake.stitch.ink import Ink, cues_between
from longtake.stitch.job import PlacedClip, StitchJob, StitchReport
from longtake.stitch.lay import LaidClip, Schedule, lay_clip, schedule_of
from longtake.stitch.mux import write_video
from longtake.stitch.reading import ReadClip, read_clip
from longtake.stitch.reencode import encode_odd_clip, encode_together
from longtake.stitch.slots import check_slots
from longtake.stitch.sound import sound_end_ticks
from longtake.stitch.verify import shown_times, worst_start_error_ms

Progress = Callable[[int], None]

_ENCODED_AT_ONCE = 8
"""Clips that one ffmpeg encodes together: each keeps a file, a decoder and its pictures open."""


def stitch(job: StitchJob, output: Path, *, progress: Progress | None = None) -> StitchReport:
    """Join the job's clips and its master into `output`, which is written whole or not at all.

    Clips that are like most others are copied bit for bit, and so are own ones that can stand beside them; the others
    are encoded anew. `progress` hears how many clips are done: written, or encoded where all of them are. Raises
    HolesLeft, ClipRejected, MediaError or LongtakeError that name the clip by its number.
    """
    check_slots(job.clips)
    end_ticks = max(sound_end_ticks(job.master, job.frames * TICKS_PER_FRAME), job.frames * TICKS_PER_FRAME)
    read = [_read(clip, number) for number, clip in enumerate(job.clips, start=1)]
    leading = [clip for clip, placed in zip(read, job.clips, strict=True) if not placed.is_own]
    target = choose_target(leading or read, (job.width, job.height) if job.width and job.height else None)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".stitch-") as folder:
        told = progress or _nobody
        if job.encodes_all:
            joined = _encoded_together(read, job, target, Path(folder), told)
        else:
            joined = _odd_ones_encoded(read, job.clips, target, Path(folder))
        schedule = schedule_of(joined.laid, end_ticks)
        with written_whole(output) as part:
            heard = _nobody if job.encodes_all else told
            write_video(part, job, joined.target, joined.laid, schedule, joined.beside, heard)
            return _report(part, job, joined, schedule)


def _nobody(_clips: int) -> None:
    """Hears of progress, and does nothing."""


class _Joined:
    """The clips as they go into the video."""

    def __init__(
        self, target: Target, laid: Sequence[LaidClip], beside: Sequence[ParameterSets | None], reencoded: int
    ) -> None:
        self.target = target
        self.laid = laid
        self.beside = [sets for sets in beside if sets]
        self.reencoded = reencoded


def _read(placed: PlacedClip, number: int) -> ReadClip:
    try:
        clip = read_clip(placed.path)
    except MediaError as error:
        raise ClipRejected(f"clip {number} ({placed.path}): {error.message}") from error
    check_length(len(clip.times), clip.rate, placed.sent_frames, number)
    return clip


def _odd_ones_encoded(read: Sequence[ReadClip], placed: Sequence[PlacedClip], target: Target, folder: Path) -> _Joined:
    laid: list[LaidClip] = []
    odd: ReadClip | None = None
    own: ParameterSets | None = None
    reencoded = 0
    for number, (clip, place) in enumerate(zip(read, placed, strict=True), start=1):
        if target.copies(clip):
            laid.append(lay_clip(clip, place))
            continue
        if place.is_own and target.takes_beside(clip, own):
            own = clip.sets
            laid.append(lay_clip(clip, place))
            continue
        fresh = folder / f"{number:06}.mp4"
        try:
            encode_odd_clip(clip, target, place, fresh)
        except ToolFailed as error:
            raise LongtakeError(f"clip {number} could not be encoded anew: {error.message}") from error
        again = read_clip(fresh)
        if odd is not None and again.extradata != odd.extradata:
            raise LongtakeError(f"clip {number} was encoded with another set-up than the ones before it")
        odd = odd or again
        reencoded += 1
        laid.append(lay_clip(again, place.model_copy(update={"sent_frames": place.slot_frames})))
    if target.sets is None and odd is not None:
        return _Joined(choose_target([odd], (target.width, target.height)), laid, (), reencoded)
    return _Joined(target, laid, (own, odd.sets if odd else None), reencoded)


def _encoded_together(
    read: Sequence[ReadClip], job: StitchJob, target: Target, folder: Path, progress: Progress
) -> _Joined:
    laid: list[LaidClip] = []
    done = 0
    fresh_target: Target | None = None
    for number, batch in enumerate(_batches(list(zip(read, job.clips, strict=True)))):
        fresh = folder / f"{number:06}.mp4"
        start, end = batch[0][1].start_frame, batch[-1][1].end_frame
        ink = None if batch[0][1].is_own else Ink(job.logo, cues_between(job.burnt, start, end), target, folder)
        encode_together(batch, target, fresh, ink)
        again = read_clip(fresh)
        fresh_target = fresh_target or choose_target([again], (target.width, target.height))
        if len(again.times) != end - start or not fresh_target.copies(again):
            raise LongtakeError(f"the clips of frames {start} to {end} were not encoded as meant")
        laid.append(lay_clip(again, PlacedClip(path=fresh, start_frame=start, end_frame=end, sent_frames=end - start)))
        done += len(batch)
        progress(done)
    assert fresh_target is not None
    return _Joined(fresh_target, laid, (), len(read))


def _batches(clips: Sequence[tuple[ReadClip, PlacedClip]]) -> Iterator[list[tuple[ReadClip, PlacedClip]]]:
    """Clips that one ffmpeg encodes: own ones apart, for nothing is drawn on them.

    The same file twice needs two: ffmpeg-python takes equal inputs for one.
    """
    batch: list[tuple[ReadClip, PlacedClip]] = []
    for clip, placed in clips:
        repeated = any(clip.path == other.path for other, _ in batch)
        parted = bool(batch) and batch[-1][1].is_own != placed.is_own
        if len(batch) == _ENCODED_AT_ONCE or repeated or parted:
            yield batch
            batch = []
        batch.append((clip, placed))
    yield batch


def _report(part: Path, job: StitchJob, joined: _Joined, schedule: Schedule) -> StitchReport:
    shown = shown_times(part)
    if not np.array_equal(shown, schedule.shown):
        raise LongtakeError("the joined file does not show its pictures when it should")
    starts = np.array([clip.start_frame for clip in job.clips], dtype=np.int64) * TICKS_PER_FRAME
    hidden = sum(clip.hidden for clip in joined.laid)
    return StitchReport(
        clips=len(job.clips),
        frames=len(shown) - hidden,
        hidden_frames=hidden,
        seconds=schedule.end / TICKS_PER_SECOND,
        copied_clips=len(job.clips) - joined.reencoded,
        reencoded_clips=joined.reencoded,
        width=joined.target.width,
        height=joined.target.height,
        fps=str(joined.target.template.rate),
        worst_start_error_ms=worst_start_error_ms(shown, starts),
        size_bytes=part.stat().st_size,
    )
