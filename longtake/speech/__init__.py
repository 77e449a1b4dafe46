"""Speech: voices, sentences, and lines that become levelled sound on the frame grid."""

from longtake.speech.line import prepare_spoken_line
from longtake.speech.opening import VoiceOpener, list_voices, open_voice, register_voices
from longtake.speech.sentences import split_sentences
from longtake.speech.utterances import LINE_PAUSE_SECONDS, SENTENCE_PAUSE_SECONDS, check_speakable
from longtake.speech.voice import Speech, SpokenWord, Voice, VoiceInfo

__all__ = [
    "LINE_PAUSE_SECONDS",
    "SENTENCE_PAUSE_SECONDS",
    "Speech",
    "SpokenWord",
    "Voice",
    "VoiceInfo",
    "VoiceOpener",
    "check_speakable",
    "list_voices",
    "open_voice",
    "prepare_spoken_line",
    "register_voices",
    "split_sentences",
]
