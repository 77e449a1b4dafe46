"""A place where a producer works: `longtake up` with emulated providers, and a browser at its UI."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from emulators.faults import Rule
from emulators.settings import EmulatorSettings
from tests.command_line import ROOT
from tests.conftest import component
from tests.lasting_media import Up, end, start_up
from tests.paid.shop import Shop, shop
from tests.stitch_browser import FLAGS
from tests.ui.door_page import DoorPage
from tests.ui.fields import Answer
from tests.ui.prefect_ui import PrefectUI, RunForm
from tests.ui.shots import Shots

SIZE = {"width": 1280, "height": 800}
LINES = (
    "Good morning, and welcome to the {}.",
    "The {} has stairs. I counted them twice.",
    "Let us go up, then, and see the whole {}.",
)
CLIPS = len(LINES)
HOLD = Rule(where="status", fault="unknown-word", word="IN_PROGRESS")
"""The provider says so of each job, though it is done: a run stays in its middle for as long as need be."""

PATIENCE_MS = 20_000
KEPT = os.environ.get("LONGTAKE_SCREENSHOTS")
"""The folder for the pictures of the guide, where they are wanted."""

PROVIDERS = EmulatorSettings(mean_seconds=0.2, tiny=not KEPT)


@dataclass(frozen=True)
class Studio:
    """The server, the providers' books, and the producer's browser."""

    shop: Shop
    up: Up
    ui: PrefectUI
    door: DoorPage

    def filled(self, video: str, **more: Answer) -> RunForm:
        """The form for a paid video of three clips, about which nobody is asked unless told otherwise."""
        script = self.shop.write(video, [line.format(video) for line in LINES])
        for example, name in (("ada", "ada"), ("theo", "ben")):
            shutil.copy(ROOT / f"examples/{example}.png", script.parent / f"{name}.png")
        answers: dict[str, Answer] = {"provider": "fal", "budget_usd": 20, "approve_above_usd": "Never ask"}
        return self.ui.custom_run().fill(script=str(script), video=video, **(answers | more))


@pytest.fixture(scope="session")
def chromium() -> str:
    return component("chromium", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Up]]:
    """A server for all tests: it takes ten seconds to start."""
    with shop(tmp_path_factory.mktemp("studio"), PROVIDERS) as here:
        up = start_up(here.home, **(here.env | {"LONGTAKE_PACE__DEADLINE_SECONDS": "60"}))
        yield here, up
        up.process.send_signal(signal.SIGINT)
        end(up.process)


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Page]:
    """A tab. Its event loop would be in the way of other modules' tests, so each module has a browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            opened = browser.new_page(viewport=SIZE, color_scheme="light", locale="en-GB", timezone_id="UTC")
            opened.set_default_timeout(PATIENCE_MS)
            expect.set_options(timeout=PATIENCE_MS)
            yield opened
        finally:
            browser.close()


@pytest.fixture
def studio(served: tuple[Shop, Up], page: Page, tmp_path: Path) -> Iterator[Studio]:
    here, up = served
    shots = Shots(tmp_path, Path(KEPT) if KEPT else None)
    assert up.server.door_url
    ui = PrefectUI(page, up.server.ui_url, shots)
    try:
        yield Studio(here, up, ui, DoorPage(page, up.server.door_url, shots))
    finally:
        shots.take(page, "end")
        page.unroute_all()
