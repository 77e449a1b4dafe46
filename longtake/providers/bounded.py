"""An HTTP client that reads no answer beyond a size: nobody who answers can fill the memory."""

from __future__ import annotations

from typing import Any

import httpx
from typing_extensions import override

MOST_ANSWER_BYTES = 8 << 20
"""Far more than any answer about a job holds, its log included. Media are streamed to a file instead."""

HIGHEST_PORT = 65_535
_OF_THE_WIRE = ("Content-Encoding", "Content-Length", "Transfer-Encoding")


class AnswerTooLong(httpx.ReadError):
    """An answer was not read to its end, as it holds more than any should."""


class BoundedClient(httpx.AsyncClient):
    """Raises AnswerTooLong for an answer of more than 8 MiB, unpacked, or another size that is said.

    A streamed answer is its caller's to bound.
    """

    def __init__(self, *, most_answer_bytes: int = MOST_ANSWER_BYTES, **options: Any) -> None:
        super().__init__(event_hooks={"request": [_refuse_what_is_no_port]}, **options)
        self._most_answer_bytes = most_answer_bytes

    @override
    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        response = await super().send(request, stream=True, **options)
        if stream:
            return response
        try:
            return await _read(response, self._most_answer_bytes)
        finally:
            await response.aclose()


async def _refuse_what_is_no_port(request: httpx.Request) -> None:
    """A redirect may name one, at which connecting breaks with what is no httpx.RequestError."""
    if (request.url.port or 1) > HIGHEST_PORT:
        raise httpx.ConnectError(f"there is no port {request.url.port}", request=request)


async def _read(response: httpx.Response, most_bytes: int) -> httpx.Response:
    body = bytearray()
    async for block in response.aiter_bytes():
        body += block
        if len(body) > most_bytes:
            raise AnswerTooLong(f"it holds more than {most_bytes >> 20} MiB", request=response.request)
    headers = httpx.Headers(response.headers)
    for name in _OF_THE_WIRE:
        headers.pop(name, None)
    return httpx.Response(response.status_code, headers=headers, content=bytes(body), request=response.request)
