"""What the tests of the emulators do as a client: send files in, submit, poll, download."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from typing import Any

import httpx

from emulators.launch import Emulator
from tests.preview_media import speech_like, write_chunk, write_portrait

FAL = "fal-ai/bytedance/omnihuman/v1.5"
AIML = "bytedance/omnihuman/v1.5"
PIXAZO = "/bytedance-omnihuman-v1-5-290/v1/bytedance-omnihuman-v1-5-request"
FRAMES = 30
PATIENCE_SECONDS = 100


class Inputs:
    """A portrait and a voice of 30 frames, on the disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.image = write_portrait(folder / "portrait.jpg", (320, 180))
        self.audio = write_chunk(folder / "voice.wav", speech_like(FRAMES / 25))

    def data_uri(self, kind: str) -> str:
        path = {"image": self.image, "audio": self.audio}[kind]
        return data_uri(path.read_bytes(), {"image": "image/jpeg", "audio": "audio/wav"}[kind])


def data_uri(data: bytes, kind: str) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


class Client:
    """Talks to the emulators as each provider's documents say."""

    def __init__(self, emulator: Emulator, inputs: Inputs) -> None:
        self.emulator = emulator
        self.inputs = inputs
        self.http = httpx.Client(timeout=PATIENCE_SECONDS, trust_env=False)
        self.fal_key = {"Authorization": f"Key {emulator.env['FAL_KEY']}"}
        self.aimlapi_key = {"Authorization": f"Bearer {emulator.env['AIML_API_KEY']}"}
        self.pixazo_key = {"Ocp-Apim-Subscription-Key": emulator.env["PIXAZO_API_KEY"]}

    def url(self, provider: str, path: str = "") -> str:
        return self.emulator.urls[provider] + path

    def upload(self, path: Path, name: str = "", kind: str = "audio/wav", **headers: str) -> str:
        announced = self.http.post(
            self.url("fal", "/storage/upload/initiate?storage_type=fal-cdn-v3"),
            json={"file_name": name or path.name, "content_type": kind},
            headers=self.fal_key | headers,
        )
        put = self.http.put(announced.json()["upload_url"], content=path.read_bytes(), headers={"Content-Type": kind})
        assert put.status_code == 200
        return str(announced.json()["file_url"])

    def given(self, name: str = "voice.wav") -> dict[str, Any]:
        return {
            "image_url": self.inputs.data_uri("image"),
            "audio_url": self.upload(self.inputs.audio, name),
        }

    def submit_fal(self, given: dict[str, Any] | None = None, query: str = "", **headers: str) -> httpx.Response:
        return self.http.post(
            self.url("fal", f"/{FAL}{query}"), json=given or self.given(), headers=self.fal_key | headers
        )

    def submit_aimlapi(self, given: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        body = {"model": AIML, **(given or self.given())}
        return self.http.post(
            self.url("aimlapi", "/v2/video/generations"), json=body, headers=self.aimlapi_key | headers
        )

    def submit_pixazo(self, given: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        body = given or self.given() | {"image_url": self.upload(self.inputs.image, kind="image/jpeg")}
        return self.http.post(self.url("pixazo", PIXAZO), json=body, headers=self.pixazo_key | headers)

    def poll(self, provider: str, answer: dict[str, Any]) -> httpx.Response:
        if provider == "fal":
            return self.http.get(answer["status_url"], params={"logs": "1"}, headers=self.fal_key)
        if provider == "aimlapi":
            url, asked = self.url("aimlapi", "/v2/video/generations"), {"generation_id": answer["id"]}
            return self.http.get(url, params=asked, headers=self.aimlapi_key)
        return self.http.get(answer["polling_url"], headers=self.pixazo_key)

    def until_ended(self, provider: str, answer: dict[str, Any]) -> dict[str, Any]:
        pending = {"IN_QUEUE", "IN_PROGRESS", "queued", "generating", "QUEUED", "PROCESSING"}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            found: dict[str, Any] = self.poll(provider, answer).json()
            if found["status"] not in pending:
                return found
            time.sleep(0.02)
        raise AssertionError(f"the job never ended: {found}")

    def fal_result(self, answer: dict[str, Any]) -> httpx.Response:
        self.until_ended("fal", answer)
        return self.http.get(answer["response_url"], headers=self.fal_key)

    def run(self, provider: str, name: str = "voice.wav") -> str:
        """The address of a clip, by the whole way through a provider."""
        if provider == "fal":
            return str(self.fal_result(self.submit_fal(self.given(name)).json()).json()["video"]["url"])
        if provider == "aimlapi":
            return str(self.until_ended("aimlapi", self.submit_aimlapi(self.given(name)).json())["video"]["url"])
        given = self.given(name) | {"image_url": self.upload(self.inputs.image, kind="image/jpeg")}
        return str(self.until_ended("pixazo", self.submit_pixazo(given).json())["output"]["media_url"][0])
