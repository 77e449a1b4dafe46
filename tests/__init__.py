"""Tests, and the programs that they start as `python -m tests.…`."""

import gc

# What is imported stays: looking through it for garbage, as often as Python does, is a tenth of a program's start.
gc.set_threshold(50_000, 20, 100)
