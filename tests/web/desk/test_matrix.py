"""The matrix: who may do what at the desk, asked cell by cell, and held to matrix.toml; a refusal tells nothing about any row."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from rempart.web.cases.retention import Ground, IsKept, ask_erasure
from rempart.web.config import Site
from rempart.web.people import middleware, roles
from rempart.web.people.access import NotForYou
from rempart.web.people.roles import ROLES, Permission, Role
from rempart.web.urls_desk import ENTRANCE
from tests.web.cases.arriving import empty_tables
from tests.web.desk.matrix import (
    ACCOUNT,
    DONE,
    FACTOR,
    METHOD,
    OPEN,
    REFUSED,
    UNKNOWN,
    Address,
    Answers,
    Cell,
    Line,
    addresses,
    cells,
    inside,
    letters_for,
    lines,
    needed,
    outcome,
    told_bytes,
    url_of,
)
from tests.web.desk.world import LETTERS, NO_ROLE, READERS, Browser, Relation, World, browsers, world
from tests.web.team import by

FEWEST_CELLS = 5_000
TABLE: Mapping[str, Line] = lines()
INSIDE: Mapping[str, str] = inside()


@pytest.fixture
def made(site: Site) -> Iterator[World]:
    """Everybody and everything, gone after the test."""
    with empty_tables():
        yield world(site)


def by_key() -> dict[str, Address]:
    """The address of each line of the table."""
    known = {address.name: address for address in addresses()}
    return {key: known[key.partition(".")[0]] for key in TABLE if key.partition(".")[0] in known}


# -- the table and the addresses --------------------------------------------------------------------------


def test_every_address_has_a_line_and_every_line_an_address() -> None:
    """A page that nobody thought of when it was allowed is a hole; a line without a page protects nothing."""
    named = {address.name for address in addresses()}
    written = {key.partition(".")[0] for key in TABLE}

    assert (sorted(named - written), sorted(written - named)) == ([], [])


def test_every_view_says_what_it_needs() -> None:
    """Declared with @page, @act or @own, or one of the three pages of the way in."""
    undeclared = {address.name for address in addresses() if address.need == "?"}

    assert undeclared == ENTRANCE


def test_pages_of_ones_own_account_are_the_only_ones_without_a_permission() -> None:
    """Whoever forgets a permission is told here."""
    free = {address.name for address in addresses() if address.need is None}

    assert free == {key for key, line in TABLE.items() if line.who == ACCOUNT}


# -- every cell -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
def test_every_cell_is_as_written(made: World, reader: str) -> None:
    """Each address × method × relation for this reader: 302 to the login, 403, 404, 405, or allowed; nothing else ever."""
    with actors_known():
        told = ask_all(made, reader)

    assert not told.odd, "\n".join(told.odd)
    assert {form: len(bodies) for form, bodies in told.bodies.items() if len(bodies) > 1} == {}


def test_there_are_at_least_five_thousand_cells() -> None:
    """So many questions are asked; the figures are printed."""
    asked = [cell for reader in READERS for key, line in TABLE.items() for cell in cells(key, line, reader)]
    by_outcome = {told: sum(cell.expected == told for cell in asked) for told in sorted({c.expected for c in asked})}
    print(f"\n{len(asked)} cells: {len(by_key())} addresses, {len(READERS)} readers, {by_outcome}")  # noqa: T201

    assert len(asked) >= FEWEST_CELLS


def test_refusals_are_the_same_bytes_for_everybody(made: World) -> None:
    """403 and 404 of the head of the unit and of somebody without a role, of things there and not there, are one form each."""
    asking = browsers(made)
    forms: dict[str, set[bytes]] = {REFUSED: set(), UNKNOWN: set()}
    for browser in (asking["H"], asking["L"], asking[NO_ROLE]):
        for key, relation in (
            ("dossier", Relation.RESTRICTED),
            ("dossier", Relation.ABSENT),
            ("journal", Relation.OWN),
        ):
            answer = browser.ask("GET", url_of(by_key()[key], TABLE[key], made, relation))
            forms[outcome(answer)].add(told_bytes(answer))
        forms[UNKNOWN].add(told_bytes(browser.ask("GET", "/nothing/here/")))

    assert [len(bodies) for bodies in forms.values()] == [1, 1]


@pytest.mark.parametrize("letter", LETTERS)
def test_the_first_page_is_the_queue_for_some_and_their_own_work_for_others(made: World, letter: str) -> None:
    """Who may not read the queue sees nothing of it."""
    shown = told_bytes(browsers(made)[letter].ask("GET", "/"))

    assert (b"<h1>Queue" in shown, b"<h1>My work" in shown) == (
        letter in INSIDE["read_queue"],
        letter not in INSIDE["read_queue"],
    )


@pytest.mark.parametrize("letter", LETTERS)
def test_erasing_early_is_asked_for_by_few(made: World, letter: str) -> None:
    """The verb itself refuses all others, before it looks at the report."""
    with pytest.raises(IsKept if letter in INSIDE["erase"] else NotForYou):
        ask_erasure(made.own.report, ground=Ground.ORDER, by=by(made.actors[letter]))


# -- every line counts ------------------------------------------------------------------------------------

GIVEN = [(role, permission) for role in Role for permission in sorted(ROLES[role])]


def differs(mutated: Mapping[Role, frozenset[Permission]]) -> set[str]:
    """Lines that would come out otherwise under other roles: at the first door, at the end, or inside a page."""
    within = {name for name, letters in INSIDE.items() if letters_for((Permission(name),), mutated) != letters}
    return within | {
        key
        for key, address in by_key().items()
        if isinstance(address.need, Permission)
        and (
            letters_for((address.need,), mutated) != "".join(TABLE[key].first_door)
            or letters_for(needed(address, key), mutated) != "".join(x for x in LETTERS if x in TABLE[key].who)
        )
    }


def without(role: Role, permission: Permission) -> dict[Role, frozenset[Permission]]:
    """The roles, one line shorter."""
    return {**ROLES, role: ROLES[role] - {permission}}


def test_the_roles_say_what_the_table_says() -> None:
    """Both were written on their own."""
    assert differs(ROLES) == set()


def test_no_line_of_the_roles_can_go_unnoticed() -> None:
    """Each right of each role is needed somewhere: taking it away changes what an address answers."""
    unnoticed = [(role, permission) for role, permission in GIVEN if not differs(without(role, permission))]
    print(f"\n{len(GIVEN)} lines taken away one by one, {len(unnoticed)} unnoticed")  # noqa: T201

    assert unnoticed == []


def test_no_right_can_be_added_unnoticed() -> None:
    """A role that gets a right it did not have opens an address that the table keeps shut."""
    added = [(role, permission) for role in Role for permission in Permission if permission not in ROLES[role]]
    unnoticed = [one for one in added if not differs({**ROLES, one[0]: ROLES[one[0]] | {one[1]}})]

    assert unnoticed == []


def test_no_address_can_ask_for_another_permission_unnoticed() -> None:
    """Any other one opens or shuts it for somebody who is asked; but for those that the same roles have."""
    noticed = same = 0
    for key, address in by_key().items():
        for other in set(Permission) - {address.need}:
            is_noticed = letters_for((other,)) != "".join(TABLE[key].first_door)
            assert is_noticed or letters_for((other,)) == letters_for(needed(address, key)[:1])
            noticed, same = noticed + is_noticed, same + (not is_noticed)
    print(f"\n{noticed} other permissions noticed; {same} that the same roles have")  # noqa: T201


def test_an_address_that_asks_for_less_lets_somebody_in_who_is_asked(made: World) -> None:
    """Real requests, the permission of each page taken down to the least, where no second door stands behind it."""
    asking, still = browsers(made), set()
    for key, address in by_key().items():
        outside = [letter for letter in LETTERS if letter not in TABLE[key].first_door]
        if isinstance(address.need, Permission) and outside and not TABLE[key].on:
            cell = Cell(key=key, method=TABLE[key].methods.split()[0], relation=Relation.OWN, expected=DONE)
            with asking_for(address, Permission.USE_DESK):
                found = outcome(_ask(asking[outside[0]], cell, url_of(address, TABLE[key], made, Relation.OWN)))
            still |= {key} if found == REFUSED else set()

    assert still == set()


def test_an_address_that_asks_for_more_shuts_somebody_out_who_is_asked(made: World) -> None:
    """Real requests to every page, with a permission in the place of its own that the reader does not have."""
    asking, open_still = browsers(made), set()
    for key, address in by_key().items():
        if isinstance(address.need, Permission):
            reader = TABLE[key].who[0]
            other = next(one for one in Permission if one not in ROLES[LETTERS[reader]])
            url = url_of(address, TABLE[key], made, Relation.OWN)
            with asking_for(address, other):
                found = outcome(asking[reader].ask(TABLE[key].methods.split()[0], url, TABLE[key].post))
            open_still |= {key} if found != REFUSED else set()

    assert open_still == set()


@pytest.mark.parametrize(
    ("role", "permission", "key"),
    [
        (Role.ANALYST, Permission.WRITE_DOSSIER, "dossier_note"),
        (Role.INVESTIGATOR, Permission.EXPORT, "dossier_export"),
        (Role.SECOND_READER, Permission.READ_CONVERSATION, "conversation"),
        (Role.HEAD, Permission.LIFT_LIMIT, "care_lift"),
        (Role.AUDITOR, Permission.READ_JOURNAL, "journal"),
        (Role.JURIST, Permission.REVIEW_DOSSIER, "dossier_step.make_ready"),
    ],
)
def test_a_role_that_loses_a_right_is_refused_at_once(
    made: World, role: Role, permission: Permission, key: str
) -> None:
    """What is computed above holds of real requests, in the middle of a session."""
    letter = next(x for x, known in LETTERS.items() if known is role)
    browser, method = browsers(made)[letter], TABLE[key].methods.split()[0]
    url = url_of(by_key()[key], TABLE[key], made, Relation.OWN)
    before = _ask(browser, Cell(key=key, method=method, relation=Relation.OWN, expected=DONE), url)
    with patch.object(roles, "ROLES", without(role, permission)):
        after = browser.ask(method, url, TABLE[key].post)

    assert (outcome(before), outcome(after)) == (DONE, REFUSED)


@contextmanager
def actors_known() -> Iterator[None]:
    """Nobody's roles change meanwhile: they are read once, which halves the time. That they are read anew each time is tested below."""
    known: dict[object, object] = {}
    read = middleware._actor

    def actor(request: HttpRequest) -> object:
        key = request.user.pk
        if key not in known:
            known[key] = read(request)
        return known[key]

    with patch.object(middleware, "_actor", actor):
        yield


