"""The manifest: what a finished video was made of, in a file beside it; and how the next call is answered from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field, ValidationError

from longtake import __version__
from longtake.assets import Asset, content_key
from longtake.checks import Verdict, VideoReport
from longtake.costs import Estimate
from longtake.finish import Finish
from longtake.frozen import Frozen
from longtake.loudness import MasterReport
from longtake.money import MICRO
from longtake.options import PREVIEW, RenderOptions
from longtake.orders import ClipRecord, Order
from longtake.remote import Target, opened_outputs
from longtake.shots import Shot
from longtake.stitch import StitchReport
from longtake.storyboard import Storyboard

RECIPE_NUMBER = 1
"""Raised when the same inputs should give another video, so that old manifests no longer answer for them."""

AI_STATEMENT = "AI-generated: the picture of this video was made by an artificial intelligence from a still portrait."
_YOUNGER_FIELDS = ("say", "intro", "outro", "music", "logo")
_YOUNGER_LINE_FIELDS = ("transcript",)
"""Fields that many a manifest is older than: a storyboard that does not use them has the key that it had without."""

PREVIEW_STATEMENT = "Preview: drawn from a still portrait without any provider. The voice may be AI-generated."


class ManifestClip(Frozen):
    """One slot, where it is in the video: its order, the clip in it, and how that did in its check."""

    shot: Shot
    order: Order
    order_key: str
    clip: Asset
    provider: str
    price_micro_usd: int
    verdict: Verdict


class Companions(Frozen):
    """The files beside a video."""

    manifest: Target
    srt: Target
    vtt: Target


class Manifest(Frozen):
    """Everything that a video was made of. Holds no secret, no local path and no time of day."""

    longtake: str = __version__
    request_key: str = Field(description="Stands for the storyboard, the files it names and the options.")
    video: str = Field(description="The video's lasting name.")
    storyboard: Storyboard
    options: RenderOptions
    asset: Asset
    srt: Asset
    vtt: Asset
    clips: tuple[ManifestClip, ...]
    master: MasterReport
    stitch: StitchReport
    check: VideoReport
    estimates: tuple[Estimate, ...]
    finish: Finish | None = Field(None, description="What stands around the talking and over it, if anything does.")

    @property
    def drafts(self) -> tuple[int, ...]:
        """The numbers of the clips that stand in for ones that could not be rendered."""
        if self.options.is_preview:
            return ()
        return tuple(clip.shot.number for clip in self.clips if clip.provider == PREVIEW)


class VideoResult(Frozen):
    """What a finished run answers."""

    video: str
    output: str | None = Field(description="Where the video lies; None when it is in the store only.")
    asset: Asset
    seconds: float
    width: int
    height: int
    clips: int
    new_clips: int = Field(description="Clips that this run rendered.")
    integrated_lufs: float | None
    problems: tuple[str, ...] = Field(description="What the check of the finished video found wrong.")
    estimates: tuple[Estimate, ...]
    preview: bool
    drafts: tuple[int, ...] = Field((), description="The numbers of clips that are previews, in a draft.")
    paid_usd: dict[str, float] = Field({}, description="What the clips in the video cost, by provider.")
    voices_usd: float = Field(0.0, description="What its voices may have cost in this run.")
    manifest: str | None
    from_manifest: bool = Field(False, description="Whether nothing had to be done.")


def request_key(storyboard: Storyboard, options: RenderOptions, video: str) -> str:
    """Stands for everything that a video depends on. The storyboard names its files by content."""
    plain = storyboard.model_dump(mode="json")
    _leave_out_unused(plain, _YOUNGER_FIELDS)
    for scene in plain["scenes"]:
        for line in scene["lines"]:
            del line["source_line"]
            _leave_out_unused(line, _YOUNGER_LINE_FIELDS)
    chosen = options.model_dump(mode="json")
    if chosen["captions"] == "track":
        del chosen["captions"]  # younger than many a manifest
    return content_key([RECIPE_NUMBER, plain, chosen, video])


def _leave_out_unused(plain: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        if not plain[name]:
            del plain[name]


def companions(output: Target) -> Companions:
    """The files beside the video at `output`."""
    return Companions(
        manifest=output.with_suffix(".manifest.json"), srt=output.with_suffix(".srt"), vtt=output.with_suffix(".vtt")
    )


def clips_of(shots: Sequence[Shot], records: Sequence[ClipRecord]) -> tuple[ManifestClip, ...]:
    """The manifest's rows: every shot with its clip."""
    return tuple(
        ManifestClip(
            shot=shot.model_copy(update={"rendered": True}),
            order=record.order,
            order_key=record.order.key,
            clip=record.asset,
            provider=record.provider,
            price_micro_usd=record.price_micro_usd,
            verdict=record.verdict,
        )
        for shot, record in zip(shots, records, strict=True)
    )


def result_of(manifest: Manifest, output: Target | None, *, new_clips: int, from_manifest: bool = False) -> VideoResult:
    """The answer that a manifest gives."""
    return VideoResult(
        video=manifest.video,
        output=str(output) if output else None,
        asset=manifest.asset,
        seconds=manifest.stitch.seconds,
        width=manifest.stitch.width,
        height=manifest.stitch.height,
        clips=len(manifest.clips),
        new_clips=new_clips,
        integrated_lufs=manifest.check.integrated_lufs,
        problems=manifest.check.problems,
        estimates=manifest.estimates,
        preview=manifest.options.is_preview,
        drafts=manifest.drafts,
        paid_usd=_paid_usd(manifest.clips),
        manifest=str(companions(output).manifest) if output else None,
        from_manifest=from_manifest,
    )


def _paid_usd(clips: Sequence[ManifestClip]) -> dict[str, float]:
    paid: dict[str, int] = {}
    for clip in clips:
        if clip.provider != PREVIEW:
            paid[clip.provider] = paid.get(clip.provider, 0) + clip.price_micro_usd
    return {provider: micro / MICRO for provider, micro in sorted(paid.items())}


def finished(output: Target, key: str) -> VideoResult | None:
    """The answer of the manifest beside `output`, if it is for this request and all its files are as it says.

    Files are read. Objects in a bucket are asked for their size and for the hash that they were written with.
    Raises SettingError for a bucket that cannot be reached.
    """
    files = companions(output)
    with opened_outputs(output) as outputs:
        try:
            manifest = Manifest.model_validate_json(outputs.read(files.manifest) or b"")
        except ValidationError:
            return None
        if manifest.request_key != key or manifest.drafts:
            return None
        pairs = ((output, manifest.asset), (files.srt, manifest.srt), (files.vtt, manifest.vtt))
        if not all(outputs.holds(at, asset) for at, asset in pairs):
            return None
    return result_of(manifest, output, new_clips=0, from_manifest=True)
