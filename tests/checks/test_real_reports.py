"""The real reports: what the rules find in them is what a person found by hand."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from helpers import checks
from helpers.report.folder import Report, load, save
from helpers.report.form import FORM
from helpers.report.settings_file import Contact

ROOT = Path(__file__).resolve().parents[2]
REAL: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "real_reports.yml").read_text(encoding="utf-8")
)
EXAMPLES = {
    "xiaodukou_2024": "xiaodukou-2024",
    **{f"pingtan_{year}": f"pingtan-{year}" for year in range(2021, 2026)},
    "pingtan_gwh_2025": "pingtan-office-2025",
    "pingtan_jtj_2025": "pingtan-transport-2025",
    "pingtan_finance_2025": "pingtan-finance-2025",
}
TOPICS = ("主动公开", "依申请公开", "政府信息管理", "政府信息公开平台建设", "监督保障")
# Two sets of words for alternate years, so that a year is not like the one before.
WORDS = (
    ("各单位按目录公开信息，渠道以网站为主", "队伍新、经验少，明年要分批轮训"),
    ("信息发布坚持先审后发，公告栏同步张贴", "目录调整慢，下一步要逐项核对时限"),
)


def tables(real: dict[str, Any]) -> dict[str, pd.DataFrame]:
    columns = {name: list(table.column) for name, table in FORM.tables.items()}
    disclosure = {key: [value] for key, value in real["disclosure"].items()} | {
        "fees": [Decimal(real["disclosure"]["fees"])]
    }
    applications = {row: real["applications"].get(row, [0] * 7) for row in FORM.tables["applications"].row}
    rows = {"disclosure": disclosure, "applications": applications, "proceedings": real["proceedings"]}
    return {
        name: pd.DataFrame.from_dict(
            rows[name], orient="index", columns=columns[name], dtype=object
        ).rename_axis("key")
        for name in columns
    }


def write(place: Path, name: str) -> Path:
    """Write a real report's figures as a folder, with the reports it is linked to beside it."""
    real = REAL[name]
    overview, problems = WORDS[real["year"] % 2]
    sections = "\n\n".join(
        f"（{'一二三四五'[number]}）{topic}\n\n{overview[number:]}。" for number, topic in enumerate(TOPICS)
    )
    sections = sections.replace("（三）", "\n\n".join([*real["claims"], "（三）"]))
    links = {kind: real.get(kind) for kind in ("previous", "parent")}
    report = Report(
        folder=place / name,
        organ=real["organ"],
        short_name=real["organ"],
        level=real["level"],
        year=real["year"],
        contact=Contact("办公室", "0"),
        published=real["published"],
        previous=links["previous"] and f"../{links['previous']}",
        parent=links["parent"] and f"../{links['parent']}",
        information_fee_yuan=0,
        explanations={},
        figures={name: frame.to_dict("index") for name, frame in tables(real).items()},
        prose={"overview": sections, "problems": f"{problems}。", "other": "本年度没有收取信息处理费。"},
    )
    save(report, place / name)
    for other in links.values():
        if other:
            write(place, other)
    return place / name


@pytest.mark.parametrize("name", REAL)
def test_a_real_report(name: str, tmp_path: Path) -> None:
    found = checks.check(write(tmp_path, name)).findings
    described = [
        " ".join(
            (
                one.rule,
                one.level,
                *(part or "-" for part in (one.table, one.row, one.column)),
                *((part or "-").replace(" ", "") for part in (one.expected, one.actual)),
            )
        )
        for one in found
    ]
    assert sorted(described) == sorted(REAL[name]["expected"])


def test_no_child_is_above_its_parent(tmp_path: Path) -> None:
    for name in REAL:
        write(tmp_path, name)
    for parent, children in (("pingtan_2025", 3), ("pingtan_2021", 1)):
        verdict = checks.check(tmp_path / parent)
        assert f"{children} 个下级" in verdict.verified
        assert not [found for found in verdict.findings if found.rule == "H-BOUND"]


@pytest.mark.parametrize(("name", "folder"), EXAMPLES.items())
def test_the_examples_hold_the_real_figures(name: str, folder: str) -> None:
    report = load(ROOT / "data" / folder)
    expected = tables(REAL[name])
    for table in FORM.tables:
        assert report.tables[table].to_dict() == expected[table].to_dict()
    assert (report.organ, report.year, report.level) == tuple(
        REAL[name][key] for key in ("organ", "year", "level")
    )
    assert report.published == REAL[name]["published"]
