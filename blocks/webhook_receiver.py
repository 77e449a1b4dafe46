"""The receiver of webhooks: it wakes whoever waits for a job. What a job came to is asked for as ever.

So a call that is lost, late or forged costs nothing: polling alone is always enough.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from longtake.errors import ProviderBusy, WebhookRefused
from longtake.providers import Pace
from longtake.providers.webhooks import verify_fal_webhook
from longtake.providers.wire import ask, json_of, keyed_client

KEYS_PATH = "/.well-known/jwks.json"
KEYS_LAST_SECONDS = 24 * 3600.0
"""fal's keys may be kept for so long (fal, "Webhooks")."""

KEYS_AGAIN_SECONDS = 30.0
"""When they cannot be had, they are not asked for again before: anybody can call."""

LARGEST_BODY_BYTES = 1 << 20
BODY_SECONDS = 10.0
FAL_HEADERS = "x-fal-webhook-"

Wake = Callable[[str, str], None]
"""Called with a provider's name and its id of a request."""


class FalKeys:
    """The public keys that fal signs its calls with."""

    def __init__(self, rest_url: str, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = rest_url + KEYS_PATH
        self._pace = pace.model_copy(update={"attempts": 1})
        self._clock = clock
        self._lock = asyncio.Lock()
        self._keys: Mapping[str, Any] | None = None
        self._fresh_until = 0.0

    async def get(self) -> Mapping[str, Any]:
        """The keys. Raises ProviderBusy."""
        async with self._lock:
            if self._clock() >= self._fresh_until:
                self._keys = await self._fetched()
                self._fresh_until = self._clock() + (KEYS_AGAIN_SECONDS if self._keys is None else KEYS_LAST_SECONDS)
        if self._keys is None:
            raise ProviderBusy("fal's keys cannot be had just now")
        return self._keys

    async def _fetched(self) -> Mapping[str, Any] | None:
        try:
            async with keyed_client(self._pace) as client:
                response = await ask(lambda: client.get(self._url), self._pace)
        except ProviderBusy:
            return None
        keys = json_of(response)
        return keys if response.is_success and isinstance(keys.get("keys"), list) else None


def webhook_app(keys: FalKeys, wake: Wake, clock: Callable[[], float] = time.time) -> Starlette:
    """The receiver, at whatever path. A call that says it is fal's must be signed; Pixazo signs none."""

    async def receive(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
            if body is None:
                return PlainTextResponse("too large", 413)
            if any(name.startswith(FAL_HEADERS) for name in request.headers):
                call = verify_fal_webhook(request.headers, body, await keys.get(), now=clock())
                wake("fal", call.request_id)
            else:
                wake("pixazo", _unsigned_id(body))
        except TimeoutError:
            return PlainTextResponse("too slow", 408)
        except WebhookRefused as refused:
            return PlainTextResponse(str(refused), 400)
        except ProviderBusy as busy:
            return PlainTextResponse(str(busy), 503, {"Retry-After": f"{KEYS_AGAIN_SECONDS:g}"})
        return PlainTextResponse("thank you")

    return Starlette(routes=[Route("/{path:path}", receive, methods=["POST"])])


async def _body(request: Request) -> bytes | None:
    """What was sent; None when it is too much."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY_BYTES:
            return None
    return body


def _unsigned_id(body: bytes) -> str:
    """The request that a call without a signature speaks of."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookRefused("a call holds no JSON.") from error
    request_id = found.get("request_id") if isinstance(found, dict) else None
    if not isinstance(request_id, str):
        raise WebhookRefused("a call names no request.")
    return request_id
