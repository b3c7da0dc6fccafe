"""Layer 1: exact joins on numbers and e-mails, with periods; names never join."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.engine.queries import DuckEngine
from rempart.identities.hard import APART_DAYS, MAX_AT_ONCE, MAX_HOLDERS, Edge, components, join_hard
from tests.identities.rows import Shown, day, identify

ENGINE = DuckEngine(threads=1)
PHONE = "+33639981234"


def edges(*shown: Shown) -> tuple[Edge, ...]:
    """The edges between these accounts."""
    return join_hard(identify(*shown), engine=ENGINE).edges


def test_sixty_homonyms_in_a_chain_do_not_collapse() -> None:
    """Each shares a name with the next, each a handle with the one after: weak keys never close transitively."""
    chain = [
        Shown(
            account=f"telegram:{place}",
            names=(f"Name {place // 2}", f"Name {(place + 1) // 2}"),
            handle=f"h{place // 2}",
        )
        for place in range(60)
    ]

    assert edges(*chain) == ()
    assert components(edges(*chain)) == ()


def test_one_number_at_the_same_time_joins_for_that_time() -> None:
    """The edge holds where both were seen with it."""
    (edge,) = edges(Shown(account="a", phone=PHONE, days=(0, 10)), Shown(account="b", phone=PHONE, days=(4, 20)))

    assert (edge.time, edge.from_at, edge.to_at, edge.own) == ("same_time", day(4), day(10), True)
    assert components([edge]) == (("a", "b"),)


def test_a_number_seen_long_apart_is_possibly_given_out_again() -> None:
    """It is told with the gap, and does not join."""
    (edge,) = edges(
        Shown(account="a", phone=PHONE, days=(0, 10)),
        Shown(account="b", phone=PHONE, days=(10 + APART_DAYS, 300)),
    )

    assert (edge.time, edge.gap_days, edge.from_at) == ("apart", APART_DAYS, None)
    assert components([edge]) == ()


def test_a_short_gap_is_no_other_holder() -> None:
    """A day less than the limit still counts as close."""
    (edge,) = edges(
        Shown(account="a", phone=PHONE, days=(0, 10)),
        Shown(account="b", phone=PHONE, days=(9 + APART_DAYS, 300)),
    )

    assert (edge.time, edge.gap_days) == ("close", APART_DAYS - 1)
    assert components([edge]) == (("a", "b"),)


def test_an_unknown_period_is_unknown() -> None:
    """Absence of instants is not the same time."""
    (edge,) = edges(Shown(account="a", phone=PHONE), Shown(account="b", phone=PHONE, days=None))

    assert (edge.time, edge.from_at, edge.gap_days) == ("unknown", None, None)
    assert components([edge]) == ()


def test_a_number_of_many_at_once_is_shared() -> None:
    """A household's or an office's number joins nobody."""
    family = [Shown(account=f"a{place}", phone=PHONE) for place in range(MAX_AT_ONCE + 1)]

    assert {edge.shared for edge in edges(*family)} == {True}
    assert components(edges(*family)) == ()
    assert {edge.shared for edge in edges(*family[:-1])} == {False}


def test_a_number_of_many_one_after_the_other_is_not_shared() -> None:
    """Sharing is at one time."""
    after = [Shown(account=f"a{place}", phone=PHONE, days=(place * 5, place * 5 + 4)) for place in range(MAX_HOLDERS)]

    assert {edge.shared for edge in edges(*after)} == {False}


def test_a_crowd_makes_no_edges_and_is_told() -> None:
    """The number of a service would join everybody."""
    joined = join_hard(
        identify(*(Shown(account=f"a{place}", phone=PHONE) for place in range(MAX_HOLDERS + 1))), engine=ENGINE
    )

    assert joined.edges == ()
    assert [(crowd.value, crowd.holders) for crowd in joined.crowds] == [(PHONE, MAX_HOLDERS + 1)]
    assert [gap.number for gap in joined.not_examined] == [1]


def test_a_stated_number_proposes_and_does_not_join() -> None:
    """People pass on each other's numbers."""
    (edge,) = edges(Shown(account="a", phone=PHONE), Shown(account="b", phone=PHONE, basis="stated"))

    assert edge.bases == ("export", "stated")
    assert not edge.own
    assert components([edge]) == ()


@settings(max_examples=6, deadline=None)
@given(st.permutations(range(6)))
def test_the_order_of_the_rows_changes_nothing(order: list[int]) -> None:
    """The same rows give the same edges."""
    shown = [Shown(account=f"a{place}", phone=f"+3363998123{place // 2}") for place in range(6)]

    assert edges(*(shown[place] for place in order)) == edges(*shown)


def stating(number: int, *, claim: str = "own", days: tuple[int, int] | None = None) -> Shown:
    """An account that states the number; its days are those of the message and of the account."""
    return Shown(account=f"s{number}", names=("Zoé",), phone=PHONE, basis="stated", claim=claim, days=days or (0, 10))


def test_a_number_that_three_call_their_own_at_once_is_shared() -> None:
    """Two may be one person's; three are a household."""
    assert {edge.shared for edge in edges(*map(stating, range(3)))} == {True}
    assert {edge.shared for edge in edges(*map(stating, range(2)))} == {False}


def test_a_number_stated_one_after_the_other_is_not_shared() -> None:
    """Three accounts at three times."""
    apart = [stating(number, days=(100 * number, 100 * number + 10)) for number in range(3)]

    assert {edge.shared for edge in edges(*apart)} == {False}


def test_those_who_pass_a_number_on_and_address_books_are_no_holders() -> None:
    """Two accounts of one person, the friend who gives their number, and somebody's address book."""
    told = edges(stating(0), stating(1), stating(2, claim="others"), Shown(account="book", phone=PHONE, days=None))

    assert len(told) == 6
    assert {edge.shared for edge in told} == {False}
