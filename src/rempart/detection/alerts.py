"""From tactics to alerts: per directed pair, in windows, never over a whole history, never from a single tactic.

The rule, word for word from the reference: window ≤ 50 messages or ≤ 24 h; at least three distinct strong tactics by
the same speaker to the same addressee: `to_read`; threat with payment or countdown, or a meeting with place and time
when the addressee is indicated to be a minor: `immediate`. What frames took back never counts.

A weak tactic is strong when: personal_info, the addressee is indicated to be a minor; meeting, place and time are
told near it; impersonation, the speaker stated ages that contradict each other; persistence, by behaviour.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from rempart.detection.ages import Age
from rempart.detection.pairs import NOBODY, Timeline
from rempart.detection.signals import SIGNALS
from rempart.detection.tactics import Sight
from rempart.records import Strength

Level = Literal["to_read", "immediate"]
Reason = Literal["three_strong", "threat_payment", "meeting_minor"]
LEVELS: tuple[Level, ...] = ("to_read", "immediate")
WINDOW_MESSAGES = 50
WINDOW_S = 24 * 3600
STRONG_NEEDED = 3
STRONG_TACTICS = frozenset(signal.code for signal in SIGNALS if signal.strength is Strength.STRONG)
# Doubtful wording (`~` phrases) of these is found three to ten times as often in harmful chats as in harmless ones, that of
# the others hardly more often (measured on the tuning part of the corpus, see docs/evaluation.md).
TELLING = frozenset({"threat", "payment_demand", "isolation", "secrecy", "private_channel", "compliance_test"})
BLACKMAIL = frozenset({"threat", "payment_demand"})
NEAR_MESSAGES = 6  # place and time may stand in other messages than the proposal: within 6 of the pair, and 6 hours
NEAR_S = 6 * 3600
CONTRADICTION_YEARS = 3
# Between a child and whom it calls mum, dad or grandma these are daily life; everything else counts there too.
FAMILY_LIFE = frozenset({"meeting", "supervision_check", "personal_info", "persistence"})
UNANSWERED_RUN = 4  # persistence: two pressing messages in a run of four or more that nobody answered


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the pair that shows something: `index` in the timeline, and the sight."""

    index: int
    sight: Sight


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A tactic in an alert: whether it counted as strong, and the timeline indexes of its messages, rising."""

    tactic: str
    strong: bool
    indexes: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Messages of one speaker to one addressee that a person should read; a reason to read, not a finding of guilt.

    addressee NOBODY: the whole group, or somebody whose messages are not in the export.
    raised: per level reached, the index of the message that completed it, in the order reached.
    minor: indexes of the statements that indicate a minor addressee; empty when none does.
    """

    level: Level
    reasons: tuple[Reason, ...]
    conversation: int
    speaker: int
    addressee: int
    raised: tuple[tuple[Level, int], ...]
    evidence: tuple[Evidence, ...]
    minor: tuple[int, ...]

    @property
    def indexes(self) -> tuple[int, ...]:
        """Every message cited, once, in order."""
        return tuple(sorted({index for item in self.evidence for index in item.indexes} | set(self.minor)))


