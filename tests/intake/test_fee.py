"""The fee in section 6: the amount that was charged, 0 where none was, and nothing where that is not certain."""

from decimal import Decimal

import pytest
import yaml

from helpers import intake
from tests.intake import make


def page(sentence: str) -> str:
    tables = {name: make.web_table(rows) for name, rows in make.grids(make.tallying()).items()}
    text = make.page(tables)
    assert make.OTHER[0] in text
    return text.replace(make.OTHER[0], sentence)


STATED = {
    "本年度执行《政府信息公开信息处理费管理办法》，共收取政府信息公开信息处理费3940元。": 3940,
    "全年寄出收费通知3件，总金额90元，实际收取信息处理费60元。": 60,
    "2024年共收取信息处理费380.50元": Decimal("380.50"),
    "2024 年有 1 件申请收取信息处理费 380 元。": 380,
    "不断规范信息处理费收取工作，全年收取信息处理费55元。": 55,
    "信息处理费收取金额380元。": 380,
    "共向2名申请人收取政府信息公开信息处理费合计380元。": 380,
    "收到信息处理费共计人民币1，234元。": 1234,
    "收取信息处理费0.5万元。": 5000,
    "收取信息处理费3件，共计90元。": 90,
    "收取信息处理费共3件380元。": 380,
    "收取信息处理费60元，其中按件收取40元。": 60,
    "全年收取信息处理费0元。": 0,
    "本机关2024年未收取政府信息公开信息处理费。": 0,
    "2024年，无收取信息处理费情况，无其他事项。": 0,
    "依照《某办公厅关于印发<政府信息公开信息处理费管理办法>的通知》的标准，全年没有产生信息公开处理费。": 0,
    "2024年信息处理费为0元。": 0,
    "收取信息处理费情况：无": 0,
    "本年度信息处理费收取情况为零。": 0,
    "除上述情况外，未收取信息处理费。": 0,
    "不断完善收费制度，未收取信息处理费。": 0,
    "没有向任何单位和个人收取政府信息公开费用。": 0,
    "依申请提供政府信息没有收取检索、复制、邮寄等费用。": 0,
    "无政府信息公开收费情况": 0,
}

OPEN = [
    "2024年寄出收费通知2件，其余申请均未收取信息处理费。",
    "除3件外，未收取信息处理费。",
    "上半年未收取信息处理费。",
    "未收取信息处理费的申请2件。",
    "收取信息处理费20元的申请2件。",
    "未收取信息处理费。收取信息处理费20元。",
    "收取信息处理费约300元。",
    "收取信息处理费300余元。",
    "收取信息处理费10-60元。",
    "按每件10元收取信息处理费。",
    "收取信息处理费三百八十元。",
    "收取信息处理费380美元。",
    "减免信息处理费380元。",
    "应收信息处理费380元。",
    "不予收取信息处理费380元。",
    "申请人未缴纳信息处理费380元。",
    "2024年收取信息处理费60元，2023年收取信息处理费20元。",
    "2023年收取信息处理费60元。",
    "没有违规收取信息处理费的情况。",
    "没有减免信息处理费的情况。",
    "本年度依规收取信息处理费。",
    "办理收费申请1件，金额380元。",
    "无其他需要报告的事项。",
]


@pytest.mark.parametrize("sentence", STATED)
def test_a_fee_that_is_stated_is_read_with_its_digits(sentence, tmp_path):
    source = tmp_path / "page.html"
    source.write_text(page(sentence), encoding="utf-8")
    imported = intake.read(source)
    written = yaml.safe_load((intake.write(imported, tmp_path / "out") / "report.yml").read_text())
    assert Decimal(str(written["information_fee_yuan"])) == STATED[sentence]
    assert imported.to_json()["fee"] == STATED[sentence]
    assert not [entry for entry in imported.unread if "information_fee_yuan" in entry.where]


@pytest.mark.parametrize("sentence", OPEN)
def test_a_fee_that_is_not_certain_is_open_and_listed(sentence, tmp_path):
    source = tmp_path / "page.html"
    source.write_text(page(sentence), encoding="utf-8")
    imported = intake.read(source)
    assert imported.to_json()["fee"] is None
    (entry,) = [entry for entry in imported.unread if "information_fee_yuan" in entry.where]
    assert "请补上" in entry.why
    written = yaml.safe_load((intake.write(imported, tmp_path / "out") / "report.yml").read_text())
    assert written["information_fee_yuan"] is None
