"""Prefect's UI as a producer uses it: the deployment, its form, and the runs that come of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.ui.fields import Answer, SchemaForm
from tests.ui.looking import press
from tests.ui.run_page import RunPage
from tests.ui.shots import Shots

DEPLOYMENT = "long-form-video"


class PrefectUI:
    """A browser's page at the UI that Prefect's server shows by default."""

    def __init__(self, page: Page, url: str, shots: Shots) -> None:
        self.page = page
        self.shots = shots
        self.foreign: set[str] = set()
        self._url = url
        page.route(lambda address: not _is_here(address), self._refuse)

    def open_deployment(self) -> None:
        """From the first page to the deployment, by the links that are there."""
        self.page.goto(self._url)
        self.page.get_by_role("link", name="Deployments", exact=True).click()
        self.page.get_by_role("link", name=DEPLOYMENT, exact=True).first.click()
        expect(self.page.get_by_role("button", name="Run", exact=True)).to_be_visible()

    def custom_run(self) -> RunForm:
        """Run, Custom run: an empty form."""
        self.open_deployment()
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_role("menuitem", name="Custom run").click()
        return self._form()

    def copy(self, run: RunPage) -> RunForm:
        """Copy to new run: the form, filled in as it was for that run."""
        run.open()
        self.page.get_by_role("button", name="Open menu").first.click()
        self.page.get_by_role("menuitem", name="Copy to new run").click()
        return self._form()

    def _form(self) -> RunForm:
        expect(self.page.get_by_role("button", name="Submit", exact=True)).to_be_visible()
        form = RunForm(self.page, self.shots)
        form.wait_for("presenter")  # which asks the server for blocks, and is drawn last
        return form

    def _refuse(self, route: Route) -> None:
        """Nothing outside this machine is reached by a test."""
        self.foreign.add(urlsplit(route.request.url).hostname or "")
        route.abort()


class RunForm:
    """The form of a custom run."""

    def __init__(self, page: Page, shots: Shots) -> None:
        self._page = page
        self._shots = shots
        self._fields = SchemaForm(page.locator("form"))

    def fill(self, **answers: Answer) -> RunForm:
        """Fill in fields by their labels."""
        for label, value in answers.items():
            self._fields.fill(label, value)
        return self

    def wait_for(self, label: str) -> None:
        """Wait until a field is drawn."""
        expect(self._fields.field(label)).to_be_visible()

    def value(self, label: str) -> str:
        """What stands in a field."""
        return self._fields.value(label)

    def shot(self, name: str, *, at: str | None = None, above: int | None = None, keep: bool = False) -> RunForm:
        """Picture the form from its top, or around a field."""
        place = self._fields.field(at) if at else self._page.locator("form").get_by_role("textbox").first
        place.evaluate("place => place.scrollIntoView({block: 'center'})")
        self._shots.take(self._page, name, keep=keep, above=above)
        return self

    def submit(self) -> RunPage:
        """Submit, and follow the link that appears to the run's page."""
        view = self._page.get_by_role("button", name="View run")
        expect(view).to_have_count(0)  # that of the last run
        press(self._page.locator("main"), "Submit", done="scheduled to start now")
        view.click()
        self._page.wait_for_url(re.compile(r"/runs/flow-run/"))
        self._page.mouse.move(0, 0)  # the message that offered the link stays while the pointer is on it
        return RunPage(self._page, self._shots)


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in ("data", "blob") or parts.hostname in ("127.0.0.1", "localhost")
