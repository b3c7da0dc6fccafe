"""The network on planted tables: what is found beside what was planted, beside NetworkX and igraph, and how long it takes.

python -m bench.network [scale …] [--case FOLDER]      writes bench/RESULTS-network.md; scales 1, 10 and 100 where none is told; 100 needs about 10 GiB
Everything is invented and made from a seed (tests/network/planted.py). One core for DuckDB; a fresh process for each scale.
"""

import argparse
import csv
import json
import math
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import igraph  # noqa: E402
import msgspec  # noqa: E402
import networkx as nx  # noqa: E402
import numpy as np  # noqa: E402
import pyarrow as pa  # noqa: E402
import pyarrow.compute as pc  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402
from tests.network.planted import Planted, matches_of, plant  # noqa: E402

from rempart.conversations.parts import open_exhibit  # noqa: E402
from rempart.conversations.readers import READERS  # noqa: E402
from rempart.conversations.reading import read_exhibit  # noqa: E402
from rempart.conversations.store import TableWriter  # noqa: E402
from rempart.engine.queries import DuckEngine  # noqa: E402
from rempart.evaluation.network import NetworkTruth, evaluate_network, load_network_truth, score_partition  # noqa: E402
from rempart.network import build as building  # noqa: E402
from rempart.network.build import Known, Network, build  # noqa: E402
from rempart.network.draws import seeded  # noqa: E402

SIZES = {"members": 10_000, "files": 23_000, "shares": 58_000, "messages": 73_000}
LARGEST_FOR_NETWORKX = 200_000  # edges; above, its Louvain takes hours
LARGEST_FOR_IGRAPH = 2_000_000  # edges; above, the baselines would take longer than what they stand beside
STEPS = (
    ("files", "identify_files"),
    ("sharing graph", "build_sharing"),
    ("flows", "find_flows"),
    ("communities, positions", "find_communities"),
    ("pairs", "find_pairs"),
    ("time zones", "find_zones"),
    ("countries, languages", "find_countries"),
    ("departments", "find_departments"),
    ("what if", "best_stops"),
)


def timed(steps: dict[str, float]) -> None:
    """Puts a clock around every step of the build."""
    for title, name in STEPS:
        inner = getattr(building, name)

        setattr(building, name, clocked(inner, title, steps))


def clocked(inner: Callable[..., object], title: str, steps: dict[str, float]) -> Callable[..., object]:
    """The function with its processor time added to `steps`."""

    def run(*args: object, **kwargs: object) -> object:
        started = time.process_time()
        try:
            return inner(*args, **kwargs)
        finally:
            steps[title] = steps.get(title, 0.0) + time.process_time() - started

    return run


def truth_of(planted: Planted) -> NetworkTruth:
    """What was planted, in the form of the evaluation: the fifty who brought most new files are the first sharers."""
    brought = np.bincount(planted.introducer[planted.new], minlength=len(planted.community))
    order = np.lexsort((np.arange(len(brought)), -brought))
    return NetworkTruth(
        community={planted.account(who): str(group) for who, group in enumerate(planted.community.tolist())},
        first_sharers=frozenset(planted.account(int(who)) for who in order[:50]),
        bridges=frozenset(),
    )


def settled(network: Network, planted: Planted) -> tuple[float, float]:
    """(share of files whose introducer is told and right among those told, share told)."""
    names = network.files["file_id"].to_pylist()
    told = network.files["introducer"].to_pylist()
    right = sum(
        who == planted.account(int(planted.introducer[int(name[7:], 16)]))
        for name, who in zip(names, told, strict=True)
        if who
    )
    given = sum(who is not None for who in told)
    return right / max(given, 1), given / max(len(told), 1)


def baselines(network: Network, planted: Planted) -> list[dict[str, object]]:
    """The same sharing graph cut by other means: igraph Louvain, igraph Leiden of one seed, NetworkX Louvain."""
    sharing = network.sharing
    members = len(sharing.members)
    if len(sharing.edge_member) > LARGEST_FOR_IGRAPH:
        return []
    edges = np.stack([sharing.edge_member, sharing.edge_file + members], axis=1)
    who = [int(name.removeprefix("telegram:user")) for name in sharing.members.to_pylist()]
    planted_in = planted.community[who].tolist()
    covered = np.flatnonzero(network.communities.of_member >= 0).tolist()
    rows: list[dict[str, object]] = []

    def told(name: str, membership: list[int], seconds: float) -> None:
        score = score_partition(membership[:members], planted_in, planted=len(planted_in))
        same = score_partition(
            [membership[place] for place in covered], [planted_in[place] for place in covered], planted=0
        )
        rows.append(
            {"name": name, "nmi": score.nmi, "ari": score.ari, "same": same.nmi, "found": score.found, "s": seconds}
        )

    started = time.process_time()
    graph = igraph.Graph(n=members + len(sharing.files), edges=edges)
    with seeded(1):
        louvain = graph.community_multilevel().membership
    told("igraph Louvain, undirected", louvain, time.process_time() - started)
    started = time.process_time()
    graph = igraph.Graph(n=members + len(sharing.files), edges=edges)
    with seeded(1):
        leiden = graph.community_leiden(objective_function="modularity").membership
    told("igraph Leiden, undirected, one seed", leiden, time.process_time() - started)
    if len(edges) <= LARGEST_FOR_NETWORKX:
        started = time.process_time()
        other = nx.Graph(edges.tolist())
        of = {
            node: number for number, part in enumerate(nx.community.louvain_communities(other, seed=1)) for node in part
        }
        told("NetworkX Louvain", [of[node] for node in range(members)], time.process_time() - started)
    return rows


