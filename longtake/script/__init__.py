"""Scripts: Markdown, plain text, YAML or JSON, read into a storyboard."""

from longtake.script.files import files_of
from longtake.script.marks import split_pauses
from longtake.script.reading import KINDS, ScriptKind, parse_script, read_languages, read_script
from longtake.script.schema import json_schema, storyboard_schema_text
from longtake.script.text import spoken_text

__all__ = [
    "KINDS",
    "ScriptKind",
    "files_of",
    "json_schema",
    "parse_script",
    "read_languages",
    "read_script",
    "split_pauses",
    "spoken_text",
    "storyboard_schema_text",
]
