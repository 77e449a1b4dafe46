"""What a file in an inbox is, by its name alone."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import PurePosixPath

from longtake.script import KINDS

OUT = "out"
"""The folder of finished videos, which is never an item."""

DEFAULTS = ("defaults.yaml", "defaults.yml")
FOLDER_FIELDS = ("item.yaml", "item.yml")
BESIDE_FIELDS = (".item.yaml", ".item.yml")
LISTS = (".yaml", ".yml", ".csv")

_RECORDINGS = re.compile(r"\.(wav|mp3|m4[abv]|aac|flac|og[ga]|opus|aiff?|caf|wma|mp4|mov|mkv|webm)$")
_TRANSCRIPTS = re.compile(r"\.(srt|vtt)$")
_PICTURES = re.compile(r"\.(jpe?g|png|webp|hei[cf]|avif|gif|tiff?|bmp|jp2|ppm)$")

_BEGINNINGS = (".", "~")
_ENDS = re.compile(r"(~|\.(part|partial|filepart|crdownload|download|tmp|temp|swp|lock|bak))$")
_FOREIGN = frozenset({"thumbs.db", "desktop.ini", "__macosx", "@eadir", "readme"})

_NAME = re.compile(r"[^\x00-\x1f\x7f/\\:]{1,100}")


class Kind(Enum):
    """What a file is for."""

    SCRIPT = "script"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"
    PICTURE = "picture"
    FIELDS = "fields"
    """An item's fields."""
    OTHER = "other"


def is_passed_over(name: str) -> bool:
    """Whether a name is hidden, temporary, of an upload in progress, or of what systems and people leave lying."""
    folded = name.casefold()
    return (
        folded.startswith(_BEGINNINGS)
        or bool(_ENDS.search(folded))
        or folded in _FOREIGN
        or folded.partition(".")[0] in _FOREIGN
    )


def kind_of(name: str) -> Kind:
    """By its suffix, or its whole name."""
    folded = name.casefold()
    if folded in FOLDER_FIELDS or folded.endswith(BESIDE_FIELDS):
        return Kind.FIELDS
    if PurePosixPath(folded).suffix in KINDS:
        return Kind.SCRIPT
    if _RECORDINGS.search(folded):
        return Kind.RECORDING
    if _TRANSCRIPTS.search(folded):
        return Kind.TRANSCRIPT
    return Kind.PICTURE if _PICTURES.search(folded) else Kind.OTHER


def stem_of(name: str) -> str:
    """What an item is called after one of its files."""
    for end in BESIDE_FIELDS:
        if name.casefold().endswith(end):
            return name[: -len(end)]
    return PurePosixPath(name).stem


def is_item_name(name: str) -> bool:
    """Whether a video and its files can be called so."""
    return bool(_NAME.fullmatch(name)) and not is_passed_over(name) and name == name.strip()
