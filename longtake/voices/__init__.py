"""Voices at providers: paid within the caps that clips are paid in, and stood in for where nothing may be spent."""

from longtake.voices.book import HostedBook
from longtake.voices.paid import PaidVoice, Till, speech_micro_usd
from longtake.voices.unspoken import Unspoken, costs_money, unspoken_of

__all__ = ["HostedBook", "PaidVoice", "Till", "Unspoken", "costs_money", "speech_micro_usd", "unspoken_of"]
