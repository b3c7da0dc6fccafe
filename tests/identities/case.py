"""Invented reports that the tests of this package share; numbers are of the range kept for fiction in France (06 39 98)."""

from rempart.identities.identifiers import IdentifierKind, examine_report
from rempart.intake.report import Account, Contact, Kind, Report, ReporterKind

HERS = "06 39 98 00 01"
HIS = "06 39 98 00 02"


def report(
    *,
    narrative: str | None = None,
    addresses: tuple[str, ...] = (),
    accounts: tuple[tuple[str, str], ...] = (),
    contact: Contact | None = None,
) -> Report:
    """A report of a parent with these fields. accounts: service and name."""
    return Report(
        kind=Kind.ACCOUNT,
        reporter=ReporterKind.PARENT,
        language="fr",
        narrative=narrative,
        addresses=addresses,
        accounts=tuple(Account(service=service, name=name) for service, name in accounts),
        contact=contact,
    )


def values(told: Report, kind: IdentifierKind) -> list[str]:
    """The identifiers of one kind."""
    return [item.value for item in examine_report(told).found if item.kind is kind]


def reasons(told: Report) -> list[str]:
    """Why things were left out, in order."""
    return [item.reason.value for item in examine_report(told).left_out]
