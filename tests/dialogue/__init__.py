"""Tests of dialogues: two speakers, a portrait or a mask each, and the pauses between them."""
