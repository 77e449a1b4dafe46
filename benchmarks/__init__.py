"""Measurements: speed and memory, side by side in one run with what a user would take instead."""
