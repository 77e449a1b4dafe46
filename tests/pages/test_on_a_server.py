"""What stands on a run's page after it: on a real Prefect server, with the store's door, in a real browser."""

from __future__ import annotations

import io
import re
import signal
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from emulators.faults import Rule
from flows.pages.live_page import CLIPS
from flows.pages.plan_page import PLAN
from flows.pages.result_page import RESULT
from tests.conftest import component
from tests.deploy.team import wait_until
from tests.lasting_media import Up, end, start_up
from tests.paid.shop import Shop, shop
from tests.paid.test_lasting import retry, start_run
from tests.stitch_browser import FLAGS


@pytest.fixture(scope="module")
def paid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("shown")) as here:
        yield here


@pytest.fixture(scope="module")
def up(paid: Shop) -> Iterator[Up]:
    running = start_up(paid.home, **paid.env, LONGTAKE_IN_PROGRESS='{"fal": 3}')
    yield running
    running.process.send_signal(signal.SIGINT)
    end(running.process)


def pages_of(up: Up, run: str) -> dict[str, dict[str, Any]]:
    """The run's pages by title. Fails when there are two of one."""
    found = up.ask("artifacts/filter", artifacts={"flow_run_id": {"any_": [run]}, "type": {"any_": ["markdown"]}})
    by_title = {artifact["description"]: artifact for artifact in found}
    assert len(by_title) == len(found)
    return by_title


def links_of(text: str) -> list[str]:
    return re.findall(r"\]\((\S+)\)", text)


def told(up: Up, run: str) -> list[str]:
    logs = up.ask("logs/filter", logs={"flow_run_id": {"any_": [run]}}, sort="TIMESTAMP_ASC")
    return [line["message"] for line in logs]


@pytest.fixture(scope="module")
def retried(up: Up, paid: Shop) -> str:
    """A run in which a clip was refused at first, and that was retried."""
    refused = Rule(where="submit", fault="status-code", status=422, kind="content_policy_violation", nth=(2,))
    with paid.faults(refused, Rule(where="status", fault="log", word="step 12 of 400")):
        run = start_run(up, paid, "shown", approval="end")
        assert up.ended(run, "Failed", "Completed", "Crashed") == "Failed"
    return run


@pytest.fixture(scope="module")
def finished(up: Up, retried: str) -> str:
    """The same, retried to its end. Whoever needs that asks for it: tests of one file may run in several processes."""
    retry(up, retried)
    assert up.ended(retried, "Completed", "Failed", "Crashed") == "Completed"
    return retried


def test_a_run_that_failed_shows_its_plan_and_what_is_missing(up: Up, retried: str) -> None:
    pages = pages_of(up, retried)
    assert set(pages) == {PLAN, CLIPS}
    assert "To be paid: **4 clips**" in pages[PLAN]["data"]
    clips = pages[CLIPS]["data"]
    assert "**3 of 4 clips**" in clips
    assert "**1 cannot be had**" in clips
    assert "Retry, above on the run's page, goes on from here" in clips
    assert "fal refused it" in clips


def test_retried_it_writes_the_same_pages_anew_and_its_result(
    up: Up, retried: str, request: pytest.FixtureRequest
) -> None:
    before = {title: page["id"] for title, page in pages_of(up, retried).items()}
    request.getfixturevalue("finished")
    pages = pages_of(up, retried)
    assert set(pages) == {PLAN, CLIPS, RESULT}
    assert {title: pages[title]["id"] for title in before} == before
    assert {page["key"] for page in pages.values()} == {"shown-plan", "shown-clips", "shown-result"}
    assert "3 are rendered already and cost nothing" in pages[PLAN]["data"]
    assert "**4 of 4 clips**" in pages[CLIPS]["data"]
    assert "Not rendered" not in pages[CLIPS]["data"]


def test_every_link_leads_to_a_file_and_every_picture_is_one(up: Up, finished: str) -> None:
    pages = pages_of(up, finished)
    pictures = 0
    for title in (PLAN, CLIPS, RESULT):
        links = links_of(pages[title]["data"])
        assert links
        for link in links:
            assert link.startswith((f"{up.server.door_url}/asset/", f"{up.server.door_url}/play/"))
            answer = httpx.get(link)
            assert answer.status_code == 200, link
            if answer.headers["content-type"] == "image/jpeg":
                pictures += 1
                with Image.open(io.BytesIO(answer.content)) as picture:
                    picture.load()
    assert pictures == 3


def test_neither_pages_nor_log_hold_a_secret_or_what_a_providers_machine_prints(
    up: Up, paid: Shop, finished: str
) -> None:
    wait_until(lambda: any("in state Completed" in line for line in told(up, finished)), "the end of the run's log")
    everything = "\n".join((*(page["data"] for page in pages_of(up, finished).values()), *told(up, finished)))
    assert paid.env["FAL_KEY"] not in everything
    assert "X-Amz" not in everything
    assert not re.search(r"clip \d+, fal: |step 12 of 400", everything)
    states = [line for line in told(up, finished) if re.fullmatch(r"clip \d+: fal \w+", line)]
    assert {line.rpartition(" ")[2] for line in states} >= {"IN_PROGRESS", "COMPLETED"}
    assert len(set(states)) == len(states)
    tasks = [name for name in up.tasks({"id": finished}) if name.startswith("clip ")]
    assert {re.sub(r"\d", "0", name) for name in tasks} == {"clip 000 · 0.0 s"}


def test_a_browser_draws_the_result(up: Up, finished: str) -> None:
    chromium = component("chromium", "chromium", "chromium-browser", "google-chrome")
    page_id = pages_of(up, finished)[RESULT]["id"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            page = browser.new_page()
            page.goto(f"{up.server.ui_url}/artifacts/artifact/{page_id}")
            page.get_by_text("Watch the video").wait_for()
            drawn = "() => document.images.length == 2 && [...document.images].every(i => i.complete && i.naturalWidth)"
            page.wait_for_function(drawn)
            assert page.get_by_role("link", name="Watch the video").get_attribute("href", timeout=5000) in links_of(
                pages_of(up, finished)[RESULT]["data"]
            )
            assert page.get_by_role("heading", name="Checks").is_visible()
        finally:
            browser.close()


NO_PAGES = """CREATE TRIGGER no_pages BEFORE INSERT ON artifact WHEN NEW.type IN ('markdown', 'table')
BEGIN SELECT RAISE(ABORT, 'this server keeps no pages'); END"""


def test_a_server_that_keeps_no_pages_costs_no_video(up: Up, paid: Shop) -> None:
    """Prefect itself keeps each run's result as an artifact too: that goes on."""
    database = sqlite3.connect(paid.home / "prefect.db", timeout=30)
    database.execute(NO_PAGES)
    database.close()
    run = start_run(up, paid, "unseen", approval="end")
    assert up.ended(run, "Completed", "Failed", "Crashed") == "Completed"
    assert paid.output("unseen").exists()
    assert not pages_of(up, run)

    def complaints() -> list[str]:
        return [line for line in told(up, run) if "not on the run's page" in line or "not on its page" in line]

    wait_until(lambda: len(complaints()) >= 4, "the last lines of its log")  # they are sent behind its state
    assert len(complaints()) == 4
