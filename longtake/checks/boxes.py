"""The outermost boxes of an MP4 (ISO/IEC 14496-12): what lies where in the file, and whether all of it is there."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_HEAD = struct.Struct(">I4s")
_FIRST = b"ftyp"


def _boxes(path: Path) -> Iterator[tuple[bytes, int]]:
    """The kind of each outermost box, and where it ends. Nothing for what is no MP4."""
    end = 0
    with path.open("rb") as file:
        length = file.seek(0, 2)
        while end < length:
            file.seek(end)
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                yield b"", end + _HEAD.size
                return
            size, kind = _HEAD.unpack(head)
            if end == 0 and kind != _FIRST:
                return
            if size == 1:  # the size does not fit, and follows in 64 bits
                size = int.from_bytes(file.read(8), "big")
            elif size == 0:  # the last box, up to the end of the file
                size = length - end
            if size < _HEAD.size:
                yield kind, length + 1
                return
            end += size
            yield kind, end


def is_cut_short(path: Path) -> bool:
    """Whether an MP4 ends before its last box does; False for other kinds of file."""
    length = path.stat().st_size
    return any(end > length for _, end in _boxes(path))


def has_faststart(path: Path) -> bool:
    """Whether an MP4's index (moov) lies before its media (mdat)."""
    return next((kind for kind, _ in _boxes(path) if kind in (b"moov", b"mdat")), None) == b"moov"
