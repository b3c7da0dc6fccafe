"""Compares what two engines give: the same types, the same rows; numbers with fractions to nine digits."""

import math

import pyarrow as pa

DIGITS = 9  # sums of fractions depend on their order in the last digits


def rows_of(table: pa.Table, *, ordered: bool) -> list[object]:
    """The rows in one form; in an order of their own unless the query gives one."""
    rows = [tuple(_plain(row[name]) for name in table.column_names) for row in table.to_pylist()]
    return list(rows) if ordered else sorted(rows, key=repr)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else repr(value)
    if isinstance(value, list):
        return tuple(_plain(each) for each in value)
    if isinstance(value, dict):
        return tuple((name, _plain(each)) for name, each in value.items())
    return value
