"""A clock that tests move, and people on their way in."""

import time
from collections.abc import Iterator

import pytest
from django.test.utils import override_settings

from tests.web.people.visitors import Clock, Visitor, newcomer, settled


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stands still until a test moves it."""
    moved = Clock()
    monkeypatch.setattr(time, "time", moved)
    return moved


@pytest.fixture
def quick_hashes() -> Iterator[None]:
    """Passwords cost nothing: the way in hashes some ten of them. That they are scrypt is tested where accounts are made."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture
def alice(rows: None, quick_hashes: None, clock: Clock) -> Visitor:
    """Somebody with a one-time password."""
    return newcomer(clock)


@pytest.fixture
def bob(rows: None, quick_hashes: None, clock: Clock) -> Visitor:
    """Somebody with an app and recovery codes, who is outside."""
    return settled(clock, "bob")
