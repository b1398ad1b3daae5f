"""How soon a saved figure is shown in a browser, where the time goes, and what the review profile adds to a report."""

import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.measure import ROOT, run, show
from helpers import publish
from helpers.review import preview

COLD, SAVES = 2, 9
"""Saves that are not counted, because imports and caches are cold, and saves that are."""

STEPS = ("unseen", "checking", "other cells", "pandoc", "all else", "browser")
MARKS = "marks.json"


@dataclass(frozen=True)
class Case:
    """A report with the years before it, and the figure that is typed anew (行政许可, which its charts show)."""

    name: str
    figure: int
    profile: str | None = None

    def copied(self, place: Path) -> Path:
        """Copy the folders into ``place``; return the report's."""
        for folder in ROOT.glob(f"data/{self.name[:-4]}*"):
            shutil.copytree(folder, place / folder.name)
        return place / self.name


FINAL = Case("pingtan-2025", 2418)
CASES = (Case("xiaodukou-2024", 403), FINAL, Case("pingtan-2025", 2418, "review"))

_BOTH = """
import json, sys, tempfile, time
from pathlib import Path
from helpers.publish import publish

folder, figure, times = sys.argv[1], sys.argv[2], int(sys.argv[3])
table = Path(folder) / "disclosure.csv"
text = table.read_text(encoding="utf-8-sig")
seconds = {"final": [], "review": []}
for number in range(times):
    for profile, taken in seconds.items():
        # Another figure each time, or the second would find its charts drawn.
        table.write_text(text.replace(f",{figure}", f",{700_000 + number}{len(taken)}{len(profile)}"), encoding="utf-8-sig")
        with tempfile.TemporaryDirectory() as out:
            start = time.perf_counter()
            publish(Path("report.qmd"), out=Path(out), parameters={"report": folder}, engine="pandoc",
                    profile=None if profile == "final" else profile)
            taken.append(time.perf_counter() - start)
print(json.dumps(seconds))
"""


def main() -> None:
    """Measure and print."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        rows = [_row(case, chromium.new_page()) for case in CASES]
        chromium.close()
    load = os.getloadavg()[0]
    show(
        "From saving a figure to seeing it in Chromium",
        ("report", "shown", "slowest", *STEPS),
        rows,
        f"Goal: 1 s with warm imports. Medians of {SAVES} saves; the steps stand in the order of time. "
        f"Load average at the end: {load:.1f}; above {os.cpu_count()} cores, others slowed this.",
    )
    final, review = _final_and_review()
    show(
        f"{FINAL.name}: what the review profile adds to HTML, PDF and Word",
        ("each further report", "time", "ratio"),
        [
            ["final", f"{median(final):.2f} s", "1.00"],
            ["review", f"{median(review):.2f} s", f"{median(review) / median(final):.2f}"],
            ["review after final, difference", f"{_difference(final, review):.2f} s", ""],
        ],
        "Goal: 1 s added.",
    )


# The preview ----------------------------------------------------------------------------------------------------------


def _row(case: Case, page: Page) -> list[str]:
    saves = _saves(case, page)
    totals = [sum(one.values()) for one in saves]
    times = [median(totals), max(totals), *(median(one[step] for one in saves) for step in STEPS)]
    return [" ".join(filter(None, (case.name, case.profile))), *(f"{seconds:.2f} s" for seconds in times)]


def _saves(case: Case, page: Page) -> list[dict[str, float]]:
    """Save a figure again and again; seconds of each step of each save."""
    saves = []
    preview._render = _timed
    with tempfile.TemporaryDirectory() as place:
        folder = case.copied(Path(place))
        table = folder / "disclosure.csv"
        text = table.read_text(encoding="utf-8-sig")
        with preview.serving(ROOT / "report.qmd", folder, profile=case.profile) as address:
            page.goto(address)
            _shown(page, case.figure)
            for number in range(COLD + SAVES):
                time.sleep(
                    0.5 + 0.03 * number
                )  # so that the saves fall anywhere between two looks at the files
                figure = 700_000 + number
                saved = time.time()
                table.write_text(text.replace(f",{case.figure}", f",{figure}"), encoding="utf-8-sig")
                shown = _shown(page, figure)
                marks = json.loads((folder.parent / MARKS).read_text(encoding="utf-8"))
                saves.append(_steps(saved, marks, shown))
        page.close()
    return saves[COLD:]


def _timed(document: Path, folder: Path, profile: str | None) -> preview.Pages | str:
    """Render as the preview does, and note beside the folder when each step began."""
    marks = [(time.time(), "")]
    publish.publish = partial(_publish, progress=lambda said: marks.append((time.time(), said)))
    made = _render(document, folder, profile)
    marks.append((time.time(), "done"))
    (folder.parent / MARKS).write_text(json.dumps(marks), encoding="utf-8")
    return made


_render, _publish = preview._render, publish.publish


def _steps(saved: float, marks: list[tuple[float, str]], shown: float) -> dict[str, float]:
    steps = dict.fromkeys(STEPS, 0.0) | {"unseen": marks[0][0] - saved, "browser": shown - marks[-1][0]}
    for (begun, said), (after, _) in pairwise(marks):
        step = "pandoc" if said.startswith("生成") else "other cells" if "单元格" in said else "all else"
        steps["checking" if "front-matter" in said else step] += after - begun
    return steps


_FIGURE = """() => {
  const page = document.getElementById("report").contentDocument;
  return page && page.body && page.body.textContent.includes("%s") && Date.now() / 1000;
}"""


def _shown(page: Page, figure: int) -> float:
    """Time at which the page has the figure; the browser looks before every picture it paints."""
    return float(page.wait_for_function(_FIGURE % figure, polling="raf", timeout=60_000).json_value())


# The review profile ---------------------------------------------------------------------------------------------------


def _final_and_review() -> tuple[list[float], list[float]]:
    """Seconds of reports in one warm process, final and review in turn."""
    with tempfile.TemporaryDirectory() as place:
        given = [str(FINAL.copied(Path(place))), str(FINAL.figure), str(COLD + SAVES)]
        seconds = json.loads(run([sys.executable, "-c", _BOTH, *given]).output.splitlines()[-1])
    return seconds["final"][COLD:], seconds["review"][COLD:]


def _difference(final: list[float], review: list[float]) -> float:
    return median(after - before for before, after in zip(final, review, strict=True))


if __name__ == "__main__":
    main()
