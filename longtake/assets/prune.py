"""Freeing space in a store, without ever removing what money was paid for.

Kept: every clip that may have been paid for, and all that its order is found again by: the chunk, the picture, the
mask, the prepared audio, and what these were made from, as the records of recipes tell; and what voices at providers
have said. Records of recipes stay, for they hold which file was stored first. Whatever cannot be understood is kept.
Prefect's results go with the epoch they belong to: nobody trusts them in the next one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError

from longtake.assets.asset import Asset
from longtake.assets.epoch import begin_epoch
from longtake.assets.recipes import HOSTED_SENTENCE
from longtake.assets.store import Store
from longtake.frozen import Frozen

CLIPS, RECIPES, VIDEOS, RESULTS = "clips/", "recipes/", "videos/", "results/"
FINISHED = ("recipes/video/", "recipes/master/")
"""Recipes of what is made from clips: their files are never needed to find a clip again."""

PREVIEW = "preview"
DAY_SECONDS = 24 * 60 * 60.0
_SHA256 = re.compile(rb"\b[0-9a-f]{64}\b")


class PruneReport(Frozen):
    """What was removed, or would be."""

    dry_run: bool
    removed_files: int = Field(description="Assets and scratch folders.")
    removed_records: int
    freed_bytes: int
    kept_paid_clips: int = Field(description="Clips that money was paid for, or that nobody can say it of.")
    kept_files: int
    unreadable_records: tuple[str, ...] = Field(
        (), description="Records of clips that say nothing: all prepared files are kept for their sake."
    )


class _Made(Frozen, extra="ignore"):
    """What a record names as its own file."""

    asset: Asset


_Record = TypeVar("_Record", bound=_Made)


class _Clip(_Made, extra="ignore"):
    """What prune wants to know of a clip's record."""

    provider: str
    price_micro_usd: int

    @property
    def is_free(self) -> bool:
        return self.provider == PREVIEW and self.price_micro_usd == 0


@dataclass
class _Survey:
    """What the records say: hashes that must stay, hashes of what can be made again, records that go with theirs."""

    kept: set[str]
    prepared: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    passing: dict[str, Asset] = field(default_factory=dict)
    clips: set[str] = field(default_factory=set)
    results: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    paid_clips: int = 0


def prune(store: Store, *, keep_days: float = 0, dry_run: bool = False, in_use: Collection[str] = ()) -> PruneReport:
    """Remove previews, finished videos, prepared files that no paid clip needs, and files that nothing names.

    Only what was stored more than `keep_days` ago goes; files that nothing names must be a day old, for a run may be
    about to name them. `in_use` holds the SHA-256 of files that jobs which are still running were ordered with.
    """
    keep_seconds = keep_days * DAY_SECONDS
    survey = _survey(store, in_use)
    doomed, kept_files = _judged(store, survey, keep_seconds)
    while set(store.record_names(CLIPS)) != survey.clips:  # a run stored a clip meanwhile
        survey = _survey(store, in_use)
        doomed, kept_files = _judged(store, survey, keep_seconds)
    gone = {asset.sha256 for asset in doomed}
    records = [name for name, asset in survey.passing.items() if asset.sha256 in gone or not store.exists(asset)]
    leftovers = list(store.leftovers(max(DAY_SECONDS, keep_seconds)))
    if doomed or records or leftovers:
        records += survey.results
    report = PruneReport(
        dry_run=dry_run,
        removed_files=len(doomed) + len(leftovers),
        removed_records=len(records),
        freed_bytes=sum(asset.size_bytes for asset in doomed) + sum(map(_size_of, leftovers)),
        kept_paid_clips=survey.paid_clips,
        kept_files=kept_files,
        unreadable_records=tuple(survey.unreadable),
    )
    if not dry_run and (doomed or records or leftovers):
        _remove(store, doomed, records, leftovers)
    return report


def _survey(store: Store, in_use: Collection[str]) -> _Survey:
    survey = _Survey(kept=set(in_use))
    groups: list[tuple[str, ...]] = []
    names = list(store.record_names(""))
    survey.results += [name for name in names if name.startswith(RESULTS)]
    for name, record in store.read_records(name for name in names if not name.startswith(RESULTS)):
        data = record or b""
        hashes = {found.decode() for found in _SHA256.findall(data)}
        if name.startswith(CLIPS):
            _note_clip(name, data, hashes, survey)
        elif name.startswith((*FINISHED, VIDEOS)):
            made = _parsed(_Made, data)
            if made:
                survey.finished.add(made.asset.sha256)
                if name.startswith(VIDEOS):
                    survey.passing[name] = made.asset
        elif name.startswith(f"{RECIPES}{HOSTED_SENTENCE}/"):
            survey.kept |= hashes
        elif name.startswith(RECIPES):
            prepared = _parsed(_Made, data)
            groups.append(tuple(hashes))
            if prepared:
                survey.prepared.add(prepared.asset.sha256)
        else:
            survey.kept |= hashes
    survey.kept = _reachable(survey.kept, groups)
    return survey


def _note_clip(name: str, data: bytes, hashes: set[str], survey: _Survey) -> None:
    clip = _parsed(_Clip, data)
    survey.clips.add(name)
    if clip and clip.is_free:
        survey.passing[name] = clip.asset
        survey.finished.add(clip.asset.sha256)
        return
    survey.paid_clips += 1
    survey.kept |= hashes
    if not clip:
        survey.unreadable.append(name)


def _parsed(kind: type[_Record], data: bytes) -> _Record | None:
    try:
        return kind.model_validate_json(data)
    except ValidationError:
        return None


def _reachable(roots: set[str], groups: list[tuple[str, ...]]) -> set[str]:
    """The roots, and every hash that some recipe's record names together with one that is reached."""
    by_hash: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        for sha256 in group:
            by_hash.setdefault(sha256, []).append(number)
    reached = set(roots)
    waiting = list(roots)
    while waiting:
        for number in by_hash.pop(waiting.pop(), ()):
            new = set(groups[number]) - reached
            reached |= new
            waiting += new
    return reached


def _judged(store: Store, survey: _Survey, keep_seconds: float) -> tuple[list[Asset], int]:
    """The assets that may go, and how many others there are."""
    doomed: list[Asset] = []
    kept = 0
    for asset in store.assets():
        if _may_go(asset, survey, store, keep_seconds):
            doomed.append(asset)
        else:
            kept += 1
    return doomed, kept


def _may_go(asset: Asset, survey: _Survey, store: Store, keep_seconds: float) -> bool:
    if asset.sha256 in survey.kept:
        return False
    if asset.sha256 not in survey.finished:
        if survey.unreadable:
            return False
        if asset.sha256 not in survey.prepared:  # nothing can make it again: a person's own file, most likely
            keep_seconds = max(keep_seconds, DAY_SECONDS)
    return keep_seconds == 0 or store.age_seconds(asset) > keep_seconds


def _size_of(folder: Path) -> int:
    return sum(path.lstat().st_size for path in (folder, *folder.rglob("*")) if path.is_file())


def _remove(store: Store, doomed: list[Asset], records: list[str], leftovers: list[Path]) -> None:
    """A new epoch begins before and after: results that name the files are neither trusted nor kept meanwhile."""
    begin_epoch(store)
    for asset in doomed:
        store.delete(asset)
    for name in records:
        store.delete_record(name)
    for path in leftovers:
        shutil.rmtree(path, ignore_errors=True)
    begin_epoch(store)
