"""Records as objects in a bucket: each is written whole, and the first one that is added wins."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from longtake.assets.names import PART, check_content, parts_of
from longtake.assets.s3_bucket import S3Bucket
from longtake.errors import SettingError, StoreFailed

ROOM = "records/"
REMEMBERED = ("recipes/", "clips/")
"""Records that stand for ever once they are written, unless the file that they name is lost."""

_PROBE = "probe/if-none-match.txt"
READERS = 32
_BATCH = 256
_TRIES = 20
_MEDIA_TYPES = {"json": "application/json", "txt": "text/plain"}


class S3Records:
    """Records below `records/`. Safe for many threads and processes.

    What was read of `REMEMBERED` is not asked for again until `forget`: a run reads each clip's record several times.
    Whatever is added or replaced is decided by the server alone.
    """

    def __init__(self, bucket: S3Bucket) -> None:
        self._bucket = bucket
        self._memory: dict[str, bytes] = {}
        self._lock = threading.Lock()
        self._checked = False

    def read(self, name: str) -> bytes | None:
        """The record; None when there is none."""
        key = _key(name)
        return self._memory.get(name) or self._read(name, key)

    def _read(self, name: str, key: str) -> bytes | None:
        found = self._bucket.read(key)
        if not found or not found[0]:
            return None
        return self._remember(name, found[0])

    def read_many(self, names: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each name with its record as it stands now, many at once, in the order of the names."""
        rest = iter(names)
        with ThreadPoolExecutor(READERS) as pool:
            while batch := list(islice(rest, _BATCH)):
                yield from zip(batch, pool.map(lambda name: self._read(name, _key(name)), batch), strict=True)

    def read_ahead(self, names: Iterable[str]) -> None:
        """Have those of the records that stand for ever in memory."""
        for _ in self.read_many(name for name in dict.fromkeys(names) if name not in self._memory):
            pass

    def write(self, name: str, data: bytes) -> None:
        """Write the record over an older one."""
        check_content(name, data)
        self._bucket.write(_key(name), data, media_type=_media_type(name))
        self._remember(name, data)

    def add(self, name: str, data: bytes) -> bytes:
        """Write the record unless there is one; answers the one that stands."""
        key = _key(name)
        check_content(name, data)
        self._check_conditions()
        for _ in range(_TRIES):
            if self._bucket.write_if(key, data, etag=None, media_type=_media_type(name)):
                return self._remember(name, data)
            found = self._bucket.read(key)  # None: it was deleted meanwhile, or another write is under way
            if found and found[0]:
                return self._remember(name, found[0])
            if found and self._bucket.write_if(key, data, etag=found[1], media_type=_media_type(name)):
                return self._remember(name, data)
        raise StoreFailed(f"the store {self._bucket.place.address} neither takes nor shows the record {name}.")

    def replace(self, name: str, old: bytes, new: bytes) -> bytes:
        """Write the record in place of `old`; answers the one that stands, which is another when `old` was gone."""
        key = _key(name)
        check_content(name, new)
        found = self._bucket.read(key)
        if found and found[0] == old and self._bucket.write_if(key, new, etag=found[1], media_type=_media_type(name)):
            return self._remember(name, new)
        return self.add(name, new)

    def delete(self, name: str) -> None:
        """Remove the record if there is one."""
        key = _key(name)
        with self._lock:
            self._memory.pop(name, None)
        self._bucket.delete(key)

    def names(self, prefix: str) -> Iterator[str]:
        """The names of all records below a folder, such as `clips/`, in order."""
        start = prefix.rstrip("/")
        below = f"{_key(start)}/" if start else ROOM
        for item in self._bucket.listed(below):
            name = item.key.removeprefix(ROOM)
            if all(map(PART.fullmatch, name.split("/"))):
                yield name

    def forget(self) -> None:
        """Read everything anew from now on."""
        with self._lock:
            self._memory.clear()

    def _remember(self, name: str, data: bytes) -> bytes:
        if name.startswith(REMEMBERED):
            with self._lock:
                self._memory[name] = data
        return data

    def _check_conditions(self) -> None:
        """See once that the server heeds If-None-Match: one that does not would let the last one win, unseen."""
        if self._checked:
            return
        probe = b"The second one to write this must be refused."
        if self._bucket.write_if(_PROBE, probe, etag=None, media_type="text/plain") and self._bucket.write_if(
            _PROBE, probe, etag=None, media_type="text/plain"
        ):
            raise SettingError(
                f"{self._bucket.place.server} does not heed If-None-Match, so two runs could overwrite each other.",
                where=self._bucket.place.address,
                hint="A server is needed that does: Amazon S3, Cloudflare R2, a MinIO of 2024 or later.",
            )
        self._checked = True


def _key(name: str) -> str:
    return ROOM + "/".join(parts_of(name))


def _media_type(name: str) -> str:
    return _MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
