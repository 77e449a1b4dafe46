"""`make demo`: renders the example with the free preview provider and tells where the video lies."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUT = Path("out") / "two-speakers.mp4"


def main() -> int:
    """Run the very command that a user would type."""
    command = ["render", "examples/two-speakers.md", "-o", str(OUTPUT)]
    print(f"longtake {' '.join(command)}", flush=True)
    OUTPUT.parent.mkdir(exist_ok=True)
    return subprocess.run([sys.executable, "-m", "flows.cli", *command], cwd=HERE.parent, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
