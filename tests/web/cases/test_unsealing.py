"""Opening sealed words: with the right key of many, and with a reason when none fits."""

from pathlib import Path

import pytest

from rempart.evidence.keyring import Keyring
from rempart.evidence.keys import new_identity, recipient_of
from rempart.evidence.sealing import seal
from rempart.intake.report import encode
from rempart.web.cases.unsealing import Failure, NotOpened, Unsealer
from rempart.web.config import Site
from tests.web.cases.arriving import a_report, receive

pytestmark = pytest.mark.usefixtures("rows")
KEYS = [new_identity() for _ in range(3)]


def sealed_for(identity: str) -> bytes:
    """A report that this key opens."""
    return seal(encode(a_report(narrative=f"Pour {KEYS.index(identity)}")), recipients=[recipient_of(identity)])


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys that lie in the folder; a test adds to them."""
    keys = KEYS[:2]
    monkeypatch.setattr(Keyring, "identities", lambda _: tuple(keys))
    return keys


def test_a_key_that_is_not_here_is_told(held: list[str], tmp_path: Path) -> None:
    """And a further look at the folder changes nothing."""
    unsealer = Unsealer(tmp_path)

    for verb in (unsealer.open, unsealer.open_late):
        with pytest.raises(NotOpened) as told:
            verb(sealed_for(KEYS[2]))
        assert told.value.failure is Failure.OTHER_KEY


def test_every_key_that_is_here_opens_in_any_order(held: list[str], tmp_path: Path) -> None:
    """The one that opened last is tried first, and none is forgotten."""
    unsealer = Unsealer(tmp_path)

    told = [unsealer.open(sealed_for(KEYS[place])).narrative for place in (0, 1, 0, 0, 1)]

    assert told == ["Pour 0", "Pour 1", "Pour 0", "Pour 0", "Pour 1"]


def test_a_key_that_came_since_opens_late(held: list[str], tmp_path: Path) -> None:
    """The desk does not need a new start at the beginning of a month."""
    unsealer = Unsealer(tmp_path)
    held.append(KEYS[2])

    assert unsealer.open_late(sealed_for(KEYS[2])).narrative == "Pour 2"
    assert not unsealer.look()


def test_words_are_given_for_those_that_open(site: Site) -> None:
    """The others are left out, and stop nothing."""
    one, other = receive(1, a_report(narrative="Lu.")), receive(2, identity=new_identity())

    found = Unsealer(site.keys).words_of([one, other])

    assert {key: words.narrative for key, words in found.items()} == {one: "Lu."}
