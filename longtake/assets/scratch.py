"""Scratch folders: where new files are made before they are stored."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


class Scratch:
    """Folders for half-made things below one folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def make(self) -> Path:
        """A new, empty folder, for its maker to remove."""
        self.root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self.root))

    def leftovers(self, older_than_seconds: float) -> Iterator[Path]:
        """Folders that a killed process left, in which nothing was written for so long."""
        now = time.time()
        for folder in sorted(self.root.glob("*")):
            with suppress(FileNotFoundError):
                newest = max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))
                if now - newest > older_than_seconds:
                    yield folder
