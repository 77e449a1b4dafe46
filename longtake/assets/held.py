"""A process's hard links to files that it uses, and what tells other processes that it still lives."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path

_YOUNG_SECONDS = 60.0
"""A folder as young as this may not have its lock yet."""


class Held:
    """Links below a folder of this process's own. The folder's lock lasts as long as the process."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = Path(tempfile.mkdtemp(dir=root))
        lock = os.open(self.root / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        weakref.finalize(self, _let_go, self.root, lock)

    def place_for(self, name: str) -> Path:
        """A path in a new folder, for its user to `release`."""
        return Path(tempfile.mkdtemp(dir=self.root)) / name

    @staticmethod
    def release(path: Path) -> None:
        """Let go of what was held."""
        shutil.rmtree(path.parent, ignore_errors=True)


def remove_dead(root: Path) -> None:
    """Remove the folders of processes that were killed."""
    for folder in root.glob("*"):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime < _YOUNG_SECONDS:
                continue
            lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # OSError: its process lives
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)


def _let_go(folder: Path, lock: int) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    os.close(lock)