def measure(scale: float, folder: Path) -> dict[str, object]:
    """Everything at one scale, in this process."""
    planted = plant(folder, **{name: round(size * scale) for name, size in SIZES.items()})
    matches = matches_of(planted)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    steps: dict[str, float] = {}
    timed(steps)
    cpu, wall = time.process_time(), time.perf_counter()
    network = build(folder, engine=DuckEngine(threads=1), known=Known(matches=matches))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started = time.process_time()
    traced = sum(
        len(network.rows_of(actor.account_id, "introduced", engine=DuckEngine(threads=1)))
        for actor in network.actors[:10]
    )
    trace = time.process_time() - started
    report = evaluate_network(network, truth_of(planted))
    right, given = settled(network, planted)
    return {
        "scale": scale,
        "cpu": cpu,
        "wall": wall,
        "peak_mib": peak,
        "before_mib": before,
        "steps": steps,
        "edges": len(network.sharing.edge_member),
        "runs": network.communities.runs,
        "sources": network.communities.sources,
        "published": len(network.communities.published),
        "planted": len(set(planted.community.tolist())),
        "nmi": report.communities.nmi,
        "ari": report.communities.ari,
        "covered": report.communities.compared / len(network.sharing.members),
        "first_precision": report.first_sharers.precision,
        "first_recall": report.first_sharers.recall,
        "introducer_right": right,
        "introducer_told": given,
        "pairs": len(network.pairs.one),
        "zones": network.zones.members.num_rows,
        "trace_s": trace,
        "traced": traced,
        "baselines": baselines(network, planted),
    }


def measure_case(case: Path, folder: Path) -> dict[str, object]:
    """The fictional case (`rempart demo-case --media`), read and scored against its own truth."""
    with TableWriter(folder) as writer:
        for path in sorted((case / "exports").iterdir()):
            read_exhibit(open_exhibit(path), writer=writer, readers=READERS, profile="enquete")
    with (case / "truth" / "files.csv").open(encoding="utf-8", newline="") as file:
        files = list(csv.DictReader(file))
    listed = pa.array([row["sha256"] for row in files if row["lists"] and row["withdrawn"] != "yes"])
    media = pq.read_table(folder / "media.parquet", columns=["exhibit_sha256", "row", "sha256"])
    matches = media.filter(pc.is_in(media["sha256"], value_set=listed)).rename_columns(
        ["exhibit_sha256", "row", "file_sha256"]
    )
    alike = {"sha256": [row["sha256"] for row in files], "cluster": [row["copy_of"] or row["file"] for row in files]}
    cpu = time.process_time()
    network = build(folder, engine=DuckEngine(threads=1), known=Known(matches=matches, likeness=pa.table(alike)))
    cpu = time.process_time() - cpu
    report = evaluate_network(network, load_network_truth(case / "truth"))
    with (case / "truth" / "zones.csv").open(encoding="utf-8", newline="") as file:
        zones = {row["account_id"]: row for row in csv.DictReader(file)}
    told = [row for row in network.zones.members.to_pylist() if row["account_id"] in zones]
    inside = [
        any(abs(offset * 60 - int(zones[row["account_id"]]["utc_offset_min"])) <= 30 for offset in row["offsets"])
        for row in told
    ]
    own = {
        (row["account_id"], row["code"]) for row in network.departments.statements.to_pylist() if row["kind"] == "own"
    }
    stated = {(account, row["department"]) for account, row in zones.items() if row["department"]}
    return {
        "cpu": cpu,
        "report": msgspec.to_builtins(report),
        "runs": network.communities.runs,
        "edges": len(network.sharing.edge_member),
        "zones": len(told),
        "inside": float(np.mean(inside)) if inside else None,
        "width": float(np.mean([row["width_h"] for row in told])) if told else None,
        "departments": (len(own & stated), len(own), len(stated)),
    }


