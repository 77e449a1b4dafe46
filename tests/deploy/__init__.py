"""Tests of how Longtake runs for a team."""
