"""What the tests of the ledger share: a disk that does not make them wait."""

import os

import pytest


@pytest.fixture(autouse=True)
def fsync_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is durable when is judged by the simulated power cut, from a record of the calls; the disk here is left alone."""
    monkeypatch.setattr(os, "fsync", lambda _number: None)
