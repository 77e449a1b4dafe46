"""Scripts: Markdown, plain text, YAML or JSON, read into a storyboard."""

from longtake.script.marks import split_pauses
from longtake.script.text import spoken_text

__all__ = ["split_pauses", "spoken_text"]
