"""What a pair does, without its words: who starts, who waits, at which hours, how fast.

Context for the reader of an alert; it raises none by itself. None always means "could not be looked at".
Source: features computed on public chats by several authors (reference tactics.md, behavioural features).
Tier: source-verified; no seized export has exercised them.
"""

from dataclasses import dataclass

import numpy as np

from rempart.detection.pairs import NOBODY, Codes, Timeline

SESSION_S = 6 * 3600  # after six silent hours, the next message starts a new session
NIGHT_HOURS = (22, 6)  # from 22:00 to 06:00 by the clock of the export
_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Figures of one directed pair in one conversation; shares in [0, 1], durations in seconds.

    initiative_share: sessions that the speaker opened. unanswered_share: the speaker's runs of messages that the
    addressee left unanswered for a session. night_share: the speaker's messages at night; None without instants.
    new_contacts_24h: most people whom the speaker wrote to for the first time within any 24 hours, in the exhibits.
    first_contact_to_strong_s: from the first message of the pair to the first strong tactic; None without instants.
    """

    messages_by_speaker: int
    messages_by_addressee: int
    initiative_share: float | None
    unanswered_share: float | None
    longest_unanswered_run: int
    night_share: float | None
    new_contacts_24h: int | None
    first_contact_to_strong_s: int | None


def observe(timeline: Timeline, *, speaker: int, addressee: int, first_strong: int) -> Behaviour:
    """The behaviour of the pair that the message `first_strong` (a timeline index) belongs to."""
    members = timeline.members_of(int(timeline.exchange[first_strong]))
    own = timeline.speaker[members] == speaker
    at_us, known = timeline.at_us[members], timeline.known_at[members]
    timed = bool(known.all())
    return Behaviour(
        messages_by_speaker=int(own.sum()),
        messages_by_addressee=int((~own).sum()),
        initiative_share=_initiative(own, at_us) if timed else None,
        unanswered_share=_unanswered(own, at_us) if timed and addressee != NOBODY else None,
        longest_unanswered_run=int(timeline.run[members][own].max()) if own.any() else 0,
        night_share=_night(at_us[own]) if timed and own.any() else None,
        new_contacts_24h=_new_contacts(timeline, speaker),
        first_contact_to_strong_s=int((timeline.at_us[first_strong] - at_us[0]) // 1_000_000) if timed else None,
    )


def _initiative(own: "np.ndarray[tuple[int], np.dtype[np.bool_]]", at_us: Codes) -> float:
    starts = np.r_[True, np.diff(at_us) > SESSION_S * 1_000_000]
    return float(own[starts].mean())


def _unanswered(own: "np.ndarray[tuple[int], np.dtype[np.bool_]]", at_us: Codes) -> float | None:
    """Share of the speaker's runs that nothing followed within a session."""
    ends = own & np.r_[~own[1:], True]
    places = np.flatnonzero(ends)
    if not len(places):
        return None
    last = places == len(own) - 1
    following = np.minimum(places + 1, len(own) - 1)
    late = at_us[following] - at_us[places] > SESSION_S * 1_000_000
    return float((last | late).mean())


def _night(at_us: Codes) -> float:
    hours = (at_us // _HOUR_US) % 24
    return float(((hours >= NIGHT_HOURS[0]) | (hours < NIGHT_HOURS[1])).mean())


def _new_contacts(timeline: Timeline, speaker: int) -> int | None:
    """Largest number of first messages to different people within 24 hours; None when an instant is unknown."""
    mine = (timeline.speaker == speaker) & (timeline.addressee != NOBODY)
    if not mine.any() or not timeline.known_at[mine].all():
        return None
    people, at_us = timeline.addressee[mine], timeline.at_us[mine]
    order = np.lexsort((at_us, people))
    firsts = np.sort(at_us[order][np.r_[True, np.diff(people[order]) != 0]])
    return int((np.arange(len(firsts)) - np.searchsorted(firsts, firsts - _DAY_US) + 1).max())
