"""Speed and memory, as ratios in one run beside a peer or the physical limit; writes bench/RESULTS.md.

    python bench/run.py            everything (some minutes)
    python bench/run.py --quick    scale 1 only, RESULTS.md untouched

Each figure is the best of several runs of a fresh process, so that one busy moment of the machine does not count.
"""

import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent
PEER = ROOT / ".venv-bench" / "bin" / "python"  # the peer's packages stay out of our environment
REMPART = [sys.executable, "-m", "rempart.cli.main"]


def measure(command: list[str], *, runs: int = 3) -> dict[str, float]:
    """The best wall time (s), and the largest peak memory (MiB) of the process and of any child it waited for."""
    best, peak = math.inf, 0.0
    for _ in range(runs):
        probe = [sys.executable, str(HERE / "probe.py"), *command]
        told = json.loads(subprocess.run(probe, capture_output=True, text=True, check=True, cwd=ROOT).stdout)
        best, peak = min(best, told["seconds"]), max(peak, told["peak_mib"])
    return {"seconds": best, "peak_mib": peak}


def step(name: str, *arguments: str, runs: int = 3, python: str = sys.executable) -> dict[str, float]:
    """One of the small programs of `steps.py`; its own figures come back as JSON."""
    results = []
    for _ in range(runs):
        call = [python, str(HERE / "steps.py"), name, *arguments]
        results.append(json.loads(subprocess.run(call, capture_output=True, text=True, check=True, cwd=ROOT).stdout))
    return min(results, key=lambda result: result["seconds"])


def main() -> None:
    quick = "--quick" in sys.argv
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as work:
        lines = report(Path(work), quick=quick)
    text = "\n".join(lines) + "\n"
    print(text)
    if not quick:
        (HERE / "RESULTS.md").write_text(text, "utf-8")


def report(work: Path, *, quick: bool) -> list[str]:
    """All figures as Markdown."""
    lines = [
        "# Results of `make bench`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}.",
        "Best of three fresh processes. Ratios are within this run; absolute figures are of this machine on that day.",
        "",
    ]
    case = work / "case1"
    subprocess.run([*REMPART, "demo-case", "--scale", "1", "--to", str(case)], check=True, capture_output=True)
    group = case / "exports" / "group" / "result.json"
    lines += reading(group)
    lines += patterns(group)
    lines += whole(work, case, quick=quick)
    lines += ledger(quick=quick)
    lines += others()
    return lines


def reading(group: Path) -> list[str]:
    """Read rate beside json.loads with a minimal loop, and beside a well-known chat parser."""
    ours = step("read", str(group))
    loads = step("json_loads", str(group))
    rows = [("`rempart read` (tables, byte ranges, SHA-256)", ours), ("`json.loads` and a minimal loop", loads)]
    if PEER.exists():
        rows.append(("chat-miner 0.6.0", step("chatminer", str(group), python=str(PEER))))
    else:
        print("chat-miner is not installed; `make bench` installs it beside us", file=sys.stderr)
    size = group.stat().st_size
    table = [f"| {name} | {r['messages']:,.0f} | {r['seconds']:.2f} | {size / r['seconds'] / 1e6:.1f} | {r['seconds'] / loads['seconds']:.2f} | {r['peak_mib']:.0f} |" for name, r in rows]  # fmt: skip
    head = ["## Reading one Telegram JSON", "", f"{size / 1e6:.1f} MB. Ratio: time over that of `json.loads` with a loop.", "",
            "| reader | messages | s | MB/s | ratio | peak MiB |", "|---|---|---|---|---|---|"]  # fmt: skip
    return [*head, *table, ""]


def patterns(group: Path) -> list[str]:
    """The bare pattern pass on one core: phrases over folded words, and with folding."""
    bare = step("patterns", str(group))
    full = step("messages", str(group))
    return ["## Patterns, one core", "",
            f"Phrases in the books: {bare['phrases']:,.0f}. Texts of the group and of the corpus of benign chats.", "",
            "| pass | messages/s |", "|---|---|",
            f"| phrases over folded words, one language | {bare['rate']:,.0f} |",
            f"| folding, phrases, frames, ages, both languages | {full['rate']:,.0f} |", ""]  # fmt: skip


def whole(work: Path, case: Path, *, quick: bool) -> list[str]:
    """`rempart analyse` at scale 1 and 10, and the exponent of growth."""
    head = ["## `rempart analyse`", "", "| scale | messages | s | peak MiB, largest process |", "|---|---|---|---|"]
    one = measure([*REMPART, "analyse", str(case / "exports"), "--out", str(work / "out1")])
    rows = [f"| 1 | 73,000 | {one['seconds']:.1f} | {one['peak_mib']:.0f} |"]
    if not quick:
        big = work / "case10"
        subprocess.run([*REMPART, "demo-case", "--scale", "10", "--to", str(big)], check=True, capture_output=True)
        ten = measure([*REMPART, "analyse", str(big / "exports"), "--out", str(work / "out10")], runs=1)
        rows.append(f"| 10 | 730,000 | {ten['seconds']:.1f} | {ten['peak_mib']:.0f} |")
        rows += [
            "",
            f"Growth exponent: {math.log10(ten['seconds'] / one['seconds']):.2f} (time of scale 10 over scale 1, base 10).",
        ]
        rows += flat(work)
    return [*head, *rows, ""]


def ledger(*, quick: bool) -> list[str]:
    """Verification of a ledger beside bare hashing and a peer, by `ledger.py` in a process of its own."""
    call = [sys.executable, str(HERE / "ledger.py"), "--entries", "100000" if quick else "1000000"]
    told = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT)
    if not told.stdout:
        sys.exit(told.stderr)
    if told.returncode:
        print("`rempart verify` misses its goal for a million entries.", file=sys.stderr)
    return told.stdout.splitlines()


def others() -> list[str]:
    """The pages of the other measurements, and what was found beside what was planted, as the measurement of the network wrote it."""
    told = {
        page.name: page.read_text("utf-8").splitlines()[0].removeprefix("# ")
        for page in sorted(HERE.glob("RESULTS-*.md"))
    }
    lines = ["", "## Measured by other programs", "", *(f"- [{title}]({name})" for name, title in told.items())]
    network = (HERE / "RESULTS-network.md").read_text("utf-8")
    _, _, planted = network.partition("## Against what was planted\n")
    return [
        *lines,
        "",
        "## Communities and first sharers against what was planted (from RESULTS-network.md)",
        planted.rstrip(),
    ]


def flat(work: Path) -> list[str]:
    """A 2 GB Telegram JSON through `rempart read`."""
    big = work / "two_gigabytes.json"
    step("make_large", str(big), "2000000000", runs=1)
    read = measure([*REMPART, "read", str(big), "--to", str(work / "big")], runs=1)
    size = big.stat().st_size
    big.unlink()
    return ["", "## Flat memory", "", f"`rempart read` of one Telegram JSON of {size / 1e9:.2f} GB: {read['seconds']:.0f} s "
            f"({size / read['seconds'] / 1e6:.0f} MB/s), peak {read['peak_mib']:.0f} MiB."]  # fmt: skip


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s in all", file=sys.stderr)
