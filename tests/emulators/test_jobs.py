"""What becomes of accepted jobs: places, verdicts, odd status words, cancelling, expiry; and what each costs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from emulators.book import Book
from emulators.faults import ProviderName, Rule
from emulators.launch import Emulator
from emulators.settings import EmulatorSettings
from tests.emulators.acting import PATIENCE_SECONDS, Client, data_uri
from tests.emulators.conftest import QUICK
from tests.preview_media import write_chunk


def behave(emulator: Emulator, **changed: Any) -> EmulatorSettings:
    emulator.set_settings(QUICK.model_copy(update=changed))
    return emulator.settings


def account(name: ProviderName, **changed: Any) -> dict[str, Any]:
    return {name: QUICK.account(name).model_copy(update=changed)}


def settled(emulator: Emulator, provider: ProviderName) -> Book:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        book = emulator.book(provider)
        if all(entry.states[-1] not in ("queued", "running") for entry in book.accepted):
            return book
        time.sleep(0.02)
    raise AssertionError("jobs never ended")


def detail_type(client: Client, given: dict[str, Any]) -> str:
    result = client.fal_result(client.submit_fal(given).json())
    assert result.status_code == 422
    return str(result.json()["detail"][0]["type"])


def test_no_more_jobs_run_at_once_than_the_account_has_places(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=0.1)
    given = client.given()
    answers = [client.submit_fal(given).json() for _ in range(7)]
    assert answers[-1]["queue_position"] > 0
    for answer in answers:
        client.until_ended("fal", answer)
    book = emulator.book("fal")
    assert (book.paid, book.most_running) == (7, 2)
    assert 2 < book.most_in_progress <= 7


def test_an_account_that_takes_no_more_answers_429(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=5, **account("aimlapi", most_unfinished=2))
    given = client.given()
    codes = [client.submit_aimlapi(given).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert emulator.book("aimlapi").most_in_progress == 2


def test_fields_are_checked_where_each_provider_checks_them(client: Client, emulator: Emulator) -> None:
    given = client.given()
    assert detail_type(client, given | {"seed": 7}) == "extra_forbidden"
    assert detail_type(client, {"image_url": given["image_url"]}) == "missing"
    assert detail_type(client, given | {"resolution": "480p"}) == "literal_error"
    assert client.submit_aimlapi(given | {"resolution": "720p"}).status_code == 400
    assert client.submit_aimlapi({"model": "no/model"} | given).status_code == 400
    assert client.submit_pixazo(given).status_code == 400, "a data URI is no public address"
    assert client.submit_pixazo({"image_url": given["audio_url"]}).status_code == 400
    assert client.http.post(client.url("pixazo", "/other-290/v1/other-request"), json=given, headers=client.pixazo_key)
    assert client.http.post(client.url("fal", "/no/model"), json=given, headers=client.fal_key).status_code == 404
    assert (len(emulator.book("aimlapi").accepted), len(emulator.book("pixazo").accepted)) == (0, 0)


def test_files_are_read_when_the_job_leaves_the_queue(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    given = client.given()
    lifetime = {"X-Fal-Object-Lifecycle-Preference": '{"expiration_duration_seconds": 0.2}'}
    gone = client.upload(client.inputs.audio, **lifetime)
    time.sleep(0.3)
    assert detail_type(client, given | {"audio_url": gone}) == "file_download_error"
    assert detail_type(client, given | {"audio_url": client.url("fal", "/files/b/none/a.wav")}) == "file_download_error"
    assert detail_type(client, given | {"audio_url": given["image_url"]}) == "unsupported_audio_format"
    assert detail_type(client, given | {"image_url": given["audio_url"]}) == "image_load_error"
    assert detail_type(client, given | {"mask_url": given["audio_url"]}) == "image_load_error"
    small = tmp_path / "small.png"
    Image.new("RGB", (40, 40)).save(small)
    assert detail_type(client, given | {"image_url": data_uri(small.read_bytes(), "image/png")}) == "image_too_small"
    assert emulator.book("fal").paid == 0


@pytest.mark.parametrize(("resolution", "limit"), [("720p", 60), ("1080p", 30)])
def test_audio_must_be_shorter_than_the_limit(client: Client, tmp_path: Path, resolution: str, limit: int) -> None:
    longest = write_chunk(tmp_path / "long.wav", np.zeros(limit * 48_000))
    given = client.given() | {"audio_url": client.upload(longest), "resolution": resolution}
    assert detail_type(client, given) == "audio_duration_too_long"
    shorter = write_chunk(tmp_path / "short.wav", np.zeros(limit * 48_000 - 1920))
    result = client.fal_result(client.submit_fal(given | {"audio_url": client.upload(shorter)}).json())
    assert result.json()["duration"] == pytest.approx(limit - 0.04)


@pytest.mark.parametrize(
    "kind",
    [
        "content_policy_violation",
        "face_detection_error",
        "image_too_small",
        "audio_duration_too_long",
        "file_download_error",
    ],
)
@pytest.mark.parametrize("is_billed", [False, True])
def test_a_refused_job_at_each_provider(client: Client, emulator: Emulator, kind: str, is_billed: bool) -> None:
    behave(emulator, **account("fal", bill_refused=is_billed))
    emulator.set_faults([Rule(where="job", fault="refused", kind=kind)])
    assert detail_type(client, client.given()) == kind
    generation = client.until_ended("aimlapi", client.submit_aimlapi().json())
    assert (generation["status"], generation["error"]["name"]) == ("error", kind)
    request = client.until_ended("pixazo", client.submit_pixazo().json())
    assert (request["status"], request["output"]) == ("FAILED", None)
    assert request["error"]
    assert emulator.book("fal").paid == int(is_billed)
    assert emulator.book("aimlapi").paid == 0, "the hold is rolled back"
    assert emulator.book("pixazo").paid == 1, "FAILED is billed"


def test_a_platform_that_fails_bills_nothing(client: Client, emulator: Emulator) -> None:
    emulator.set_faults([Rule(where="job", fault="platform-error", kind="runner_disconnected")])
    answer = client.submit_fal().json()
    status = client.until_ended("fal", answer)
    assert (status["status"], status["error_type"]) == ("COMPLETED", "runner_disconnected")
    result = client.fal_result(answer)
    assert (result.status_code, result.headers["x-fal-error-type"]) == (500, "runner_disconnected")
    assert result.json() == {"detail": "Runner disconnected", "error_type": "runner_disconnected"}
    assert client.until_ended("aimlapi", client.submit_aimlapi().json())["status"] == "error"
    assert client.until_ended("pixazo", client.submit_pixazo().json())["status"] == "ERROR"
    assert [emulator.book(provider).paid for provider in ("fal", "aimlapi", "pixazo")] == [0, 0, 0]


@pytest.mark.parametrize("status", [500, 504])
def test_a_failure_that_the_result_alone_tells(client: Client, emulator: Emulator, status: int) -> None:
    emulator.set_faults([Rule(where="job", fault="platform-error", status=status, hidden=True)])
    answer = client.submit_fal().json()
    ended = client.until_ended("fal", answer)
    assert ended["status"] == "COMPLETED"
    assert "error" not in ended
    assert [client.fal_result(answer).status_code for _ in range(2)] == [status, status]


def test_a_job_that_does_not_start_in_its_time_is_given_up(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=30, **account("fal", concurrency=1))
    client.submit_fal()
    answer = client.submit_fal(**{"X-Fal-Request-Timeout": "0.1"}).json()
    assert client.until_ended("fal", answer)["error_type"] == "request_timeout"
    result = client.fal_result(answer)
    assert (result.status_code, result.headers["x-fal-request-timeout-type"]) == (504, "user")
    assert [entry.state for entry in emulator.book("fal").accepted] == ["running", "failed"]


def test_an_address_whose_signature_is_over_is_refused(client: Client) -> None:
    given = client.given()
    old = given["audio_url"] + "?X-Amz-Date=20200101T000000Z&X-Amz-Expires=604800"
    assert detail_type(client, given | {"audio_url": old}) == "file_download_error"
    future = given["audio_url"] + "?X-Amz-Date=29990101T000000Z&X-Amz-Expires=60"
    assert client.fal_result(client.submit_fal(given | {"audio_url": future}).json()).status_code == 200


def test_status_words_that_nobody_expects(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=30)
    answer = client.submit_fal().json()
    emulator.set_faults(
        [
            Rule(where="status", fault="unknown-word", word="HIBERNATING", nth=(2,)),
            Rule(where="status", fault="back-to-queue", nth=(3,)),
        ]
    )
    words = [client.poll("fal", answer).json()["status"] for _ in range(4)]
    assert words == ["IN_PROGRESS", "HIBERNATING", "IN_QUEUE", "IN_PROGRESS"]


@pytest.mark.parametrize("word", ["failed", "cancelled", "expired"])
def test_aimlapi_fails_in_other_words_too(client: Client, emulator: Emulator, word: str) -> None:
    emulator.set_faults([Rule(where="job", fault="platform-error", word=word)])
    assert client.until_ended("aimlapi", client.submit_aimlapi().json())["status"] == word
    behave(
        emulator, aimlapi_pending_words=("waiting", "active"), aimlapi_done_word="succeeded", aimlapi_nested_errors=True
    )
    emulator.set_faults([Rule(where="job", fault="refused", kind="face_detection_error", nth=(1,))])
    answer = client.submit_aimlapi().json()
    assert answer["status"] == "waiting"
    settled(emulator, "aimlapi")
    assert client.poll("aimlapi", answer).json()["error"]["detail"][0]["type"] == "face_detection_error"
    done = client.submit_aimlapi().json()
    settled(emulator, "aimlapi")
    assert client.poll("aimlapi", done).json()["status"] == "succeeded"


@pytest.mark.parametrize(
    ("spelling", "told"), [("credits_used", 336_000), ("tokens_used", 336_000), ("usd_spent", 0.168)]
)
def test_aimlapi_tells_its_price_in_three_spellings(
    client: Client, emulator: Emulator, spelling: Any, told: float
) -> None:
    behave(emulator, aimlapi_usage=spelling)
    assert client.submit_aimlapi().json()["meta"]["usage"] == {spelling: pytest.approx(told)}


def test_pixazo_answers_a_bare_address_too(client: Client, emulator: Emulator) -> None:
    behave(emulator, pixazo_bare_url=True)
    url = client.until_ended("pixazo", client.submit_pixazo().json())["output"]["media_url"]
    assert client.http.get(url).content[4:8] == b"ftyp"


def test_a_queued_and_a_running_job_are_cancelled_and_not_billed(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=30, **account("fal", concurrency=1))
    running, queued = client.submit_fal().json(), client.submit_fal().json()
    for answer in (queued, running):
        cancelled = client.http.put(answer["cancel_url"], headers=client.fal_key)
        assert (cancelled.status_code, cancelled.json()["status"]) == (202, "CANCELLATION_REQUESTED")
    assert [entry.state for entry in emulator.book("fal").accepted] == ["cancelled", "cancelled"]
    unknown = f"{client.url('fal')}/fal-ai/bytedance/requests/none/cancel"
    assert client.http.put(unknown, headers=client.fal_key).status_code == 404
    assert emulator.book("fal").paid == 0


def test_a_running_job_may_end_although_it_was_to_be_cancelled(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=0.3, cancel_stops_running=False)
    answer = client.submit_fal().json()
    assert client.http.put(answer["cancel_url"], headers=client.fal_key).status_code == 202
    assert client.fal_result(answer).status_code == 200
    assert emulator.book("fal").paid == 1


def test_a_stuck_job_holds_up_no_other(client: Client, emulator: Emulator) -> None:
    behave(emulator, **account("fal", concurrency=1))
    emulator.set_faults([Rule(where="job", fault="stuck", nth=(1,))])
    stuck, other = client.submit_fal().json(), client.submit_fal().json()
    assert client.fal_result(other).status_code == 200
    assert client.poll("fal", stuck).json()["status"] == "IN_QUEUE"
    assert client.http.get(stuck["response_url"], headers=client.fal_key).status_code == 400
    assert client.http.put(stuck["cancel_url"], headers=client.fal_key).status_code == 202


@pytest.mark.parametrize("status", [404, 410])
def test_results_and_clips_expire(client: Client, emulator: Emulator, status: Any) -> None:
    url = client.run("fal")
    answer = client.submit_aimlapi().json()
    client.until_ended("aimlapi", answer)
    behave(emulator, result_lifetime_seconds=0.001, clip_lifetime_seconds=0.001, result_gone_status=status)
    time.sleep(0.01)
    assert client.poll("aimlapi", answer).status_code == status
    assert client.http.get(url).status_code == 403


def test_a_job_can_be_given_a_time_of_its_own(client: Client, emulator: Emulator) -> None:
    behave(emulator, mean_seconds=2, spread=0.5, job_seconds={"quick": 0.0})
    for name in ("quick.wav", "a.wav", "b.wav"):
        client.submit_fal(client.given(name))
    quick, first, second = [entry.render_seconds for entry in emulator.book("fal").accepted]
    assert quick == 0
    assert first != second
    assert all(1 <= seconds <= 3 for seconds in (first, second))
