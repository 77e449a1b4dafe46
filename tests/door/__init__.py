"""The store's door, over real HTTP and in a real browser."""
