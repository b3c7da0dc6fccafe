"""One row of a bulk table becomes a Report, or is refused with a code, a column and what the sentence needs."""

import re
from collections.abc import Mapping, Sequence

from rempart.intake.answers import clean
from rempart.intake.columns import CHOICES, LEFT_OUT, value_of
from rempart.intake.report import (
    MAX_ITEMS,
    MAX_LINE_CHARS,
    MAX_NARRATIVE_CHARS,
    Account,
    AgeBand,
    Answer,
    Category,
    Contact,
    Kind,
    Report,
    ReporterKind,
    Urgency,
)

Headings = Sequence[tuple[str, str]]  # (field, heading as the file has it) of each column
_Said = Mapping[str, tuple[str, str]]  # field → (text, heading)
_YEARS = re.compile(r"(\d{1,3}) ?(?:ans?|years?(?: old)?)?", re.IGNORECASE)
_BANDS = ((11, AgeBand.UNDER_11), (15, AgeBand.FROM_11_TO_14), (18, AgeBand.FROM_15_TO_17))
_BETWEEN_ADDRESSES = re.compile(r"[\s|]+")
_OTHERWISE = frozenset({*CHOICES, "narrative", "addresses", "language"})  # every other field is a plain line


class RefusedRow(Exception):
    """A row that cannot be taken. code: of the sentence in columns.toml; column: as the heading calls it, None for the row."""

    def __init__(self, code: str, column: str | None = None, **fields: int) -> None:
        super().__init__(code)
        self.code, self.column, self.fields = code, column, fields


def read_row(cells: Sequence[str], headings: Headings, *, language: str) -> Report:
    """The report of a row. language: when the row tells none. Raises: RefusedRow."""
    said = _said(cells, headings)
    chosen = {name: _choice(name, *said[name]) for name in CHOICES if name in said}
    lines = {name: _line(*said[name]) for name in said if name not in _OTHERWISE}
    narrative = _line(*said["narrative"], most=MAX_NARRATIVE_CHARS) if "narrative" in said else None
    addresses = _addresses(*said["addresses"]) if "addresses" in said else ()
    accounts = _accounts(lines)
    if not (narrative or addresses or accounts):
        raise RefusedRow("empty")
    return Report(
        kind=Kind(chosen.get("kind") or _kind_of(addresses, accounts)),
        reporter=ReporterKind(chosen.get("reporter", ReporterKind.UNKNOWN)),
        language=_language(*said["language"]) if "language" in said else language,
        category=Category(chosen["category"]) if "category" in chosen else None,
        urgency=Urgency(int(chosen.get("urgency", Urgency.NONE_STATED))),
        age_band=AgeBand(chosen["age_band"]) if "age_band" in chosen else None,
        contact_going_on=_answer(chosen.get("contact_going_on")),
        knows_person=_answer(chosen.get("knows_person")),
        narrative=narrative,
        addresses=addresses,
        accounts=accounts,
        seen_at=lines.get("seen_at"),
        told_somebody=lines.get("told_somebody"),
        wishes=lines.get("wishes"),
        contact=_contact(lines, _answer(chosen.get("contact_safe")), said),
        reference=lines.get("reference"),
    )


def _said(cells: Sequence[str], headings: Headings) -> _Said:
    """What the cells say, without the empty ones and the columns that are left out."""
    if any(map(str.strip, cells[len(headings) :])):
        raise RefusedRow("too_wide")
    told = zip(headings, map(clean, cells), strict=False)
    return {name: (text, heading) for (name, heading), text in told if text and name != LEFT_OUT}


def _choice(name: str, text: str, heading: str) -> str:
    if name == "age_band" and (years := _YEARS.fullmatch(text)):
        return next((band for end, band in _BANDS if int(years[1]) < end), AgeBand.ADULT)
    value = value_of(name, text)
    if value is None:
        raise RefusedRow("no_choice", heading)
    return value


def _answer(value: str | None) -> Answer | None:
    return None if value is None else Answer(value)


def _line(text: str, heading: str, *, most: int = MAX_LINE_CHARS) -> str:
    if len(text) > most:
        raise RefusedRow("too_long", heading, most=most)
    return text


def _language(text: str, heading: str) -> str:
    if not re.fullmatch(r"[a-zA-Z]{2}", text):
        raise RefusedRow("no_language", heading)
    return text.lower()


def _addresses(text: str, heading: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(filter(None, _BETWEEN_ADDRESSES.split(text))))
    if len(found) > MAX_ITEMS:
        raise RefusedRow("too_many", heading, most=MAX_ITEMS)
    if any(address.lower().startswith("data:") for address in found):
        raise RefusedRow("holds_bytes", heading)
    return tuple(_line(address, heading) for address in found)


def _accounts(lines: Mapping[str, str]) -> tuple[Account, ...]:
    if "account" not in lines and "service" not in lines:
        return ()
    return (Account(service=lines.get("service", ""), name=lines.get("account", "")),)


def _kind_of(addresses: Sequence[str], accounts: Sequence[Account]) -> Kind:
    named = any(account.name for account in accounts)
    return Kind.CONTENT if addresses else Kind.ACCOUNT if named else Kind.SITUATION


def _contact(lines: Mapping[str, str], safe: Answer | None, said: _Said) -> Contact | None:
    email, phone = lines.get("contact_email"), lines.get("contact_phone")
    if email and "@" not in email:
        raise RefusedRow("no_mail", said["contact_email"][1])
    if safe is Answer.NO and (email or phone):
        raise RefusedRow("not_safe", said["contact_safe"][1])
    if safe is None and not any(name.startswith("contact_") for name in lines):
        return None
    return Contact(
        name=lines.get("contact_name"),
        email=email,
        phone=phone,
        is_safe=safe,
        safe_hours=lines.get("contact_hours"),
    )
