"""What a firing's page says of its items."""

from __future__ import annotations

from markdown_it import MarkdownIt

from flows.firing.report import MOST_LINES, Report, Told, page_text

HOSTILE = "![seen](http://evil.example/x.png) <b>[click](http://evil.example)</b>"


def test_names_of_items_stay_words_and_each_has_a_line_of_its_own() -> None:
    failed = tuple(Told(name=name, text="failed: it has no words") for name in (HOSTILE, "monday"))
    report = Report(inbox="/srv/`inbox`", failed=failed)
    tokens = MarkdownIt("commonmark").parse(page_text(report))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "text_special", "code_inline"}
    assert [token.type for token in tokens].count("list_item_open") == len(failed)
    assert "2 failed" in tokens[1].content


def test_an_inbox_of_thousands_has_a_page_that_can_be_read() -> None:
    waiting = tuple(
        Told(name=f"item {number}", text="waits: its files have only just changed") for number in range(1_000)
    )
    text = page_text(Report(inbox="s3://videos/inbox", waiting=waiting))
    assert len(text.splitlines()) < MOST_LINES + 10
    assert f"and {1_000 - MOST_LINES} more" in text
