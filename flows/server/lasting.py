"""The lasting server: how `longtake up` says where it is, and how other commands find it."""

from __future__ import annotations

import os
from pathlib import Path

import httpx
from pydantic import ValidationError

from longtake.errors import LongtakeError
from longtake.frozen import Frozen
from longtake.settings import Settings

DEPLOYMENT = "long-form-video/long-form-video"


class LastingServer(Frozen):
    """A Prefect server that stays: its API, its UI, and the door to the store if there is one."""

    api_url: str
    door_url: str | None = None

    @property
    def ui_url(self) -> str:
        """Where the UI is."""
        return self.api_url.removesuffix("/api")

    def is_up(self) -> bool:
        """Whether the server answers."""
        try:
            with_tls = self.api_url.startswith("https:")  # without, the certificates need not be read: 20 ms
            return httpx.get(f"{self.api_url}/health", timeout=2, verify=with_tls).is_success
        except httpx.HTTPError:
            return False


def note_path(home: Path) -> Path:
    """The file in which a running `longtake up` says where it is."""
    return home / "server.json"


def find_lasting_server(settings: Settings) -> LastingServer | None:
    """The server that PREFECT_API_URL names, else the one that `longtake up` started here; None when there is none.

    Raises LongtakeError when PREFECT_API_URL names a server that does not answer.
    """
    named = os.environ.get("PREFECT_API_URL")
    if named:
        server = LastingServer(api_url=named)
        if not server.is_up():
            raise LongtakeError(
                f"no Prefect server answers at PREFECT_API_URL ({named}): start it, or unset the variable"
            )
        return server
    try:
        server = LastingServer.model_validate_json(note_path(settings.home_path).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    return server if server.is_up() else None
