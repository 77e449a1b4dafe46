"""`longtake` that kills itself at a named point: python -m tests.paid.killed_cli POINT render ..."""

from __future__ import annotations

import sys

from flows.cli import main
from tests.paid.driver import kill_at

if __name__ == "__main__":
    kill_at(sys.argv.pop(1), 1)
    main()
