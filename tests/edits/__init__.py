"""Tests of what an edit of a script costs."""
