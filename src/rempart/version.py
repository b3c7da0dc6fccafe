"""The version of the program, the same as in pyproject.toml and CHANGELOG.md (a test compares them)."""

VERSION = "0.1.0"
