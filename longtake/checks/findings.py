"""What the parts of a check have to say, collected."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """Plain sentences with figures: each problem fails the clip, a warning does not."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
