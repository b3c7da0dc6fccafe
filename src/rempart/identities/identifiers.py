"""What a report names that another may name too: addresses, accounts, numbers, e-mails, files, each in one form, with its place.

An identifier says that two reports speak of the same thing, never that somebody did something; a person judges every join.
What links and what does not: LINKING holds the kinds that single something out. A handle (a name without its service) and a shown
name (with blanks, such as two people may bear) propose at most: joined by exact handle, pairs had a precision of 0.12, by exact full
name of 0.00, against 0.999 for numbers and e-mails (100,086 synthetic rows). Numbers are recycled and families share them: an edge
holds for a period.
The reporter's own contact is of a kind of its own (`reporter_…`), also where it stands again in the narrative.
Not covered: names of people, bank accounts, pictures by likeness, identifiers inside the bytes of attachments.
Source: reference, Identities §2. Tier: source-verified; measured on invented reports only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal
from urllib.parse import urlsplit

from rempart.identities.known import Known, Service, load_known
from rempart.identities.narrative import Piece, Sort, find_pieces
from rempart.identities.normal import (
    Reason,
    normal_address,
    normal_email,
    normal_file,
    normal_name,
    normal_phone,
    normal_service,
)
from rempart.intake.report import Account, Contact, Report

__all__ = [
    "LINKING",
    "Examined",
    "Identifier",
    "IdentifierKind",
    "LeftOut",
    "Place",
    "Reason",
    "examine_report",
    "identifiers_in",
    "identifiers_of",
]
MIN_HANDLE_CHARS = 4  # shorter ones are borne by too many
_ADDRESS_SIGNS = ("://", "www.", "/")


class IdentifierKind(StrEnum):
    """What an identifier is. Values: address, `service:name`, `name`, `service:name with blanks`, e-mail, E.164, SHA-256."""

    ADDRESS = "address"
    ACCOUNT = "account"
    HANDLE = "handle"
    SHOWN_NAME = "shown_name"
    EMAIL = "email"
    PHONE = "phone"
    FILE = "file"
    REPORTER_EMAIL = "reporter_email"
    REPORTER_PHONE = "reporter_phone"


LINKING = frozenset(
    {IdentifierKind.ADDRESS, IdentifierKind.ACCOUNT, IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.FILE}
)
FieldName = Literal["addresses", "accounts", "narrative", "attachments", "contact"]
_OWN = {
    IdentifierKind.EMAIL: IdentifierKind.REPORTER_EMAIL,
    IdentifierKind.PHONE: IdentifierKind.REPORTER_PHONE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a report. index: the item of the field, from 0; in the narrative, the first character; in the contact, 0."""

    field: FieldName
    index: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifier:
    """An identifier in normal form. places: everywhere it was found, in the order of the fields, never empty."""

    kind: IdentifierKind
    value: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What was told and is no identifier, as it was told; it is text of the report and stays sealed with it."""

    kind: IdentifierKind
    told: str
    reason: Reason
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Everything looked at. found: no two of one kind and value; left_out: in the order of the report."""

    found: tuple[Identifier, ...]
    left_out: tuple[LeftOut, ...]


def identifiers_of(report: Report) -> tuple[Identifier, ...]:
    """The identifiers of a report, in the order in which they stand; those of the reporter are of kinds `reporter_…`."""
    return examine_report(report).found


def identifiers_in(text: str) -> tuple[Identifier, ...]:
    """The identifiers in running text, whoever wrote it; their places are characters of the text."""
    sheet = _Sheet(known=load_known())
    for piece in find_pieces(text):
        sheet.take_piece(piece, place=Place(field="narrative", index=piece.at))
    return sheet.examined().found


def examine_report(report: Report) -> Examined:
    """The identifiers of a report, and what was left out with its reason."""
    sheet = _Sheet(known=load_known())
    if report.contact is not None:
        sheet.take_contact(report.contact)
    for index, line in enumerate(report.addresses):
        sheet.take_line(line, place=Place(field="addresses", index=index))
    for index, account in enumerate(report.accounts):
        sheet.take_account(account, place=Place(field="accounts", index=index))
    for piece in find_pieces(report.narrative or ""):
        sheet.take_piece(piece, place=Place(field="narrative", index=piece.at))
    for index, attachment in enumerate(report.attachments):
        sheet.add(
            IdentifierKind.FILE,
            normal_file(attachment.sha256),
            attachment.sha256,
            Place(field="attachments", index=index),
        )
    return sheet.examined()


