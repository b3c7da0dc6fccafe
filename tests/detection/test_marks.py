"""Marks: family ties and laughter, which spare daily life and banter."""

from pathlib import Path

import pytest

from rempart.detection.tactics import shared_reader
from tests.detection.chat import detect, said

THREAT = "I will send the screenshots to everyone at your school"


@pytest.mark.parametrize(
    "text", ["mum is at work", "maman est au travail", "he told his dad", "non, maman rentre à 18h"]
)
def test_speaking_of_a_relative_is_not_speaking_to_one(text: str) -> None:
    """A child who answers about its parents does not make the other one family."""
    assert "kin" not in shared_reader().read(text).marks


@pytest.mark.parametrize("text", ["ok mum", "Mum can you get me", "vers 18h maman", "oui papa", "thanks Dad x"])
def test_calling_somebody_a_relative_is_seen(text: str) -> None:
    """The vocative is what tells."""
    assert "kin" in shared_reader().read(text).marks


def test_laughter_makes_a_threat_doubtful() -> None:
    """Banter is shown, and is not certain."""
    plain, banter = shared_reader().read(THREAT), shared_reader().read(f"{THREAT} 😂")

    assert [hit.strong for hit in plain.hits if hit.tactic == "threat"] == [True]
    assert [hit.strong for hit in banter.hits if hit.tactic == "threat"] == [False]


def test_a_parent_may_pick_a_child_up(tmp_path: Path) -> None:
    """The same words from somebody else are immediate."""
    lines = ("Zoe|I'm 13", "Bob|let's meet at the station at 5pm", "Zoe|ok dad")
    (tmp_path / "other").mkdir()

    assert not detect(said(*lines), tmp_path).alerts
    assert detect(said(*lines[:2], "Zoe|ok"), tmp_path / "other").alerts[0].level == "immediate"
