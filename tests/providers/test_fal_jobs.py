"""A fal job after its submit: status, result, cancel. Only a result ends a job; anything that may pass does."""

from __future__ import annotations

from typing import Any

import pytest

from longtake.errors import (
    AccountRefused,
    InputRefused,
    JobCancelled,
    JobFailed,
    LongtakeError,
    ProviderBusy,
    ResultGone,
)
from longtake.providers import Outcome, Status, Ticket
from tests.providers.answering import Answer, Asked, Fault, answering
from tests.providers.fal import (
    AUDIO_URL,
    CLIP,
    CLIP_URL,
    ENDPOINT,
    JOB_PATH,
    NGINX,
    TICKET,
    client,
    detail,
    told,
)
from tests.providers.gateways import KEY, PACE, SIGNATURE, tells_no_secret, with_provider


def status(*answers: Answer, ticket: Ticket = TICKET) -> tuple[Status, list[Asked]]:
    found, server = told(lambda provider: provider.status(ticket), *answers)
    return found, server.asked


def result(*answers: Answer) -> Outcome:
    return told(lambda provider: provider.result(TICKET), *answers)[0]


@pytest.mark.parametrize(
    ("body", "phase", "position"),
    [
        ({"status": "IN_QUEUE", "queue_position": 0}, "queued", 0),
        ({"status": "IN_QUEUE", "queue_position": 12_000}, "queued", 12_000),
        ({"status": "IN_QUEUE"}, "queued", None),
        ({"status": "IN_QUEUE", "queue_position": "many"}, "queued", None),
        ({"status": "IN_PROGRESS", "logs": None}, "running", None),
        ({"status": "PAUSED", "error": "odd"}, "running", None),
        ({"status": "FAILED"}, "running", None),
        ({"status": "OK"}, "running", None),
        ({"status": "COMPLETED", "logs": [], "metrics": {"inference_time": 3.1}}, "done", None),
        ({"status": "COMPLETED", "error": None, "error_type": None}, "done", None),
    ],
)
def test_a_status_tells_how_far_it_is_and_an_unknown_word_ends_nothing(body: Any, phase: str, position: Any) -> None:
    found, _ = status(Answer(202, body))
    assert (found.phase, found.word, found.queue_position) == (phase, body["status"], position)
    assert found.outcome is None


def test_the_logs_of_the_job_are_told() -> None:
    lines = [{"message": "Loading", "level": "INFO"}, {"message": ""}, "odd", {"level": "INFO"}, {"message": "50 %"}]
    assert status(Answer(202, {"status": "IN_PROGRESS", "logs": lines}))[0].logs == ("Loading", "50 %")


HOSTILE = (
    f"Key {KEY} reads https://b.example/a.wav?{SIGNATURE} \x1b[2J\x1b]0;title\x07\r\nnext\u202e " + "x" * 2_000_000
)


def test_what_is_told_of_a_job_has_no_secret_no_length_and_nothing_that_a_terminal_obeys() -> None:
    found, _ = status(Answer(202, {"status": HOSTILE, "logs": [{"message": HOSTILE}]}))
    assert found.phase == "running"
    for text in (found.word, *found.logs):
        assert text.startswith("Key *** reads https://b.example/a.wav?… [2J]0;title next xxx")
        assert tells_no_secret(text)
        assert len(text) <= 400
        assert text.isprintable()


def test_a_job_is_asked_after_below_its_app_with_its_logs() -> None:
    _, (asked,) = status(Answer(202, {"status": "IN_QUEUE"}))
    assert (asked.method, asked.target) == ("GET", f"{JOB_PATH}/status?logs=1")
    assert asked.headers["authorization"] == f"Key {KEY}"


@pytest.mark.parametrize(
    ("endpoint", "path"),
    [
        (ENDPOINT, "/fal-ai/bytedance/requests/"),
        ("bytedance/omnihuman/v2", "/bytedance/omnihuman/requests/"),
        ("fal-ai/kling-video/ai-avatar/v2/pro", "/fal-ai/kling-video/requests/"),
        ("veed/fabric-1.0", "/veed/fabric-1.0/requests/"),
        ("fal-ai/infinitalk", "/fal-ai/infinitalk/requests/"),
    ],
)
def test_every_endpoint_drops_its_sub_path(endpoint: str, path: str) -> None:
    ticket = Ticket(request_id="a/b?c", endpoint=endpoint)
    _, (asked,) = status(Answer(202, {"status": "IN_QUEUE"}), ticket=ticket)
    assert asked.target == f"{path}a%2Fb%3Fc/status?logs=1"


