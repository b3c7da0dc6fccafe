"""Proof of work: bound to one form, counted once, harder under load, and never a reason to refuse."""

import json
import mmap
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from altcha import v2 as altcha

from rempart.web.public import proof
from rempart.web.public.proof import LEVELS, VALID_S, Proofs, form_of
from tests.web.public.browsing import visit

NOW = datetime.now(UTC)  # the checking library asks the real clock whether a challenge has lapsed
FORM = form_of("ab" * 16)


def solved(challenge: dict[str, Any]) -> str:
    """The payload that a browser would send."""
    parsed = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(parsed)
    assert solution is not None
    return altcha.Payload(parsed, solution).to_base64()


def changed(payload: str, *path: str, value: object) -> str:
    """The payload with one value of it forged."""
    told = json.loads(b64decode(payload))
    place = told
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return b64encode(json.dumps(told).encode()).decode()


def level_after(proofs: Proofs, asked: int, *, now: datetime = NOW) -> int:
    """The level of the challenge after so many others."""
    for _ in range(asked):
        level = proofs._count(now)
    return level


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "no base 64 ☃",
        "e30=",
        "bnVsbA==",
        b64encode(b'{"challenge": 1, "solution": 2}').decode(),
        b64encode(b"[" * 3_000).decode(),
    ],
)
def test_nonsense_is_no_proof(payload: str) -> None:
    """Nothing that can be sent makes the check fail."""
    assert not Proofs().accept(payload, form=FORM)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("solution", "derivedKey"), "00" * 32),
        (("solution", "derivedKey"), None),
        (("challenge", "signature"), "00" * 32),
        (("challenge", "signature"), None),
        (("challenge", "parameters", "cost"), 1),
        (("challenge", "parameters", "expiresAt"), 99_999_999_999),
        (("challenge", "parameters", "data"), {"form": form_of("cd" * 16)}),
        (("challenge", "parameters", "keySignature"), None),
        (("challenge", "parameters", "algorithm"), "SHA-256"),
    ],
)
def test_a_forged_proof_is_no_proof(path: tuple[str, ...], value: object) -> None:
    """Everything that the server said is signed."""
    proofs = Proofs()
    payload = solved(proofs.challenge(FORM, now=NOW))

    assert not proofs.accept(changed(payload, *path, value=value), form=form_of("cd" * 16) if "data" in path else FORM)
    assert proofs.accept(payload, form=FORM)


def test_a_proof_is_for_one_form_and_once() -> None:
    """A replay counts for nothing, and a foreign form neither uses it nor uses it up."""
    proofs = Proofs()
    payload = solved(proofs.challenge(FORM, now=NOW))

    told = [proofs.accept(payload, form=form) for form in (form_of("cd" * 16), FORM, FORM)]

    assert told == [False, True, False]


def test_a_lapsed_challenge_is_no_proof() -> None:
    """Work of an hour ago says nothing about now."""
    proofs = Proofs()
    payload = solved(proofs.challenge(FORM, now=NOW - timedelta(seconds=VALID_S + 60)))

    assert not proofs.accept(payload, form=FORM)


def test_the_token_cannot_be_found_from_the_name_of_the_form() -> None:
    """The name stands in an address; the token never does."""
    token = "ab" * 16

    assert len(form_of(token)) == 32
    assert token not in form_of(token)
    assert form_of(token) != form_of("ab" * 15 + "ac")


@pytest.mark.parametrize(("asked", "level"), [(1, 0), (2_000, 0), (2_001, 1), (6_001, 2), (20_001, 3)])
def test_the_work_rises_with_the_challenges_asked(asked: int, level: int) -> None:
    """Many at once make each dearer."""
    assert level_after(Proofs(), asked) == level


def test_the_work_falls_again() -> None:
    """One window of calm after the busy one, and the first level is back."""
    proofs = Proofs()
    level_after(proofs, 6_001)

    told = [level_after(proofs, 1, now=NOW + timedelta(seconds=wait)) for wait in (10, 20, 30)]

    assert told == [2, 0, 0]


def test_a_face_under_pressure_asks_for_more_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the number of challenges."""
    drawn: list[int] = []

    def draw(most: int) -> int:
        drawn.append(most)
        return 0

    monkeypatch.setattr("rempart.web.public.proof.secrets.randbelow", draw)
    proofs = Proofs()

    for pressure in (0, 1, 2, 3, 9):
        proofs.challenge(FORM, now=NOW, pressure=pressure)

    assert drawn == [*LEVELS, LEVELS[-1]]


def test_the_hardest_work_stays_bearable() -> None:
    """No try beyond the most of its level: nobody is unlucky for minutes."""
    assert list(LEVELS) == sorted(LEVELS)
    assert LEVELS[-1] * proof.ROUNDS < 5_000_000


def test_a_proof_used_in_one_process_is_used_in_all() -> None:
    """Two processes of the face share the memory of used proofs."""
    memory = mmap.mmap(-1, proof._SLOTS * proof._NAME_BYTES)
    one, other = Proofs(memory), Proofs(memory)
    first, second = solved(one.challenge(FORM, now=NOW)), solved(one.challenge(FORM, now=NOW))

    told = [one.accept(first, form=FORM), other.accept(first, form=FORM), other.accept(second, form=FORM)]

    assert told == [True, False, True]


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("query", ["", "?f=", "?f=xyz", f"?f={'a' * 33}", f"?f={'A' * 32}"])
def test_no_challenge_without_a_form(query: str) -> None:
    """An empty answer; the form is sent without proof then."""
    page = visit("/c/" + query)

    assert (page.status, page.content) == (400, b"{}")


@pytest.mark.usefixtures("public")
def test_a_challenge_is_kept_by_no_cache() -> None:
    """Each is for one form and one time."""
    page = visit(f"/fr/c/?f={FORM}")

    assert page.status == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Type"] == "application/json"
