"""What the columns of a bulk table are called, and which words are understood in them: `columns.toml`."""

import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path as File

import msgspec

from rempart.errors import BadInput
from rempart.intake.paths import Text

LEFT_OUT = "none"  # the field of a column that is meant to be left out
CHOICES = {  # fields of choices, and the list of words that each one understands
    "kind": "kind",
    "reporter": "reporter",
    "category": "category",
    "urgency": "urgency",
    "age_band": "age_band",
    "contact_going_on": "answer",
    "knows_person": "answer",
    "contact_safe": "answer",
}
_FILE = File(__file__).with_name("columns.toml")


class BadColumns(BadInput):
    """`--columns` is not of its form, or names a field that does not exist."""


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column that is understood: the field that it fills, and its names in both languages."""

    field: str
    names: tuple[str, ...]
    about: Text


class Columns(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of `columns.toml`. values: for each list of choices, the words of each value; refusals: why a row is not taken."""

    version: str
    date: str
    source: str
    column: tuple[Column, ...]
    values: dict[str, dict[str, tuple[str, ...]]]
    refusals: dict[str, Text]


@lru_cache(maxsize=1)
def load_columns() -> Columns:
    """The columns of `columns.toml`, in order. Raises: ValueError when two of them share a name."""
    columns = msgspec.convert(tomllib.loads(_FILE.read_text("utf-8")), Columns)
    names = [fold(name) for column in columns.column for name in column.names]
    if len(set(names)) != len(names):
        raise ValueError("two columns share a name")
    return columns


def fold(text: str) -> str:
    """A name or a choice without case, accents and signs; words with one blank between them."""
    plain = "".join(char for char in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(char))
    plain = plain.replace("œ", "oe").replace("æ", "ae")
    return " ".join("".join(char if char.isalnum() else " " for char in plain).split())


def known_names() -> dict[str, str]:
    """Folded name → field."""
    return {fold(name): column.field for column in load_columns().column for name in column.names}


def value_of(field: str, text: str) -> str | None:
    """The value that a text chooses in a field of CHOICES; None when it is not understood."""
    folded = fold(text)
    values = load_columns().values[CHOICES[field]]
    return next((value for value, words in values.items() if folded in words or folded == fold(value)), None)


def parse_columns(told: str) -> dict[str, str]:
    """`narrative=Corps du message,none=Colonne interne` as heading → field. Raises: BadColumns."""
    found: dict[str, str] = {}
    fields = {column.field for column in load_columns().column} | {LEFT_OUT}
    for part in told.split(","):
        name, equals, heading = part.partition("=")
        if not equals or name.strip() not in fields or not fold(heading):
            raise BadColumns(
                "--columns takes FIELD=HEADING, with a comma between two of them. The fields are: {fields}.",
                fields=", ".join(sorted(fields)),
            )
        found[heading.strip()] = name.strip()
    return found
