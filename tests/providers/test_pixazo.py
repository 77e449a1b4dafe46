"""Pixazo, answer by answer: what is sent, what each answer means, and what it means for money."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.pixazo_client import PixazoClient, submit_path
from longtake.errors import (
    AccountRefused,
    InputRefused,
    JobFailed,
    LongtakeError,
    OutcomeUnknown,
    ProviderBusy,
    ResultGone,
    SettingError,
)
from longtake.providers import Lookup, Outcome, Ticket
from tests.providers.answering import Answer, Fault, Server, answering
from tests.providers.gateways import (
    AUDIO_URL,
    IMAGE_URL,
    KEY,
    PACE,
    offer_of,
    submission,
    tells_no_secret,
    with_provider,
)

ID = "bytedance-omnihuman-v1-5-290_019d/a b"
ENDPOINT = "bytedance-omnihuman-v1-5"
TICKET = Ticket(request_id=ID, endpoint=ENDPOINT)
VIDEO = "https://pub.r2.example/v1/output.ext?signed=1"
BUILT = "/v2/requests/status/bytedance-omnihuman-v1-5-290_019d%2Fa%20b"


def client(server: Server) -> PixazoClient:
    return PixazoClient(SecretStr(KEY), server.url, PACE, None, in_progress_limit=2)


def accepted_with(polling_url: object) -> Answer:
    return Answer(202, {"request_id": ID, "status": "QUEUED", "polling_url": polling_url})


def submit(*answers: Answer, **fields: Any) -> Any:
    with answering(*answers) as server:
        given = submission("pixazo", **fields)
        return with_provider(lambda: client(server), lambda provider: provider.submit(given))


def status(*answers: Answer) -> Any:
    with answering(*answers) as server:
        return with_provider(lambda: client(server), lambda provider: provider.status(TICKET))


def done(output: object) -> Answer:
    return Answer(200, {"request_id": ID, "status": "COMPLETED", "error": None, "output": output})


def test_a_submit_sends_what_the_document_shows() -> None:
    with answering(accepted_with(None)) as server:
        given = submission("pixazo", resolution="720p")
        accepted = with_provider(lambda: client(server), lambda provider: provider.submit(given))
    (asked,) = server.asked
    assert (asked.method, asked.target) == (
        "POST",
        "/bytedance-omnihuman-v1-5-290/v1/bytedance-omnihuman-v1-5-request",
    )
    assert asked.headers["ocp-apim-subscription-key"] == KEY
    assert asked.headers["cache-control"] == "no-cache"
    assert asked.headers["content-type"] == "application/json"
    assert "x-webhook-url" not in asked.headers
    assert "authorization" not in asked.headers
    assert asked.json == {"image_url": IMAGE_URL, "audio_url": AUDIO_URL, "resolution": "720p"}
    assert accepted.ticket == TICKET
    assert accepted.price_micro_usd is None


@pytest.mark.parametrize("resolution", ["480p", "720p", "1080p"])
def test_every_resolution_is_sent(resolution: str) -> None:
    with answering(accepted_with(None)) as server:
        given = submission("pixazo", resolution=resolution)
        with_provider(lambda: client(server), lambda provider: provider.submit(given))
    assert server.asked[0].json["resolution"] == resolution


def test_a_webhook_is_passed_on() -> None:
    with answering(accepted_with(None)) as server:
        given = submission("pixazo", webhook_url="https://hook.example/pixazo")
        with_provider(lambda: client(server), lambda provider: provider.submit(given))
    assert server.asked[0].headers["x-webhook-url"] == "https://hook.example/pixazo"


def test_a_models_path_is_data() -> None:
    assert submit_path("another-model-7") == "/another-model-7/v1/another-model-7-request"
    assert submit_path("/another-290/v2/request") == "/another-290/v2/request"


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (
            Answer(401, {"error": "Unauthorized", "message": "Access denied due to invalid subscription key."}),
            AccountRefused,
            r"refuses the key \(401: .* due to invalid subscription key\)\. Check PIXAZO_API_KEY",
        ),
        (
            Answer(402, {"error": "Insufficient Balance", "message": "Your wallet does not have enough balance."}),
            AccountRefused,
            r"out of credit \(402: Your wallet does not have enough balance",
        ),
        (
            Answer(400, {"error": "Insufficient Balance", "message": "Your wallet does not have enough balance."}),
            AccountRefused,
            "out of credit",
        ),
        (Answer(403, {"error": "Forbidden", "message": "No."}), AccountRefused, "may not use this model"),
        (
            Answer(400, {"error": "Model not found", "message": "Model 'x' not found or is disabled"}),
            AccountRefused,
            "not found or is disabled.*LONGTAKE_PIXAZO_URL",
        ),
        (Answer(404, {"statusCode": 404, "message": "Resource not found"}), AccountRefused, "404: Resource not found"),
        (Answer(308, b"", {"Location": "https://elsewhere.example/"}), AccountRefused, "308"),
        (
            Answer(400, {"error": "Bad Request", "message": "audio_url must be a URL"}),
            InputRefused,
            "400: audio_url must be",
        ),
        (Answer(422, {"detail": [{"msg": "No face", "type": "face_detection_error"}]}), InputRefused, "422: No face"),
        (Answer(400, b"<html>"), InputRefused, "400: it gave no reason"),
        (Answer(429, {"error": "Too Many Requests"}), ProviderBusy, "429"),
        (Answer(425, {}), ProviderBusy, "425"),
    ],
)
def test_a_refused_submit_is_told_apart(answer: Answer, kind: type[LongtakeError], told: str) -> None:
    with pytest.raises(kind, match=told) as error:
        submit(answer)
    assert type(error.value) is kind


@pytest.mark.parametrize("code", [303, 408, 409, 500, 502, 503, 504])
def test_a_submit_that_may_have_been_accepted_is_unknown_and_sent_once(code: int) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(code, {"error": "Internal Server Error"}))


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_lost_answer_is_unknown_and_sent_once(fault: Fault) -> None:
    answer = accepted_with(None)
    answer.fault = fault
    with pytest.raises(OutcomeUnknown):
        submit(answer)


@pytest.mark.parametrize("body", [b"{broken", b"[]", {"status": "QUEUED"}, {"request_id": True}, {"request_id": ""}])
def test_a_success_without_an_id_is_unknown_and_sent_once(body: object) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(202, body))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mask_url": SecretStr("https://m.example/m.png")}, "mask: pixazo takes no mask"),
        ({"prompt": "smile"}, "prompt: pixazo takes no prompt"),
        ({"turbo": True}, "turbo: pixazo takes no turbo"),
    ],
)
def test_what_it_does_not_take_is_never_sent(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        submit(**fields)


def test_a_polling_url_of_the_same_host_is_kept_and_asked() -> None:
    with answering() as server:
        pass
    with answering(Answer(), Answer(200, {"status": "PROCESSING"})) as server:
        url = f"{server.url}/v2/requests/status/elsewhere-on-it"
        server.left[0] = accepted_with(url)

        async def act(provider: PixazoClient) -> Any:
            accepted = await provider.submit(submission("pixazo"))
            return accepted, await provider.status(accepted.ticket)

        accepted, found = with_provider(lambda: client(server), act)
    assert accepted.ticket.status_url == url
    assert found.phase == "running"
    assert server.asked[1].target == "/v2/requests/status/elsewhere-on-it"
    assert server.asked[1].headers["ocp-apim-subscription-key"] == KEY


@pytest.mark.parametrize("change", ["host", "port", "scheme", "user", "relative", "type"])
def test_a_polling_url_of_another_host_never_gets_the_key(change: str) -> None:
    with answering() as elsewhere, answering(Answer(), Answer(200, {"status": "QUEUED"})) as server:
        port = server.url.rsplit(":", 1)[1]
        foreign = {
            "host": f"http://localhost:{port}/v2/requests/status/x",
            "port": f"{elsewhere.url}/v2/requests/status/x",
            "scheme": f"https://127.0.0.1:{port}/v2/requests/status/x",
            "user": f"{server.url}@{elsewhere.url.removeprefix('http://')}/v2/requests/status/x",
            "relative": "/v2/requests/status/x",
            "type": [server.url],
        }[change]
        server.left[0] = accepted_with(foreign)

        async def act(provider: PixazoClient) -> Ticket:
            ticket: Ticket = (await provider.submit(submission("pixazo"))).ticket
            assert ticket.status_url is None
            kept_by_an_older_version = ticket.model_copy(update={"status_url": str(foreign)})
            await provider.status(kept_by_an_older_version)
            return ticket

        with_provider(lambda: client(server), act)
    assert [asked.target for asked in server.asked[1:]] == [BUILT]


@pytest.mark.parametrize(
    ("word", "phase"),
    [("QUEUED", "queued"), ("PROCESSING", "running"), ("WARMING_UP", "running"), ("queued", "queued")],
)
def test_every_pending_word_and_every_unknown_one_is_pending(word: str, phase: str) -> None:
    found = status(Answer(200, {"request_id": ID, "status": word, "output": None}))
    assert (found.phase, found.word, found.outcome) == (phase, word, None)


@pytest.mark.parametrize("media_url", [[VIDEO], VIDEO, [None, VIDEO], [VIDEO, "https://second.example/x"]])
def test_a_result_may_be_a_list_or_a_string(media_url: object) -> None:
    found = status(done({"media_url": media_url, "media_type": "application/octet-stream"}))
    assert found.phase == "done"
    assert found.outcome.video_url.get_secret_value() == VIDEO
    assert found.outcome.price_micro_usd is None


@pytest.mark.parametrize(
    "output", [None, {}, {"media_url": []}, {"media_url": ""}, {"media_url": None}, {"media_url": ["x"]}, VIDEO]
)
def test_done_without_a_video_counts_as_billed(output: object) -> None:
    with pytest.raises(JobFailed, match="names no video") as error:
        status(done(output))
    assert error.value.billed == "assumed"


@pytest.mark.parametrize(("word", "billed"), [("FAILED", "assumed"), ("ERROR", "no")])
def test_an_error_is_unbilled_and_a_failure_counts_as_billed(word: str, billed: str) -> None:
    body = {"request_id": ID, "status": word, "error": "Content policy: no face found", "output": None}
    with pytest.raises(JobFailed, match=f"ended as {word}: Content policy: no face found") as error:
        status(Answer(200, body))
    assert (error.value.billed, error.value.kind) == (billed, word)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (401, AccountRefused),
        (402, AccountRefused),
        (403, AccountRefused),
        (404, ResultGone),
        (410, ResultGone),
        (400, ProviderBusy),
    ],
)
def test_a_status_that_is_refused_is_no_verdict_on_the_job(code: int, kind: type[LongtakeError]) -> None:
    with pytest.raises(kind):
        status(Answer(code, {"error": "No", "message": "no such thing"}))


GATEWAYS_OWN = [
    Answer(404, b"<html><title>404 Not Found</title></html>"),
    Answer(410, b""),
    Answer(404, {"statusCode": 404, "message": "Resource not found"}),
    Answer(404, []),
    Answer(302, b"", {"Location": "http://127.0.0.1:1/"}),
    Answer(307, {"error": "moved"}, {"Location": "http://127.0.0.1:1/"}),
    Answer(418, {"error": "odd"}),
    Answer(400, {"error": "no"}),
]


@pytest.mark.parametrize("answer", GATEWAYS_OWN)
def test_what_a_gateway_answers_loses_no_job(answer: Answer) -> None:
    with pytest.raises(ProviderBusy):
        status(answer)


@pytest.mark.parametrize("first", [408, 409, 425, 429, 500, 502, 503, 504])
def test_a_status_is_asked_again_after_not_now(first: int) -> None:
    assert status(Answer(first, b"<html>"), done({"media_url": VIDEO})).phase == "done"


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_status_is_asked_again_after_a_fault_of_the_wire(fault: Fault) -> None:
    broken = done({"media_url": VIDEO})
    broken.fault = fault
    assert status(broken, done({"media_url": VIDEO})).phase == "done"


@pytest.mark.parametrize("body", [b"{broken", b"[]", {}, {"status": None}])
def test_a_status_without_a_status_is_neither_done_nor_failed(body: object) -> None:
    with pytest.raises(ProviderBusy):
        status(Answer(200, body))


def test_a_result_is_the_status_asked_again() -> None:
    with answering(done({"media_url": [VIDEO]})) as server:
        outcome = with_provider(lambda: client(server), lambda provider: provider.result(TICKET))
    assert outcome.video_url.get_secret_value() == VIDEO
    assert server.asked[0].target == BUILT


def test_a_key_follows_no_redirect() -> None:
    with answering() as elsewhere, pytest.raises(ProviderBusy):
        status(Answer(302, b"", {"Location": elsewhere.url}))


def test_it_can_neither_cancel_nor_find_and_says_so_without_asking() -> None:
    async def act(provider: PixazoClient) -> tuple[str, Lookup]:
        return await provider.cancel(TICKET), await provider.find("job", offer_of("pixazo"), 0.0)

    with answering() as server:
        assert with_provider(lambda: client(server), act) == ("impossible", Lookup(answer="cannot tell"))


def test_a_clip_is_fetched_without_the_key_from_any_host_and_type(tmp_path: Path) -> None:
    mp4 = b"\x00\x00\x00\x18ftypisom" + bytes(5000)
    sent = Answer(200, mp4, {"Content-Type": "application/octet-stream"})
    with answering(sent) as other, answering(Answer(302, b"", {"Location": f"{other.url}/output.ext"})) as server:
        outcome = Outcome(video_url=SecretStr(f"{server.url}/output.ext"))
        with_provider(lambda: client(server), lambda provider: provider.fetch(outcome, tmp_path / "clip.mp4"))
    assert (tmp_path / "clip.mp4").read_bytes() == mp4
    for asked in (*server.asked, *other.asked):
        assert "ocp-apim-subscription-key" not in asked.headers


def test_no_secret_that_a_provider_quotes_is_told_on() -> None:
    quoted = f"Key {KEY} cannot read {AUDIO_URL}"
    for code in (400, 401, 402, 403):
        with pytest.raises(LongtakeError) as error:
            submit(Answer(code, {"error": "Bad", "message": quoted}))
        assert tells_no_secret(error.value)
    for word in ("FAILED", "ERROR"):
        with pytest.raises(LongtakeError) as error:
            status(Answer(200, {"status": word, "error": quoted}))
        assert tells_no_secret(error.value)
        assert "longtake-job.wav?…" in str(error.value)
