"""Tests of captions: whose words, when, in which direction."""
