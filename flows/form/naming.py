"""The lasting name of a video that nobody has named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from prefect.runtime import flow_run

from longtake.assets import parse_address
from longtake.errors import BadInput
from longtake.inputs import TEXT
from longtake.remote import stem_of
from longtake.script import parse_script
from longtake.storyboard import Storyboard

UNNAMED = "video"
MOST_WORDS = 5


def name_of(parameters: Mapping[str, Any], storyboard: Storyboard | None) -> str:
    """The name: as given, the script's id, the name of the output, of the script or the recording, or first words."""
    if given := _blank(parameters.get("video")):
        return given
    if storyboard and storyboard.id:
        return storyboard.id
    files = (_blank(parameters.get(name)) for name in ("output", "script", "audio"))
    stems = (stem_of(name) for name in files if name and not _is_asset(name))
    said = _first_words(storyboard) if storyboard else ""
    return next(filter(None, stems), said) or UNNAMED


def run_name() -> str:
    """What a run is called in Prefect's UI, before anything is fetched."""
    parameters = flow_run.parameters
    text = _blank(parameters.get("text"))
    try:
        language = _blank(parameters.get("language")) or None
        storyboard = parse_script(text, kind="markdown", source_name=TEXT, language=language) if text else None
    except BadInput:  # the run itself tells it
        storyboard = None
    return name_of(parameters, storyboard)


def _blank(word: object) -> str:
    return word.strip() if isinstance(word, str) else ""


def _is_asset(name: str) -> bool:
    try:
        return parse_address(name) is not None
    except BadInput:
        return True


def _first_words(storyboard: Storyboard) -> str:
    """The title, or the first words that are spoken, such as good-morning-to-all-of."""
    texts = (line.text for scene in storyboard.scenes for line in scene.lines)
    spoken = re.sub(r"\[[^\]]*\]", " ", storyboard.title or next(filter(None, texts), ""))
    return "-".join(re.findall(r"\w+", spoken.lower())[:MOST_WORDS])
