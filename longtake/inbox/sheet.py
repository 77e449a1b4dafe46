"""The items of a list file: YAML or CSV, an item a row."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from longtake.errors import BadInput
from longtake.inbox.fields import ItemFields, read_fields
from longtake.inbox.folder import placed
from longtake.inbox.found import Found, described, refused
from longtake.inbox.names import is_item_name
from longtake.inbox.place import Entry, Place
from longtake.script.source import Source, read_source
from longtake.script.yaml_data import load_yaml

Row = tuple[str, Any]
"""Where a row stands, and what it holds."""


def find_in_list(entry: Entry, place: Place) -> tuple[Found, ...]:
    """The items, in the order of the list. Raises BadInput when the list cannot be read."""
    with place.local(entry) as path:
        source = read_source(path, entry.address)
    defaults, rows = _of_csv(source) if entry.name.casefold().endswith(".csv") else _of_yaml(source)
    defaults = placed(defaults, "", place)
    found = [_found(where, data, defaults, place) for where, data in rows]
    counts = Counter(item.name.casefold() for item in found)
    return tuple(
        item if counts[item.name.casefold()] == 1 else _doubled(item)
        for item in {one.name: one for one in found}.values()
    )


def _of_yaml(source: Source) -> tuple[ItemFields, list[Row]]:
    data, lines = load_yaml(source)
    rows = data.get("items") if isinstance(data, Mapping) else data
    path: tuple[str, ...] = ("items",) if isinstance(data, Mapping) else ()
    if isinstance(data, Mapping) and set(data) - {"items", "defaults"}:
        odd = sorted(set(data) - {"items", "defaults"})[0]
        raise source.error(f"there is no key {odd!r} here.", lines[(odd,)], hint="A list has `items`, and `defaults`.")
    if rows is None:
        rows = []
    if not isinstance(rows, list):
        raise source.error("this is no list of items.", lines[path], hint="Write each as `- script: talk.md`.")
    defaults = data.get("defaults") if isinstance(data, Mapping) else None
    told = [(source.where(lines[(*path, index)]), row) for index, row in enumerate(rows)]
    return read_fields(defaults, source.where(lines[("defaults",)]) if defaults else source.name), told


def _of_csv(source: Source) -> tuple[ItemFields, list[Row]]:
    """Rows by the names in the first one. Spreadsheets of some countries write semicolons."""
    head = source.text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(source.text), delimiter=";" if head.count(";") > head.count(",") else ",")
    return ItemFields(), list(_rows(reader, source))


def _rows(reader: csv.DictReader[str], source: Source) -> Iterator[Row]:
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise source.error(f"this is no CSV: {error}.", reader.line_num) from error
        if row is None:
            return
        where = source.where(reader.line_num)
        if None in row:
            yield (
                where,
                BadInput("it has more cells than the first row.", where=where, hint="Quote a text with commas."),
            )
        elif any(value and value.strip() for value in row.values()):
            yield where, {name.strip(): (value or "").strip() for name, value in row.items() if name and name.strip()}


def _found(where: str, data: Any, defaults: ItemFields, place: Place) -> Found:
    name = _named(data) or f"row {where.rpartition(':')[2]}"
    try:
        if isinstance(data, BadInput):
            raise data
        if not is_item_name(name):
            raise BadInput(f"a video cannot be called {name[:100]!r}.", where=where, hint="Give the row a `name`.")
        words = {key: value for key, value in data.items() if key != "name"} if isinstance(data, Mapping) else data
        own = placed(read_fields(words, where), "", place)
        fields = own.over(defaults)
    except BadInput as error:
        return refused(name, where, str(error))
    return described(name, where, fields, place)


def _named(data: Any) -> str | None:
    """The row's name, else that of its script or recording."""
    if not isinstance(data, Mapping):
        return None
    said = data.get("name")
    file = data.get("script") or data.get("audio")
    return str(said) if said else PurePosixPath(str(file)).stem if file else None


def _doubled(item: Found) -> Found:
    problem = BadInput("several rows have this name.", where=item.name, hint="Give each a `name` of its own.")
    return refused(item.name, item.where, str(problem))
