"""The stitch: clips become one video, exact to the frame, without being encoded again."""

from longtake.stitch.job import Chapter, CornerLogo, PlacedClip, StitchJob, StitchReport
from longtake.stitch.joining import stitch
from longtake.stitch.parent import stitch_in_child

__all__ = ["Chapter", "CornerLogo", "PlacedClip", "StitchJob", "StitchReport", "stitch", "stitch_in_child"]
