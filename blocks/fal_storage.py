"""fal's storage: files are put there so that a provider can read them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from typing_extensions import override

from blocks.fal_verdicts import NAME, raise_account_verdict, reason_of
from blocks.polled_provider import is_web_address
from longtake.errors import AccountRefused, ProviderBusy
from longtake.providers import Inputs, Pace
from longtake.providers.wire import ask, json_of, keyed_client, media_client

CONTENT_TYPES = {
    ".wav": "audio/wav", ".mp3": "audio/mpeg", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png",
    ".webp": "image/webp",
}  # fmt: skip
UPLOAD_PATH = "/storage/upload/initiate?storage_type=fal-cdn-v3"
BLOCK_BYTES = 1 << 16
SLOWEST_BYTES_PER_SECOND = 1 << 14
UPLOADS = 2
"""The address that a file is put at may have expired: one more is asked for."""

HINT = "If it goes on, put the inputs into a bucket: docs/providers.md, Inputs."


class FalStorage(Inputs):
    """One account's storage. It is asked to forget a file when its time is over.

    A file whose address does not tell its name gets it behind a `#`, which no server sees: a lost job is found by it.
    """

    def __init__(self, key: SecretStr, rest_url: str, pace: Pace) -> None:
        self._key = key
        self._rest_url = rest_url
        self._pace = pace
        self._client = keyed_client(pace)
        self._media = media_client(pace)

    @override
    async def publish(self, path: Path, name: str, lifetime_seconds: float) -> SecretStr:
        content_type = CONTENT_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
        for _ in range(UPLOADS):
            upload_url, file_url = await self._initiated(name, content_type, lifetime_seconds)
            response = await self._put(upload_url, path, content_type)
            if response.is_success:
                is_named = Path(name).stem in urlsplit(file_url).path.rsplit("/", 1)[-1]
                return SecretStr(file_url if is_named else f"{file_url.partition('#')[0]}#{name}")
            if not response.is_client_error:
                raise ProviderBusy(f"{NAME}'s storage answered {response.status_code} to an upload. {HINT}")
        raise self._refusal(response)

    async def _put(self, upload_url: str, path: Path, content_type: str) -> httpx.Response:
        """A redirect is not followed: it would make a GET of the PUT, and nothing would be stored."""
        size = path.stat().st_size
        headers = {"Content-Type": content_type, "Content-Length": str(size)}

        def put() -> Awaitable[httpx.Response]:
            return self._media.put(upload_url, content=_blocks(path), headers=headers, follow_redirects=False)

        lasts_seconds = self._pace.answer_lasts_seconds + size / SLOWEST_BYTES_PER_SECOND
        return await ask(put, self._pace, lasts_seconds=lasts_seconds)

    def _refusal(self, response: httpx.Response) -> AccountRefused:
        reason = reason_of(response, self._key.get_secret_value())
        told = f"its storage refuses a file ({response.status_code}): {reason.told}."
        return AccountRefused(told, provider=NAME, kind=reason.kind, hint=HINT)

    async def _initiated(self, name: str, content_type: str, lifetime_seconds: float) -> tuple[str, str]:
        """Where the file goes, and where it can be read from then on."""
        lifetime = json.dumps({"expiration_duration_seconds": ceil(lifetime_seconds)})
        headers = {
            "Authorization": f"Key {self._key.get_secret_value()}",
            "X-Fal-Object-Lifecycle": lifetime,
            "X-Fal-Object-Lifecycle-Preference": lifetime,
        }
        content = {"file_name": name, "content_type": content_type}
        url = self._rest_url + UPLOAD_PATH
        response = await ask(lambda: self._client.post(url, json=content, headers=headers), self._pace, for_json=True)
        if response.status_code in (401, 402, 403):
            raise_account_verdict(response, self._key.get_secret_value())
        if response.is_client_error:
            raise self._refusal(response)
        body = json_of(response)
        upload_url, file_url = body.get("upload_url"), body.get("file_url")
        if not response.is_success or not is_web_address(upload_url) or not is_web_address(file_url):
            raise ProviderBusy(f"{NAME}'s storage answered {response.status_code}, and not where to put a file. {HINT}")
        return str(upload_url), str(file_url)

    @override
    async def aclose(self) -> None:
        await self._client.aclose()
        await self._media.aclose()


async def _blocks(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def open_fal_storage(pace: Pace) -> Inputs:
    """The storage of the environment's account. Raises SettingError without a FAL_KEY."""
    from blocks.fal import FalProvider

    return FalProvider().open_storage(pace)
