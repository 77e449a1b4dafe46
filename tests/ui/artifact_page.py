"""The page of an artifact in Prefect's UI: the text it shows, the pictures in it, and where its links lead."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.ui.looking import looking
from tests.ui.shots import Shots

LOADED = "image => image.complete && image.naturalWidth > 0"


class ArtifactPage:
    """One artifact, as it is drawn."""

    def __init__(self, page: Page, shots: Shots) -> None:
        self.page = page
        self._shots = shots
        self._body = page.get_by_test_id("markdown-display")
        expect(self._body).to_have_text(re.compile(r"\S"))  # what draws Markdown is loaded last

    @property
    def text(self) -> str:
        """All text that is shown."""
        return self._body.inner_text()

    def wait_for(self, words: str) -> None:
        """Wait until the page says so. It is drawn anew when one comes back to its tab."""
        looking(self.page, self._body.get_by_text(words).first.is_visible, f"the page never said {words!r}")

    @property
    def pictures(self) -> list[str]:
        """What pictures show, by their alternative texts, once the browser has loaded each of them."""
        images = self._body.locator("img")
        for image in images.all():
            image.scroll_into_view_if_needed()
            self.page.wait_for_function(LOADED, arg=image.element_handle())
        return [image.get_attribute("alt") or "" for image in images.all()]

    def link(self, words: str) -> str:
        """Where the link of these words leads."""
        address = self._link(words).get_attribute("href")
        assert address, words
        return address

    def follow(self, words: str) -> Page:
        """Click the link of these words; the page behind it, in a tab of its own or this one."""
        self._link(words).click()
        self.page.wait_for_url(lambda address: "/artifacts/" not in address)
        return self.page

    def shot(self, name: str, *, keep: bool = False) -> None:
        """Picture the page from its top."""
        self._body.locator("*").first.scroll_into_view_if_needed()
        self._shots.take(self.page, name, keep=keep)

    def _link(self, words: str) -> Locator:
        return self._body.get_by_role("link", name=words, exact=True).first
