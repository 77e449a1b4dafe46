"""An item as it is found: what it is made from, and a stamp that changes when any of that does."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from longtake.assets import content_key
from longtake.errors import BadInput
from longtake.frozen import Frozen
from longtake.inbox.fields import FILES, ItemFields
from longtake.inbox.place import Entry, Place
from longtake.script import files_of, read_script
from longtake.storyboard import Storyboard


class Found(Frozen):
    """An item, or what looks like one and is wrong."""

    name: str
    where: str = Field(description="The file that it is told by.")
    stamp: str
    fields: ItemFields = Field(ItemFields(), description="Its own over the inbox's; files by their addresses.")
    files: tuple[str, ...] = Field((), description="The addresses of all files that it is made from.")
    problem: str | None = Field(None, description="Why it cannot be rendered as it is.")


def refused(name: str, where: str, problem: str, entries: Iterable[Entry] = ()) -> Found:
    """An item with a problem. It holds as long as its files, and what is wrong with them, stay as they are."""
    return Found(name=name, where=where, stamp=_stamp(entries, problem), problem=problem)


def described(name: str, where: str, fields: ItemFields, place: Place, entries: Iterable[Entry] = ()) -> Found:
    """An item whose fields name its files by their addresses. `entries` are further files that it depends on."""
    known = {entry.address: entry for entry in entries}
    try:
        named = [getattr(fields, field) for field in FILES]
        addresses = [address for address in named if address]
        for address in addresses:
            _look(place, address, known)
        if fields.script and fields.audio:
            raise BadInput("there are a script and a recording, and one of them is the item.", where=where)
        if not fields.script and not fields.audio:
            raise BadInput("there is neither a script nor a recording.", where=where)
        if fields.script:
            storyboard = _storyboard(fields.script, fields.language, place, known)
            _check_portraits(storyboard, fields, where)
            for address in files_of(storyboard) if storyboard else ():
                _look(place, address, known)
                addresses.append(address)
        elif not fields.image:
            raise _no_portrait("the recording", where)
    except BadInput as error:
        return refused(name, where, str(error), known.values())
    return Found(
        name=name,
        where=where,
        stamp=_stamp(known.values(), content_key([fields.model_dump(mode="json"), sorted(addresses)])),
        fields=fields,
        files=tuple(dict.fromkeys(addresses)),
    )


def _look(place: Place, address: str, known: dict[str, Entry]) -> None:
    entry = known.get(address) or place.look(address)
    if entry:
        known[address] = entry


def _storyboard(script: str, language: str | None, place: Place, known: dict[str, Entry]) -> Storyboard | None:
    """What a script says; None for one that lies elsewhere, which its run reads."""
    entry = known.get(script)
    if entry is None:
        return None
    with place.local(entry) as path:
        base = entry.address if place.base else None
        return read_script(path, name=entry.address, base=base, language=language)


def _check_portraits(storyboard: Storyboard | None, fields: ItemFields, where: str) -> None:
    if storyboard is None or fields.image:
        return
    for scene in storyboard.scenes:
        for line in scene.lines:
            if storyboard.look(scene, line).image is None:
                raise _no_portrait(line.speaker, f"{where}:{line.source_line}" if line.source_line else where)


def _no_portrait(who: str, where: str) -> BadInput:
    return BadInput(
        f"{who} has no portrait.",
        where=where,
        hint="Put one picture beside it, of the same name, or name one: image: in the script, or in the fields.",
    )


def _stamp(entries: Iterable[Entry], more: str) -> str:
    files = sorted((entry.address, entry.size_bytes, entry.mark) for entry in entries)
    return content_key([files, more])
