"""Imported by every Python that finds it on its path: its process kills itself where a test wants it to."""

from longtake import progress
from tests.asking.killed import kill_itself_when_told

progress.at_milestones(kill_itself_when_told)
