"""Sealing beside bare age: what format byte, padding and hashing cost, as a ratio of the time of pyrage alone.

python bench/sealing.py          prints a table; needs no network and about a minute
Both do what a user of each would: pyrage gets the same bytes unpadded. Best of several rounds, one core.
"""

import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyrage

from rempart.evidence import keys, sealing
from rempart.evidence.vault import Vault

MIB = 1 << 20
IDENTITIES = [keys.identity_from_seed(bytes([number]) * 32) for number in (1, 2)]
RECIPIENTS = [keys.recipient_of(identity) for identity in IDENTITIES]
BARE_IDENTITY = pyrage.x25519.Identity.from_str(IDENTITIES[0])
BARE_RECIPIENTS = [pyrage.x25519.Recipient.from_str(recipient) for recipient in RECIPIENTS]


def best(act: Callable[[], object], *, rounds: int) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        times.append(time.perf_counter() - started)
    return min(times)


def row(name: str, ours: float, bare: float) -> None:
    """One line of the table."""
    print(f"| {name} | {ours * 1000:,.2f} | {bare * 1000:,.2f} | {ours / bare:.2f} |", flush=True)


def in_memory(size: int, *, rounds: int) -> None:
    """Seals and opens bytes at hand, for two recipients."""
    data = bytes(size)
    sealed, bare = sealing.seal(data, recipients=RECIPIENTS), pyrage.encrypt(data, BARE_RECIPIENTS)
    name = f"{size:,} B"
    row(
        f"seal {name}",
        best(lambda: sealing.seal(data, recipients=RECIPIENTS), rounds=rounds),
        best(lambda: pyrage.encrypt(data, BARE_RECIPIENTS), rounds=rounds),
    )
    row(
        f"open {name}",
        best(lambda: sealing.unseal(sealed, identities=IDENTITIES[:1]), rounds=rounds),
        best(lambda: pyrage.decrypt(bare, [BARE_IDENTITY]), rounds=rounds),
    )


def streamed(size: int, folder: Path) -> None:
    """Seals a file into a file, and keeps it in a vault, fsynced, for two recipients."""
    source = folder / "source"
    with source.open("wb") as file:
        file.truncate(size)

    def ours() -> None:
        with source.open("rb") as file, (folder / "sealed").open("wb") as target:
            sealing.seal_stream(file, target, recipients=RECIPIENTS)

    def bare() -> None:
        with source.open("rb") as file, (folder / "bare").open("wb") as target:
            pyrage.encrypt_io(file, target, BARE_RECIPIENTS)

    def kept() -> None:
        with source.open("rb") as file:
            Vault(folder / "vault").put(file, recipients=RECIPIENTS)

    base = best(bare, rounds=3)
    row(f"seal a file of {size // MIB} MiB", best(ours, rounds=3), base)
    row(f"keep a file of {size // MIB} MiB in the vault", best(kept, rounds=3), base)


def small_files(folder: Path) -> None:
    """Keeps files of 2 kB one by one, each on the disk before the next: the fsyncs are the price."""
    data, vault = bytes(2_000), Vault(folder / "small")
    each = best(lambda: vault.put(io.BytesIO(data), recipients=RECIPIENTS), rounds=200)
    row("keep 2,000 B in the vault", each, best(lambda: pyrage.encrypt(data, BARE_RECIPIENTS), rounds=200))


def main() -> int:
    print("| What | Rempart, ms | pyrage alone, ms | Ratio |\n|---|--:|--:|--:|")
    for size, rounds in ((2_000, 2_000), (100_000, 300), (10_000_000, 10)):
        in_memory(size, rounds=rounds)
    with tempfile.TemporaryDirectory(prefix="rempart-") as folder:
        streamed(256 * MIB, Path(folder))
        small_files(Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