Stated = Mapping[tuple[int, int], Sequence[tuple[int, Age]]]  # (conversation, account) -> (index, age of that account)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """Who is addressed as a relative: (conversation, relative, child) triples, and accounts named so."""

    called: frozenset[tuple[int, int, int]]
    named: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a pair is looked at with, beside its own messages."""

    stated: Stated
    kin: Kin


def stated_ages(timeline: Timeline, sights: Mapping[int, Sight], answers: Mapping[int, Age]) -> Stated:
    """Who is said to be how old, by index; `answers` are ages given in short answers to an age question."""
    stated: dict[tuple[int, int], list[tuple[int, Age]]] = {}
    ages = [(index, age) for index, sight in sights.items() for age in sight.ages]
    for index, age in sorted([*ages, *answers.items()], key=lambda item: item[0]):
        account = timeline.speaker[index] if age.about == "self" else timeline.addressee[index]
        if account != NOBODY:
            stated.setdefault((int(timeline.conversation[index]), int(account)), []).append((index, age))
    return stated


def find_kin(timeline: Timeline, sights: Mapping[int, Sight], named: Mapping[int, bool]) -> Kin:
    """Pairs in which the speaker is called a relative by the addressee, or bears such a display name (`named`).

    Source: our choice; measured on benign family chats. Abuse inside families is real: only FAMILY_LIFE is spared.
    """
    called = {
        (int(timeline.conversation[i]), int(timeline.addressee[i]), int(timeline.speaker[i]))
        for i, sight in sights.items()
        if "kin" in sight.marks
    }
    return Kin(called=frozenset(called), named=frozenset(code for code, is_kin in named.items() if is_kin))


def raise_alerts(timeline: Timeline, sights: Mapping[int, Sight], stated: Stated, kin: Kin) -> list[Alert]:
    """All alerts, in the order of conversation, speaker, addressee, time."""
    alerts: list[Alert] = []
    for pair, seen in sorted(_pairs(timeline, sights).items()):
        if any(item.sight.hits for item in seen):
            alerts.extend(_Pair(timeline, pair, seen, Known(stated=stated, kin=kin)).alerts())
    return alerts


def _pairs(timeline: Timeline, sights: Mapping[int, Sight]) -> dict[tuple[int, int, int], list[Seen]]:
    pairs: dict[tuple[int, int, int], list[Seen]] = {}
    for index in sorted(sights):
        sight = sights[index]
        if sight.hits or sight.marks:
            key = (int(timeline.conversation[index]), int(timeline.speaker[index]), int(timeline.addressee[index]))
            pairs.setdefault(key, []).append(Seen(index=index, sight=sight))
    return pairs


class _Pair:
    """One directed pair, walked in time; the window is looked at again at each message that shows something."""

    def __init__(self, timeline: Timeline, pair: tuple[int, int, int], seen: Sequence[Seen], known: Known) -> None:
        stated = known.stated
        self._kin = pair in known.kin.called or pair[1] in known.kin.named
        self._timeline, self._seen = timeline, seen
        self._conversation, self._speaker, self._addressee = pair
        self._minor = [i for i, age in stated.get((pair[0], pair[2]), ()) if age.minor]
        self._own_ages = [(i, age.years) for i, age in stated.get((pair[0], pair[1]), ()) if age.years is not None]

    def alerts(self) -> Iterator[Alert]:
        episode: _Episode | None = None
        for place in range(len(self._seen)):
            window = self._window(place)
            now = window[-1].index
            certain = dict(self._strong(window, now))
            strong = certain | self._corroborated(window, certain, now)
            reasons = self._reasons(window, strong, now)
            if not reasons:
                continue
            if episode is not None and not self._near(episode.last, now, WINDOW_MESSAGES, WINDOW_S):
                yield self._close(episode)
                episode = None
            episode = episode or _Episode()
            episode.add(now, reasons, window, strong)
        if episode is not None:
            yield self._close(episode)

    def _window(self, place: int) -> Sequence[Seen]:
        """The messages of the pair that share a window with the one at `place`, itself last."""
        now = self._seen[place].index
        first = place
        while first and self._near(self._seen[first - 1].index, now, WINDOW_MESSAGES, WINDOW_S):
            first -= 1
        return self._seen[first : place + 1]

    def _near(self, before: int, now: int, messages: int, seconds: int) -> bool:
        line = self._timeline
        if line.rank[now] - line.rank[before] < messages:
            return True
        known = line.known_at[now] and line.known_at[before]
        return bool(known and line.at_us[now] - line.at_us[before] <= seconds * 1_000_000)

    def _strong(self, window: Sequence[Seen], now: int) -> Iterator[tuple[str, list[int]]]:
        """Tactics that count as strong in the window, with the messages that show them."""
        found: dict[str, list[int]] = {}
        for item in window:
            for hit in item.sight.hits:
                if self._kin and hit.tactic in FAMILY_LIFE:
                    continue
                if hit.strong or (not hit.context and self._made_strong(hit.tactic, window, item, now)):
                    found.setdefault(hit.tactic, []).append(item.index)
        if "meeting" in found:
            found["meeting"] = sorted({*found["meeting"], *self._place_and_time(window, found["meeting"])})
        yield from found.items()

    def _corroborated(self, window: Sequence[Seen], certain: Mapping[str, list[int]], now: int) -> dict[str, list[int]]:
        """Tactics found by doubtful wording only, where enough stands beside them; else nothing. Never between relatives.

        All of them count beside two certain tactics when a minor is indicated, or a telling one or two of them are found;
        beside one certain tactic, when a minor is indicated and three are found in all.
        Threat and payment count beside each other when one is certain, or any tactic is, or a deadline is told.
        """
        if self._kin:
            return {}
        doubtful: dict[str, list[int]] = {}
        for item in window:
            for hit in item.sight.hits:
                if hit.context and hit.tactic in STRONG_TACTICS and hit.tactic not in certain:
                    doubtful.setdefault(hit.tactic, []).append(item.index)
        minor = any(index <= now for index in self._minor)
        telling = len(TELLING & doubtful.keys())
        beside_two = len(certain) >= 2 and (minor or telling > 0 or len(doubtful) >= 2)
        beside_one = len(certain) == 1 and minor and len(doubtful) >= 2
        if beside_two or beside_one:
            return doubtful
        pair = BLACKMAIL & doubtful.keys()
        holds = BLACKMAIL & certain.keys() or (pair == BLACKMAIL and (certain or self._countdown(window)))
        return {tactic: doubtful[tactic] for tactic in pair} if holds else {}

    def _made_strong(self, tactic: str, window: Sequence[Seen], item: Seen, now: int) -> bool:
        """Whether what is known by `now` makes a weak tactic of `item` strong."""
        if tactic == "personal_info":
            return any(index <= now for index in self._minor)
        if tactic == "meeting":
            marks = {mark for other in self._around(window, item.index) for mark in other.sight.marks}
            return {"place", "time"} <= marks
        if tactic == "impersonation":
            ages = [years for index, years in self._own_ages if index <= now]
            return bool(ages) and max(ages) - min(ages) >= CONTRADICTION_YEARS
        if tactic == "persistence":
            return self._unanswered(window, item)
        return False

    def _around(self, window: Sequence[Seen], index: int) -> list[Seen]:
        return [
            item
            for item in window
            if not item.sight.frames
            and self._near(min(item.index, index), max(item.index, index), NEAR_MESSAGES, 0)
            and abs(self._timeline.at_us[item.index] - self._timeline.at_us[index]) <= NEAR_S * 1_000_000
        ]

    def _place_and_time(self, window: Sequence[Seen], meetings: Sequence[int]) -> set[int]:
        """The nearest messages that tell the place or the time, where the proposals themselves do not."""
        own = {mark for item in window if item.index in meetings for mark in item.sight.marks}
        told: set[int] = set()
        for mark in {"place", "time"} - own:
            tellers = [
                (abs(item.index - index), item.index)
                for index in meetings
                for item in self._around(window, index)
                if mark in item.sight.marks
            ]
            told.update(index for _, index in sorted(tellers)[:1])
        return told

    def _unanswered(self, window: Sequence[Seen], item: Seen) -> bool:
        """True at the second pressing message of a long run without an answer."""
        line = self._timeline
        run = int(line.run[item.index])
        if run < UNANSWERED_RUN:
            return False
        pressing = [
            other.index
            for other in window
            if any(hit.tactic == "persistence" for hit in other.sight.hits)
            and 0 <= line.rank[item.index] - line.rank[other.index] < run
        ]
        return len(pressing) >= 2

    def _reasons(self, window: Sequence[Seen], strong: Mapping[str, Sequence[int]], now: int) -> tuple[Reason, ...]:
        reasons: list[Reason] = []
        if len(strong) >= STRONG_NEEDED:
            reasons.append("three_strong")
        if "threat" in strong and ("payment_demand" in strong or self._countdown(window)):
            reasons.append("threat_payment")
        if "meeting" in strong and any(index <= now for index in self._minor):
            reasons.append("meeting_minor")
        return tuple(reasons)

    def _countdown(self, window: Sequence[Seen]) -> bool:
        """A deadline told in the message of a threat, or next to it."""
        threats = [item.index for item in window if any(hit.tactic == "threat" for hit in item.sight.hits)]
        return any(
            "countdown" in other.sight.marks and not other.sight.frames
            for index in threats
            for other in window
            if abs(self._timeline.rank[other.index] - self._timeline.rank[index]) <= 2
        )

    def _close(self, episode: "_Episode") -> Alert:
        evidence = tuple(
            Evidence(tactic=tactic, strong=tactic in episode.strong, indexes=tuple(sorted(indexes)))
            for tactic, indexes in sorted(
                episode.shown.items(), key=lambda item: (item[0] not in episode.strong, min(item[1]))
            )
        )
        level = LEVELS[max(LEVELS.index(level) for level in episode.raised)]
        minor = tuple(index for index in self._minor if index <= episode.last)
        return Alert(
            level=level,
            reasons=tuple(episode.reasons),
            conversation=self._conversation,
            speaker=self._speaker,
            addressee=self._addressee,
            raised=tuple(episode.raised.items()),
            evidence=evidence,
            minor=minor,
        )


class _Episode:
    """An alert while it lasts: it grows with every window that still holds."""

    def __init__(self) -> None:
        self.last = -1
        self.reasons: list[Reason] = []
        self.raised: dict[Level, int] = {}
        self.strong: set[str] = set()
        self.shown: dict[str, set[int]] = {}

    def add(
        self, now: int, reasons: Sequence[Reason], window: Sequence[Seen], strong: Mapping[str, Sequence[int]]
    ) -> None:
        self.last = now
        self.reasons.extend(reason for reason in reasons if reason not in self.reasons)
        level: Level = "to_read" if tuple(reasons) == ("three_strong",) else "immediate"
        if level == "immediate" or "immediate" not in self.raised:
            self.raised.setdefault(level, now)
        self.strong.update(strong)
        for tactic, indexes in strong.items():
            self.shown.setdefault(tactic, set()).update(indexes)
        for item in window:
            for hit in item.sight.hits:
                self.shown.setdefault(hit.tactic, set()).add(item.index)
