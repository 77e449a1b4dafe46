"""The page of a flow run in Prefect's UI: its state, its tabs, and what its menu offers."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.ui.fields import SchemaForm
from tests.ui.shots import Shots

RUN_TIMEOUT_SECONDS = 60
LIVE = ("Running", "Pending", "Scheduled", "Late", "Cancelling", "AwaitingRetry", "Resuming", "AwaitingConcurrencySlot")


class RunPage:
    """One run, as the page shows it."""

    def __init__(self, page: Page, shots: Shots) -> None:
        self.page = page
        self._shots = shots

    @property
    def run_id(self) -> str:
        """The run's id, from the page's address."""
        found = re.search(r"/flow-run/([0-9a-f-]{36})", self.page.url)
        assert found, self.page.url
        return found[1]

    def wait_for(self, *states: str) -> str:
        """Wait until the page shows one of these states; which."""
        badge = self._badge(*states)
        self._looking(badge.first.is_visible, f"the run never was {' or '.join(states)}")
        return badge.first.inner_text().strip()

    def shot(self, name: str, *, keep: bool = False) -> None:
        """Picture the page."""
        self._shots.take(self.page, name, keep=keep)

    def tab(self, name: str) -> Locator:
        """Open a tab; what it holds."""
        self.page.get_by_role("tab", name=name, exact=True).click()
        panel = self.page.get_by_role("tabpanel", name=name, exact=True)
        expect(panel).to_be_visible()
        return panel

    def message(self) -> str:
        """The state's message, as the details tell it."""
        panel = self.tab("Details")
        told = panel.get_by_text("State Message", exact=True).locator("xpath=following-sibling::*[1]")
        return told.inner_text().strip()

    def retry(self) -> None:
        """Choose Retry, and confirm."""
        self._menu("Retry")
        self.page.get_by_role("alertdialog").get_by_role("button", name="Retry", exact=True).click()
        expect(self.page.get_by_text("Flow run scheduled for retry")).to_be_visible()

    def cancel(self) -> None:
        """Choose Cancel, and confirm."""
        self._menu("Cancel")
        self.page.get_by_role("alertdialog").get_by_role("button", name="Cancel Flow Run", exact=True).click()
        expect(self.page.get_by_text("Flow run cancelled")).to_be_visible()

    def resume(self, **answers: str | float | bool) -> None:
        """Choose Resume, answer the fields that are named, and confirm."""
        self._menu("Resume")
        dialog = self.page.get_by_role("dialog")
        form = SchemaForm(dialog)
        for label, value in answers.items():
            form.fill(label, value)
        self.shot("resume")
        dialog.get_by_role("button", name="Resume", exact=True).click()
        expect(self.page.get_by_text("Flow run resumed")).to_be_visible()

    def _menu(self, item: str) -> None:
        """The three dots, and one of what they offer. What is offered depends on the state that the page knows of."""
        self.page.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def _badge(self, *states: str) -> Locator:
        """The badge of the state: the page's own, in its head."""
        words = re.compile(rf"^({'|'.join(map(re.escape, states))})$")
        return self.page.locator("main").get_by_text(words)

    def _looking(self, seen: Callable[[], bool], complaint: str) -> None:
        """Look until it is seen. Whoever comes back to a tab is shown the news at once, else within five seconds."""
        for _ in range(RUN_TIMEOUT_SECONDS * 4):
            if seen():
                return
            self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            self.page.wait_for_timeout(250)
        self.shot("stuck")
        raise AssertionError(f"{complaint}; the page says:\n{self.page.locator('main').inner_text()}")
