"""Local copies of assets that are kept far away: as many as fit, the longest unused ones go first.

Safe for many processes. Whoever uses a copy holds a hard link to it, so it stays whatever happens to the copy itself; a
copy with more than one link is in use, and no space would be won by removing it.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from longtake.assets.asset import Asset, describe
from longtake.assets.held import Held, remove_dead
from longtake.assets.names import asset_file
from longtake.assets.scratch import Scratch

GIGABYTE = 1_000_000_000
_LEAVES = 0.9
"""Once the limit is passed, room is made down to this part of it."""

_COUNT_AFTER = 0.05
"""The folder is looked through again when this part of the limit was added here, for others add to it too."""


class Cache:
    """Copies under `assets/`, links to those in use under `held/`, new files under `scratch/`: one file system."""

    def __init__(self, root: Path, limit_bytes: int) -> None:
        self.root = root
        self.limit_bytes = limit_bytes
        self.scratch = Scratch(root / "scratch")
        self._sound: dict[str, tuple[int, int]] = {}
        self._added_bytes = 0
        self._counted_bytes: int | None = None
        self._lock = threading.Lock()
        self._held: Held | None = None

    def path_of(self, asset: Asset) -> Path:
        """Where the copy lies, or would lie."""
        return self.root / "assets" / asset_file(asset)

    def hold(self, asset: Asset) -> Path | None:
        """A link to the copy, for the caller to release; None when there is none that is sound."""
        path = self.path_of(asset)
        if not path.exists():
            return None
        link = self._holder().place_for(path.name)
        try:
            _link(path, link)
        except FileNotFoundError:
            self.release(link)
            return None
        if self._is_sound(link, asset):
            with suppress(OSError):  # another user's file
                os.utime(link, ns=(time.time_ns(), link.stat().st_mtime_ns))
            return link
        self.release(link)
        path.unlink(missing_ok=True)
        return None

    def keep(self, path: Path, asset: Asset) -> Path:
        """Take a file that is known to be sound; answers a link to it, for the caller to release."""
        link = self._holder().place_for(asset.sha256 + asset.suffix)
        with suppress(PermissionError):  # some file systems keep no modes
            path.chmod(0o444)
        os.replace(path, link)
        if asset.size_bytes <= self.limit_bytes:
            stat = link.stat()
            target = self.path_of(asset)
            target.parent.mkdir(parents=True, exist_ok=True)
            fresh = link.with_name("fresh")
            _link(link, fresh)
            os.replace(fresh, target)
            with self._lock:
                self._sound[target.name] = (stat.st_size, stat.st_mtime_ns)
                self._added_bytes += asset.size_bytes
            self._make_room()
        return link

    def release(self, link: Path) -> None:
        """Let go of what was held."""
        Held.release(link)

    def remove(self, asset: Asset) -> None:
        """Remove the copy if there is one. Who holds it keeps it."""
        self.path_of(asset).unlink(missing_ok=True)

    def _holder(self) -> Held:
        with self._lock:
            if self._held is None:
                self._held = Held(self.root / "held")
            return self._held

    def _is_sound(self, path: Path, asset: Asset) -> bool:
        stat = path.stat()
        if stat.st_size != asset.size_bytes:
            return False
        seen = (stat.st_size, stat.st_mtime_ns)
        if self._sound.get(path.name) != seen:
            if describe(path, asset.suffix) != asset:
                return False
            with self._lock:
                self._sound[path.name] = seen
        return True

    def _make_room(self) -> None:
        with self._lock:
            counted, added = self._counted_bytes, self._added_bytes
            if counted is not None and added <= self.limit_bytes * _COUNT_AFTER and counted + added <= self.limit_bytes:
                return
            remove_dead(self.root / "held")
            copies = sorted(self._copies())
            total = sum(size for _, size, _ in copies)
            goal = self.limit_bytes if total <= self.limit_bytes else self.limit_bytes * _LEAVES
            for _, size, path in copies:
                if total <= goal:
                    break
                total -= _removed(path, size)
            self._counted_bytes, self._added_bytes = total, 0

    def _copies(self) -> Iterator[tuple[float, int, Path]]:
        for path in (self.root / "assets").glob("*/*"):
            with suppress(FileNotFoundError):
                stat = path.stat()
                yield stat.st_atime, stat.st_size, path


_caches: dict[tuple[Path, int], Cache] = {}
_caches_lock = threading.Lock()


def cache_at(root: Path, limit_bytes: int) -> Cache:
    """This process's cache at a place: what one store has verified, the next one need not."""
    with _caches_lock:
        return _caches.setdefault((root, limit_bytes), Cache(root, limit_bytes))


def _removed(path: Path, size: int) -> int:
    """Remove a copy unless it is in use; answers the bytes that are free now."""
    with suppress(FileNotFoundError):
        if path.stat().st_nlink > 1:
            return 0
        path.unlink()
    return size


def _link(path: Path, link: Path) -> None:
    try:
        os.link(path, link)
    except FileNotFoundError:
        raise
    except OSError:  # no hard links here, or another user's file
        shutil.copyfile(path, link)
