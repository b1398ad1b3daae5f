"""A city with figures of eight digits and long names, for three linked years: made for the tests, and it tallies."""

import csv
import shutil
from pathlib import Path

from published import XIAODUKOU

ORGAN = "甲江傣族景颇族自治州乙河哈尼族彝族傣族自治市人民政府"
YEARS = (2022, 2023, 2024)
FEES = "12345678.123456"

_SETTINGS = """\
organ: {organ}
short_name: 全市
level: prefecture
year: {year}
contact:
  office: {organ}办公室政务公开与政府信息管理科
  phone: 0691-87654321
  address: 甲江傣族景颇族自治州乙河市人民政府政务服务中心二号楼东附楼一单元1203室
  email: zhengwugongkai-xinxiguanli@yihe.example.cn
published: null
previous: {previous}
parent: null
information_fee_yuan: 0
explanations: {{X-STOCK: 清理了历年的文件}}
"""
_PROSE = {
    "overview": """\
（一）主动公开

全市公开行政规范性文件{{ normative_issued }}件，全年处理行政许可{{ licensing }}件、行政处罚{{ penalties }}件。

（二）依申请公开

全年新收政府信息公开申请{{ new_received }}件，办结{{ total_handled }}件——其中予以公开{{ granted }}件……其余按规定答复。

（三）政府信息管理

对现行有效的文件逐件标注。

（四）政府信息公开平台建设

门户网站和公报同步更新。

（五）监督保障

每季度抽查一次，结果通报全市。
""",
    "problems": "（一）存在的主要问题\n\n个别单位答复不及时。\n\n（二）改进情况\n\n每月对账，逐件销号。\n",
    "other": "{{ year }}年没有收取信息处理费。无其他需要报告的事项。\n",
}
_DIGITS = {
    "granted": (12_345_678, 1_234_567, 123_456, 12_345, 1_234, 123),
    "unable_not_held": (8_765_432, 7_654_321, 12, 3, 0, 4),
    "other_reason": (1_000_001, 2_000_002, 0, 0, 7, 0),
}


def make_city(place: Path) -> Path:
    """Write the folders of three linked years into ``place``, and return the last."""
    before = [0] * 6
    for year in YEARS:
        folder = Path(shutil.copytree(XIAODUKOU, place / f"city-{year}"))
        previous = f"../city-{year - 1}" if year > YEARS[0] else "null"
        settings = _SETTINGS.format(organ=ORGAN, year=year, previous=previous)
        (folder / "report.yml").write_text(settings, encoding="utf-8")
        for name, text in _PROSE.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        before = _write_figures(folder, year - YEARS[0], before)
    return folder


def _write_figures(folder: Path, step: int, before: list[int]) -> list[int]:
    """Write the figures of a year; return the applications it carries forward."""
    outcomes = {key: [figure + step for figure in figures] for key, figures in _DIGITS.items()}
    handled = [sum(column) for column in zip(*outcomes.values(), strict=True)]
    forward = [1_111 + step, 222, 33, 4, 5, 6]
    received = [h + f - b for h, f, b in zip(handled, forward, before, strict=True)]
    rows = {
        "new_received": received,
        "carried_over": before,
        "total_handled": handled,
        "carried_forward": forward,
    }
    _fill(folder / "applications.csv", {key: [*of, ""] for key, of in {**outcomes, **rows}.items()})
    _fill(
        folder / "disclosure.csv",
        {
            **{f"normative_{what}": [11_222_333 + step] for what in ("issued", "repealed", "in_force")},
            **{"licensing": [98_765_432 - step], "penalties": [23_456_789 + step], "fees": [FEES]},
        },
    )
    cases = [10_000_000 + step, 2_000_000, 300_000, 40_000, ""]
    kinds = ("reconsideration", "litigation_direct", "litigation_after_reconsideration")
    _fill(folder / "proceedings.csv", dict.fromkeys(kinds, cases))
    return forward


def _fill(path: Path, figures: dict[str, list[int | str]]) -> None:
    """Put figures at the end of the rows with these keys; a blank total is computed."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    for row in rows[1:]:
        if values := figures.get(row[0]):
            row[-len(values) :] = map(str, values)
        elif path.stem == "applications":
            row[-1] = ""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
