"""Captions as a track of their own: timed text of 3GPP TS 26.245, which MP4 players can switch on."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from longtake.captions import Cue

_LONGEST_BYTES = 0xFFFF

CAPTION_STYLE = b"""[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, \
Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, \
MarginV, Encoding
Style: Default,Sans-Serif,18,&Hffffff,&Hffffff,&H0,&H80000000,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
""".replace(b"\\\n", b"")
"""The track's style, in the ASS that libav makes a text track's set-up of: white, centred, at the bottom."""


def caption_samples(cues: Sequence[Cue], end_milliseconds: int) -> Iterator[tuple[int, int, bytes]]:
    """Start and length in milliseconds, and bytes, of samples that cover the video without a gap.

    Where nothing is said the text is empty: a sample shows until the next one.
    """
    reached = 0
    for cue in cues:
        start = max(cue.start_milliseconds, reached)
        end = min(cue.end_milliseconds, end_milliseconds)
        if end <= start:
            continue
        if start > reached:
            yield reached, start - reached, _sample("")
        yield start, end - start, _sample(cue.text)
        reached = end
    if end_milliseconds > reached:
        yield reached, end_milliseconds - reached, _sample("")


def _sample(text: str) -> bytes:
    data = text.encode()[:_LONGEST_BYTES].decode(errors="ignore").encode()
    return struct.pack(">H", len(data)) + data
