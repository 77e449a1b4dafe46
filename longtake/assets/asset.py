"""An asset: an immutable file that is named by its content."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import re
import time
from pathlib import Path

from pydantic import Field

from longtake.errors import BadInput
from longtake.frozen import Frozen

_ADDRESS = re.compile(r"^asset:([0-9a-f]{64})/(\d+)(\.[a-z0-9]{1,8})?$")
_MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".md": "text/markdown",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webp": "image/webp",
    ".yaml": "application/yaml",
}


class Asset(Frozen):
    """A file by content: its hash, size and kind. Equal content means an equal asset."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)
    suffix: str = Field("", pattern=r"^(\.[a-z0-9]{1,8})?$", description="With its dot, such as .wav")

    @property
    def media_type(self) -> str:
        """The media type that the suffix tells, application/octet-stream when it tells none."""
        guess = _MEDIA_TYPES.get(self.suffix) or mimetypes.guess_type(f"x{self.suffix}")[0]
        return guess or "application/octet-stream"

    @property
    def address(self) -> str:
        """How a script, a form or a parameter names this asset: asset:<sha256>/<bytes>.<suffix>."""
        return f"asset:{self.sha256}/{self.size_bytes}{self.suffix}"


def parse_address(text: str) -> Asset | None:
    """The asset that an `asset:` address names; None when `text` is no such address."""
    if not text.startswith("asset:"):
        return None
    found = _ADDRESS.match(text)
    if not found:
        raise BadInput(
            f"{text[:120]!r} is not an asset address.", hint="It reads asset:<64 hex digits>/<bytes>.<suffix>."
        )
    return Asset(sha256=found[1], size_bytes=int(found[2]), suffix=found[3] or "")


LARGE_BYTES = 2**24
SETTLED_SECONDS = 2.0
"""A file system's clock is coarse: a file may change twice at one time. One that is older than this may not."""

_digests: dict[tuple[int, int, int, int], str] = {}
"""What large files of this process's life hash to, by device, inode, size and time: some hundred bytes for each."""


def describe(path: Path, suffix: str | None = None) -> Asset:
    """The asset that the file at `path` would be. Reads the file in blocks; a large one that did not change, once."""
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        known = (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)
        digest = _digests.get(known)
        if digest is None:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = os.fstat(file.fileno())
            is_settled = time.time() - facts.st_mtime > SETTLED_SECONDS and after.st_mtime_ns == facts.st_mtime_ns
            if facts.st_size >= LARGE_BYTES and is_settled:
                _digests[known] = digest
    return Asset(sha256=digest, size_bytes=facts.st_size, suffix=clean_suffix(suffix or path.suffix))


def clean_suffix(suffix: str) -> str:
    """A suffix in lower case; empty when it is not a plain one."""
    suffix = suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
