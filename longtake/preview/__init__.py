"""Preview clips: a provider's stand-in that costs nothing. A light follows the voice; the picture says PREVIEW."""

from longtake.preview.render import render_preview

__all__ = ["render_preview"]
