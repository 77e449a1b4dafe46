"""Runs a module as `python -m` does, in a process that ends when its stdin is closed, as when its parent was killed.

It is to be started in a session of its own: what the module started is in the same group, and ends with it.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

STOP_TIMEOUT_SECONDS = 5


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOP_TIMEOUT_SECONDS)
    os.killpg(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
