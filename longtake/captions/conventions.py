"""The numbers that captions keep to."""

from __future__ import annotations

LINE_WIDTH = 42.0
"""Characters of a line; one in Chinese, Japanese or Korean counts as 42/16, so that a line has 16 of them."""

LINES = 2
SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 7.0
READ_CHARACTERS_PER_SECOND = 20.0
"""What grown-ups read without haste: a cue is held for as long as that takes, where there is room."""

CLOSED_GAP_SECONDS = 0.5
"""A gap between two cues that is shorter is closed: a text that blinks is hard to read."""
