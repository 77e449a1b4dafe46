"""Judging a clip's sound: is it what was sent, and is it in time with the picture?"""

from __future__ import annotations

import numpy as np

from longtake.checks.findings import Findings
from longtake.checks.rhythm import match_rhythm
from longtake.checks.sound import Match, Sound, Speech, match_speech

LEAST_LIKENESS = 0.5
"""Measured on speech: another text 0.39 at most (0.15 over 3 s), the same one 0.67 at least (AAC of 16 kbit/s)."""

LEAST_RHYTHM_LIKENESS = 0.9
"""Measured over 4 s of speech: other sentences 0.45 at most, two lists of single words 0.88."""

# ITU-R BT.1359-1: viewers notice from 45 ms on when the picture is late and from 125 ms on when it is early; they
# accept up to 90 and 185 ms.
NOTICED_LATE_MS, NOTICED_EARLY_MS = 45.0, -125.0
ACCEPTED_LATE_MS, ACCEPTED_EARLY_MS = 90.0, -185.0
_DRIFT_MS = 40.0
_STRETCHED_LIKENESS = 0.7
_LOST_SOUND_SECONDS = 0.25


def check_sound(
    sent: Sound, speech: Speech, heard: Sound | None, picture_start_seconds: float, found: Findings
) -> list[Match]:
    """Where what was sent is heard in the clip, by the time of its first picture; empty where nothing tells."""
    if heard is None:
        found.warnings.append("the clip has no sound, so nothing tells whether its picture belongs to what was sent")
        return []
    if heard.damaged:
        found.warnings.append("the clip's sound is damaged in places")
    heard = Sound(heard.samples, heard.start_seconds - picture_start_seconds)
    matches = match_speech(sent.samples, speech, heard)
    if not matches:
        found.warnings.append("what was sent holds no speech to compare the clip's sound with")
        return []
    if min(match.likeness for match in matches) < LEAST_LIKENESS:
        return _check_rhythm(matches, match_rhythm(sent.samples, speech, heard), found)
    _check_offsets(matches, found)
    lost = float(np.flatnonzero(speech)[-1] + 1) / 100 - heard.end_seconds
    if lost > _LOST_SOUND_SECONDS:
        found.problems.append(f"the clip's sound ends {lost:.1f} s before the last word")
    return matches


def _check_rhythm(matches: list[Match], rhythm: list[Match], found: Findings) -> list[Match]:
    """The sound is another: it may still be the same words, processed, or stretched."""
    unlike = ", ".join(f"{match.likeness:.2f} at {match.at_seconds:.1f} s" for match in matches)
    alike = [match for match in rhythm if match.likeness >= LEAST_RHYTHM_LIKENESS]
    in_time = [match for match in alike if ACCEPTED_EARLY_MS <= match.offset_ms <= ACCEPTED_LATE_MS]
    if len(rhythm) > 1 and len(in_time) == len(rhythm):
        found.warnings.append(
            f"the clip's sound was changed (likeness {unlike}), but keeps the rhythm of what was sent"
        )
        _check_offsets(rhythm, found)
        return rhythm
    told = f"the clip's sound is not what was sent: likeness {unlike}; {LEAST_LIKENESS} is needed"
    if len(rhythm) > 1 and min(match.likeness for match in rhythm) >= _STRETCHED_LIKENESS:
        sent_seconds = rhythm[-1].at_seconds - rhythm[0].at_seconds
        speed = sent_seconds / (sent_seconds + (rhythm[-1].offset_ms - rhythm[0].offset_ms) / 1000)
        told += f"; its rhythm is the same, but {abs(speed - 1):.1%} {'fast' if speed > 1 else 'slow'}"
    found.problems.append(told)
    return matches


def _check_offsets(matches: list[Match], found: Findings) -> None:
    worst = max((match.offset_ms for match in matches), key=lambda offset: max(offset * 2, -offset))
    if not ACCEPTED_EARLY_MS <= worst <= ACCEPTED_LATE_MS:
        found.problems.append(
            f"the clip is {_late(worst)} against what was sent; viewers accept {ACCEPTED_LATE_MS:.0f} ms late "
            f"and {-ACCEPTED_EARLY_MS:.0f} ms early"
        )
    elif not NOTICED_EARLY_MS <= worst <= NOTICED_LATE_MS:
        found.warnings.append(f"the clip is {_late(worst)} against what was sent, which viewers may notice")
    drift = matches[-1].offset_ms - matches[0].offset_ms
    if abs(drift) > _DRIFT_MS:
        found.warnings.append(f"the clip drifts: its end is {_late(drift)} against its start")


def _late(milliseconds: float) -> str:
    return f"{abs(milliseconds):.0f} ms {'late' if milliseconds > 0 else 'early'}"
