"""Longtake: talking-head videos as long as you like, exact to the frame and never paid twice."""

__version__ = "0.1.0"
