"""Every room of the core can be the first that is imported: which one a program begins with is its own affair."""

from __future__ import annotations

import subprocess
import sys

from tests.test_layout import ROOT, modules

PROGRAM = """
import importlib, os, sys, traceback
import av, boto3, httpx, markdown_it, numpy, PIL.Image, pydantic, sentencex, soundfile, sqlalchemy, yaml
for name in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            importlib.import_module(name)
        except BaseException:
            print(name, traceback.format_exc(), flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_every_room_is_imported_alone() -> None:
    rooms = [name for name, path in modules().items() if name.startswith("longtake.") and path.name == "__init__.py"]
    assert len(rooms) > 15
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *rooms], check=True, capture_output=True, text=True, cwd=ROOT, timeout=120
    )
    assert done.stdout == ""
