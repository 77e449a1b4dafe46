"""Tests of the emulated providers: real HTTP, real clips, the real client of fal."""