def test_the_address_that_the_submit_told_is_used_at_the_same_host_alone() -> None:
    with answering(Answer(202, {"status": "IN_QUEUE"}), Answer(202, {"status": "IN_QUEUE"})) as server:
        with answering() as foreign:
            for url in (f"{server.url}/new/place", f"{foreign.url}/new/place"):
                ticket = TICKET.model_copy(update={"status_url": url})
                with_provider(lambda: client(server.url), lambda provider, t=ticket: provider.status(t))  # type: ignore[misc]  # mypy cannot infer the lambda
        assert foreign.asked == []
    assert [asked.target for asked in server.asked] == ["/new/place?logs=1", f"{JOB_PATH}/status?logs=1"]


@pytest.mark.parametrize("code", [400, 405, 422, 302, 500, 502, 504, 520])
def test_a_status_that_is_not_answered_ends_nothing(code: int) -> None:
    answers = [Answer(code, detail("int_parsing"))] * (PACE.attempts if code >= 500 else 1)
    with pytest.raises(ProviderBusy):
        status(*answers)


@pytest.mark.parametrize("body", [b"", b"{", NGINX, [], {}, {"status": None}, {"status": 7}])
def test_a_status_that_cannot_be_read_ends_nothing(body: Any) -> None:
    with pytest.raises(ProviderBusy, match="without a status"):
        status(Answer(200, body))


@pytest.mark.parametrize(
    ("code", "kind"),
    [(401, AccountRefused), (402, AccountRefused), (403, AccountRefused), (404, ResultGone), (410, ResultGone)],
)
@pytest.mark.parametrize("ask", [status, result])
def test_an_account_that_is_refused_or_a_job_that_is_gone(ask: Any, code: int, kind: type[LongtakeError]) -> None:
    with pytest.raises(kind, match=str(code)):
        ask(Answer(code, {"detail": "no"}))


@pytest.mark.parametrize(
    "answer", [Answer(404, NGINX), Answer(410, b""), Answer(404, {"message": "odd"}), Answer(404, [])]
)
@pytest.mark.parametrize("ask", [status, result])
def test_what_a_gateway_answers_loses_no_job(ask: Any, answer: Answer) -> None:
    with pytest.raises(ProviderBusy, match=str(answer.status)):
        ask(answer)


# COMPLETED with an error


@pytest.mark.parametrize("kind", ["runner_disconnected", "startup_timeout", "request_timeout", "internal_server_error"])
def test_a_failure_of_the_platform_is_not_billed(kind: str) -> None:
    with pytest.raises(JobFailed, match="Runner disconnected") as error:
        status(Answer(200, {"status": "COMPLETED", "error": "Runner disconnected", "error_type": kind}))
    assert (error.value.billed, error.value.kind) == ("no", kind)


def test_a_job_that_was_given_up_is_cancelled() -> None:
    with pytest.raises(JobCancelled):
        status(Answer(200, {"status": "COMPLETED", "error": "Cancelled", "error_type": "client_cancelled"}))
    with pytest.raises(JobCancelled):
        result(Answer(499, {"detail": "Cancelled", "error_type": "client_cancelled"}))


OTHER_ERROR = Answer(200, {"status": "COMPLETED", "error": "Unexpected status code: 422"})


def test_an_error_of_another_kind_is_judged_by_the_result() -> None:
    with pytest.raises(InputRefused, match="no face") as error:
        status(OTHER_ERROR, Answer(422, detail("face_detection_error", "There is no face.")))
    assert error.value.billed == "assumed"


def test_an_error_beside_a_clip_does_not_lose_the_clip() -> None:
    found, _ = status(OTHER_ERROR, Answer(200, CLIP))
    assert found.phase == "done"
    assert found.outcome is not None
    assert found.outcome.video_url.get_secret_value() == CLIP_URL


def test_an_error_whose_result_nobody_can_read_may_have_been_billed() -> None:
    with pytest.raises(JobFailed, match="Unexpected status code: 422") as error:
        status(OTHER_ERROR, *[Answer(504, NGINX)] * PACE.attempts)
    assert error.value.billed == "assumed"


# The result


@pytest.mark.parametrize(
    ("duration", "units", "billed"),
    [
        (3.2, None, 3.2),
        (3.2, "9", 3.2),
        (None, "3.25", 3.25),
        (0, "4", 4.0),
        ("x", "y", None),
        (None, "0", None),
        (None, "inf", None),
    ],
)
def test_a_result_tells_the_clip_and_the_billed_seconds(duration: Any, units: str | None, billed: Any) -> None:
    headers = {"X-Fal-Billable-Units": units} if units else {}
    outcome = result(Answer(200, {"video": {"url": CLIP_URL}, "duration": duration}, headers))
    assert outcome.video_url.get_secret_value() == CLIP_URL
    assert (outcome.billed_seconds, outcome.price_micro_usd) == (billed, None)
    assert tells_no_secret(outcome)


