"""The site's configuration: one `rempart.toml` in the data folder, read once, and the places of everything in that folder.

Who may open what is decided by the modes of these files: the public process needs none of the private ones.
"""

import os
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from rempart.errors import BadInput

FILE = "rempart.toml"
Profile = Literal["association", "hotline", "enquete"]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class BadConfig(BadInput):
    """`rempart.toml` is absent, or a value in it cannot be used."""


class Face(StrEnum):
    """The processes of a site; each has its own keys and sees its own part."""

    PUBLIC = "public"
    DESK = "desk"
    WORKER = "worker"
    SIGNER = "signer"
    OWNER = "owner"  # the command line: sets up, migrates, verifies


class FaceConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a face listens and under which names it is known."""

    bind: str = "127.0.0.1:8000"
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    https: bool = False
    workers: Annotated[int, Meta(ge=1, le=64)] = 2
    threads: Annotated[int, Meta(ge=1, le=64)] = 8
    trusted_proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For is believed


class DatabaseConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """SQLite in the data folder, or PostgreSQL with two roles. Passwords stand in files, never here."""

    engine: Literal["sqlite", "postgresql"] = "sqlite"
    name: str = "rempart"
    host: str = ""  # "" is the local socket
    port: str = ""
    owner: str = "rempart"
    door: str = "rempart_door"
    owner_password_file: str = ""
    door_password_file: str = ""
    synchronous: Literal["FULL", "EXTRA", "NORMAL", "OFF"] = "FULL"  # SQLite; `rempart check` refuses less than FULL


class WitnessConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A partner that witnesses our ledger."""

    url: str
    vkey: str


class LedgerConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The name of the ledger, who witnesses it, and which time-stamping authorities are asked."""

    origin: Name = "localhost/rempart"
    witnesses: tuple[WitnessConfig, ...] = ()
    stamp_urls: tuple[str, ...] = ()


class MailConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reports by e-mail: a folder of .eml files, or an IMAP mailbox."""

    folder: str = ""
    imap_host: str = ""
    imap_user: str = ""
    imap_password_file: str = ""
    imap_mailbox: str = "INBOX"


class SiteConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that `rempart.toml` may say; what it leaves out has these values, which are safe on one machine."""

    name: Name = "Rempart"
    profile: Profile = "hotline"
    production: bool = False
    demo: bool = False
    language: Literal["fr", "en"] = "fr"
    exit_url: str = "https://www.meteofrance.com/"  # where the quick exit leads: an everyday page
    reply_delay_days: Annotated[int, Meta(ge=1, le=90)] = 3
    max_upload_bytes: Annotated[int, Meta(ge=1_000_000)] = 200_000_000
    enquete_on_public: bool = False  # in production, profile enquete: everybody may send media bytes
    public: FaceConfig = FaceConfig()
    desk: FaceConfig = FaceConfig(bind="127.0.0.1:8001")
    database: DatabaseConfig = DatabaseConfig()
    ledger: LedgerConfig = LedgerConfig()
    mail: MailConfig = MailConfig()


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A data folder with its configuration."""

    folder: Path
    config: SiteConfig

    @classmethod
    def at(cls, folder: Path) -> Self:
        """The site in a folder. Raises: BadConfig if its rempart.toml is absent or wrong."""
        return cls(folder=folder.absolute(), config=load_config(folder))

    @classmethod
    def of_environment(cls) -> Self:
        """The site that REMPART_DATA names, or ./rempart-data. Raises: BadConfig."""
        return cls.at(Path(os.environ.get("REMPART_DATA", "rempart-data")))

    @property
    def keys(self) -> Path:
        """Keys; each file has its own mode."""
        return self.folder / "keys"

    @property
    def recipients(self) -> Path:
        """Public: whom the door seals to."""
        return self.keys / "recipients.toml"

    @property
    def door_folder(self) -> Path:
        """What the public process writes."""
        return self.folder / "door"

    @property
    def door_database(self) -> Path:
        """SQLite: reports, sealed."""
        return self.door_folder / "door.db"

    @property
    def exhibits(self) -> Path:
        """The vault of sealed files."""
        return self.door_folder / "exhibits"

    @property
    def desk_database(self) -> Path:
        """SQLite: people with accounts and what they do."""
        return self.folder / "desk" / "desk.db"

    @property
    def ledger(self) -> Path:
        """Tiles and checkpoint, readable by all."""
        return self.folder / "ledger"

    @property
    def journal(self) -> Path:
        """Tiles and checkpoint of what is done at the desk; beside the ledger, and as readable: leaves say nothing of anybody."""
        return self.folder / "journal"

    def secret(self, face: Face) -> str:
        """The secret of a face, made by `rempart site init`. Raises: BadConfig if it is absent."""
        path = self.keys / f"{face}.secret"
        try:
            return path.read_text("ascii").strip()
        except OSError:
            raise BadConfig(
                "The secret of the face “{face}” is missing. Run `rempart site init`; nothing kept is lost.",
                face=str(face),
            ) from None


def load_config(folder: Path) -> SiteConfig:
    """The configuration in a data folder.

    Raises: BadConfig with the place of the first wrong value.
    """
    path = folder / FILE
    try:
        text = path.read_text("utf-8")
    except OSError:
        raise BadConfig(
            "There is no rempart.toml in {folder}. Make a site there with `rempart site init`.", folder=str(folder)
        ) from None
    try:
        return msgspec.convert(tomllib.loads(text), SiteConfig)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadConfig("rempart.toml cannot be used: {problem}", problem=str(error)) from None


def save_config(folder: Path, config: SiteConfig) -> None:
    """Writes rempart.toml with what differs from the defaults; refuses to write over one that is there.

    Raises: FileExistsError.
    """
    sections = msgspec.to_builtins(config)
    defaults = msgspec.to_builtins(SiteConfig())
    with (folder / FILE).open("x", encoding="utf-8") as file:
        file.write(
            "# Configuration of this site; docs/site.md explains every line. What is not here has its default.\n"
        )
        file.writelines(_lines(sections, defaults))


def _lines(values: dict[str, object], defaults: dict[str, object]) -> list[str]:
    plain = [
        f"{key} = {_toml(value)}\n"
        for key, value in values.items()
        if not isinstance(value, dict) and value != defaults[key]
    ]
    tables: list[str] = []
    for key, value in values.items():
        default = defaults[key]
        if isinstance(value, dict) and isinstance(default, dict):
            changed = [f"{name} = {_toml(item)}\n" for name, item in value.items() if item != default[name]]
            tables += [f"\n[{key}]\n", *changed] if changed else []
    return plain + tables


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return msgspec.json.encode(value).decode("utf-8")  # strings, numbers and booleans are written alike in both
