"""Submitting to AIML API: what is sent, what each answer means, and what it means for money."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from blocks.aimlapi_client import AimlapiClient
from longtake.errors import (
    AccountRefused,
    InputRefused,
    LongtakeError,
    OutcomeUnknown,
    ProviderBusy,
    SettingError,
)
from longtake.providers import Ticket
from tests.providers.answering import Answer, Fault, Server, answering
from tests.providers.gateways import (
    AUDIO_URL,
    IMAGE_URL,
    JOB_ID,
    KEY,
    PACE,
    SIGNATURE,
    submission,
    tells_no_secret,
    with_provider,
)

ID = "3fdd5350-31b6-47e0-bb85-80ee2d970f73:bytedance/omnihuman/v1.5"
TICKET = Ticket(request_id=ID, endpoint="bytedance/omnihuman/v1.5")
ACCEPTED = {"id": ID, "status": "queued", "meta": {"usage": {"tokens_used": 5040000}}}


def client(server: Server) -> AimlapiClient:
    return AimlapiClient(SecretStr(KEY), server.url, PACE, None, in_progress_limit=2)


def submit(*answers: Answer, **fields: Any) -> Any:
    with answering(*answers) as server:
        given = submission("aimlapi", **fields)
        return with_provider(lambda: client(server), lambda provider: provider.submit(given))


def test_a_submit_sends_what_the_documents_show_and_our_id() -> None:
    with answering(Answer(200, ACCEPTED)) as server:
        given = submission("aimlapi")
        accepted = with_provider(lambda: client(server), lambda provider: provider.submit(given))
    (asked,) = server.asked
    assert (asked.method, asked.target) == ("POST", "/v2/video/generations")
    assert asked.headers["authorization"] == f"Bearer {KEY}"
    assert asked.headers["x-client-request-id"] == JOB_ID
    assert asked.headers["content-type"] == "application/json"
    assert asked.json == {"model": "bytedance/omnihuman/v1.5", "image_url": IMAGE_URL, "audio_url": AUDIO_URL}
    assert accepted.ticket == TICKET
    assert accepted.price_micro_usd == 2_520_000


@pytest.mark.parametrize(
    ("meta", "price_micro_usd"),
    [
        ({"usage": {"tokens_used": 5880000}}, 2_940_000),
        ({"usage": {"credits_used": 5040000}}, 2_520_000),
        ({"usage": {"credits_used": 1}}, 1),
        ({"usage": {"credits_used": 3.0}}, 2),
        ({"usage": {"usd_spent": 0.00124}}, 1240),
        ({"usage": {"usd_spent": 0.0000001}}, 1),
        ({"usage": {"usd_spent": 2.1, "credits_used": 4200001}}, 2_100_001),
        ({"usage": {"credits_used": 0, "tokens_used": 8}}, 4),
        ({"usage": {"credits_used": 0}}, None),
        ({"usage": {"credits_used": "many"}}, None),
        ({"usage": {"credits_used": True}}, None),
        ({"usage": {"credits_used": -2}}, None),
        ({"usage": None}, None),
        (None, None),
        ("none", None),
    ],
)
def test_every_field_of_usage_is_a_price_rounded_up(meta: object, price_micro_usd: int | None) -> None:
    assert submit(Answer(200, {"id": ID, "status": "queued", "meta": meta})).price_micro_usd == price_micro_usd


@pytest.mark.parametrize(
    ("answer", "kind", "told"),
    [
        (
            Answer(
                401,
                {
                    "title": "Unauthorized",
                    "status": 401,
                    "message": "no valid API key",
                    "error": {"name": "UnauthorizedException", "message": "no valid API key"},
                },
            ),
            AccountRefused,
            r"refuses the key \(401: no valid API key\)\. Check AIML_API_KEY",
        ),
        (
            Answer(403, {"message": "You've run out of credits.", "path": "/v2", "statusCode": "403"}),
            AccountRefused,
            r"may not render \(403: You've run out of credits\)\. Top up",
        ),
        (Answer(402, {"error": "Payment required"}), AccountRefused, "402: Payment required"),
        (Answer(404, {"message": "Model not found", "statusCode": "404"}), AccountRefused, "does not serve this model"),
        (Answer(307, b"", {"Location": "https://elsewhere.example/"}), AccountRefused, "LONGTAKE_AIMLAPI_URL"),
        (
            Answer(400, {"message": "Body validation error!", "statusCode": "400"}),
            InputRefused,
            "Body validation error!",
        ),
        (
            Answer(
                422,
                {
                    "error": {
                        "detail": [
                            {"loc": ["body", "audio_url"], "msg": "Audio too long", "type": "audio_duration_too_long"}
                        ]
                    }
                },
            ),
            InputRefused,
            "422: Audio too long",
        ),
        (
            Answer(403, {"error": {"detail": [{"msg": "not allowed", "type": "content_policy_violation"}]}}),
            InputRefused,
            "not allowed",
        ),
        (Answer(429, {"message": "Too Many Requests", "statusCode": "429"}), ProviderBusy, "429"),
        (Answer(400, {"message": "Too Many Requests", "statusCode": "429"}), ProviderBusy, "429: Too Many Requests"),
        (Answer(425, {}), ProviderBusy, "425"),
        (Answer(400, {"message": "no key", "statusCode": "401"}), AccountRefused, "refuses the key"),
        (Answer(400, {"message": "out of order", "statusCode": "500"}), OutcomeUnknown, "500: out of order"),
    ],
)
def test_a_refused_submit_is_told_apart(answer: Answer, kind: type[LongtakeError], told: str) -> None:
    with pytest.raises(kind, match=told) as error:
        submit(answer)
    assert type(error.value) is kind
    if kind in (AccountRefused, InputRefused):
        assert str(error.value).startswith("aimlapi: ")


@pytest.mark.parametrize("code", [303, 408, 409, 500, 502, 503, 504])
def test_a_submit_that_may_have_been_accepted_is_unknown_and_sent_once(code: int) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(code, b"<html>nginx</html>"))


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_lost_answer_is_unknown_and_sent_once(fault: Fault) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(200, ACCEPTED, fault=fault))


@pytest.mark.parametrize("body", [b"{broken", b"[]", {"status": "queued"}, {"id": None}, {"id": 7.5}, {"id": ""}, b""])
def test_a_success_without_an_id_is_unknown_and_sent_once(body: object) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(200, body))


def test_an_answer_that_cannot_be_unpacked_is_unknown_and_sent_once() -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(200, b"no gzip", {"Content-Encoding": "gzip"}))


def test_a_host_that_is_not_there_was_not_asked() -> None:
    with answering() as server:
        pass
    with pytest.raises(ProviderBusy):
        with_provider(lambda: client(server), lambda provider: provider.submit(submission("aimlapi")))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"mask_url": SecretStr("https://m.example/m.png")}, "mask: aimlapi takes no mask"),
        ({"prompt": "smile"}, "prompt: aimlapi takes no prompt"),
        ({"turbo": True}, "turbo: aimlapi takes no turbo"),
        ({"resolution": "720p"}, "resolution: aimlapi has no 720p for omnihuman-1.5. It has 1080p"),
        ({"job_id": "clip 7"}, "job_id"),
        ({"job_id": "j" * 129}, "job_id"),
    ],
)
def test_what_it_does_not_take_is_never_sent(fields: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingError, match=told):
        submit(**fields)


def test_the_account_is_named_without_its_key() -> None:
    with answering() as server:
        provider = client(server)

        async def names(opened: AimlapiClient) -> tuple[str, int]:
            return opened.account, opened.in_progress_limit

        assert with_provider(lambda: provider, names) == ("aimlapi:328d9784", 2)
    assert tells_no_secret(provider)


def test_no_secret_that_a_refusal_quotes_is_told_on() -> None:
    quoted = f"Incorrect API key {KEY}; cannot read {AUDIO_URL} and data:image/png;base64,AAAA"
    for code, body in ((401, {"message": quoted}), (422, {"detail": [{"msg": quoted}]}), (400, {"error": quoted})):
        with pytest.raises(LongtakeError) as error:
            submit(Answer(code, body))
        assert tells_no_secret(error.value)
        assert SIGNATURE.split("=")[1] not in str(error.value)
        assert "AAAA" not in str(error.value)
        assert "https://bucket.example/longtake-job.wav?…" in str(error.value)
