"""The page of a flow run in Prefect's UI: its state, its tabs, and what its menu offers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.ui.artifact_page import ArtifactPage
from tests.ui.fields import Answer, SchemaForm
from tests.ui.shots import Shots

RUN_TIMEOUT_SECONDS = 60


class RunPage:
    """One run, as the page shows it."""

    def __init__(self, page: Page, shots: Shots) -> None:
        self.page = page
        self._shots = shots
        self._address = page.url

    def open(self) -> None:
        """Come back to the run from wherever its links have led: there is a link back, or its address."""
        back = self.page.locator(f"a[href*='{self._address.rpartition('/')[2]}']")
        if back.count():
            back.first.click()
        else:
            self.page.goto(self._address)
        expect(self._head()).to_be_visible()

    def wait_for(self, *states: str) -> str:
        """Wait until the page shows one of these states; which."""
        badge = self._badge(*states)
        self._looking(badge.is_visible, f"the run never was {' or '.join(states)}")
        return badge.inner_text().strip()

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

    def open_artifact(self, title: str) -> ArtifactPage:
        """From the run's artifacts to the newest one of this title."""
        card = self.tab("Artifacts").get_by_role("link").filter(has_text=title)
        self._looking(card.first.is_visible, f"the run has no artifact {title!r}")
        card.first.click()
        self.page.wait_for_url(re.compile(r"/artifacts/"))
        if "/artifacts/key/" in self.page.url:  # all artifacts of that key are listed first, each by a part of its id
            self._shots.take(self.page, "artifact-key")
            self.page.get_by_test_id(re.compile("^timeline-card-")).first.get_by_role("link").first.click()
        return ArtifactPage(self.page, self._shots)

    def retry(self) -> None:
        """Choose Retry, and confirm."""
        with self._leaving_state():
            self._menu("Retry")
            self.page.get_by_role("alertdialog").get_by_role("button", name="Retry", exact=True).click()
            expect(self.page.get_by_text("Flow run scheduled for retry")).to_be_visible()

    def cancel(self) -> None:
        """Choose Cancel, and confirm."""
        with self._leaving_state():
            self._menu("Cancel")
            self.page.get_by_role("alertdialog").get_by_role("button", name="Cancel Flow Run", exact=True).click()
            expect(self.page.get_by_text("Flow run cancelled")).to_be_visible()

    def resume(self, shot: str | None = None, **answers: Answer) -> str:
        """Choose Resume, answer the fields that are named, and confirm; what the form says."""
        with self._leaving_state():
            self._menu("Resume")
            dialog = self.page.get_by_role("dialog")
            form = SchemaForm(dialog)
            expect(form.field("Decision")).to_be_visible()
            told = dialog.inner_text()
            for label, answer in answers.items():
                form.fill(label, answer)
            if shot:
                self.shot(shot, keep=True)
            dialog.get_by_role("button", name="Resume", exact=True).click()
            expect(self.page.get_by_text("Flow run resumed")).to_be_visible()
        return told

    @contextmanager
    def _leaving_state(self) -> Iterator[None]:
        """What is done here ends the state that the page shows."""
        state = self._head().inner_text().strip()
        yield
        expect(self._badge(state)).to_have_count(0)

    def _menu(self, item: str) -> None:
        """The three dots, and one of what they offer. What is offered depends on the state that the page knows of."""
        self.page.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def _head(self) -> Locator:
        """The badge of the run's state, below its name."""
        trail = self.page.get_by_role("navigation", name="breadcrumb")
        return trail.locator("xpath=following-sibling::*[1]").locator("[data-slot=badge]").first

    def _badge(self, *states: str) -> Locator:
        """The same, as long as the state is one of these."""
        return self._head().filter(has_text=re.compile(rf"^({'|'.join(map(re.escape, states))})$"))

    def _looking(self, seen: Callable[[], bool], complaint: str) -> None:
        """Look until it is seen. Whoever comes back to a tab is shown the news at once, else within five seconds."""
        for _ in range(RUN_TIMEOUT_SECONDS * 4):
            if seen():
                return
            self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            self.page.wait_for_timeout(250)
        self.shot("stuck")
        raise AssertionError(f"{complaint}; the page says:\n{self.page.locator('main').inner_text()}")
