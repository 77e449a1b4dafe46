"""How the emulated providers behave when nothing is made to go wrong."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from emulators.faults import ProviderName, Rule
from longtake.frozen import Frozen


class AccountSettings(Frozen):
    """One provider's account."""

    concurrency: int = Field(4, ge=1, description="Jobs rendered at once; the others wait in the queue.")
    most_unfinished: int | None = Field(None, ge=1, description="A submit above this many is refused with 429.")
    usd_per_second: float | None = Field(None, gt=0, description="None: the first price of the offer.")
    bill_refused: bool = Field(False, description="Whether a job is billed that the model refused (fal).")
    key: str = Field(description="The only key that is accepted.")


class EmulatorSettings(Frozen):
    """All of it; the same seed gives the same render times, faults and webhooks."""

    seed: int = 1
    fal: AccountSettings = AccountSettings(concurrency=2, key="emulated-key-id:emulated-fal-secret")
    aimlapi: AccountSettings = AccountSettings(key="emulated-aimlapi-secret")
    pixazo: AccountSettings = AccountSettings(key="emulated-pixazo-secret")
    mean_seconds: float = Field(0.2, ge=0, description="How long a job renders, on average.")
    spread: float = Field(0.5, ge=0, le=1, description="By which share of the mean it may be longer or shorter.")
    job_seconds: dict[str, float] = Field({}, description="By part of the audio's file name: how long that job takes.")
    tiny: bool = Field(False, description="Clips of a few thousand pixels, so that many are drawn quickly.")
    result_lifetime_seconds: float = Field(3600, gt=0, description="How long an ended job is known.")
    result_gone_status: Literal[404, 410] = 404
    clip_lifetime_seconds: float = Field(604_800, gt=0, description="How long a clip can be downloaded.")
    upload_lifetime_seconds: float = Field(604_800, gt=0, description="How long an uploaded file can be read.")
    smallest_image_pixels: int = Field(64, ge=1, description="The shortest side that is accepted.")
    cancel_stops_running: bool = Field(True, description="False: a running job ends as if nobody had asked (fal).")
    webhook_repeats: int | None = Field(None, ge=1, le=3, description="None: one to three times, by the seed.")
    aimlapi_usage: Literal["credits_used", "tokens_used", "usd_spent"] = "credits_used"
    aimlapi_pending_words: tuple[str, ...] = Field(("queued", "generating"), min_length=2, max_length=2)
    aimlapi_done_word: Literal["completed", "complete", "succeeded"] = "completed"
    aimlapi_nested_errors: bool = Field(False, description="Errors as fal's body below `error`.")
    pixazo_bare_url: bool = Field(False, description="media_url as a string instead of a list.")
    faults: tuple[Rule, ...] = ()

    def account(self, provider: ProviderName) -> AccountSettings:
        """The settings of one provider."""
        accounts: dict[ProviderName, AccountSettings] = {
            "fal": self.fal,
            "aimlapi": self.aimlapi,
            "pixazo": self.pixazo,
        }
        return accounts[provider]
