"""The gains of a video's recordings, pinned: a recording that is cut again sounds the same before the cut.

Without the pin, a new ending would change the measured loudness, with it the gain, and so every sample: all clips would
be new.
"""

from __future__ import annotations

from pathlib import Path

from longtake.assets import Asset, Store, content_key
from longtake.frozen import Frozen
from longtake.loudness import LoudnessPreset
from longtake.prepared import PreparedLine
from longtake.progress import note
from longtake.recordings import level_recording

NEAR_DB = 1.0
"""Another recording of the video is levelled with the same gain when its own would be no further away than this."""


class PinnedGain(Frozen):
    """The gain that a recording was first levelled with in a video."""

    gain_db: float


def level_pinned(path: Path, source: Asset, video: str, preset: LoudnessPreset, store: Store) -> PreparedLine:
    """The recording levelled with the gain that the video has pinned for it, or for one that was nearly as loud.

    Recordings of one video are to be levelled one after the other: the first one's gain is offered to the next.
    """
    folder = f"gains/{content_key([video, preset.name])}/"
    own = store.read_record(f"{folder}{source.sha256}.json")
    if own is not None:
        gain_db = PinnedGain.model_validate_json(own).gain_db
        return level_recording(path, source=source, preset=preset, store=store, gain_db=gain_db).line
    levelled = level_recording(path, source=source, preset=preset, store=store)
    for warning in levelled.warnings:
        note(warning)
    near = [gain for gain in _pinned(folder, store) if abs(gain - levelled.gain_db) <= NEAR_DB]
    gain_db = min(near, key=lambda gain: (abs(gain - levelled.gain_db), gain), default=levelled.gain_db)
    pin = PinnedGain(gain_db=gain_db).model_dump_json().encode()
    kept = PinnedGain.model_validate_json(store.add_record(f"{folder}{source.sha256}.json", pin))
    if kept.gain_db == levelled.gain_db:
        return levelled.line
    return level_recording(path, source=source, preset=preset, store=store, gain_db=kept.gain_db).line


def _pinned(folder: str, store: Store) -> list[float]:
    records = (store.read_record(name) for name in store.record_names(folder))
    return [PinnedGain.model_validate_json(data).gain_db for data in records if data]
