"""What happens to accounts, in the journal of the desk. Refused attempts are counted, not written: a stranger must not fill it."""

from datetime import UTC, datetime

from django.contrib.auth.base_user import AbstractBaseUser

from rempart.web.cases.events import SITE, Act, of_person, record
from rempart.web.people.models import Person

OWNER = "owner"  # who has a terminal on the machine
ENTERED, LEFT = "person_entered", "person_left"
PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an act
FACTOR_ADDED, FACTOR_RENAMED, FACTOR_REMOVED = "factor_added", "factor_renamed", "factor_removed"
CODES_RENEWED, CODES_KEPT, SESSIONS_ENDED = "codes_renewed", "codes_kept", "sessions_ended"
ACCOUNT_MADE, ACCOUNT_RESET = "account_made", "account_reset"
_NO_PERSON = "account"  # an account that belongs to nobody yet has no pseudonym


def note(action: str, *, user: AbstractBaseUser, actor: str = "") -> None:
    """One event about an account, by its owner or by `actor`."""
    person = Person.objects.filter(user=user.pk).first()
    act = Act(action=action, actor=actor or (person.pseudonym if person else _NO_PERSON), at=datetime.now(UTC))
    record(act, subject=of_person(person) if person else SITE)
