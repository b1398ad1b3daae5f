"""The catalogue is whole, says what the official form says, and its page is current."""

from pathlib import Path

import pytest

from helpers.checks.catalogue import STAGES, page
from helpers.checks.catalogue import checks as functions
from helpers.report.findings import Rule, rules

ROOT = Path(__file__).resolve().parents[2]

# From the rules of the official form, by hand.
OFFICIAL = {
    "error": "B-IDENT B-RESULT B-ROWSUM B-VALUE C-SUM C-VALUE A-VALUE A-REGULATIONS X-CARRY H-SUM H-BOUND T-CLAIM T-FEE L-LABEL L-HEADING D-DATE",
    "warning": "X-STOCK L-PUNCTUATION W-LENGTH W-SAME W-YEAR W-TOPICS W-SEQUENCE",
    "info": "X-PENDING",
}
OURS = {
    "LOAD": "error",
    "INTERNAL": "error",
    "PROSE": "error",
    "L-GLYPH": "error",
    "LINK": "warning",
    "N-OPEN": "warning",
    "P-YEAR": "warning",
    "P-FACT": "warning",
    "P-ITEM": "warning",
    "T-PARTS": "warning",
    "L-CITE": "warning",
    "L-PAIR": "warning",
    "W-COPIED": "warning",
    "W-PLAN": "warning",
    "W-ORGAN": "warning",
    "W-PRIVATE": "warning",
    "W-WORD": "warning",
    "H-SWAP": "warning",
}


def test_every_rule_has_its_level() -> None:
    official = {rule: level for level, names in OFFICIAL.items() for rule in names.split()}
    assert {rule.id: rule.level for rule in rules().values()} == official | OURS


def test_every_rule_is_run_by_one_function() -> None:
    found_in_reading = {rule.id for rule in rules().values() if rule.stage == "shape"}
    assert set(functions()) == set(rules()) - found_in_reading
    assert len(set(functions().values())) == len(functions())


def test_stages_run_in_order() -> None:
    assert list(dict.fromkeys(rule.stage for rule in rules().values())) == list(STAGES)


def test_the_page_of_rules_is_current() -> None:
    assert (ROOT / "docs" / "rules.md").read_text(encoding="utf-8") == page(), (
        "python -m helpers.checks > docs/rules.md"
    )


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.id)
def test_every_rule_says_what_it_asks_and_why(rule: Rule) -> None:
    for text in (rule.text, rule.basis):
        assert len(text) > 3 and not text.endswith("。")
        assert text in page()
