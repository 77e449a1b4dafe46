"""A store in a bucket of Amazon S3, or of any server that speaks its protocol, with a cache on this machine."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from typing_extensions import override

from longtake.assets.asset import Asset, describe
from longtake.assets.cache import GIGABYTE, cache_at
from longtake.assets.disk import disk_told
from longtake.assets.names import asset_file, asset_of
from longtake.assets.s3_bucket import Head, Listed, S3Bucket
from longtake.assets.s3_place import S3Keys, S3Patience, S3Place
from longtake.assets.s3_records import READERS, S3Records
from longtake.assets.store import Store
from longtake.errors import AssetCorrupt, AssetMissing

RENEW_SECONDS = 3600.0
"""An asset that is put again is made young only if it is older: each time costs a request."""

URL_SECONDS = 2 * 3600.0
LISTED_FROM = 64
DIGITS = "0123456789abcdef"
_LOCKS = 64
_DOWNLOADS = 2
"""What came with a wrong hash is fetched once more before it is taken for damaged."""

Reopen = tuple[Callable[..., Store], tuple[Any, ...]]


class S3Store(Store):
    """Assets under `assets/ab/<sha256>.<suffix>` and records under `records/`, below the place's prefix.

    The server's own SHA-256 of an object is believed. Where it keeps none, an object is read once, and then known by
    its ETag. `reopen` is how another process opens the same store when its keys are not in the environment: keys are
    never pickled.
    """

    def __init__(
        self,
        place: S3Place,
        cache_folder: Path,
        cache_bytes: int = 20 * GIGABYTE,
        url_seconds: float = URL_SECONDS,
        *,
        keys: S3Keys | None = None,
        patience: S3Patience | None = None,
        reopen: Reopen | None = None,
    ) -> None:
        self.place = place
        self._cache_folder = cache_folder.expanduser().absolute()
        self._cache_bytes = cache_bytes
        self._url_seconds = url_seconds
        self._reopen = reopen
        self._bucket = S3Bucket(place, keys, patience)
        self._records = S3Records(self._bucket)
        self._cache = cache_at(self._cache_folder, cache_bytes)
        self._etags: dict[str, str] = {}
        self._ages: dict[str, float] = {}
        self._locks = tuple(threading.Lock() for _ in range(_LOCKS))

    def __repr__(self) -> str:
        return f"S3Store({self.place.address!r} at {self.place.server})"

    def __reduce__(self) -> tuple[Callable[..., Store], tuple[Any, ...]]:
        return self._reopen or (S3Store, (self.place, self._cache_folder, self._cache_bytes, self._url_seconds))

    @override
    def put(self, source: Path | bytes, *, suffix: str = "", move: bool = False) -> Asset:
        with self.scratch() as folder, disk_told("write", self._cache_folder):
            if isinstance(source, bytes):
                path = folder / "bytes"
                path.write_bytes(source)
                return self._put(path, describe(path, suffix or ""), folder, move=True)
            return self._put(source, describe(source, suffix or source.suffix), folder, move=move)

    def _put(self, source: Path, asset: Asset, folder: Path, *, move: bool) -> Asset:
        head = self._bucket.head(_key(asset))
        if not (head and self._is_sound(asset, head) and self._renewed(asset, head)):
            own = folder / "own"
            _taken(source, own, asset, move=move)
            self._etags[asset.sha256] = self._bucket.upload(_key(asset), own, asset)
            self._cache.release(self._cache.keep(own, asset))
        if move:
            source.unlink(missing_ok=True)
        return asset

    def _renewed(self, asset: Asset, head: Head) -> bool:
        """Have the asset no older than an hour; False when it must be stored again for that."""
        if time.time() - head.modified <= RENEW_SECONDS:
            return True
        etag = self._bucket.renew(_key(asset), head, asset)
        if etag:
            self._etags[asset.sha256] = etag
        self._ages.pop(_key(asset), None)
        return bool(etag)

    @override
    def exists(self, asset: Asset) -> bool:
        head = self._bucket.head(_key(asset))
        return self._noted(head is not None and head.size_bytes == asset.size_bytes)

    @override
    def present(self, assets: Iterable[Asset]) -> set[Asset]:
        wanted = set(assets)
        with ThreadPoolExecutor(READERS) as pool:
            listed: dict[str, list[Listed] | None] = {}
            if len(wanted) > LISTED_FROM:  # a small store tells all that it has in 16 requests
                listed = dict(
                    zip(DIGITS, pool.map(lambda digit: self._bucket.few(f"assets/{digit}"), DIGITS), strict=True)
                )
            sizes = {item.key: item.size_bytes for items in listed.values() for item in items or ()}
            found = {asset for asset in wanted if sizes.get(_key(asset)) == asset.size_bytes}
            asked = [asset for asset in wanted - found if listed.get(asset.sha256[0]) is None]
            heads = dict(zip(asked, pool.map(self.exists, asked), strict=True))
        found |= {asset for asset, here in heads.items() if here}
        self._noted(here=found == wanted)
        return found

    @override
    def verify(self, asset: Asset) -> bool:
        head = self._bucket.head(_key(asset))
        return self._noted(head is not None and self._is_sound(asset, head))

    def _noted(self, here: bool) -> bool:
        """When an asset is not here, records that name it may have been replaced: they are read anew."""
        if not here:
            self._records.forget()
        return here

    def _is_sound(self, asset: Asset, head: Head) -> bool:
        """Whether the object has the asset's bytes. One that has not those of its name is removed."""
        if head.sha256 is not None and head.sha256 != asset.sha256:
            self._remove_damaged(asset, head.etag)
            return False
        if head.size_bytes != asset.size_bytes or head.sha256 is not None:
            return head.size_bytes == asset.size_bytes
        if self._etags.get(asset.sha256) == head.etag:
            return True
        try:
            self._cache.release(self._fetched(asset))
        except (AssetMissing, AssetCorrupt):
            return False
        return True

    def _remove_damaged(self, asset: Asset, etag: str) -> None:
        head = self._bucket.head(_key(asset))
        if head and head.etag == etag:  # else another process has healed it meanwhile
            self._bucket.delete(_key(asset))

    @override
    @contextmanager
    def local(self, asset: Asset) -> Iterator[Path]:
        link = self._held(asset)
        try:
            yield link
        finally:
            self._cache.release(link)

    @override
    def open(self, asset: Asset) -> BinaryIO:
        with self.local(asset) as path:
            return path.open("rb")

    def _held(self, asset: Asset) -> Path:
        """A link to a local copy, fetched if need be; threads that want the same one wait for one fetch."""
        with disk_told("read", self._cache_folder):
            link = self._cache.hold(asset)
            if link is None:
                with self._locks[int(asset.sha256[:8], 16) % _LOCKS]:
                    link = self._cache.hold(asset) or self._fetched(asset)
        return link

    def _fetched(self, asset: Asset) -> Path:
        etag = ""
        with self.scratch() as folder:
            for _ in range(_DOWNLOADS):
                path = folder / "download"
                came = self._bucket.download(_key(asset), path, asset.size_bytes)
                if came is None:
                    self._noted(here=False)
                    raise AssetMissing(f"stored file {self._named(asset)} is gone; run again to make it anew")
                sha256, etag = came
                if sha256 == asset.sha256:
                    if path.stat().st_size != asset.size_bytes:
                        raise AssetMissing(f"stored file {self._named(asset)} has not {asset.size_bytes} bytes")
                    self._etags[asset.sha256] = etag
                    return self._cache.keep(path, asset)
        self._remove_damaged(asset, etag)
        self._noted(here=False)
        raise AssetCorrupt(
            f"stored file {self._named(asset)} was damaged and has been removed; run again to make it anew"
        )

    def _named(self, asset: Asset) -> str:
        return f"{self.place.address}/{_key(asset)}"

    @override
    def is_near(self, asset: Asset) -> bool:
        try:
            return self._cache.path_of(asset).stat().st_size == asset.size_bytes
        except FileNotFoundError:
            return False

    @override
    def read_part(self, asset: Asset, first_byte: int, size_bytes: int) -> bytes:
        part = self._bucket.read_part(_key(asset), first_byte, size_bytes)
        if part is None:
            self._noted(here=False)
            raise AssetMissing(f"stored file {self._named(asset)} is gone; run again to make it anew")
        return part

    @override
    def url(self, asset: Asset) -> str:
        return self.signed_url(asset, self._url_seconds)

    def signed_url(self, asset: Asset, lifetime_seconds: float) -> str:
        """An address by which anybody reads the asset for so long, 7 days at most. It is a secret: never log it."""
        return self._bucket.sign(_key(asset), lifetime_seconds)

    @override
    def delete(self, asset: Asset) -> None:
        self._etags.pop(asset.sha256, None)
        self._ages.pop(_key(asset), None)
        with disk_told("delete", self._cache_folder):
            self._cache.remove(asset)
        self._bucket.delete(_key(asset))

    @override
    def assets(self) -> Iterator[Asset]:
        self._ages.clear()
        for item in self._bucket.listed("assets/"):
            asset = asset_of(item.key, item.size_bytes)
            if asset and item.key == _key(asset):
                self._ages[item.key] = item.modified
                yield asset

    @override
    def age_seconds(self, asset: Asset) -> float:
        modified = self._ages.pop(_key(asset), None)
        if modified is None:
            head = self._bucket.head(_key(asset))
            modified = head.modified if head else None
        return 0.0 if modified is None else max(0.0, time.time() - modified)

    @override
    def read_record(self, name: str) -> bytes | None:
        return self._records.read(name)

    @override
    def read_records(self, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        return self._records.read_many(names)

    @override
    def read_ahead(self, names: Iterable[str]) -> None:
        self._records.read_ahead(names)

    @override
    def write_record(self, name: str, data: bytes) -> None:
        self._records.write(name, data)

    @override
    def add_record(self, name: str, data: bytes) -> bytes:
        return self._records.add(name, data)

    @override
    def replace_record(self, name: str, old: bytes, new: bytes) -> bytes:
        return self._records.replace(name, old, new)

    @override
    def delete_record(self, name: str) -> None:
        self._records.delete(name)

    @override
    def record_names(self, prefix: str) -> Iterator[str]:
        return self._records.names(prefix)

    @override
    def scratch(self) -> AbstractContextManager[Path]:
        return self._cache.scratch.folder()

    @override
    def leftovers(self, older_than_seconds: float) -> Iterator[Path]:
        return self._cache.scratch.leftovers(older_than_seconds)

    def close(self) -> None:
        """Close all connections. The next request opens new ones."""
        self._bucket.close()


def _key(asset: Asset) -> str:
    return f"assets/{asset_file(asset)}"


def _taken(source: Path, own: Path, asset: Asset, *, move: bool) -> None:
    """Have the source's bytes as a file of our own, that nobody changes while it is sent."""
    if move:
        try:
            os.link(source, own)
        except OSError:  # on another file system
            shutil.copyfile(source, own)
        else:
            return
    else:
        shutil.copyfile(source, own)
    if describe(own, asset.suffix) != asset:
        raise AssetCorrupt(f"{source} changed while it was being stored")
