"""A storyboard's files named by their content: mapped, stored, and told by the names that the person gave."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from longtake.around import Logo, Music
from longtake.assets import Asset, Store, parse_address
from longtake.assets.asset import describe
from longtake.errors import BadInput
from longtake.remote import Kind, is_uri, shown
from longtake.storyboard import Line, Scene, Speaker, Storyboard

Pin = Callable[[str, Kind], str]
"""What stands in place of a file's name; the kind says what the file is wanted for."""

Around = TypeVar("Around", Music, Logo)


def map_files(storyboard: Storyboard, pin: Pin) -> Storyboard:
    """The storyboard with each file name replaced by what `pin` makes of it."""

    def mapped(name: str | None, kind: Kind = Kind.PICTURE) -> str | None:
        return pin(name, kind) if name else name

    def of_speaker(speaker: Speaker) -> Speaker:
        return speaker.model_copy(update={"image": mapped(speaker.image), "mask": mapped(speaker.mask)})

    def of_line(line: Line) -> Line:
        audio, transcript = mapped(line.audio, Kind.RECORDING), mapped(line.transcript, Kind.TRANSCRIPT)
        return line.model_copy(update={"audio": audio, "transcript": transcript})

    def of_scene(scene: Scene) -> Scene:
        return scene.model_copy(update={"image": mapped(scene.image), "lines": tuple(map(of_line, scene.lines))})

    def around(one: Around | None, kind: Kind) -> Around | None:
        return one and one.model_copy(update={"file": mapped(one.file, kind)})

    return storyboard.model_copy(
        update={
            "intro": mapped(storyboard.intro, Kind.VIDEO),
            "outro": mapped(storyboard.outro, Kind.VIDEO),
            "music": around(storyboard.music, Kind.RECORDING),
            "logo": around(storyboard.logo, Kind.PICTURE),
            "speakers": {name: of_speaker(speaker) for name, speaker in storyboard.speakers.items()},
            "scenes": tuple(map(of_scene, storyboard.scenes)),
        }
    )


def address_inputs(storyboard: Storyboard) -> Storyboard:
    """The storyboard with every file named by its content. Reads each file once, stores nothing."""
    seen: dict[str, str] = {}

    def pin(name: str, _kind: Kind) -> str:
        if name not in seen:
            seen[name] = (parse_address(name) or describe(_local_file(name))).address
        return seen[name]

    return map_files(storyboard, pin)


def pin_inputs(storyboard: Storyboard, store: Store) -> Storyboard:
    """The storyboard with every file in the store, named by its content. An asset that is named must be there."""
    seen: dict[str, str] = {}

    def pin(name: str, _kind: Kind) -> str:
        if name not in seen:
            seen[name] = _stored(name, store).address
        return seen[name]

    return map_files(storyboard, pin)


def _stored(name: str, store: Store) -> Asset:
    asset = parse_address(name)
    if asset is None:
        return store.put(_local_file(name))
    if not store.verify(asset):
        raise BadInput(f"{name} is not in the store.", hint="Upload the file again, and use the address that answers.")
    return asset


def _local_file(name: str) -> Path:
    if is_uri(name):
        raise on_the_network(name, None)
    return Path(name)


def on_the_network(uri: str, where: str | None) -> BadInput:
    """The refusal of an address where nothing can be fetched."""
    return BadInput(f"{shown(uri)} is on the network.", where=where, hint="Download the file and name its path.")


def asset_of(address: str | None) -> Asset:
    """The asset that a pinned storyboard names."""
    asset = parse_address(address or "")
    if asset is None:
        raise BadInput(f"{address!r} is no asset address.")
    return asset


@contextmanager
def told_by_given_names(given: Storyboard, fetched: Mapping[str, str] | None = None) -> Iterator[None]:
    """Errors about stored files speak of the names that the person gave.

    `fetched` says what assets were fetched from, by their addresses.
    """
    try:
        yield
    except BadInput as error:
        from longtake.script import files_of

        for address, uri in (fetched or {}).items():
            if error.where and asset_of(address).sha256 in error.where:
                error.where = _renamed(error.where, uri)
        for name in files_of(given):
            path = Path(name)
            if error.where and path.is_file() and describe(path).sha256 in error.where:
                error.where = _renamed(error.where, name)
        raise


def _renamed(where: str, name: str) -> str:
    """The name in place of a stored file's path; the number of a line stays."""
    line = re.search(r":\d+$", where)
    return f"{name}{line[0] if line else ''}"
