"""Whatever stands in a report folder, every command ends with 0, 1 or 2 and says why; nothing unforeseen happens.

Real folders are broken at random: bytes, tokens that mean something to a reader, lines and numbers moved about, values of
``report.yml``, files that are none. Then everything that reads a folder reads it: the commands, and the cells of the document.
"""

import contextlib
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from fuzz_budget import SEED, little, repeat, rounds
from hostile import PIECES
from published import ROOT

from helpers.cli.entry import main
from helpers.county.bundle import BundleError, Packer
from helpers.publish.qmd.options import as_list
from helpers.publish.qmd.source import Cell, parse_parts, read_document
from helpers.report.folder import InvalidReport

OWN = "pingtan-2025"

TOKENS = [
    *(b"0", b"-1", b"1e5", b"1/3", b"%", b"=1", b"9" * 16, b"9" * 5000, b"1.0e-400000000", b"\xc2\xb3"),
    *(b",", b";", b"\n", b"\r", b"\t", b'"', b"'", b"sep=;\n", b"\x00", b"\xff", b"\x0c", b"\x1b[2J"),
    *(b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xe3\x80\x80"),
    *(b": ", b"- ", b"{", b"}", b"[", b"]", b"&a ", b"*a", b"!!x ", b"|", b">", b"#", b"null", b"~", b"<<: "),
    *(b"{{ year }}", b"{{", b"{{ a.b.c }}", b"{{ organ.x[0] }}", b"{% raw %}", b"{{< env HOME >}}", b"\\"),
    *(b"**", b"_", b"`", b"```\n", b"~~~", b"    ", b"1. ", b"10) ", b"> ", b"- " * 30, b"> " * 300),
    *(
        b"![a](b.png)",
        b"![a](a%00.png)",
        b"![a](../x.png)",
        b"![a](/etc/passwd)",
        b"![a](data:x)",
        b"![",
        b"](",
    ),
    *(
        b"[a](http://b)",
        b"[a](javascript:b)",
        b"<b>",
        b"<!--",
        b"-->",
        b"&#0;",
        b"&nbsp;",
        b"$\\frac{$",
        b"^[a]",
    ),
    *(b"|a|b|\n|-|-|\n|c|d|\n", b"|-|\n", b"*" * 700, b"[" * 200, b"(" * 500, b"# ", b"---\n", b"...\n"),
    *(
        one.encode()
        for one in ("（一）", "一、", "。", "、", "１２", "一百二十三万", "2024年", "同比增长50%", "件")
    ),
    *(
        one.encode()
        for one in ("第三部分", "其中", "收到", "是上年的3倍", "〔2021〕30号", "一是", "三是", "😀", "𠮷")
    ),
]
NUMBERS = [b"0", b"1", b"7", b"100000", b"-3", b"1.5", b"", b"1,000", b"08"]
KEYS = ["organ", "short_name", "level", "year", "published", "previous", "parent", "information_fee_yuan"]
KEYS += ["contact", "explanations", "trends", "co_defendants", "nonsense"]
VALUES = [
    *(
        "null",
        "~",
        "0",
        "-1",
        "1e30",
        "1.5",
        "2025",
        "9999",
        "2026-02-30",
        "true",
        "''",
        '"\\ud800"',
        '"\\0"',
    ),
    *(
        '"a\\0b"',
        '"\\u202ea"',
        "[]",
        "{}",
        "[a, b]",
        "{a: b}",
        "{X-STOCK: a}",
        "{X-STOCK: null}",
        "{1: 2}",
        "a" * 5000,
    ),
    *(
        ".",
        "..",
        "/",
        "report.yml",
        "../pingtan-2024",
        "../pingtan-2023",
        "../nix",
        "loop",
        "county",
        "township",
    ),
    *(
        "甲" * 200,
        "甲",
        "! a",
        "&a *a",
        "[" * 3000,
        "|\n  a\n  b",
        '"{{ year }}"',
        '"{{< env HOME >}}"',
        "2024-01-05",
    ),
    "[{block: litigation_direct, result: upheld, organs: [a, b]}]",
]
CHILDREN = [
    "complete: true\nfolders: [../pingtan-office-2025, .]\n",
    "complete: false\nfolders: []\n",
    "folders: x\n",
]
NOTES = (
    "notes:\n"
    "- {at: overview, seen: 公开, who: 审, when: 2026-01-05, text: 查, state: open}\n"
    "- {at: lead, seen: 公开, who: 审, when: 2026-01-05, text: 查, state: closed}\n"
    "- {at: applications.granted.business, seen: '3', who: 审, when: 2026-01-05, text: 查, state: open}\n"
)


# Breaking -------------------------------------------------------------------------------------------------------------


def mutated(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 4)):
        data = chance.choice([inserted, inserted, inserted, cut, swapped, scrambled, renumbered, repeated])(
            data, chance
        )
    return data[:900_000]


