"""The dossier of the demonstration is made through the same verbs as any other."""

import pytest

from rempart.web.cases import dossiers
from rempart.web.cases.models import Analysis, Dossier, Event
from rempart.web.config import Site
from rempart.web.demo_dossier import NAME, make_dossier
from rempart.web.door.models import ExhibitRow
from tests.web.conftest import NOON
from tests.web.team import cast


@pytest.mark.usefixtures("rows")
def test_it_has_a_sealed_export_that_waits_for_its_analysis(site: Site) -> None:
    """A newcomer sees an analysis without bringing a file, and everything of it is in the journal."""
    people = cast()

    make_dossier(site, lead=people.alice.person.user.username, second=people.dora.person.user.username, now=NOON)

    told = dossiers.contents(Dossier.objects.get())
    (exhibit,) = told.exhibits
    assert exhibit.text("name") == NAME
    assert ExhibitRow.objects.filter(address=exhibit.text("address")).exists()
    assert Analysis.objects.get().state == "waiting"
    assert (len(told.people), len(told.notes), len(told.tasks)) == (1, 1, 1)
    assert set(Event.objects.values_list("actor", flat=True)) <= {people.alice.pseudonym, "worker"}
