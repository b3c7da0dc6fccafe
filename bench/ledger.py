"""Verifies a ledger of 1,000,000 entries of 200 bytes, beside the least that anybody must do and beside a peer.

    python bench/ledger.py               prints Markdown
    python bench/ledger.py --entries N   another size

Beside: SHA-256 of every entry and nothing else (hashlib), and the root of the same entries in pymerkle, whose tree
lies in memory. Each figure is the best of three runs in one process; the files come from the cache of the system, as
they do when a ledger is verified each night.
"""

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pymerkle  # type: ignore[import-untyped]

from rempart.evidence.ledger import notes
from rempart.evidence.ledger.checkpoints import sign_checkpoint
from rempart.evidence.ledger.tiles import TileLog
from rempart.evidence.ledger.verify import Trust, verify_log

SIGNER = notes.new_signer("bench.example/ledger", kind=notes.LOG_KEY, seed=bytes(range(32)))
GOAL_S = 10.0


def best(work: Callable[[], object], *, runs: int = 3) -> float:
    """The shortest of several runs, in seconds."""
    spent = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        spent.append(time.perf_counter() - started)
    return min(spent)


def hash_entries(entries: list[bytes]) -> None:
    """The leaf hash of each entry, kept by nobody."""
    for entry in entries:
        hashlib.sha256(b"\0" + entry).digest()


def root_of_peer(entries: list[bytes]) -> bytes:
    """The same root in pymerkle."""
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(entries)
    root: bytes = tree.get_root()
    return root


def main() -> int:
    """Prints the figures; 1 when the goal for a million entries is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--entries", type=int, default=1_000_000)
    count: int = arguments.parse_args().entries
    entries = [b"%0200d" % number for number in range(count)]
    with tempfile.TemporaryDirectory(prefix="rempart-bench-") as work:
        folder = Path(work)
        started = time.perf_counter()
        with TileLog(folder) as log:
            log.append(entries)
            log.publish(sign_checkpoint(log.head(SIGNER.name), signer=SIGNER))
            root = log.root
        append_s = time.perf_counter() - started
        found = verify_log(folder, trust=Trust(vkey=SIGNER.vkey))
        if not found.is_intact or found.root != root or root_of_peer(entries) != root:
            sys.exit("The verification or the peer disagrees; these figures would mean nothing.")
        verify_s = best(lambda: verify_log(folder, trust=Trust(vkey=SIGNER.vkey)))
    hash_s = best(lambda: hash_entries(entries))
    peer_s = best(lambda: root_of_peer(entries), runs=1)
    print(f"## Ledger, {count:,} entries of 200 bytes\n")
    print("| What | s | times bare hashing |")
    print("|---|---|---|")
    print(f"| SHA-256 of every entry, nothing else | {hash_s:.2f} | 1.0 |")
    print(
        f"| `rempart verify`: read, parse, hash, every tile, root, signature | {verify_s:.2f} | {verify_s / hash_s:.1f} |"
    )
    print(f"| pymerkle: root of the same entries, in memory | {peer_s:.2f} | {peer_s / hash_s:.1f} |")
    print(f"| append and publish, every file fsynced | {append_s:.2f} | {append_s / hash_s:.1f} |")
    print(f"\n`rempart verify` takes {verify_s / peer_s:.2f} of the time of pymerkle's root alone.")
    return int(count == 1_000_000 and verify_s > GOAL_S)


if __name__ == "__main__":
    sys.exit(main())