def _piece(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randint(0, len(data))
    return start, min(len(data), start + chance.randint(1, 40))


def inserted(data: bytes, chance: random.Random) -> bytes:
    start, _ = _piece(data, chance)
    return data[:start] + chance.choice(TOKENS) * chance.choice([1, 1, 1, 3]) + data[start:]


def cut(data: bytes, chance: random.Random) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] + data[end:]


def swapped(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"\n".join(lines)


def scrambled(data: bytes, chance: random.Random) -> bytes:
    start, end = _piece(data, chance)
    return data[:start] + chance.randbytes(chance.randint(1, 3)) + data[end:]


def renumbered(data: bytes, chance: random.Random) -> bytes:
    numbers = list(re.finditer(rb"\d+", data))
    if not numbers:
        return data
    found = chance.choice(numbers)
    return data[: found.start()] + chance.choice(NUMBERS) + data[found.end() :]


def repeated(data: bytes, chance: random.Random) -> bytes:
    start, end = _piece(data, chance)
    return data[:end] + data[start:end] * chance.randint(1, 30) + data[end:]


def resettled(data: bytes, chance: random.Random) -> bytes:
    """Give a key of ``report.yml`` another value."""
    key, value = chance.choice(KEYS), chance.choice(VALUES)
    lines = [line for line in data.decode("utf-8", "replace").split("\n") if not line.startswith(f"{key}:")]
    return "\n".join([f"{key}: {value}", *lines]).encode()


def misplaced(path: Path, chance: random.Random) -> None:
    """Put something in a file's place that is none."""
    path.unlink(missing_ok=True)
    match chance.randrange(6):
        case 0:
            path.mkdir()
        case 1:
            path.symlink_to(path.name)
        case 2:
            path.symlink_to("nowhere")
        case 3:
            path.symlink_to("/dev/zero")
        case 4:
            os.mkfifo(path)


def broken(folder: Path, chance: random.Random) -> None:
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    for name in chance.sample(names, chance.choice([1, 1, 1, 2, 3])):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(mutated(data, chance))
    if chance.random() < 0.3:
        (folder / "report.yml").write_bytes(resettled((folder / "report.yml").read_bytes(), chance))
    if chance.random() < 0.2:
        misplaced(folder / chance.choice([*names, "lead.md", "children.yml", "review.yml", "x.png"]), chance)
    if chance.random() < 0.1:
        (folder / os.fsdecode(chance.randbytes(3).replace(b"/", b"").replace(b"\0", b"") or b"x")).touch()
    if chance.random() < 0.1 and not os.path.lexists(folder / "children.yml"):
        (folder / "children.yml").write_text(chance.choice(CHILDREN), "utf-8")


# Reading --------------------------------------------------------------------------------------------------------------


def command(*arguments: object) -> str:
    """Run a command in this process; return what it wrote to standard output."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    argv, sys.argv = sys.argv, ["helpers", *map(str, arguments)]
    try:
        with (
            contextlib.redirect_stdout(streams[0]),
            contextlib.redirect_stderr(streams[1]),
            pytest.raises(SystemExit) as ended,
        ):
            main()
    finally:
        sys.argv = argv
    out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
    assert ended.value.code in (0, 1, 2)
    # A message may list the names of all rules.
    assert "INTERNAL" not in (out + err).replace("、INTERNAL、", "、"), out[-3000:] + err[-3000:]
    assert "Traceback" not in out + err
    assert ended.value.code == 0 or out or err
    return out


def cells(folder: Path, *, force: bool, profile: str | None) -> bool:
    """Run the cells of the document; tell whether the report may be printed at all."""
    names = {"report": str(folder), "force": force, "__name__": "__main__"}
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
        patch.chdir(ROOT)
        patch.setenv("QUARTO_PROFILE", profile) if profile else patch.delenv("QUARTO_PROFILE", raising=False)
        try:
            for part in parse_parts(read_document(ROOT / "report.qmd")):
                if isinstance(part, Cell) and "parameters" not in as_list(part.options.data.get("tags")):
                    exec(compile(part.source, part.label or "cell", "exec"), names)
        except InvalidReport as error:
            assert "〔INTERNAL〕" not in str(error)
            return False
    return True


def read(folder: Path, other: Path, chance: random.Random) -> None:
    """Have everything that reads a folder read it."""
    verdicts = json.loads(command("check", "--json", folder, other))
    assert len(verdicts) == 2
    command("check", folder)
    out = folder.parent / "out"
    more: list[Callable[[], object]] = [
        lambda: command(
            "compare", *chance.sample([folder, other], 2), *chance.choice([[], ["--json"], ["--out", out]])
        ),
        lambda: command("workbook", folder, "--out", out),
        lambda: command(
            "rollup", folder, other, "--organ", "甲", "--level", "county", "--out", folder.parent / "sum"
        ),
        lambda: command(
            "new",
            folder.parent / "next",
            "--organ",
            "甲",
            "--level",
            "county",
            "--year",
            2026,
            "--from",
            folder,
        ),
        lambda: command("verify", folder),
    ]
    chance.choice(more)()
    with contextlib.suppress(BundleError):
        Packer().pack(folder)
    if cells(folder, force=True, profile=None) and chance.random() < 0.15:
        cells(folder, force=False, profile="review")
        if chance.random() < 0.1:
            command("render", folder, "--force", "--engine", "pandoc", "--out", folder.parent / "rendered")


@pytest.fixture
def place(tmp_path: Path) -> Callable[[], tuple[Path, Path]]:
    """Gives fresh copies of folders that are linked to each other."""

    def fresh() -> tuple[Path, Path]:
        for old in tmp_path.iterdir():
            old.unlink() if old.is_symlink() or not old.is_dir() else shutil.rmtree(old)
        for folder in (ROOT / "data").glob("pingtan-*"):
            shutil.copytree(folder, tmp_path / folder.name)
        (tmp_path / OWN / "review.yml").write_text(NOTES, "utf-8")
        return tmp_path / OWN, tmp_path / "pingtan-2024"

    return fresh


def test_any_folder(place: Callable[[], tuple[Path, Path]]) -> None:
    for number, chance in enumerate(rounds(0.8)):
        folder, other = place()
        broken(folder, chance)
        if chance.random() < 0.1:
            broken(other, chance)
        try:
            read(folder, other, chance)
        except Exception as error:
            error.add_note(f"NIANBAO_FUZZ_SEED={SEED}, round {number}, folder {folder}")
            raise


def test_any_text_over_and_over(folder: Path) -> None:
    for chance in rounds(0.2):
        piece = "".join(
            chance.choices([*PIECES, "甲", "“", "《", "（", "\n", "\n\n"], k=chance.randint(1, 4))
        )
        repeat(piece, folder)
        command = [sys.executable, "-m", "helpers", "check", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, preexec_fn=little)
        assert done.returncode in (0, 1) and "〔INTERNAL〕" not in done.stderr, (
            SEED,
            piece,
            done.stderr[-2000:],
        )
