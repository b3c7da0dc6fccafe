"""Forms that people left unfinished, as the list and the page of one read them: what was decided, and what opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rempart.intake.report import Report as Words
from rempart.intake.report import encode
from rempart.web.cases.drafts import Outcome
from rempart.web.cases.models import OpenedDraft
from rempart.web.cases.unsealing import NotOpened, Unsealer, not_opened
from rempart.web.door.unfinished import Kept, Unfinished, kept_forms, unfinished_forms
from rempart.web.people.access import Actor

MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A form, by the draft that stands for it. words: None where it cannot be opened here now; failure says why."""

    form: Unfinished
    draft: UUID
    words: Words | None
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Forms that rest. open: on which nobody has decided; left: that somebody left."""

    open: tuple[Unfinished, ...] = ()
    left: tuple[Unfinished, ...] = ()


def waiting_forms(actor: Actor, *, now: datetime) -> Waiting:
    """The forms, the oldest first; none for people of another organisation than the door fills.

    Who goes on writing after a decision brings the form back: what they added is new.
    """
    if not actor.person.organisation.is_home:
        return Waiting()
    rows = OpenedDraft.objects.exclude(outcome="").order_by("saved_at", "at")
    decided = {
        bytes(lookup): (last, outcome) for lookup, last, outcome in rows.values_list("lookup", "saved_at", "outcome")
    }
    left, none = str(Outcome.LEFT), (None, "")
    forms = unfinished_forms(now=now)
    return Waiting(
        open=tuple(form for form in forms if decided.get(form.lookup, none)[0] != form.saved_at),
        left=tuple(form for form in forms if decided.get(form.lookup, none) == (form.saved_at, left)),
    )


def opened_forms(forms: Sequence[Unfinished]) -> tuple[Found, ...]:
    """These forms with what can be opened of them, in the order given."""
    unsealer = _unsealer()
    return tuple(_found(kept, unsealer) for kept in kept_forms(forms))


def opened_form(kept: Kept) -> Found:
    """One form with what can be opened of it."""
    return _found(kept, _unsealer())


def read_form(kept: Kept) -> Words:
    """What the form holds. Raises: NotOpened."""
    return _fullest(kept, _unsealer())


def decision_on(draft: UUID) -> OpenedDraft | None:
    """What was decided on this draft; None for nothing yet."""
    return OpenedDraft.objects.filter(draft=draft).exclude(outcome="").first()


def earlier_decision(form: Unfinished) -> OpenedDraft | None:
    """What was decided last on an earlier state of the form; None for nothing."""
    rows = OpenedDraft.objects.filter(lookup=form.lookup, saved_at__lt=form.saved_at).exclude(outcome="")
    return rows.order_by("-saved_at", "-at").first()


def _found(kept: Kept, unsealer: Unsealer) -> Found:
    words, failure = None, ""
    try:
        words = _fullest(kept, unsealer)
    except NotOpened as error:
        failure = str(error.failure)
    return Found(form=kept.form, draft=kept.name.id, words=words, failure=failure)


def _fullest(kept: Kept, unsealer: Unsealer) -> Words:
    """Of the drafts of the last minute that can be opened, the one that holds most. Raises: NotOpened, when none can."""
    opened: list[Words] = []
    for draft in kept.drafts:
        try:
            opened.append(unsealer.open(bytes(draft.sealed)))
        except NotOpened as error:
            failure = error.failure
    if not opened:
        raise not_opened(failure)
    return max(opened, key=lambda words: len(encode(words)))


def _unsealer() -> Unsealer:
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return Unsealer(SITE.keys)
