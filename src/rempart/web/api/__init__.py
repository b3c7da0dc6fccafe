"""The partners' door: platforms and associations report through JSON, with a token each."""
