"""A store in a folder: what a laptop uses, and a team on a shared disk."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from typing_extensions import override

from longtake.assets.asset import Asset, describe
from longtake.assets.store import Store
from longtake.errors import AssetCorrupt, AssetMissing, SettingError
from longtake.files import replace_file, sync_file

_ASSET_NAME = re.compile(r"^([0-9a-f]{64})(\.[a-z0-9]{1,8})?$")
_RECORD_PART = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.=-]*$")


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
        self._verified: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"FolderStore({str(self.root)!r})"

    def __reduce__(self) -> tuple[type[FolderStore], tuple[Path]]:
        return FolderStore, (self.root,)

    def path_of(self, asset: Asset) -> Path:
        """Where the asset lies, or would lie."""
        return self.root / "assets" / asset.sha256[:2] / f"{asset.sha256}{asset.suffix}"

    @override
    def put(self, source: Path | bytes, *, suffix: str = "", move: bool = False) -> Asset:
        if isinstance(source, bytes):
            with self.scratch() as folder:
                path = folder / "bytes"
                path.write_bytes(source)
                return self.put(path, suffix=suffix, move=True)
        asset = describe(source, suffix or source.suffix)
        if self.verify(asset):
            if move:
                source.unlink()
            return asset
        if move:
            self._take(source, asset)
        else:
            with self.scratch() as folder:
                copy = folder / "copy"
                shutil.copyfile(source, copy)
                if describe(copy, asset.suffix) != asset:
                    raise AssetCorrupt(f"{source} changed while it was being stored")
                self._take(copy, asset)
        return asset

    def _take(self, source: Path, asset: Asset) -> None:
        target = self.path_of(asset)
        target.parent.mkdir(parents=True, exist_ok=True)
        sync_file(source)
        source.chmod(0o444)
        replace_file(source, target)
        self._remember(asset, target)

    def _remember(self, asset: Asset, path: Path) -> None:
        stat = path.stat()
        with self._lock:
            self._verified[asset.sha256 + asset.suffix] = (stat.st_size, stat.st_mtime_ns)

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
            stat = path.stat()
        except FileNotFoundError:
            return False
        if self._verified.get(asset.sha256 + asset.suffix) == (stat.st_size, stat.st_mtime_ns):
            return True
        try:
            sound = describe(path, asset.suffix) == asset
        except FileNotFoundError:
            return False
        if not sound:
            path.unlink(missing_ok=True)
            return False
        self._remember(asset, path)
        return True

    @override
    @contextmanager
    def local(self, asset: Asset) -> Iterator[Path]:
        yield self._verified_path(asset)

    def _verified_path(self, asset: Asset) -> Path:
        path = self.path_of(asset)
        there = path.exists()
        if not self.verify(asset):
            if there:
                raise AssetCorrupt(f"stored file {path} was damaged and has been removed; run again to make it anew")
            raise AssetMissing(f"stored file {path} is gone; run again to make it anew")
        return path

    @override
    def open(self, asset: Asset) -> BinaryIO:
        return self._verified_path(asset).open("rb")

    @override
    def url(self, asset: Asset) -> str:
        return "file://" + quote(str(self.path_of(asset)))

    @override
    def delete(self, asset: Asset) -> None:
        self.path_of(asset).unlink(missing_ok=True)

    @override
    def assets(self) -> Iterator[Asset]:
        for path in sorted((self.root / "assets").glob("??/*")):
            name = _ASSET_NAME.match(path.name)
            if name:
                yield Asset(sha256=name[1], size_bytes=path.stat().st_size, suffix=name[2] or "")

    def _record_path(self, name: str) -> Path:
        parts = name.split("/")
        if not all(_RECORD_PART.match(part) for part in parts):
            raise ValueError(f"{name!r} is no record name")
        return self.root.joinpath("records", *parts)

    @override
    def read_record(self, name: str) -> bytes | None:
        try:
            return self._record_path(name).read_bytes()
        except FileNotFoundError:
            return None

    @override
    def write_record(self, name: str, data: bytes) -> None:
        path = self._record_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.scratch() as folder:
            fresh = folder / "record"
            fresh.write_bytes(data)
            sync_file(fresh)
            replace_file(fresh, path)

    @override
    def add_record(self, name: str, data: bytes) -> bytes:
        path = self._record_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.scratch() as folder:
            fresh = folder / "record"
            fresh.write_bytes(data)
            sync_file(fresh)
            try:
                os.link(fresh, path)  # fails when the name is taken: the first one wins
            except FileExistsError:
                return path.read_bytes()
        return data

    @override
    def delete_record(self, name: str) -> None:
        self._record_path(name).unlink(missing_ok=True)

    @override
    def record_names(self, prefix: str) -> Iterator[str]:
        base = self.root / "records"
        for folder, _, names in os.walk(base / prefix.rstrip("/")):
            inside = Path(folder).relative_to(base)
            yield from (str(inside / name) for name in sorted(names))

    @override
    @contextmanager
    def scratch(self) -> Iterator[Path]:
        folder = Path(tempfile.mkdtemp(dir=self.root / "scratch"))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
