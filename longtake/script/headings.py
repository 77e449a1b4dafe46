"""Headings with attributes: `## At the lake {image=lake.jpg prompt="she smiles"}`."""

from __future__ import annotations

import re

from longtake.script.complaints import unknown_word
from longtake.script.source import Source

SCENE_KEYS = ("image", "prompt")
_LONGEST_HEADING = 5000

_VALUE = r"\"[^\"]*\"|“[^”]*”|'[^']*'|[^\s{}\"“”']+"
_ATTRIBUTE = re.compile(rf"([A-Za-z_][\w-]*)\s*=\s*({_VALUE})")
_OPENING = re.compile(r"\{\s*[A-Za-z_][\w-]*\s*=")
_ATTRIBUTES = re.compile(rf"\{{\s*(?:[A-Za-z_][\w-]*\s*=\s*(?:{_VALUE})\s*)*\}}")


def split_heading(source: Source, heading: str, line: int) -> tuple[str, dict[str, str]]:
    """A heading's raw text, and the attributes in braces at its end. Raises ScriptError at `line`."""
    heading = heading.strip()
    if len(heading) > _LONGEST_HEADING:
        raise source.error("this heading is longer than a heading can be.", line, hint="Is it a paragraph?")
    if not _OPENING.search(heading) and not (heading.endswith("}") and "{" in heading):
        return heading, {}
    for brace in re.finditer(r"\{", heading):
        if _ATTRIBUTES.fullmatch(heading, brace.start()):
            return heading[: brace.start()].rstrip(), _attributes(source, heading[brace.start() :], line)
    raise source.error(
        "the braces at the end of this heading cannot be read.",
        line,
        hint='Write them as {image=lake.jpg prompt="she smiles"}.',
    )


def _attributes(source: Source, braces: str, line: int) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for key, value in _ATTRIBUTE.findall(braces):
        if key not in SCENE_KEYS:
            message, hint = unknown_word("scene attribute", key, SCENE_KEYS)
            raise source.error(message, line, hint=hint)
        if key in attributes:
            raise source.error(f"{key!r} stands here twice.", line, hint="Keep one of them.")
        attributes[key] = value[1:-1] if value[0] in "\"'“" else value
    return attributes
