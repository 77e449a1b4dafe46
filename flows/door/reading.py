"""Assets over HTTP: in ranges, so that videos play and can be sought in, and never as a page that runs something."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from longtake.assets import Asset, Store
from longtake.errors import AssetMissing

PASS_ON_FROM_BYTES = 16 * 2**20
"""A file as large as this that is not on this machine is passed on in parts; smaller ones are fetched and kept."""

_NEAR_BLOCK_BYTES = 2**20
_FAR_BLOCK_BYTES = 4 * 2**20

_PICTURES = frozenset({"image/avif", "image/gif", "image/heic", "image/jpeg", "image/png", "image/webp"})
_AS_THEY_ARE = frozenset({"application/json", "image/svg+xml", "text/vtt"})
_READABLE = frozenset({"application/x-subrip", "application/xml", "application/yaml", "application/javascript"})
_HARMLESS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""For what could hold a program: nothing in it runs, and it belongs to no origin. In <img>, SVG is shown as ever."""

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")

ReadPart = Callable[[int, int], bytes]


async def read_asset(store: Store, asset: Asset, request: Request) -> Response:
    """The answer to GET and HEAD. Raises AssetMissing and AssetCorrupt.

    Whether the asset is here in that size is asked before it is opened: a store may remove what is not sound.
    """
    near = await run_in_threadpool(store.is_near, asset)
    if not near and not await run_in_threadpool(store.exists, asset):
        raise AssetMissing(f"{asset.address} is not in the store")
    size, headers = asset.size_bytes, _headers(asset, request.query_params.get("name", ""))
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    wanted, status = range(size), 200
    part = _asked_for(request, headers["ETag"], size)
    if part is not None:
        if not part:
            return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
        wanted, status = part, 206
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    headers["Content-Length"] = str(len(wanted))
    if request.method == "HEAD":
        return Response(headers=headers)
    if near or size < PASS_ON_FROM_BYTES:
        file = await run_in_threadpool(store.open, asset)
        return _Stream(_blocks(partial(_read_at, file), wanted, _NEAR_BLOCK_BYTES), status, headers, file)
    return _Stream(_blocks(partial(store.read_part, asset), wanted, _FAR_BLOCK_BYTES), status, headers)


def content_type(asset: Asset) -> str:
    """The type a browser is told: its own where that is harmless or safely shown, else plain text, else bytes."""
    kind = asset.media_type
    if kind.startswith(("video/", "audio/")) or kind in _PICTURES | _AS_THEY_ARE:
        return "text/vtt; charset=utf-8" if kind == "text/vtt" else kind
    return "text/plain; charset=utf-8" if kind.startswith("text/") or kind in _READABLE else "application/octet-stream"


def _headers(asset: Asset, name: str) -> dict[str, str]:
    kind = content_type(asset)
    is_inert = kind.startswith(("video/", "audio/")) or kind in _PICTURES
    return {
        "Content-Type": kind,
        "Content-Disposition": _disposition(asset, name),
        "Accept-Ranges": "bytes",
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{asset.sha256}"',
    } | ({} if is_inert else _HARMLESS)


def _disposition(asset: Asset, name: str) -> str:
    """Shown in the browser; saved under `name` if the link gives one. The suffix is the asset's own."""
    stem = (
        re.sub(r"[^\w ()-]+", "_", name.removesuffix(asset.suffix))[:80].strip(" _") or f"longtake-{asset.sha256[:12]}"
    )
    file_name = stem + asset.suffix
    return f'inline; filename="{file_name}"' if file_name.isascii() else f"inline; filename*=UTF-8''{quote(file_name)}"


def _asked_for(request: Request, etag: str, size: int) -> range | None:
    """The part that is asked for, empty if the file has none of it; None for the whole file (RFC 9110, section 14).

    Several parts at once are not given: then, too, the answer is the whole, as for what cannot be understood.
    """
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    if request.method != "GET" or not found or request.headers.get("if-range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        return range(max(0, size - int(last)), size) if last else None
    if last and int(last) < int(first):
        return None
    return range(int(first), min(int(last) + 1, size) if last else size)


def _blocks(read: ReadPart, wanted: range, block_bytes: int) -> Iterator[bytes]:
    at = wanted.start
    while at < wanted.stop:
        block = read(at, min(block_bytes, wanted.stop - at))
        if not block:
            raise AssetMissing("the file ends before its end")
        yield block
        at += len(block)


def _read_at(file: BinaryIO, first_byte: int, size_bytes: int) -> bytes:
    file.seek(first_byte)
    return file.read(size_bytes)


class _Stream(StreamingResponse):
    """Closes what it reads from, however the answer ends: browsers hang up in the middle of a video."""

    def __init__(
        self, blocks: Iterator[bytes], status: int, headers: Mapping[str, str], file: BinaryIO | None = None
    ) -> None:
        super().__init__(blocks, status_code=status, headers=headers)
        self._file = file

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            if self._file:
                self._file.close()
