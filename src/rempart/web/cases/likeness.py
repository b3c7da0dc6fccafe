"""Which reports share something: found by blind traces, told as proposals, judged by people.

A trace is the HMAC of an identifier, or of a band of the text's sketch, under a key that the door does not have; the values stand nowhere.
Texts that share a band are opened and compared; a name without its service is too weak to propose anything by itself.
Source: reference/security.md §5.4 (blind index); measured weakness of bare names: `identities.identifiers`.
Invariant: nothing here joins anything, and what is proposed never follows from another proposal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count

from rempart.identities.identifiers import LINKING, IdentifierKind, identifiers_of
from rempart.intake.report import Report as Words
from rempart.matching.near_text import similarity, sketch_text
from rempart.web.cases.keys import blind
from rempart.web.cases.models import Trace

TEXT, RECEIPT = "text", "receipt"
HOT = 50  # a trace that more reports share joins no pairs by itself: an address sent round by many
NEWEST = 5  # of the holders of a hot trace, so many are proposed, and one that is in a dossier
NEAR = 0.6  # from this share of common shingles two texts are told as near the same
MOST_COMPARED = 30  # texts opened for one report; those that share the most bands first
_WEAK = IdentifierKind.HANDLE
_AT_ONCE = 500  # values in one question to the database
Texts = Callable[[Iterable[UUID]], Mapping[UUID, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One trace: its kind and its 16 bytes."""

    kind: str
    mac: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """A report about to be linked. text: "" when it has none."""

    id: UUID
    marks: tuple[Mark, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two reports that share something. kinds: what, sorted; similarity: of their texts, None when they were not compared."""

    new: UUID
    other: UUID
    kinds: tuple[str, ...]
    similarity: float | None


def marks_of(words: Words) -> tuple[Mark, ...]:
    """The traces of a report, each once. What the reporter gave about themselves leaves none."""
    found = [
        Mark(kind=str(one.kind), mac=blind(str(one.kind), one.value.encode("utf-8", "surrogatepass")))
        for one in identifiers_of(words)
        if one.kind in LINKING or one.kind is _WEAK
    ]
    found += [Mark(kind=TEXT, mac=blind(TEXT, band)) for band in sketch_text(words.narrative).bands]
    return tuple(dict.fromkeys(found))


def find_proposals(new: Sequence[Traced], *, texts: Texts) -> tuple[Proposal, ...]:
    """The pairs to be judged among new reports, and between them and those whose traces are kept.

    new: in the order of their numbers; none of them has a trace in the table. texts: opens the narratives of kept reports.
    """
    holders = _Holders.of({mark.mac for one in new for mark in one.marks})
    candidates: list[tuple[Traced, dict[UUID, list[Mark]]]] = []
    for one in new:
        candidates.append((one, holders.sharing(one)))
        holders.add(one)
    own = {one.id: one.text for one in new}
    wanted = {other for _, shared in candidates for other in _to_compare(shared)} - own.keys()
    every = {**own, **(texts(sorted(wanted)) if wanted else {})}
    return tuple(found for one, shared in candidates for found in _judge(one, shared, every))


def _judge(one: Traced, shared: Mapping[UUID, list[Mark]], texts: Mapping[UUID, str]) -> Iterator[Proposal]:
    compared = {other: similarity(one.text, texts.get(other, "")) for other in _to_compare(shared)}
    for other, marks in shared.items():
        kinds = {mark.kind for mark in marks} - {TEXT}
        alike = compared.get(other)
        if alike is not None and alike >= NEAR:
            kinds.add(TEXT)
        weak = sum(mark.kind == _WEAK for mark in marks)
        if kinds - {_WEAK} or weak > 1:
            yield Proposal(new=one.id, other=other, kinds=tuple(sorted(kinds)), similarity=alike)


def _to_compare(shared: Mapping[UUID, list[Mark]]) -> list[UUID]:
    """Those that share bands of the text, the most bands first; a reporter who sends one text everywhere costs no more."""
    bands = {other: sum(mark.kind == TEXT for mark in marks) for other, marks in shared.items()}
    return sorted((other for other, count in bands.items() if count), key=lambda other: -bands[other])[:MOST_COMPARED]


@dataclass(slots=True, kw_only=True)
class _Holders:
    """Who has each trace: of a hot one, the newest and one that is in a dossier. counts: how many have it in all."""

    counts: dict[bytes, int] = field(default_factory=lambda: defaultdict(int))
    known: dict[bytes, list[UUID]] = field(default_factory=lambda: defaultdict(list))  # the newest last
    filed: dict[bytes, UUID] = field(default_factory=dict)

    @classmethod
    def of(cls, macs: set[bytes]) -> "_Holders":
        """As the table has them."""
        found = cls()
        every = sorted(macs)
        for some in (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE)):
            rows = Trace.objects.filter(mac__in=some)
            found.counts.update((bytes(mac), n) for mac, n in rows.values_list("mac").annotate(Count("id")).order_by())
            cold = [mac for mac in some if 0 < found.counts[mac] <= HOT]
            for mac, report in Trace.objects.filter(mac__in=cold).order_by("id").values_list("mac", "report_id"):
                found.known[bytes(mac)].append(report)
        for mac in [mac for mac, count in found.counts.items() if count > HOT]:
            found._take_hot(mac)
        return found

    def sharing(self, one: Traced) -> dict[UUID, list[Mark]]:
        """Every report that is to be looked at beside this one, with what they share."""
        shared: dict[UUID, list[Mark]] = defaultdict(list)
        for mark in one.marks:
            is_hot = self.counts[mark.mac] > HOT
            near = self.known[mark.mac][-NEWEST:] if is_hot else self.known[mark.mac]
            filed = [self.filed[mark.mac]] if is_hot and mark.mac in self.filed else []
            for other in dict.fromkeys((*near, *filed)):
                if other != one.id:
                    shared[other].append(mark)
        return shared

    def add(self, one: Traced) -> None:
        """This report is there now too."""
        for mark in one.marks:
            self.known[mark.mac].append(one.id)
            self.counts[mark.mac] += 1

    def _take_hot(self, mac: bytes) -> None:
        rows = Trace.objects.filter(mac=mac)
        self.known[mac] = list(rows.order_by("-id").values_list("report_id", flat=True)[:NEWEST])[::-1]
        in_dossier = rows.filter(report__dossier__isnull=False).order_by("-id").values_list("report_id", flat=True)
        if (report := in_dossier.first()) is not None:
            self.filed[mac] = report
