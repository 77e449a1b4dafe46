"""Recordings: read whatever their format, measured, levelled, and brought onto the frame grid."""

from longtake.recordings.measure import RecordingFacts, RecordingMeasure, measure_recording
from longtake.recordings.prepare import (
    PreparedRecording,
    level_recording,
    prepare_recording,
    transcribed_recording,
)

__all__ = [
    "PreparedRecording",
    "RecordingFacts",
    "RecordingMeasure",
    "level_recording",
    "measure_recording",
    "prepare_recording",
    "transcribed_recording",
]
