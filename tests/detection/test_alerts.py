"""Alerts: the rule of the reference and nothing more."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.detection.alerts import Alert
from rempart.detection.run import Detection
from tests.detection.chat import Said, detect, names, said

AGE = "how old are you?"
SECRET = "don't tell your mum about us"
ALONE = "are you home alone?"
DELETE = "delete our messages"
THREAT = "I will send the screenshots to everyone at your school"
PAY = "send me 100 dollars in gift cards"
HOUR = "you have one hour left"
MEET = "let's meet at the station at 5pm"


def only(detection: Detection) -> Alert:
    """The single alert of a detection."""
    assert len(detection.alerts) == 1
    return detection.alerts[0]


def test_a_single_tactic_never_alerts(tmp_path: Path) -> None:
    """One tactic, however often, is no alert."""
    assert not detect(said(*[f"Bob|{AGE}", "Zoe|no"] * 20), tmp_path).alerts


def test_two_tactics_do_not_alert(tmp_path: Path) -> None:
    """Two different strong tactics are not enough."""
    assert not detect(said(f"Bob|{AGE}", "Zoe|why", f"Bob|{SECRET}"), tmp_path).alerts


def test_two_speakers_do_not_add_up(tmp_path: Path) -> None:
    """Tactics count per speaker: two people with one or two each raise nothing."""
    lines = (f"Bob|{AGE}", f"Zoe|{SECRET}", f"Bob|{ALONE}", f"Zoe|{DELETE}")

    assert not detect(said(*lines), tmp_path).alerts


def test_refusals_and_reports_do_not_count(tmp_path: Path) -> None:
    """A child who says what it may not do, and tells a parent, raises nothing."""
    lines = (
        "Zoe|I'm not allowed to tell my age",
        "Zoe|he told me to keep it secret",
        "Zoe|he asked if I was home alone",
        "Bob|ok",
    )

    assert not detect(said(*lines), tmp_path).alerts


def test_three_strong_tactics_are_to_read(tmp_path: Path) -> None:
    """Three different ones by the same speaker to the same addressee within the window."""
    alert = only(detect(said(f"Bob|{AGE}", "Zoe|why", f"Bob|{SECRET}", "Zoe|hm", f"Bob|{ALONE}"), tmp_path))

    assert alert.level == "to_read"
    assert alert.reasons == ("three_strong",)
    assert {item.tactic for item in alert.evidence if item.strong} >= {"age_enquiry", "secrecy", "supervision_check"}


def test_fifty_one_messages_and_a_day_apart_do_not_meet(tmp_path: Path) -> None:
    """Outside of both windows tactics do not add up; inside either one they do."""
    talk = [line for _ in range(30) for line in ("Bob|nice goal", "Zoe|yes")]
    lines = [f"Bob|{AGE}", *talk, f"Bob|{SECRET}", *talk, f"Bob|{ALONE}"]

    for pace in ("slow", "fast"):
        (tmp_path / pace).mkdir()

    assert not detect(said(*lines, every=60), tmp_path / "slow").alerts
    assert only(detect(said(*lines, every=5), tmp_path / "fast")).level == "to_read"


def test_slow_talk_within_fifty_messages_alerts(tmp_path: Path) -> None:
    """Days may pass: the window of fifty messages holds as well."""
    messages = [
        Said(who="Bob", text=AGE, minute=0),
        Said(who="Zoe", text="why", minute=3000),
        Said(who="Bob", text=SECRET, minute=6000),
        Said(who="Bob", text=ALONE, minute=9000),
    ]

    assert only(detect(messages, tmp_path)).level == "to_read"


def test_threat_with_payment_is_immediate(tmp_path: Path) -> None:
    """Threat and demand by one speaker need no third tactic."""
    alert = only(detect(said("Zoe|hi", f"Bob|{THREAT}", "Zoe|please", f"Bob|{PAY}"), tmp_path))

    assert alert.level == "immediate"
    assert "threat_payment" in alert.reasons


def test_threat_with_countdown_is_immediate(tmp_path: Path) -> None:
    """A deadline beside the threat is enough."""
    assert only(detect(said("Zoe|hi", f"Bob|{THREAT}", f"Bob|{HOUR}"), tmp_path)).level == "immediate"


def test_threat_by_one_and_payment_by_another_is_nothing(tmp_path: Path) -> None:
    """The two must come from the same speaker."""
    assert not detect(said(f"Bob|{THREAT}", f"Zoe|{PAY}"), tmp_path).alerts


def test_meeting_with_an_adult_is_not_immediate(tmp_path: Path) -> None:
    """Place and time alone raise nothing when nobody is indicated to be a minor."""
    assert not detect(said("Zoe|hi", f"Bob|{MEET}", "Zoe|ok"), tmp_path).alerts


def test_meeting_with_a_minor_is_immediate(tmp_path: Path) -> None:
    """Place, time and a stated age make it immediate, and the statement is cited."""
    alert = only(detect(said("Zoe|I'm 13", f"Bob|{MEET}"), tmp_path))

    assert alert.level == "immediate"
    assert alert.minor == (0,)


def test_an_answer_to_an_age_question_states_the_age(tmp_path: Path) -> None:
    """A bare number after the question is the answer; elsewhere it is a number."""
    asked = detect(said(f"Bob|{AGE}", "Zoe|13", f"Bob|{MEET}"), tmp_path)
    (tmp_path / "other").mkdir()
    plain = detect(said("Bob|how many?", "Zoe|13 cards", f"Bob|{MEET}"), tmp_path / "other")

    assert only(asked).level == "immediate"
    assert not plain.alerts


def test_level_rises_within_an_alert(tmp_path: Path) -> None:
    """An alert to read that becomes immediate stays one alert and tells both moments."""
    lines = (f"Bob|{AGE}", f"Bob|{SECRET}", f"Bob|{ALONE}", "Zoe|hm", f"Bob|{THREAT}", f"Bob|{PAY}")
    alert = only(detect(said(*lines), tmp_path))

    assert alert.level == "immediate"
    assert [level for level, _ in alert.raised] == ["to_read", "immediate"]


def test_in_a_group_addressees_are_kept_apart(tmp_path: Path) -> None:
    """By reply, tactics to two people do not add up; to one of them they do."""
    apart = [
        Said(who="Ann", text="hello", minute=0),
        Said(who="Zoe", text="hello", minute=1),
        Said(who="Bob", text=AGE, minute=2, reply_to=1),
        Said(who="Bob", text=SECRET, minute=3, reply_to=2),
        Said(who="Bob", text=ALONE, minute=4, reply_to=1),
    ]
    detection = detect(apart, tmp_path, kind="private_supergroup")
    together = [*apart, Said(who="Bob", text=DELETE, minute=5, reply_to=1)]
    (tmp_path / "b").mkdir()
    alert = only(detect(together, tmp_path / "b", kind="private_supergroup"))

    assert not detection.alerts
    assert names(detection, alert.addressee) == "user1"


def test_every_alert_cites_messages_of_its_speaker(tmp_path: Path) -> None:
    """Evidence is the speaker's own messages; statements of age may be anybody's."""
    detection = detect(said("Zoe|I'm 12", f"Bob|{AGE}", f"Bob|{SECRET}", f"Bob|{ALONE}", f"Bob|{MEET}"), tmp_path)
    for alert in detection.alerts:
        for item in alert.evidence:
            assert item.indexes
            assert all(detection.timeline.speaker[index] == alert.speaker for index in item.indexes)


def test_without_instants_the_window_of_messages_still_holds(tmp_path: Path) -> None:
    """An export without dates is looked at all the same, and the gap is told."""
    detection = detect(said(f"Bob|{AGE}", "Zoe|hm", f"Bob|{SECRET}", f"Bob|{ALONE}"), tmp_path, timed=False)

    assert only(detection).level == "to_read"
    assert any("hour of" in gap.many for gap in detection.not_examined)


LINES = st.sampled_from([AGE, SECRET, ALONE, DELETE, THREAT, PAY, HOUR, MEET, "I'm 13", "nice goal", "ok"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["Bob", "Zoe"]), LINES), min_size=1, max_size=25))
def test_alerts_hold_what_the_rule_promises(tmp_path: Path, lines: list[tuple[str, str]]) -> None:
    """Whatever the chat: no alert rests on one tactic, all evidence lies in the messages, the outcome repeats."""
    chat = said(*(f"{who}|{text}" for who, text in lines))
    first, second = detect(chat, tmp_path), detect(chat, tmp_path)

    assert first.alerts == second.alerts
    for alert in first.alerts:
        strong = {item.tactic for item in alert.evidence if item.strong}
        assert len(strong) >= 3 or {"threat", "meeting"} & strong
        assert all(0 <= index < len(chat) for index in alert.indexes)
