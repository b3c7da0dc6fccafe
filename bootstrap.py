"""Sets Rempart up from an empty clone with nothing but Python 3.11+, then runs what is asked.

    python3 bootstrap.py demo     the main job on the shipped fictional case; opens its report
    python3 bootstrap.py check    format, lint, types, contracts, documents, tests
    python3 bootstrap.py setup    only the installation

Packages come from requirements.lock or requirements-dev.lock (with hashes), through uv when pip can install it, else pip.
`check` adds requirements-spark.lock where Java is, so that every query also runs on Spark; without it these tests are skipped.
"""

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
WORKERS = max(2, (os.cpu_count() or 2) * 2)  # tests that wait for a disk or a browser leave room for another
CHECKS = (
    ("format", ["ruff", "format", "--check", "src", "tests", "tools", "bench", "bootstrap.py"]),
    ("lint", ["ruff", "check", "src", "tests", "tools", "bench", "bootstrap.py"]),
    ("types", ["mypy"]),
    ("import contracts", ["lint-imports"]),
    ("translations", ["python", "tools/translations.py", "--check"]),
    ("texts of pages", ["python", "tools/page_texts.py", "--check"]),
    ("documents", ["python", "tools/documents.py", "--check"]),
    ("tests", ["python", "-m", "pytest", "-n", str(WORKERS), "--dist", "loadfile", "-m", "not spark"]),
    ("tests on Spark", ["python", "-m", "pytest", "-rs", "-m", "spark", "tests/engine"]),
)


def run(*command: str) -> int:
    """Runs a program of .venv in the clone and gives its exit code."""
    program = str(BIN / command[0])
    return subprocess.run([program, *command[1:]], cwd=ROOT, check=False).returncode


def set_up(*, developer: bool) -> None:
    """Makes .venv and installs the locked packages; leaves with a sentence when that fails."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is what an older Python meets first
        sys.exit("Rempart needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".")
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        print("Making .venv …", flush=True)
        try:
            venv.create(VENV, with_pip=True)
        except (OSError, subprocess.CalledProcessError):
            sys.exit("Python's venv is missing. On Debian: apt install python3-venv. Then run this again.")
    print("Installing the locked packages …", flush=True)
    locked = [("--require-hashes", "-r", lock) for lock in locks(developer=developer)]
    pip = ("python", "-m", "pip", "install", "-q", "--disable-pip-version-check")
    wanted = [*locked, ("--no-deps", "-e", ".")]
    done = run(*pip, "uv>=0.13,<0.14") == 0 and all(run("uv", "pip", "install", "-q", *what) == 0 for what in wanted)
    if not done:
        print("uv did not succeed; installing the same lock with pip.", flush=True)
        done = all(run(*pip, *what) == 0 for what in wanted)
    if not done:
        sys.exit("The packages could not be installed. Nothing else was changed; check the network and try again.")


def locks(*, developer: bool) -> tuple[str, ...]:
    """The locks to install; Spark's 450 MB only where a developer has the Java that it needs."""
    if not developer:
        return ("requirements.lock",)
    if shutil.which("java") is None:
        print(
            "No Java here: the tests on Spark will be skipped (Debian: apt install default-jre-headless).", flush=True
        )
        return ("requirements-dev.lock",)
    return ("requirements-dev.lock", "requirements-spark.lock")


def check() -> int:
    """Runs every check, also after one failed, and gives 1 if any did."""
    failed = []
    for name, command in CHECKS:
        print(f"== {name}", flush=True)
        if run(*command):
            failed.append(name)
    print("Failed: " + ", ".join(failed) if failed else "All checks passed.", flush=True)
    return 1 if failed else 0


def main() -> None:
    """Sets up, then runs the verb given."""
    verb = sys.argv[1] if len(sys.argv) > 1 else "setup"
    if verb not in ("setup", "demo", "check"):
        sys.exit("Say `python3 bootstrap.py demo`, `check` or `setup`.")
    set_up(developer=verb == "check")
    if verb == "demo":
        sys.exit(run("rempart", "demo", *sys.argv[2:]))
    if verb == "check":
        sys.exit(check())
    print("Ready: .venv/bin/rempart --help")


if __name__ == "__main__":
    main()
