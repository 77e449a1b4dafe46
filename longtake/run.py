"""What all steps of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field

from longtake.assets import Store
from longtake.loudness import LoudnessPreset, preset_named
from longtake.options import RenderOptions
from longtake.orders import Takes
from longtake.speech import LOCAL, VoiceBook


@dataclass(frozen=True)
class Run:
    """A run's options, its video's lasting name, its store, and the voices it speaks with.

    `epoch` is the store's at the start: results of older epochs are not trusted. `takes` tells of which clips another
    take than the first counts.
    """

    options: RenderOptions
    video: str
    store: Store
    epoch: str
    takes: Takes = field(default_factory=dict)
    book: VoiceBook = LOCAL

    @property
    def preset(self) -> LoudnessPreset:
        """The loudness that the run aims at."""
        return preset_named(self.options.loudness)
