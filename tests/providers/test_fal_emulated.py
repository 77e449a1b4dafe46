"""fal against the emulator: real uploads, real jobs, real clips, and a book of what was paid."""

from __future__ import annotations

import asyncio
import os
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from PIL import Image
from pydantic import SecretStr

from blocks.fal import FalProvider
from blocks.fal_client import FalClient
from emulators.faults import Rule
from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from longtake.errors import (
    AccountRefused,
    InputRefused,
    JobCancelled,
    JobFailed,
    LongtakeError,
    OutcomeUnknown,
    ProviderBusy,
    ResultGone,
)
from longtake.providers import Accepted, Lookup, Outcome, Pace, Status, Submission
from tests.providers.gateways import offer_of, with_provider

SETTINGS = EmulatorSettings(tiny=True, mean_seconds=0.05)
PACE = Pace(attempts=6, retry_seconds=0.01, read_timeout_seconds=5, submit_timeout_seconds=5)
SENT_SECONDS = 1.6


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("emulators"), SETTINGS) as emulator:
        yield emulator


@pytest.fixture
def emulator(process: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    process.set_settings(SETTINGS)
    process.reset()
    for variable, value in process.env.items():
        monkeypatch.setenv(variable, value)
    return process


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("inputs")
    image, audio = folder / "portrait.png", folder / "chunk.wav"
    Image.new("RGB", (128, 128), (90, 120, 150)).save(image)
    soundfile.write(audio, [0.0] * int(48_000 * SENT_SECONDS), 48_000)
    return image, audio


class Bench:
    """An account that is pointed at the emulator, with files to send."""

    def __init__(self, provider: FalClient, files: tuple[Path, Path]) -> None:
        self.provider = provider
        self._files = files
        self.job_id = uuid.uuid4().hex

    async def submission(self, **fields: Any) -> Submission:
        image, audio = self._files
        given: dict[str, Any] = {
            "job_id": self.job_id,
            "offer": offer_of("fal"),
            "image_url": await self.provider.inputs.publish(image, "portrait.png", 600),
            "audio_url": await self.provider.inputs.publish(audio, f"longtake-{self.job_id}.wav", 600),
            "resolution": "720p",
            "sent_seconds": SENT_SECONDS,
        }
        return Submission(**(given | fields))

    async def submit(self, **fields: Any) -> Accepted:
        return await self.provider.submit(await self.submission(**fields))

    async def done(self, accepted: Accepted) -> Status:
        while True:
            try:
                status = await self.provider.status(accepted.ticket)
            except ProviderBusy:
                continue
            if status.phase == "done":
                return status
            await asyncio.sleep(0.02)

    async def outcome(self, accepted: Accepted) -> Outcome:
        status = await self.done(accepted)
        return status.outcome or await self.provider.result(accepted.ticket)


@pytest.fixture
def at(emulator: Emulator, files: tuple[Path, Path]) -> Callable[..., Any]:
    """Runs `act` with a bench of the account."""

    def run(act: Callable[[Bench], Awaitable[Any]], pace: Pace = PACE, **fields: Any) -> Any:
        return with_provider(lambda: FalProvider(**fields).open(pace), lambda provider: act(Bench(provider, files)))

    return run


async def whole_way(bench: Bench) -> Outcome:
    return await bench.outcome(await bench.submit())


def test_from_files_to_a_clip_on_the_disk(at: Callable[..., Any], emulator: Emulator, tmp_path: Path) -> None:
    async def act(bench: Bench) -> tuple[Status, Outcome]:
        accepted = await bench.submit(prompt="Calm.", turbo=True)
        status = await bench.done(accepted)
        outcome = await bench.provider.result(accepted.ticket)
        await bench.provider.fetch(outcome, tmp_path / "clip.mp4")
        assert await bench.provider.cancel(accepted.ticket) == "too late"
        return status, outcome

    status, outcome = at(act)
    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    assert status.logs == ("Fetching the inputs", "Rendering", "Done")
    assert outcome.billed_seconds == SENT_SECONDS
    assert emulator.book("fal").paid == 1
    keyed = [seen for seen in emulator.requests() if "authorization" in seen.headers]
    assert not any(seen.where == "download" for seen in keyed)


@pytest.mark.parametrize("fault", ["accept-then-drop", "rst-after", "half-body", "broken-json"])
def test_a_lost_submit_is_paid_once_and_found(at: Callable[..., Any], emulator: Emulator, fault: Any) -> None:
    emulator.set_faults([Rule(provider="fal", where="submit", fault=fault, nth=(2,))])

    async def act(bench: Bench) -> None:
        await bench.outcome(await bench.submit())
        bench.job_id = uuid.uuid4().hex
        with pytest.raises(OutcomeUnknown):
            await bench.submit()
        lookup = await found(bench)
        assert await bench.outcome(Accepted(ticket=lookup.ticket))

    async def found(bench: Bench) -> Any:
        while True:
            lookup = await bench.provider.find(bench.job_id, offer_of("fal"), time.time())
            if lookup.answer == "found":
                return lookup
            assert lookup.answer == "absent"  # the list lacks a job that runs
            await asyncio.sleep(0.02)

    at(act)
    assert emulator.book("fal").paid == 2


def test_a_submit_that_never_arrived_is_absent(at: Callable[..., Any], emulator: Emulator) -> None:
    emulator.set_faults([Rule(provider="fal", where="submit", fault="rst-before")])

    async def act(bench: Bench) -> str:
        with pytest.raises(OutcomeUnknown):
            await bench.submit()
        return (await bench.provider.find(bench.job_id, offer_of("fal"), time.time())).answer

    assert at(act) == "absent"
    assert emulator.book("fal").accepted == ()


def test_every_answer_but_the_submits_may_be_faulty(at: Callable[..., Any], emulator: Emulator, tmp_path: Path) -> None:
    rules = [
        Rule(where=where, fault=fault, nth=(number,), status=502)
        for where in ("upload", "status", "result", "download")
        for number, fault in enumerate(("accept-then-drop", "half-body", "status-code", "rst-before"), 1)
    ]
    emulator.set_faults([*rules, Rule(where="status", fault="unknown-word", word="PAUSED", nth=(5,))])

    async def act(bench: Bench) -> None:
        await bench.provider.fetch(await whole_way(bench), tmp_path / "clip.mp4")

    at(act)
    assert (tmp_path / "clip.mp4").exists()
    assert emulator.book("fal").paid == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AccountRefused), (402, AccountRefused), (403, AccountRefused), (422, InputRefused), (429, ProviderBusy)],
)
def test_a_refused_submit_is_made_once_and_costs_nothing(
    at: Callable[..., Any], emulator: Emulator, status: int, kind: type[LongtakeError]
) -> None:
    emulator.set_faults([Rule(provider="fal", where="submit", fault="status-code", status=status)])
    with pytest.raises(kind):
        at(lambda bench: bench.submit())
    assert emulator.book("fal").accepted == ()
    assert sum(seen.where == "submit" for seen in emulator.requests()) == 1


