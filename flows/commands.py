"""What the commands do: read the request, answer it from the manifest, or run the flow here or on a server."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flows.display import progress_shown, show_plan, show_result
from longtake.assets import Store
from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.generation import provider_for
from longtake.inputs import address_inputs, pin_inputs, read_inputs, told_by_given_names
from longtake.manifest import VideoResult, finished, request_key
from longtake.options import RenderOptions, choose_options
from longtake.planning import VideoPlan, plan_video
from longtake.progress import Listener, listen
from longtake.settings import load_settings
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


def _must_not_be_an_input(target: Path, storyboard: Storyboard) -> None:
    """A recording may be an MP4 of the very name that the video would get."""
    from longtake.script import files_of

    if target.exists() and any(Path(name).exists() and target.samefile(name) for name in files_of(storyboard)):
        raise SettingError(
            "the video would be written over this file, which it is made from.",
            where=str(target),
            hint="Choose another name with --output.",
        )


def render_command(request: Request, *, as_json: bool) -> None:
    """Render the video, unless it is finished, and tell about it."""
    result = finished(request.output, _key(request)) or _render(request)
    if as_json:
        print(result.model_dump_json(indent=2))  # noqa: T201
    else:
        show_result(result)


def _key(request: Request) -> str:
    return request_key(address_inputs(request.storyboard), request.options, request.video)


def _render(request: Request) -> VideoResult:
    from flows.start import run_flow

    settings = load_settings()
    provider_for(request.options)
    with progress_shown() as listener:
        listener.note(f"{request.video}: reading and preparing.")
        return run_flow(request.storyboard, request.options, request.video, request.output, settings, listener)


def plan_command(request: Request, *, as_json: bool) -> None:
    """Show the plan."""
    store = load_settings().open_store()
    with progress_shown() as listener:
        plan = asyncio.run(_plan(request, store, listener))
    if as_json:
        print(plan.model_dump_json(indent=2))  # noqa: T201
    else:
        show_plan(plan)


async def _plan(request: Request, store: Store, listener: Listener) -> VideoPlan:
    listen(listener)
    with told_by_given_names(request.storyboard):
        return await plan_video(pin_inputs(request.storyboard, store), request.options, request.video, store)


def prune_command(keep_days: float, *, dry_run: bool) -> None:
    """Free space in the store."""
    from longtake.assets.prune import prune

    report = prune(load_settings().open_store(), keep_days=keep_days, dry_run=dry_run)
    verb = "would free" if dry_run else "freed"
    print(  # noqa: T201
        f"{verb} {report.freed_bytes / 1e6:,.1f} MB in {report.removed_files} files; "
        f"{report.kept_paid_clips} paid clips are kept"
    )


def schema_command() -> None:
    """Print the schema of scripts in YAML and JSON."""
    from longtake.script import storyboard_schema_text

    print(storyboard_schema_text(), end="")  # noqa: T201
