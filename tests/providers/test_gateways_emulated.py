"""AIML API and Pixazo against the emulators: real jobs, inputs out of a bucket, and a book of what was paid."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from PIL import Image
from pydantic import SecretStr

from blocks.aimlapi import AimlapiProvider
from blocks.pixazo import PixazoProvider
from blocks.s3_inputs import S3Inputs
from emulators.faults import Rule
from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from longtake.errors import AccountRefused, InputRefused, JobFailed, LongtakeError, OutcomeUnknown, ProviderBusy
from longtake.providers import Accepted, Outcome, Pace, Provider
from tests.providers.gateways import JOB_ID, offer_of, submission, with_provider
from tests.providers.moto_server import moto_s3

BUCKET = "inputs-of-emulated-jobs"
SETTINGS = EmulatorSettings(tiny=True, mean_seconds=0.1)
PACE = Pace(attempts=8, retry_seconds=0.02, read_timeout_seconds=5, submit_timeout_seconds=5)
BOTH = pytest.mark.parametrize("name", ["aimlapi", "pixazo"])
SENT_SECONDS = 1.6


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with moto_s3(BUCKET) as url:
        yield url


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with running(tmp_path_factory.mktemp("emulators"), SETTINGS) as emulator:
        yield emulator


@pytest.fixture
def emulator(process: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    process.set_settings(SETTINGS)
    process.reset()
    monkeypatch.delenv("LONGTAKE_INPUTS_BUCKET", raising=False)
    for variable, value in process.env.items():
        monkeypatch.setenv(variable, value)
    return process


@pytest.fixture(scope="module")
def published(s3_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, SecretStr]:
    """A portrait and silence, in a bucket that nobody reads without a signature."""
    folder = tmp_path_factory.mktemp("inputs")
    image, audio = folder / "portrait.png", folder / "chunk.wav"
    Image.new("RGB", (128, 128), (90, 120, 150)).save(image)
    soundfile.write(audio, [0.0] * int(48_000 * SENT_SECONDS), 48_000)
    bucket = S3Inputs.model_validate(
        {"bucket": BUCKET, "endpoint_url": s3_url, "aws_access_key_id": "a", "aws_secret_access_key": "b"}
    )

    async def publish() -> dict[str, SecretStr]:
        inputs = bucket.open(PACE)
        try:
            image_url = await inputs.publish(image, image.name, 600)
            return {"image_url": image_url, "audio_url": await inputs.publish(audio, f"longtake-{JOB_ID}.wav", 600)}
        finally:
            await inputs.aclose()

    return asyncio.run(publish())


class Bench:
    """A provider that is pointed at the emulator, with inputs that are published already."""

    def __init__(self, provider: Provider, urls: dict[str, SecretStr]) -> None:
        self.provider = provider
        self._urls = urls

    async def submit(self, **fields: Any) -> Accepted:
        given: dict[str, Any] = {"sent_seconds": SENT_SECONDS, **self._urls}
        return await self.provider.submit(submission(self.provider.name, **(given | fields)))

    async def outcome(self, accepted: Accepted) -> Outcome:
        while True:
            try:
                status = await self.provider.status(accepted.ticket)
            except ProviderBusy:
                continue
            if status.outcome:
                return status.outcome
            await asyncio.sleep(0.02)


@pytest.fixture
def at(emulator: Emulator, published: dict[str, SecretStr]) -> Callable[..., Any]:
    """Runs `act` with a bench of the named provider."""

    def run(name: str, act: Callable[[Bench], Awaitable[Any]], **fields: Any) -> Any:
        kind = {"aimlapi": AimlapiProvider, "pixazo": PixazoProvider}[name]
        return with_provider(lambda: kind(**fields).open(PACE), lambda provider: act(Bench(provider, published)))

    return run


@BOTH
def test_a_clip_is_rendered_fetched_and_paid_once(
    at: Callable[..., Any], emulator: Emulator, name: Any, tmp_path: Path
) -> None:
    async def act(bench: Bench) -> Accepted:
        accepted = await bench.submit()
        await bench.provider.fetch(await bench.outcome(accepted), tmp_path / "clip.mp4")
        return accepted

    accepted = at(name, act)
    assert (tmp_path / "clip.mp4").read_bytes()[4:8] == b"ftyp"
    book = emulator.book(name)
    (entry,) = book.accepted
    assert book.paid == 1
    assert entry.request_id == accepted.ticket.request_id
    assert entry.audio_name == f"longtake-{JOB_ID}.wav"
    if name == "aimlapi":
        assert accepted.price_micro_usd == book.billed_micro_usd
        assert entry.client_request_id == JOB_ID


@BOTH
def test_a_redirect_or_an_odd_answer_to_a_look_loses_no_job(
    at: Callable[..., Any], emulator: Emulator, name: Any
) -> None:
    rule: dict[str, Any] = {"provider": name, "where": "status"}
    odd = [rule | {"fault": "status-code", "status": code, "nth": (at,)} for at, code in ((2, 418), (3, 400))]
    emulator.set_faults([Rule.model_validate(more) for more in (rule | {"fault": "redirect", "nth": (1,)}, *odd)])

    async def act(bench: Bench) -> Outcome:
        return await bench.outcome(await bench.submit())

    at(name, act)
    assert (len(emulator.book(name).accepted), emulator.book(name).paid) == (1, 1)


@BOTH
def test_without_a_bucket_the_inputs_go_through_fals_storage(
    at: Callable[..., Any], emulator: Emulator, name: Any, tmp_path: Path
) -> None:
    image, audio = tmp_path / "portrait.png", tmp_path / "chunk.wav"
    Image.new("RGB", (128, 128), (90, 120, 150)).save(image)
    soundfile.write(audio, [0.0] * int(48_000 * SENT_SECONDS), 48_000)

    async def act(bench: Bench) -> Outcome:
        inputs = bench.provider.inputs
        image_url = await inputs.publish(image, image.name, 600)
        audio_url = await inputs.publish(audio, f"longtake-{JOB_ID}.wav", 600)
        return await bench.outcome(await bench.submit(image_url=image_url, audio_url=audio_url))

    assert at(name, act).video_url
    (entry,) = emulator.book(name).accepted
    assert entry.audio_name == f"longtake-{JOB_ID}.wav"
    assert entry.billed_micro_usd > 0


@BOTH
def test_faults_of_every_look_are_waited_out(at: Callable[..., Any], emulator: Emulator, name: Any) -> None:
    faults: tuple[Any, ...] = ("accept-then-drop", "rst-before", "rst-after", "half-body", "html", "broken-json")
    rules = [Rule(provider=name, where="status", fault=fault, nth=(1,)) for fault in faults]
    rules += [Rule(provider=name, where="result", fault=fault, nth=(1,)) for fault in faults]
    rules += [Rule(provider=name, where="result", fault="status-code", status=504, nth=(2,))]
    rules += [Rule(provider=name, where="status", fault="unknown-word", word="paused", nth=(2, 3))]
    emulator.set_faults(rules)

    async def act(bench: Bench) -> Outcome:
        return await bench.outcome(await bench.submit())

    assert at(name, act).video_url.get_secret_value().startswith("http://127.0.0.1")
    assert emulator.book(name).paid == 1


@BOTH
@pytest.mark.parametrize("fault", ["accept-then-drop", "half-body", "broken-json"])
def test_a_lost_submit_is_paid_once_and_found_where_it_can_be(
    at: Callable[..., Any], emulator: Emulator, name: Any, fault: Any
) -> None:
    emulator.set_faults([Rule(provider=name, where="submit", fault=fault)])

    async def act(bench: Bench) -> str:
        with pytest.raises(OutcomeUnknown):
            await bench.submit()
        found = await bench.provider.find(JOB_ID, offer_of(name), time.time())
        if found.ticket:
            accepted = Accepted(ticket=found.ticket, price_micro_usd=found.price_micro_usd)
            assert await bench.outcome(accepted)
            assert accepted.price_micro_usd == emulator.book(name).billed_micro_usd
        return found.answer

    assert at(name, act) == {"aimlapi": "found", "pixazo": "cannot tell"}[name]
    assert len(emulator.book(name).accepted) == 1


def test_a_submit_that_never_arrived_is_absent(at: Callable[..., Any], emulator: Emulator) -> None:
    emulator.set_faults([Rule(provider="aimlapi", where="submit", fault="rst-before", nth=(2,))])

    async def act(bench: Bench) -> str:
        await bench.submit(job_id="another-job")
        with pytest.raises(OutcomeUnknown):
            await bench.submit()
        return (await bench.provider.find(JOB_ID, offer_of("aimlapi"), time.time())).answer

    assert at("aimlapi", act) == "absent"
    assert [entry.client_request_id for entry in emulator.book("aimlapi").accepted] == ["another-job"]


@BOTH
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, AccountRefused), (402, AccountRefused), (403, AccountRefused), (400, InputRefused), (429, ProviderBusy)],
)
def test_a_refused_submit_is_asked_once_and_costs_nothing(
    at: Callable[..., Any], emulator: Emulator, name: Any, status: int, kind: type[LongtakeError]
) -> None:
    emulator.set_faults([Rule(provider=name, where="submit", fault="status-code", status=status)])
    with pytest.raises(kind):
        at(name, lambda bench: bench.submit())
    assert emulator.book(name).accepted == ()
    assert sum(seen.method == "POST" for seen in emulator.requests()) == 1


@BOTH
def test_a_wrong_key_is_told_without_the_key(at: Callable[..., Any], emulator: Emulator, name: Any) -> None:
    with pytest.raises(AccountRefused) as error:
        at(name, lambda bench: bench.submit(), api_key=SecretStr("wrong-key"))
    assert "wrong-key" not in str(error.value)
    assert emulator.book(name).accepted == ()


@BOTH
@pytest.mark.parametrize(("kind", "is_nested"), [("content_policy_violation", False), ("face_detection_error", True)])
def test_a_refusal_by_the_model_keeps_the_providers_reason(
    at: Callable[..., Any], emulator: Emulator, name: Any, kind: str, is_nested: bool
) -> None:
    emulator.set_settings(SETTINGS.model_copy(update={"aimlapi_nested_errors": is_nested}))
    emulator.set_faults([Rule(provider=name, where="job", fault="refused", kind=kind)])

    async def act(bench: Bench) -> Outcome:
        return await bench.outcome(await bench.submit())

    expected = InputRefused if name == "aimlapi" else JobFailed
    with pytest.raises(expected) as error:
        at(name, act)
    assert error.value.billed == ("no" if name == "aimlapi" else "assumed")
    assert "flagged" in str(error.value) or "detect a face" in str(error.value)


@BOTH
def test_a_failure_of_the_platform_is_unbilled(at: Callable[..., Any], emulator: Emulator, name: Any) -> None:
    emulator.set_faults([Rule(provider=name, where="job", fault="platform-error", kind="runner_disconnected")])

    async def act(bench: Bench) -> Outcome:
        return await bench.outcome(await bench.submit())

    with pytest.raises(JobFailed, match="Runner disconnected") as error:
        at(name, act)
    assert error.value.billed == "no"
    assert emulator.book(name).paid == 0


def test_every_spelling_of_usage_is_the_price_that_is_billed(at: Callable[..., Any], emulator: Emulator) -> None:
    for spelling in ("credits_used", "tokens_used", "usd_spent"):
        emulator.set_settings(SETTINGS.model_copy(update={"aimlapi_usage": spelling}))
        emulator.reset()

        async def act(bench: Bench) -> tuple[Accepted, Outcome]:
            accepted = await bench.submit()
            return accepted, await bench.outcome(accepted)

        accepted, outcome = at("aimlapi", act)
        billed = emulator.book("aimlapi").billed_micro_usd
        assert accepted.price_micro_usd == outcome.price_micro_usd == billed > 0


def test_pixazos_result_may_be_a_bare_address(at: Callable[..., Any], emulator: Emulator) -> None:
    emulator.set_settings(SETTINGS.model_copy(update={"pixazo_bare_url": True}))

    async def act(bench: Bench) -> Outcome:
        return await bench.outcome(await bench.submit(resolution="480p"))

    assert at("pixazo", act).video_url.get_secret_value().startswith("http://127.0.0.1")
