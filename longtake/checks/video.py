"""The check of the finished video: everything is measured on the file itself, decoded or demuxed anew."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import ffmpeg
import numpy as np
from av.container import InputContainer
from numpy.typing import NDArray

from longtake.checks.boxes import has_faststart
from longtake.checks.pictures import open_media, picture_stream
from longtake.checks.report import VideoReport
from longtake.errors import MediaError
from longtake.ffmpeg import run
from longtake.grid import frames_to_seconds
from longtake.loudness.presets import LoudnessPreset

LOUDNESS_TOLERANCE_LU = 0.5
TRUE_PEAK_TOLERANCE_DB = 0.2
_START_TOLERANCE_MS = 0.02  # a tick of 1/90000 s is 0.011 ms
_END_TOLERANCE_SECONDS = 0.05
_SILENCE_LUFS = -70.0  # what ebur128 answers below its gate
_EMPTY_CAPTION_BYTES = 2  # mov_text fills the time between captions with texts of no characters


def check_video(
    path: Path,
    *,
    slots: Sequence[tuple[int, int]],
    preset: LoudnessPreset | None = None,
    true_peak: bool = True,
) -> VideoReport:
    """Measure a finished MP4 against its slots (start and end frame of each, on the grid) and its loudness target.

    Without `true_peak` loudness is measured three times as fast: ten hours in half a minute. Raises MediaError when the
    file is no video that can be read.
    """
    try:
        with open_media(path) as media:
            found = _read(media)
    except (av.FFmpegError, OSError) as error:
        raise MediaError(f"the video cannot be read: {error.strerror}.", where=str(path)) from error
    if not found.times:
        raise MediaError("the video holds no pictures.", where=str(path))
    errors = _start_errors_ms(found, slots)
    lufs, peak = _loudness(path, true_peak=true_peak) if found.has_audio else (None, None)
    report = VideoReport(
        passed=True,
        slots=len(slots),
        missed_starts=int(np.count_nonzero(errors > _START_TOLERANCE_MS)),
        worst_start_error_ms=round(float(errors.max(initial=0)), 3),
        frames=len(found.times),
        video_seconds=round(found.video_end_seconds, 3),
        audio_seconds=round(found.audio_end_seconds, 3),
        expected_seconds=frames_to_seconds(max((end for _, end in slots), default=0)),
        width=found.width,
        height=found.height,
        faststart=has_faststart(path),
        integrated_lufs=lufs,
        true_peak_dbtp=peak,
        captions=found.captions,
        chapters=found.chapters,
        comment=found.comment,
    )
    problems = _problems(report, preset)
    return report.model_copy(update={"passed": not problems, "problems": problems})


@dataclass
class _Found:
    """What the packets of a video tell; times in ticks of `tick_seconds`."""

    times: array[int] = field(default_factory=lambda: array("q"))
    tick_seconds: float = 1.0
    video_end_seconds: float = 0.0
    audio_end_seconds: float = 0.0
    has_audio: bool = False
    captions: int = 0
    chapters: int = 0
    width: int = 0
    height: int = 0
    comment: str | None = None


def _read(media: InputContainer) -> _Found:
    found = _Found(chapters=len(media.chapters()), comment=media.metadata.get("comment"))
    video = picture_stream(media)
    if video is None or video.time_base is None:
        return found
    found.tick_seconds = float(video.time_base)
    found.width, found.height = video.codec_context.width, video.codec_context.height
    found.has_audio = bool(media.streams.audio)
    ends: dict[str, float] = {}
    for packet in media.demux():
        if packet.size == 0 or packet.pts is None or packet.is_discard:
            continue
        stream = packet.stream
        if stream.type in ("video", "audio"):
            end = (packet.pts + (packet.duration or 0)) * float(packet.time_base)
            ends[stream.type] = max(end, ends.get(stream.type, end))
        if stream.index == video.index:
            found.times.append(packet.pts)
        elif stream.type == "subtitle" and packet.size > _EMPTY_CAPTION_BYTES:
            found.captions += 1
    found.video_end_seconds = ends.get("video", 0.0)
    found.audio_end_seconds = ends.get("audio", 0.0)
    return found


def _start_errors_ms(found: _Found, slots: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """For each slot: how far the nearest picture begins from the slot's start."""
    times = np.sort(np.frombuffer(found.times, dtype=np.int64)) * found.tick_seconds
    starts = np.array([frames_to_seconds(start) for start, _ in slots], dtype=np.float64)
    after = np.searchsorted(times, starts).clip(0, times.size - 1)
    before = (after - 1).clip(0)
    nearest: NDArray[np.float64] = np.minimum(np.abs(times[after] - starts), np.abs(times[before] - starts))
    return nearest * 1000


def _loudness(path: Path, *, true_peak: bool) -> tuple[float | None, float | None]:
    """Integrated loudness and true peak of the audio as a player hears it, by ffmpeg's ebur128."""
    meter = ffmpeg.input(str(path)).audio.filter(
        "ebur128", dualmono="true", framelog="verbose", peak="true" if true_peak else "none"
    )
    summary = run(meter.output("-", format="null")).stderr.decode(errors="replace").rpartition("Summary:")[2]
    lufs = _figure(r"\bI:\s*(-?[\d.]+|-inf|nan) LUFS", summary)
    peak = _figure(r"\bPeak:\s*(-?[\d.]+|-inf|nan) dBFS", summary)
    return (None if lufs is None or lufs <= _SILENCE_LUFS else lufs), peak


def _figure(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text)
    value = float(found[1]) if found else math.nan
    return value if math.isfinite(value) else None


def _problems(report: VideoReport, preset: LoudnessPreset | None) -> tuple[str, ...]:
    problems = []
    if report.missed_starts:
        problems.append(
            f"{report.missed_starts} of {report.slots} slots do not begin on their frame: "
            f"the worst is {report.worst_start_error_ms:.1f} ms off"
        )
    for what, seconds in (("picture", report.video_seconds), ("sound", report.audio_seconds)):
        if abs(seconds - report.expected_seconds) > _END_TOLERANCE_SECONDS:
            problems.append(f"the {what} lasts {seconds:.3f} s, {report.expected_seconds:.3f} s were expected")
    if not report.faststart:
        problems.append("the index lies at the end of the file: a browser has to load all of it before it plays")
    if preset is not None:
        problems += _loudness_problems(report, preset)
    return tuple(problems)


def _loudness_problems(report: VideoReport, preset: LoudnessPreset) -> list[str]:
    problems = []
    target, ceiling = preset.integrated_lufs, preset.true_peak_dbtp
    lufs, peak = report.integrated_lufs, report.true_peak_dbtp
    if lufs is None:
        problems.append("the sound is silent")
    elif round(abs(lufs - target), 2) > LOUDNESS_TOLERANCE_LU:
        problems.append(f"the loudness is {lufs:.1f} LUFS, {target:.1f} +-{LOUDNESS_TOLERANCE_LU} was meant")
    if peak is not None and round(peak - ceiling, 2) > TRUE_PEAK_TOLERANCE_DB:
        problems.append(f"the true peak is {peak:.1f} dBTP, {ceiling:.1f} at most was meant")
    return problems
