"""What a run shows of itself: pictures, pages, and both on a real server."""
