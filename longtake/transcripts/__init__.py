"""Transcripts: SRT and WebVTT files, read into cues."""

from longtake.transcripts.markup import plain_cue_text
from longtake.transcripts.reading import TranscriptCue, parse_transcript, read_transcript

__all__ = [
    "TranscriptCue",
    "parse_transcript",
    "plain_cue_text",
    "read_transcript",
]
