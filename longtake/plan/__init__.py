"""The cut planner: which of the possible cuts to take, so that the video is good and as little as possible is paid."""

from longtake.plan.cuts import Cut, NoCover, SlotSpan, limit_frames_of, sent_frames
from longtake.plan.planner import plan_slots, spans_within
from longtake.plan.weights import DEFAULT_WEIGHTS, Weights

__all__ = [
    "DEFAULT_WEIGHTS",
    "Cut",
    "NoCover",
    "SlotSpan",
    "Weights",
    "limit_frames_of",
    "plan_slots",
    "sent_frames",
    "spans_within",
]
