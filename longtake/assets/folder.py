"""A store in a folder: what a laptop uses, and a team on a shared disk."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from typing_extensions import override

from longtake.assets.asset import Asset, describe
from longtake.assets.disk import disk_told
from longtake.assets.names import asset_file, asset_of
from longtake.assets.record_files import RecordFiles
from longtake.assets.scratch import Scratch
from longtake.assets.store import Store
from longtake.errors import AssetCorrupt, AssetMissing, SettingError
from longtake.files import replace_file, sync_file, sync_folder


class FolderStore(Store):
    """Assets under `assets/ab/<sha256>.<suffix>`, records under `records/`, half-made things under `scratch/`."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        try:
            for name in ("assets", "records", "scratch"):
                (self.root / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingError(
                f"cannot make the store: {error.strerror}.",
                where=str(self.root),
                hint="Set LONGTAKE_HOME to a folder that you may write to.",
            ) from error
        self._records = RecordFiles(self.root / "records")
        self._scratch = Scratch(self.root / "scratch")
        self._verified: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"FolderStore({str(self.root)!r})"

    def __reduce__(self) -> tuple[type[FolderStore], tuple[Path]]:
        return FolderStore, (self.root,)

    def path_of(self, asset: Asset) -> Path:
        """Where the asset lies, or would lie."""
        return self.root / "assets" / asset_file(asset)

    @override
    def put(self, source: Path | bytes, *, suffix: str = "", move: bool = False) -> Asset:
        if isinstance(source, bytes):
            with self.scratch() as folder, disk_told("write", self.root):
                path = folder / "bytes"
                path.write_bytes(source)
                return self.put(path, suffix=suffix, move=True)
        asset = describe(source, suffix or source.suffix)
        with disk_told("write", self.root):
            if self.verify(asset):
                with suppress(OSError):  # another user's file: its age stays
                    os.utime(self.path_of(asset))
                    self._remember(asset, self.path_of(asset).stat())
            elif not (move and self._moved(source, asset)):
                self._copy(source, asset)
            if move:
                source.unlink(missing_ok=True)
        return asset

    def _moved(self, source: Path, asset: Asset) -> bool:
        """Rename the file into its place; False when it lies on another file system."""
        try:
            self._take(source, asset)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            return False
        return True

    def _copy(self, source: Path, asset: Asset) -> None:
        with self.scratch() as folder:
            copy = folder / "copy"
            shutil.copyfile(source, copy)
            if describe(copy, asset.suffix) != asset:
                raise AssetCorrupt(f"{source} changed while it was being stored")
            self._take(copy, asset)

    def _take(self, source: Path, asset: Asset) -> None:
        target = self.path_of(asset)
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(target.parent.parent)
        sync_file(source)
        with suppress(PermissionError):  # some file systems keep no modes
            source.chmod(0o444)
        replace_file(source, target)
        self._remember(asset, target.stat())

    def _remember(self, asset: Asset, stat: os.stat_result) -> None:
        with self._lock:
            self._verified[_name_of(asset)] = (stat.st_size, stat.st_mtime_ns)

    def _forget(self, asset: Asset) -> None:
        with self._lock:
            self._verified.pop(_name_of(asset), None)

    @override
    def exists(self, asset: Asset) -> bool:
        try:
            return self.path_of(asset).stat().st_size == asset.size_bytes
        except FileNotFoundError:
            return False

    @override
    def verify(self, asset: Asset) -> bool:
        path = self.path_of(asset)
        try:
            before = path.stat()
            if self._verified.get(_name_of(asset)) == (before.st_size, before.st_mtime_ns):
                return before.st_size == asset.size_bytes
            sound = describe(path, asset.suffix).sha256 == asset.sha256
            if not sound and os.path.samestat(before, path.stat()):  # else another process has healed it meanwhile
                path.unlink()
        except FileNotFoundError:
            self._forget(asset)
            return False
        if sound:
            self._remember(asset, before)
        else:
            self._forget(asset)
        return sound and before.st_size == asset.size_bytes

    @override
    @contextmanager
    def local(self, asset: Asset) -> Iterator[Path]:
        yield self._verified_path(asset)

    def _verified_path(self, asset: Asset) -> Path:
        path = self.path_of(asset)
        there = path.exists()
        with disk_told("read", self.root):
            sound = self.verify(asset)
        if sound:
            return path
        if path.exists():
            raise AssetMissing(f"stored file {path} has not {asset.size_bytes} bytes")
        if there:
            raise AssetCorrupt(f"stored file {path} was damaged and has been removed; run again to make it anew")
        raise AssetMissing(f"stored file {path} is gone; run again to make it anew")

    @override
    def open(self, asset: Asset) -> BinaryIO:
        path = self._verified_path(asset)
        try:
            return path.open("rb")
        except FileNotFoundError as error:
            raise AssetMissing(f"stored file {path} is gone; run again to make it anew") from error

    @override
    def url(self, asset: Asset) -> str:
        return "file://" + quote(str(self.path_of(asset)))

    @override
    def delete(self, asset: Asset) -> None:
        self._forget(asset)
        with disk_told("delete", self.root):
            self.path_of(asset).unlink(missing_ok=True)

    @override
    def assets(self) -> Iterator[Asset]:
        for number in range(256):
            for path in sorted((self.root / "assets" / f"{number:02x}").glob("*")):
                with suppress(FileNotFoundError):
                    asset = asset_of(path.name, path.stat().st_size)
                    if asset:
                        yield asset

    @override
    def age_seconds(self, asset: Asset) -> float:
        try:
            return time.time() - self.path_of(asset).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    @override
    def read_record(self, name: str) -> bytes | None:
        with disk_told("read", self.root):
            return self._records.read(name)

    @override
    def write_record(self, name: str, data: bytes) -> None:
        with self.scratch() as folder, disk_told("write", self.root):
            self._records.write(name, data, folder)

    @override
    def add_record(self, name: str, data: bytes) -> bytes:
        with self.scratch() as folder, disk_told("write", self.root):
            return self._records.add(name, data, folder)

    @override
    def replace_record(self, name: str, old: bytes, new: bytes) -> bytes:
        with self.scratch() as folder, disk_told("write", self.root):
            return self._records.replace(name, old, new, folder)

    @override
    def delete_record(self, name: str) -> None:
        with disk_told("delete", self.root):
            self._records.delete(name)

    @override
    def record_names(self, prefix: str) -> Iterator[str]:
        return self._records.names(prefix)

    @override
    def scratch(self) -> AbstractContextManager[Path]:
        return self._scratch.folder()

    @override
    def leftovers(self, older_than_seconds: float) -> Iterator[Path]:
        return self._scratch.leftovers(older_than_seconds)


def _name_of(asset: Asset) -> str:
    return asset.sha256 + asset.suffix
