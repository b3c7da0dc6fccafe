"""Look-ups by likeness beside FAISS and beside the memory limit of a scan, and hashing beside pdqhash; writes bench/RESULTS-pdq.md.

    python -m bench.pdq                          1,000,000 and 10,000,000 hashes (a quarter of an hour, 5 GiB)
    python -m bench.pdq --rows 1000000 --dry     one size, RESULTS-pdq.md untouched

Every figure is of a fresh process with one thread, by processor time, the best of three; the peers run in .venv-bench. Hashes are
random, queries are planted at 0 to 31 bits from one of them, the other half is unrelated.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
PEER = ROOT / ".venv-bench" / "bin" / "python"  # the peers' packages stay out of our environment
PLANTED, RADIUS = 1_024, 31
SCANNED = 64  # queries of methods that look at every hash
SIDES = ((64, 64), (128, 128), (256, 256), (512, 512), (768, 1024))
SMALL_PICTURES = 23_000


# -- the programs that are measured, each in a process of its own ---------------------------------------


def best(act: Callable[[], Any], *, runs: int = 3) -> tuple[float, Any]:
    """The shortest processor time (s), and what came out."""
    times, out = [], None
    for _ in range(runs):
        started = time.process_time()
        out = act()
        times.append(time.process_time() - started)
    return min(times), out


def told(build_s: float, search_s: float, triples: Any, queries: int, folder: Path) -> dict[str, Any]:
    """The figures of one method. triples: (query, row, distance) arrays of what was found."""
    source, bits = np.load(folder / "source.npy"), np.load(folder / "bits.npy")
    found = {(int(q), int(r)): int(d) for q, r, d in zip(*triples, strict=True)}
    recall = []
    for distance in range(RADIUS + 1):
        own = [q for q in range(min(queries, PLANTED)) if bits[q] == distance]
        recall.append(sum(found.get((q, int(source[q]))) == distance for q in own) / len(own))
    return {
        "build_s": build_s,
        "per_s": queries / search_s,
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "recall": recall,
        "found": len(found),
    }


def ours(folder: Path, way: str) -> dict[str, Any]:
    """Our index: way is `compiled`, `numpy`, `compiled scan` or `numpy scan`."""
    from rempart.matching.index import HashIndex

    known, queries = np.load(folder / "known.npy"), np.load(folder / "queries.npy")
    started = time.process_time()
    index = HashIndex.build(known, scanned_rows=len(known) if way.endswith("scan") else 0)
    build_s = time.process_time() - started
    del known
    if way.endswith("scan"):
        queries = queries[:SCANNED]
    is_fast = way.startswith("compiled")
    index.search(queries[:2], fast=is_fast)  # compiling is told apart
    seconds, found = best(lambda: index.search(queries, fast=is_fast))
    one, _ = best(lambda: [index.search(queries[at : at + 1], fast=is_fast) for at in range(20)])
    figures = told(build_s, seconds, (found.query, found.row, found.distance), len(queries), folder)
    return figures | {"one_ms": one / 20 * 1000, "index_mib": index.size_bytes / 2**20}


def faiss_index(folder: Path, way: str) -> dict[str, Any]:
    """FAISS: way is `multihash` (ThreatExchange's parameters), `multihash11` (ours), or `flat`."""
    import faiss  # type: ignore[import-not-found, unused-ignore]

    faiss.omp_set_num_threads(1)
    known, queries = np.load(folder / "known.npy").view(np.uint8), np.load(folder / "queries.npy").view(np.uint8)
    made = {
        "multihash": lambda: faiss.IndexBinaryMultiHash(256, 16, 16),
        "multihash11": lambda: faiss.IndexBinaryMultiHash(256, 11, 23),
        "flat": lambda: faiss.IndexBinaryFlat(256),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    index = made[way]()
    if way != "flat":
        index.nflip = 1 if way == "multihash" else 2
    index.add(known)
    build_s = time.process_time() - started
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if way == "flat":
        queries = queries[:SCANNED]
    seconds, (limits, distances, labels) = best(
        lambda: index.range_search(queries, RADIUS + 1), runs=2
    )  # strictly below
    one, _ = best(lambda: [index.range_search(queries[at : at + 1], RADIUS + 1) for at in range(10)], runs=1)
    owner = np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64)))
    figures = told(build_s, seconds, (owner, labels, distances), len(queries), folder)
    return figures | {"one_ms": one / 10 * 1000, "index_mib": (after - before) / 1024}


