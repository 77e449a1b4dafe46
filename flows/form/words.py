"""What the command line calls its options, and the form its fields. Knows nothing of Prefect."""

from __future__ import annotations

import re

TYPED = "longtake-command"
"""The tag of runs that the command line has started: they speak of its options."""

FIELDS = {
    "--budget": "budget_usd",
    **{
        option: option.removeprefix("--").replace("-", "_")
        for option in (
            "--image",
            "--audio",
            "--transcript",
            "--voice",
            "--language",
            "--prompt",
            "--mask",
            "--output",
            "--provider",
            "--model",
            "--resolution",
            "--turbo",
            "--shape",
            "--fit",
            "--loudness",
            "--captions",
            "--reencode",
            "--max-repeat-usd",
            "--price-per-second",
            "--draft",
        )
    },
    "SCRIPT": "script",
}
"""What the command line's options are called in the form."""

_OPTION = re.compile(r"(?<![\w-])(?:--[a-z][a-z-]*|SCRIPT)(?![\w-])")


def in_fields(text: str) -> str:
    """A message about options as one about the form's fields."""
    return _OPTION.sub(lambda found: FIELDS.get(found[0], found[0]), text)
