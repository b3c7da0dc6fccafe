"""Two thousand power cuts lose nothing; with the setting that loses receipts, the simulator says so."""

import shutil

import pytest

from tests.reliability.powercut import simulate

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace (Debian: apt install strace)")


def test_no_power_cut_loses_a_report_whose_receipt_was_shown() -> None:
    """Dropped, kept and torn writes, in the middle of commits and of checkpoints: 0 lost, 0 inconsistent."""
    outcome = simulate(reports=40, cuts=2_001, synchronous="FULL")

    assert (outcome.cuts >= 2_000, outcome.receipts, outcome.lost, outcome.inconsistent) == (True, 40, 0, 0)


def test_the_simulator_finds_the_losses_of_a_weaker_setting() -> None:
    """The test of the test: NORMAL, the usual advice for speed, must be seen to lose receipts."""
    outcome = simulate(reports=40, cuts=300, synchronous="NORMAL")

    assert outcome.lost > 0
