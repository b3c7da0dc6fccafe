"""The drawing of the network: inside its frame, signs apart, communities by form as well as by fill."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.analysis.curves import Series, draw_curves
from rempart.analysis.network_picture import HEIGHT, OTHERS, SIGNS, WIDTH, Member, draw_network

MEMBERS = st.lists(
    st.builds(
        Member,
        name=st.just("Member"),
        x=st.floats(-5, 5),
        y=st.floats(-5, 5),
        size=st.floats(0, 1),
        community=st.none() | st.integers(1, 12),
        actor=st.none() | st.just("K1"),
    ),
    min_size=1,
    max_size=25,
)


def member(x: float, y: float, *, community: int | None = None, actor: str | None = None) -> Member:
    """A member at a place."""
    return Member(name="Member", x=x, y=y, size=0.5, community=community, actor=actor)


def test_nobody_gives_no_drawing() -> None:
    """An empty frame would look like a finding."""
    assert draw_network([], []) is None


def test_a_member_outside_every_community_has_the_sign_of_the_others() -> None:
    """No community is made up for who has none; those beyond the eight signs share it."""
    drawn = draw_network([member(0, 0), *(member(n, 1, community=n) for n in range(1, 11))], [])

    assert drawn is not None
    kinds = {sign.member.community: sign.kind for sign in drawn.signs}
    assert kinds[None] == kinds[9] == kinds[10] == OTHERS
    assert len({kinds[number] for number in range(1, 9)}) == len(SIGNS)


def test_every_community_has_a_form_of_its_own() -> None:
    """Colour alone tells nothing: forms differ too, in the drawing and in its legend."""
    drawn = draw_network([member(n, n % 3, community=n) for n in range(1, 9)], [])

    assert drawn is not None
    forms = {path.translate(str.maketrans("", "", "0123456789. -")) + str(kind) for kind, path, _ in drawn.legend}
    assert len(forms) == len(drawn.legend) == 8


def test_two_on_one_spot_are_pushed_apart() -> None:
    """No sign hides another."""
    drawn = draw_network([member(0, 0), member(0, 0), member(1, 1)], [])

    assert drawn is not None
    one, other = drawn.signs[:2]
    assert (one.x - other.x) ** 2 + (one.y - other.y) ** 2 > one.radius**2


@settings(max_examples=25, deadline=None)
@given(MEMBERS)
def test_all_signs_stay_inside_the_frame(members: list[Member]) -> None:
    """Whatever the coordinates, nothing is cut off; the same members give the same drawing."""
    drawn = draw_network(members, [(0, len(members) - 1)])

    assert drawn is not None
    assert len(drawn.signs) == len(members)
    assert all(0 <= sign.x <= WIDTH and 0 <= sign.y <= HEIGHT for sign in drawn.signs)
    assert drawn == draw_network(members, [(0, len(members) - 1)])


def test_a_line_joins_the_two_that_it_names() -> None:
    """Edges follow their members to where these are drawn."""
    drawn = draw_network([member(0, 0, actor="K1"), member(3, 1)], [(0, 1)])

    assert drawn is not None
    ends = {(sign.x, sign.y) for sign in drawn.signs}
    ((x1, y1, x2, y2),) = drawn.lines
    assert {(x1, y1), (x2, y2)} == ends


def test_curves_without_two_points_are_not_drawn() -> None:
    """One point is no curve."""
    assert draw_curves([Series(key="own", name="a", points=((0.0, 0.0),))]) is None


def test_a_curve_begins_at_its_corner_and_ends_at_the_largest_x() -> None:
    """The drawing says what its table says: from the origin, up to the whole."""
    drawn = draw_curves([Series(key="own", name="a", points=((0.0, 0.0), (5.0, 0.5), (10.0, 1.0)))])

    assert drawn is not None
    first, middle, last = ([float(part) for part in point.split(",")] for point in drawn.lines[0].points.split())
    assert first == [drawn.left, drawn.bottom]
    assert last == [drawn.right, drawn.top]
    assert middle == [(drawn.left + drawn.right) / 2, (drawn.top + drawn.bottom) / 2]
