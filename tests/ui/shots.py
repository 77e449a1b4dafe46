"""Screenshots of each step: test output, and the pictures of the guide."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import FloatRect, Page

MOST_COLOURS = 128


class Shots:
    """Takes numbered pictures of a page into a folder; those that have a name also go to the guide's."""

    def __init__(self, folder: Path, kept: Path | None) -> None:
        self._folder = folder
        self._kept = kept
        self._count = 0

    def take(self, page: Page, name: str, *, keep: bool = False, above: int | None = None) -> None:
        """Picture what the page shows now, down to so many pixels. `keep`: the guide or the README shows it."""
        self._count += 1
        size = page.viewport_size
        assert size
        clip: FloatRect = {"x": 0, "y": 0, "width": size["width"], "height": above or size["height"]}
        picture = page.screenshot(animations="disabled", caret="hide", clip=clip)
        (self._folder / f"{self._count:02d}-{name}.png").write_bytes(picture)
        if keep and self._kept:
            self._kept.mkdir(parents=True, exist_ok=True)
            small = Image.open(io.BytesIO(picture)).convert("RGB").quantize(MOST_COLOURS, dither=Image.Dither.NONE)
            small.save(self._kept / f"{name}.png", optimize=True)
