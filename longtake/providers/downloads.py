"""Downloads of clips: streamed to the disk, whole or not at all, up to a size and within a time."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import BinaryIO

import httpx

from longtake.errors import ClipRejected, ProviderBusy, ProviderVerdict, ResultGone
from longtake.files import written_whole
from longtake.providers.pace import Pace
from longtake.providers.patience import patience_left_seconds
from longtake.providers.wire import host_of, is_not_now, reason_of, retry_after_seconds, retrying

MOST_CLIP_BYTES = 4 << 30
"""Minutes of any video that a provider makes; more would only fill the disk."""

FIRST_BYTES = 12
MP4_BRAND_AT = slice(4, 8)
BOX_HEAD_BYTES, LONG_BOX_HEAD_BYTES = 8, 16
HINT = "`longtake recover` asks for it again; or look for the clip in your account there."


async def download(
    client: httpx.AsyncClient, url: str, target: Path, *, provider: str, pace: Pace, most_bytes: int = MOST_CLIP_BYTES
) -> None:
    """Stream a clip to `target`, whole or not at all. The address may be signed: no message tells it.

    Raises ProviderBusy, ResultGone (403, 404, 410: expired), ProviderVerdict for an address that gives no clip, and
    ClipRejected for what is no MP4.
    """
    await retrying(pace)(_in_time, client, url, target, provider, pace, most_bytes)


async def _in_time(
    client: httpx.AsyncClient, url: str, target: Path, provider: str, pace: Pace, most_bytes: int
) -> None:
    seconds = min(pace.download_timeout_seconds, patience_left_seconds())
    try:
        async with asyncio.timeout(seconds):
            await _download_once(client, url, target, provider, most_bytes)
    except TimeoutError as error:
        raise ProviderBusy(f"{host_of(url)} did not end a download in {seconds:g} s") from error
    except httpx.RequestError as error:
        raise ProviderBusy(f"{host_of(url)} broke off a download: {reason_of(error)}") from error


async def _download_once(client: httpx.AsyncClient, url: str, target: Path, provider: str, most_bytes: int) -> None:
    async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
        status = response.status_code
        if is_not_now(status):
            raise ProviderBusy(f"{host_of(url)} answered {status}", retry_after_seconds=retry_after_seconds(response))
        if status in (403, 404, 410):
            raise ResultGone(f"the clip is no longer there ({status}).", provider=provider)
        if response.is_success and status != httpx.codes.OK:
            raise ProviderBusy(f"{host_of(url)} answered a download with {status}: a part, or nothing")
        if not response.is_success:
            raise ProviderVerdict(f"the clip's address answers {status}.", provider=provider, hint=HINT)
        with written_whole(target) as part:
            with part.open("wb") as file:
                is_whole = await _stream_to(file, response, most_bytes)
            if is_whole is None:
                raise ProviderVerdict(
                    f"the clip has more than {most_bytes / 1e9:g} GB, and is not kept.", provider=provider, hint=HINT
                )
            if not is_whole and not _ends_with_a_box(part):
                raise ProviderBusy(f"{host_of(url)} ended a download early")


async def _stream_to(file: BinaryIO, response: httpx.Response, most_bytes: int) -> bool | None:
    """Whether the answer told its own end, which httpx then minds; None when it holds too much.

    A packed body may have been cut before it was packed. Raises ClipRejected.
    """
    first, size = b"", 0
    async for block in response.aiter_bytes():
        first = first if len(first) >= FIRST_BYTES else (first + block)[:FIRST_BYTES]
        size += len(block)
        if size > most_bytes:
            return None
        file.write(block)
    if first[MP4_BRAND_AT] != b"ftyp":
        raise ClipRejected("what was downloaded is no MP4")
    is_packed = response.headers.get("Content-Encoding", "identity").lower() != "identity"
    return not is_packed and ("Content-Length" in response.headers or "Transfer-Encoding" in response.headers)


def _ends_with_a_box(path: Path) -> bool:
    """Whether an MP4's boxes fill the file exactly, and its index, `moov`, is among them (ISO/IEC 14496-12, 4.2)."""
    at, end, has_index = 0, path.stat().st_size, False
    with path.open("rb") as file:
        while at < end:
            file.seek(at)
            head = file.read(LONG_BOX_HEAD_BYTES)
            length, kind = int.from_bytes(head[:4]), head[4:BOX_HEAD_BYTES]
            if length == 1:  # the real length follows
                length = int.from_bytes(head[BOX_HEAD_BYTES:])
            elif length == 0:  # up to the end
                length = end - at
            if length < BOX_HEAD_BYTES:
                return False
            has_index = has_index or kind == b"moov"
            at += length
    return at == end and has_index
