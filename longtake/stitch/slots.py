"""The slots of a job must cover the video from its first frame to its last, once."""

from __future__ import annotations

from collections.abc import Sequence

from longtake.errors import HolesLeft, LongtakeError
from longtake.stitch.job import PlacedClip


def check_slots(clips: Sequence[PlacedClip]) -> None:
    """Raise HolesLeft where a slot or a file is missing, LongtakeError where slots overlap or make no sense.

    Clips are numbered from 1, as people see them.
    """
    reached = 0
    for number, clip in enumerate(clips, start=1):
        span = f"frames {clip.start_frame} to {clip.end_frame}"
        if clip.end_frame <= clip.start_frame:
            raise LongtakeError(f"clip {number} has an empty slot ({span})")
        if clip.sent_frames < clip.slot_frames:
            raise LongtakeError(f"clip {number} was sent {clip.sent_frames} frames for a slot of {clip.slot_frames}")
        if clip.start_frame > reached:
            raise HolesLeft(f"nothing fills frames {reached} to {clip.start_frame}, before clip {number}")
        if clip.start_frame < reached:
            raise LongtakeError(f"clip {number} ({span}) overlaps the one before it, which ends at frame {reached}")
        if not clip.path.is_file():
            raise HolesLeft(f"clip {number} ({span}) is missing: there is no file {clip.path}")
        reached = clip.end_frame
