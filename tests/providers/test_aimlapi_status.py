"""Waiting for AIML API: what each word means, and what it means for money; fetching the clip."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.aimlapi_client import AimlapiClient
from longtake.errors import (
    AccountRefused,
    ClipRejected,
    InputRefused,
    JobFailed,
    LongtakeError,
    ProviderBusy,
    ResultGone,
)
from longtake.providers import Outcome, Ticket
from tests.providers.answering import Answer, Fault, Server, answering
from tests.providers.gateways import (
    AUDIO_URL,
    KEY,
    PACE,
    tells_no_secret,
    with_provider,
)

ID = "3fdd5350-31b6-47e0-bb85-80ee2d970f73:bytedance/omnihuman/v1.5"
TICKET = Ticket(request_id=ID, endpoint="bytedance/omnihuman/v1.5")
VIDEO = "https://cdn.aimlapi.example/flamingo/video.mp4?token=signed"
DONE = {"id": ID, "status": "completed", "video": {"url": VIDEO}}


def client(server: Server) -> AimlapiClient:
    return AimlapiClient(SecretStr(KEY), server.url, PACE, None, in_progress_limit=2)


def status(*answers: Answer) -> Any:
    with answering(*answers) as server:
        return with_provider(lambda: client(server), lambda provider: provider.status(TICKET))


@pytest.mark.parametrize(
    ("word", "phase"),
    [
        ("queued", "queued"),
        ("generating", "running"),
        ("waiting", "running"),
        ("active", "running"),
        ("processing", "running"),
        ("warming up", "running"),
        ("QUEUED", "queued"),
    ],
)
def test_every_pending_word_and_every_unknown_one_is_pending(word: str, phase: str) -> None:
    found = status(Answer(200, {"id": ID, "status": word}))
    assert (found.phase, found.word, found.outcome) == (phase, word, None)


@pytest.mark.parametrize("word", ["completed", "complete", "succeeded"])
def test_every_word_for_done_brings_the_video(word: str) -> None:
    found = status(Answer(200, DONE | {"status": word}))
    assert found.phase == "done"
    assert found.outcome.video_url.get_secret_value() == VIDEO
    assert found.outcome.price_micro_usd is None
    assert tells_no_secret(found)
    assert "token=signed" not in repr(found)


def test_a_price_at_the_end_is_told() -> None:
    answer = DONE | {"meta": {"usage": {"tokens_used": 5040001}}, "duration": 26.5}
    assert status(Answer(200, answer)).outcome.price_micro_usd == 2_520_001


@pytest.mark.parametrize("video", [None, {}, {"url": None}, {"url": ""}, {"url": "ftp://x/y"}, "https://x.example/y"])
def test_done_without_a_video_counts_as_billed(video: object) -> None:
    with pytest.raises(JobFailed) as error:
        status(Answer(200, {"id": ID, "status": "completed", "video": video}))
    assert error.value.billed == "assumed"


@pytest.mark.parametrize("word", ["error", "failed", "cancelled"])
def test_every_word_for_failed_is_unbilled(word: str) -> None:
    with pytest.raises(JobFailed, match=f"ended as {word}: the model fell over") as error:
        status(Answer(200, {"id": ID, "status": word, "error": {"name": "Error", "message": "the model fell over"}}))
    assert error.value.billed == "no"
    assert error.value.kind == "Error"


def test_what_has_expired_may_have_been_paid() -> None:
    with pytest.raises(JobFailed, match="ended as expired") as error:
        status(Answer(200, {"id": ID, "status": "expired"}))
    assert error.value.billed == "assumed"


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ({"name": "Error", "message": "Could not detect a face in the image"}, "Error"),
        ({"message": "Content policy violation"}, ""),
        (
            {"detail": [{"loc": ["body"], "msg": "nothing here", "type": "face_detection_error"}]},
            "face_detection_error",
        ),
        (
            {
                "name": "UnprocessableEntity",
                "message": '{"detail":[{"msg":"30 s at most","type":"audio_duration_too_long"}]}',
            },
            "audio_duration_too_long",
        ),
        ("Audio duration exceeds 30 seconds", ""),
        ("The audio file is too long", ""),
        ("The audio must be shorter than 30 seconds", ""),
        ("Blocked by the safety filter", ""),
    ],
)
def test_a_job_that_failed_for_its_input_is_an_input_verdict(why: object, kind: str) -> None:
    with pytest.raises(InputRefused) as error:
        status(Answer(200, {"id": ID, "status": "error", "error": why}))
    assert (error.value.kind, error.value.billed) == (kind, "no")


@pytest.mark.parametrize(
    "why",
    [
        "Internal safety timeout of worker",
        "the audio service was too long in answering",
        "Rendering took too long; audio worker surface lost",
    ],
)
def test_a_job_that_failed_by_itself_is_no_input_verdict(why: str) -> None:
    with pytest.raises(JobFailed):
        status(Answer(200, {"id": ID, "status": "error", "error": {"message": why}}))


def test_a_status_may_answer_fals_own_verdict() -> None:
    body = {"error": {"detail": [{"msg": "No face was found", "type": "face_detection_error"}]}}
    with pytest.raises(InputRefused, match="No face was found"):
        status(Answer(422, body))
    with pytest.raises(JobFailed, match="cannot fetch") as error:
        status(Answer(422, {"detail": [{"msg": "cannot fetch the file", "type": "file_download_error"}]}))
    assert error.value.billed == "no"


@pytest.mark.parametrize(
    ("code", "kind"),
    [(401, AccountRefused), (403, AccountRefused), (404, ResultGone), (400, ProviderBusy), (410, ResultGone)],
)
def test_a_status_that_is_refused_is_no_verdict_on_the_job(code: int, kind: type[LongtakeError]) -> None:
    with pytest.raises(kind):
        status(Answer(code, {"message": "no", "statusCode": str(code)}))


GATEWAYS_OWN = [
    Answer(404, b"<html><title>404 Not Found</title></html>"),
    Answer(410, b""),
    Answer(404, {"odd": "page"}),
    Answer(404, []),
    Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
    Answer(307, {"message": "moved"}, {"Location": "http://127.0.0.1:1/"}),
    Answer(418, {"message": "odd"}),
    Answer(405, b""),
    Answer(400, {"message": "no"}),
]


def test_a_word_is_told_in_one_clean_line() -> None:
    word = status(Answer(200, {"status": f"odd {KEY}\x1b[2J\n" + "x" * 9000})).word
    assert word.startswith("odd ***[2J xxx")
    assert (word.isprintable(), len(word)) == (True, 400)


@pytest.mark.parametrize("answer", GATEWAYS_OWN)
def test_what_a_gateway_answers_loses_no_job(answer: Answer) -> None:
    with pytest.raises(ProviderBusy):
        status(answer)


@pytest.mark.parametrize("first", [408, 409, 425, 429, 500, 502, 503, 504])
def test_a_status_is_asked_again_after_not_now(first: int) -> None:
    assert status(Answer(first, b"<html>"), Answer(200, DONE)).phase == "done"


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_status_is_asked_again_after_a_fault_of_the_wire(fault: Fault) -> None:
    assert status(Answer(200, DONE, fault=fault), Answer(200, DONE)).phase == "done"


def test_a_status_that_cannot_be_unpacked_is_asked_again() -> None:
    packed = Answer(200, b"no gzip", {"Content-Encoding": "gzip"})
    assert status(packed, Answer(200, DONE)).phase == "done"


@pytest.mark.parametrize("body", [b"{broken", b"[]", {}, {"status": None}, {"status": 5}])
def test_a_status_without_a_status_is_neither_done_nor_failed(body: object) -> None:
    with pytest.raises(ProviderBusy):
        status(Answer(200, body))


def test_the_id_is_encoded_in_the_look() -> None:
    with answering(Answer(200, DONE)) as server:
        outcome = with_provider(lambda: client(server), lambda provider: provider.result(TICKET))
    assert server.asked[0].target == (
        "/v2/video/generations?generation_id=3fdd5350-31b6-47e0-bb85-80ee2d970f73%3Abytedance%2Fomnihuman%2Fv1.5"
    )
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert outcome.video_url.get_secret_value() == VIDEO


def test_a_key_follows_no_redirect() -> None:
    with answering() as elsewhere, pytest.raises(ProviderBusy):
        status(Answer(302, b"", {"Location": elsewhere.url}))


def test_a_result_that_is_not_there_yet_is_asked_for_later() -> None:
    with answering(Answer(200, {"status": "generating"})) as server, pytest.raises(ProviderBusy):
        with_provider(lambda: client(server), lambda provider: provider.result(TICKET))


def test_it_cannot_cancel_and_says_so_without_asking() -> None:
    with answering() as server:
        assert with_provider(lambda: client(server), lambda provider: provider.cancel(TICKET)) == "impossible"


def test_a_clip_is_fetched_without_the_key(tmp_path: Path) -> None:
    mp4 = b"\x00\x00\x00\x18ftypisom" + bytes(5000)
    with answering(Answer(200, mp4, {"Content-Type": "application/octet-stream"})) as server:
        outcome = Outcome(video_url=SecretStr(f"{server.url}/output.ext"))
        with_provider(lambda: client(server), lambda provider: provider.fetch(outcome, tmp_path / "clip.mp4"))
    assert (tmp_path / "clip.mp4").read_bytes() == mp4
    assert "authorization" not in server.asked[0].headers


def test_a_page_instead_of_a_clip_is_rejected(tmp_path: Path) -> None:
    with answering(Answer(200, b"<html>expired</html>")) as server, pytest.raises(ClipRejected):
        outcome = Outcome(video_url=SecretStr(f"{server.url}/output.ext"))
        with_provider(lambda: client(server), lambda provider: provider.fetch(outcome, tmp_path / "clip.mp4"))
    assert not (tmp_path / "clip.mp4").exists()


def test_no_secret_that_a_failure_quotes_is_told_on() -> None:
    quoted = f"Incorrect API key {KEY}; cannot read {AUDIO_URL} and data:image/png;base64,AAAA"
    with pytest.raises(LongtakeError) as error:
        status(Answer(200, {"status": "error", "error": quoted}))
    assert tells_no_secret(error.value)


def test_no_signed_address_comes_into_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with answering(Answer(200, b"\x00\x00\x00\x18ftypisom")) as server:
        outcome = Outcome(video_url=SecretStr(f"{server.url}/output.mp4?token=signed"))
        with_provider(lambda: client(server), lambda provider: provider.fetch(outcome, tmp_path / "clip.mp4"))
    assert "/output.mp4?…" in caplog.text
    assert "token=signed" not in caplog.text
