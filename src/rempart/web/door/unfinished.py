"""Reads of the door that the desk may make: forms that somebody left unfinished after agreeing to be kept before the end.

A form is all drafts under one lookup, and the last step counts. The door keeps minutes, and seals in steps of length: which draft of
the last minute holds most, only who opens them can tell, so all of them are given. A form is left alone until REST after its last
step, so that nobody reads over the shoulder of who still writes; one that was sent is none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef
from django.db.models.functions import Length

from rempart.web.door.models import Deposit, Draft

REST = timedelta(minutes=30)
MOST_IN_A_MINUTE = 20  # a form has fewer questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A form that rests. saved_at: of its last step, to the minute; steps: how many were kept."""

    lookup: bytes
    saved_at: datetime
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A form with the drafts of its last minute, the longest first; there is one at least."""

    form: Unfinished
    drafts: tuple[Draft, ...]

    @property
    def name(self) -> Draft:
        """The draft that stands for the form."""
        return self.drafts[0]


def unfinished_forms(*, now: datetime) -> tuple[Unfinished, ...]:
    """Every form that rests and was not sent, the oldest first. Their number is that of thirty days (`duties.drafts`)."""
    rows = Draft.objects.exclude(_sent()).values("lookup").annotate(last=Max("saved_at"), steps=Count("*"))
    resting = rows.filter(last__lt=now - REST).order_by("last", "lookup")
    told = resting.values_list("lookup", "last", "steps")
    return tuple(Unfinished(lookup=bytes(lookup), saved_at=last, steps=steps) for lookup, last, steps in told)


def kept_forms(forms: Iterable[Unfinished]) -> tuple[Kept, ...]:
    """These forms with the sealed bytes of their last minute, in the order given; without those that went meanwhile."""
    listed = list(forms)
    last = {form.lookup: form.saved_at for form in listed}
    sizes = Draft.objects.filter(lookup__in=list(last)).annotate(size=Length("sealed")).order_by("-size", "id")
    names: dict[bytes, list[UUID]] = {}
    for key, lookup, saved_at in sizes.values_list("id", "lookup", "saved_at"):
        same = names.setdefault(bytes(lookup), [])
        if saved_at == last[bytes(lookup)] and len(same) < MOST_IN_A_MINUTE:
            same.append(key)
    rows = Draft.objects.in_bulk([key for same in names.values() for key in same])
    found = ((form, tuple(rows[key] for key in names.get(form.lookup, ()) if key in rows)) for form in listed)
    return tuple(Kept(form=form, drafts=drafts) for form, drafts in found if drafts)


def find_form(draft: UUID, *, now: datetime) -> Kept | None:
    """The form that this draft stands for; None when it stands for none, or the form was sent or does not rest yet."""
    lookup = Draft.objects.exclude(_sent()).filter(id=draft).values_list("lookup", flat=True).first()
    if lookup is None:
        return None
    told = Draft.objects.filter(lookup=bytes(lookup)).aggregate(last=Max("saved_at"), steps=Count("id"))
    form = Unfinished(lookup=bytes(lookup), saved_at=told["last"], steps=told["steps"])
    found = kept_forms([form]) if form.saved_at < now - REST else ()
    return next((one for one in found if one.name.id == draft), None)


def _sent() -> Exists:
    return Exists(Deposit.objects.filter(lookup=OuterRef("lookup")))
