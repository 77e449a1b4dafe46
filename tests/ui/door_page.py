"""The door's page, where a producer leaves files and is told their addresses."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page

from tests.ui.shots import Shots


class DoorPage:
    """The upload page in a browser."""

    def __init__(self, page: Page, url: str, shots: Shots) -> None:
        self._page = page
        self._url = url
        self._shots = shots

    def upload(self, file: Path, *, shot: str | None = None) -> str:
        """Upload a file; the address that the page says to paste."""
        self._page.goto(self._url)
        self._page.locator("input[type=file]").set_input_files(file)
        self._page.get_by_role("button", name="Upload").click()
        told = self._page.get_by_text(re.compile(r"^asset:[0-9a-f]{64}/")).first
        address = told.inner_text().strip()
        if shot:
            self._shots.take(self._page, shot)
        return address
