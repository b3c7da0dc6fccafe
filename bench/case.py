"""The fictional case from export to ranked report, with its files and a list of a million known files; writes RESULTS-case.md.

    python -m bench.case                     scale 1 and scale 10
    python -m bench.case --quick             scale 1 only, RESULTS-case.md untouched
    python -m bench.case --scales 1 2 4      others; the first is the one that the goal is for
    python -m bench.case --keep FOLDER       leaves the cases there, and takes those that are there already

The commands are those of a person: `demo-case`, `keys init`, `hashes add`, `analyse --profile enquete`. Memory is that of all
processes together at the worst instant (PSS: pages held by several count once), and of the largest process.
"""

import argparse
import json
import math
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
REMPART = [sys.executable, "-m", "rempart.cli.main"]
GOAL_S, GOAL_MIB, GOAL_EXPONENT = 60, 2048, 1.1
KNOWN = 1_000_000
LISTS = {
    "vics2.json": ("--name", "Invented list"),
    "ncmec": ("--name", "Invented members"),
    "sha1.txt": ("--name", "Invented digests", "--kind", "sha1", "--date", "2026-02-01"),
    "nsrl.csv": ("--name", "Invented known software", "--known-good"),
}
PERIOD_S = 0.2


@dataclass(frozen=True)
class Run:
    """A command that ended: wall and processor seconds, memory in MiB of all its processes and of the largest, what it left."""

    seconds: float
    processor_s: float
    peak_mib: float
    largest_mib: float
    code: int
    told: str


