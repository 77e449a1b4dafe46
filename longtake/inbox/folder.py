"""The items of a folder: a script or a recording in it, or a folder of its own for one of them with its pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from longtake.errors import BadInput
from longtake.inbox.fields import FILES, ItemFields, read_fields
from longtake.inbox.found import Found, described, refused
from longtake.inbox.names import DEFAULTS, OUT, Kind, is_item_name, kind_of, stem_of
from longtake.inbox.place import Entry, Place
from longtake.script.source import read_source
from longtake.script.yaml_data import load_yaml


@dataclass
class Group:
    """The files that belong to one item by their names."""

    name: str
    where: str
    folder: str = ""
    by_kind: dict[Kind, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    def of(self, kind: Kind) -> list[Entry]:
        """Those of a kind."""
        return self.by_kind.get(kind, [])

    @property
    def entries(self) -> list[Entry]:
        """All of them."""
        return [entry for entries in self.by_kind.values() for entry in entries]

    @property
    def is_item(self) -> bool:
        """Whether it holds anything but pictures."""
        return bool(self.of(Kind.SCRIPT) or self.of(Kind.RECORDING) or self.of(Kind.FIELDS))


def find_in_folder(place: Place) -> tuple[Found, ...]:
    """The items, in the order of their names. Raises BadInput when the folder or its defaults cannot be read."""
    listing = place.listed()
    defaults = _defaults(listing.files, place)
    in_folders = [_of_folder(name, place) for name in listing.folders if name != OUT]
    beside = _beside(entry for entry in listing.files if entry.name not in DEFAULTS)
    found = [_found(group, defaults, place) for group in in_folders if group.is_item]
    with_words = [group for group in beside if group.of(Kind.SCRIPT) or group.of(Kind.FIELDS)]
    found += [_found(group, defaults, place) for group in with_words]
    used = {address for item in found for address in item.files}
    broken = [group for group in with_words if any(item.problem for item in found if item.name == group.name)]
    for group in beside:
        if group in with_words or not group.is_item:
            continue
        recordings = [one for one in group.of(Kind.RECORDING) if one.address not in used]
        if recordings and not any(_mentions(other, one, place) for other in broken for one in recordings):
            group.by_kind[Kind.RECORDING] = recordings
            found.append(_found(group, defaults, place))
    return _told_apart(found)


def _defaults(files: Sequence[Entry], place: Place) -> ItemFields:
    named = [entry for entry in files if entry.name in DEFAULTS]
    if len(named) > 1:
        raise BadInput("there are two of them.", where=f"{named[0].name} and {named[1].name}", hint="Keep one.")
    return _fields(named[0], "", place) if named else ItemFields()


def _fields(entry: Entry, folder: str, place: Place) -> ItemFields:
    """The fields that a file holds, with the files that they name by their addresses."""
    with place.local(entry) as path:
        data, _ = load_yaml(read_source(path, entry.address))
    return placed(read_fields(data, entry.address), folder, place)


def placed(fields: ItemFields, folder: str, place: Place) -> ItemFields:
    """The fields with the files that they name by their addresses."""
    named = {name: place.named(value, folder) for name in FILES if (value := getattr(fields, name))}
    return fields.model_copy(update=named)


def _of_folder(name: str, place: Place) -> Group:
    group = Group(name=name, where=f"{name}/", folder=name)
    for entry in place.listed(name).files:
        group.by_kind[kind_of(entry.name)].append(entry)
    return group


def _beside(entries: Iterable[Entry]) -> list[Group]:
    """The files of the inbox itself, together by their stems."""
    groups: dict[str, Group] = {}
    for entry in entries:
        stem = stem_of(entry.name)
        group = groups.setdefault(stem, Group(name=stem, where=entry.name))
        kind = kind_of(entry.name)
        group.by_kind[kind].append(entry)
        if kind is Kind.SCRIPT or (kind is Kind.RECORDING and not group.of(Kind.SCRIPT)):
            group.where = entry.name
    return list(groups.values())


def _found(group: Group, defaults: ItemFields, place: Place) -> Found:
    """The item of a group, whose own fields stand over the defaults."""
    try:
        if not is_item_name(group.name):
            raise BadInput("a video cannot be called so.", where=group.where, hint="Rename it.")
        said = _one(group.of(Kind.FIELDS), "files of fields", "Keep one.")
        own = _fields(said, group.folder, place) if said else ItemFields()
        if not own.script and not own.audio:
            own = own.model_copy(update=_words(group))
        return _with_portrait(own, group, defaults, place)
    except BadInput as error:
        return refused(group.name, group.where, str(error), group.entries)


def _words(group: Group) -> dict[str, str]:
    """The script or the recording that the item is; beside a recording, what it says."""
    hint = "Put each into a folder of its own, or say script: or audio: in item.yaml."
    scripts, recordings = group.of(Kind.SCRIPT), group.of(Kind.RECORDING)
    if scripts and recordings and not group.folder:
        raise _ambiguous([scripts[0], recordings[0]], "a script and a recording of one name", hint)
    script = _one(scripts, "scripts", hint)
    if script:
        return {"script": script.address}
    recording = _one(recordings, "recordings", hint)
    transcript = _one(group.of(Kind.TRANSCRIPT), "transcripts", hint) if recording else None
    named = {"audio": recording, "transcript": transcript}
    return {field: entry.address for field, entry in named.items() if entry}


def _with_portrait(own: ItemFields, group: Group, defaults: ItemFields, place: Place) -> Found:
    """The item with the picture that lies by it, unless its own fields name one.

    In a folder that is the picture with the folder's or the script's name, else the only one.
    """
    fields = own.over(defaults)
    pictures = [entry for entry in group.of(Kind.PICTURE) if entry.address != fields.mask]
    if group.folder and len(pictures) > 1:
        stems = {group.name, PurePosixPath(fields.script or fields.audio or "").stem}
        pictures = [entry for entry in pictures if stem_of(entry.name) in stems]
    if pictures and not own.image:
        picture = _one(pictures, "pictures for one item", "Keep one, or say which: image: in the item's fields.")
        fields = fields.model_copy(update={"image": picture and picture.address})
    return described(group.name, group.where, fields, place)


def _one(entries: Sequence[Entry], what: str, hint: str) -> Entry | None:
    if len(entries) > 1:
        raise _ambiguous(entries, f"several {what}", hint)
    return entries[0] if entries else None


def _ambiguous(entries: Sequence[Entry], what: str, hint: str) -> BadInput:
    names = " and ".join(entry.name for entry in entries[:4])
    return BadInput(f"there are {what}.", where=names, hint=hint)


def _mentions(group: Group, recording: Entry, place: Place) -> bool:
    """Whether a script that cannot be read has the recording's name in it: then it is no item of its own."""
    for entry in (*group.of(Kind.SCRIPT), *group.of(Kind.FIELDS)):
        with place.local(entry) as path:
            if PurePosixPath(recording.name).name.encode() in path.read_bytes():
                return True
    return False


def _told_apart(found: Sequence[Found]) -> tuple[Found, ...]:
    """The items in the order of their names; of two with one name, none."""
    by_name: dict[str, list[Found]] = defaultdict(list)
    for item in found:
        by_name[item.name.casefold()].append(item)
    kept = []
    for alike in by_name.values():
        if len(alike) == 1:
            kept += alike
            continue
        files = " and ".join(item.where for item in alike)
        problem = str(BadInput("there are several items of one name.", where=files, hint="Rename all but one."))
        kept += [refused(item.name, item.where, problem) for item in {one.name: one for one in alike}.values()]
    return tuple(sorted(kept, key=lambda item: item.name))
