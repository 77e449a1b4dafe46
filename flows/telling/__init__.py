"""What a run tells: at a terminal, in its log, and on its page."""
