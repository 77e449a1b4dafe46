"""Finding a lost job in fal's list: found and absent are said only when they are sure; a mistake is paid twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from longtake.errors import ProviderBusy
from longtake.providers import Lookup
from tests.providers.answering import Answer, Server
from tests.providers.fal import AUDIO_URL, ENDPOINT, told
from tests.providers.gateways import JOB_ID, KEY, PACE, offer_of, tells_no_secret

SUBMITTED_AT = 1_790_000_000.0  # 2026-09-21T14:13:20Z
OURS = {"request_id": "R7", "endpoint_id": ENDPOINT, "json_input": {"audio_url": AUDIO_URL}}
OTHER = {
    "request_id": "R1",
    "endpoint_id": ENDPOINT,
    "sent_at": "2026-09-21T14:13:20Z",
    "json_input": {"audio_url": "https://x/longtake-another.wav"},
}
AT_THAT_TIME = {"request_id": "R2", "endpoint_id": ENDPOINT, "sent_at": "2026-09-21T14:13:25.5Z"}
LONG_BEFORE = {"request_id": "R3", "endpoint_id": ENDPOINT, "sent_at": "2026-09-21T13:00:00Z"}
LONG_AFTER = {"request_id": "R4", "endpoint_id": ENDPOINT, "sent_at": "2026-09-21T16:00:00+00:00"}


def page(*items: Any, cursor: Any = None, **more: Any) -> Answer:
    return Answer(200, {"items": list(items), "next_cursor": cursor, "has_more": cursor is not None} | more)


def found(*answers: Answer) -> tuple[Lookup, Server]:
    return told(lambda provider: provider.find(JOB_ID, offer_of("fal"), SUBMITTED_AT), *answers)


def answer(*answers: Answer) -> str:
    return found(*answers)[0].answer


def test_the_list_is_asked_for_its_inputs_from_before_the_submit() -> None:
    lookup, server = found(page(OTHER, OURS))
    (asked,) = server.asked
    assert (asked.method, urlsplit(asked.target).path) == ("GET", "/v1/models/requests/by-endpoint")
    assert parse_qs(urlsplit(asked.target).query) == {
        "endpoint_id": [ENDPOINT],
        "expand": ["payloads"],
        "start": ["2026-09-21T14:03:20Z"],
        "limit": ["100"],
    }
    assert asked.headers["authorization"] == f"Key {KEY}"
    assert lookup.answer == "found"
    assert lookup.ticket is not None
    assert (lookup.ticket.request_id, lookup.ticket.endpoint) == ("R7", ENDPOINT)
    assert tells_no_secret(lookup)


def test_it_is_found_on_a_later_page() -> None:
    lookup, server = found(page(OTHER, cursor="c2"), page(OTHER, cursor="c3"), page(OURS))
    assert lookup.answer == "found"
    assert ["cursor" in asked.target for asked in server.asked] == [False, True, True]
    assert parse_qs(urlsplit(server.asked[2].target).query)["cursor"] == ["c3"]


@pytest.mark.parametrize(
    "audio_url",
    [
        AUDIO_URL,
        f"https://bucket.s3.amazonaws.com/longtake-inputs/longtake-{JOB_ID}.wav?X-Amz-Signature=1",
        f"https://v3b.fal.media/files/b/x.wav#longtake-{JOB_ID}.wav",
    ],
)
def test_it_is_known_by_the_name_of_its_sound(audio_url: str) -> None:
    assert answer(page(OURS | {"json_input": {"audio_url": audio_url}})) == "found"


@pytest.mark.parametrize(
    "item",
    [
        OTHER,
        OURS | {"endpoint_id": "fal-ai/bytedance/omnihuman"},
        OURS | {"json_input": {"audio_url": f"https://x/{JOB_ID}/other.wav"}},
        OURS | {"json_input": {"audio_url": f"https://x/other.wav?name={JOB_ID}"}},
        OURS | {"json_input": {"audio_url": "https://[broken"}},
        LONG_BEFORE,
        LONG_AFTER,
        LONG_BEFORE | {"json_input": None},
    ],
)
def test_another_request_is_not_adopted_and_hides_nothing(item: Any) -> None:
    assert answer(page(item)) == "absent"
    assert answer(page(item, OURS)) == "found"


def test_an_empty_list_that_was_read_to_its_end_says_absent() -> None:
    assert answer(page()) == "absent"
    assert answer(page(OTHER, cursor="c2"), page()) == "absent"
    assert answer(Answer(200, {"items": []})) == "absent"


@pytest.mark.parametrize(
    "item",
    [
        AT_THAT_TIME,
        AT_THAT_TIME | {"json_input": None},
        AT_THAT_TIME | {"json_input": {"audio_url": None}},
        AT_THAT_TIME | {"sent_at": None},
        AT_THAT_TIME | {"sent_at": "yesterday"},
        AT_THAT_TIME | {"sent_at": 7},
        OURS | {"request_id": None},
        OURS | {"request_id": ""},
        "odd",
        None,
    ],
)
def test_a_request_that_may_be_ours_is_not_said_to_be_absent(item: Any) -> None:
    assert answer(page(OTHER, item)) == "cannot tell"
    assert answer(page(item, cursor="c2"), page(OURS)) == "found"


@pytest.mark.parametrize(
    "refused",
    [
        Answer(401, {"error": {"type": "authorization_error", "message": "no"}}),
        Answer(403, {"detail": "the key lacks the scope"}),
        Answer(404, b"<html>"),
        Answer(302, b""),
        Answer(200, {}),
        Answer(200, {"items": {}}),
        Answer(200, {"requests": []}),
    ],
)
def test_a_list_that_cannot_be_read_cannot_tell(refused: Answer) -> None:
    assert answer(refused) == "cannot tell"
    assert answer(page(OTHER, cursor="c2"), refused) == "cannot tell"


@pytest.mark.parametrize("broken", [b"{", b"", b"<html>busy</html>", []])
def test_a_list_that_comes_broken_is_asked_for_again(broken: Any) -> None:
    assert answer(Answer(200, broken), page(OTHER)) == "absent"
    with pytest.raises(ProviderBusy):
        answer(*[Answer(200, broken)] * PACE.attempts)


def test_a_list_whose_rest_cannot_be_asked_for_cannot_tell() -> None:
    assert answer(page(OTHER, has_more=True)) == "cannot tell"
    assert answer(page(OTHER, cursor=7)) == "cannot tell"
    assert answer(page(OTHER, cursor="c"), page(OTHER, cursor="c")) == "cannot tell"


def test_a_cursor_is_followed_although_nothing_says_that_there_is_more() -> None:
    assert answer(page(OTHER, cursor="c2", has_more=None), page(OURS)) == "found"
    assert answer(page(OTHER, cursor="c2", has_more=False), page(OURS)) == "found"


def test_a_list_without_end_is_left_at_some_page() -> None:
    lookup, server = found(*[page(OTHER, cursor=f"c{number}") for number in range(50)])
    assert lookup.answer == "cannot tell"
    assert len(server.asked) == 50


def test_a_list_that_is_down_is_asked_again_later() -> None:
    assert answer(Answer(503), Answer(fault="drop"), page(OURS)) == "found"
    with pytest.raises(ProviderBusy):
        found(*[Answer(500)] * PACE.attempts)
