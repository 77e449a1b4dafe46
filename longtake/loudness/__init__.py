"""Loudness: targets, measuring, levelling, and the finished master."""

from longtake.loudness.aac import MASTER_PRIMING_SAMPLES
from longtake.loudness.level import level_samples
from longtake.loudness.master import MasterReport, encode_master
from longtake.loudness.measure import Loudness, measure_blocks, measure_samples
from longtake.loudness.presets import PRESETS, LoudnessPreset, preset_named

__all__ = [
    "MASTER_PRIMING_SAMPLES",
    "PRESETS",
    "Loudness",
    "LoudnessPreset",
    "MasterReport",
    "encode_master",
    "level_samples",
    "measure_blocks",
    "measure_samples",
    "preset_named",
]
