"""Waiting for what a page shows."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

TIMEOUT_SECONDS = 60
LOOKS_A_SECOND = 4
MOST_PRESSES = 5


def looking(page: Page, seen: Callable[[], bool], complaint: str) -> None:
    """Look until it is seen, as somebody does who comes back to the tab again and again: then it shows the news.

    Prefect's UI asks for news of a run every five seconds by itself, and for those of logs and artifacts not at all
    once a run waits or has ended.
    """
    for _ in range(TIMEOUT_SECONDS * LOOKS_A_SECOND):
        if seen():
            return
        page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
        page.wait_for_timeout(1000 / LOOKS_A_SECOND)
    raise AssertionError(f"{complaint}; it says:\n{page.locator('main').inner_text()}")


def press(within: Locator, button: str, *, done: str) -> None:
    """Press a button until the page says that it is done.

    A server on SQLite refuses an action while another writer holds its database; the page then says so, and one
    presses again.
    """
    told = within.page.get_by_text(done)
    refused = within.page.locator("[data-sonner-toast][data-type=error]")
    for _ in range(MOST_PRESSES):
        within.get_by_role("button", name=button, exact=True).click()
        expect(told.or_(refused).first).to_be_visible()
        if told.count():
            return
        expect(refused).to_have_count(0)
    raise AssertionError(f"{button} was refused each time")