def case_page(result: dict[str, object]) -> str:
    """The fictional case's figures."""
    report = result["report"]
    communities, first, bridges = report["communities"], report["first_sharers"], report["bridges"]
    right, told, stated = result["departments"]

    def rate(score: dict[str, object]) -> str:
        low, high = score["precision_between"]
        return f"precision {score['precision']:.3f} (95 %: {low:.2f} to {high:.2f}), recall {score['recall']:.3f}, of {score['planted']}"

    return "\n".join(
        [
            "## The fictional case (made by another hand: `rempart demo-case --media`, its own truth)",
            "",
            f"Build {result['cpu']:.1f} s CPU, {result['edges']:,} edges, {result['runs']} seeds. Lists and likeness as planted.",
            "",
            "| what | figure |",
            "|---|---|",
            f"| communities | NMI {communities['nmi']:.3f}, ARI {communities['ari']:.3f}, {communities['found']} found, over"
            f" {communities['compared']:,} members |",
            f"| planted producers among the first by new files | {rate(first)} |",
            f"| bridges | {rate(bridges)} |",
            f"| time zones | true offset inside the told set for {result['inside']:.1%} of {result['zones']} members; mean width"
            f" {result['width']:.1f} h |",
            f"| departments stated of oneself | {right} of {told} right; {stated} planted, of which some only as `here in the 69` or below 21 |",
            "",
        ]
    )


def page(results: list[dict[str, object]]) -> str:
    """The results as a page."""
    lines = [
        "# Results of `make bench-network`",
        "",
        f"{platform.machine()}, Python {platform.python_version()}, igraph {igraph.__version__}, NetworkX {nx.__version__}; DuckDB on one"
        " core; seconds of processor time, since other work ran on the machine. Planted tables, seed 7.",
        "",
        "| scale | messages | edges | build CPU s | wall s | peak MiB (before the build) | Leiden runs | sources |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['scale']:g} | {SIZES['messages'] * r['scale']:,.0f} | {r['edges']:,} | {r['cpu']:.1f} | {r['wall']:.1f}"
        f" | {r['peak_mib']:,.0f} ({r['before_mib']:,.0f}) | {r['runs']} | {r['sources']} |"
        for r in results
    ]
    if len(results) > 1:
        first, last = results[0], results[-1]
        exponent = math.log(last["cpu"] / first["cpu"]) / math.log(last["scale"] / first["scale"])
        lines += ["", f"Growth from scale {first['scale']:g} to {last['scale']:g}: exponent {exponent:.2f}."]
    lines += ["", "| step, CPU s | " + " | ".join(f"scale {r['scale']:g}" for r in results) + " |"]
    lines += ["|---|" + "---|" * len(results)]
    lines += [
        f"| {title} | " + " | ".join(f"{r['steps'].get(title, 0):.2f}" for r in results) + " |" for title, _ in STEPS
    ]
    lines += ["", "## Against what was planted", ""]
    lines += [
        "| scale | method | NMI | ARI | NMI, same members | communities (planted) | members covered | CPU s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        ours = r["steps"]["communities, positions"]
        lines.append(
            f"| {r['scale']:g} | Rempart: Barber's modularity, {r['runs']} seeds, stable only; with positions | {r['nmi']:.3f} | {r['ari']:.3f}"
            f" | {r['nmi']:.3f} | {r['published']} ({r['planted']}) | {r['covered']:.1%} | {ours:.1f} |"
        )
        lines += [
            f"| {r['scale']:g} | {b['name']} | {b['nmi']:.3f} | {b['ari']:.3f} | {b['same']:.3f} | {b['found']} ({r['planted']}) | 100% | {b['s']:.1f} |"
            for b in r["baselines"]
        ]
    lines += [
        "",
        "The published communities leave out members whom some seeds place elsewhere, so the baselines, one seed each over"
        " everybody, are scored on the same members too.",
        "",
        "| scale | first sharers: precision | recall | introducer of a file right | told | pairs beyond chance | zones told | ten walks to messages, CPU s |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r['scale']:g} | {r['first_precision']:.3f} | {r['first_recall']:.3f} | {r['introducer_right']:.4f} | {r['introducer_told']:.1%}"
        f" | {r['pairs']:,} | {r['zones']:,} | {r['trace_s']:.2f} |"
        for r in results
    ]
    lines += [
        "",
        "First sharers: the 50 accounts planted to bring most files of no list, against the first 50 of the table by that measure.",
        "",
    ]
    return "\n".join(lines)


def make_case(folder: Path) -> Path:
    """The fictional case at its first size, with pictures."""
    command = [sys.executable, "-m", "rempart.cli.main", "demo-case", "--to", str(folder), "--media"]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    return folder


def main() -> None:
    """Each scale in a process of its own; then the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scales", nargs="*", type=float, default=[1, 10, 100])
    parser.add_argument("--case", type=Path, help="folder of a fictional case with media; made where none is told")
    parser.add_argument("--one", action="store_true", help="measure here and print JSON")
    asked = parser.parse_args()
    if asked.one:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(asked.scales[0], Path(folder))))
        return
    results = []
    for scale in sorted(asked.scales):
        told = subprocess.run(
            [sys.executable, __file__, str(scale), "--one"], check=True, capture_output=True, text=True
        )
        results.append(json.loads(told.stdout))
        print(f"scale {scale:g}: {results[-1]['cpu']:.1f} s CPU, {results[-1]['peak_mib']:,.0f} MiB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        case = asked.case or make_case(Path(folder) / "case")
        told = page(results) + "\n" + case_page(measure_case(case, Path(folder)))
    (ROOT / "bench" / "RESULTS-network.md").write_text(told, "utf-8")


if __name__ == "__main__":
    main()
