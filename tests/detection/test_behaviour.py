"""Figures of a pair, and when they cannot be told."""

from pathlib import Path

from rempart.detection.behaviour import Behaviour
from tests.detection.chat import Said, detect, said

LINES = ("Bob|how old are you?", "Zoe|why", "Bob|don't tell your mum about us", "Bob|are you home alone?")


def behaviour(chat: list[Said], work: Path, *, timed: bool = True) -> Behaviour:
    """The behaviour beside the only alert of the chat."""
    detection = detect(chat, work, timed=timed)
    assert len(detection.behaviours) == 1
    return detection.behaviours[0]


def test_without_instants_times_are_unknown_not_zero(tmp_path: Path) -> None:
    """None says that it could not be looked at."""
    got = behaviour(said(*LINES), tmp_path, timed=False)

    assert (got.night_share, got.initiative_share, got.first_contact_to_strong_s, got.new_contacts_24h) == (None,) * 4
    assert (got.messages_by_speaker, got.messages_by_addressee) == (3, 1)


def test_counts_who_starts_and_who_waits(tmp_path: Path) -> None:
    """Sessions opened, runs left unanswered, the longest run."""
    chat = [*said(*LINES), Said(who="Bob", text="hello?", minute=600), Said(who="Bob", text="answer", minute=601)]
    got = behaviour(chat, tmp_path)

    assert got.initiative_share == 1.0
    assert got.longest_unanswered_run == 4
    assert got.unanswered_share == 0.5


def test_night_is_from_ten_to_six(tmp_path: Path) -> None:
    """08:00 is not night, 23:00 is."""
    day = behaviour(said(*LINES), tmp_path)
    (tmp_path / "night").mkdir()
    night = behaviour([Said(who=m.who, text=m.text, minute=m.minute + 900) for m in said(*LINES)], tmp_path / "night")

    assert (day.night_share, night.night_share) == (0.0, 1.0)


def test_time_from_first_contact_to_first_strong_tactic(tmp_path: Path) -> None:
    """From the first message of the pair, whoever wrote it."""
    chat = [
        Said(who="Zoe", text="hi", minute=0),
        *[Said(who=m.who, text=m.text, minute=m.minute + 30) for m in said(*LINES)],
    ]

    assert behaviour(chat, tmp_path).first_contact_to_strong_s == 1800


def test_new_contacts_count_people_within_a_day(tmp_path: Path) -> None:
    """Three people for the first time in one day are three; a fourth days later is not among them."""
    chat = [Said(who="Zoe", text="hello", minute=0)]
    chat += [Said(who=who, text="hello", minute=n) for n, who in enumerate(["Ann", "Cem"], start=1)]
    chat += [Said(who="Bob", text=f"hi {n}", minute=5 + n, reply_to=n) for n in (1, 2, 3)]
    chat += [Said(who="Bob", text=line.partition("|")[2], minute=10 + n, reply_to=1) for n, line in enumerate(LINES)]
    chat += [Said(who="Dia", text="hello", minute=9000), Said(who="Bob", text="hi", minute=9001, reply_to=11)]
    detection = detect(chat, tmp_path, kind="private_supergroup")

    assert detection.behaviours[0].new_contacts_24h == 3
