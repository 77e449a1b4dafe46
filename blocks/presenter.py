"""The block of a presenter: someone whose picture, voice and manner stand in many videos."""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic import Field, HttpUrl

from blocks.logos import WEB_LOGO


class Presenter(Block):
    """A presenter: whoever speaks where neither the script nor the run says who.

    What the script says of a speaker comes first, then the fields of the run, then these.

    Example:
        Keep a presenter, whose name a run then takes as `presenter`:
        ```python
        from blocks.presenter import Presenter

        Presenter(portrait="https://example.com/ada.png", voice="en-gb+f3").save("BLOCK_NAME", overwrite=True)
        ada = Presenter.load("BLOCK_NAME")
        ```
    """

    _block_type_name = "Longtake presenter"
    _block_type_slug = "longtake-presenter"
    _logo_url = WEB_LOGO
    _documentation_url = HttpUrl("https://docs.prefect.io/v3/concepts/blocks")

    portrait: str = Field(
        default=...,
        min_length=1,
        title="Portrait",
        description="The picture: an address from the upload page (asset:...), https://..., s3://..., or a path.",
    )
    voice: str = Field(
        default="", title="Voice", description="Such as en-gb+f3 or openai:onyx. Empty: the usual one of the language."
    )
    prompt: str = Field(
        default="",
        max_length=2000,
        title="Prompt",
        description="How the person acts, for models that take a prompt: A calm guide who smiles now and then.",
    )
    mask: str = Field(
        default="",
        title="Mask",
        description="A picture of the portrait's size, white where the one who speaks is. Empty for a single person.",
    )
