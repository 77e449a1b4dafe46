"""A form that Prefect's UI draws from a schema: its fields are found by their labels, as a person finds them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, expect

CONTROLS = (
    "@role='switch' or @role='tab' or self::textarea or self::input "
    "or self::button[starts-with(., 'Add') or starts-with(@aria-label, 'Select ')]"
)
"""Whatever a field can be made of, in XPath."""

CHOICE = re.compile("^Select ")
"""What a list to choose from is called for those who hear the page."""

Answer = str | float | bool | Sequence[int] | dict[int, int]


class SchemaForm:
    """The fields of a form below some part of the page."""

    def __init__(self, within: Locator) -> None:
        self._within = within

    def field(self, label: str) -> Locator:
        """The smallest part of the page that holds the label and what it labels."""
        named = self._within.locator("label", has_text=re.compile(rf"^{re.escape(label)}( \(Optional\))?$"))
        return named.locator(f"xpath=ancestor::div[.//*[{CONTROLS}]][1]")

    def fill(self, label: str, answer: Answer) -> None:
        """Answer the field, by whatever it is made of: text, a number, a choice, a switch, or a list."""
        field = self.field(label)
        field.scroll_into_view_if_needed()
        if isinstance(answer, bool):
            field.get_by_role("switch").set_checked(answer)
        elif isinstance(answer, dict):
            self._add_items(field, list(answer.items()))
        elif isinstance(answer, Sequence) and not isinstance(answer, str):
            self._add_items(field, [(item,) for item in answer])
        else:
            self._say(field, str(answer))

    def value(self, label: str) -> str:
        """What stands in a field that one types in."""
        return self.field(label).locator("textarea, input").first.input_value()

    def _say(self, field: Locator, words: str) -> None:
        """Type it, or choose what is called so: a tab, or one of a list."""
        tab = field.get_by_role("tab", name=words, exact=True)
        choice = field.get_by_role("button", name=CHOICE)
        if tab.count():
            tab.click()
            expect(tab).to_have_attribute("data-state", "active")
        elif choice.count():
            choice.click()
            self._within.page.get_by_role("option", name=words, exact=True).click()
            expect(choice).to_contain_text(words)
        else:
            entry = field.locator("textarea, input").first
            entry.fill(words)
            expect(entry).to_have_value(words)

    def _add_items(self, field: Locator, items: Sequence[tuple[int, ...]]) -> None:
        """Add items to a list, each of one number or of several that have labels of their own."""
        entries = field.locator("input")
        for item in items:
            count = entries.count()
            field.get_by_role("button", name="Add item").click()
            expect(entries).to_have_count(count + len(item))
            for offset, number in enumerate(item):
                entries.nth(count + offset).fill(str(number))
