"""Looking at what came: is this clip what was ordered, is this video what was meant?"""

from longtake.checks.clip import check_clip
from longtake.checks.report import VideoReport
from longtake.checks.verdict import Verdict
from longtake.checks.video import check_video

__all__ = ["Verdict", "VideoReport", "check_clip", "check_video"]
