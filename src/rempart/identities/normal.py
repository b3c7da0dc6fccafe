"""One form for each identifier, whoever typed it; or the reason why it is none.

Invariant, tested: the normal form of a normal form is itself. Two things that a service keeps apart are kept apart here, with
three exceptions that serve comparison and are never shown as the address itself: `http` and `https`, a leading `www.`, and an
ending `/` are the same.
Source: RFC 3986 §6.2.2 (addresses), E.164 (numbers), Unicode NFKC and case folding (names). Tier: source-verified.
"""

import ipaddress
import re
import unicodedata
from enum import Enum
from urllib.parse import quote, urlsplit

import phonenumbers

from rempart.identities.known import Known, Service, fold_plain

HOME = "FR"  # where a number without a country code is from: the people who report do so in France
HOME_CODE = 33
MAX_HOST_CHARS = 253  # RFC 1035
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+")
_DEFANGED = re.compile(r"\[\.\]|\(\.\)|\[dot\]|\(dot\)", re.IGNORECASE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]{0,20})://", re.IGNORECASE)
_NOT_SHARED = re.compile(r"(?:data|javascript|file|blob|content|about|chrome|view-source|intent):", re.IGNORECASE)
_WEB = {"http": "https", "https": "https", "hxxp": "https", "hxxps": "https"}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_OWN = (".localhost", ".local", ".lan", ".home", ".internal", ".intranet", ".arpa")
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CODED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_EMAIL = re.compile(r"([\w.!#$%&'*+/=?^`{|}~-]{1,64})@([^@\s]{3,253})")
_NUMBER = re.compile(r"\+?[\d\s().\-/\u00a0]{2,30}")
_AT_HOME = re.compile(r"0[1-79]\d{8}")  # the national plan; the library knows open ranges only, and is behind new ones
_SHA256 = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


class Reason(Enum):
    """Why something told is not an identifier; absence is an answer, and it has a reason."""

    EMPTY = "empty"
    SAID_UNKNOWN = "said_unknown"  # "unknown", "inconnu", "none" …
    TOO_SHORT = "too_short"  # a name of one letter
    HELP = "help"  # a number or a site of help, or of an authority
    FRONT_PAGE = "front_page"  # a service as a whole, which half of the reports name
    OWN_NETWORK = "own_network"  # an address that means something only at the person's own place
    NOT_SHARED = "not_shared"  # data:, file: and the like
    AUTOMATIC = "automatic"  # a sender such as noreply
    AMBIGUOUS = "ambiguous"  # reads like one, and like something else too
    NOT_OF_THE_FORM = "not_of_the_form"


def normal_address(told: str, *, known: Known) -> str | Reason:
    """A web address in normal form, without tracking parameters; `example.org/a` is read as one without its scheme.

    A fragment is dropped, except one that is a route (`#!…`, `#/…`), which shows another page.
    """
    text = _DEFANGED.sub(".", _visible(told)).strip().strip("<>\"'«»“”")
    if not text:
        return Reason.EMPTY
    if _NOT_SHARED.match(text):
        return Reason.NOT_SHARED
    scheme = _SCHEME.match(text)
    if scheme is not None and scheme[1].lower() not in _WEB:
        return Reason.NOT_OF_THE_FORM
    try:
        parts = urlsplit("https://" + text[scheme.end() if scheme else 0 :])
        port = parts.port
    except ValueError:
        return Reason.NOT_OF_THE_FORM
    host = normal_host(parts.hostname or "")
    if isinstance(host, Reason):
        return host
    service = known.service_at(host)
    path = _normal_path(parts.path)
    query = _normal_query(parts.query, service=service, known=known)
    route = _coded(parts.fragment) if parts.fragment.startswith(("!", "/")) else ""
    place = host if port in (None, 80, 443) else f"{host}:{port}"
    return f"https://{place}{path}{'?' + query if query else ''}{'#' + route if route else ''}"


def normal_host(told: str) -> str | Reason:
    """A host in lower case and IDNA (2003, as the standard library has it), without ending dot and leading `www.`."""
    host = told.strip().strip(".").lower()
    if not host or len(host) > MAX_HOST_CHARS:
        return Reason.NOT_OF_THE_FORM
    try:
        number = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return _named_host(host)
    if not number.is_global:
        return Reason.OWN_NETWORK
    return f"[{number.compressed}]" if number.version == 6 else number.compressed


def normal_email(told: str, *, known: Known) -> str | Reason:
    """An e-mail address: domain as a host, local part with its case folded; dots and `+` stay, because services differ."""
    text = _visible(told).strip().strip("<>\"'«»“”;,")
    text = text[7:].partition("?")[0] if text[:7].lower() == "mailto:" else text
    if not text:
        return Reason.EMPTY
    found = _EMAIL.fullmatch(text)
    if found is None:
        return Reason.NOT_OF_THE_FORM
    local, host = fold_name(found[1]), normal_host(found[2])
    if isinstance(host, Reason) or host.startswith("[") or not _EMAIL.fullmatch(f"{local}@{host}"):
        return Reason.NOT_OF_THE_FORM
    if local in known.automatic:
        return Reason.AUTOMATIC
    return Reason.HELP if known.helps_at(host) else f"{local}@{host}"


