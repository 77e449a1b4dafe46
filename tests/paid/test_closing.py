"""The end of a stopped run, answer by answer: a queued job is unpaid only when its provider says that it is."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from blocks.fal import FalProvider
from longtake.assets import FolderStore
from longtake.jobs import Account, Desk
from longtake.jobs.closing import LOOKS_AFTER_CANCEL, close_desk
from longtake.ledger import Job, open_ledger
from longtake.providers import Ticket
from tests.ledger import making
from tests.paid.test_wait import CANCELLED, CLIP, DONE, GONE, QUEUED, QUICK, RUNNING, TAKEN, TOO_LATE
from tests.providers.answering import Answer, answering
from tests.providers.gateways import KEY, offer_of

TICKET = Ticket(request_id="R1", endpoint="fal-ai/bytedance/omnihuman/v1.5")


def closed(folder: Path, *answers: Answer, stopped: bool = True) -> Job:
    """The job of a run that ends while it is submitted."""

    async def act(url: str) -> Job:
        provider = FalProvider(api_key=SecretStr(KEY), queue_url=url).open(QUICK)
        account = Account(provider, offer_of("fal"), 0.14)
        ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
        job = ledger.note_accepted(making.submitting(ledger, account=provider.account), TICKET, None)
        try:
            await close_desk(Desk(ledger, (account,), FolderStore(folder / "store"), QUICK), stopped=stopped)
            return ledger.job(job.id)
        finally:
            ledger.dispose()
            await provider.aclose()

    with answering(*answers) as server:
        return asyncio.run(act(server.url))


@pytest.mark.parametrize("slowness", [0, 1, LOOKS_AFTER_CANCEL - 1])
def test_a_queued_job_that_is_given_up_costs_nothing_even_if_that_takes_a_moment(tmp_path: Path, slowness: int) -> None:
    job = closed(tmp_path, QUEUED, TAKEN, *[QUEUED] * slowness, CANCELLED)
    assert (job.state.value, job.charged_micro_usd) == ("cancelled", 0)


@pytest.mark.parametrize(
    "answers",
    [
        [RUNNING],
        [DONE],
        [GONE],
        [Answer(503)],
        [QUEUED, TOO_LATE],
        [QUEUED, GONE],
        [QUEUED, Answer(503)],
        [QUEUED, TAKEN, RUNNING],
        [QUEUED, TAKEN, DONE, CLIP],
        [QUEUED, TAKEN, GONE],
        [QUEUED, TAKEN, Answer(fault="drop")],
        [QUEUED, TAKEN, *[QUEUED] * LOOKS_AFTER_CANCEL],
    ],
)
def test_a_job_that_may_be_paid_stays_submitted_for_the_next_run(tmp_path: Path, answers: list[Answer]) -> None:
    job = closed(tmp_path, *answers)
    assert (job.state.value, job.charged_micro_usd) == ("submitted", making.DOLLAR)


def test_a_run_that_ends_by_itself_asks_nothing(tmp_path: Path) -> None:
    assert closed(tmp_path, stopped=False).state.value == "submitted"
