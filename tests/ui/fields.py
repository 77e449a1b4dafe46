"""A form that Prefect's UI draws from a schema: its fields are found by their labels, as a person finds them."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

CONTROLS = (
    "@role='combobox' or @role='switch' or @role='tab' or self::textarea or self::input or self::button[.='Add item']"
)
JSON_EDITOR = ".cm-content"


class SchemaForm:
    """The fields of a form below some part of the page."""

    def __init__(self, within: Locator) -> None:
        self._within = within

    def field(self, label: str) -> Locator:
        """The smallest part of the page that holds the label and what it labels."""
        named = self._within.locator("label", has_text=re.compile(rf"^{re.escape(label)}( \(Optional\))?$"))
        return named.locator(f"xpath=ancestor::div[.//*[{CONTROLS}]][1]")

    def fill(self, label: str, value: str | float | bool | list[int]) -> None:
        """Answer the field, by whatever it is made of."""
        field = self.field(label)
        field.scroll_into_view_if_needed()
        if isinstance(value, bool):
            field.get_by_role("switch").or_(field.get_by_role("checkbox")).first.set_checked(value)
        elif isinstance(value, list):
            self._add_items(field, value)
        elif field.get_by_role("combobox").count():
            self._choose(field, str(value))
        else:
            self._type(field, str(value))

    def value(self, label: str) -> str:
        """What stands in a field that one types in."""
        field = self.field(label)
        return field.locator("textarea, input").first.input_value()

    def _type(self, field: Locator, text: str) -> None:
        tabs = field.get_by_role("tab")
        if tabs.count():  # a value or none
            tabs.first.click()
        if field.locator(JSON_EDITOR).count():
            field.locator(JSON_EDITOR).fill(text)
            return
        entry = field.locator("textarea, input").first
        entry.fill(text)
        expect(entry).to_have_value(text)

    def _choose(self, field: Locator, option: str) -> None:
        field.get_by_role("combobox").click()
        chosen = self._within.page.get_by_role("option", name=option, exact=True)
        chosen.click()
        expect(field.get_by_role("combobox")).to_contain_text(option)

    def _add_items(self, field: Locator, items: list[int]) -> None:
        for item in items:
            entries = field.locator("input")
            count = entries.count()
            field.get_by_role("button", name="Add item").click()
            expect(entries).to_have_count(count + 1)
            entries.last.fill(str(item))
