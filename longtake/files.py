"""Writing files so that a crash leaves the old one or the new one, never half of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Wait until the folder's entries are on the disk, where its file system can do that."""
    with suppress(OSError):
        sync_file(folder)


def replace_file(source: Path, target: Path) -> None:
    """Rename `source` to `target` at once, over an older one, and wait until the folder's entry is on the disk."""
    os.replace(source, target)
    sync_folder(target.parent)


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """A path beside `target` to write to: synced and renamed to it at the end, removed on an error."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        yield part
        sync_file(part)
        replace_file(part, target)
    finally:
        part.unlink(missing_ok=True)
