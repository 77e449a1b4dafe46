"""Uploads: a form's files go to the disk as they come, then into the store. Nothing is held in memory or elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from flows.door.pages import link_of
from longtake.assets import Asset, Store
from longtake.assets.cache import GIGABYTE
from longtake.assets.disk import disk_told
from longtake.errors import BadInput
from longtake.frozen import Frozen

MOST_FILES = 100
_BLOCK_BYTES = 2**20


class Uploaded(Frozen):
    """A file that is in the store now, and what it was called."""

    name: str
    asset: Asset

    @property
    def told(self) -> dict[str, str]:
        """What a program is answered."""
        return {"name": self.name, "address": self.asset.address, "link": link_of(self.asset, self.name)}


class BadForm(BadInput):
    """What was sent is not a form with files that can be stored."""


class TooLarge(BadForm):
    """An upload is larger than the door allows."""


async def take_uploads(request: Request, store: Store, limit_bytes: int) -> list[Uploaded]:
    """Store all files of a form. Raises TooLarge, as soon as that is known, and BadForm."""
    kind, options = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise BadForm("Send a form (multipart/form-data).")
    too_large = TooLarge(f"That is larger than the {limit_bytes / GIGABYTE:g} GB that can be uploaded at once.")
    if int(request.headers.get("content-length", "0")) > limit_bytes:
        raise too_large
    with store.scratch() as folder, disk_told("write", folder):
        form = _FormFiles(options[b"boundary"], folder)
        try:
            came, block = 0, bytearray()
            async for piece in request.stream():
                came += len(piece)
                if came > limit_bytes:
                    raise too_large
                block += piece
                if len(block) >= _BLOCK_BYTES:
                    await run_in_threadpool(form.write, bytes(block))
                    block.clear()
            await run_in_threadpool(form.write, bytes(block))
        finally:
            form.close()
        return [await run_in_threadpool(_stored, store, name, path) for name, path in form.files()]


def _stored(store: Store, name: str, path: Path) -> Uploaded:
    return Uploaded(name=name, asset=store.put(path, suffix=Path(name).suffix, move=True))


class _FormFiles:
    """Writes each file of a form to one in a folder. Fields that are no files are passed over."""

    def __init__(self, boundary: bytes, folder: Path) -> None:
        self._folder = folder
        self._files: list[tuple[str, Path]] = []
        self._open: BinaryIO | None = None
        self._field, self._value, self._disposition = bytearray(), bytearray(), b""
        self._is_whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self.close,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise BadForm(f"The form cannot be read: {error}.") from error

    def write(self, block: bytes) -> None:
        """Take the next bytes of the form. Raises BadForm for what is none."""
        try:
            self._parser.write(block)
        except FormParserError as error:
            raise BadForm(f"The form cannot be read: {error}.") from error

    def files(self) -> list[tuple[str, Path]]:
        """The name that each file had, and where it is. Raises BadForm when there is none, or one is empty."""
        if not self._is_whole:
            raise BadForm("The form broke off.")
        if not self._files:
            raise BadForm("Choose a file.")
        for name, path in self._files:
            if not path.stat().st_size:
                raise BadForm(f"{name} is empty.")
        return self._files

    def close(self) -> None:
        """Close the file that is being written, if there is one."""
        if self._open:
            self._open.close()
        self._open, self._disposition = None, b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._field.lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = re.split(r"[\\/]", options.get(b"filename", b"").decode("utf-8", "replace"))[-1]
        if not name:
            return
        if len(self._files) == MOST_FILES:
            raise BadForm(f"At most {MOST_FILES} files at once, please.")
        path = self._folder / str(len(self._files))
        self._files.append((name, path))
        self._open = path.open("wb")

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._open:
            self._open.write(memoryview(data)[start:end])

    def _on_end(self) -> None:
        self._is_whole = True
