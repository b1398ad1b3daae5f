"""One paste: copied in the preview, pasted into the editors that websites use, in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from grids import all_cells
from playwright.sync_api import Browser, BrowserContext, expect
from published import ROOT

from helpers.review import preview

PATIENCE = 60_000
TABLES = ("disclosure", "applications", "proceedings")


@pytest.fixture(scope="module")
def copied(browser: Browser) -> Iterator[BrowserContext]:
    """A browser whose clipboard holds what the preview's button put there."""
    context = browser.new_context(viewport={"width": 1000, "height": 900})
    with preview.serving(ROOT / "report.qmd", ROOT / "data" / "pingtan-2025") as address:
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address.rstrip("/"))
        page = context.new_page()
        page.goto(address)
        button = page.get_by_role("button", name="复制正文")
        expect(button).to_be_visible(timeout=PATIENCE)
        button.click()
        expect(page.get_by_role("status")).to_contain_text("已复制", timeout=PATIENCE)
        kinds = page.evaluate("navigator.clipboard.read().then(([one]) => one.types)")
        plain = page.evaluate("navigator.clipboard.readText()")
        page.close()
    assert set(kinds) == {"text/html", "text/plain"}
    assert "三、收到和处理政府信息公开申请情况" in plain
    yield context
    context.close()


@pytest.mark.parametrize("editor", ["wangeditor", "tinymce", "ckeditor", "ueditor"])
def test_every_table_is_whole_after_one_paste(
    editor: str,
    copied: BrowserContext,
    editors: str,
    body: str,
    figures: dict[str, Any],
    tmp_path: Path,
    read: Callable[[Path], dict[str, Any]],
) -> None:
    page = copied.new_page()
    page.goto(f"{editors}/{editor}.html")
    page.wait_for_function("!!window.put")
    page.evaluate("put()")
    page.keyboard.press("Control+v")
    page.wait_for_function("held().includes('六、其他需要报告的事项')")
    held = page.evaluate("held()")
    page.close()
    assert all_cells(held) == all_cells(body)
    (tmp_path / "held.html").write_text(f"<meta charset='utf-8'>{held}", encoding="utf-8")
    found = read(tmp_path / "held.html")
    assert {name: found[name] for name in figures} == figures
