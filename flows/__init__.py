"""What a person runs: one file a flow, and the command line."""
