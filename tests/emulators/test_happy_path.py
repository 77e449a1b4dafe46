"""Each provider's way from submit to a sound clip, and what its book says of it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from emulators.faults import PROVIDERS, ProviderName
from emulators.launch import Emulator
from longtake.checks import check_clip
from tests.emulators.acting import AIML, FAL, FRAMES, Client


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_job_becomes_a_sound_clip_that_is_billed_once(
    client: Client, emulator: Emulator, provider: ProviderName, tmp_path: Path
) -> None:
    url = client.run(provider, "longtake-job7.wav")

    got = httpx.get(url, trust_env=False)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(got.content)
    assert check_clip(clip, client.inputs.audio, sent_frames=FRAMES).passed
    assert got.headers["content-type"] == ("application/octet-stream" if provider == "pixazo" else "video/mp4")

    book = emulator.book(provider)
    assert [entry.audio_name for entry in book.accepted] == ["longtake-job7.wav"]
    entry = book.accepted[0]
    assert entry.states == ("queued", "running", "completed")
    assert entry.seconds == pytest.approx(1.2)
    assert entry.billed_micro_usd == round(1.2 * {"fal": 0.14, "aimlapi": 0.14, "pixazo": 0.16}[provider] * 1_000_000)
    assert (book.paid, book.most_in_progress, book.most_running) == (1, 1, 1)


def test_fal_answers_as_its_queue_does(client: Client) -> None:
    submitted = client.submit_fal()
    answer = submitted.json()
    base = f"{client.url('fal')}/fal-ai/bytedance/requests/{answer['request_id']}"
    assert submitted.status_code == 200
    assert answer["response_url"] == base
    assert answer["status_url"] == f"{base}/status"
    assert answer["cancel_url"] == f"{base}/cancel"
    assert answer["queue_position"] == 0

    status = client.until_ended("fal", answer)
    assert status["status"] == "COMPLETED"
    assert status["logs"][0]["message"]
    result = client.fal_result(answer)
    assert result.headers["x-fal-billable-units"] == "1.2"
    assert result.json()["duration"] == pytest.approx(1.2)
    assert client.http.put(answer["cancel_url"], headers=client.fal_key).json() == {"status": "ALREADY_COMPLETED"}


def test_aimlapi_and_pixazo_answer_as_documented(client: Client) -> None:
    generation = client.submit_aimlapi().json()
    assert generation["id"].endswith(f":{AIML}")
    assert generation["status"] == "queued"
    assert generation["meta"] == {"usage": {"credits_used": 336_000}}

    accepted = client.submit_pixazo()
    assert accepted.status_code == 202
    request_id = accepted.json()["request_id"]
    assert request_id.startswith("bytedance-omnihuman-v1-5-290_")
    assert accepted.json()["polling_url"] == client.url("pixazo", f"/v2/requests/status/{request_id}")
    ended = client.until_ended("pixazo", accepted.json())
    assert ended["model_id"] == "bytedance-omnihuman-v1-5-290"
    assert ended["output"]["media_type"] == "application/octet-stream"
    assert ended["output"]["media_url"][0].endswith("/output.ext")


def test_a_wrong_key_opens_nothing(client: Client, emulator: Emulator) -> None:
    given = client.given()
    wrong = [
        client.http.post(client.url("fal", f"/{FAL}"), json=given, headers={"Authorization": "Key wrong"}),
        client.http.post(client.url("fal", f"/{FAL}"), json=given),
        client.submit_aimlapi(given, Authorization="Bearer wrong"),
        client.submit_pixazo(given, **{"Ocp-Apim-Subscription-Key": "wrong"}),
        client.http.get(client.url("fal", "/v1/models/requests/by-endpoint"), params={"endpoint_id": FAL}),
        client.http.get(client.url("aimlapi", "/v2/logs")),
    ]
    assert [answer.status_code for answer in wrong] == [401] * 6
    assert [len(emulator.book(provider).accepted) for provider in PROVIDERS] == [0, 0, 0]


def test_the_log_of_requests_holds_no_key(client: Client, emulator: Emulator) -> None:
    client.run("fal")
    client.http.get(client.run("pixazo"))
    seen = emulator.requests()
    assert {"submit", "status", "result", "upload", "download"} <= {entry.where for entry in seen}
    told = "".join(entry.model_dump_json() for entry in seen)
    assert not [key for key in ("FAL_KEY", "AIML_API_KEY", "PIXAZO_API_KEY") if emulator.env[key] in told]
