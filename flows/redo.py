"""`longtake redo`: another take of a clip, by the video's name alone."""

from __future__ import annotations

from flows.commands import render_request
from flows.request import Request
from flows.stores import open_store
from longtake.requests import read_request
from longtake.settings import load_settings


def redo_command(video: str, clips: tuple[int, ...], budget_usd: float | None, *, yes: bool, as_json: bool) -> None:
    """Render the video as it was last asked for, with another take of some clips."""
    last = read_request(video, open_store(load_settings()))
    words = dict(last.parameters) | {"redo": clips}
    if budget_usd is not None:
        words["budget_usd"] = budget_usd
    render_request(Request.from_parameters(video, last.storyboard, words), as_json=as_json, yes=yes)
