"""Where an inbox lies: a folder of this machine, or a prefix in a bucket; what lies there, and what it looks like."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field
from typing_extensions import override

from longtake.errors import BadInput
from longtake.frozen import Frozen
from longtake.inbox.names import is_passed_over


class Entry(Frozen):
    """A file, by what can be told without reading it."""

    name: str
    address: str = Field(description="An absolute path, or an s3 address.")
    size_bytes: int
    mark: str = Field(description="Another one for other bytes: the time of the last change, or an ETag.")


class Listing(Frozen):
    """What lies in a folder, but for hidden and temporary names; both in the order of their names."""

    files: tuple[Entry, ...] = ()
    folders: tuple[str, ...] = ()


class Place(ABC):
    """A folder and what is named from there. Raises BadInput for what cannot be read."""

    address: str

    @abstractmethod
    def listed(self, folder: str = "") -> Listing:
        """What lies in it, or in a folder of it."""

    @abstractmethod
    def named(self, name: str, folder: str = "") -> str:
        """The address of what is called so from a folder of the place; addresses stay as they are."""

    @abstractmethod
    def look(self, address: str) -> Entry | None:
        """The file at an address; None for one of another kind, which is known by its address alone.

        Raises BadInput when it is not there.
        """

    @abstractmethod
    @contextmanager
    def local(self, entry: Entry) -> Iterator[Path]:
        """A small text file as a local one, with its suffix."""
        yield Path()

    @property
    @abstractmethod
    def base(self) -> str | None:
        """What names in a script are taken from, where that is not the script's own folder here: its address."""


class FolderPlace(Place):
    """A folder of this machine. What links point to counts as lying there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.address = str(path)

    @property
    @override
    def base(self) -> str | None:
        return None

    @override
    def listed(self, folder: str = "") -> Listing:
        files, folders = [], []
        try:
            with os.scandir(self._path / folder) as found:
                for one in found:
                    if is_passed_over(one.name):
                        continue
                    if one.is_dir():
                        folders.append(one.name)
                    elif one.is_file():
                        files.append(_entry(Path(one.path)))
        except FileNotFoundError as error:
            if Path(error.filename or "").parent == self._path / folder:
                return self.listed(folder)  # a file was renamed or removed while we looked
            if folder:
                return Listing()
            raise BadInput("there is no such folder.", where=str(self._path / folder), hint="Check its path.") from None
        except OSError as error:
            raise BadInput(f"it cannot be read: {error.strerror}.", where=str(self._path / folder)) from error
        return Listing(files=tuple(sorted(files, key=lambda entry: entry.name)), folders=tuple(sorted(folders)))

    @override
    def named(self, name: str, folder: str = "") -> str:
        if name.startswith("asset:") or "://" in name:
            return name
        return os.path.normpath(self._path / folder / Path(name).expanduser())

    @override
    def look(self, address: str) -> Entry | None:
        if not Path(address).is_absolute():
            return None
        path = Path(address)
        try:
            if path.is_file():
                return _entry(path)
        except (OSError, ValueError):
            pass
        raise BadInput("there is no such file.", where=address, hint="Check the name.")

    @override
    @contextmanager
    def local(self, entry: Entry) -> Iterator[Path]:
        yield Path(entry.address)


def _entry(path: Path) -> Entry:
    found = path.stat()
    return Entry(name=path.name, address=str(path), size_bytes=found.st_size, mark=str(found.st_mtime_ns))
