"""Shots, plans and manifests of any length, for pages."""

from __future__ import annotations

from collections.abc import Sequence

from flows.pages.plan_page import PlanFacts
from longtake.assets import Asset
from longtake.checks import Verdict, VideoReport
from longtake.costs import Spending, estimates
from longtake.grid import frames_to_seconds
from longtake.loudness import MasterReport
from longtake.manifest import Manifest, ManifestClip
from longtake.money import micro_usd
from longtake.options import RenderOptions
from longtake.orders import ClipRecord, FittedLook, Order
from longtake.shots import Shot
from longtake.stitch import StitchReport
from longtake.storyboard import Line, Scene, Speaker, Storyboard

FRAMES = 700
OPTIONS = RenderOptions(providers=("fal",))


def asset(number: int, suffix: str = ".mp4") -> Asset:
    return Asset(sha256=f"{number:064x}", size_bytes=1000, suffix=suffix)


def shots_of(
    count: int, *, speaker: str = "Ada", words: str = "Good morning to all of", rendered: int = 0
) -> list[Shot]:
    """So many shots of 28 s, the first ones of which are rendered."""
    return [
        Shot(
            number=number,
            start_frame=(number - 1) * FRAMES,
            end_frame=number * FRAMES,
            sent_frames=FRAMES,
            pause_seconds=0.48,
            cut=None if number == count else "line",
            scene=0,
            speaker=speaker,
            first_words=words,
            fingerprint=f"{number:064x}",
            look=FittedLook(image=asset(1, ".png")),
            rendered=number <= rendered,
        )
        for number in range(1, count + 1)
    ]


def storyboard_of(title: str = "A talk", speaker: str = "Ada") -> Storyboard:
    lines = (Line(speaker=speaker, text="Good morning."),)
    return Storyboard(title=title, speakers={speaker: Speaker(image="ada.png")}, scenes=(Scene(lines=lines),))


def facts_of(shots: Sequence[Shot], *, title: str = "A talk", options: RenderOptions = OPTIONS) -> PlanFacts:
    due = [shot for shot in shots if not shot.rendered]
    spending = Spending(budget_micro_usd=micro_usd(50))
    return PlanFacts(storyboard_of(title), "talk", options, spending, shots, estimates(shots, options), due)


def order_of(shot: Shot) -> Order:
    return Order(chunk_sha256=shot.fingerprint, image_sha256="a" * 64, model="omnihuman-1.5", resolution="720p")


def record_of(shot: Shot, *, provider: str = "fal") -> ClipRecord:
    """The clip of a shot."""
    return ClipRecord(
        order=order_of(shot),
        asset=asset(1000 + shot.number),
        chunk=asset(shot.number, ".wav"),
        image=asset(1, ".png"),
        provider=provider,
        price_micro_usd=4_480_000,
        verdict=Verdict(passed=True, frames=FRAMES, expected_frames=FRAMES),
    )


def clip_of(shot: Shot, verdict: Verdict | None = None, *, provider: str = "fal") -> ManifestClip:
    record = record_of(shot, provider=provider)
    return ManifestClip(
        shot=shot,
        order=record.order,
        order_key=record.order.key,
        clip=record.asset,
        provider=provider,
        price_micro_usd=record.price_micro_usd,
        verdict=verdict or record.verdict,
    )


def manifest_of(clips: Sequence[ManifestClip], *, title: str = "A talk") -> Manifest:
    frames = len(clips) * FRAMES
    seconds = frames_to_seconds(frames)
    return Manifest(
        request_key="0" * 64,
        video="talk",
        storyboard=storyboard_of(title),
        options=OPTIONS,
        asset=asset(9),
        srt=asset(10, ".srt"),
        vtt=asset(11, ".vtt"),
        clips=tuple(clips),
        master=MasterReport(
            integrated_lufs=-16.0,
            true_peak_dbtp=-1.3,
            correction_db=0.1,
            seconds=seconds,
        ),
        stitch=StitchReport(
            clips=len(clips),
            frames=frames,
            hidden_frames=0,
            seconds=seconds,
            copied_clips=len(clips),
            reencoded_clips=0,
            width=1280,
            height=720,
            fps="25",
            worst_start_error_ms=0.0,
            size_bytes=1000,
        ),
        check=VideoReport(
            passed=True,
            slots=len(clips),
            missed_starts=0,
            worst_start_error_ms=0.004,
            frames=frames,
            video_seconds=seconds,
            audio_seconds=seconds,
            expected_seconds=seconds,
            width=1280,
            height=720,
            faststart=True,
            integrated_lufs=-16.1,
            true_peak_dbtp=None,
            captions=3,
            chapters=0,
            comment="AI-generated: yes.",
        ),
        estimates=(),
    )
