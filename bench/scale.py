"""The whole walk over tables of any size: tactics, known files, identities, network, order, document; writes RESULTS-scale.md.

    python -m bench.scale                    scale 1, 10 and 100: 73,000 to 7.3 million messages, 10,000 to 1 million members
    python -m bench.scale --scales 1 10      RESULTS-scale.md untouched

The tables are written by `bench/scale_tables.py`, linear by construction; what is measured starts where reading ends (how reading
grows stands in RESULTS.md), on DuckDB, all cores. A list of known files is given, of as many rows as the case has listed files and at
least a million. Every scale in a process of its own, memory as in `bench/case.py`.
"""

import argparse
import hashlib
import itertools
import json
import math
import os
import platform
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from bench.case import Run, measure
from bench.scale_tables import write_tables

from rempart.analysis.document import ExhibitRead
from rempart.analysis.walk import Options, conclude, save_document
from rempart.matching.listing import LISTINGS, Listing, ListPart

RESULTS = Path(__file__).with_name("RESULTS-scale.md")
SCALES = [1, 10, 100]
KNOWN = 1_000_000
CORES = os.cpu_count() or 1
GOAL = 1.1


class Clock:
    """Watches a walk and keeps the seconds of each stage."""

    def __init__(self) -> None:
        self.began: list[tuple[str, float]] = []

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""
        self.began.append((name, time.perf_counter()))

    def advance(self, done: int) -> None:
        """How much of it is done."""

    def seconds(self) -> dict[str, float]:
        """By stage, in order."""
        ends = [at for _, at in self.began[1:]] + [time.perf_counter()]
        return {name: end - at for (name, at), end in zip(self.began, ends, strict=True)}


def main() -> None:
    """Every scale, then the page; exit code 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scales", type=int, nargs="+", default=SCALES)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        walk(asked.one)
        return
    runs: dict[int, tuple[Run, Mapping[str, float]]] = {}
    for scale in asked.scales:
        with tempfile.TemporaryDirectory(prefix="rempart-scale-") as work:
            folder = Path(work)
            write_tables(folder, scale=scale)
            run = measure([sys.executable, "-m", "bench.scale", "--one", work])
            if run.code:
                sys.exit(f"scale {scale} ended with {run.code}: {run.told}")
            runs[scale] = run, json.loads((folder / "stages.json").read_text("utf-8"))
            print(f"scale {scale}: {run.seconds:.1f} s, {run.peak_mib:,.0f} MiB", file=sys.stderr, flush=True)
    text = "\n".join(page(runs)) + "\n"
    print(text)
    if asked.scales == SCALES:
        RESULTS.write_text(text, "utf-8")
    sys.exit(exponent(runs, asked.scales[0], asked.scales[-1]) > GOAL)


def walk(folder: Path) -> None:
    """The walk over the tables in `folder`; leaves analysis.json and the seconds of its stages there."""
    clock = Clock()
    options = Options(jobs=CORES, open_lists=lambda exhibits, media: (known_files(folder),))
    concluded = conclude(exhibits(folder / "tables"), out=folder, options=options, observer=clock)
    save_document(folder, concluded.document)
    (folder / "stages.json").write_text(json.dumps(clock.seconds()), "utf-8")


def exhibits(tables: Path) -> tuple[ExhibitRead, ...]:
    """What reading would have told of each exhibit."""
    counted = pq.read_table(tables / "messages.parquet", columns=["exhibit_sha256"])["exhibit_sha256"].value_counts()
    return tuple(
        ExhibitRead(
            sha256=told["values"],
            name=f"exhibit {number}",
            kind="file",
            size_bytes=0,
            read_bytes=0,
            reader="telegram_json",
            messages=told["counts"],
            accounts=0,
            conversations=0,
            media=0,
            bytes={},
            unread_share=0.0,
            unread=(),
        )
        for number, told in enumerate(counted.to_pylist(), 1)
    )


def known_files(folder: Path) -> Listing:
    """The listed files of the case, filled up with invented ones."""
    told = (folder / "truth" / "listed.txt").read_text("ascii").split()
    fill = (hashlib.sha256(number.to_bytes(8, "big")).hexdigest() for number in range(max(0, KNOWN - len(told))))
    digests = pa.array([*told, *fill], pa.string())
    columns = {field.name: pa.nulls(len(digests), field.type) for field in LISTINGS}
    columns |= {"sha256": digests, "listing_row": pa.array(np.arange(1, len(digests) + 1), pa.int64())}
    columns |= {name: pa.repeat(pa.scalar(False), len(digests)) for name in ("tombstone", "replaces")}
    table = pa.table(columns).cast(LISTINGS)
    part = ListPart(load=lambda: table, version="1")
    return Listing(list_id="invented", name="Invented list", parts=(part,), standing="listed")


def exponent(runs: Mapping[int, tuple[Run, Mapping[str, float]]], small: int, large: int) -> float:
    """Growth of the wall time between two scales: 1 is linear."""
    if small == large:
        return 0.0
    return math.log(runs[large][0].seconds / runs[small][0].seconds) / math.log(large / small)


def page(runs: Mapping[int, tuple[Run, Mapping[str, float]]]) -> Sequence[str]:
    """The figures as Markdown."""
    scales = list(runs)
    lines = [
        "# Results of `make bench-scale`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {CORES} processors, Python {platform.python_version()}.",
        "From the tables of a reading to the ranked document, on DuckDB; a list of at least 1,000,000 known files.",
        "",
        "| scale | messages | members | s | processor s | MiB, all processes | messages/s |",
        "|---|---|---|---|---|---|---|",
    ]
    for scale, (run, _) in runs.items():
        told = 73_000 * scale
        lines.append(
            f"| {scale} | {told:,} | {10_000 * scale:,} | {run.seconds:.1f} | {run.processor_s:.1f} "
            f"| {run.peak_mib:,.0f} | {told / run.seconds:,.0f} |"
        )
    lines.append("")
    lines += [
        f"Growth exponent of the time from scale {small} to {large}: {exponent(runs, small, large):.2f}."
        for small, large in dict.fromkeys([*itertools.pairwise(scales), (scales[0], scales[-1])])
    ]
    stages = list(dict.fromkeys(name for _, told in runs.values() for name in told))
    lines += [
        "",
        "| stage, s | " + " | ".join(f"scale {scale}" for scale in scales) + " |",
        "|---|" + "---|" * len(scales),
    ]
    lines += [
        f"| {name} | " + " | ".join(f"{told.get(name, 0.0):.1f}" for _, told in runs.values()) + " |" for name in stages
    ]
    return lines


if __name__ == "__main__":
    main()
