"""The daily comparison of the door with the desk."""

import pytest

from rempart.web.cases.models import Report
from rempart.web.config import Site
from rempart.web.duties.missed import PLAN
from rempart.web.duties.plan import Told
from tests.web.cases.arriving import arrive, home, receive, urgent
from tests.web.conftest import NOON

pytestmark = pytest.mark.usefixtures("rows")


def test_nothing_is_opened_twice(site: Site) -> None:
    """A desk that holds everything stays as it is."""
    arrive(site, urgent())

    assert PLAN.run(site, NOON) == Told()
    assert Report.objects.count() == 1


def test_what_has_no_row_is_opened(site: Site) -> None:
    """Whatever the cursor says."""
    home()
    came = receive(1)

    PLAN.run(site, NOON)

    assert Report.objects.get().pk == came
