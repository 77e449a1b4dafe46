"""Cues as SRT and as WebVTT text. Neither format can be broken by what is said."""

from __future__ import annotations

import re
from collections.abc import Iterable

from longtake.captions.cue import Cue
from longtake.script.text import written_text

# A word joiner shows nothing. Behind it, players do not take `<b>` or `{\an8}` for markup, nor `-->` for a time.
_SRT_MARKUP = re.compile(r"(?<=--)(?=>)|(?<=<)(?=[/A-Za-z])|(?<=\{)(?=\\)")
_WORD_JOINER = "\u2060"


def write_srt(cues: Iterable[Cue]) -> str:
    """The cues as SubRip text, numbered from 1."""
    return "\n".join(
        f"{number}\n{_times(cue, ',')}\n{_SRT_MARKUP.sub(_WORD_JOINER, cue.text)}\n"
        for number, cue in enumerate(cues, start=1)
    )


def write_vtt(cues: Iterable[Cue]) -> str:
    """The cues as WebVTT text; `&`, `<` and `>` are escaped (W3C, WebVTT, cue text).

    A voice tag names the speaker. Browsers show nothing for it, so what viewers see are the names in the lines.
    """
    blocks = (f"\n{_times(cue, '.')}\n{_voiced(cue)}\n" for cue in cues)
    return "WEBVTT\n" + "".join(blocks)


def _voiced(cue: Cue) -> str:
    """The lines with a voice tag in front, or each with its own; the last one ends with the cue."""
    speakers = cue.speakers or ()
    if len(speakers) < len(cue.lines):
        return "".join(map(_voice, speakers)) + _escaped(cue.text)
    pairs = zip(speakers, cue.shown_lines, strict=True)
    return "</v>\n".join(_voice(speaker) + _escaped(line) for speaker, line in pairs)


def _voice(speaker: str) -> str:
    name = written_text(speaker)
    return f"<v {_escaped(name)}>" if name else ""


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _times(cue: Cue, point: str) -> str:
    return f"{_clock(cue.start_milliseconds, point)} --> {_clock(cue.end_milliseconds, point)}"


def _clock(milliseconds: int, point: str) -> str:
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{point}{thousandths:03d}"
