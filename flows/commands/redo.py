"""`longtake redo`: another take of a clip, or an older one again, by the video's name alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from flows.commands.jobs import opened_ledger
from flows.commands.render import render_request
from flows.form.takes import use_takes
from flows.means.stores import open_store
from flows.request import Request
from longtake.errors import SettingError
from longtake.redo import check_redo
from longtake.requests import read_request
from longtake.settings import load_settings


def redo_command(
    video: str,
    clips: tuple[int, ...],
    takes: Iterable[str],
    budget_usd: float | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Render the video as it was last asked for, with another take of some clips, and older ones of others."""
    chosen = dict(map(_clip_and_take, takes))
    if not (clips or chosen):
        raise SettingError("no clip is named.", where="--clip", hint="Say --clip 7 for a new take, --take 7=1 for one.")
    settings = load_settings()
    store = open_store(settings)
    last = read_request(video, store)
    words = dict(last.parameters) | {"redo": clips}
    if budget_usd is not None:
        words["budget_usd"] = budget_usd
    request = Request.from_parameters(video, last.storyboard, words)
    check_redo(clips, request.options, chosen)
    if chosen:
        with opened_ledger(settings) as ledger:
            asyncio.run(use_takes(request, chosen, ledger, store, where="--take"))
    render_request(request, as_json=as_json, yes=yes)


def _clip_and_take(word: str) -> tuple[int, int]:
    clip, equals, take = word.partition("=")
    if not (equals and clip.strip().isdecimal() and take.strip().isdecimal()):
        raise SettingError(f"{word!r} names no take.", where="--take", hint="Say the clip and its take, such as 7=1.")
    return int(clip), int(take)
