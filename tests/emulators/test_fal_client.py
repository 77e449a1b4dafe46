"""The official client of fal, untouched but for its three addresses, works against the emulated fal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fal_client
import httpx
import pytest

from emulators.faults import Rule
from emulators.launch import Emulator
from emulators.settings import EmulatorSettings
from longtake.checks import check_clip
from tests.emulators.acting import FAL, FRAMES, Client
from tests.emulators.conftest import QUICK


@pytest.fixture
def pointed(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> str:
    """The client's hosts are constants of its module; the scheme https is part of them."""
    base = emulator.urls["fal"]
    monkeypatch.setattr("fal_client.client.QUEUE_URL_FORMAT", f"{base}/")
    monkeypatch.setattr("fal_client.client.REST_URL", base)
    monkeypatch.setattr("fal_client.client.CDN_URL", base)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    return emulator.env["FAL_KEY"]


def as_async_client(key: str, act: Callable[[fal_client.AsyncClient], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        client = fal_client.AsyncClient(key=key)
        try:
            return await act(client)
        finally:
            await (await client._client).aclose()

    return asyncio.run(run())


@contextmanager
def sync_client(key: str) -> Iterator[fal_client.SyncClient]:
    """The client, whose connections are closed at the end: it leaves those of its uploads open."""
    opened: list[httpx.Client] = []

    class Tidy(fal_client.SyncClient):
        def _get_cdn_client(self) -> httpx.Client:
            opened.append(super()._get_cdn_client())
            return opened[-1]

    client = Tidy(key=key)
    try:
        yield client
    finally:
        for each in (*opened, client._client):
            each.close()


def slow(seconds: float) -> EmulatorSettings:
    return QUICK.model_copy(update={"mean_seconds": seconds, "spread": 0.0})


def test_the_async_client_uploads_subscribes_and_gets_a_sound_clip(
    pointed: str, client: Client, emulator: Emulator, tmp_path: Path
) -> None:
    emulator.set_settings(slow(0.3))
    seen: list[fal_client.Status] = []

    async def act(fal: fal_client.AsyncClient) -> Any:
        image, audio = await fal.upload_file(client.inputs.image), await fal.upload_file(client.inputs.audio)
        given = {"image_url": image, "audio_url": audio, "resolution": "720p"}
        return await fal.subscribe(FAL, given, with_logs=True, on_queue_update=seen.append)

    result = as_async_client(pointed, act)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(httpx.get(result["video"]["url"], trust_env=False).content)
    assert check_clip(clip, client.inputs.audio, sent_frames=FRAMES).passed
    assert result["duration"] == pytest.approx(1.2)
    assert {type(update).__name__ for update in seen} >= {"InProgress", "Completed"}
    assert emulator.book("fal").paid == 1


def test_the_sync_client_submits_iterates_and_gets_the_result(pointed: str, client: Client) -> None:
    with sync_client(pointed) as fal:
        url = fal.upload_file(str(client.inputs.image))
        handle = fal.submit(FAL, {"image_url": url, "audio_url": client.inputs.data_uri("audio")})
        events = list(handle.iter_events(with_logs=True, interval=0.02))
        assert isinstance(events[-1], fal_client.Completed)
        assert events[-1].error is None
        assert events[-1].logs
        assert fal.result(FAL, handle.request_id)["video"]["url"] == handle.get()["video"]["url"]


def test_the_client_uploads_in_parts_and_falls_back_to_the_announced_upload(
    pointed: str, client: Client, emulator: Emulator
) -> None:
    data = bytes(range(256)) * 40
    manager = fal_client.client.CDNTokenManager(fal_client.auth.AuthCredentials("Key", pointed))
    url = fal_client.client.MultipartUpload.save(
        client=client.http, token_manager=manager, file_name="many.bin", data=data, chunk_size=3000
    )
    assert client.http.get(url).content == data

    emulator.set_faults([Rule(where="upload", fault="status-code", status=500, match="/files/upload")])
    with sync_client(pointed) as fal:
        fallen_back = fal.upload(b"sound", "audio/wav", file_name="a.wav")
    assert client.http.get(fallen_back).content == b"sound"


def test_the_client_hears_of_a_cancelled_and_of_a_refused_job(pointed: str, client: Client, emulator: Emulator) -> None:
    emulator.set_settings(slow(30))
    with sync_client(pointed) as fal:
        handle = fal.submit(FAL, client.given())
        handle.cancel()
        with pytest.raises(fal_client.FalClientHTTPError) as told:
            handle.get()
        assert (told.value.status_code, told.value.error_type) == (499, "client_cancelled")

        emulator.set_settings(slow(0))
        emulator.set_faults([Rule(where="job", fault="refused", kind="face_detection_error")])
        with pytest.raises(fal_client.FalClientHTTPError) as told:
            fal.submit(FAL, client.given()).get()
        assert told.value.status_code == 422
        assert told.value.response.json()["detail"][0]["type"] == "face_detection_error"
    assert emulator.book("fal").paid == 0


def test_a_lost_answer_makes_the_official_client_pay_twice(pointed: str, client: Client, emulator: Emulator) -> None:
    """Why our own client never repeats a submit."""
    emulator.set_faults([Rule(where="submit", fault="accept-then-drop", nth=(1,))])
    with sync_client(pointed) as fal:
        fal.subscribe(FAL, client.given("longtake-one.wav"))
    assert [entry.audio_name for entry in emulator.book("fal").accepted] == ["longtake-one.wav"] * 2
