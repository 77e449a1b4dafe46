"""Captions as a document of Advanced SubStation Alpha, which libass draws: shaping, both directions, spare fonts."""

from __future__ import annotations

from collections.abc import Sequence

from longtake.captions import Cue

FONT = "Noto Sans"
"""Asked for by name; where it is not installed the system's own sans serif stands in, and for single letters any font
that has them."""

_OF_HEIGHT = 1 / 20
_OF_WIDTH = 1 / 23.5  # so 42 Latin letters fit between the margins of an upright picture
_SMALLEST = 8
_OUTLINE = 1 / 14
_MARGIN_ASIDE = 1 / 20
_MARGIN_BELOW = 1 / 16

_DOCUMENT = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,{font},{size},&H00FFFFFF,&H00FFFFFF,&H20000000,&H80000000,-1,0,0,0,100,100,0,0,1,{outline},{shadow},2,\
{aside},{aside},{below},-1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
""".replace("\\\n", "")
"""White and bold with a dark edge. The style's last -1 lets each line's own letters tell its direction."""


def write_ass(cues: Sequence[Cue], width: int, height: int) -> str:
    """The document that draws the cues at the bottom of pictures of this size."""
    size = max(_SMALLEST, round(min(height * _OF_HEIGHT, width * _OF_WIDTH)))
    head = _DOCUMENT.format(
        width=width,
        height=height,
        font=FONT,
        size=size,
        outline=round(size * _OUTLINE, 1),
        shadow=round(size * _OUTLINE / 2, 1),
        aside=round(width * _MARGIN_ASIDE),
        below=round(height * _MARGIN_BELOW),
    )
    return head + "".join(f"{_event(cue)}\n" for cue in cues)


def _event(cue: Cue) -> str:
    start, end = _clock(cue.start_milliseconds), _clock(cue.end_milliseconds)
    return f"Dialogue: 0,{start},{end},Default,,0,0,0,,{_BREAK.join(map(_plain, cue.shown_lines))}"


_BREAK = "\\N"
_WORD_JOINER = "\u2060"


def _plain(line: str) -> str:
    """The line so that nothing in it is a command: braces are escaped, and a backslash is parted from what follows."""
    parted = line.replace("\\", "\\" + _WORD_JOINER).replace("{", "\\{").replace("}", "\\}")
    return parted.replace("\r", " ").replace("\n", " ")


def _clock(milliseconds: int) -> str:
    """Hundredths, the finest that the format knows, a little early: libass takes a frame's time a millisecond short."""
    hundredths = max(0, milliseconds - 5) // 10
    seconds, hundredths = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}.{hundredths:02d}"
