"""Files that clients uploaded, kept on the disk until they expire."""

from __future__ import annotations

import secrets
import time
from pathlib import Path
from urllib.parse import quote

from longtake.frozen import Frozen


class Stored(Frozen):
    """What is known of an uploaded file."""

    file_name: str
    content_type: str
    expires_at: float


class Files:
    """The uploads. Each has an id that cannot be guessed, and its name in its address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def announce(self, file_name: str, content_type: str, lifetime_seconds: float) -> str:
        """Make room for a file; its id."""
        file_id = secrets.token_hex(8)
        name = file_name.replace("/", "_") or "file"
        stored = Stored(file_name=name, content_type=content_type, expires_at=time.time() + lifetime_seconds)
        (self._folder / f"{file_id}.json").write_text(stored.model_dump_json())
        return file_id

    def path_of(self, file_id: str) -> str:
        """The path of its address."""
        stored = self._stored(file_id)
        name = stored.file_name if stored else "file"
        return f"/files/b/{file_id}/{quote(name)}"

    def put(self, file_id: str, data: bytes) -> bool:
        """Keep the bytes of an announced file; whether it was announced."""
        if self._stored(file_id) is None:
            return False
        part = self._folder / f"{file_id}.part"
        part.write_bytes(data)
        part.replace(self._folder / f"{file_id}.data")
        return True

    def put_part(self, file_id: str, number: int, data: bytes) -> bool:
        """Keep one part of a file that comes in parts."""
        if self._stored(file_id) is None:
            return False
        (self._folder / f"{file_id}.part{number:05d}").write_bytes(data)
        return True

    def join_parts(self, file_id: str) -> bool:
        """Put the parts together, in their order."""
        parts = sorted(self._folder.glob(f"{file_id}.part?????"))
        done = bool(parts) and self.put(file_id, b"".join(part.read_bytes() for part in parts))
        for part in parts:
            part.unlink()
        return done

    def get(self, file_id: str) -> tuple[Stored, bytes] | None:
        """A file that was uploaded and has not expired."""
        stored, data = self._stored(file_id), self._folder / f"{file_id}.data"
        if stored is None or stored.expires_at <= time.time() or not data.exists():
            return None
        return stored, data.read_bytes()

    def _stored(self, file_id: str) -> Stored | None:
        path = self._folder / f"{file_id}.json"
        return Stored.model_validate_json(path.read_bytes()) if file_id.isalnum() and path.exists() else None
