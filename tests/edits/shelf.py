"""A store in which the clips of a talk exist without having been rendered: what is left to be paid for another?"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from typing_extensions import override

from longtake.assets import FolderStore, Store
from longtake.checks import Verdict
from longtake.grid import FRAMES_PER_SECOND
from longtake.looks import fit_look, looks_of, video_size
from longtake.loudness import LoudnessPreset, preset_named
from longtake.options import RenderOptions
from longtake.orders import ClipRecord, order_for, save_clip
from longtake.passages import Passage, prepare_lines, speak_passage
from longtake.prepared import PreparedLine
from longtake.shots import Shot, plan_shots, split_shots
from longtake.speech import Speech, Voice, open_voice
from longtake.speech.book import LocalBook
from longtake.storyboard import Line, Scene, Speaker, Storyboard
from longtake.timeline import VideoTimeline, build_timeline
from tests.command_line import portrait
from tests.edits.talks import Talk
from tests.speech.counting_voice import CountingVoice


class HearingVoice(CountingVoice):
    """espeak-ng with a prosody: what is said before and after a sentence makes it a little faster or slower."""

    def __init__(self, *, best_characters: int = 0) -> None:
        super().__init__("en-gb+f3")
        self._best_characters = best_characters

    @property
    @override
    def identity(self) -> dict[str, str | int | float | bool | None]:
        return {"engine": "hearing"}

    @property
    @override
    def best_characters(self) -> int:
        return self._best_characters

    @property
    @override
    def hears_context(self) -> bool:
        return True

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        speech = await super().speak(text)
        tempo = random.Random(f"{before}|{after}").uniform(0.96, 1.04)
        places = np.arange(0, len(speech.samples) - 1, tempo)
        samples = np.interp(places, np.arange(len(speech.samples)), speech.samples).astype(np.int16)
        return Speech(samples=samples, sample_rate_hz=speech.sample_rate_hz)


class OneVoice(LocalBook):
    """Every speaker has the same voice."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @override
    def named(self, spec: str | None, language: str) -> Voice:
        return self._voice

    @override
    async def voice_for(
        self, line: Line, spec: str | None, language: str, say: Mapping[str, str], preset: LoudnessPreset, store: Store
    ) -> Voice:
        return self._voice


@dataclass(frozen=True)
class Plan:
    """Where everything of a talk stands, and its slots."""

    timeline: VideoTimeline
    shots: tuple[Shot, ...]

    @property
    def to_pay(self) -> list[Shot]:
        """The slots whose clips do not exist."""
        return [shot for shot in self.shots if not shot.rendered]

    @property
    def share(self) -> float:
        """The part of the video's seconds that is to be rendered, 0 to 1."""
        return sum(shot.sent_seconds for shot in self.to_pay) / self.timeline.seconds

    def holding(self, text: str) -> list[Shot]:
        """The slots in which a sentence is heard."""
        (sentence,) = [each for each in self.timeline.sentences if text in each.text]
        start, end = (seconds * FRAMES_PER_SECOND for seconds in (sentence.start_seconds, sentence.end_seconds))
        return [shot for shot in self.shots if shot.start_frame < end and start < shot.end_frame]


class Shelf:
    """Clips that exist, and plans in which they cost nothing."""

    def __init__(self, folder: Path, voice: Voice | None = None, *, resolution: str = "720p") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.store = FolderStore(folder / "store")
        self._image = self.store.put(portrait(folder / "ada.png", size=(1280, 720)))
        self._book = OneVoice(voice or open_voice("en-gb+f3", "en"))
        self._options = RenderOptions.model_validate(
            {"providers": ("fal",), "model": "omnihuman-1.5", "resolution": resolution, "shape": "16:9"}
        )

    def plan(self, talk: Talk) -> Plan:
        """The plan of a talk."""
        scenes = (Scene(lines=tuple(Line(speaker="Ada", text=" ".join(p)) for p in scene)) for scene in talk.scenes)
        board = Storyboard(speakers={"Ada": Speaker(image=self._image.address)}, scenes=tuple(scenes))
        lines = asyncio.run(prepare_lines(board, self._speak, _no_recordings, self._book))
        timeline = build_timeline(board, lines, self.store)
        (look,) = looks_of(board)
        fitted = fit_look(look, video_size((look,), self._options, self.store), self._options, self.store)
        return Plan(timeline, plan_shots(timeline, {look: fitted}, self._options, self.store))

    async def _speak(self, passage: Passage) -> tuple[PreparedLine, ...]:
        return await speak_passage(passage, preset_named("podcast"), self.store, self._book)

    def render(self, plan: Plan) -> None:
        """Let the clips of a plan exist: a few bytes stand for each."""
        chunks = split_shots(plan.timeline, plan.shots, self.store)
        clip = self.store.put(b"a clip", suffix=".mp4")
        for shot, chunk in zip(plan.shots, chunks, strict=True):
            order = order_for(shot.look, chunk, self._options)
            record = ClipRecord(
                order=order,
                asset=clip,
                chunk=chunk,
                image=shot.look.image,
                provider="fal",
                verdict=Verdict(passed=True),
            )
            save_clip(self.store, record)


async def _no_recordings(passage: Passage) -> tuple[PreparedLine, ...]:
    raise AssertionError(passage)
