"""Voices at providers: paid within the caps that clips are paid in, and stood in for where nothing may be spent."""

from longtake.voices.book import HostedBook
from longtake.voices.paid import PaidVoice, Till
from longtake.voices.unspoken import Unspoken, hosted_specs, unspoken_of

__all__ = ["HostedBook", "PaidVoice", "Till", "Unspoken", "hosted_specs", "unspoken_of"]
