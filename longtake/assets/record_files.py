"""Records as files in a folder: each is written whole, and the first one that is added wins."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from longtake.assets.names import PART, check_content, parts_of
from longtake.files import replace_file, sync_file, sync_folder

_NO_HARD_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES, errno.EXDEV}
_WAIT_SECONDS = 2.0


class RecordFiles:
    """Records under one folder. Safe for many threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path_of(self, name: str) -> Path:
        """Where the record lies. Raises ValueError for a name that is no path of plain parts."""
        return self.root.joinpath(*parts_of(name))

    def read(self, name: str) -> bytes | None:
        """The record; None when there is none. An empty file is none: its writer was killed."""
        try:
            return self.path_of(name).read_bytes() or None
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes, scratch: Path) -> None:
        """Write the record over an older one."""
        path = self._place_for(name, data)
        replace_file(_written(scratch, data), path)

    def add(self, name: str, data: bytes, scratch: Path) -> bytes:
        """Write the record unless there is one; answers the one that stands."""
        path = self._place_for(name, data)
        fresh = _written(scratch, data)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            self._create(path, data)
        else:
            sync_folder(path.parent)
            return data
        return self._standing(name, data, scratch)

    def replace(self, name: str, old: bytes, new: bytes, scratch: Path) -> bytes:
        """Write the record in place of `old`; answers the one that stands, which is another when `old` was gone.

        Of two who replace the same at the same moment, a folder cannot tell the first: the last one stands.
        """
        if self.read(name) == old:
            self.write(name, new, scratch)
            return new
        return self.add(name, new, scratch)

    def delete(self, name: str) -> None:
        """Remove the record if there is one."""
        self.path_of(name).unlink(missing_ok=True)

    def names(self, prefix: str) -> Iterator[str]:
        """The names of all records below a folder, such as `clips/`; in order, a folder at a time."""
        start = prefix.rstrip("/")
        for folder, folders, files in os.walk(self.path_of(start) if start else self.root):
            folders.sort()
            inside = os.path.relpath(folder, self.root).replace(os.sep, "/")
            before = "" if inside == "." else f"{inside}/"
            yield from (before + file for file in sorted(files) if PART.fullmatch(file))

    def _place_for(self, name: str, data: bytes) -> Path:
        check_content(name, data)
        path = self.path_of(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _create(self, path: Path, data: bytes) -> None:
        """For file systems without hard links: create the file, unless it is there; a reader may see it empty."""
        try:
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
        except FileExistsError:
            return
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)

    def _standing(self, name: str, data: bytes, scratch: Path) -> bytes:
        """The record that another one wrote first. Where that one was killed before it wrote a byte, ours stands."""
        give_up = time.monotonic() + _WAIT_SECONDS
        while time.monotonic() < give_up:
            found = self.read(name)
            if found is not None:
                return found
            if not self.path_of(name).exists():  # it was deleted meanwhile
                break
            time.sleep(0.01)
        self.write(name, data, scratch)
        return data


def _written(scratch: Path, data: bytes) -> Path:
    fresh = scratch / "record"
    fresh.write_bytes(data)
    sync_file(fresh)
    return fresh
