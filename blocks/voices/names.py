"""How a script names a hosted voice: `openai:onyx`, `openai@team:tts-1-hd/onyx`, `polly:Joanna@neural`."""

from __future__ import annotations

from dataclasses import dataclass

from longtake.errors import SettingError

EXAMPLES = {
    "openai": "openai:onyx",
    "elevenlabs": "elevenlabs:JBFqnCBsd6RMkjVDRZzb",
    "polly": "polly:Joanna@neural",
    "fal": "fal:fal-ai/kokoro/american-english/af_heart",
    "aimlapi": "aimlapi:openai/tts-1/onyx",
}
"""The prefixes of hosted voices, each with a name that has it."""

_WITH_MODEL = frozenset({"fal", "aimlapi"})
"""Those that have no model of their own, so that a name must hold one."""


@dataclass(frozen=True)
class VoiceName:
    """A hosted voice's name in its parts. `block` and `model` are None where the name holds none."""

    prefix: str
    block: str | None
    model: str | None
    voice: str

    @property
    def text(self) -> str:
        """The name as a script holds it."""
        block = f"@{self.block}" if self.block else ""
        if self.prefix == "polly":
            model = f"@{self.model}" if self.model else ""
            return f"{self.prefix}{block}:{self.voice}{model}"
        model = f"{self.model}/" if self.model else ""
        return f"{self.prefix}{block}:{model}{self.voice}"


def prefix_of(spec: str | None) -> str | None:
    """The prefix of a hosted voice's name; None for any other name."""
    prefix, colon, _ = (spec or "").strip().partition(":")
    prefix = prefix.partition("@")[0].strip().lower()
    return prefix if colon and prefix in EXAMPLES else None


def parse_name(spec: str) -> VoiceName:
    """The parts of a hosted voice's name. Raises SettingError for one without a voice."""
    prefix = prefix_of(spec)
    if prefix is None:
        raise SettingError(f"{spec[:80]!r} names no hosted voice.", where="voice")
    head, _, rest = spec.strip().partition(":")
    block = head.partition("@")[2].strip() or None
    model, voice = _polly_parts(rest) if prefix == "polly" else _parts(rest)
    lacks_model = prefix in _WITH_MODEL and not model
    if not voice or lacks_model or any(part and not part.isprintable() for part in (block, model, voice)):
        raise SettingError(f"{spec[:80]!r} names no voice.", where="voice", hint=f"One is {EXAMPLES[prefix]}.")
    return VoiceName(prefix, block, model, voice)


def _parts(text: str) -> tuple[str | None, str]:
    """Models have slashes in their names on some servers (`speaches-ai/Kokoro-82M-v1.0-ONNX`); voices have none."""
    model, _, voice = text.strip().rpartition("/")
    return model.strip() or None, voice.strip()


def _polly_parts(text: str) -> tuple[str | None, str]:
    voice, _, engine = text.strip().partition("@")
    return engine.strip().lower() or None, voice.strip()
