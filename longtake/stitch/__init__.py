"""The stitch: clips become one video, exact to the frame, without being encoded again."""

from longtake.stitch.child import stitch_in_child
from longtake.stitch.job import Chapter, PlacedClip, StitchJob, StitchReport
from longtake.stitch.joining import stitch

__all__ = ["Chapter", "PlacedClip", "StitchJob", "StitchReport", "stitch", "stitch_in_child"]
