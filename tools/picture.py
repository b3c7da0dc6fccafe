"""Takes the picture of the README, docs/report.png, from the report of the shipped fictional case. Needs chromium."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as work, sync_playwright() as driver:
        call = [sys.executable, "-m", "rempart.cli.main", "demo", "--no-open", "--lang", "en", "--to", work]
        subprocess.run(call, check=True, capture_output=True)
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 1180})
        page.goto((Path(work) / "analysis" / "report.html").as_uri())
        page.locator("#A1-reveal").check()
        page.locator("#ranking tbody tr:nth-child(n+2)").evaluate_all("rows => rows.forEach(row => row.remove())")
        page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=str(ROOT / "docs" / "report.png"))
        browser.close()


if __name__ == "__main__":
    main()
