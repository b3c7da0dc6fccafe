"""The help: whole, right, for everybody with a role, and there where a newcomer stops."""

import re
from html import unescape

import pytest

from rempart.priority.weights import load_weights
from rempart.web.cases.deadlines import hours_by_level
from rempart.web.people.roles import Role
from tests.web.desk.desking import at_desk, text_of
from tests.web.team import cast, report

pytestmark = pytest.mark.usefixtures("rows")


@pytest.mark.parametrize("role", list(Role))
def test_everybody_with_a_role_may_read_it(role: Role) -> None:
    """Whatever their task."""
    assert at_desk(cast().by_role[role]).get("/help/").status_code == 200


def test_who_has_no_role_may_not() -> None:
    """It is of no use to them, and says how the house works."""
    assert at_desk(cast().zoe).get("/help/").status_code == 403


def test_levels_gates_and_points_are_those_in_force() -> None:
    """From the weights and the deadlines, not from memory."""
    page = text_of(at_desk(cast().bob).get("/help/"))

    weights = load_weights()
    assert [int(hours) for hours in re.findall(r'data-name="Hours">(\d+)<', page)] == list(hours_by_level())
    assert [gate.code for gate in weights.gates if f"<dt>{gate.code} → {gate.level}</dt>" not in page] == []
    assert [block.title.text("en") for block in weights.blocks if unescape(block.title.text("en")) not in page] == []
    assert f"Weights {weights.version}" in page


def test_every_link_of_its_list_leads_to_a_part() -> None:
    """And every part is in the list."""
    page = text_of(at_desk(cast().bob).get("/help/"))

    anchors = re.findall(r'<li><a href="#([\w-]+)"', page)
    assert anchors == re.findall(r'<h2 id="([\w-]+)"', page.partition("<dialog")[0])
    assert len(anchors) >= 8


def test_it_never_accuses() -> None:
    """The words that it teaches, it uses."""
    page = text_of(at_desk(cast().bob).get("/help/")).casefold()

    assert not [word for word in ("pervert", "predator", "offender", "criminal", "culprit") if word in page]


@pytest.mark.parametrize("place", ["empty queue", "motive", "care"])
def test_it_is_linked_where_people_stop(place: str) -> None:
    """At the part that answers the question of the place."""
    people = cast()
    client = at_desk(people.bob)
    row = report(people.bob.person.organisation, assigned_to=people.alice.person) if place == "motive" else None

    address = {"empty queue": "/", "motive": f"/reports/{row.number if row else 0}/", "care": "/care/"}[place]
    page = text_of(client.get(address))

    part = {"empty queue": "day", "motive": "motives", "care": "care"}[place]
    assert f'href="/help/#{part}"' in page
