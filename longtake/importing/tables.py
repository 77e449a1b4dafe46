"""Tables: CSV as spreadsheets of any country write it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from longtake.importing.said import COLUMNS, Row, Said
from longtake.script.complaints import unknown_word
from longtake.script.source import Source

_DELIMITERS = ("\t", ";", ",")
_LOOKED_AT_ROWS = 20
_LONGEST_CELL = 1_000_000


def read_table(source: Source) -> list[Said]:
    """What a table says. Raises ScriptError that names the row and the column.

    The first row may name the columns; else they are speaker, text, scene, image, voice and pause, or text alone.
    """
    rows = list(_rows(source, _delimiter(source)))
    if not rows:
        raise source.error("the table is empty.", hint=f"Its columns are {', '.join(COLUMNS)}.")
    columns = _named_columns(source, rows[0][2])
    first = 1 if columns else 0
    columns = columns or (["text"] if len(rows[0][2]) == 1 else list(COLUMNS))
    said = [_said(source, row, columns) for row in rows[first:]]
    if not said:
        raise source.error("the table has no row but its head.", hint="Write a row for each paragraph.")
    return said


def _rows(source: Source, delimiter: str, most: int | None = None) -> Iterator[tuple[int, int, list[str]]]:
    """The rows in which something stands: their numbers, lines and cells."""
    before = csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(source.text), delimiter=delimiter)
    number = 0
    try:
        while most is None or number < most:
            line = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            number += 1
            if any(cell.strip() for cell in cells):
                yield number, line, cells
    except csv.Error as error:
        hint = "Is a quotation mark left open?"
        raise source.error(f"row {number + 1} cannot be read: {error}.", line, hint=hint) from error
    finally:
        csv.field_size_limit(before)


def _delimiter(source: Source) -> str:
    """What parts the cells: what parts the head into known columns, else what parts all rows alike."""
    best, best_score = ",", (0, 0)
    for delimiter in _DELIMITERS:
        counts = [len(cells) for _, _, cells in _rows(source, delimiter, _LOOKED_AT_ROWS)]
        head = next((cells for _, _, cells in _rows(source, delimiter, 1)), [])
        known = sum(cell.strip().casefold() in COLUMNS for cell in head)
        alike = sum(count == counts[0] for count in counts) if counts and counts[0] > 1 else 0
        if (known, alike) > best_score:
            best, best_score = delimiter, (known, alike)
    return best


def _named_columns(source: Source, head: list[str]) -> list[str]:
    """The columns that a head names: it names `text`, or half of it are known; none where it is no head."""
    names = [cell.strip().casefold() for cell in head]
    if "text" not in names and 2 * sum(name in COLUMNS for name in names) < sum(map(bool, names)):
        return []
    for place, name in enumerate(names):
        if name and name not in COLUMNS:
            message, hint = unknown_word("column", name, COLUMNS)
            raise source.error(f"row 1: {message}", 1, hint=hint)
        if name and name in names[:place]:
            raise source.error(f"row 1: the column {name!r} stands there twice.", 1, hint="Keep one of them.")
    if "text" not in names:
        raise source.error("row 1: there is no column 'text'.", 1, hint="Name the column of what is said `text`.")
    return names


def _said(source: Source, row: tuple[int, int, list[str]], columns: list[str]) -> Said:
    number, line, cells = row
    values = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    made = Row(source, "row", number, line, values)
    if any(cell.strip() for cell in cells[len(columns) :]):
        hint = "Put a text that has the delimiter in it in quotation marks."
        raise made.error(None, f"it has {len(cells)} cells, and there are {len(columns)} columns.", hint)
    return made.said()
