"""Harmless, invented exports with a documented truth, made the same way every time, for trials and measures."""
