"""What `longtake import` does: writes a script from a file of another kind, and tells what comes next."""

from __future__ import annotations

from pathlib import Path

from longtake.importing import import_file
from longtake.storyboard import NARRATOR


def import_command(file: str, output: str | None) -> None:
    """Import the file and tell where the script is."""
    made = import_file(Path(file), Path(output) if output else None)
    named = [name for name in made.speakers if name != NARRATOR]
    paragraphs = f"{made.lines} {'paragraph' if made.lines == 1 else 'paragraphs'}"
    print(f"{made.path}: {paragraphs}{', spoken by ' + ', '.join(made.speakers) if named else ''}.")  # noqa: T201
    print(f"Next: longtake plan {made.path} --image PORTRAIT")  # noqa: T201
