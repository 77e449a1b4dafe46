"""Automations: dead machines are found out, crashed videos start again but not for ever, people are told."""

from __future__ import annotations

import datetime
import json
import threading
import uuid
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from prefect.client.orchestration import PrefectClient

from deployments.automations import SILENT_SECONDS, STARTS, STUCK_SECONDS, notifications, upkeep
from deployments.bootstrap import drop_notifications, ensure_automation, notification_block
from flows.recover_flow import NEEDS_A_PERSON
from tests.deploy.team import Team, wait_until

VIDEO, RECOVER = "long-form-video/long-form-video", "recover/recover"


@pytest.fixture(scope="module")
def inbox() -> Iterator[list[dict[str, str]]]:
    """What a small web server was told; its address is the first entry."""
    told: list[dict[str, str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        told.append({"address": f"http://127.0.0.1:{server.server_port}/"})
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield told
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def told(team: Team, inbox: list[dict[str, str]]) -> list[dict[str, str]]:
    """What people were told, through a notification block that was made as a user makes it."""
    text = {"subject": "{{subject}}", "body": "{{body}}"}
    block = CustomWebhookNotificationBlock(name="longtake", url=inbox.pop()["address"], json_data=text)

    async def save(client: PrefectClient) -> None:
        await block.asave("longtake", client=client)
        saved = await notification_block(client, "custom-webhook/longtake")
        for wanted in notifications("custom-webhook/longtake", saved.id):
            await ensure_automation(client, wanted)

    team.act(save)
    return inbox


def running(team: Team, deployment: str, **parameters: Any) -> str:
    run = team.start_run(deployment, **parameters)
    team.set_state(run, "PENDING", "Pending")
    team.set_state(run, "RUNNING", "Running")
    return run


def heard(told: list[dict[str, str]], subject: str, seconds: float = 60) -> dict[str, str]:
    """The one message of that subject."""
    wait_until(lambda: any(one["subject"] == subject for one in told), f"{subject!r}; told were {told}", seconds)
    (one,) = (one for one in told if one["subject"] == subject)
    return one


def test_a_failed_video_is_told_with_its_message_and_its_address(team: Team, told: list[dict[str, str]]) -> None:
    run = running(team, VIDEO)
    name = team.ask("GET", f"flow_runs/{run}")["name"]
    team.set_state(run, "FAILED", "Failed", 'HolesLeft: 1 of 3 clips could not be rendered; it\'s "so".')
    one = heard(told, f"Longtake: {name} failed")
    assert '1 of 3 clips could not be rendered; it\'s "so".' in one["body"]
    assert f"http://longtake.test:4200/runs/flow-run/{run}" in one["body"]


def test_unknown_money_is_told_as_a_matter_for_a_person(team: Team, told: list[dict[str, str]]) -> None:
    run = running(team, VIDEO)
    name = team.ask("GET", f"flow_runs/{run}")["name"]
    team.set_state(run, "FAILED", "Failed", "Say what you saw: longtake resolve 0123abcd --paid, or --not-accepted.")
    assert "longtake resolve 0123abcd" in heard(told, f"Longtake: {name} needs a person")["body"]
    run = running(team, RECOVER)
    team.set_state(run, "COMPLETED", NEEDS_A_PERSON, "1 waiting for a person")
    assert "1 waiting for a person" in heard(told, "Longtake: a person is needed")["body"]


def test_a_finished_video_is_told_with_where_it_is_and_upkeep_that_went_well_is_not(
    team: Team, told: list[dict[str, str]]
) -> None:
    quiet = running(team, RECOVER)
    team.set_state(quiet, "COMPLETED", "Completed", "nothing to recover")
    run = running(team, VIDEO, output="/videos/talk.mp4")
    name = team.ask("GET", f"flow_runs/{run}")["name"]
    team.set_state(run, "COMPLETED", "Completed")
    assert heard(told, f"Longtake: {name} is finished")["body"].startswith("/videos/talk.mp4\n")
    assert not any(quiet in one["body"] for one in told)


def test_upkeep_that_fails_again_and_again_is_told_once(team: Team, told: list[dict[str, str]]) -> None:
    first, second = running(team, RECOVER), running(team, RECOVER)
    team.set_state(first, "FAILED", "Failed", "the ledger cannot be reached")
    assert "the ledger cannot be reached" in heard(told, "Longtake: recover fails")["body"]
    team.set_state(second, "FAILED", "Failed", "the ledger cannot be reached, again")
    video = running(team, VIDEO)
    team.set_state(video, "FAILED", "Failed", "told after that")
    wait_until(lambda: any("told after that" in one["body"] for one in told), "what was told after that")
    assert not any("again" in one["body"] for one in told)


def test_a_video_that_crashes_is_started_again_and_left_alone_in_the_end(
    team: Team, told: list[dict[str, str]]
) -> None:
    run = running(team, VIDEO)
    for _ in range(STARTS - 1):
        team.set_state(run, "CRASHED", "Crashed", "its process ended")
        wait_until(lambda: team.state(run)["name"] == "AwaitingRetry", "another start")
        team.set_state(run, "PENDING", "Pending")
        team.set_state(run, "RUNNING", "Running")
    team.set_state(run, "CRASHED", "Crashed", "its process ended")
    name = team.ask("GET", f"flow_runs/{run}")["name"]
    assert "its process ended" in heard(told, f"Longtake: {name} crashed and is not started again")["body"]
    assert sum(run in one["body"] for one in told) == 1
    other = running(team, VIDEO)
    team.set_state(other, "CRASHED", "Crashed", "after that")
    wait_until(lambda: team.state(other)["name"] == "AwaitingRetry", "the other's next start")
    assert team.state(run)["name"] == "Crashed"


def test_a_video_whose_machine_is_gone_is_started_again(team: Team) -> None:
    run = running(team, VIDEO)
    _tell_late(team, run, "heartbeat", SILENT_SECONDS + 5)
    _look_now(team, "silent")
    wait_until(lambda: team.state(run)["name"] == "AwaitingRetry", "another start")


def test_a_video_that_a_worker_took_and_never_began_is_offered_again(team: Team) -> None:
    run = team.start_run(VIDEO)  # nothing is told of it before, for the time that the automation keeps is the first's
    _tell_late(team, run, "Pending", STUCK_SECONDS + 5)
    _look_now(team, "never began")
    wait_until(lambda: team.state(run)["name"] == "AwaitingRetry", "another start")


def test_a_suspended_video_is_a_matter_for_a_person(team: Team, told: list[dict[str, str]]) -> None:
    run = running(team, VIDEO)
    team.set_state(run, "PAUSED", "Suspended")  # Prefect gives it no message
    wait_until(lambda: any(run in one["body"] for one in told), "word of the question")
    (one,) = (one for one in told if run in one["body"])
    assert one["subject"] == "Longtake: a person is needed"
    name = team.ask("GET", f"flow_runs/{run}")["name"]
    assert one["body"].startswith(f"{name} waits for an answer: press Resume on its page.\n")


def _tell_late(team: Team, run: str, event: str, seconds: float) -> None:
    """Tell the server of an event that was so many seconds ago."""
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds)
    told = {
        "id": str(uuid.uuid4()),
        "occurred": then.isoformat(),
        "event": f"prefect.flow-run.{event}",
        "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
        "related": [{"prefect.resource.id": "prefect.tag.longtake", "prefect.resource.role": "tag"}],
    }
    team.ask("POST", "events", [told])


def test_a_block_that_is_named_no_more_is_told_nothing(team: Team, told: list[dict[str, str]]) -> None:
    def names() -> set[str]:
        return {one["name"] for one in team.ask("POST", "automations/filter", {})}

    before = names()
    block = team.act(partial(notification_block, name="custom-webhook/longtake"))
    for wanted in notifications("custom-webhook/other", block.id):
        team.act(partial(ensure_automation, wanted=wanted))
    assert names() > before
    team.act(partial(drop_notifications, keep=before))
    assert names() == before
    assert len(before) == len(upkeep()) + len(notifications("custom-webhook/longtake", block.id))


def _look_now(team: Team, word: str) -> None:
    """Have an automation look for silence at once: the server plans its looks when it is saved."""
    (silence,) = (one for one in team.ask("POST", "automations/filter", {}) if word in one["name"])
    for enabled in (False, True):
        team.ask("PATCH", f"automations/{silence['id']}", {"enabled": enabled})
