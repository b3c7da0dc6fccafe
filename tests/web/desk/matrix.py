"""The matrix of who may do what: every address of the desk × method × reader × relation, and what matrix.toml says must come of it.

matrix.toml is written by hand and knows nothing of `people.roles`. The addresses come from the URL resolver, so that an address
that is not in the table fails.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from rempart.web.cases.lifecycle import DOSSIER_STEPS
from rempart.web.people.roles import ROLES, Permission, Role
from tests.web.desk.world import LETTERS, NO_FACTOR, NOBODY, NOT_THERE, Relation, World

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
OPEN, ACCOUNT = "open", "account"  # in `who`: nobody needs to be signed in; any account
LOGIN, FACTOR, REFUSED, UNKNOWN, METHOD, DONE = "login", "factor", "403", "404", "405", "done"
_OF_CASES = tuple(relation for relation in Relation if relation is not Relation.LED)
_RELATIONS: Mapping[str, tuple[Relation, ...]] = {
    "": (Relation.OWN,),
    "report": _OF_CASES,
    "link": _OF_CASES,
    "dossier": _OF_CASES,
    "analysis": _OF_CASES,
    "draft": (Relation.OWN, Relation.ABSENT),
    "colleague": (Relation.OWN, Relation.ELSEWHERE, Relation.ABSENT),
}

_INNER = {f"dossier_step.{name}": step.permission for name, step in DOSSIER_STEPS.items()}  # second doors inside a verb
_INNER["dossier_detach"] = Permission.READ_REPORT
_INNER |= dict.fromkeys(
    ("dossier_member_add", "dossier_member_end"), Permission.CHANGE_MEMBERS
)  # of what one does not lead


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What matrix.toml says of one address.

    who: letters of the roles that may, or "open", or "account". through: letters of those who pass the first door and are
    refused at the second, once the row was found; late: the same, before any row is looked for. lead: letters of those who may where
    they lead the dossier. on: of what the address is. args: what else the address names. post: the fields of the form.
    half: also for who has not shown a second factor. nothing: may answer 404 although allowed, as there is nothing to show here.
    """

    methods: str
    who: str
    through: str = ""
    late: str = ""
    lead: str = ""
    on: str = ""
    args: dict[str, str | int] = {}
    post: dict[str, str] = {}
    half: bool = False
    nothing: bool = False

    @property
    def first_door(self) -> tuple[str, ...]:
        """Letters of those who pass the first door, in order."""
        return tuple(letter for letter in LETTERS if letter in {*self.who, *self.through, *self.late})

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods that the address knows."""
        told = tuple(self.methods.split())
        return (*told, "HEAD") if "GET" in told else told


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One address of the resolver. need: what its view declares; "?" when it declares nothing."""

    name: str
    view: Any
    need: Permission | str | None
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One question of one reader, and what must come of it."""

    key: str
    method: str
    relation: Relation
    expected: str


@dataclass(slots=True)
class Answers:
    """What a reader got. odd: the cells that came out otherwise; bodies: each form that a refusal took."""

    asked: int = 0
    odd: list[str] = field(default_factory=list)
    bodies: dict[tuple[str, bool], set[bytes]] = field(default_factory=dict)


def lines() -> dict[str, Line]:
    """The table, by name of the address; `name.x` for an address whose argument decides what is needed."""
    raw = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text("utf-8"))
    return msgspec.convert(raw["pages"], dict[str, Line])


def inside() -> dict[str, str]:
    """Letters of those who have a permission that is asked for inside a page or a verb, by its name."""
    raw = tomllib.loads((Path(__file__).parent / "matrix.toml").read_text("utf-8"))
    return msgspec.convert(raw["inside"], dict[str, str])


def addresses() -> tuple[Address, ...]:
    """Every address of the desk, from the resolver."""
    return tuple(_walk(get_resolver("rempart.web.urls_desk").url_patterns))


def cells(key: str, line: Line, reader: str) -> Iterator[Cell]:
    """All questions of a reader to one address."""
    for relation in (*_RELATIONS[line.on], *((Relation.LED,) if reader in (*line.lead,) else ())):
        for method in METHODS:
            if (
                method in line.allowed or relation is Relation.OWN
            ):  # a wrong method is refused before any row is looked for
                expected = _expected(line, reader, method, relation)
                yield Cell(key=key, method=method, relation=relation, expected=expected)


def url_of(address: Address, line: Line, made: World, relation: Relation, *, reader: str = "") -> str:
    """The address, for a thing of this relation; reader: who leads it, for Relation.LED."""
    given = {**_named(line, made, relation), **line.args}
    if relation is Relation.LED:
        given["number"] = made.led[reader]
    return reverse(address.name, kwargs={name: given[name] for name in address.arguments})


def outcome(answer: HttpResponseBase) -> str:
    """What an answer is, in the words of the table."""
    status, to = answer.status_code, answer.headers.get("Location", "")
    if status in (301, 302, 303):
        return LOGIN if to.startswith("/login/") else FACTOR if to.startswith("/account/factors/") else DONE
    if status in (403, 404, 405):
        return str(status)
    return DONE if status in (200, 204, 400, 409) else f"status {status}"


def told_bytes(answer: HttpResponseBase) -> bytes:
    """An answer without its date and its cookies."""
    kept = sorted((name, value) for name, value in answer.headers.items() if name not in ("Date", "Set-Cookie"))
    return repr(kept).encode() + getattr(answer, "content", b"")


def needed(address: Address, key: str) -> tuple[Permission, ...]:
    """All that the code asks for at this address: at the first door, and for the step that the address names."""
    if not isinstance(address.need, Permission):
        return ()
    inner = Permission.READ_REPORT if key.startswith("report_") else _INNER.get(key)
    return (address.need, inner) if inner else (address.need,)


def letters_for(needs: tuple[Permission, ...], roles: Mapping[Role, frozenset[Permission]] = ROLES) -> str:
    """Letters of the roles that have all of these."""
    return "".join(letter for letter, role in LETTERS.items() if set(needs) <= roles[role])


def _expected(line: Line, reader: str, method: str, relation: Relation) -> str:
    if line.who == OPEN:
        return OPEN
    if reader == NOBODY:
        return LOGIN
    if reader == NO_FACTOR and not line.half:
        return FACTOR
    if line.who != ACCOUNT and reader not in line.first_door:
        return REFUSED
    if method not in line.allowed:
        return METHOD
    if reader in (*line.late,):
        return REFUSED
    if not _sees(line.on, reader, relation):
        return UNKNOWN
    may = reader in line.who or (relation is Relation.LED and reader in line.lead)
    return DONE if line.who == ACCOUNT or may else REFUSED


def _sees(on: str, reader: str, relation: Relation) -> bool:
    """Whether such a thing exists for this reader."""
    if relation is Relation.COLLEAGUES:
        return on in ("report", "link") or reader == "H"
    return relation in (Relation.OWN, Relation.LED)


def _named(line: Line, made: World, relation: Relation) -> dict[str, str | int | UUID]:
    """What addresses name: numbers of reports, dossiers and colleagues, ids of the rest."""
    case = made.cases.get(relation, made.own)
    told: dict[str, str | int | UUID] = {
        "analysis": case.analysis, "link": case.link, "task": case.task, "identity": case.identity, "person": case.person,
        "exhibit": case.exhibit, "entry": case.entry, "draft": made.draft,
    }  # fmt: skip
    colleague = made.stranger if relation is Relation.ELSEWHERE else made.colleague
    told["number"] = {"report": case.report.number, "colleague": colleague.pk}.get(line.on, case.dossier.number)
    if relation is Relation.ABSENT:
        told |= {
            "number": NOT_THERE,
            "analysis": UUID(int=NOT_THERE),
            "link": UUID(int=NOT_THERE),
            "draft": UUID(int=NOT_THERE),
        }
    return told


def _walk(patterns: list[URLPattern | URLResolver]) -> Iterator[Address]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns)
        else:
            yield Address(
                name=pattern.name or "?",
                view=pattern.callback,
                need=getattr(pattern.callback, "need", "?"),
                arguments=tuple(pattern.pattern.converters),
            )
