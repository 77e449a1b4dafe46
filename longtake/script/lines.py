"""Where the values of some data stand in their file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]

DEEPEST_NESTING = 20


class Lines:
    """Where each value of some data stands: its path (keys and indexes) to its line number."""

    def __init__(self) -> None:
        self._line_of: dict[Path, int] = {}

    def __setitem__(self, path: Path, line: int) -> None:
        self._line_of[path] = line

    def __contains__(self, path: Path) -> bool:
        return path in self._line_of

    def moved(self, places: Mapping[Path, Path]) -> Lines:
        """The lines of the same data after some of its parts moved to other paths; what moved to () is gone."""
        moved = Lines()
        for path, line in self._line_of.items():
            start = next((path[:length] for length in range(1, len(path) + 1) if path[:length] in places), None)
            if start is None:
                moved[path] = line
            elif places[start]:
                moved[(*places[start], *path[len(start) :])] = line
        return moved

    def __getitem__(self, path: Path) -> int | None:
        """The line of the value at `path`, or of the nearest value around it that has one."""
        for length in range(len(path), -1, -1):
            line = self._line_of.get(path[:length])
            if line:
                return line
        return None
