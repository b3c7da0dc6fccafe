"""Measures the comparison of identities on planted truths and writes bench/RESULTS-identities.md.

python bench/identities.py [ACCOUNTS] [SEEDS]     default: 20,000 accounts, seeds 1 to 5; then 4 times as many, once; then the fictional case
"""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
import splink

from rempart.engine.queries import DuckEngine
from rempart.evaluation.identities import (
    IdentityReport,
    KindFigures,
    PairFigures,
    evaluate_identities,
    figures_by_kind,
    parse_kinds,
    parse_persons,
)
from rempart.evaluation.planted import write_planted
from rempart.fictional.dice import Dice
from rempart.fictional.people import people
from rempart.identities.compare import Identities, compare
from rempart.identities.gather import gather

RESULTS = Path(__file__).with_name("RESULTS-identities.md")
MESSAGES = 20  # of each account: enough for a usual hour; 400,000 messages at 20,000 accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One comparison. wall_s, cpu_s: of `compare`; gather_cpu_s: of the identifiers alone, on one core."""

    seed: int
    accounts: int
    wall_s: float
    cpu_s: float
    gather_cpu_s: float
    found: Identities
    report: IdentityReport


def measure(accounts: int, seed: int) -> Run:
    """Plants a truth, compares, and counts."""
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        truth = write_planted(folder, accounts=people(accounts, dice=Dice(seed)), messages=MESSAGES)
        engine = DuckEngine()
        begun = time.process_time()
        gather(folder, engine=engine)
        gathered = time.process_time() - begun
        wall, cpu = time.perf_counter(), time.process_time()
        found = compare(folder, engine=engine, seed=seed)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        report = evaluate_identities(found, persons=parse_persons(truth.read_text("utf-8")))
    run = Run(seed=seed, accounts=accounts, wall_s=wall, cpu_s=cpu, gather_cpu_s=gathered, found=found, report=report)
    print(f"{accounts} accounts, seed {seed}: {wall:.1f} s, precision {report.figures[0].precision}", flush=True)
    return run


def measure_case() -> tuple[IdentityReport, tuple[KindFigures, ...]]:
    """The fictional case at scale 1: exports without numbers of their own, in which accounts state them in messages."""
    with tempfile.TemporaryDirectory() as work:
        case, tables = Path(work, "case"), Path(work, "tables")
        for command in (
            ["demo-case", "--scale", "1", "--to", str(case)],
            ["read", str(case / "exports"), "--to", str(tables)],
        ):
            subprocess.run([sys.executable, "-m", "rempart.cli.main", *command], check=True, capture_output=True)
        found = compare(tables, engine=DuckEngine(), seed=1)
        truth = (case / "truth" / "people.csv").read_text("utf-8")
    persons = parse_persons(truth)
    kinds = figures_by_kind(found, persons=persons, kinds=parse_kinds(truth))
    return evaluate_identities(found, persons=persons), kinds


def case_lines(report: IdentityReport, kinds: tuple[KindFigures, ...]) -> list[str]:
    """The part on the fictional case."""
    way = report.figures[0]
    low, high = way.precision_interval
    return [
        "## The fictional case",
        "",
        f"`rempart demo-case --scale 1`: {report.accounts:,} members, {report.true_pairs} pairs of accounts of one person; numbers and",
        "addresses stand in messages only. No weight was chosen by these figures. With one link only (a number, an address, a name) nothing is",
        "suggested: that is what a household's number, a number given out again and homonyms look like.",
        f"At 0.95: {way.pairs} pairs, precision {way.precision or 0:.4f} ({low:.4f} to {high:.4f}), recall {way.recall or 0:.3f};",
        f"beside them {report.unknown} pairs of a member and an entry of an address book, of which the truth says nothing.",
        "",
        "| planted (and what links the two) | pairs | found | wrong pairs with one of these accounts |",
        "|---|---|---|---|",
        *(f"| {one.kind} | {one.pairs} | {one.found} | {one.wrong} |" for one in kinds),
        "",
    ]


def lines(runs: list[Run]) -> list[str]:
    """The page."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        "# Identities on planted truths",
        "",
        "Written by `python bench/identities.py`; do not edit. The accounts are invented (`fictional/people.py`), and so are the rates at",
        "which people change names or share numbers: nothing here says how often a suggestion is right on real accounts.",
        "",
        f"{os.cpu_count()} cores, Python {platform.python_version()}, DuckDB {duckdb.__version__}, Splink {splink.__version__};",
        f"load average while measuring {os.getloadavg()[1]:.1f}; peak memory {peak:,.0f} MiB.",
        "",
        "Pairs suggested at the default threshold of 0.95 and above, and pairs that one number or e-mail joins (layer 1):",
        "",
        "| accounts | seed | way | pairs | precision (95 % interval) | recall |",
        "|---|---|---|---|---|---|",
        *(row(run, way) for run in runs for way in run.report.figures),
        "",
        "| accounts | seed | seconds | CPU seconds | of them identifiers | measured | trained | largest component of layer 1 |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {run.accounts:,} | {run.seed} | {run.wall_s:.1f} | {run.cpu_s:.1f} | {run.gather_cpu_s:.1f} "
            f"| {run.found.model.measured} | {run.found.model.trained} | {run.report.largest_component} |"
            for run in runs
        ),
        "",
    ]


def row(run: Run, way: PairFigures) -> str:
    """One line of the first table."""
    name = "same number or e-mail" if way.least is None else f"probability {way.least} and more"
    low, high = way.precision_interval
    return (
        f"| {run.accounts:,} | {run.seed} | {name} | {way.pairs:,} "
        f"| {way.precision or 0:.4f} ({low:.4f} to {high:.4f}) | {way.recall or 0:.3f} |"
    )


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    done = [measure(size, seed) for seed in range(1, seeds + 1)]
    done.append(measure(4 * size, 1))
    RESULTS.write_text("\n".join([*lines(done), *case_lines(*measure_case())]), "utf-8")
