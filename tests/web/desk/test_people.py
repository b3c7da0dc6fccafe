"""The page of people: who may do what, given and ended by somebody else, with a reason, after showing again who one is."""

import re
from typing import Any

import pytest
from django.test import Client

from rempart.web.cases.events import history, of_person
from rempart.web.desk.role_words import PERMISSIONS
from rempart.web.desk.role_words import ROLES as ROLE_WORDS
from rempart.web.people.access import Actor, actor_of
from rempart.web.people.models import Grant
from rempart.web.people.roles import Permission, Role
from tests.web.desk.desking import at_desk, said, sign_again, text_of
from tests.web.entering import hidden_in
from tests.web.team import Cast, cast, person

pytestmark = pytest.mark.usefixtures("rows")


def signed(actor: Actor) -> Client:
    """A browser whose person has just shown who they are."""
    client = at_desk(actor)
    sign_again(client, actor)
    return client


def change(client: Client, actor: Actor, verb: str, role: str, **fields: str) -> Any:
    """The form beside a colleague."""
    told = {"role": role, "reason": "new tasks", "back": "/people/"} | fields
    return client.post(f"/people/{actor.person.pk}/{verb}/", told)


def roles_of(actor: Actor) -> set[Role]:
    """What they may be now."""
    return set(actor_of(actor.person).roles)


@pytest.fixture
def people() -> Cast:
    """Everybody."""
    return cast()


@pytest.fixture
def head(people: Cast) -> Client:
    """The head, who has just shown who they are."""
    return signed(people.by_role[Role.HEAD])


