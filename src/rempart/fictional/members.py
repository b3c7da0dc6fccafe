"""The accounts of the case and the invented people behind them: languages, zones, names, numbers, and what is planted among them.

Planted, by name in `Member.plant`, at the rates of `RATES`: a second account that states the same phone or e-mail, or that bears
the name in other letters; a name changed on the way; a number that another person states half a year later; a number of a
household; names that many bear; one person who left an account and came back under another name. Nobody of these exists.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from rempart.fictional.dice import Dice
from rempart.fictional.words import Words

JOINED_BY = 0.7  # share of the period after which nobody new joins
RATES = {  # planted sets of accounts for 10,000 members; at least one of each
    "same phone": 40,
    "same e-mail": 40,
    "other letters": 30,
    "changed name": 60,
    "recycled phone": 20,
    "family phone": 15,
    "homonym": 20,
    "changed identity": 10,
}
SEED = 20_261_121
_AT_HOME, _DEPARTMENT, _PHONE, _EMAIL = 150, 300, 40, 30  # per thousand; a department only in France
_STEP = 7919  # a prime that does not divide the number of endings, so that each comes once
_FRENCH = frozenset({"FR", "BE", "CH", "LU", "CA", "MA", "DZ", "TN", "SN", "CI", "CM"})
_LANGUAGES = {"DE": "de", "AT": "de", "NL": "nl", "ES": "es", "AR": "es", "CL": "es", "MX": "es", "CO": "es"}
_DEPARTMENTS = ("75", "69", "13", "59", "33", "31", "44", "67", "35", "06", "38", "76", "29", "14", "63", "974")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account of the network. person: number of who holds it. place: in the order of joining, from 0.

    later_name: shown in the second half of the period. from_share, to_share: part of the period in which the account writes.
    says: what the account states about itself: phone, email, department. link: by what a planted pair can be found.
    """

    id: str
    place: int
    name: str
    country: str
    lang: str
    offset_min: int
    person: int
    later_name: str | None = None
    from_share: float = 0.0
    to_share: float = 1.0
    phone: str | None = None
    email: str | None = None
    department: str | None = None
    plant: str = ""
    link: str = ""

    @property
    def account_id(self) -> str:
        """The account as the tables name it."""
        return f"telegram:{self.id}"

    def name_at(self, share: float) -> str:
        """The name shown at that part of the period."""
        return self.later_name if self.later_name and share >= 0.5 else self.name

    def writes_at(self, share: float) -> bool:
        """Whether the account is in use then."""
        return self.from_share <= share <= self.to_share


def gather_members(count: int, *, words: Words, first_planted: int) -> tuple[Member, ...]:
    """`count` accounts; those before `first_planted` are one person each and state nothing."""
    dice = Dice(SEED + 1)
    members: list[Member] = []
    for place in range(count):
        country = _country(place, words, dice)
        members.append(
            Member(
                id=f"user{5_000_000_000 + place}",
                place=place,
                name=f"{dice.pick(words.nicknames)}_{_ending(place, count, words)}",
                country=country,
                lang=_LANGUAGES.get(country, "fr" if country in _FRENCH else "en"),
                offset_min=words.offsets[country],
                person=place,
            )
        )
    planter = _Planter(members, words, first_planted)
    planter.plant_all()
    planter.let_others_tell()
    return tuple(members)


def _country(place: int, words: Words, dice: Dice) -> str:
    """Every country once, then any, and France more often."""
    if place < len(words.countries):
        return words.countries[place]
    return "FR" if dice.chance(_AT_HOME) else dice.pick(words.countries)


def _ending(place: int, count: int, words: Words) -> str:
    """An end of a name that nobody else has, unlike those of the members who joined before and after."""
    base, length = len(words.syllables), 3
    while base**length < count:
        length += 1
    left, found = place * _STEP % base**length, ""
    for _ in range(length):
        left, at = divmod(left, base)
        found += words.syllables[at]
    return found


