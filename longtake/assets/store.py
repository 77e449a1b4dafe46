"""The store's contract: assets by content, and small JSON records by name. Folder and S3 stores both meet it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from longtake.assets.asset import Asset


class Store(ABC):
    """Keeps assets (immutable, by hash) and records (small, by name). Safe for many threads and processes.

    A store that is far away may answer from memory what it read of `recipes/` and `clips/` before, until it finds an
    asset missing: those stand for ever, unless the file that they name is lost. What is added or replaced never comes
    from memory.

    A record's name is a path of plain parts (letters, digits, `_`, `.`, `=`, `-`), such as `clips/<order>.json`; other
    names raise ValueError, and so does an empty record. What a disk or a network refuses raises StoreFailed.
    """

    @abstractmethod
    def put(self, source: Path | bytes, *, suffix: str = "", move: bool = False) -> Asset:
        """Store a file or bytes; what is there already stays. `move` lets the store take the file away."""

    @abstractmethod
    def exists(self, asset: Asset) -> bool:
        """Whether the asset is here in its full size. Does not read it."""

    def present(self, assets: Iterable[Asset]) -> set[Asset]:
        """Those of the assets that are here in their full size; fast, wherever the store is."""
        return {asset for asset in assets if self.exists(asset)}

    @abstractmethod
    def verify(self, asset: Asset) -> bool:
        """Whether the asset is here with its very bytes. A corrupt one is removed, so that it can be made again.

        Sound bytes stay when they are asked for by a wrong size: addresses are typed by people.
        """

    @abstractmethod
    def local(self, asset: Asset) -> AbstractContextManager[Path]:
        """A local, read-only file with the asset's verified bytes, for as long as the context lasts.

        Raises AssetMissing when it is not here, AssetCorrupt when its bytes are not those of its name.
        """

    @abstractmethod
    def open(self, asset: Asset) -> BinaryIO:
        """The asset's bytes as a stream. Raises AssetMissing or AssetCorrupt."""

    def is_near(self, asset: Asset) -> bool:
        """Whether the asset is on this machine in its full size, so that `local` fetches nothing. Does not read it."""
        return self.exists(asset)

    def read_part(self, asset: Asset, first_byte: int, size_bytes: int) -> bytes:
        """These bytes of the asset, or as many as it has. From far away only they are fetched, and taken as they come.

        Raises AssetMissing or AssetCorrupt.
        """
        with self.open(asset) as file:
            file.seek(first_byte)
            return file.read(size_bytes)

    @abstractmethod
    def url(self, asset: Asset) -> str:
        """An address by which another program on this machine, or the world if the store is public, reads it."""

    @abstractmethod
    def delete(self, asset: Asset) -> None:
        """Remove the asset; nothing happens when it is not here."""

    @abstractmethod
    def assets(self) -> Iterator[Asset]:
        """Every asset that is stored."""

    @abstractmethod
    def age_seconds(self, asset: Asset) -> float:
        """How long ago the asset was last put, to the hour; 0 when it is not here."""

    @abstractmethod
    def read_record(self, name: str) -> bytes | None:
        """The record of that name; None when there is none."""

    def read_records(self, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each name with its record as it stands now, in the order of the names; fast, wherever the store is."""
        for name in names:
            yield name, self.read_record(name)

    def read_ahead(self, names: Iterable[str]) -> None:  # noqa: B027  only a store that is far away needs it
        """A hint that these records, of `recipes/` or `clips/`, are read next, one by one."""

    @abstractmethod
    def write_record(self, name: str, data: bytes) -> None:
        """Write the record, over an older one if there is one, all or nothing."""

    @abstractmethod
    def add_record(self, name: str, data: bytes) -> bytes:
        """Write the record unless there is one; answers the one that now stands: the first wins."""

    @abstractmethod
    def replace_record(self, name: str, old: bytes, new: bytes) -> bytes:
        """Write the record in place of `old`, or where none is; answers the one that now stands.

        When another than `old` stands, that one stays.
        """

    @abstractmethod
    def delete_record(self, name: str) -> None:
        """Remove the record; nothing happens when there is none."""

    @abstractmethod
    def record_names(self, prefix: str) -> Iterator[str]:
        """The names of all records below a prefix such as `clips/`, or of all when it is empty."""

    @abstractmethod
    def scratch(self) -> AbstractContextManager[Path]:
        """An empty local folder to make new files in; gone when the context ends."""

    @abstractmethod
    def leftovers(self, older_than_seconds: float) -> Iterator[Path]:
        """Scratch folders of this machine that a killed process left, untouched for so long."""
