"""Journeys through the public face in a real browser, against a real server."""
