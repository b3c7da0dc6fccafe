"""A column of a table that is written to disk: its meaning stands in the schema, and so in the file and in docs/tables.md."""

import pyarrow as pa


def column(name: str, kind: pa.DataType, meaning: str, *, required: bool = True) -> pa.Field:
    """The field. meaning: what a value says, with its unit and what null means; required: whether null may not stand."""
    return pa.field(name, kind, nullable=not required, metadata={"meaning": meaning})