class _Planter:
    """Changes the members in place; two cursors give accounts that joined early and late."""

    def __init__(self, members: list[Member], words: Words, first: int) -> None:
        self._members, self._words, self._first = members, words, first
        self._dice = Dice(SEED + 2)
        start = max(first, len(words.countries))  # the first of each country keeps it
        self._early = iter(range(start, len(members) * 6 // 10))
        self._late = iter(range(len(members) * 6 // 10, len(members)))
        self._phones = {country: _numbers(words, country) for country in {phones.country for phones in words.phones}}

    def plant_all(self) -> None:
        """Every kind, as often as its rate says."""
        kinds: dict[str, Callable[[int, str], None]] = {
            "same phone": self._same_phone,
            "same e-mail": self._same_email,
            "other letters": self._other_letters,
            "changed name": self._changed_name,
            "recycled phone": self._recycled_phone,
            "family phone": self._family_phone,
            "homonym": self._homonym,
            "changed identity": self._changed_identity,
        }
        for kind, plant in kinds.items():
            for number in range(max(1, round(RATES[kind] * len(self._members) / 10_000))):
                plant(number, kind)

    def let_others_tell(self) -> None:
        """Some of the others state a department, a number or an address too."""
        for member in self._members[self._first :]:
            if member.plant:
                continue
            told = member
            if member.country == "FR" and self._dice.chance(_DEPARTMENT):
                told = replace(told, department=self._dice.pick(_DEPARTMENTS))
            if self._dice.chance(_PHONE):
                told = replace(told, phone=next(self._phones.get(member.country, iter(())), None))
            if self._dice.chance(_EMAIL):
                told = replace(told, email=self._email(member.place))
            self._members[member.place] = told

    def _same_phone(self, number: int, kind: str) -> None:
        """Every other pair also bears nearly the same name."""
        first, second = self._pair(kind, link="phone", country="FR")
        phone = self._phone()
        if number % 2 == 0:
            second = replace(second, name=f"{first.name}2")
            first, second = (replace(member, link="phone name") for member in (first, second))
        self._put(replace(first, phone=phone), replace(second, phone=phone))

    def _same_email(self, number: int, kind: str) -> None:
        """Every other pair also states the same number."""
        first, second = self._pair(kind, link="email", country="FR")
        email, phone = self._email(first.place), None
        if number % 2 == 0:
            phone = self._phone()
            first, second = (replace(member, link="email phone") for member in (first, second))
        self._put(replace(first, email=email, phone=phone), replace(second, email=email, phone=phone))

    def _other_letters(self, number: int, kind: str) -> None:
        """Every other pair also states the same address."""
        first, second = self._pair(kind, link="name")
        letters, email = 1 + number // 2 % 2, None
        if number % 2 == 0:
            email = self._email(first.place)
            first, second = (replace(member, link="name email") for member in (first, second))
        self._put(
            replace(first, name=self._spelt(number, 0), email=email),
            replace(second, name=self._spelt(number, letters), email=email),
        )

    def _changed_name(self, number: int, kind: str) -> None:
        member = self._member(self._early)
        later = f"{self._dice.pick(self._words.nicknames)}.{_ending(number, 0, self._words)}"
        self._put(replace(member, later_name=later, plant=kind, link="account"))

    def _recycled_phone(self, _: int, kind: str) -> None:
        before, after = self._member(self._early, "FR"), self._member(self._late, "FR")
        phone = self._phone()
        self._put(
            replace(before, phone=phone, to_share=0.4, plant=kind),
            replace(after, phone=phone, from_share=0.7, plant=kind),
        )

    def _family_phone(self, _: int, kind: str) -> None:
        phone = self._phone()
        for _household in range(3):
            self._put(replace(self._member(self._early, "FR"), phone=phone, plant=kind))

    def _homonym(self, number: int, kind: str) -> None:
        name = self._words.homonyms[number % len(self._words.homonyms)]
        for _bearer in range(3):
            self._put(replace(self._member(self._early), name=name, plant=kind))

    def _changed_identity(self, _: int, kind: str) -> None:
        """The first account falls silent; a new one of another name, in the same hours, states the same number and address."""
        before, after = self._member(self._early, "FR"), self._member(self._late, "FR")
        phone, email = self._phone(), self._email(before.place)
        shared = {"phone": phone, "email": email, "plant": kind, "link": "phone email activity"}
        self._put(
            replace(before, to_share=0.45, **shared),  # type: ignore[arg-type] # all four are texts
            replace(after, from_share=0.7, person=before.person, **shared),  # type: ignore[arg-type] # the same
        )

    def _pair(self, kind: str, *, link: str, country: str | None = None) -> tuple[Member, Member]:
        """Two accounts of one person, who lives in one place."""
        first = self._member(self._early, country)
        second = self._settled(self._member(self._early), first.country)
        first, second = replace(first, plant=kind, link=link), replace(second, plant=kind, link=link)
        return first, replace(second, person=first.person)

    def _member(self, cursor: Iterator[int], country: str | None = None) -> Member:
        member = self._members[next(cursor)]
        return self._settled(member, country) if country else member

    def _settled(self, member: Member, country: str) -> Member:
        lang = _LANGUAGES.get(country, "fr" if country in _FRENCH else "en")
        return replace(member, country=country, lang=lang, offset_min=self._words.offsets[country])

    def _put(self, *members: Member) -> None:
        for member in members:
            self._members[member.place] = member

    def _phone(self) -> str | None:
        """The next French number of fiction; None when all 20,000 are taken."""
        return next(self._phones["FR"], None)

    def _email(self, place: int) -> str:
        return f"{self._dice.pick(self._words.nicknames)}.{place}@example.org"

    def _spelt(self, number: int, letters: int) -> str:
        given = self._words.given[number % len(self._words.given)]
        surname = self._words.surnames[(number // len(self._words.given) + number) % len(self._words.surnames)]
        return f"{given[letters]} {surname[letters]}"


def _numbers(words: Words, country: str) -> Iterator[str]:
    """The numbers of fiction of a country, each once."""
    for phones in words.phones:
        if phones.country == country:
            for number in range(phones.first, phones.first + phones.many):
                digits = iter(f"{number:0{phones.form.count('#')}d}")
                yield "".join(next(digits) if sign == "#" else sign for sign in phones.form)
