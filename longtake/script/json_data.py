"""JSON as plain data that knows its lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from longtake.script.lines import DEEPEST_NESTING, Lines
from longtake.script.source import Source

_JSON_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')


def load_json(source: Source) -> tuple[Any, Lines]:
    """The data of a JSON document, and its lines. Raises ScriptError for what is no JSON and for doubled keys."""
    try:
        data = json.loads(source.text)
    except json.JSONDecodeError as error:
        message = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}."
        raise source.error(message, error.lineno, hint="Mend it here or just before.") from error
    except (RecursionError, ValueError) as error:
        raise source.error("this JSON is nested too deeply, or has a number that is too long.") from error
    return data, _json_lines(source)


def _json_lines(source: Source) -> Lines:
    """The lines of a sound JSON text, found by its brackets, commas and keys alone."""
    lines = Lines()
    at: list[str | int] = []
    expects_key = False
    for line, piece in _json_pieces(source.text):
        if expects_key and piece.startswith('"'):
            at[-1] = json.loads(piece)
            if tuple(at) in lines:
                raise source.error(
                    f"{at[-1]!r} stands here a second time (first on line {lines[tuple(at)]}).",
                    line,
                    hint="Keep one of them.",
                )
            lines[tuple(at)] = line
            expects_key = False
            continue
        if piece in "]}":
            at.pop()
        elif piece == ",":
            last = at[-1]
            expects_key = isinstance(last, str)
            if isinstance(last, int):
                at[-1] = last + 1
        elif piece != ":":
            if tuple(at) not in lines:
                lines[tuple(at)] = line
            if piece in "[{":
                if len(at) >= DEEPEST_NESTING:
                    raise source.error("the data is nested too deeply.", line, hint="See docs/script.md for its form.")
                at.append(0 if piece == "[" else "")
                expects_key = piece == "{"
    return lines


def _json_pieces(text: str) -> Iterator[tuple[int, str]]:
    line, end = 1, 0
    for found in _JSON_PIECE.finditer(text):
        line += text.count("\n", end, found.start())
        end = found.start()
        yield line, found[0]
