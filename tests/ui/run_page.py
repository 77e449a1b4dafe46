"""The page of a flow run in Prefect's UI: its state, its tabs, and what its menu offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Locator, Page, expect

from tests.ui.artifact_page import ArtifactPage
from tests.ui.fields import Answer, SchemaForm
from tests.ui.looking import looking, press
from tests.ui.shots import Shots


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
        looking(self.page, badge.is_visible, f"the run never was {' or '.join(states)}")
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

    def wait_for_log(self, words: str) -> str:
        """Wait until the log has these words; all of its lines. They come a second or two after the state."""
        log = self.tab("Logs")
        looking(self.page, log.get_by_text(words).first.is_visible, f"the log never said {words!r}")
        return log.inner_text()

    def open_artifact(self, title: str) -> ArtifactPage:
        """From the run's artifacts to the newest one of this title."""
        card = self.tab("Artifacts").get_by_role("link").filter(has_text=title)
        looking(self.page, card.first.is_visible, f"the run has no artifact {title!r}")
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
            press(self.page.get_by_role("alertdialog"), "Retry", done="Flow run scheduled for retry")

    def cancel(self) -> None:
        """Choose Cancel, and confirm."""
        with self._leaving_state():
            self._menu("Cancel")
            press(self.page.get_by_role("alertdialog"), "Cancel Flow Run", done="Flow run cancelled")

    def resume(self, says: str, *, shot: str | None = None, keep: bool = False, **answers: Answer) -> None:
        """Choose Resume, see that the form says so, answer the fields that are named, and confirm."""
        with self._leaving_state():
            self._menu("Resume")
            dialog = self.page.get_by_role("dialog")
            form = SchemaForm(dialog)
            expect(dialog).to_contain_text(says)
            expect(form.field("Decision")).to_be_visible()
            for label, answer in answers.items():
                form.fill(label, answer)
            if shot:
                self.shot(shot, keep=keep)
            press(dialog, "Resume", done="Flow run resumed")

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