def normal_phone(told: str, *, known: Known) -> str | Reason:
    """A telephone number as E.164 (`+33…`), read in France when it has no country code; numbers of help are none."""
    text = unicodedata.normalize("NFKC", _visible(told)).strip()
    text = text[4:] if text[:4].lower() == "tel:" else text
    if not text:
        return Reason.EMPTY
    if not _NUMBER.fullmatch(text):
        return Reason.SAID_UNKNOWN if fold_plain(text) in known.nothing else Reason.NOT_OF_THE_FORM
    digits = "".join(char for char in text if char.isdigit())
    if digits in known.help_numbers:
        return Reason.HELP
    try:
        number = phonenumbers.parse(text, HOME)
    except phonenumbers.NumberParseException:
        return Reason.NOT_OF_THE_FORM
    at_home = f"0{number.national_number}" if number.country_code == HOME_CODE else ""
    if not phonenumbers.is_valid_number(number) and not _AT_HOME.fullmatch(at_home):
        return Reason.NOT_OF_THE_FORM
    return (
        Reason.HELP
        if at_home in known.help_numbers
        else str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    )


def normal_name(told: str, *, known: Known) -> str | Reason:
    """The name of an account, folded, without leading `@` and `u/`; blanks inside stay one."""
    name = fold_name(told)
    while name.startswith(("@", "u/", "/", " ")):
        name = name.removeprefix("u/") if name.startswith("u/") else name[1:]
    if not name:
        return Reason.EMPTY if not told.strip() else Reason.NOT_OF_THE_FORM
    plain = fold_plain(name)
    if not plain:
        return Reason.SAID_UNKNOWN if "?" in name else Reason.NOT_OF_THE_FORM
    if plain in known.nothing:
        return Reason.SAID_UNKNOWN
    return Reason.TOO_SHORT if len(name) < 2 else name


def normal_service(told: str, *, known: Known) -> str | Reason:
    """The one name of a service, by its names or its host; a service not known here keeps its own, without blanks and signs."""
    words = fold_plain(told)
    folded = words.replace(" ", "")
    if not folded or {words, folded} & known.nothing:
        return Reason.EMPTY if not told.strip() else Reason.SAID_UNKNOWN
    by_name = known.services.get(folded)
    if by_name is not None:
        return by_name.name
    address = normal_address(told, known=known) if "." in told else Reason.NOT_OF_THE_FORM
    at_host = None if isinstance(address, Reason) else known.service_at(urlsplit(address).hostname or "")
    return at_host.name if at_host is not None else folded


def normal_file(told: str) -> str | Reason:
    """The SHA-256 of a file in lower-case hexadecimal."""
    text = told.strip()
    return text.lower() if _SHA256.fullmatch(text) else Reason.NOT_OF_THE_FORM


def fold_name(told: str) -> str:
    """A name without case, invisible characters and forms of presentation; accents stay, because services keep them apart."""
    name = told
    for _ in range(4):  # folding can unmake NFKC and NFKC can make capitals; two rounds settle every known case
        folded = " ".join(unicodedata.normalize("NFKC", _visible(name).casefold()).split())
        if folded == name:
            break
        name = folded
    return name


def _visible(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def _named_host(host: str) -> str | Reason:
    if host == "localhost" or host.endswith(_OWN):
        return Reason.OWN_NETWORK
    try:
        host = host.encode("idna").decode("ascii").lower().strip(".")
    except UnicodeError:  # an empty label, or one that is too long
        return Reason.NOT_OF_THE_FORM
    while host.startswith("www.") and "." in host[4:]:
        host = host[4:]
    labels = host.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or len(host) > MAX_HOST_CHARS:
        return Reason.NOT_OF_THE_FORM
    return host if all(_LABEL.fullmatch(label) for label in labels) else Reason.NOT_OF_THE_FORM


def _normal_path(path: str) -> str:
    kept: list[str] = []
    for segment in _coded(path).split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept).rstrip("/")


def _normal_query(query: str, *, service: Service | None, known: Known) -> str:
    follows = known.tracking | set(service.tracking if service is not None else ())
    kept = [
        part for part in _coded(query).split("&") if part and not _is_tracking(part, follows, known.tracking_prefixes)
    ]
    return "&".join(kept)


def _is_tracking(part: str, follows: frozenset[str], prefixes: tuple[str, ...]) -> bool:
    name = part.partition("=")[0].lower()
    return name in follows or name.startswith(prefixes)


def _coded(text: str) -> str:
    """Percent-coding as RFC 3986 wants it: what needs none is plain, what needs it is in capitals."""
    whole = quote(_STRAY.sub("%25", text), safe="/%:@!$&'()*+,;=~-._?[]", errors="replace")
    return _CODED.sub(_uncoded, whole)


def _uncoded(found: re.Match[str]) -> str:
    char = chr(int(found[0][1:], 16))
    return char if char in _UNRESERVED else found[0].upper()
