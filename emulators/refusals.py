"""Why a job ends without a clip: the model refuses what it was given, or the platform fails."""

from __future__ import annotations

from longtake.frozen import Frozen


class Reason(Frozen):
    """A refusal or a failure in the provider's words.

    Of a failed platform `status` is what fal's result answers, and `hidden` that its status does not tell.
    """

    kind: str
    message: str
    field: str = ""
    word: str = ""
    status: int = 500
    hidden: bool = False


class Refused(Exception):
    """The model refuses an input."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.kind)
        self.reason = reason


class PlatformFailed(Exception):
    """The provider's machines failed."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.kind)
        self.reason = reason


MESSAGES = {
    "content_policy_violation": ("The content could not be processed because it was flagged.", "image_url"),
    "face_detection_error": ("Could not detect a face in the image.", "image_url"),
    "image_too_small": ("The image is too small.", "image_url"),
    "image_too_large": ("The image is too large.", "image_url"),
    "image_load_error": ("The image could not be loaded.", "image_url"),
    "file_download_error": ("The file could not be downloaded.", "audio_url"),
    "file_too_large": ("The file is too large.", "image_url"),
    "audio_duration_too_long": ("The audio is too long.", "audio_url"),
    "audio_duration_too_short": ("The audio is too short.", "audio_url"),
    "unsupported_audio_format": ("The audio could not be read.", "audio_url"),
    "missing": ("Field required", ""),
    "extra_forbidden": ("Extra inputs are not permitted", ""),
    "literal_error": ("Input is not one of the permitted values", "resolution"),
    "internal_server_error": ("Internal server error", ""),
    "runner_disconnected": ("Runner disconnected", ""),
    "request_timeout": ("The request did not start in the time that was asked for", ""),
    "startup_timeout": ("The runner did not start in time", ""),
}


def reason_for(kind: str, *, field: str = "", word: str = "", status: int = 500, hidden: bool = False) -> Reason:
    """The reason of that kind; a kind that is not known speaks for itself."""
    message, usual_field = MESSAGES.get(kind, (kind.replace("_", " ").capitalize(), ""))
    return Reason(kind=kind, message=message, field=field or usual_field, word=word, status=status, hidden=hidden)
