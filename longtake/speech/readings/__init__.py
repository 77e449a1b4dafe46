"""What espeak-ng reads wrong, as tables: a pattern, and what is to be read in its place."""
