"""Who works here: a person is made once, a role is given and ended by another person, and the journal says each of it."""

import re

import pytest
from django.contrib.auth.models import User

from rempart.web.cases.events import history, of_person
from rempart.web.cases.models import Event
from rempart.web.people import accounts
from rempart.web.people.access import actor_of
from rempart.web.people.accounts import OWNER, AlreadyHeld, NoSuchRole, NotHeld, OwnRole
from rempart.web.people.models import Grant, Organisation, Person
from rempart.web.people.roles import Permission, Role
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")


@pytest.fixture
def alice() -> Person:
    """Somebody without a role."""
    user = User.objects.create(username="alice")
    return accounts.person_of(user, organisation="Essai", by=OWNER, at=NOON)


def told(person: Person) -> list[tuple[str, str, object]]:
    """What the journal says of a person: (action, who, role)."""
    return [(one.action, one.actor, one.payload.get("role")) for one in history(of_person(person))]


def test_a_name_that_is_no_role_is_refused() -> None:
    """And the roles are named."""
    with pytest.raises(NoSuchRole, match="analyst"):
        accounts.parse_role("admin")

    assert accounts.parse_role("analyst") is Role.ANALYST


@pytest.mark.parametrize("role", Role)
def test_nobody_gives_a_role_to_themself(alice: Person, role: Role) -> None:
    """Whatever their roles are: a head neither."""
    accounts.grant_role(alice, role=Role.HEAD, by=OWNER, at=NOON)

    with pytest.raises(OwnRole):
        accounts.grant_role(alice, role=role, by=alice.pseudonym, at=NOON)

    assert accounts.held_roles(alice) == (Role.HEAD,)


def test_nobody_ends_a_role_of_their_own(alice: Person) -> None:
    """Another person sees it."""
    accounts.grant_role(alice, role=Role.HEAD, by=OWNER, at=NOON)

    with pytest.raises(OwnRole):
        accounts.end_role(alice, role=Role.HEAD, by=alice.pseudonym, at=NOON)

    assert accounts.held_roles(alice) == (Role.HEAD,)


def test_a_role_is_held_once(alice: Person) -> None:
    """The second time nothing is written."""
    accounts.grant_role(alice, role=Role.ANALYST, by=OWNER, at=NOON)
    before = Event.objects.count()

    with pytest.raises(AlreadyHeld):
        accounts.grant_role(alice, role=Role.ANALYST, by=OWNER, at=NOON)

    assert (Event.objects.count(), Grant.objects.count()) == (before, 1)


def test_a_role_that_nobody_holds_is_not_ended(alice: Person) -> None:
    """Nothing is written."""
    before = Event.objects.count()

    with pytest.raises(NotHeld):
        accounts.end_role(alice, role=Role.ANALYST, by=OWNER, at=NOON)

    assert Event.objects.count() == before


def test_a_role_is_given_ended_and_given_again(alice: Person) -> None:
    """The journal says who, and which; the rows of before stay."""
    accounts.grant_role(alice, role=Role.ANALYST, by="p-boboboba", at=NOON)
    may = actor_of(alice).may(Permission.TRIAGE_REPORT)
    accounts.end_role(alice, role=Role.ANALYST, by="p-boboboba", at=NOON)
    may_after = actor_of(alice).may(Permission.TRIAGE_REPORT)
    accounts.grant_role(alice, role=Role.ANALYST, by=OWNER, at=NOON)

    assert (may, may_after, accounts.held_roles(alice)) == (True, False, (Role.ANALYST,))
    assert sorted(told(alice), key=str) == sorted(
        [
            ("person_made", OWNER, None),
            ("role_granted", "p-boboboba", "analyst"),
            ("role_ended", "p-boboboba", "analyst"),
            ("role_granted", OWNER, "analyst"),
        ],
        key=str,
    )
    assert Grant.objects.count() == 2


def test_a_person_has_a_pseudonym_that_says_nothing(alice: Person) -> None:
    """Another one for each, as the codes of leaves are written."""
    bob = accounts.person_of(User.objects.create(username="bob"), organisation="Essai", by=OWNER, at=NOON)

    assert re.fullmatch(r"p-[a-z2-7]{8}", alice.pseudonym)
    assert bob.pseudonym != alice.pseudonym


def test_an_account_is_one_person(alice: Person) -> None:
    """A second one is refused; asked for again, it is the same."""
    with pytest.raises(AlreadyHeld):
        accounts.make_person(alice.user, organisation=alice.organisation, by=OWNER, at=NOON)

    assert accounts.person_of(alice.user, organisation="Other", by=OWNER, at=NOON) == alice


def test_there_is_one_home(alice: Person) -> None:
    """Made under the name of the site the first time, and told in the journal."""
    home = accounts.home_of("Another name", at=NOON)

    assert (home.name, home.is_home) == ("Essai", True)
    assert Organisation.objects.count() == 1
    assert Event.objects.filter(action="organisation_made", subject=None, actor=OWNER).count() == 1
