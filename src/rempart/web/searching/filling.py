"""Fills the index with what was opened, newest first, a batch at a time; keeps up with new reports and with what reporters write on
them later, and forgets erased ones, with all of it.

A report that no key here opens stays out of the index and in the count: an answer then says “N of M”. It is tried again when the keys
change. The thread that calls is the only one that changes the index.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from uuid import UUID

from rempart.web.cases.unsealing import NotOpened, Unsealer
from rempart.web.config import Site
from rempart.web.searching import opened
from rempart.web.searching.forms import Document, document_of
from rempart.web.searching.index import Index

BATCH = 200
COUNT_S = 15.0  # how often numbers are compared; an erased report is forgotten after so long at the latest, or
WHOLE_S = 600.0  # after so long, should another one come back in the same moment
MOST_LOOSE = 5_000  # reports taken in before all is merged into one; SQLite merges small steps by itself
_MINUTE = timedelta(minutes=1)  # to which instants of the door are rounded


class Merging(Enum):
    """Whether the pages of the index are to be made one."""

    NONE = auto()
    DUE = auto()
    BEGUN = auto()


class Filling:
    """What there is to search, and how much of it is in the index."""

    def __init__(self, site: Site, index: Index) -> None:
        self._unsealer, self._index = Unsealer(site.keys), index
        self._since = datetime.now(UTC) - _MINUTE  # what was erased before has no words to take in
        self._emptied: set[int] = set()
        self._waiting: list[int] = []  # numbers, lowest first; taken from the end
        self._unread: set[int] = set()
        self._messages: dict[UUID, list[UUID]] = {}  # ids of what came later on each report, the oldest first
        self._leaf = -1  # of the journal, up to which they are known
        self._again: set[int] = set()  # numbers of reports in the index on which something came
        self._partly: set[int] = set()  # and of those with a message that no key here opens
        self._highest = 0
        self._counted_at = self._looked_at = -WHOLE_S
        self._loose, self._merging = 0, Merging.NONE

    @property
    def total(self) -> int:
        """How many reports ought to be found."""
        return len(self._index) + len(self._waiting) + len(self._unread)

    @property
    def must_step_back(self) -> bool:
        """True while reports wait to be opened: people need those first."""
        return opened.is_opening()

    def look(self, *, now_s: float | None = None) -> None:
        """Sees what was opened and erased since. now_s: of a clock that only goes on."""
        now = time.monotonic() if now_s is None else now_s
        self._take_new(opened.opened_after(self._highest))
        self._take_messages()
        if self._unsealer.look():
            self._waiting = sorted({*self._waiting, *self._unread})
            self._again |= self._partly
            self._unread.clear()
            self._partly.clear()
        if now - self._counted_at >= COUNT_S:
            self._counted_at = now
            if now - self._looked_at >= WHOLE_S or opened.count_opened() != self.total:
                self._looked_at = now
                self._compare(opened.opened_after(0))
            self._forget_emptied(opened.emptied_since(self._since))

    def step(self) -> bool:
        """Takes one batch in, or merges a little; True when there is more to do. Later messages come first: they are few."""
        if self._again:
            self._renew_batch()
            return True
        if self._waiting:
            self._take_batch()
            return True
        if self._merging is not Merging.NONE:
            is_more = self._index.tidy(begin=self._merging is Merging.DUE)
            self._merging = Merging.BEGUN if is_more else Merging.NONE
        return self._merging is not Merging.NONE

    def _take_batch(self) -> None:
        batch = self._waiting[-BATCH:]
        documents = self._documents(batch)
        self._index.add(documents)
        del self._waiting[-len(batch) :]
        self._unread |= set(batch) - {document.number for document in documents}
        self._count_loose(len(documents))

    def _renew_batch(self) -> None:
        batch = sorted(self._again)[-BATCH:]
        documents = self._documents(batch)
        self._index.renew(documents)
        self._again.difference_update(batch)
        self._count_loose(len(documents))

    def _count_loose(self, count: int) -> None:
        self._loose += count
        if self._loose >= MOST_LOOSE and not self._waiting:
            self._loose, self._merging = 0, Merging.DUE

    def _documents(self, numbers: Sequence[int]) -> list[Document]:
        """Those of these reports that open, with their later messages as far as they do."""
        ids = opened.ids_of(numbers)
        words = self._unsealer.words_of(ids)
        sealed = opened.sealed_messages(message for one in words for message in self._messages.get(one, ()))
        return [
            document_of(report, number=ids[one], report_id=one, letters=self._letters(one, ids[one], sealed))
            for one, report in words.items()
        ]

    def _letters(self, report: UUID, number: int, sealed: Mapping[UUID, bytes]) -> list[str]:
        letters: list[str] = []
        for message in self._messages.get(report, ()):
            try:
                letters += [self._unsealer.text_of(sealed[message])] if message in sealed else []
            except NotOpened:
                self._partly.add(number)
        return letters

    def _take_messages(self) -> None:
        """Learns of what came since; a report that is in the index is then taken in again."""
        came = opened.messages_after(self._leaf)
        for leaf, message, report in came:
            self._messages.setdefault(report, []).append(message)
            self._leaf = leaf
        if came and len(self._index):
            self._again |= opened.numbers_of(report for _, _, report in came)

    def _take_new(self, numbers: Sequence[int]) -> None:
        self._waiting += numbers
        self._highest = max(self._highest, *numbers) if numbers else self._highest

    def _compare(self, numbers: Sequence[int]) -> None:
        there, known = set(numbers), self._index.numbers()
        self._forget(known - there)
        self._unread &= there
        self._waiting = sorted(there - known - self._unread)
        self._highest = max(there, default=0)

    def _forget_emptied(self, numbers: set[int]) -> None:
        """Counted as long as the desk counts them, and found no longer."""
        new = numbers - self._emptied
        if new:
            self._emptied |= new
            taken = new & self._index.numbers()
            self._forget(taken)
            self._unread |= taken

    def _forget(self, numbers: set[int]) -> None:
        if numbers:
            self._index.remove(numbers)
            self._merging = Merging.DUE
