"""Webhooks in a run: they end a wait that is long otherwise; and without them, polling alone is enough."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from emulators.faults import ProviderName
from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from flows.means.accounts import Purse, clip_maker, open_the_ledger
from longtake import progress
from longtake.costs import spending_of
from longtake.errors import SettingError
from longtake.generation import generate_clip
from longtake.jobs.calls import MOST_RINGS, Calls
from longtake.options import RenderOptions
from longtake.run import Run
from longtake.settings import load_settings
from tests.paid.works import MODEL, QUICK, RESOLUTION, make_works, read_works
from tests.serving import free_port

CLIPS = 3
LONG_WAITS = {"LONGTAKE_PACE__POLL_SECONDS": "3600", "LONGTAKE_PACE__LONGEST_POLL_SECONDS": "3600"}
LONG_WAITS |= {"LONGTAKE_PACE__DEADLINE_SECONDS": "7200"}
SLOW_ENOUGH = EmulatorSettings(mean_seconds=1, spread=0, tiny=True, webhook_repeats=3)


class Notes(progress.Silence):
    """Keeps what a person is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


async def rendered(works: Path, provider: ProviderName, notes: Notes) -> int:
    """How many clips came of the works, rendered as a flow does it."""
    progress.listen(notes)
    settings = load_settings()
    ledger, store = open_the_ledger(settings), settings.open_store()
    options = RenderOptions.model_validate(
        {"providers": (provider,), "model": MODEL, "resolution": RESOLUTION[provider]}
    )
    purse = Purse({provider: None}, spending_of(settings, 100.0, 0.0, 0.2), ledger, settings, run_id="run")
    try:
        async with clip_maker(Run(options, "talk", store, "epoch"), purse) as maker:
            return len(await asyncio.gather(*(generate_clip(work, maker, store) for work in read_works(works))))
    finally:
        ledger.dispose()


@pytest.fixture
def works(tmp_path: Path) -> Path:
    return make_works(tmp_path, CLIPS)


@contextmanager
def providers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: Mapping[str, str], settings: EmulatorSettings = SLOW_ENOUGH
) -> Iterator[Emulator]:
    with running(tmp_path / "providers", settings) as emulator:
        for name, value in (QUICK | emulator.env | {"LONGTAKE_HOME": str(tmp_path / "home")} | dict(more)).items():
            monkeypatch.setenv(name, value)
        yield emulator


def looks(emulator: Emulator, provider: ProviderName) -> Counter[str]:
    """How often each job's status was asked for."""
    seen = [one.path for one in emulator.requests() if one.provider == provider and one.where == "status"]
    return Counter(seen)


@pytest.mark.parametrize("provider", ["fal", "pixazo"])
def test_a_run_that_hardly_looks_ends_when_it_is_called(
    works: Path, provider: ProviderName, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    called = {"LONGTAKE_WEBHOOK_PORT": str(port), "LONGTAKE_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook?from=us"}
    with providers(tmp_path, monkeypatch, LONG_WAITS | called) as emulator:
        assert asyncio.run(rendered(works, provider, Notes())) == CLIPS
        asked = looks(emulator, provider)
        book = emulator.book(provider)
    assert len(asked) == CLIPS
    assert all(count <= 2 + MOST_RINGS for count in asked.values())
    assert min(asked.values()) <= 2
    assert book.paid == CLIPS
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/")


def test_calls_that_reach_nobody_cost_nothing_but_time(
    works: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {"LONGTAKE_WEBHOOK_URL": f"http://127.0.0.1:{free_port()}/hook"}
    with providers(tmp_path, monkeypatch, nowhere, SLOW_ENOUGH.model_copy(update={"mean_seconds": 0.2})) as emulator:
        assert asyncio.run(rendered(works, "fal", Notes())) == CLIPS
        assert emulator.book("fal").paid == CLIPS


def test_where_another_run_listens_polling_is_enough(
    works: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        env = {"LONGTAKE_WEBHOOK_PORT": str(port), "LONGTAKE_WEBHOOK_URL": f"http://127.0.0.1:{port}/"}
        settings = SLOW_ENOUGH.model_copy(update={"mean_seconds": 0.2})
        notes = Notes()
        with providers(tmp_path, monkeypatch, env, settings) as emulator:
            assert asyncio.run(rendered(works, "fal", notes)) == CLIPS
            assert emulator.book("fal").paid == CLIPS
    assert any("Webhooks are not received" in text for text in notes.told)


def test_a_port_without_an_address_is_told_before_anything_is_sent(
    works: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with providers(tmp_path, monkeypatch, {"LONGTAKE_WEBHOOK_PORT": str(free_port())}) as emulator:
        with pytest.raises(SettingError, match="LONGTAKE_WEBHOOK_URL"):
            asyncio.run(rendered(works, "fal", Notes()))
        assert emulator.requests() == []


@pytest.mark.parametrize(("name", "value"), [("PORT", "0"), ("PORT", "65536"), ("PORT", "x"), ("URL", "me.example")])
def test_odd_settings_are_told_by_their_variable(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"LONGTAKE_WEBHOOK_{name}", value)
    with pytest.raises(SettingError, match=f"LONGTAKE_WEBHOOK_{name}"):
        load_settings()


# The bell


def test_a_call_before_the_pause_ends_it_too_and_counts_once() -> None:
    async def act() -> list[bool]:
        calls = Calls()
        with calls.awaited("fal", "R1") as bell:
            calls.wake("fal", "R1")
            calls.wake("fal", "R1")
            return [await bell.sleep(3600), await bell.sleep(0.01)]

    assert asyncio.run(act()) == [True, False]


def test_a_call_for_another_job_or_of_another_provider_wakes_nobody() -> None:
    async def act() -> bool:
        calls = Calls()
        with calls.awaited("fal", "R1") as bell:
            for provider, request_id in (("pixazo", "R1"), ("fal", "R2"), ("fal", "")):
                calls.wake(provider, request_id)
            return await bell.sleep(0.01)

    assert asyncio.run(act()) is False


def test_nobody_can_make_us_ask_all_the_time() -> None:
    async def act() -> int:
        calls = Calls()
        woken = 0
        with calls.awaited("pixazo", "R1") as bell:
            for _ in range(3 * MOST_RINGS):
                calls.wake("pixazo", "R1")
                woken += await bell.sleep(0)
        return woken

    assert asyncio.run(act()) == MOST_RINGS


def test_a_call_for_a_job_that_nobody_waits_for_any_more_is_forgotten() -> None:
    async def act() -> bool:
        calls = Calls()
        with calls.awaited("fal", "R1"):
            pass
        calls.wake("fal", "R1")
        with calls.awaited("fal", "R1") as bell:
            return await bell.sleep(0.01)

    assert asyncio.run(act()) is False
