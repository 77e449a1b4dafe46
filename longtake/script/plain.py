"""A script in plain text: paragraphs between blank lines, one narrator, one scene."""

from __future__ import annotations

from itertools import groupby

from longtake.script.builder import Builder
from longtake.script.lines import Lines
from longtake.script.schema import Head
from longtake.script.source import Source
from longtake.script.text import join_lines
from longtake.storyboard import NARRATOR, Storyboard


def parse_plain(source: Source) -> Storyboard:
    """The storyboard of a plain text. Raises ScriptError with the line of what is wrong."""
    builder = Builder(source)
    rows = enumerate(source.text.split("\n"), start=1)
    for blank, group in groupby(rows, key=lambda row: not row[1].strip()):
        if not blank:
            paragraph = list(group)
            builder.say(NARRATOR, join_lines([row for _, row in paragraph]), paragraph[0][0])
    return builder.finish(Head(), Lines())
