"""Invented people with several accounts each, and the truth of who holds which: what identity suggestions are measured on.

Planted, each with its name in `Planted.plants`: spellings in Cyrillic, Greek and Arabic letters, typing errors, changed names, changed
numbers, numbers that another person gets later, numbers of a household, short names that many bear, accounts that imitate another's
name and handle; what accounts state in messages: their own number or address, a contact without a word whose it is, and one of a friend.
Numbers belong to nobody: the ranges that ARCEP (decision 2018-0881) and NANPA (555-0100 to 0199) set aside for fiction. The British
07700 900xxx are not used: the library that reads numbers does not know them as numbers. Surnames are syllables put together; no row stands for anybody, and rates are chosen, not observed.
Invariant: the same count and dice give the same people on every machine.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from string import ascii_lowercase

from rempart.errors import BadInput
from rempart.fictional.dice import Dice

_START = datetime(2024, 1, 1, tzinfo=UTC)
_DAYS = 700
_PLATFORMS = ("telegram", "whatsapp", "meta", "discord", "signal")
_RAW = tomllib.loads(resources.files("rempart.fictional").joinpath("people.toml").read_text("utf-8"))
_GIVEN, _SYLLABLES, _WORDS, _HOT = (tuple(str(_RAW[name]).split()) for name in ("given", "syllables", "words", "hot"))
_LETTERS = {
    script: dict(zip(ascii_lowercase, _RAW["letters"][script].split(), strict=True)) for script in _RAW["letters"]
}
_FRENCH = ("+3363998", "+3319900", "+3326191", "+3335301", "+3346571", "+3353649")  # 10,000 each
_AREAS = ("212", "213", "214", "215", "216", "301", "303", "305", "312", "313", "314", "404", "412", "415", "503", "504",
          "512", "602", "612", "617", "619", "702", "713", "714", "801", "804", "901", "904", "916", "919")  # fmt: skip
_SAYS = {(kind, claim): tuple(forms) for kind, by in _RAW["says"].items() for claim, forms in by.items()}
_OWN, _UNCLEAR, _OTHERS = 120, 30, 40  # accounts in a thousand that state a contact so, of each kind


class TooManyPeople(BadInput):
    """There are not as many numbers set aside for fiction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A number (E.164) or an e-mail that an account states in a message. kind: phone, email; claim: own, unclear, others."""

    kind: str
    value: str
    claim: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """An invented account and the number of the person who holds it.

    names: oldest first, never empty; handle, phone (E.164), email: None where the account shows none; hour: in UTC, when the
    person writes most; plants: what was planted on purpose; says: in messages.
    """

    person: int
    account_id: str
    platform: str
    names: tuple[str, ...]
    handle: str | None
    phone: str | None
    email: str | None
    first_at: datetime
    last_at: datetime
    hour: int
    plants: tuple[str, ...] = ()
    says: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    number: int
    name: str
    handle: str
    phone: str
    email: str
    hour: int
    from_day: int
    to_day: int
    plants: tuple[str, ...]


def people(count: int, *, dice: Dice) -> tuple[Planted, ...]:
    """About `count` accounts (never fewer, at most five more) of invented people, grouped by person.

    Raises: TooManyPeople, from about 100,000 accounts.
    """
    numbers = _numbers()
    found: list[Planted] = []
    before: list[_Person] = []
    number = 0
    while len(found) < count:
        person = _person(number, dice, before, numbers)
        before.append(person)
        for _ in range(1 + dice.skewed(5)):
            account = _account(person, len(found), dice, numbers)
            found.append(replace(account, says=tuple(_says(person, before, dice))))
        number += 1
        if dice.chance(4):
            found.append(_imitation(found[-1], number, len(found), dice))
            number += 1
    return tuple(found)


def _numbers() -> Iterator[str]:
    """Every number once, French ones first."""
    yield from (f"{start}{number:04d}" for start in _FRENCH for number in range(10_000))
    yield from (f"+1{area}55501{number:02d}" for area in _AREAS for number in range(100))
    raise TooManyPeople("There are not enough numbers set aside for fiction for so many invented people.")


def _says(person: _Person, before: list[_Person], dice: Dice) -> Iterator[Said]:
    """Statements of one account; what is unclear is the person's own as often as another's."""
    other = dice.pick(before)
    for kind, own, others in (("phone", person.phone, other.phone), ("email", person.email, other.email)):
        for claim, rate, value in (
            ("own", _OWN, own),
            ("unclear", _UNCLEAR, dice.pick((own, others))),
            ("others", _OTHERS, others),
        ):
            if dice.chance(rate):
                text = dice.pick(_SAYS[kind, claim]).format(value)
                yield Said(kind=kind, value=value, claim=claim, text=text)


def _person(number: int, dice: Dice, before: list[_Person], numbers: Iterator[str]) -> _Person:
    first = dice.number(_DAYS // 2)
    person = _Person(
        number=number,
        name=f"{dice.pick(_GIVEN)} {_surname(dice)}",
        handle=_made_handle(dice),
        phone=next(numbers),
        email=f"{dice.pick(_WORDS)}.{dice.pick(_SYLLABLES)}{number}@example.org",
        hour=dice.number(24),
        from_day=first,
        to_day=first + 60 + dice.number(_DAYS // 2 - 60),
        plants=(),
    )
    if dice.chance(60):
        person = replace(person, name=dice.pick(_HOT), plants=("hot name",))
    if len(before) > 50 and dice.chance(40):
        person = _shares_a_number(person, before[-1 - dice.number(40)], dice)
    return person


def _shares_a_number(person: _Person, other: _Person, dice: Dice) -> _Person:
    """A household's number at the same time, or a number that was another's and is given out again later."""
    if dice.chance(500):
        given = person.name.split()[0]
        return replace(
            person,
            name=f"{given} {other.name.split()[-1]}",
            phone=other.phone,
            from_day=other.from_day,
            to_day=other.to_day,
            plants=(*person.plants, "family phone"),
        )
    later = other.to_day + 120
    return replace(
        person, phone=other.phone, from_day=later, to_day=later + 200, plants=(*person.plants, "recycled phone")
    )


def _account(person: _Person, at: int, dice: Dice, numbers: Iterator[str]) -> Planted:
    plants = list(person.plants)
    names = tuple(_names(person, dice, plants))
    phone = person.phone if dice.chance(450) else None
    if phone and not plants and dice.chance(60):
        phone = next(numbers)
        plants.append("changed phone")
    days = sorted(person.from_day + dice.number(person.to_day - person.from_day + 1) for _ in range(2))
    platform = dice.pick(_PLATFORMS)
    return Planted(
        person=person.number,
        account_id=f"{platform}:user{700_000_000 + at}",
        platform=platform,
        names=names,
        handle=_handle(person, dice) if dice.chance(700) else None,
        phone=phone,
        email=person.email if dice.chance(350) else None,
        first_at=_START + timedelta(days=days[0], hours=person.hour),
        last_at=_START + timedelta(days=days[1], hours=person.hour),
        hour=dice.number(24) if dice.chance(150) else (person.hour + dice.number(3) - 1) % 24,
        plants=tuple(plants),
    )


def _imitation(model: Planted, person: int, at: int, dice: Dice) -> Planted:
    """Another person's account under the name, and nearly the handle, of an existing one."""
    handle = f"{model.handle}{dice.number(10)}" if model.handle else None
    return replace(
        model,
        person=person,
        account_id=f"{model.platform}:user{700_000_000 + at}",
        handle=handle,
        phone=None,
        email=None,
        hour=dice.number(24),
        plants=("imitation",),
        says=(),
    )


