"""What a paid video was last asked for, kept in the store, so that `redo` and `accept` need its name only."""

from __future__ import annotations

from typing import Any

from longtake.assets import Store, content_key
from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.storyboard import Storyboard

REQUESTS = "requests/"


class VideoRequest(Frozen):
    """The parameters that a video's flow was last run with, and its storyboard with every file named by content."""

    video: str
    parameters: dict[str, Any]
    storyboard: Storyboard


def save_request(request: VideoRequest, store: Store) -> None:
    """Keep it in place of the older one."""
    store.write_record(_name(request.video), request.model_dump_json().encode())


def read_request(video: str, store: Store) -> VideoRequest:
    """The video's last request. Raises SettingError when there is none."""
    data = store.read_record(_name(video))
    if data is None:
        known = sorted(filter(None, (_video(store.read_record(name)) for name in store.record_names(REQUESTS))))
        hint = f"Known: {', '.join(known)}." if known else "None was, with this store."
        raise SettingError(f"no video {video!r} was ever rendered by a provider.", where="VIDEO", hint=hint)
    return VideoRequest.model_validate_json(data)


def _video(data: bytes | None) -> str | None:
    return VideoRequest.model_validate_json(data).video if data else None


def _name(video: str) -> str:
    return f"{REQUESTS}{content_key(video)}.json"
