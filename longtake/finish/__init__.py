"""What stands around the talking and over it: opening, closing, music, logo, captions drawn into the picture.

It is all prepared before a clip is paid and put on when the clips are joined. No provider sees or hears any of it, so
no clip is rendered again when it changes.
"""

from longtake.finish.finish import PLAIN, Around, Bed, Finish, Stamp
from longtake.finish.later import InVideo, cues_in_video, in_video, shots_in_video, slots_in_video
from longtake.finish.mix import mixed
from longtake.finish.prepare import prepare_files, prepare_finish, tell_encoding, wants_finish, with_captions

__all__ = [
    "PLAIN",
    "Around",
    "Bed",
    "Finish",
    "InVideo",
    "Stamp",
    "cues_in_video",
    "in_video",
    "mixed",
    "prepare_files",
    "prepare_finish",
    "shots_in_video",
    "slots_in_video",
    "tell_encoding",
    "wants_finish",
    "with_captions",
]