# -- refusals -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.HEAD, Role.ADMINISTRATOR)])
def test_no_other_role_gives_ends_or_sees_roles(people: Cast, role: Role) -> None:
    """Neither the page nor the verbs."""
    client = signed(people.by_role[role])

    answers = [
        client.get("/people/"),
        change(client, people.bob, "give", "jurist"),
        change(client, people.bob, "end", "analyst"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert roles_of(people.bob) == {Role.ANALYST}


@pytest.mark.parametrize("role", [Role.HEAD, Role.ADMINISTRATOR])
def test_nobody_changes_their_own_roles(people: Cast, role: Role) -> None:
    """It is not offered, and refused; an administrator cannot make themself a reader."""
    me = people.by_role[role]
    client = signed(me)

    page = text_of(client.get("/people/"))
    given = said(client, change(client, me, "give", "analyst"))
    ended = said(client, change(client, me, "end", str(role)))

    assert f"/people/{me.person.pk}/" not in page
    assert "by somebody else" in page
    assert "Nobody changes their own roles." in given
    assert "Nobody changes their own roles." in ended
    assert roles_of(me) == {role}
    assert not [told for told in history(of_person(me.person)) if told.action.startswith("role_")]


@pytest.mark.parametrize("verb", ["give", "end"])
def test_people_of_another_organisation_are_not_there(people: Cast, head: Client, verb: str) -> None:
    """Neither named nor changed; nor is somebody who does not exist."""
    before = roles_of(people.chloe)

    answers = [
        change(head, people.chloe, verb, "head").content,
        head.post(f"/people/9999999/{verb}/", {"role": "head"}).content,
    ]

    assert change(head, people.chloe, verb, "head").status_code == 404
    assert answers[0] == answers[1]
    assert "Chloé" not in text_of(head.get("/people/"))
    assert roles_of(people.chloe) == before


@pytest.mark.parametrize("verb", ["give", "end"])
def test_a_role_that_there_is_not_is_told(people: Cast, head: Client, verb: str) -> None:
    """With those that there are."""
    assert "There is no such role" in said(head, change(head, people.bob, verb, "owner"))
    assert roles_of(people.bob) == {Role.ANALYST}


@pytest.mark.parametrize(("verb", "role"), [("give", "jurist"), ("end", "analyst")])
def test_no_reason_no_change(people: Cast, head: Client, verb: str, role: str) -> None:
    """Blanks are none."""
    assert "Say why." in said(head, change(head, people.bob, verb, role, reason="  "))
    assert roles_of(people.bob) == {Role.ANALYST}


@pytest.mark.parametrize(
    ("verb", "role", "sentence"),
    [("give", "analyst", "has the role analyst already"), ("end", "jurist", "does not have the role jurist")],
)
def test_what_is_so_already_is_told(people: Cast, head: Client, verb: str, role: str, sentence: str) -> None:
    """And writes nothing."""
    before = len(history(of_person(people.bob.person)))

    assert sentence in said(head, change(head, people.bob, verb, role))
    assert len(history(of_person(people.bob.person))) == before


@pytest.mark.parametrize(("verb", "role"), [("give", "jurist"), ("end", "analyst")])
def test_an_open_screen_changes_no_role(people: Cast, verb: str, role: str) -> None:
    """Who sits down at it is asked who they are; what was typed is in the form that asks, and nothing has happened."""
    client = at_desk(people.by_role[Role.HEAD])

    answer = change(client, people.bob, verb, role)

    assert "Is it still you?" in text_of(answer)
    typed = hidden_in(answer.content)
    assert {name: typed[name] for name in ("role", "reason", "back")} == {
        "role": role,
        "reason": "new tasks",
        "back": "/people/",
    }
    assert roles_of(people.bob) == {Role.ANALYST}


@pytest.mark.parametrize("verb", ["give", "end"])
def test_a_role_is_never_changed_by_an_address(people: Cast, head: Client, verb: str) -> None:
    """By forms only."""
    assert head.get(f"/people/{people.bob.person.pk}/{verb}/", {"role": "jurist"}).status_code == 405


# -- what is done ---------------------------------------------------------------------------------------


def test_a_role_is_given_with_its_author_and_reason(people: Cast, head: Client) -> None:
    """It holds from the next request on; the journal keeps who, and why."""
    before = at_desk(people.zoe).get("/search/").status_code

    told = said(head, change(head, people.zoe, "give", "jurist"))

    assert (before, at_desk(people.zoe).get("/search/").status_code) == (403, 200)
    assert "has the role “jurist” now." in told
    event = history(of_person(people.zoe.person))[-1]
    assert (event.action, event.actor) == ("role_granted", people.by_role[Role.HEAD].pseudonym)
    assert event.payload == {"role": "jurist", "reason": "new tasks"}


def test_a_role_is_ended_and_stays_in_the_table(people: Cast, head: Client) -> None:
    """The person is out at the next request; that they had it is known for good."""
    client = at_desk(people.bob)
    before = client.get("/search/").status_code

    told = said(head, change(head, people.bob, "end", "analyst"))

    assert (before, client.get("/search/").status_code) == (200, 403)
    assert "no longer has the role “analyst”." in told
    grant = Grant.objects.get(person=people.bob.person, role="analyst")
    assert grant.until_at is not None
    assert history(of_person(people.bob.person))[-1].action == "role_ended"


def test_two_administrators_need_each_other_and_are_written_down(people: Cast) -> None:
    """One makes the other a reader: two people did it, and the journal names both."""
    other = person("second administrator", people.bob.person.organisation, Role.ADMINISTRATOR)
    client = signed(other)

    change(client, people.by_role[Role.ADMINISTRATOR], "give", "analyst")

    event = history(of_person(people.by_role[Role.ADMINISTRATOR].person))[-1]
    assert (event.action, event.actor) == ("role_granted", other.pseudonym)
    assert roles_of(other) == {Role.ADMINISTRATOR}


def test_everybody_stands_there_with_their_roles_and_what_each_role_may(people: Cast, head: Client) -> None:
    """Also who may do nothing; ended roles do not."""
    change(head, people.bob, "end", "analyst")
    change(head, people.bob, "give", "jurist")

    page = text_of(head.get("/people/"))

    line = next(part for part in page.split('<tr role="row">') if people.bob.pseudonym in part)
    assert re.findall(r"<summary>(.*?)</summary>", line) == ["jurist"]
    assert "none: may do nothing here" in next(
        part for part in page.split('<tr role="row">') if people.zoe.pseudonym in part
    )
    assert page.partition("What each role may do")[2].count("<dd>") >= len(Role)
    assert "export and hand over" in page


def test_a_name_is_shown_as_it_is_written(people: Cast, head: Client) -> None:
    """Never as markup."""
    people.bob.person.user.first_name = "<b>Bob</b>"
    people.bob.person.user.save()

    page = head.get("/people/").content.decode()

    assert "<b>Bob</b>" not in page
    assert "&lt;b&gt;Bob&lt;/b&gt;" in page


@pytest.mark.parametrize(("words", "codes"), [(ROLE_WORDS, Role), (PERMISSIONS, Permission)])
def test_every_role_and_permission_has_its_words(words: Any, codes: Any) -> None:
    """Nobody reads a code; nothing is told that there is not."""
    assert set(words) == {str(code) for code in codes}
