"""Journeys through the desk in a real browser."""