@contextmanager
def asking_for(address: Address, need: Permission) -> Iterator[None]:
    """The view of an address with another permission, as if somebody had written it so."""
    place = address.view.__code__.co_freevars.index("need")
    cell = address.view.__closure__[place]
    before, cell.cell_contents = cell.cell_contents, need
    try:
        yield
    finally:
        cell.cell_contents = before


def ask_all(made: World, reader: str) -> Answers:
    """Asks every cell of a reader; what was done is undone each time."""
    browser, told = browsers(made)[reader], Answers()
    for key, address in by_key().items():
        for cell in cells(key, TABLE[key], reader):
            answer = _ask(browser, cell, url_of(address, TABLE[key], made, cell.relation, reader=reader))
            found = outcome(answer)
            told.asked += 1
            if not _fits(cell, found):
                told.odd.append(f"{key} {cell.method} {cell.relation}: {found}, not {cell.expected}")
            if found in (REFUSED, UNKNOWN):
                told.bodies.setdefault((found, cell.method == "HEAD"), set()).add(told_bytes(answer))
    return told


def _ask(browser: Browser, cell: Cell, url: str) -> HttpResponseBase:
    if cell.expected not in (DONE, OPEN):
        return browser.ask(cell.method, url, TABLE[cell.key].post)
    with empty_tables():
        return browser.ask(cell.method, url, TABLE[cell.key].post)


def _fits(cell: Cell, found: str) -> bool:
    if cell.expected == OPEN:
        return found in (DONE, METHOD, "login", "factor")
    return found == cell.expected or (cell.expected == DONE and found in (UNKNOWN, FACTOR) and TABLE[cell.key].nothing)