def main() -> None:
    """Everything; exit code 1 when a goal is missed."""
    options = _options()
    if options.stages:
        raise SystemExit(timed_command(Path(options.stages), options.command))
    scales = [1.0] if options.quick else options.scales
    with tempfile.TemporaryDirectory(prefix="rempart-bench-case-") as fresh:
        place = options.keep or Path(fresh)
        lines, missed = report(place, scales)
    text = "\n".join(lines) + "\n"
    print(text)
    if not options.quick:
        (HERE / "RESULTS-case.md").write_text(text, "utf-8")
    raise SystemExit(1 if missed else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--scales", type=float, nargs="+", default=[1.0, 10.0])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--stages", help=argparse.SUPPRESS)
    parser.add_argument("command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser.parse_args()


def report(place: Path, scales: Sequence[float]) -> tuple[list[str], list[str]]:
    """The figures as Markdown, and the goals that were missed."""
    place.mkdir(parents=True, exist_ok=True)
    cases = {scale: make_case(place, scale) for scale in scales}
    data = place / "data"
    imported = add_lists(cases[scales[0]] / "lists", data)
    runs: dict[float, tuple[Run, dict[str, float]]] = {}
    for scale in scales:
        best = [analyse(place, cases[scale], data) for _ in range(2 if scale == scales[0] else 1)]
        runs[scale] = min(best, key=lambda run: run[0].seconds)
    missed = misses({scale: run for scale, (run, _) in runs.items()}, scales)
    return [*_head(), *_runs(runs, scales), *_stages(runs), *imported, *_verdict(missed)], missed


def make_case(place: Path, scale: float) -> Path:
    """The case of that scale with its files and lists; one that is there is taken as it is."""
    case = place / f"case{scale:g}"
    if not (case / "README.txt").exists():
        known = ["--known", str(KNOWN)]
        call = [*REMPART, "demo-case", "--scale", str(scale), "--media", *known, "--to", str(case)]
        started = time.perf_counter()
        subprocess.run(call, check=True, capture_output=True, cwd=ROOT)
        print(f"scale {scale:g} written in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return case


def add_lists(lists: Path, data: Path) -> list[str]:
    """Seals the lists, each timed; as a table."""
    shutil.rmtree(data, ignore_errors=True)
    (data.parent / "guard.key").unlink(missing_ok=True)
    guard = ["--escrow-out", str(data.parent / "guard.key"), "--origin", "example.org/ledger", "--yes"]
    subprocess.run([*REMPART, "keys", "init", "--data", str(data), *guard], check=True, capture_output=True, cwd=ROOT)
    rows: list[str] = []
    for name, options in LISTS.items():
        run = measure([*REMPART, "hashes", "add", str(lists / name), *options, "--data", str(data)])
        size = sum(path.stat().st_size for path in [lists / name, *(lists / name).glob("*")] if path.is_file())
        if run.code not in (0, 1):
            sys.exit(f"{name} was not added: {run.told}")
        rows.append(f"| {name} | {size / 1e6:.1f} | {run.seconds:.1f} | {run.peak_mib:.0f} |")
    head = ["## Adding the lists", "", "| list | MB | s | peak MiB |", "|---|---|---|---|"]
    return [*head, *rows, ""]


def analyse(place: Path, case: Path, data: Path) -> tuple[Run, dict[str, float]]:
    """`rempart analyse` in a process of its own, and the seconds of its stages."""
    told = place / "stages.json"
    told.unlink(missing_ok=True)
    command = ["analyse", str(case / "exports"), "--out", str(place / f"out-{case.name}"), "--profile", "enquete"]
    command += _with_lists(data)
    run = measure([sys.executable, "-m", "bench.case", "--stages", str(told), *command])
    if run.code not in (0, 1):
        sys.exit(f"the analysis ended with {run.code}: {run.told}")
    return run, json.loads(told.read_text("utf-8"))


def _with_lists(data: Path) -> list[str]:
    return ["--hashes", str(data / "hashlists"), "--identity-key", str(data / "keys" / "desk.key"), "--by", "bench"]


def timed_command(to: Path, command: Sequence[str]) -> int:
    """The command in this process, its bars replaced by a clock; writes seconds by stage."""
    from rempart.cli import analyses, main

    started = time.perf_counter()

    class Clock:
        """Watches a walk and keeps when each stage began."""

        def __init__(self) -> None:
            self.began: list[tuple[str, float]] = [("(start)", started)]

        def stage(self, name: str, total: int) -> None:
            """A stage begins."""
            self.began.append((name, time.perf_counter()))

        def advance(self, done: int) -> None:
            """How much of it is done."""

        def __enter__(self) -> "Clock":
            return self

        def __exit__(self, *_: object) -> None:
            self.began.append(("", time.perf_counter()))
            spans = zip(self.began, self.began[1:], strict=False)
            told: dict[str, float] = {}
            for (name, at), (_next, end) in spans:
                told[name] = told.get(name, 0.0) + end - at
            to.write_text(json.dumps(told), "utf-8")

    analyses.Bars = Clock  # type: ignore[misc,assignment] # the same calls, as the walk's observer asks
    sys.argv = ["rempart", *command]
    main.main()
    return 0


def measure(command: Sequence[str]) -> Run:
    """Runs the command from the project's folder and watches its memory five times a second."""
    started, before = time.perf_counter(), _processor_s()
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=told, cwd=ROOT)
        peak = largest = 0.0
        while process.poll() is None:
            held = [pss_mib(pid) for pid in tree(process.pid)]
            peak, largest = max(peak, sum(held)), max(largest, *held, 0.0)
            time.sleep(PERIOD_S)
        seconds = time.perf_counter() - started
        told.seek(0)
        text = told.read().decode(errors="replace")[-400:]
    used = _processor_s() - before
    return Run(
        seconds=seconds, processor_s=used, peak_mib=peak, largest_mib=largest, code=process.returncode, told=text
    )


def _processor_s() -> float:
    """Processor seconds of all that ended below this process: what wall time would be without anybody else, on one core."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def tree(pid: int) -> list[int]:
    """The process and all below it, as Linux tells."""
    found = [pid]
    for place in found:
        for children in Path(f"/proc/{place}/task").glob("*/children"):
            try:
                found += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return found


def pss_mib(pid: int) -> float:
    """Memory that the process holds, its share of what several hold; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def misses(runs: Mapping[float, Run], scales: Sequence[float]) -> list[str]:
    """The goals that were not reached, as sentences."""
    first = runs[scales[0]]
    told: list[str] = []
    if first.seconds > GOAL_S:
        told.append(f"scale {scales[0]:g} took {first.seconds:.0f} s; the goal is {GOAL_S} s")
    if first.peak_mib > GOAL_MIB:
        told.append(f"scale {scales[0]:g} held {first.peak_mib:.0f} MiB; the goal is {GOAL_MIB} MiB")
    for scale in scales[1:]:
        growth = exponent(runs, scales[0], scale)
        if growth > GOAL_EXPONENT:
            told.append(
                f"from scale {scales[0]:g} to {scale:g} time grows with exponent {growth:.2f}; the goal is {GOAL_EXPONENT}"
            )
    return told


def exponent(runs: Mapping[float, Run], small: float, large: float) -> float:
    """How time grows with size: 1 is in proportion."""
    return math.log(runs[large].seconds / runs[small].seconds) / math.log(large / small)


def _head() -> list[str]:
    machine = f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    return [
        "# Results of `make bench-case`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {machine}. The fictional case with its files, profile enquete, {KNOWN:,} known files.",
        "From export to ranked report: `rempart analyse` in a process of its own; the best of two at the first scale.",
        "",
    ]


def _runs(runs: Mapping[float, tuple[Run, Mapping[str, float]]], scales: Sequence[float]) -> list[str]:
    lines = [
        "| scale | messages | members | references to files | s | processor s | peak MiB, all processes | largest process | exponent |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    plain = {scale: run for scale, (run, _) in runs.items()}
    for scale, run in plain.items():
        growth = f"{exponent(plain, scales[0], scale):.2f}" if scale != scales[0] else ""
        size = f"{73_000 * scale:,.0f} | {10_000 * scale:,.0f} | {23_000 * scale:,.0f}"
        lines.append(
            f"| {scale:g} | {size} | {run.seconds:.1f} | {run.processor_s:.1f} | {run.peak_mib:.0f} | {run.largest_mib:.0f} | {growth} |"
        )
    return [*lines, ""]


def _stages(runs: Mapping[float, tuple[Run, Mapping[str, float]]]) -> list[str]:
    names = list(dict.fromkeys(name for _, stages in runs.values() for name in stages))
    head = "| stage, seconds | " + " | ".join(f"scale {scale:g}" for scale in runs) + " |"
    rows = [
        f"| {name} | " + " | ".join(f"{stages.get(name, 0.0):.1f}" for _, stages in runs.values()) + " |"
        for name in names
    ]
    return ["## Where the seconds go", "", head, "|---" * (len(runs) + 1) + "|", *rows, ""]


def _verdict(missed: Sequence[str]) -> list[str]:
    goal = f"Goals: scale 1 in {GOAL_S} s and {GOAL_MIB} MiB on two processors; exponent of growth at most {GOAL_EXPONENT}."
    return [goal, *(f"Missed: {sentence}." for sentence in missed)] if missed else [goal, "All reached."]


if __name__ == "__main__":
    main()
