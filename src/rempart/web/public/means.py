"""What the public face takes from the world: the instant, randomness, the site's public keys. Everything below gets it passed in."""

import secrets
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from rempart.evidence.keys import Purpose, load_recipients
from rempart.web.config import Site, SiteConfig
from rempart.web.door.actions import Means


def this_site() -> Site:
    """The site that this process serves."""
    from rempart.web.settings import SITE  # noqa: PLC0415 - settings exist once Django runs

    return SITE


def config() -> SiteConfig:
    """Its configuration."""
    return this_site().config


def now() -> datetime:
    """This instant, UTC."""
    return datetime.now(UTC)


def means() -> Means:
    """Whom to seal to, the instant, and the system's randomness.

    Raises: DamagedRecipients, OSError.
    """
    return Means(recipients=recipients(), at=now(), draw=secrets.token_bytes)


def recipients() -> tuple[str, ...]:
    """The keys in use: the key of the month and the guard key; read again when the file changes."""
    path = this_site().recipients
    return _recipients(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _recipients(path: Path, _changed_ns: int) -> tuple[str, ...]:
    return load_recipients(path).active(Purpose.INTAKE, Purpose.ESCROW)
