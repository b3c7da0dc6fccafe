"""What `sqlglot` would change in silence on the way to Spark, put in words of Spark that mean what DuckDB means.

Each rule takes one node of a tree whose types are known and gives the node to stand in its place. The rules go from the leaves
up, so that what stands inside a list or a sum is already in Spark's words.
"""

from collections.abc import Callable, Mapping

from sqlglot import exp, parse_one

_WHOLE = frozenset(exp.DataType.INTEGER_TYPES)
_UNLIKE_TEXT = frozenset(
    {*exp.DataType.FLOAT_TYPES, *exp.DataType.TEMPORAL_TYPES, exp.DType.ARRAY, exp.DType.STRUCT} - {exp.DType.DATE}
)
_PLAIN_FUNCTIONS: Mapping[str, str] = {"epoch_us": "unix_micros", "list_extract": "try_element_at"}


class NotPortable(ValueError):
    """The query holds a construct whose rows would differ between the engines; its text says what to write instead."""

    def __init__(self, construct: str, advice: str) -> None:
        super().__init__(f"{construct} means another thing on Spark; write {advice}")


def rewrite(tree: exp.Expr) -> exp.Expr:
    """The tree with every rule applied; types are those that `annotate_types` left. Raises: NotPortable."""
    holder = exp.Paren(this=tree)
    for node in reversed(list(tree.bfs())):
        rule = _RULES.get(type(node))
        if rule:
            kind, said = node.type, rule(node)
            node.replace(said)
            said.type = kind  # what stands around it asks
    inside: exp.Expr = holder.this.pop()
    return inside


def _said(node: exp.Expr) -> str:
    return node.sql("spark", identify=True)


def _spark(text: str) -> exp.Expr:
    """The expression of the text, which is in Spark's words already."""
    return parse_one(text, read="spark")


def _instant(node: exp.Expr) -> exp.Expr:
    """make_timestamp counts microseconds; whatever else becomes an instant is read in the zone of the session."""
    scale = node.args.get("scale")
    if scale is None or scale.name != "6":
        raise NotPortable(node.sql("duckdb"), "make_timestamp, in microseconds")
    return node


def _whole_number(node: exp.Expr) -> exp.Expr:
    """A fraction cast to an integer is rounded to the nearest, halves to even (decimals: away from zero); Spark cuts it off."""
    if node.args["to"].this not in _WHOLE or node.this.type is None:
        return _text_of(node)
    if node.this.type.this in exp.DataType.FLOAT_TYPES:
        node.this.replace(exp.func("RINT", node.this.copy()))
    elif node.this.type.this == exp.DType.DECIMAL:
        node.this.replace(exp.func("ROUND", node.this.copy(), exp.Literal.number(0)))
    return node


def _text_of(node: exp.Expr) -> exp.Expr:
    """Numbers with fractions and instants are written differently as text."""
    if node.args["to"].this in exp.DataType.TEXT_TYPES and node.this.type and node.this.type.this in _UNLIKE_TEXT:
        raise NotPortable(node.sql("duckdb"), "the column itself, or strftime for an instant")
    return node


def _list(node: exp.Expr) -> exp.Expr:
    """A list keeps nulls and its order: Spark's drops the one and has no other."""
    inside, where = node.this, ""
    if isinstance(node, exp.Filter):
        if not isinstance(node.this, exp.ArrayAgg):
            return node
        inside, where = node.this.this, f" FILTER ({_said(node.expression)})"
    elif isinstance(node.parent, exp.Filter):
        return node  # done with its filter
    if isinstance(inside, exp.Order):
        return _ordered_list(inside, where)
    if not isinstance(node.parent, exp.ArraySort | exp.Length):
        raise NotPortable("a list without an order", "list(x ORDER BY …) or list_sort(list(x))")
    distinct, value = _distinct(inside)
    return _spark(f"TRANSFORM(COLLECT_LIST({distinct}NAMED_STRUCT('v', {_said(value)})){where}, e -> e.v)")


def _distinct(inside: exp.Expr) -> tuple[str, exp.Expr]:
    return ("DISTINCT ", inside.expressions[0]) if isinstance(inside, exp.Distinct) else ("", inside)


def _ordered_list(order: exp.Expr, where: str) -> exp.Expr:
    distinct, value = _distinct(order.this)
    keys = [(key, f"k{number}") for number, key in enumerate(order.expressions)]
    fields = "".join(f", '{name}', {_said(key.this)}" for key, name in keys)
    rows = f"COLLECT_LIST({distinct}NAMED_STRUCT('v', {_said(value)}{fields})){where}"
    whens = " ".join(_comparison(key, name) for key, name in keys)
    return _spark(f"TRANSFORM(ARRAY_SORT({rows}, (p, q) -> CASE {whens} ELSE 0 END), e -> e.v)")


