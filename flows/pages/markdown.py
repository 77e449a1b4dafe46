"""Markdown for Prefect's UI. Whatever a person or a provider wrote is shown as it is, and never read as markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from longtake.grid import frames_to_seconds

LONGEST_CELL = 80
LONGEST_TEXT = 600
_SPACED = {"Cc", "Zl", "Zp", "Zs"}
_DROPPED = {"Cf", "Cs", "Co", "Cn"}
_MARKUP = re.compile(r"[!#$&*+:<=>@\[\\\]^_`{|}~]")
_FORMULA = tuple("=+-@\t\r")
_JOINS_LETTERS = ("\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}")
_WORD_JOINER = "\N{WORD JOINER}"


def plain(text: str, longest: int = LONGEST_TEXT) -> str:
    """The text in one line, with nothing in it that Markdown, HTML or a browser would take for more than letters.

    Marks get a backslash before them: of all ways to write them, the one that both of Prefect's UIs show as the mark.
    They make links of bare addresses even then, unless something stands in them: a joiner that takes no room.
    """
    shown = "".join(map(_shown, text))
    line = " ".join(shown.split())
    if len(line) > longest:
        line = f"{line[: longest - 1].rstrip()}…"
    line = re.sub(r"(?<=:)(?=//)|(?<=www)(?=\.)|(?=@)", _WORD_JOINER, line, flags=re.IGNORECASE)
    line = _MARKUP.sub(r"\\\g<0>", line)
    return re.sub(r"^(\d*)([-.)])", r"\1\\\2", line)  # what would begin a list, or a rule


def _shown(letter: str) -> str:
    kind = unicodedata.category(letter)
    if kind in _SPACED:
        return " "
    return "" if kind in _DROPPED and letter not in _JOINS_LETTERS else letter


def cell(text: str) -> str:
    """The text as a table's cell."""
    return plain(text, LONGEST_CELL) or "–"


def code(text: str) -> str:
    """A path or an address as code, to be copied; not for a table's cell."""
    line = " ".join("".join(map(_shown, text)).split())
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    inner = f" {line} " if line.startswith("`") or line.endswith("`") else line
    return f"{fence}{inner}{fence}"


def clock(frame: int) -> str:
    """A frame's time in the video."""
    minutes, seconds = divmod(frames_to_seconds(frame), 60)
    return f"{int(minutes) // 60}:{int(minutes) % 60:02d}:{seconds:05.2f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are Markdown. A head that begins with `>` is that of figures, set to the right."""
    line = "| " + " | ".join(head.removeprefix(">") for head in heads) + " |"
    sides = "|" + "|".join(" ---: " if head.startswith(">") else " --- " for head in heads) + "|"
    return "\n".join((line, sides, *("| " + " | ".join(row) + " |" for row in rows)))


def joined(parts: Iterable[str]) -> str:
    """The parts as paragraphs; empty ones are left out."""
    return "\n\n".join(filter(None, parts)) + "\n"


def listed(lines: Iterable[str]) -> str:
    """The lines as a list."""
    return "\n".join(f"- {line}" for line in lines)


def spreadsheet(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The whole table as CSV. No cell begins as a formula does: a spreadsheet would work it out."""
    import csv
    import io

    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heads)
    for row in rows:
        writer.writerow(
            f"'{value}" if str(value)[:1] in _FORMULA and isinstance(value, str) else value for value in row
        )
    return file.getvalue().encode()
