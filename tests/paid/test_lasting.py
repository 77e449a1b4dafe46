"""Paid runs on a lasting Prefect server: holes and budgets told as the run's message, Cancel, SIGKILL and Retry."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from emulators.faults import Rule
from emulators.settings import EmulatorSettings
from tests.deploy.team import wait_until
from tests.lasting_media import Up, end, start_up
from tests.paid.shop import PROVIDERS_OF_SHOP, Shop, shop

SLOW = EmulatorSettings(mean_seconds=2.5, spread=0, tiny=True)


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("lasting")) as here:
        yield here


@pytest.fixture(scope="module")
def up(paid: Shop) -> Iterator[Up]:
    running = start_up(paid.home, **paid.env, LONGTAKE_IN_PROGRESS='{"fal": 3}')
    yield running
    running.process.send_signal(signal.SIGINT)
    end(running.process)


def start_run(up: Up, paid: Shop, video: str, **more: Any) -> str:
    """Start a run of the deployment, as its form in the UI does; its id."""
    script = paid.write(video, [f"This is line number {number} of the one that is {video}." for number in range(1, 5)])
    words = {"script": str(script), "video": video, "output": str(paid.output(video)), "provider": "fal"}
    (deployment,) = up.ask("deployments/filter", deployments={"name": {"any_": ["long-form-video"]}})
    run = up.ask(f"deployments/{deployment['id']}/create_flow_run", parameters=words | {"budget_usd": 20} | more)
    return str(run["id"])


def message_of(up: Up, run_id: str) -> str:
    (run,) = (run for run in up.runs() if run["id"] == run_id)
    return str(run["state"]["message"])


def wait_for_jobs(paid: Shop, video: str, state: str, count: int) -> None:
    """Wait until so many of the video's jobs are in that state."""
    for _ in range(600):
        if (paid.home / "ledger.sqlite").exists():
            found = sum(job.state.value == state for job in paid.jobs(video))
            if found >= count:
                return
        time.sleep(0.05)
    raise AssertionError(f"{video} never had {count} jobs {state}")


def retry(up: Up, run_id: str) -> None:
    """What the UI's Retry does."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    state = {"type": "SCHEDULED", "name": "AwaitingRetry", "state_details": {"scheduled_time": now}}
    up.ask(f"flow_runs/{run_id}/set_state", state=state)


def test_a_budget_that_ends_in_mid_run_and_a_refused_clip_are_the_runs_message(up: Up, paid: Shop) -> None:
    before = paid.paid
    with paid.faults(Rule(where="job", fault="refused", kind="content_policy_violation", nth=(1,))):
        run = start_run(up, paid, "holes", budget_usd=1.2)
        assert up.ended(run, "Failed", "Completed", "Crashed") == "Failed"
    told = message_of(up, run)
    print(told)
    completed = [job for job in paid.jobs("holes") if job.state.value == "completed"]
    assert f"{4 - len(completed)} of 4 clips could not be rendered; all others are kept." in told
    assert "fal refused it" in told
    assert "the budget of 'holes' is $1.20" in told
    assert paid.paid == before + len(completed)


def lines_about(text: str, up: Up, run: str) -> list[str]:
    """The lines of a run's log that say so."""
    logs = up.ask("logs/filter", logs={"flow_run_id": {"any_": [run]}})
    return [line["message"] for line in logs if text in line["message"]]


def test_cancelled_in_mid_run_the_same_render_pays_nothing_twice(up: Up, paid: Shop) -> None:
    before = paid.paid
    paid.emulator.set_settings(SLOW)
    run = start_run(up, paid, "cancelled")
    wait_for_jobs(paid, "cancelled", "submitted", 3)
    up.ask(f"flow_runs/{run}/set_state", state={"type": "CANCELLING", "name": "Cancelling"})
    assert up.ended(run, "Cancelled", "Completed", "Crashed") == "Cancelled"
    wait_for_jobs(paid, "cancelled", "cancelled", 1)
    wait_until(lambda: len(lines_about("Still being rendered, and paid: 2 at fal", up, run)) == 1, "a line of the log")
    assert sorted(job.state.value for job in paid.jobs("cancelled")) == ["cancelled", "submitted", "submitted"]
    paid.emulator.set_settings(PROVIDERS_OF_SHOP)
    paid.render("cancelled")
    assert paid.paid == before + 4
    assert {job.state.value for job in paid.jobs("cancelled")} <= {"completed", "cancelled", "released"}


def test_killed_in_mid_run_a_retry_goes_on_and_pays_nothing_twice(up: Up, paid: Shop) -> None:
    before = paid.paid
    paid.emulator.set_settings(SLOW)
    run = start_run(up, paid, "killed")
    wait_for_jobs(paid, "killed", "submitted", 2)
    owner = paid.jobs("killed")[-1].owner
    assert owner, "the ledger names the process that runs the flow"
    os.kill(int(owner.split(":")[1]), signal.SIGKILL)
    assert up.ended(run, "Crashed", "Completed") == "Crashed"
    paid.emulator.set_settings(PROVIDERS_OF_SHOP)
    retry(up, run)
    assert up.ended(run, "Completed", "Failed") == "Completed"
    assert paid.paid == before + 4
    assert paid.output("killed").exists()
