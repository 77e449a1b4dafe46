"""Speech: voices, sentences, and lines that become levelled sound on the frame grid."""

from longtake.speech.book import LOCAL, VoiceBook
from longtake.speech.calibration import CALIBRATION_TEXT, is_calibrated
from longtake.speech.line import prepare_spoken_line
from longtake.speech.opening import VoiceOpener, list_voices, may_be_hosted, open_voice, register_voices
from longtake.speech.sentences import split_sentences
from longtake.speech.utterances import LINE_PAUSE_SECONDS, SENTENCE_PAUSE_SECONDS, check_speakable
from longtake.speech.voice import HostedVoice, Speech, SpokenWord, Voice, VoiceInfo

__all__ = [
    "CALIBRATION_TEXT",
    "LINE_PAUSE_SECONDS",
    "LOCAL",
    "SENTENCE_PAUSE_SECONDS",
    "HostedVoice",
    "Speech",
    "SpokenWord",
    "Voice",
    "VoiceBook",
    "VoiceInfo",
    "VoiceOpener",
    "check_speakable",
    "is_calibrated",
    "list_voices",
    "may_be_hosted",
    "open_voice",
    "prepare_spoken_line",
    "register_voices",
    "split_sentences",
]