def test_a_wrong_key_is_told_without_the_key(at: Callable[..., Any]) -> None:
    with pytest.raises(AccountRefused) as error:
        at(lambda bench: bench.submit(), api_key=SecretStr("wrong-key"))
    assert "wrong-key" not in str(error.value)


def test_a_log_that_quotes_what_was_sent_is_told_without_it(at: Callable[..., Any], emulator: Emulator) -> None:
    line = f"\x1b[31mKey {os.environ['FAL_KEY']} reads https://b.example/a.wav?X-Amz-Signature=abc"
    emulator.set_faults([Rule(provider="fal", where="status", fault="log", word=line)])

    async def act(bench: Bench) -> Status:
        return await bench.done(await bench.submit())

    assert at(act).logs == ("[31mKey *** reads https://b.example/a.wav?…",)


@pytest.mark.parametrize("kind", ["content_policy_violation", "face_detection_error", "audio_duration_too_long"])
def test_a_refusal_by_the_model_keeps_its_reason(at: Callable[..., Any], emulator: Emulator, kind: str) -> None:
    emulator.set_faults([Rule(provider="fal", where="job", fault="refused", kind=kind)])
    with pytest.raises(InputRefused) as error:
        at(whole_way)
    assert (error.value.kind, error.value.billed) == (kind, "assumed")


@pytest.mark.parametrize("hidden", [False, True])
def test_a_failure_of_the_platform_is_unbilled(at: Callable[..., Any], emulator: Emulator, hidden: bool) -> None:
    rule = Rule(provider="fal", where="job", fault="platform-error", kind="runner_disconnected", hidden=hidden)
    emulator.set_faults([rule])
    with pytest.raises(JobFailed, match="Runner disconnected") as error:
        at(whole_way)
    assert error.value.billed == "no"
    assert emulator.book("fal").paid == 0


