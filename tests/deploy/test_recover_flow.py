"""Recovering by schedule: clips are fetched, nothing is paid, and a person is told once of what needs one."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emulators.faults import Rule
from emulators.settings import EmulatorSettings
from flows.recover_flow import NEEDS_A_PERSON, due_jobs, tell_once
from longtake.jobs import Recovery
from longtake.ledger import open_ledger
from tests.deploy.team import Team, wait_until
from tests.paid.shop import PROVIDERS_OF_SHOP, Shop, shop

PROGRAM = """
import asyncio, json, sys
from flows.recover_flow import recover

async def act():
    state = await recover(float(sys.argv[1]), return_state=True)
    found = await state.aresult()
    print(json.dumps([state.name, state.message, found.model_dump(), str(state.state_details.flow_run_id)]))

asyncio.run(act())
"""
SLOW = EmulatorSettings(mean_seconds=2.5, spread=0, tiny=True)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("recover")) as here:
        yield here


def recovered(team: Team, paid: Shop, hours: float = 48, **more: str) -> tuple[str, str, dict[str, Any], str]:
    """Run the flow against the team's server: its state's name and message, what it found, and the run's id."""
    told = team.run("-c", PROGRAM, str(hours), **(paid.env | {"LONGTAKE_HOME": str(paid.home)} | more))
    line = next(line for line in reversed(told.splitlines()) if line.startswith("["))
    name, message, found, run = json.loads(line)
    return name, message, found, run


def logged(team: Team, run: str) -> list[str]:
    """The lines of a run's log that tell of a job."""
    wait_until(lambda: bool(_log(team, run)), "the run's log")
    return [line for line in _log(team, run) if "  clip " in line and not line.startswith("Finished")]


def _log(team: Team, run: str) -> list[str]:
    found = team.ask("POST", "logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})
    return [str(line["message"]) for line in found]


def test_without_a_ledger_there_is_nothing_to_recover_and_none_is_made(team: Team, paid: Shop, tmp_path: Path) -> None:
    name, message, found, _ = recovered(team, paid, LONGTAKE_HOME=str(tmp_path))
    assert (name, message, found["looked_up"]) == ("Completed", "nothing to recover", 0)
    assert not (tmp_path / "ledger.sqlite").exists()


def test_what_only_a_person_knows_is_told_once_in_each_state(team: Team, paid: Shop) -> None:
    paid.write("doubt")
    with paid.faults(Rule(where="submit", fault="accept-then-drop", nth=(1,))):
        paid.type(*paid.words("doubt", "--provider", "pixazo", "--budget", "20", "--yes"), code=1)
    (job,) = (job for job in paid.jobs("doubt") if job.state == "unknown")
    before, asked = paid.paid, len(paid.bodies("pixazo"))

    name, message, found, run = recovered(team, paid)
    assert name == NEEDS_A_PERSON
    assert f"longtake resolve {job.id[:8]} --paid, or --not-accepted" in message
    assert (found["waiting"], found["newly_told"]) == ([job.id], [job.id])
    assert [line.partition(" ")[0] for line in logged(team, run)] == [job.id[:8]]

    name, message, found, _ = recovered(team, paid)
    assert (name, message) == ("Completed", "0 of 1 jobs settled, 0 going on, 1 waiting for a person")
    assert (found["waiting"], found["newly_told"]) == ([job.id], [])

    paid.type("resolve", job.id[:8], "--paid")
    ledger = open_ledger(f"sqlite:///{paid.home / 'ledger.sqlite'}")
    lost = ledger.job(job.id)
    assert due_jobs(ledger, lost_for_hours=48) == (lost,)
    assert due_jobs(ledger, lost_for_hours=0) == (), "a clip that no provider keeps any more is not asked for"
    waiting = Recovery(job=lost, told="its result is gone", is_settled=False, needs_person=True)
    assert tell_once(ledger, (waiting,)) == (), "who resolved it knows that it is lost"
    other = lost.model_copy(update={"id": "0" * 32})
    waiting = waiting.model_copy(update={"job": other})
    assert tell_once(ledger, (waiting,)) == (waiting,)
    assert tell_once(ledger, (waiting,)) == ()
    ledger.dispose()
    assert (paid.paid, len(paid.bodies("pixazo"))) == (before, asked)


def test_jobs_of_a_killed_run_are_fetched_with_the_key_of_a_saved_block(team: Team, paid: Shop) -> None:
    paid.write("left", [f"This is line {number} of those that are left." for number in (1, 2, 3)])
    paid.emulator.set_settings(SLOW)
    killed = paid.start(*paid.words("left", "--budget", "20", "--yes"))
    wait_until(lambda: len([job for job in _jobs(paid, "left") if job.state == "submitted"]) == 2, "two submitted jobs")
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    paid.emulator.set_settings(PROVIDERS_OF_SHOP)
    accepted = len(paid.bodies("fal"))
    keyless = {"FAL_KEY": ""}
    _, message, _, _ = recovered(team, paid, 0, **keyless)
    assert "whose key is not here" in message

    save = "import sys\nfrom blocks.fal import FalProvider as Fal\nFal(api_key=sys.argv[1]).save('team')"
    team.run("-c", save, paid.env["FAL_KEY"])
    settled: list[str] = []

    def look() -> bool:
        settled.append(recovered(team, paid, 0, **keyless)[1])
        return not any(job.state == "submitted" for job in _jobs(paid, "left"))

    wait_until(look, "the clips")
    assert any(text.startswith("2 of 2 jobs settled, 0 going on") or "1 of " in text for text in settled), settled
    assert {job.state.value for job in _jobs(paid, "left")} <= {"completed", "released", "reserved"}
    assert len(paid.bodies("fal")) == accepted, "recovering orders nothing"


def _jobs(paid: Shop, video: str) -> list[Any]:
    return paid.jobs(video) if (paid.home / "ledger.sqlite").exists() else []
