"""A place where a producer works: `longtake up` with emulated providers, and a browser at its UI."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.conftest import component
from tests.lasting_media import Up, end, start_up
from tests.paid.shop import Shop, shop
from tests.stitch_browser import FLAGS
from tests.ui.door_page import DoorPage
from tests.ui.prefect_ui import PrefectUI
from tests.ui.shots import Shots

SIZE = {"width": 1280, "height": 800}
PATIENCE_MS = 20_000


@dataclass(frozen=True)
class Studio:
    """The server, the providers' books, and the producer's browser."""

    shop: Shop
    up: Up
    ui: PrefectUI
    door: DoorPage


@pytest.fixture(scope="session")
def chromium() -> str:
    return component("chromium", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def served(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Shop, Up]]:
    """A server for all tests: it takes ten seconds to start."""
    with shop(tmp_path_factory.mktemp("studio")) as here:
        up = start_up(here.home, **here.env)
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
            yield opened
        finally:
            browser.close()


@pytest.fixture
def studio(served: tuple[Shop, Up], page: Page, tmp_path: Path) -> Iterator[Studio]:
    here, up = served
    kept = os.environ.get("LONGTAKE_SCREENSHOTS")
    shots = Shots(tmp_path, Path(kept) if kept else None)
    assert up.server.door_url
    ui = PrefectUI(page, up.server.ui_url, shots)
    try:
        yield Studio(here, up, ui, DoorPage(page, up.server.door_url, shots))
    finally:
        shots.take(page, "end")
        page.unroute_all()
