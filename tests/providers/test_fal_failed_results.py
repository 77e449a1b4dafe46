"""Trouble with the result of a job that is done: it ends the job only where fal proves that it was not billed."""

from __future__ import annotations

import pytest

from longtake.errors import JobFailed, ProviderBusy
from longtake.providers import Outcome
from tests.providers.answering import Answer
from tests.providers.fal import CLIP, NGINX, TICKET, detail, told
from tests.providers.gateways import PACE


def result(*answers: Answer) -> Outcome:
    return told(lambda provider: provider.result(TICKET), *answers)[0]


DISCONNECTED = Answer(503, {"detail": "Runner disconnected", "error_type": "runner_disconnected"})
LOOKS_FAILED = [
    DISCONNECTED,
    Answer(500, {"detail": "Failed"}, {"X-Fal-Error-Type": "runner_server_error"}),
    Answer(504, detail("generation_timeout")),
    Answer(500, detail("internal_server_error")),
]
START_TIMEOUT = Answer(504, {"detail": "late"}, {"X-Fal-Request-Timeout-Type": "user"})


def listing(status_code: object, request_id: str = "R1") -> Answer:
    other = {"request_id": "R0", "status_code": 503}
    return Answer(200, {"items": ["odd", other, {"request_id": request_id, "status_code": status_code}]})


@pytest.mark.parametrize("answer", LOOKS_FAILED)
def test_trouble_on_the_way_to_a_result_never_ends_a_job_that_may_lie_there(answer: Answer) -> None:
    with pytest.raises(ProviderBusy):
        result(*[answer] * PACE.attempts, listing(200))
    assert result(answer, answer, Answer(200, CLIP)).billed_seconds == 3.2


@pytest.mark.parametrize("answer", LOOKS_FAILED)
def test_a_failure_that_fals_own_list_tells_ends_the_job_unbilled(answer: Answer) -> None:
    with pytest.raises(JobFailed) as error:
        result(*[answer] * PACE.attempts, listing(503))
    assert error.value.billed == "no"


@pytest.mark.parametrize("answer", [*LOOKS_FAILED, START_TIMEOUT])
def test_a_failure_that_tells_that_it_was_not_billed_ends_the_job(answer: Answer) -> None:
    told = Answer(answer.status, answer.body, answer.headers | {"X-Fal-Billable-Units": "0"})
    for kept in (told, START_TIMEOUT):
        with pytest.raises(JobFailed) as error:
            result(*[kept] * PACE.attempts)
        assert error.value.billed == "no"


@pytest.mark.parametrize(
    "lists",
    [
        [listing(503, "R2")],
        [listing(422)],
        [listing("503")],
        [listing(None)],
        [Answer(403, {})],
        [Answer(200, {"items": None})],
        [Answer(503)] * PACE.attempts,
    ],
)
def test_without_a_proof_a_failure_ends_nothing(lists: list[Answer]) -> None:
    with pytest.raises(ProviderBusy):
        result(*[DISCONNECTED] * PACE.attempts, *lists)


@pytest.mark.parametrize("units", ["", "1.6", "many"])
def test_a_failure_that_is_billed_ends_nothing(units: str) -> None:
    answer = Answer(503, {"error_type": "runner_disconnected"}, {"X-Fal-Billable-Units": units})
    with pytest.raises(ProviderBusy):
        result(*[answer] * PACE.attempts, listing(200))


@pytest.mark.parametrize(
    "answers",
    [
        [Answer(504, NGINX)] * PACE.attempts,
        [Answer(504, {"detail": "Request timed out", "error_type": "request_timeout"})] * PACE.attempts,
        [Answer(500, {"detail": "x", "error_type": "internal_error"})] * PACE.attempts,
        [Answer(500, {"detail": "x"})] * PACE.attempts,
        [Answer(500, {"detail": "Internal server error", "error_type": "internal_server_error"})] * PACE.attempts,
        [*[DISCONNECTED] * (PACE.attempts - 1), Answer(502, NGINX)],
        [
            *[Answer(503, {"error_type": "runner_disconnected"})] * (PACE.attempts - 1),
            Answer(fault="drop"),
            listing(200),
        ],
    ],
)
def test_trouble_on_the_way_to_a_result_ends_nothing(answers: list[Answer]) -> None:
    with pytest.raises(ProviderBusy):
        result(*answers)
