"""Voices at providers: blocks that hold a key, and the voices that they open. `opening` opens one by its name."""
