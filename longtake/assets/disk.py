"""What a disk refuses, told as a fault of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longtake.errors import StoreFailed


@contextmanager
def disk_told(verb: str, root: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says where."""
    try:
        yield
    except OSError as error:
        place = error.filename2 or error.filename or root
        raise StoreFailed(f"the store cannot {verb} {place}: {error.strerror or error}") from error
