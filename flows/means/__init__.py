"""What a run works with: accounts at providers, voices, stores, places, and where results are kept."""
