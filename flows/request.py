"""A request: what a person asked for on the command line, read and checked."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from longtake.assets import Store
from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.inputs import address_inputs, pin_inputs, read_inputs, told_by_given_names
from longtake.manifest import request_key
from longtake.options import RenderOptions, choose_options
from longtake.planning import VideoPlan, plan_video
from longtake.storyboard import Storyboard


class Request(Frozen):
    """What a person asked for, read and checked: files exist, options fit together."""

    storyboard: Storyboard
    options: RenderOptions
    video: str
    output: Path

    @classmethod
    def from_words(
        cls,
        script: Path | None,
        image: str | None,
        audio: str | None,
        output: Path | None,
        provider: str,
        model: str,
        resolution: str,
        shape: str,
        fit: str,
        loudness: str,
        reencode: bool,
    ) -> Request:
        """Read what was typed. Raises BadInput that names the option, or the script's line."""
        options = choose_options(
            provider,
            model=model,
            resolution=resolution,
            shape=shape,
            fit=fit,
            loudness=loudness,
            reencode=reencode,
        )
        storyboard = read_inputs(script, image=image, audio=audio)
        source = script or Path(audio or "video")
        target = (output or Path(f"{source.stem}.mp4")).expanduser().absolute()
        if target.suffix.lower() != ".mp4":
            raise SettingError(f"{target.name} is no MP4.", where="--output", hint="Let its name end in .mp4.")
        _must_not_be_an_input(target, storyboard)
        return cls(storyboard=storyboard, options=options, video=storyboard.id or target.stem, output=target)

    @property
    def key(self) -> str:
        """Stands for all that the video depends on. Reads every file once."""
        return request_key(address_inputs(self.storyboard), self.options, self.video)

    async def plan(self, store: Store) -> VideoPlan:
        """Bring the files into the store, prepare the sound, and plan. Errors speak of the files' own names."""
        with told_by_given_names(self.storyboard):
            pinned = await asyncio.to_thread(pin_inputs, self.storyboard, store)
            return await plan_video(pinned, self.options, self.video, store)

    def parameters(self, store: Store) -> dict[str, Any]:
        """The flow's parameters. The storyboard becomes an asset: what a run on any machine reads."""
        pinned = pin_inputs(self.storyboard, store)
        return {
            "script": store.put(pinned.model_dump_json().encode(), suffix=".json").address,
            "video": self.video,
            "output": str(self.output),
            "provider": ",".join(self.options.providers),
            **self.options.model_dump(mode="json", exclude={"providers"}),
        }


def _must_not_be_an_input(target: Path, storyboard: Storyboard) -> None:
    """A recording may be an MP4 of the very name that the video would get."""
    from longtake.script import files_of

    if target.exists() and any(Path(name).exists() and target.samefile(name) for name in files_of(storyboard)):
        raise SettingError(
            "the video would be written over this file, which it is made from.",
            where=str(target),
            hint="Choose another name with --output.",
        )
