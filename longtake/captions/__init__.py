"""Captions: what is said, in cues short enough to read, as SRT and WebVTT."""

from longtake.captions.cue import Cue
from longtake.captions.cues import caption_cues
from longtake.captions.formats import write_srt, write_vtt

__all__ = ["Cue", "caption_cues", "write_srt", "write_vtt"]
