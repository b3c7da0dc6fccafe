"""How numbers, names and addresses are spelled in the index and in what people type, so that both meet.

A phone number is its digits without the zeros before them, in every length of its end down to LEAST_END: so `06 12 34 56 78`, its
last six digits and the number with its country meet. A name of an account is its letters and digits without what stands between.
Not covered: texts without blanks between words (Chinese, Thai) are found by the beginning of a run only.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import phonenumbers

from rempart.intake.report import Contact, Report

LEAST_PHONE_DIGITS, MOST_PHONE_DIGITS = 8, 15  # E.164 has at most 15
LEAST_END, MOST_NAME_CHARS = 4, 40
_BETWEEN = r"[ \u00a0\u202f.\-/()]{0,2}"
PHONE = re.compile(
    rf"(?<![\w@])(?:\(?0[1-9](?:{_BETWEEN}\d\d){{4}}(?!\w)"  # ten digits in pairs, whatever number follows
    rf"|[+(]?\d(?:{_BETWEEN}\d){{7,16}}(?!\w))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report as the index takes it in; `number` orders: the higher the newer. files: names of what came with it; messages: of later."""

    number: int
    report: UUID
    words: str
    addresses: str = ""
    accounts: str = ""
    contact: str = ""
    reference: str = ""
    files: str = ""
    messages: str = ""


def document_of(report: Report, *, number: int, report_id: UUID, letters: Sequence[str] = ()) -> Document:
    """What can be found of a report: the person's words, the names, addresses and numbers in its fields, and what they wrote later.

    letters: the texts of later messages, the oldest first.
    """
    words = _joined(report.narrative, report.wishes, report.seen_at, report.told_somebody)
    accounts = [part for one in report.accounts for part in (one.service, one.name, *name_ends(one.name))]
    addresses = "\n".join(report.addresses)
    return Document(
        number=number,
        report=report_id,
        words=_joined(words, *phone_ends(words)),
        addresses=_joined(addresses, *phone_ends(addresses)),
        accounts=_joined(*accounts),
        contact=_contact(report.contact),
        reference=_joined(report.reference),
        files=_joined(*(file.name for file in report.attachments)),
        messages=_joined(*letters, *phone_ends("\n".join(letters))),
    )


def number_forms(number: int) -> str:
    """The ways in which people write the number of a report: R-000123, R000123, R123, 000123, 123."""
    return f"R-{number:06} R{number:06} R{number} {number}"


def phone_ends(text: str) -> Iterator[str]:
    """The ends of every phone number in a text, longest first."""
    for found in PHONE.finditer(text):
        digits = significant(found[0])
        if LEAST_PHONE_DIGITS <= len(digits) <= MOST_PHONE_DIGITS:
            yield from (digits[start:] for start in range(len(digits) - LEAST_END + 1))


def name_ends(name: str) -> Iterator[str]:
    """The ends of a name without what is no letter or digit: `lea_martin` gives leamartin, eamartin, … rtin."""
    joined = "".join(filter(str.isalnum, name))[:MOST_NAME_CHARS]
    yield from (joined[start:] for start in range(max(0, len(joined) - LEAST_END + 1)))


def significant(number: str) -> str:
    """The digits of a phone number, without zeros before them: `06 12…` and `0033 6 12…` give 612… and 33612…."""
    return "".join(char for char in number if char in "0123456789").lstrip("0")


def national(number: str) -> str | None:
    """The digits without those of the country, for a number written with it (`+33…`, `0033…`); None for any other."""
    digits = "".join(char for char in number if char in "0123456789")
    if not (number.lstrip(" (").startswith("+") or digits.startswith("00")):
        return None
    try:
        return str(phonenumbers.parse("+" + digits.lstrip("0")).national_number)
    except phonenumbers.NumberParseException:
        return None


def _contact(contact: Contact | None) -> str:
    if contact is None:
        return ""
    email, phone = contact.email or "", contact.phone or ""
    return _joined(contact.name, email, *name_ends(email.partition("@")[0]), phone, *phone_ends(phone))


def _joined(*parts: str | None) -> str:
    return "\n".join(part for part in parts if part)
