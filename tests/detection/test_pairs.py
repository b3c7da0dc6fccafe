"""Whom a message addresses, and where it stands in the exchange of its pair."""

import itertools
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.detection.pairs import BASES, NOBODY, Timeline
from tests.detection.chat import Said, detect

GROUP = "private_supergroup"


def addressees(timeline: Timeline) -> list[tuple[str, str]]:
    """(addressee, basis) of each message in order of time."""
    return [
        ("-" if who == NOBODY else timeline.accounts[who].rpartition(":")[2], BASES[basis])
        for who, basis in zip(timeline.addressee, timeline.basis, strict=True)
    ]


def test_a_first_message_to_a_group_addresses_nobody(tmp_path: Path) -> None:
    """There is nobody to answer yet."""
    chat = [Said(who=who, text="hello", minute=n) for n, who in enumerate(["Ann", "Bob", "Cem"])]

    assert addressees(detect(chat, tmp_path, kind=GROUP).timeline)[0] == ("-", "group")


def test_a_turn_taken_after_the_hour_is_to_the_group(tmp_path: Path) -> None:
    """Whoever speaks hours later answers nobody in particular."""
    chat = [Said(who="Ann", text="hello", minute=0), Said(who="Bob", text="hi", minute=30)]
    chat += [Said(who="Cem", text="hi", minute=200)]

    assert [who for who, _ in addressees(detect(chat, tmp_path, kind=GROUP).timeline)] == ["-", "user1", "-"]


def test_nobody_addresses_oneself(tmp_path: Path) -> None:
    """A reply to one's own message is a turn like any other."""
    chat = [
        Said(who="Ann", text="hello", minute=0),
        Said(who="Bob", text="hi", minute=1),
        Said(who="Bob", text="more", minute=2, reply_to=2),
        Said(who="Cem", text="and me", minute=3, mention="Cem"),
    ]
    timeline = detect(chat, tmp_path, kind=GROUP).timeline

    assert (timeline.speaker != timeline.addressee).all()
    assert addressees(timeline)[2] == ("user1", "turn")


def test_reply_goes_before_mention_before_turn(tmp_path: Path) -> None:
    """The surer sign wins."""
    chat = [
        Said(who="Ann", text="hello", minute=0),
        Said(who="Bob", text="hi", minute=1),
        Said(who="Cem", text="who", minute=2, mention="Ann"),
        Said(who="Cem", text="you", minute=3, mention="Bob", reply_to=1),
        Said(who="Cem", text="all", minute=4),
    ]

    assert addressees(detect(chat, tmp_path, kind=GROUP).timeline)[2:] == [
        ("user1", "mention"),
        ("user1", "reply"),
        ("user2", "turn"),
    ]


def test_in_a_chat_of_two_everything_is_to_the_other(tmp_path: Path) -> None:
    """Even after days."""
    chat = [Said(who="Ann", text="hello", minute=0), Said(who="Bob", text="hi", minute=9000)]

    assert addressees(detect(chat, tmp_path).timeline) == [("user2", "two_people"), ("user1", "two_people")]


PEOPLE = st.sampled_from(["Ann", "Bob", "Cem", "Dia"])
CHAT = st.lists(st.tuples(PEOPLE, st.integers(0, 5000)), min_size=1, max_size=40)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHAT)
def test_arrays_hold_together_whatever_the_order(tmp_path: Path, talk: list[tuple[str, int]]) -> None:
    """Time rises, ranks number each exchange without gaps, runs count unbroken speech."""
    chat = [Said(who=who, text="hello", minute=minute) for who, minute in talk]
    line = detect(chat, tmp_path, kind=GROUP).timeline

    assert sorted(line.position) == list(range(len(chat)))
    assert (np.diff(line.at_us) >= 0).all()
    for exchange in range(len(line.exchange_start) - 1):
        members = line.members_of(exchange)
        assert [line.rank[index] for index in members] == list(range(len(members)))
        pairs = {frozenset((int(line.speaker[index]), int(line.addressee[index]))) for index in members}
        assert len(pairs) == 1
        for before, after in itertools.pairwise(members):
            same = line.speaker[before] == line.speaker[after]
            assert line.run[after] == (line.run[before] + 1 if same else 1)
