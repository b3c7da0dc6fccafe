"""Measures the detector on the part of the corpus that was kept aside, and writes what the report uses.

python tools/measure.py            prints the figures and writes src/rempart/analysis/measured.toml
python tools/measure.py --tuning   prints the same on the tuning part; writes nothing
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from rempart.detection.run import RULES_VERSION

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"


def evaluate(*arguments: str) -> Any:
    """The JSON of one `rempart evaluate` command."""
    call = [sys.executable, "-m", "rempart.cli.main", "evaluate", *arguments, "--json"]
    return json.loads(subprocess.run(call, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    part = "tuning" if "--tuning" in sys.argv else "held-out"
    for lang in ("fr", "en"):
        cues = evaluate("tactics", str(CORPUS / "cues" / f"{lang}.{part}.jsonl"))
        false = cues["false_hits"][0]
        print(f"cues {lang} {part}: recall {cues['recall'][lang]:.3f}, mean of tactics {cues['macro'][lang]:.3f}, "
              f"strong on negatives {false['strong']}/{false['negatives']} = {false['strong_share']:.4f}")  # fmt: skip
    folder = CORPUS / "scenarios" / part
    scenarios = evaluate("alerts", str(folder), str(folder / "TRUTH.jsonl"))
    print(f"scenarios {part}: precision {scenarios['precision']:.3f}, recall {scenarios['recall']:.3f}, F0.5 {scenarios['f05']:.3f}, "
          f"exact level {scenarios['exact_level_share']}, F-latency {scenarios['f_latency']}, "
          f"latency median {scenarios['latency_messages_median']} messages")  # fmt: skip
    benign = evaluate("windows", *(str(path) for path in sorted((CORPUS / "benign" / part).glob("*.txt"))))
    rate = benign["rates"][0]
    print(f"benign {part}: {rate['alerting']} of {benign['windows']} windows, {rate['per_10_000']:.1f} per 10,000 "
          f"({rate['low']:.1f} to {rate['high']:.1f})")  # fmt: skip
    if part == "held-out":
        write(scenarios, benign)


def write(scenarios: Any, benign: Any) -> None:
    rate = benign["rates"][0]
    (ROOT / "src" / "rempart" / "analysis" / "measured.toml").write_text(
        "# Figures of the last measured version, written by `make measure`; the report computes predictive values from them.\n"
        "# recall: share of held-out scenarios whose speaker is alerted. false_rate: share of benign windows that alert (upper\n"
        "# end of the 95 % Wilson interval: the cautious side). Invented texts: no field validation.\n"
        "# version: the rules that were measured; scenarios, windows: on how many, 0 when nothing was measured yet.\n"
        f'version = "{RULES_VERSION}"\nscenarios = {scenarios["files"]}\nwindows = {benign["windows"]}\n'
        f"recall = {scenarios['recall']:.4f}\nfalse_rate = {rate['high'] / 10_000:.6f}\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
