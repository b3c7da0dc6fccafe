"""Plain coordinates of members chosen by a told rule; the same network gives the same picture."""

from pathlib import Path

from rempart.network.build import Network
from rempart.network.picture import LINKS_EACH, lay_out
from tests.network.small import network_of, shared


def test_an_empty_network_is_an_empty_picture(tmp_path: Path) -> None:
    """Nobody to show."""
    picture = lay_out(network_of(tmp_path))

    assert (picture.dots, picture.lines, picture.left_out) == ((), (), 0)


def test_one_member_is_one_dot(tmp_path: Path) -> None:
    """Also without a link or a name."""
    (dot,) = lay_out(network_of(tmp_path, shared(1, "user1", "a"))).dots

    assert (dot.name, dot.x, dot.y, dot.size) == ("telegram:user1", 0.0, 0.0, 1.0)


def test_key_actors_come_first_and_the_rest_is_counted(network: Network) -> None:
    """No more than asked; who is left out is told."""
    picture = lay_out(network, shown=40)

    assert [dot.account_id for dot in picture.dots] == [actor.account_id for actor in network.actors[:40]]
    assert picture.left_out == network.members.num_rows - 40


def test_every_line_joins_two_dots_and_every_dot_is_inside(network: Network) -> None:
    """Coordinates from 0 to 1, links between places of the list, not more than can be read."""
    picture = lay_out(network, shown=120)

    assert len(picture.dots) == 120
    assert all(0 <= dot.x <= 1 and 0 <= dot.y <= 1 and 0 <= dot.size <= 1 for dot in picture.dots)
    assert all(0 <= line.one < 120 and 0 <= line.other < 120 and line.one != line.other for line in picture.lines)
    assert 0 < len(picture.lines) <= 120 * LINKS_EACH
    assert len({(dot.x, dot.y) for dot in picture.dots}) > 100


def test_the_picture_is_drawn_the_same_again(network: Network) -> None:
    """Whatever was drawn before."""
    assert lay_out(network, shown=60) == lay_out(network, shown=60)
