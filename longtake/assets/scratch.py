"""Scratch folders: where new files are made before they are stored."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from longtake.assets.disk import disk_told


class Scratch:
    """Folders for half-made things below one folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A new, empty folder, gone when the context ends. Raises StoreFailed when the disk refuses it."""
        with disk_told("write", self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(dir=self.root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def leftovers(self, older_than_seconds: float) -> Iterator[Path]:
        """Folders that a killed process left, in which nothing was written for so long."""
        now = time.time()
        for folder in sorted(self.root.glob("*")):
            with suppress(FileNotFoundError):
                newest = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
                if now - newest > older_than_seconds:
                    yield folder
