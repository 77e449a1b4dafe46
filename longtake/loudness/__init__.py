"""Loudness: targets, measuring, levelling, and the finished master."""

from longtake.loudness.level import level_samples
from longtake.loudness.measure import Loudness, measure_blocks, measure_samples
from longtake.loudness.presets import PRESETS, LoudnessPreset, preset_named

__all__ = [
    "PRESETS",
    "Loudness",
    "LoudnessPreset",
    "level_samples",
    "measure_blocks",
    "measure_samples",
    "preset_named",
]
