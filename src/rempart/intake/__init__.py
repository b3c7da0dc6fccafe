"""Untrusted forms become a Report, and a report becomes a receipt; nothing here reads a clock, a network or a disk."""
