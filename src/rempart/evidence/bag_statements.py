"""What people state about exhibits: acts that no machine saw, for the register of a bag.

A statement is proven by nobody; it may cite a leaf of the ledger, and may open the leaf's commitment (the identifier
of the object and its salt), so that anybody can see of what the leaf speaks.
"""

from pathlib import Path
from typing import Annotated

import msgspec

from rempart.errors import BadInput

_HEX = r"^(?:[0-9a-f]{2})+\Z"
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Hex = Annotated[str, msgspec.Meta(pattern=_HEX, max_length=1_024)]


class BadStatements(BadInput):
    """The file of statements is not in its form."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One act: when (as the person writes it), by whom, what. leaf: its place in the ledger, from 0.

    object_id, salt: hexadecimal; together with `leaf`, or neither.
    """

    at: Line
    by: Line
    act: Line
    leaf: Annotated[int, msgspec.Meta(ge=0)] | None = None
    object_id: Hex | None = None
    salt: Hex | None = None

    def as_json(self) -> dict[str, object]:
        """Every field, absent ones as null."""
        return {name: getattr(self, name) for name in self.__struct_fields__}


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    version: str
    statements: tuple[Statement, ...]


def parse_statements(untrusted_text: bytes) -> tuple[Statement, ...]:
    """The statements of a file, {"version": "1", "statements": [{"at", "by", "act", "leaf", "object_id", "salt"}]}.

    Raises: BadStatements.
    """
    try:
        file = msgspec.json.decode(untrusted_text, type=_File)
    except msgspec.MsgspecError as error:
        raise BadStatements("The file of statements is not in its form: {problem}", problem=str(error)) from error
    if file.version != "1":
        raise BadStatements("The file of statements is of another version.")
    for told in file.statements:
        opens = told.object_id is not None and told.salt is not None and told.leaf is not None
        if not opens and (told.object_id is not None or told.salt is not None):
            raise BadStatements("A statement that opens a leaf tells all three: leaf, object_id and salt.")
    return file.statements


def read_statements(path: Path) -> tuple[Statement, ...]:
    """The statements of a file on disk. Raises: BadStatements, OSError."""
    return parse_statements(path.read_bytes())
