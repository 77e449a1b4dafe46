"""Everything outside the process, as Prefect blocks: `prefect block register -m blocks` makes them known."""

from blocks.aimlapi import AimlapiProvider
from blocks.fal import FalProvider
from blocks.pixazo import PixazoProvider
from blocks.presenter import Presenter
from blocks.s3_inputs import S3Inputs
from blocks.store_blocks import FolderStoreBlock, S3StoreBlock
from blocks.store_results import StoreResults
from blocks.voices.aimlapi import AimlapiVoices
from blocks.voices.elevenlabs import ElevenLabsVoices
from blocks.voices.fal import FalVoices
from blocks.voices.openai import OpenAIVoices
from blocks.voices.polly import PollyVoices

__all__ = [
    "AimlapiProvider",
    "AimlapiVoices",
    "ElevenLabsVoices",
    "FalProvider",
    "FalVoices",
    "FolderStoreBlock",
    "OpenAIVoices",
    "PixazoProvider",
    "PollyVoices",
    "Presenter",
    "S3Inputs",
    "S3StoreBlock",
    "StoreResults",
]