@pytest.mark.parametrize("kind", ["runner_connection_timeout", "runner_disconnected", "startup_timeout"])
@pytest.mark.parametrize("retry_after", [None, "0"])
def test_a_gateway_in_trouble_for_a_while_loses_no_paid_clip(
    at: Callable[..., Any], emulator: Emulator, kind: str, retry_after: str | None
) -> None:
    rule = {"provider": "fal", "where": "result", "fault": "status-code", "status": 503, "kind": kind}
    emulator.set_faults([Rule.model_validate(rule | {"retry_after": retry_after, "limit": PACE.attempts})])

    async def act(bench: Bench) -> Outcome:
        accepted = await bench.submit()
        await bench.done(accepted)
        with pytest.raises(ProviderBusy):
            await bench.provider.result(accepted.ticket)
        return await bench.provider.result(accepted.ticket)

    assert at(act).billed_seconds == SENT_SECONDS
    assert (len(emulator.book("fal").accepted), emulator.book("fal").paid) == (1, 1)


def test_a_job_that_is_given_up_is_cancelled_and_not_paid(at: Callable[..., Any], emulator: Emulator) -> None:
    emulator.set_settings(SETTINGS.model_copy(update={"mean_seconds": 30.0}))

    async def act(bench: Bench) -> Outcome:
        accepted = await bench.submit()
        assert await bench.provider.cancel(accepted.ticket) == "requested"
        return await bench.outcome(accepted)

    with pytest.raises(JobCancelled):
        at(act)
    assert emulator.book("fal").paid == 0


def test_a_job_that_does_not_start_in_time_is_unbilled(at: Callable[..., Any], emulator: Emulator) -> None:
    busy = SETTINGS.fal.model_copy(update={"concurrency": 1})
    emulator.set_settings(SETTINGS.model_copy(update={"mean_seconds": 30.0, "fal": busy}))

    async def act(bench: Bench) -> Outcome:
        await bench.submit()
        bench.job_id = uuid.uuid4().hex
        return await bench.outcome(await bench.submit())

    with pytest.raises(JobFailed) as error:
        at(act, time_to_start_seconds=0.1)
    assert (error.value.billed, error.value.kind) == ("no", "request_timeout")


def test_a_lost_job_that_waits_ends_with_its_deadline_and_is_found(at: Callable[..., Any], emulator: Emulator) -> None:
    busy = SETTINGS.fal.model_copy(update={"concurrency": 1})
    emulator.set_settings(SETTINGS.model_copy(update={"mean_seconds": 30.0, "fal": busy}))
    emulator.set_faults([Rule(provider="fal", where="submit", fault="accept-then-drop", nth=(2,))])

    async def act(bench: Bench) -> Lookup:
        await bench.submit()
        bench.job_id = uuid.uuid4().hex
        with pytest.raises(OutcomeUnknown):
            await bench.submit()
        await asyncio.sleep(0.5)
        return await bench.provider.find(bench.job_id, offer_of("fal"), time.time())

    assert at(act, pace=PACE.model_copy(update={"deadline_seconds": 0.2})).answer == "found"
    assert emulator.book("fal").paid == 0


@pytest.mark.parametrize("status", [404, 410])
def test_a_result_that_is_no_longer_kept_is_gone(at: Callable[..., Any], emulator: Emulator, status: Any) -> None:
    settings = SETTINGS.model_copy(update={"result_gone_status": status, "result_lifetime_seconds": 0.2})

    async def act(bench: Bench) -> Outcome:
        accepted = await bench.submit()
        await bench.done(accepted)
        emulator.set_settings(settings)
        await asyncio.sleep(0.3)
        return await bench.provider.result(accepted.ticket)

    with pytest.raises(ResultGone):
        at(act)


def test_a_clip_that_is_no_longer_kept_is_gone(at: Callable[..., Any], tmp_path: Path) -> None:
    async def act(bench: Bench) -> None:
        outcome = await whole_way(bench)
        await asyncio.sleep(1.1)
        await bench.provider.fetch(outcome, tmp_path / "clip.mp4")

    with pytest.raises(ResultGone):
        at(act, result_lifetime_seconds=1)
    assert list(tmp_path.iterdir()) == []
