"""Splink, kept in one place: the settings made in code, shares measured on the data, pairs scored on DuckDB or on Spark.

Splink prints progress, logs advice and asks the network for nothing here; it is told to be silent. What it needs of randomness (a
sample of pairs for u) comes from the seed, and is drawn on one thread, because a sample drawn by several is not the same twice.
Importing this module loads Splink, half a second; `suggest` does it when it is called.
Source: Splink 5.0.0, MIT; Fellegi and Sunter 1969; Winkler on frequencies (term frequency adjustment). Tier: source-verified.
"""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import splink.comparison_level_library as levels_of
import splink.comparison_library as comparisons_of
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.internals.comparison_creator import ComparisonCreator
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from rempart.engine.queries import Engine
from rempart.identities.weights import COMPARISONS, POOL, Compared, Level, Model, prior, with_shares

MEASURE_ROWS = 2_000  # accounts, below which random pairs do not show how often strangers agree
SAMPLE_PAIRS = 3e5
TRAIN_PAIRS = 300  # pairs with one number or e-mail, below which their agreement elsewhere is too few to learn from
BLOCKS = ("phone", "email", "handle", "stem", "bones")
KEPT_PROBABILITY = 0.01  # pairs below are not handed back at all


def fit(features: pa.Table, *, seed: int, comparisons: Sequence[Compared] = COMPARISONS) -> Model:
    """The shares for these accounts: fixed for few, u measured from MEASURE_ROWS accounts, m trained from TRAIN_PAIRS sure pairs."""
    fixed = Model(comparisons=tuple(comparisons), prior=prior(features.num_rows), measured=False, trained=False)
    if features.num_rows < MEASURE_ROWS:
        return fixed
    features = _of_exports(features)
    rule = _sure_rule(features)
    linker = _linker(_duck_frames(threads=1)(features), fixed)
    linker.training.estimate_u_using_random_sampling(
        max_pairs=SAMPLE_PAIRS, seed=seed, min_count_per_level=None, num_chunks=1
    )
    if rule:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(rule), estimate_without_term_frequencies=True
        )
    learned = linker.misc.save_model_to_json()
    return replace(fixed, comparisons=_learned(comparisons, learned, bool(rule)), measured=True, trained=bool(rule))


def score(features: pa.Table, *, model: Model, engine: Engine) -> pa.Table:
    """Pairs of accounts that share a block, of KEPT_PROBABILITY and more, on the engine given.

    Columns: unique_id_l, unique_id_r, match_probability, match_weight (bits, prior in it), and per comparison gamma_<code> (level: the
    first has the highest number, 0 is the last, -1 not known) and mw_<code> (bits), mw_tf_adj_<code> (bits that rarity adds).
    """
    frames = _duck_frames(threads=0) if engine.name == "duckdb" else _spark_frames(engine)
    linker = _linker(frames(features), model)
    for column in _rare_columns(model):
        linker.table_management.register_term_frequency_lookup(frames(_rarity(features, column)), column)
    found = linker.inference.predict(threshold_match_probability=KEPT_PROBABILITY).as_pyarrow_table()  # type: ignore[no-untyped-call]
    wanted = ("unique_id_", "match_probability", "match_weight", "gamma_", "mw_")
    return found.select([name for name in found.column_names if name.startswith(wanted)])


def _of_exports(features: pa.Table) -> pa.Table:
    """The features without what is only stated: nothing is learned from it."""
    for name in ("phone", "email"):
        own = pc.equal(features[f"{name}_as"], "export")
        kept = pc.if_else(own, features[name], pa.scalar(None, pa.string()))
        features = features.set_column(features.schema.get_field_index(name), name, kept)
    return features


def _sure_rule(features: pa.Table) -> str | None:
    """The column that gives enough sure pairs to learn from."""
    pairs = {
        column: sum(
            count * (count - 1) // 2
            for value, count in Counter(features[column].to_pylist()).items()
            if value is not None
        )
        for column in ("email", "phone")
    }
    best = max(pairs, key=lambda column: pairs[column])
    return best if pairs[best] >= TRAIN_PAIRS else None