def bandwidth(folder: Path) -> dict[str, Any]:
    """Bytes a second that one core reads of these very hashes, by a sum over all of them."""
    known = np.load(folder / "known.npy").reshape(-1)
    seconds, _ = best(lambda: np.add.reduce(known), runs=7)
    return {"per_s": known.nbytes / seconds, "bytes": known.nbytes}


def pictures() -> list[Any]:
    """One picture of noise and blocks for each size."""
    rng = np.random.default_rng(1)
    return [np.clip(np.kron(rng.integers(0, 200, (8, 8, 3)), np.ones((rows // 8, columns // 8, 1)))
            + rng.integers(0, 50, (rows, columns, 3)), 0, 255).astype(np.uint8) for rows, columns in SIDES]  # fmt: skip


def hashing(way: str) -> dict[str, Any]:
    """Milliseconds a picture, all eight forms, and the hashes."""
    if way == "ours":
        from rempart.matching.pdq import hash_picture as act
    else:
        import pdqhash  # type: ignore[import-not-found, unused-ignore]

        act = pdqhash.compute_dihedral
    times, hashes = [], []
    for pixels in pictures():
        count = max(3, 3_000_000 // pixels.size)
        seconds, out = best(lambda p=pixels, n=count: [act(p) for _ in range(n)][-1])  # type: ignore[misc]
        times.append(seconds / count * 1000)
        hashes.append(out.pdq.hex() if way == "ours" else np.packbits(out[0][0]).tobytes().hex())
    return {"ms": times, "hashes": hashes}


def case() -> dict[str, Any]:
    """All of `liken_media` over small pictures in memory, two processes, wall time: decoding, hashing, the table."""
    import hashlib
    import io

    import pyarrow as pa
    from PIL import Image

    from rempart.matching.likeness import liken_media

    rng, files, rows = np.random.default_rng(2), {}, []
    for number in range(SMALL_PICTURES):
        small = Image.fromarray(rng.integers(0, 256, (8, 8, 3)).astype(np.uint8))
        file = io.BytesIO()
        small.resize(tuple(int(side) for side in rng.integers(64, 129, 2))).save(file, "JPEG")
        files[str(number)] = file.getvalue()
        rows.append({"exhibit_sha256": "e" * 64, "row": number + 1, "kind": "photo", "state": "in_export", "path": str(number),
                     "sha256": hashlib.sha256(file.getvalue()).hexdigest()})  # fmt: skip
    media = pa.Table.from_pylist(rows)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    started = time.perf_counter()
    found = liken_media(media, opener=lambda _exhibit, path: io.BytesIO(files[path]), workers=2)
    seconds = time.perf_counter() - started
    spent = sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) - before
    return {"seconds": seconds, "cpu_s": spent, "rows": found.likeness.num_rows}


# -- the report -----------------------------------------------------------------------------------------


def step(name: str, *arguments: str, python: Path | str = sys.executable) -> dict[str, Any]:
    """One of the programs above in a fresh process; {} when the peer is not installed."""
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT / "src") if python == sys.executable else "",
    }
    done = subprocess.run([str(python), str(Path(__file__)), "--step", name, *arguments], capture_output=True, text=True,
                          check=False, cwd=ROOT, env=environment)  # fmt: skip
    if "ModuleNotFoundError" in done.stderr and python != sys.executable:
        return {}
    if done.returncode:
        sys.exit(done.stderr)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def plant(rows: int, folder: Path) -> None:
    """Random hashes, and queries: planted ones first, their distances in turn, then as many unrelated ones."""
    rng = np.random.default_rng(rows)
    known = rng.integers(0, 2**64, (rows, 4), dtype=np.uint64)
    source, bits = rng.integers(0, rows, PLANTED), np.arange(PLANTED) % (RADIUS + 1)
    queries = np.concatenate([known[source], rng.integers(0, 2**64, (PLANTED, 4), dtype=np.uint64)])
    for query in range(PLANTED):
        for bit in rng.choice(256, bits[query], replace=False):
            queries[query, bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    for name, values in (("known", known), ("queries", queries), ("source", source), ("bits", bits)):
        np.save(folder / f"{name}.npy", values)


def searching(rows: int, folder: Path) -> list[str]:
    """The table of one size."""
    plant(rows, folder)
    place = str(folder)
    limit = step("bandwidth", place)
    lines = [
        f"## {rows:,} hashes",
        "",
        f"One core reads {limit['per_s'] / 1e9:.1f} GB/s of these hashes: a scan that looks at all of them can answer at most "
        f"{limit['per_s'] / limit['bytes']:,.0f} queries a second one by one, {2 * limit['per_s'] / limit['bytes']:,.0f} if half of each hash is enough.",
        "",
        "| method | build s | index MiB | peak MiB | queries/s per core | one query ms | recall at 0…31 bits, lowest | times FAISS MultiHash 16x16 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    plans: Sequence[tuple[str, str, str, Path | str]] = (
        ("Rempart, 11 bands, compiled (extra `fast`)", "ours", "compiled", sys.executable),
        ("Rempart, 11 bands, NumPy", "ours", "numpy", sys.executable),
        ("Rempart, two-stage scan, compiled", "ours", "compiled scan", sys.executable),
        ("Rempart, two-stage scan, NumPy", "ours", "numpy scan", sys.executable),
        ("FAISS IndexBinaryMultiHash(256, 16, 16), nflip 1 (ThreatExchange)", "faiss", "multihash", PEER),
        ("FAISS IndexBinaryMultiHash(256, 11, 23), nflip 2", "faiss", "multihash11", PEER),
        ("FAISS IndexBinaryFlat", "faiss", "flat", PEER),
    )
    figures = [(name, step(program, place, way, python=python)) for name, program, way, python in plans]
    base = next((one["per_s"] for name, one in figures if "ThreatExchange" in name and one), None)
    for name, one in figures:
        if not one:
            lines.append(f"| {name} | not installed | | | | | | |")
            continue
        ratio = f"{one['per_s'] / base:.1f}" if base else ""
        lines.append(f"| {name} | {one['build_s']:.1f} | {one['index_mib']:,.0f} | {one['peak_mib']:,.0f} | {one['per_s']:,.0f} | {one['one_ms']:.2f} | {min(one['recall']):.3f} | {ratio} |")  # fmt: skip
    recall = " ".join(f"{share:.3f}" for share in figures[0][1]["recall"])
    return [*lines, "", f"Recall of Rempart (compiled) at 0, 1, … 31 bits: {recall}.", ""]


def hashing_lines() -> list[str]:
    """Hashing beside pdqhash, and the small pictures of a case."""
    mine, peer = step("hashing", "ours"), step("hashing", "pdqhash", python=PEER)
    lines = ["## Hashing", "", "| points | Rempart (NumPy) ms | pdqhash (C++) ms | same hash |", "|---|---|---|---|"]
    for at, (rows, columns) in enumerate(SIDES):
        other = f"{peer['ms'][at]:.2f}" if peer else "not installed"
        same = ("yes" if peer["hashes"][at] == mine["hashes"][at] else "no") if peer else ""
        lines.append(f"| {columns} × {rows} | {mine['ms'][at]:.2f} | {other} | {same} |")
    whole = step("case")
    lines += [
        "",
        "Both with all eight forms; at 64 × 64 pdqhash's forms come from another path than its hash (it blurs what it does not blur otherwise).",
        f"{SMALL_PICTURES:,} JPEG pictures of 64 to 128 points a side, from bytes to the table, two processes: {whole['seconds']:.1f} s, {whole['cpu_s']:.1f} s of processor time.",
        "",
    ]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", default="1000000,10000000")
    parser.add_argument("--dry", action="store_true", help="print only")
    parser.add_argument("--step", nargs="+")
    chosen = parser.parse_args()
    if chosen.step:
        name, *rest = chosen.step
        programs: dict[str, Callable[[], dict[str, Any]]] = {
            "ours": lambda: ours(Path(rest[0]), rest[1]),
            "faiss": lambda: faiss_index(Path(rest[0]), rest[1]),
            "bandwidth": lambda: bandwidth(Path(rest[0])),
            "hashing": lambda: hashing(rest[0]),
            "case": case,
        }
        print(json.dumps(programs[name]()))
        return
    lines = [
        "# Results of `make bench-pdq`",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start.",
        "One thread, processor time, best of three; ratios are within this run, absolute figures are of this machine on that day.",
        "",
        *hashing_lines(),
    ]
    for rows in (int(size) for size in chosen.rows.split(",")):
        with tempfile.TemporaryDirectory(prefix="rempart-bench-") as folder:
            lines += searching(rows, Path(folder))
    text = "\n".join(lines)
    print(text)
    if not chosen.dry:
        (ROOT / "bench" / "RESULTS-pdq.md").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
