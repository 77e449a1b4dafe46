"""The block of a fal account."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import AnyHttpUrl, Field, HttpUrl, SecretStr

from blocks.logos import WEB_LOGO
from blocks.resolving import address_of, fal_key_in_environment, key_of
from blocks.s3_inputs import S3Inputs
from longtake.providers import Inputs, Pace, Provider

DAY_SECONDS = 24 * 60 * 60.0


class FalProvider(Block):
    """An account at fal, which renders with OmniHuman and other models through a queue.

    Its inputs are put into fal's own storage, unless others are given.

    Example:
        Open the account, and close it again:
        ```python
        from blocks.fal import FalProvider
        from longtake.providers import Pace

        account = FalProvider.load("BLOCK_NAME")
        provider = account.open(Pace())
        await provider.aclose()
        ```
    """

    _block_type_name = "Longtake fal account"
    _block_type_slug = "longtake-fal"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://fal.ai/models/fal-ai/bytedance/omnihuman/v1.5/api")

    api_key: SecretStr | None = Field(
        default=None, title="API key", description="Empty: FAL_KEY, else FAL_KEY_ID and FAL_KEY_SECRET."
    )
    in_progress_limit: int = Field(
        default=2,
        ge=1,
        title="In progress at once",
        description="Jobs of the account at once, over all runs. fal begins with 2; see its dashboard.",
    )
    result_lifetime_seconds: float = Field(
        default=DAY_SECONDS,
        gt=0,
        title="Clips last",
        description="For how many seconds fal is asked to keep clips. Its queue tells of them for an hour.",
    )
    time_to_start_seconds: float | None = Field(
        default=None,
        gt=0,
        title="Time to start",
        description="A job that waits longer in the queue is given up, unbilled. Empty: a minute over the deadline.",
    )
    queue_url: AnyHttpUrl | None = Field(
        default=None, title="Queue URL", description="Empty: LONGTAKE_FAL_QUEUE_URL, else https://queue.fal.run."
    )
    rest_url: AnyHttpUrl | None = Field(
        default=None, title="Storage URL", description="Empty: LONGTAKE_FAL_REST_URL, else https://rest.fal.ai."
    )
    api_url: AnyHttpUrl | None = Field(
        default=None, title="Platform URL", description="Empty: LONGTAKE_FAL_API_URL, else https://api.fal.ai."
    )

    inputs: S3Inputs | None = Field(
        default=None,
        title="Inputs",
        description="Where its inputs are put. Empty: fal's own storage.",
    )

    def open(self, pace: Pace, inputs: Inputs | None = None) -> Provider:
        """The account, ready to be asked; nothing is sent yet. Raises SettingError without a key."""
        from blocks.fal_client import FalAddresses, FalClient

        addresses = FalAddresses(
            queue=address_of(self.queue_url, "LONGTAKE_FAL_QUEUE_URL", "https://queue.fal.run"),
            rest=self._rest_address,
            api=address_of(self.api_url, "LONGTAKE_FAL_API_URL", "https://api.fal.ai"),
        )
        return FalClient(
            self._key,
            addresses,
            pace,
            inputs,
            in_progress_limit=self.in_progress_limit,
            result_lifetime_seconds=self.result_lifetime_seconds,
            time_to_start_seconds=self.time_to_start_seconds,
            own_inputs=self.inputs.open(pace) if self.inputs and inputs is None else None,
        )

    def open_storage(self, pace: Pace) -> Inputs:
        """The account's storage alone. Raises SettingError without a key."""
        from blocks.fal_storage import FalStorage

        return FalStorage(self._key, self._rest_address, pace)

    @property
    def _key(self) -> SecretStr:
        return key_of(self.api_key or fal_key_in_environment(), "FAL_KEY", "fal")

    @property
    def _rest_address(self) -> str:
        return address_of(self.rest_url, "LONGTAKE_FAL_REST_URL", "https://rest.fal.ai")