@dataclass(slots=True, kw_only=True)
class _Sheet:
    """What is gathered from one report; it lives as long as one call."""

    known: Known
    places: dict[tuple[IdentifierKind, str], list[Place]] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)

    def examined(self) -> Examined:
        found = (Identifier(kind=kind, value=value, places=tuple(at)) for (kind, value), at in self.places.items())
        return Examined(found=tuple(found), left_out=tuple(self.left_out))

    def add(self, kind: IdentifierKind, normal: str | Reason, told: str, place: Place) -> bool:
        """Keeps the identifier, or the reason why it is none; the reporter's own contact keeps its own kind."""
        if isinstance(normal, Reason):
            self.left_out.append(LeftOut(kind=kind, told=told, reason=normal, place=place))
            return False
        own = _OWN.get(kind)
        key = (own, normal) if own is not None and (own, normal) in self.places else (kind, normal)
        at = self.places.setdefault(key, [])
        if place not in at:
            at.append(place)
        return True

    def take_contact(self, contact: Contact) -> None:
        place = Place(field="contact")
        if contact.email:
            self.add(IdentifierKind.REPORTER_EMAIL, normal_email(contact.email, known=self.known), contact.email, place)
        if contact.phone:
            self.add(IdentifierKind.REPORTER_PHONE, normal_phone(contact.phone, known=self.known), contact.phone, place)

    def take_line(self, line: str, *, place: Place) -> None:
        """A line of the field of addresses, where people also write numbers, e-mails and whole sentences."""
        text = line.strip()
        email = normal_email(text, known=self.known)
        if email is not Reason.NOT_OF_THE_FORM:
            self.add(IdentifierKind.EMAIL, email, line, place)
        elif not isinstance(phone := normal_phone(text, known=self.known), Reason):
            self.add(IdentifierKind.PHONE, phone, line, place)
        elif phone is Reason.HELP or phone is Reason.SAID_UNKNOWN:
            self.add(IdentifierKind.ADDRESS, phone, line, place)
        elif len(text.split()) > 1:
            self._take_sentence(line, place=place)
        else:
            self.take_address(text, place=place)

    def take_address(self, told: str, *, place: Place) -> None:
        address = normal_address(told, known=self.known)
        if isinstance(address, Reason):
            self.add(IdentifierKind.ADDRESS, address, told, place)
            return
        parts = urlsplit(address)
        host = parts.hostname or ""
        service = self.known.service_at(host)
        if self.known.helps_at(host):
            self.add(IdentifierKind.ADDRESS, Reason.HELP, told, place)
        elif service is not None and parts.path == "/" and not parts.query and not parts.fragment:
            self.add(IdentifierKind.ADDRESS, Reason.FRONT_PAGE, told, place)
        else:
            self.add(IdentifierKind.ADDRESS, address, told, place)
            if service is not None:
                self._take_profile(service, address, place=place)

    def take_account(self, account: Account, *, place: Place) -> None:
        """An account by service and name; the name may be the address of the profile, a number or an e-mail."""
        told = account.name.strip()
        if told.lower().startswith(("http", "hxxp", "www.")) or ("/" in told and "." in told):
            self.take_address(told, place=place)
            return
        service = normal_service(account.service, known=self.known)
        email, phone = normal_email(told, known=self.known), normal_phone(told, known=self.known)
        if not isinstance(email, Reason):
            self.add(IdentifierKind.EMAIL, email, told, place)
        elif not isinstance(phone, Reason) or phone is Reason.HELP:
            self.add(IdentifierKind.PHONE, phone, told, place)
            if self._is_phone(service):
                return
        self._take_name(service, told, place=place)

    def take_piece(self, piece: Piece, *, place: Place) -> None:
        """A piece of running text."""
        known = self.known
        if piece.ambiguous:
            self.add(IdentifierKind.HANDLE, Reason.AMBIGUOUS, piece.text, place)
            return
        match piece.sort:
            case Sort.ADDRESS:
                self.take_address(piece.text, place=place)
            case Sort.EMAIL:
                self.add(IdentifierKind.EMAIL, normal_email(piece.text, known=known), piece.text, place)
            case Sort.PHONE:
                self.add(IdentifierKind.PHONE, normal_phone(piece.text, known=known), piece.text, place)
            case Sort.FILE:
                self.add(IdentifierKind.FILE, normal_file(piece.text), piece.text, place)
            case Sort.NAMED:
                self._take_name(piece.service, piece.text, place=place)
            case Sort.HANDLE:
                self._take_handle(piece.text, place=place)

    def _take_sentence(self, line: str, *, place: Place) -> None:
        pieces = find_pieces(line)
        for piece in pieces:
            self.take_piece(piece, place=place)
        if not pieces:
            nothing = normal_name(line, known=self.known)
            reason = nothing if isinstance(nothing, Reason) else Reason.NOT_OF_THE_FORM
            self.add(IdentifierKind.ADDRESS, reason, line, place)

    def _take_profile(self, service: Service, address: str, *, place: Place) -> None:
        """The account whose profile an address is, when the service is known and the form of the address says so."""
        name = self._profile_name(service, address)
        if name is None:
            return
        if service.phone:
            self.add(IdentifierKind.PHONE, normal_phone(f"+{name}", known=self.known), name, place)
        else:
            self._take_name(service.name, name, place=place)

    def _profile_name(self, service: Service, address: str) -> str | None:
        parts = urlsplit(address)
        path = (
            parts.path + (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
        )
        for form in self.known.profiles[service.name]:
            for told in (path, parts.path):
                found = form.search(told)
                if found is not None and found[1].lower() not in service.reserved:
                    return found[1]
        return None

    def _take_name(self, service: str | Reason, told: str, *, place: Place) -> None:
        name = normal_name(told, known=self.known)
        if isinstance(name, Reason):
            self.add(IdentifierKind.ACCOUNT, name, told, place)
        elif " " in name:
            kept = "" if isinstance(service, Reason) else service
            self.add(IdentifierKind.SHOWN_NAME, f"{kept}:{name}", told, place)
        else:
            if not isinstance(service, Reason):
                self.add(IdentifierKind.ACCOUNT, f"{service}:{name}", told, place)
            self._take_handle(name, place=place)

    def _take_handle(self, told: str, *, place: Place) -> None:
        name = normal_name(told, known=self.known)
        short = not isinstance(name, Reason) and len(name) < MIN_HANDLE_CHARS
        self.add(IdentifierKind.HANDLE, Reason.TOO_SHORT if short else name, told, place)

    def _is_phone(self, service: str | Reason) -> bool:
        kept = self.known.services.get(service) if isinstance(service, str) else None
        return kept is not None and kept.phone


def of_kinds(identifiers: Iterable[Identifier], *, kinds: frozenset[IdentifierKind]) -> tuple[Identifier, ...]:
    """Those of some kinds, in their order; `LINKING` are the ones that single something out."""
    return tuple(item for item in identifiers if item.kind in kinds)