def _duck_frames(*, threads: int) -> Callable[[pa.Table], Any]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads:
        config["threads"] = threads
    return DuckDBAPI(duckdb.connect(":memory:", config=config)).register


def _spark_frames(engine: Engine) -> Callable[[pa.Table], Any]:
    """No user functions from a JAR: the settings use what Spark has itself."""
    from splink.backends.spark import SparkAPI  # noqa: PLC0415  an extra: it is there only where Spark is

    session = getattr(engine, "session", None)  # only an engine named spark comes here, and it has one
    api = SparkAPI(  # type: ignore[no-untyped-call]
        spark_session=session, break_lineage_method="persist", register_udfs_automatically=False
    )
    return api.register


def _linker(
    frame: Any,  # noqa: ANN401  a frame of Splink, which names no type for it
    model: Model,
) -> Linker:
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="unique_id",
        probability_two_random_records_match=model.prior,
        comparisons=[_comparison(compared) for compared in model.comparisons],
        blocking_rules_to_generate_predictions=[block_on(column) for column in BLOCKS],
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,  # gamma_… come with them only
        linker_uid="rempart",  # else drawn at random
    )
    linker = Linker(frame, settings, log_level=None, validate_settings=False)
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    return linker


def _comparison(compared: Compared) -> ComparisonCreator:
    """Levels with their shares; one that nothing is known about on either side comes first and says nothing."""
    levels: list[ComparisonLevelCreator | dict[str, Any]] = [_nothing_known(compared)]
    for level in compared.levels:
        told = levels_of.CustomLevel(level.sql, level.code) if level.sql else levels_of.ElseLevel()
        levels.append(_with_shares(told, level))
    return comparisons_of.CustomComparison(output_column_name=compared.code, comparison_levels=levels)


def _nothing_known(compared: Compared) -> ComparisonLevelCreator:
    if not compared.silent:
        return levels_of.NullLevel(compared.null)
    sql = f"{compared.null}_l IS NULL OR {compared.null}_r IS NULL OR ({compared.silent})"
    return levels_of.CustomLevel(sql, "null").configure(is_null_level=True)


def _with_shares(told: ComparisonLevelCreator, level: Level) -> ComparisonLevelCreator:
    told.configure(m_probability=level.m, u_probability=level.u)
    if level.rarity:  # else Splink takes u from the first level that compares the column, which may be another
        told.configure(tf_adjustment_column=level.rarity, disable_tf_exact_match_detection=True)
    return told


def _learned(comparisons: Sequence[Compared], learned: Mapping[str, Any], trained: bool) -> tuple[Compared, ...]:
    """The comparisons with what the data gave, those that may be measured."""
    told = {item["output_column_name"]: item["comparison_levels"][1:] for item in learned["comparisons"]}
    return tuple(
        with_shares(
            compared,
            m=[_number(level, "m_probability") if trained else None for level in told[compared.code]],
            u=[_number(level, "u_probability") for level in told[compared.code]],
        )
        if compared.measured
        else compared
        for compared in comparisons
    )


def _number(level: Mapping[str, Any], key: str) -> float | None:
    value = level.get(key)
    return float(value) if isinstance(value, float | int) else None


def _rare_columns(model: Model) -> Iterator[str]:
    yield from sorted({level.rarity for item in model.comparisons for level in item.levels if level.rarity})


def _rarity(features: pa.Table, column: str) -> pa.Table:
    """How often each value stands in the column, never rarer than one in POOL."""
    counts = Counter(value for value in features[column].to_pylist() if value is not None)
    total = max(sum(counts.values()), POOL)
    values = sorted(counts)
    return pa.table(
        {column: pa.array(values, pa.string()), f"tf_{column}": [counts[value] / total for value in values]}
    )
