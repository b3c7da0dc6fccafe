"""Lists of known files of a site: imported sealed, looked up by the worker, removed in two steps; each act an event, each use a line.

Rows are sealed to the key of the desk and the guard key; what is sent is read in the memory of the request and never kept in the clear.
The caller has passed a door of `people.access`. Who may manage lists sees names, counts and uses, and never what a list matched: that stands in dossiers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import router, transaction

from rempart.errors import BadInput, NotAllowed
from rempart.evidence.keys import Purpose, load_recipients, read_identities
from rempart.matching.listing import Listing
from rempart.matching.lists.form import ListOptions
from rempart.matching.reading import ListReading
from rempart.matching.store import KeptList, ListStore, NewList
from rempart.matching.uses import LookUp
from rempart.web.cases.events import WORKER, Act, Subject, record, words
from rempart.web.cases.keys import DESK_KEY
from rempart.web.cases.models import Event
from rempart.web.cases.reports import By, required_reason
from rempart.web.config import Site
from rempart.web.uploads import HeldUpload

FOLDER = "hashlists"  # below the data folder, as `rempart hashes` has it
IMPORTED, ASKED, REMOVED = "list_imported", "list_removal_asked", "list_removed"
ASKED_FOR = timedelta(days=7)  # within which the second step follows


class NotAskedYet(BadInput):
    """The first of the two steps is missing, or too long ago."""


class NotInUse(BadInput):
    """There is no such list."""


class AskedAlready(NotAllowed):
    """The first step was done already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The first step of a removal: by whom (pseudonym), when, why."""

    by: str
    at: datetime
    reason: str


def store_of(site: Site) -> ListStore:
    """The lists of a site."""
    return ListStore(site.folder / FOLDER)


def import_list(site: Site, upload: HeldUpload, new: NewList, *, by: By, kind: str | None = None) -> KeptList:
    """Reads what was sent, in any form that `matching.lists` knows, and keeps it sealed. kind: of bare digests whose length does not tell.

    Raises: NoReason; those of reading and keeping a list (BadInput). Nothing is kept then, save sealed bytes without a name.
    """
    reason = required_reason(by)
    reading = ListReading(upload.path, options=ListOptions(kind=kind))
    reading.exhibit = replace(reading.exhibit, name=upload.name or "list")
    kept = store_of(site).add(reading, new, recipients=_recipients(site))
    said = {"list": kept.list_id, "name": kept.name, "rows": reading.tally.rows, "reason": reason}
    record(_act(IMPORTED, by, said), subject=of_list(kept.list_id))
    return kept


def ask_removal(site: Site, list_id: str, *, by: By) -> None:
    """The first step: somebody says why a list is to go. Raises: NoReason, NotInUse, AskedAlready."""
    reason = required_reason(by)
    kept = list_of(site, list_id)
    if asked_for(list_id, now=by.at) is not None:
        raise AskedAlready("The removal of this list was asked for already; the second step removes it.")
    record(_act(ASKED, by, {"list": list_id, "name": kept.name, "reason": reason}), subject=of_list(list_id))


def remove_list(site: Site, list_id: str, *, by: By) -> KeptList:
    """The second step, within a week: its sealed rows are destroyed, and nothing is looked up in it any more.

    What was found by it stays in the dossiers, as what the list stated then. Raises: NoReason, NotInUse, NotAskedYet.
    """
    reason = required_reason(by)
    list_of(site, list_id)
    if asked_for(list_id, now=by.at) is None:
        raise NotAskedYet("Nobody has asked for the removal of this list within a week. Nothing was removed.")
    with transaction.atomic(using=router.db_for_write(Event)):
        record(_act(REMOVED, by, {"list": list_id, "reason": reason}), subject=of_list(list_id))
        return store_of(site).remove(list_id, use=LookUp(by=by.actor.pseudonym, at=by.at, act="remove"))


def asked_for(list_id: str, *, now: datetime) -> Asked | None:
    """The first step of a removal that waits for the second; None when there is none."""
    told = words(of_list(list_id), actions=frozenset({IMPORTED, ASKED, REMOVED}))
    if not told or told[-1].action != ASKED or told[-1].at < now - ASKED_FOR:
        return None
    return Asked(by=told[-1].actor, at=told[-1].at, reason=str(told[-1].payload.get("reason", "")))


def list_of(site: Site, list_id: str) -> KeptList:
    """A list that is kept. Raises: NotInUse, BrokenList."""
    for kept in store_of(site).lists():
        if kept.list_id == list_id:
            return kept
    raise NotInUse("There is no such list, or it was removed. Nothing was changed.")


def open_lists(site: Site, *, exhibits: Sequence[str], at: datetime) -> tuple[Listing, ...]:
    """Every list, for one analysis by the worker; each use is written down first. exhibits: their SHA-256, or their address.

    How many media are looked up is not known yet, so the log says 0. Raises: those of `ListStore.open`, OSError.
    """
    store = store_of(site)
    if not store.lists():
        return ()
    use = LookUp(by=WORKER, at=at, exhibits=tuple(exhibits))
    return store.open_all(identities=read_identities(site.keys / DESK_KEY), use=use)


def of_list(list_id: str) -> Subject:
    """A list as the subject of an event: a UUID made from its id."""
    return Subject(kind="list", id=subject_id(list_id))


def subject_id(list_id: str) -> UUID:
    """The same for the same list, on every site."""
    return uuid5(NAMESPACE_URL, f"rempart:list:{list_id}")


def _act(action: str, by: By, said: dict[str, object]) -> Act:
    return Act(action=action, actor=by.actor.pseudonym, at=by.at, payload=said)


def _recipients(site: Site) -> tuple[str, ...]:
    return load_recipients(site.recipients).active(Purpose.DESK, Purpose.ESCROW)
