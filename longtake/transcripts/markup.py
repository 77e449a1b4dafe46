"""The markup of subtitles: what of a cue is said, and who says it."""

from __future__ import annotations

import html
import re

from longtake.script.text import join_lines, written_text

# WebVTT has i, b, u, c, v, lang, ruby, rt and times; SRT what players took over from HTML, and {\an8} from other kinds.
_TAG = re.compile(
    r"</?(?:[ibus]|ruby|rt)(?:\.[^<>\s]*)?\s*>|</?(?:c|lang)(?:[.\s][^<>]*)?>|</?(?:font|v)\b[^<>]*>|<\d[\d:.]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_ENTITY = re.compile(r"&(?:amp|lt|gt|nbsp|lrm|rlm|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_VOICE = re.compile(r"\s*<v(?:\.[^<>\s]*)?\s+([^<>]+)>", re.IGNORECASE)


def plain_cue_text(rows: list[str]) -> str:
    """What a cue's rows say, as one text without tags, positions and entities."""
    text = _BREAK.sub("\n", _OVERRIDE.sub("", "\n".join(rows)))
    plain = _ENTITY.sub(lambda found: html.unescape(found[0]), _TAG.sub("", text))
    return written_text(join_lines(plain.split("\n")))


def voice_of(rows: list[str]) -> str | None:
    """The speaker that a cue begins with, `<v Ada>`."""
    found = _VOICE.match(rows[0]) if rows else None
    return written_text(found[1]) or None if found else None


def split_voices(rows: list[str]) -> list[list[str]]:
    """A cue's rows, parted before each `<v …>` that begins one."""
    parts: list[list[str]] = []
    for row in rows:
        if not parts or _VOICE.match(row):
            parts.append([])
        parts[-1].append(row)
    return parts
