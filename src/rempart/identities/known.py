"""What is known in advance about identifiers: services, words that name nothing, numbers of help, parameters of clicks.

Everything comes from `known.toml`, read once and checked whole.
Source: that file, which carries version, date and source. Tier: source-verified; no real report has exercised it.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import msgspec

from rempart.errors import BadInput

_MARKS = re.compile(r"[\u0300-\u036f]+")
_SIGNS = re.compile(r"[\W_]+")


class BadKnown(BadInput):
    """The list of what is known in advance cannot be used; no identifier was read."""


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file; a field that is not of the form is refused."""


class Service(Row, frozen=True):
    """A service. profiles: expressions on path and query, one group each; phone: an account is a telephone number there."""

    name: str
    names: tuple[str, ...]
    hosts: tuple[str, ...]
    profiles: tuple[str, ...]
    reserved: tuple[str, ...] = ()
    tracking: tuple[str, ...] = ()
    phone: bool = False


class Help(Row, frozen=True):
    """Numbers, in digits, and sites of help."""

    numbers: tuple[str, ...]
    hosts: tuple[str, ...]


class Tracking(Row, frozen=True):
    """Names of parameters, and beginnings of names."""

    everywhere: tuple[str, ...]
    prefixes: tuple[str, ...]


class _File(Row, frozen=True):
    version: str
    date: str
    source: str
    nothing: tuple[str, ...]
    not_handles: tuple[str, ...]
    automatic: tuple[str, ...]
    help: Help
    tracking: Tracking
    service: tuple[Service, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The file, ready to be asked. services: folded name -> service; hosts: host -> service; profiles: by service."""

    version: str
    nothing: frozenset[str]
    not_handles: frozenset[str]
    automatic: frozenset[str]
    help_numbers: frozenset[str]
    help_hosts: frozenset[str]
    tracking: frozenset[str]
    tracking_prefixes: tuple[str, ...]
    services: Mapping[str, Service]
    hosts: Mapping[str, Service]
    profiles: Mapping[str, tuple[re.Pattern[str], ...]]

    def service_at(self, host: str) -> Service | None:
        """The service at a host or at one above it; None when none is known there."""
        return next((self.hosts[name] for name in _and_above(host) if name in self.hosts), None)

    def helps_at(self, host: str) -> bool:
        """Whether a host belongs to a place of help or to an authority."""
        return any(name in self.help_hosts for name in _and_above(host))


def fold_plain(text: str) -> str:
    """The words of a text without case, accents and signs, one blank between them; empty when it has no letter or digit."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
    return _SIGNS.sub(" ", plain).strip()


@lru_cache(maxsize=1)
def load_known() -> Known:
    """What Rempart ships. Raises: BadKnown when it was damaged."""
    return parse_known(resources.files("rempart.identities").joinpath("known.toml").read_text("utf-8"))


def parse_known(text: str) -> Known:
    """The text of the file, checked whole.

    Raises: BadKnown with what is wrong, at the first thing that is.
    """
    try:
        told = msgspec.convert(tomllib.loads(text), _File)
        compiled = {item.name: tuple(re.compile(form) for form in item.profiles) for item in told.service}
    except (ValueError, re.error) as error:  # TOMLDecodeError and msgspec.ValidationError are ValueErrors
        raise BadKnown("The list of known services is refused: {wrong}.", wrong=str(error)) from error
    for wrong in _faults(told, compiled):
        raise BadKnown("The list of known services is refused: {wrong}.", wrong=wrong)
    return Known(
        version=told.version,
        nothing=frozenset(fold_plain(word) for word in told.nothing),
        not_handles=frozenset(fold_plain(word) for word in told.not_handles),
        automatic=frozenset(told.automatic),
        help_numbers=frozenset(told.help.numbers),
        help_hosts=frozenset(told.help.hosts),
        tracking=frozenset(told.tracking.everywhere),
        tracking_prefixes=told.tracking.prefixes,
        services={_joined(name): item for item in told.service for name in (item.name, *item.names)},
        hosts={host: item for item in told.service for host in item.hosts},
        profiles=compiled,
    )


def _faults(told: _File, compiled: Mapping[str, tuple[re.Pattern[str], ...]]) -> Iterator[str]:
    names = [name for item in told.service for name in {_joined(name) for name in (item.name, *item.names)}]
    yield from (f"two services are called {name}" for name in sorted(set(names)) if names.count(name) > 1)
    hosts = [host for item in told.service for host in item.hosts]
    yield from (f"two services stand at {host}" for host in sorted(set(hosts)) if hosts.count(host) > 1)
    for name, forms in compiled.items():
        if any(form.groups != 1 for form in forms):
            yield f"a profile of {name} does not have exactly one group"
    for number in told.help.numbers:
        if not number.isdigit():
            yield "a number of help is not written in digits only"


def _joined(name: str) -> str:
    return fold_plain(name).replace(" ", "")


def _and_above(host: str) -> Iterator[str]:
    """The host, then every domain above it."""
    while host:
        yield host
        host = host.partition(".")[2]
