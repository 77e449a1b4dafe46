"""`longtake emulate`: the three providers on this machine, for trying a paid run without money."""

from __future__ import annotations


def emulate_command(port: int) -> None:
    """Run until Ctrl-C."""
    from emulators.launch import emulate_command as run

    run(port)