def test_a_clip_may_be_a_bare_address() -> None:
    assert result(Answer(200, {"video": CLIP_URL})).video_url.get_secret_value() == CLIP_URL


@pytest.mark.parametrize("code", [500, 502, 503, 504, 520])
def test_a_result_that_fails_once_after_the_end_is_asked_again(code: int) -> None:
    assert result(Answer(code, NGINX), Answer(200, CLIP)).billed_seconds == 3.2


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_result_that_breaks_off_is_asked_again(fault: Fault) -> None:
    assert result(Answer(200, CLIP, fault=fault), Answer(200, CLIP)).billed_seconds == 3.2


@pytest.mark.parametrize("body", [b"", b'{"video": {"url": "htt', NGINX, [CLIP]])
def test_a_result_that_cannot_be_read_ends_nothing(body: Any) -> None:
    with pytest.raises(ProviderBusy):
        result(Answer(200, body))


@pytest.mark.parametrize("video", [None, {}, {"url": None}, {"url": "o.mp4"}, {"url": "file:///o.mp4"}, "", 7])
def test_a_result_without_a_clip_may_have_been_billed(video: Any) -> None:
    with pytest.raises(JobFailed, match="names no video") as error:
        result(Answer(200, {"video": video, "duration": 3.2}))
    assert error.value.billed == "assumed"


INPUT_KINDS = [
    "content_policy_violation",
    "face_detection_error",
    "image_too_small",
    "image_too_large",
    "image_load_error",
    "file_too_large",
    "audio_duration_too_long",
    "audio_duration_too_short",
    "unsupported_audio_format",
    "missing",
    "a_type_of_tomorrow",
]


@pytest.mark.parametrize("kind", INPUT_KINDS)
def test_what_the_model_says_of_its_input_never_fails_over(kind: str) -> None:
    with pytest.raises(InputRefused, match="no face") as error:
        result(Answer(422, detail(kind, f"There is no face in {AUDIO_URL}.")))
    assert (error.value.kind, error.value.billed) == (kind, "assumed")
    assert tells_no_secret(error.value)


@pytest.mark.parametrize("kind", ["file_download_error", "generation_timeout", "downstream_service_error"])
def test_what_is_not_the_inputs_fault_is_a_failed_job(kind: str) -> None:
    with pytest.raises(JobFailed) as error:
        result(Answer(422, detail(kind)))
    assert (error.value.kind, error.value.billed) == (kind, "assumed")


def test_a_job_that_is_not_done_after_all_is_waited_for() -> None:
    with pytest.raises(ProviderBusy, match="still in progress"):
        result(Answer(400, {"detail": "Request is still in progress"}))


def test_another_4xx_with_a_reason_is_a_failed_job() -> None:
    with pytest.raises(JobFailed, match="Bad request") as error:
        result(Answer(400, {"detail": "Bad request", "error_type": "bad_request"}))
    assert error.value.billed == "assumed"


@pytest.mark.parametrize("answer", [Answer(400, NGINX), Answer(418, {"error": "x"}), Answer(422), Answer(302, b"")])
def test_a_4xx_without_a_reason_ends_nothing(answer: Answer) -> None:
    with pytest.raises(ProviderBusy):
        result(answer)


# Cancel


@pytest.mark.parametrize(
    ("code", "body", "expected"),
    [
        (202, {"status": "CANCELLATION_REQUESTED"}, "requested"),
        (200, b"", "requested"),
        (400, {"status": "ALREADY_COMPLETED"}, "too late"),
        (404, {"status": "NOT_FOUND"}, "unknown job"),
    ],
)
def test_a_cancel_is_answered(code: int, body: Any, expected: str) -> None:
    answer, server = told(lambda provider: provider.cancel(TICKET), Answer(code, body))
    assert answer == expected
    assert (server.asked[0].method, server.asked[0].target) == ("PUT", f"{JOB_PATH}/cancel")


@pytest.mark.parametrize(
    ("code", "kind"), [(401, AccountRefused), (403, AccountRefused), (405, ProviderBusy), (302, ProviderBusy)]
)
def test_a_cancel_that_is_not_taken(code: int, kind: type[LongtakeError]) -> None:
    with pytest.raises(kind):
        told(lambda provider: provider.cancel(TICKET), Answer(code, {"detail": "no"}))


def test_a_cancel_is_tried_again() -> None:
    assert told(lambda provider: provider.cancel(TICKET), Answer(503), Answer(202))[0] == "requested"