def _names(person: _Person, dice: Dice, plants: list[str]) -> Iterator[str]:
    """The names that an account showed, oldest first."""
    if dice.chance(80):
        plants.append("changed name")
        yield f"{dice.pick(_GIVEN)} {_surname(dice)}"
        if dice.chance(500):
            return
    yield _spelt(person.name, dice, plants)


def _spelt(name: str, dice: Dice, plants: list[str]) -> str:
    if dice.chance(200):
        script = dice.pick(tuple(_LETTERS))
        plants.append(f"{script} letters")
        return "".join(_LETTERS[script].get(letter, letter) for letter in name).replace("-", "").title()
    if dice.chance(150):
        plants.append("typing error")
        name = _mistyped(name, dice)
    if dice.chance(150):
        name = " ".join(reversed(name.split()))
    return name.title()


def _mistyped(name: str, dice: Dice) -> str:
    at = dice.number(len(name))
    match dice.number(3):
        case 0:
            return name[:at] + name[at + 1 :] if len(name) > 3 else name
        case 1:
            return name[:at] + name[at] + name[at:]
        case _:
            return name[:at] + dice.pick("aeioulnrst") + name[at + 1 :]


def _handle(person: _Person, dice: Dice) -> str:
    if dice.chance(600):
        return person.handle
    if dice.chance(400):
        return f"{person.handle}{dice.number(100)}"
    if dice.chance(400):
        return f"{person.name.replace(' ', '.')}{dice.number(100) if dice.chance(600) else ''}"
    return _made_handle(dice)


def _made_handle(dice: Dice) -> str:
    if dice.chance(100):
        return dice.pick(_WORDS)  # a word that many take
    return f"{dice.pick(_WORDS)}_{dice.pick(_WORDS)}{dice.number(1000)}"


def _surname(dice: Dice) -> str:
    return "".join(dice.pick(_SYLLABLES) for _ in range(2 + dice.number(2)))