def _comparison(key: exp.Expr, name: str) -> str:
    nulls, down = (-1, 1) if key.args.get("nulls_first") else (1, -1), bool(key.args.get("desc"))
    less, more = (1, -1) if down else (-1, 1)
    return (
        f"WHEN p.{name} IS NULL AND q.{name} IS NOT NULL THEN {nulls[0]} "
        f"WHEN p.{name} IS NOT NULL AND q.{name} IS NULL THEN {nulls[1]} "
        f"WHEN p.{name} < q.{name} THEN {less} WHEN p.{name} > q.{name} THEN {more}"
    )


def _joined_text(node: exp.Expr) -> exp.Expr:
    if not isinstance(node.this, exp.Order):
        raise NotPortable("string_agg without an order", "string_agg(x, ',' ORDER BY x)")
    return node


def _least_by(node: exp.Expr) -> exp.Expr:
    """The value beside the least key, among the rows that have a value; Spark takes a null value too."""
    if node.args.get("count"):
        raise NotPortable(node.sql("duckdb"), "QUALIFY row_number() OVER (…) <= n")
    if isinstance(node.parent, exp.Filter):
        raise NotPortable("arg_min or arg_max with FILTER", "CASE WHEN … THEN key END as the key")
    name = "MIN_BY" if isinstance(node, exp.ArgMin) else "MAX_BY"
    value, key = _said(node.this), _said(node.expression)
    return _spark(f"{name}({value}, {key}) FILTER (WHERE {value} IS NOT NULL)")


def _length(node: exp.Expr) -> exp.Expr:
    is_list = node.this.type is not None and node.this.type.this in (exp.DType.ARRAY, exp.DType.LIST)
    return exp.func("SIZE", node.this.copy()) if is_list else node


def _element(node: exp.Expr) -> exp.Expr:
    """An element that is not there is null; Spark's own brackets fail. The tree counts from 0, both engines from 1."""
    place = node.expressions[0]
    if len(node.expressions) != 1 or not place.is_number:
        raise NotPortable(node.sql("duckdb"), "a number between the brackets")
    number = int(place.sql()) + 1
    return _spark(f"TRY_ELEMENT_AT({_said(node.this)}, {number})")


def _series(node: exp.Expr) -> exp.Expr:
    """An empty series is empty; Spark's counts down."""
    if node.args.get("step"):
        raise NotPortable("a series with a step", "range(first, end) and a product")
    first, last = _said(node.args["start"]), _said(node.args["end"])
    last = f"({last}) - 1" if node.args.get("is_end_exclusive") else last
    return _spark(
        f"CASE WHEN ({first}) <= ({last}) THEN SEQUENCE(CAST({first} AS BIGINT), CAST({last} AS BIGINT)) ELSE CAST(ARRAY() AS ARRAY<BIGINT>) END"
    )


def _sorted(node: exp.Expr) -> exp.Expr:
    if node.args.get("asc") is not None or node.args.get("nulls_first") != exp.false():
        raise NotPortable("list_sort with a direction", "list(x ORDER BY x DESC)")
    return exp.func("ARRAY_SORT", node.this.copy(), dialect="spark")


def _quantile(node: exp.Expr) -> exp.Expr:
    return _spark(f"PERCENTILE({_said(node.this)}, {_said(node.expression)})")


def _any_value(node: exp.Expr) -> exp.Expr:
    """Some value that is not null; Spark's grammar has no filter behind IGNORE NULLS."""
    if not isinstance(node.this, exp.AnyValue):
        return node
    return exp.Anonymous(this="ANY_VALUE", expressions=[node.this.this.copy(), exp.true()])


def _plain(node: exp.Expr) -> exp.Expr:
    name = _PLAIN_FUNCTIONS.get(node.name.lower())
    return exp.Anonymous(this=name, expressions=[each.copy() for each in node.expressions]) if name else node


_RULES: Mapping[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Anonymous: _plain,
    exp.ArgMax: _least_by,
    exp.ArgMin: _least_by,
    exp.ArrayAgg: _list,
    exp.ArraySort: _sorted,
    exp.Bracket: _element,
    exp.Cast: _whole_number,
    exp.Filter: _list,
    exp.GenerateSeries: _series,
    exp.GroupConcat: _joined_text,
    exp.IgnoreNulls: _any_value,
    exp.Length: _length,
    exp.PercentileCont: _quantile,
    exp.TryCast: _whole_number,
    exp.UnixToTime: _instant,
}
