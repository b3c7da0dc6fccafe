"""One planted network for the tests that only look at it."""

import pytest

from rempart.network.build import Known, Network, build
from tests.network.planted import Planted, matches_of, plant
from tests.network.small import ENGINE


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """400 members in a few communities, 600 files, a third of them on no list."""
    return plant(tmp_path_factory.mktemp("planted"), members=400, files=600, shares=3000, messages=4000)


@pytest.fixture(scope="session")
def network(planted: Planted) -> Network:
    """What is found in it."""
    return build(planted.folder, engine=ENGINE, seed=1, known=Known(matches=matches_of(planted)))
