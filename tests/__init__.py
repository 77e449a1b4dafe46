"""Tests, and the programs that they start as `python -m tests.…`."""

from longtake.garbage import collect_seldom

collect_seldom()
