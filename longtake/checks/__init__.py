"""Looking at what came: is this clip what was ordered, is this video what was meant?"""

from longtake.checks.verdict import Verdict

__all__ = ["Verdict"]
