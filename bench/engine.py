"""The same work on both engines on this machine, the same rows checked; writes bench/RESULTS-engine.md.

    python -m bench.engine                     scale 1 and 10
    python -m bench.engine --scales 1 --keep FOLDER    RESULTS-engine.md untouched; the tables stay in FOLDER

Each step runs twice on each engine: Spark's first run compiles its plan, its second is what a long case pays. The start of Spark's
own Java is told apart. DuckDB and Spark get all cores. The tables come from `bench/scale_tables.py`.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc
from bench.scale_tables import write_tables

from rempart.detection.run import run
from rempart.engine.queries import DuckEngine, Engine
from rempart.engine.spark import SparkEngine
from rempart.identities.gather import gather
from rempart.identities.hard import join_hard
from rempart.matching.known import EXACT_SQL
from rempart.matching.near import join_near
from rempart.network.files import identify_files

RESULTS = Path(__file__).with_name("RESULTS-engine.md")
CORES = os.cpu_count() or 1
KNOWN, QUERIES = 200_000, 1_000  # of the join by likeness
Step = Callable[[Engine], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 10])
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rempart-engine-") as work:
        text = "\n".join(report(asked.keep or Path(work), Path(work), asked.scales)) + "\n"
    print(text)
    if asked.keep is None and asked.scales == [1, 10]:
        RESULTS.write_text(text, "utf-8")


def report(cases: Path, spill: Path, scales: list[int]) -> Iterator[str]:
    """All figures as Markdown."""
    began = time.perf_counter()
    with SparkEngine(spill=spill, memory_mib=4096) as spark:
        started = time.perf_counter() - began
        duck = DuckEngine()
        yield "# Results of `make bench-engine`\n"
        yield f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {CORES} processors; DuckDB {duck.version}, Spark {spark.version}, all cores each."
        yield f"Spark's Java and session started in {started:.1f} s, which is in no row. Load of the machine at the start: {os.getloadavg()[0]:.1f}.\n"
        for scale in scales:
            folder = cases / f"scale{scale}"
            if not (folder / "tables").exists():
                write_tables(folder, scale=scale)
            yield f"\n## Scale {scale}: {scale * 73_000:,} messages\n"
            yield "| step | rows | DuckDB s | Spark s, first | Spark s, again | Spark over DuckDB |"
            yield "|---|---|---|---|---|---|"
            for name, step in steps(folder, with_texts=scale == 1):
                yield row(name, step, duck, spark)


def steps(folder: Path, *, with_texts: bool) -> Iterator[tuple[str, Step]]:
    """(name, what an engine does); each gives something that can be compared."""
    tables, listings = folder / "tables", listed(folder)
    rng = np.random.default_rng(5)
    known = rng.integers(0, 2**64, (KNOWN, 4), dtype=np.uint64)
    asked = known[:QUERIES] ^ np.array([7, 0, 1 << 40, 3], np.uint64)
    identifiers = gather(tables, engine=DuckEngine()).identifiers
    yield (
        "digests against a list of 1,000,000",
        lambda engine: engine.query(EXACT_SQL, {"media": tables / "media.parquet", "listings": listings}),
    )
    yield f"likeness, {QUERIES:,} against {KNOWN:,}", lambda engine: join_near(known, asked, engine=engine)
    yield "hard identifiers", lambda engine: join_hard(identifiers, engine=engine).edges
    yield "who sent which file", lambda engine: identify_files(tables, engine=engine).shares
    if with_texts:
        yield "texts looked at", lambda engine: run(tables, jobs=CORES, engine=engine).alerts


def listed(folder: Path) -> pa.Table:
    """The listed digests of the case, filled up to a million with invented ones."""
    read = pc.read_csv(folder / "truth" / "listed.txt", pc.ReadOptions(column_names=["sha256"]))["sha256"].to_pylist()
    fill = np.random.default_rng(9).bytes(32 * 1_000_000).hex()
    told = [*read, *(fill[at : at + 64] for at in range(0, len(fill), 64))][: max(1_000_000, len(read))]
    nothing = pa.nulls(len(told), pa.string())
    return pa.table({"sha256": told, "sha1": nothing, "md5": nothing, "listing_row": np.arange(len(told))})


def row(name: str, step: Step, duck: Engine, spark: Engine) -> str:
    """The times of one step, after the rows were compared."""
    (here, quick), (there, first), (_, again) = timed(step, duck), timed(step, spark), timed(step, spark)
    quick = min(quick, timed(step, duck)[1])
    if not same(here, there):
        raise SystemExit(f"{name}: the engines differ")
    return f"| {name} | {len(here):,} | {quick:.2f} | {first:.2f} | {again:.2f} | {again / quick:.0f} |"  # type: ignore[arg-type]


def timed(step: Step, engine: Engine) -> tuple[object, float]:
    """(what came out, wall seconds)."""
    began = time.perf_counter()
    return step(engine), time.perf_counter() - began


def same(here: object, there: object) -> bool:
    """The same rows, in any order."""
    if not isinstance(here, pa.Table) or not isinstance(there, pa.Table):
        return here == there
    by = [
        (name, "ascending")
        for name, kind in zip(here.column_names, here.schema.types, strict=True)
        if not pa.types.is_nested(kind)
    ]
    return here.sort_by(by).equals(there.sort_by(by))


if __name__ == "__main__":
    main()
