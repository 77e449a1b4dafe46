"""How loud a finished video is to be: targets as data."""

from __future__ import annotations

from pydantic import Field

from longtake.errors import SettingError
from longtake.frozen import Frozen


class LoudnessPreset(Frozen):
    """A target as a listener's stereo player gives it: integrated loudness, and the highest true peak allowed.

    A mono file plays on both sides, which is 3 LU louder than its one channel alone. All loudness here counts it so
    (ebur128 with dualmono).
    """

    name: str
    integrated_lufs: float = Field(ge=-40, le=-5)
    true_peak_dbtp: float = Field(ge=-20, le=0)


PRESETS: tuple[LoudnessPreset, ...] = (
    # Apple Podcasts, audio requirements: -16 dB LKFS +-1, true peak not above -1 dBFS. Half a dB more is left to the
    # codecs that a hoster may put behind ours.
    LoudnessPreset(name="podcast", integrated_lufs=-16.0, true_peak_dbtp=-1.5),
    # YouTube turns down what is louder than -14 LUFS and never turns up (its "stats for nerds" show the difference;
    # no public document names the figure). It re-encodes everything, so the peak leaves room for that.
    LoudnessPreset(name="youtube", integrated_lufs=-14.0, true_peak_dbtp=-1.5),
    # EBU R 128: -23 LUFS, true peak not above -1 dBTP.
    LoudnessPreset(name="broadcast", integrated_lufs=-23.0, true_peak_dbtp=-1.0),
)


def preset_named(name: str) -> LoudnessPreset:
    """The preset of that name. Raises SettingError, which names those there are."""
    for preset in PRESETS:
        if preset.name == name.strip().lower():
            return preset
    known = ", ".join(preset.name for preset in PRESETS)
    raise SettingError(f"there is no loudness preset {name[:60]!r}.", where="loudness", hint=f"Choose one of: {known}.")
