"""The page of a finished video: the video, what it looks like, how its checks went, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flows.pages.links import link, picture, player, short_link
from flows.pages.markdown import cell, clock, code, joined, listed, plain, spreadsheet, table
from flows.pages.money import Money
from flows.telling.display import clips_text, length_text
from longtake.assets import Asset, Store
from longtake.grid import frames_to_seconds
from longtake.manifest import Manifest, ManifestClip
from longtake.money import MICRO, usd_text
from longtake.options import PREVIEW
from longtake.pictures import Join

RESULT = "Result: the finished video"
MOST_ROWS = 40


@dataclass(frozen=True)
class ResultFiles:
    """What the page shows and links to, as far as it is there."""

    manifest: Asset
    checks: Asset
    poster: Asset | None = None
    joins: Asset | None = None
    shown_joins: Sequence[Join] = ()


def store_result_files(manifest: Manifest, store: Store) -> ResultFiles:
    """The manifest and the whole table of checks in the store."""
    return ResultFiles(
        manifest=store.put(f"{manifest.model_dump_json(indent=2)}\n".encode(), suffix=".json"),
        checks=store.put(_checks_table(manifest), suffix=".csv"),
    )


def result_text(manifest: Manifest, output: str | None, files: ResultFiles, money: Money | None) -> str:
    """The page. `money` is what the video cost over all its runs; of a preview, what its voices cost in this one."""
    return joined(
        (
            f"# {plain(manifest.storyboard.title or manifest.video)}",
            picture("One picture of the video", files.poster),
            f"**{_player(manifest)}** · {_facts(manifest)}",
            _warnings(manifest),
            _files(manifest, output, files),
            _joins(manifest, files),
            "## Checks",
            _video_checks(manifest),
            _clip_checks(manifest, files),
            "## Money",
            _money(manifest, money),
            f"*{plain(manifest.check.comment or '')}*" if manifest.check.comment else "",
        )
    )


def _player(manifest: Manifest) -> str:
    return player("Watch the video", manifest.asset, f"{manifest.video}.mp4", manifest.vtt)


def _facts(manifest: Manifest) -> str:
    report = manifest.check
    lufs = "" if report.integrated_lufs is None else f"{report.integrated_lufs:.1f} LUFS"
    size = f"{report.width}x{report.height}"
    count = clips_text(len(manifest.clips))
    return " · ".join(filter(None, (f"**{length_text(manifest.stitch.seconds)}**", size, count, lufs)))


def _warnings(manifest: Manifest) -> str:
    lines = [f"**Check:** {plain(problem)}" for problem in manifest.check.problems]
    if manifest.drafts:
        numbers = ", ".join(map(str, manifest.drafts[:MOST_ROWS]))
        more = len(manifest.drafts) - MOST_ROWS
        lines.append(
            f"**A draft:** clips {numbers}{f' and {more} more' if more > 0 else ''} are previews. "
            "Run it again to render them."
        )
    return listed(lines)


def _files(manifest: Manifest, output: str | None, files: ResultFiles) -> str:
    name = manifest.video
    lines = [f"Written to {code(output)}"] if output else []
    lines.append(f"Captions: {link('SRT', manifest.srt, name)}, {link('VTT', manifest.vtt, name)}")
    lines.append(f"{link('Manifest', files.manifest, f'{name}.manifest')}: every input, slot, clip and check, as JSON")
    return listed(lines)


def _joins(manifest: Manifest, files: ResultFiles) -> str:
    if files.joins is None:
        return ""
    count = len(manifest.clips) - 1
    shown = len(files.shown_joins)
    which = "" if shown >= count else f" Of {count} joins, up to {shown} that are spread over the video."
    told = f"Each pair is the last picture of one clip and the first of the next, side by side.{which}"
    return f"## Joins\n\n{told}\n\n{picture('The joins', files.joins)}"


def _video_checks(manifest: Manifest) -> str:
    report, master = manifest.check, manifest.master
    lufs = "silent" if report.integrated_lufs is None else f"{report.integrated_lufs:.1f} LUFS"
    rows = [
        ("verdict", "passed" if report.passed else "**not as it should be**"),
        ("clips that begin on their frame", f"{report.slots - report.missed_starts} of {report.slots}"),
        ("worst start", f"{report.worst_start_error_ms:.3f} ms off"),
        ("picture and sound last", f"{report.video_seconds:.2f} s and {report.audio_seconds:.2f} s"),
        ("loudness", lufs),
        ("true peak", "" if master.true_peak_dbtp is None else f"{master.true_peak_dbtp:.1f} dBTP"),
        ("captions, chapters", f"{report.captions}, {report.chapters}"),
        ("plays while it loads", "yes" if report.faststart else "no"),
    ]
    return table(("the video", "measured"), rows)


CLIP_HEADS = ("clip", ">start", ">length", ">frames over or under", ">offset", "verdict", "by", ">price", "watch")


def _clip_checks(manifest: Manifest, files: ResultFiles) -> str:
    shown = _worth_a_look(manifest.clips)
    more = len(manifest.clips) - len(shown)
    whole = link("all clips as a table (CSV)", files.checks)
    rest = f"These are the ones most worth a look; {more} more: {whole}" if more else whole
    return f"{table(CLIP_HEADS, map(_clip_row, shown))}\n\n{rest}"


def _worth_a_look(clips: Sequence[ManifestClip]) -> list[ManifestClip]:
    """All clips of a short video; of a long one those that are the least as they should be, in order."""

    def oddity(clip: ManifestClip) -> tuple[bool, int, int, float]:
        verdict = clip.verdict
        return (
            not verdict.passed,
            len(verdict.warnings),
            abs(verdict.frames_over),
            abs(verdict.offset_ms or 0.0),
        )

    oddest = sorted(clips, key=oddity, reverse=True)[:MOST_ROWS]
    return sorted(oddest, key=lambda clip: clip.shot.number)


def _clip_row(clip: ManifestClip) -> tuple[str, ...]:
    shot, verdict = clip.shot, clip.verdict
    return (
        shot.label,
        clock(shot.start_frame),
        f"{shot.seconds:.2f} s",
        f"{verdict.frames_over:+d}" if verdict.frames_over else "0",
        "–" if verdict.offset_ms is None else f"{verdict.offset_ms:+.0f} ms",
        plain(_verdict_of(clip)),
        cell(clip.provider),
        "free" if clip.provider == PREVIEW else usd_text(clip.price_micro_usd),
        short_link("watch", clip.clip),
    )


def _verdict_of(clip: ManifestClip) -> str:
    told = (*clip.verdict.problems, *clip.verdict.warnings)
    word = "passed" if clip.verdict.passed else "accepted by a person"
    return f"{word}: {'; '.join(told)}" if told else word


CHECK_HEADS = (
    "clip",
    "start_seconds",
    "seconds",
    "frames",
    "frames_over",
    "offset_ms",
    "correlation",
    "verdict",
    "provider",
    "price_usd",
    "order",
    "clip_asset",
)


def _checks_table(manifest: Manifest) -> bytes:
    rows = (
        (
            clip.shot.number,
            f"{frames_to_seconds(clip.shot.start_frame):.2f}",
            f"{clip.shot.seconds:.2f}",
            clip.verdict.frames,
            clip.verdict.frames_over,
            clip.verdict.offset_ms,
            clip.verdict.correlation,
            _verdict_of(clip),
            clip.provider,
            f"{clip.price_micro_usd / MICRO:.6f}",
            clip.order_key,
            clip.clip.address,
        )
        for clip in manifest.clips
    )
    return spreadsheet(CHECK_HEADS, rows)


def _money(manifest: Manifest, money: Money | None) -> str:
    if manifest.options.is_preview:
        rows = [
            (cell(price.provider), "no stated price" if price.usd is None else f"${price.usd:,.2f}")
            for price in manifest.estimates
        ]
        voices = f", its voices cost **{usd_text(money.voices_micro_usd)}** in this run" if money else ""
        told = f"A preview: its clips cost nothing{voices}. Rendered for real it would cost:"
        return f"{told}\n\n{table(('provider', '>price'), rows)}"
    spent = "" if money is None else f"\n\nOver all its runs, this video: {money.text}."
    return f"{table(('provider', '>clips', '>length', '>their price'), _by_provider(manifest.clips))}{spent}"


def _by_provider(clips: Sequence[ManifestClip]) -> list[tuple[str, ...]]:
    by_name: dict[str, list[ManifestClip]] = {}
    for clip in clips:
        by_name.setdefault(clip.provider, []).append(clip)
    return [
        (
            cell(name),
            str(len(theirs)),
            length_text(sum(clip.shot.seconds for clip in theirs)),
            usd_text(sum(clip.price_micro_usd for clip in theirs)),
        )
        for name, theirs in sorted(by_name.items())
    ]
