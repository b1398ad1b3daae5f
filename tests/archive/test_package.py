"""`nianbao archive` and `verify FILE.zip`: what is in it, the same bytes, and what a stranger's zip may not do."""

import hashlib
import io
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from archive.authority import PASSWORD, Identity, with_sm2, write_pkcs12
from axe import violations
from conftest import ROOT, XIAODUKOU
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from PIL import Image
from playwright.sync_api import Browser
from published import publish

from helpers.archive import package
from helpers.archive.zip_files import ZipError, unpack

Done = subprocess.CompletedProcess[str]
TOP = "澧县小渡口镇人民政府-2024"


def run(*arguments: object, prefix: tuple[str, ...] = (), **environment: str) -> Done:
    command = [*prefix, sys.executable, "-m", "helpers", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    assert "Traceback" not in done.stderr and "INTERNAL" not in done.stderr
    return done


@pytest.fixture(scope="module")
def packed(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("packed") / "report.zip"
    done = run("archive", published, "--out", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out)
    for name in ("outputs/report.pdf", "source/overview.md", "metadata/metadata.xml"):
        assert f"  {name}\n" in done.stderr
    assert "没有公布的内容" not in done.stderr
    return out


@pytest.fixture(scope="module")
def entries(packed: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(packed) as given:
        return {name: given.read(name) for name in given.namelist()}


def write(path: Path, entries: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> Path:
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(path, "w", kind) as made:
        for name, data in entries.items():
            made.writestr(name, data)
    return path


# What it holds --------------------------------------------------------------------------------------------------------


def test_a_bag_with_everything_in_it(entries: dict[str, bytes], published: Path) -> None:
    outputs = {f"{TOP}/data/outputs/{path.name}": path.read_bytes() for path in published.iterdir()}
    source = {f"{TOP}/data/source/{path.name}": path.read_bytes() for path in XIAODUKOU.iterdir()}
    assert entries.items() >= {**outputs, **source}.items()
    rest = entries.keys() - outputs.keys() - source.keys()
    assert sorted(name.removeprefix(f"{TOP}/") for name in rest) == [
        "bag-info.txt",
        "bagit.txt",
        "data/metadata/checks.html",
        "data/metadata/metadata.xml",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
    ]


def test_the_metadata_has_elements_of_the_standard(entries: dict[str, bytes], published: Path) -> None:
    root = etree.fromstring(entries[f"{TOP}/data/metadata/metadata.xml"])
    stated = {(one.get("编号"), one.tag): one.text for one in root.iter() if one.get("编号") and not len(one)}
    assert stated["M22", "题名"] == "澧县小渡口镇人民政府2024年政府信息公开工作年度报告"
    assert stated["M6", "立档单位名称"] == stated["M32", "责任者"] == "澧县小渡口镇人民政府"
    assert stated["M43", "页数"] == "6"
    digests = {group.findtext("计算机文件名"): group.findtext("摘要值") for group in root.iter("电子属性")}
    assert digests == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in published.iterdir()
    }
    mapped = (ROOT / "docs" / "zh" / "存档元数据.md").read_text("utf-8")
    for number, tag in stated:
        assert re.search(rf"\| {number} \| {tag} \|", mapped), (
            f"{number} {tag} is not in the documented table"
        )


def test_the_report_of_the_four_checks_says_what_was_left(
    entries: dict[str, bytes], browser: Browser
) -> None:
    page = entries[f"{TOP}/data/metadata/checks.html"].decode()
    text = re.sub("<[^>]*>", "", page)
    for kind in ("真实性", "完整性", "可用性", "安全性"):
        assert f"<h2>{kind}</h2>" in page
    for line in (
        "通过　report.pdf 的字体都在文件里",
        "通过　report.html 里没有程序",
        "未检　病毒",
        "未检　电子签名",
    ):
        assert line in text, line
    assert "不通过" not in text
    shown = browser.new_page()
    shown.set_content(page)
    assert violations(shown) == []
    shown.close()


def test_it_verifies(packed: Path) -> None:
    for options in ((), ("--inputs", XIAODUKOU)):
        done = run("verify", packed, *options)
        assert done.returncode == 0, done.stderr
        assert "齐全，未被改动，出自给定的数据" in done.stderr
        assert hashlib.sha256(packed.read_bytes()).hexdigest() in done.stderr


def test_signed_archived_and_verified_as_the_pages_for_clerks_say(
    published: Path, tmp_path: Path, organ: Identity, root: Identity
) -> None:
    """Every command of the two pages, one after the other, on the report of Xiaodukou."""
    outputs = shutil.copytree(published, tmp_path / "set")
    key = write_pkcs12(tmp_path / "key.p12", organ, root)
    names = {
        "_output/我的单位-2025": outputs,
        "data/我的单位-2025": XIAODUKOU,
        "单位证书.p12": key,
        "我的单位-2025.zip": tmp_path / "a.zip",
    }
    pages = [(ROOT / "docs" / "zh" / f"{name}.md").read_text("utf-8") for name in ("签名", "存档")]
    lines = [line.split("#")[0] for line in re.findall(r"(?m)^python -m helpers (.*)", "\n".join(pages))]
    assert [line.split()[0] for line in lines] == ["sign", "verify", "verify", "verify", "archive", "verify"]
    for line in lines:
        for name, path in names.items():
            line = line.replace(name, str(path))
        done = run(*line.split(), NIANBAO_PASSWORD=PASSWORD)
        assert done.returncode == 0, (line, done.stderr)
        if line.startswith("verify"):
            assert "原文未改动，其后附有电子签名" in done.stderr


def test_a_seal_that_was_not_verified_is_left_in_the_checks(
    published: Path, tmp_path: Path, organ: Identity, root: Identity
) -> None:
    outputs = Path(shutil.copytree(published, tmp_path / "set"))
    key = write_pkcs12(tmp_path / "key.p12", organ, root)
    assert (
        run("sign", outputs / "report.pdf", "--certificate", key, NIANBAO_PASSWORD=PASSWORD).returncode == 0
    )
    (outputs / "report.pdf").write_bytes(with_sm2((outputs / "report.pdf").read_bytes()))
    done = run("archive", outputs, "--out", tmp_path / "a.zip")
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "a.zip") as made:
        page = made.read(f"{TOP}/data/metadata/checks.html").decode()
    assert "<strong>未检</strong>　电子签名" in page and "没有核验" in page


# The same bytes -------------------------------------------------------------------------------------------------------


def test_the_same_on_another_day_in_another_place(
    packed: Path, published: Path, tmp_path: Path, program: Callable[[str], str]
) -> None:
    outputs = Path(shutil.copytree(published, tmp_path / "别处" / "另一套"))
    source = Path(shutil.copytree(XIAODUKOU, tmp_path / "数据"))
    for path in (*outputs.iterdir(), *source.iterdir()):
        path.chmod(0o600)
        os.utime(path, (0, 0))
    out = tmp_path / "other.zip"
    later = (program("faketime"), "-f", "+400d")
    done = run(
        "archive",
        outputs,
        "--out",
        out,
        "--inputs",
        source,
        prefix=later,
        TZ="Pacific/Auckland",
        PYTHONHASHSEED="7",
    )
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == packed.read_bytes()


# What was not published, what is wrong --------------------------------------------------------------------------------


def test_inner_matter_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "folder"))
    picture = Image.new("RGB", (8, 8))
    exif = Image.Exif()
    exif[0x010F] = "相机"
    picture.save(folder / "照片.jpg", exif=exif)
    (folder / "通讯录.txt").write_text("张三", encoding="utf-8")
    (folder / "review.yml").write_text("notes: []\n", encoding="utf-8")
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        stream.write("\n<!-- 数字待核 -->\n")
    (folder / "inner").mkdir()
    (folder / "inner" / "link.md").symlink_to("../other.md")
    out = publish("built-in", folder, tmp_path / "work")
    (out / "check.html").write_text("<table></table>")
    refused = run("archive", out, "--out", tmp_path / "a.zip", "--inputs", folder)
    assert refused.returncode == 1 and "check.html 不在清单里" in refused.stderr
    (out / "check.html").rename(out / "notes.txt")
    done = run("archive", out, "--out", tmp_path / "a.zip", "--inputs", folder)
    assert done.returncode == 0, done.stderr
    assert "没有收进包里：notes.txt" in done.stderr
    for said in (
        "source/照片.jpg：原始照片，带有拍摄信息",
        "source/通讯录.txt：报告没有用到的文件",
        "source/review.yml：审核意见",
        "source/other.md：有备注",
    ):
        assert said in done.stderr
    assert run("verify", tmp_path / "a.zip").returncode == 0


@pytest.mark.parametrize("name", ["report.html", "report.pdf", "report.docx"])
def test_a_set_that_is_not_whole_is_not_packed(name: str, published: Path, tmp_path: Path) -> None:
    outputs = Path(shutil.copytree(published, tmp_path / "set"))
    (outputs / name).write_bytes((outputs / name).read_bytes()[:-9])
    done = run("archive", outputs, "--out", tmp_path / "a.zip")
    assert done.returncode == 1 and f"{name} 与发布时不同" in done.stderr
    assert not (tmp_path / "a.zip").exists()


def test_a_draft_is_not_packed(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "folder"))
    out = ("--engine", "pandoc", "--to", "html", "--out", tmp_path / "out")
    assert run("render", folder, "--force", *out).returncode == 0
    done = run("archive", tmp_path / "out", "--out", tmp_path / "a.zip", "--inputs", folder)
    assert done.returncode == 1 and "是草稿" in done.stderr


def test_a_source_that_is_not_here(published: Path, tmp_path: Path) -> None:
    outputs = Path(shutil.copytree(published, tmp_path / "set"))
    manifest = (outputs / "manifest.json").read_text("utf-8")
    (outputs / "manifest.json").write_text(manifest.replace("data/xiaodukou-2024", "../elsewhere"), "utf-8")
    done = run("archive", outputs, "--out", tmp_path / "a.zip")
    assert done.returncode == 2 and "--inputs" in done.stderr
    assert run("archive", tmp_path / "no", "--out", tmp_path / "a.zip").returncode == 2


# Changed packages -----------------------------------------------------------------------------------------------------


def changed(entries: dict[str, bytes], name: str, data: bytes | None) -> dict[str, bytes]:
    return {key: value for key, value in {**entries, f"{TOP}/{name}": data}.items() if value is not None}


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("data/outputs/report.html", b"<table>", "data/outputs/report.html 与装包时不同"),
        ("data/source/other.md", b"", "data/source/other.md 与装包时不同"),
        ("data/metadata/metadata.xml", b"", "data/metadata/metadata.xml 与装包时不同"),
        ("bag-info.txt", b"Payload-Oxum: 1.1\n", "bag-info.txt 与装包时不同"),
        ("data/outputs/report.docx", None, "包里缺少 data/outputs/report.docx"),
        ("data/outputs/more.txt", b"x", "包里多出 data/outputs/more.txt"),
        ("fetch.txt", b"http://127.0.0.1/ 1 data/x\n", "fetch.txt"),
        ("manifest-sha256.txt", None, "缺少 manifest-sha256.txt"),
        ("manifest-sha256.txt", b"0 ../../etc/passwd\n", "清单"),
        ("manifest-sha256.txt", b"\xff\xfe", "清单"),
        ("bagit.txt", b"BagIt-Version: 9\n", "清单"),
        ("data/outputs/manifest.json", None, "不是本程序的存档包"),
    ],
)
def test_a_package_that_was_changed(
    name: str, data: bytes | None, said: str, entries: dict[str, bytes], tmp_path: Path
) -> None:
    found = package.verify_package(write(tmp_path / "a.zip", changed(entries, name, data)))
    assert any(said in one for one in found.wrong), found


def test_a_package_made_again_around_a_changed_page(entries: dict[str, bytes], tmp_path: Path) -> None:
    """Whoever makes all lists anew is found out by the set's own manifest."""
    inside = {
        name.removeprefix(f"{TOP}/data/"): data for name, data in entries.items() if f"{TOP}/data/" in name
    }
    inside["outputs/report.html"] += b"<!-- more -->"
    bag = tmp_path / TOP
    for name, data in inside.items():
        (bag / name).parent.mkdir(parents=True, exist_ok=True)
        (bag / name).write_bytes(data)
    package.bagit.make_bag(str(bag), checksums=["sha256"])
    files = {f"{TOP}/{path.relative_to(bag)}": path.read_bytes() for path in bag.rglob("*") if path.is_file()}
    found = package.verify_package(write(tmp_path / "a.zip", files, zipfile.ZIP_DEFLATED))
    assert found.wrong == ["report.html 与发布时不同，已被改动"]


def test_a_file_that_only_a_weak_list_knows(entries: dict[str, bytes], tmp_path: Path) -> None:
    name = "data/outputs/report.html"
    strong = entries[f"{TOP}/manifest-sha256.txt"].decode()
    digest = hashlib.md5(entries[f"{TOP}/{name}"]).hexdigest()
    other = changed(entries, "manifest-sha256.txt", re.sub(rf"(?m)^.*{name}\n", "", strong).encode())
    other = changed(other, "manifest-md5.txt", f"{digest}  {name}\n".encode())
    lines = [
        f"{hashlib.sha256(data).hexdigest()} {path.removeprefix(f'{TOP}/')}\n"
        for path, data in other.items()
        if "/data/" not in path and "tagmanifest" not in path
    ]
    other = changed(other, "tagmanifest-sha256.txt", "".join(lines).encode())
    found = package.verify_package(write(tmp_path / "a.zip", other))
    assert found.wrong and "齐全" not in str(found)


# Zips by strangers ----------------------------------------------------------------------------------------------------


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def made(*listed: tuple[zipfile.ZipInfo | str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(stream, "w", kind) as out:
        for info, data in listed:
            out.writestr(info, data, kind)
    return stream.getvalue()


def bomb() -> bytes:
    return made(*((f"a/{number}", bytes(300_000_000)) for number in range(2)), kind=zipfile.ZIP_DEFLATED)


def liar() -> bytes:
    """A file that is longer than its entry says."""
    data = bytearray(made(("a/b", bytes(100_000)), kind=zipfile.ZIP_DEFLATED))
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark) + place
        data[at : at + 4] = struct.pack("<I", 10)
    return bytes(data)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"PK\x03\x04" * 100,
    "an empty zip": lambda: made(),
    "above": lambda: made(("a/../../evil", b"x")),
    "absolute": lambda: made(("/evil", b"x")),
    "a drive": lambda: made(("C:/evil", b"x")),
    "backslashes": lambda: made(("a\\..\\..\\evil", b"x")),
    "a dot": lambda: made(("a/./b", b"x")),
    "a hidden character": lambda: made(("a/b\u202egpj", b"x")),
    "a link": lambda: made((entry("a/link", stat.S_IFLNK | 0o777), b"/etc/passwd")),
    "a device": lambda: made((entry("a/tty", stat.S_IFCHR | 0o666), b"")),
    "a name twice": lambda: made(("a/b", b"1"), ("a/b", b"2")),
    "a name twice, in capitals": lambda: made(("a/b", b"1"), ("a/B", b"2")),
    "a name twice, composed": lambda: made(("a/\u00e9", b"1"), ("a/e\u0301", b"2")),
    "a file that is a folder": lambda: made(("a/b", b"1"), ("a/b/c", b"2")),
    "two folders": lambda: made(("a/b", b"1"), ("c/d", b"2")),
    "no folder": lambda: made(("a", b"1")),
    "a long name": lambda: made(("a/" + "b" * 300, b"1")),
    "many files": lambda: made(*((f"a/{number}", b"") for number in range(5_100))),
    "a bomb": bomb,
    "a liar": liar,
    "another compression": lambda: made(("a/b", b"1" * 999), kind=zipfile.ZIP_BZIP2),
    "something before it": lambda: b"#!/bin/sh\n" + made(("a/b", b"1")),
    "something after it": lambda: made(("a/b", b"1")) + b"more",
    "cut off": lambda: made(("a/b", b"1" * 999))[:-30],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_strangers_zip(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(HOSTILE[name]())
    (tmp_path / "place").mkdir()
    with pytest.raises(ZipError):
        unpack(tmp_path / "a.zip", tmp_path / "place")
    assert not (tmp_path / "evil").exists()
    assert sum(path.stat().st_size for path in tmp_path.rglob("place/**/*") if path.is_file()) < 400_000_000
    shutil.rmtree(tmp_path / "place")


def test_the_command_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(HOSTILE["above"]())
    done = run("verify", tmp_path / "a.zip")
    assert done.returncode == 1 and "a.zip 里面有会写到别处的文件名" in done.stderr
    os.mkfifo(tmp_path / "pipe.zip")
    assert run("verify", tmp_path / "pipe.zip").returncode == 2
    assert run("verify", tmp_path / "no.zip").returncode == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_byte_is_found_or_harms_nothing(
    data: st.DataObject, packed: Path, entries: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What is still called whole holds the very same files."""
    given = bytearray(packed.read_bytes())
    # Lists and names are where a change does most: at the end, and in the heads of files.
    places = (
        st.integers(0, len(given) - 1) | st.integers(len(given) - 2500, len(given) - 1) | st.integers(0, 400)
    )
    for place in data.draw(st.lists(places, min_size=1, max_size=4, unique=True)):
        given[place] = data.draw(st.integers(0, 255))
    folder = tmp_path_factory.mktemp("fuzz")
    (folder / "a.zip").write_bytes(given)
    if not package.verify_package(folder / "a.zip").wrong:
        with zipfile.ZipFile(folder / "a.zip") as still:
            assert sorted(map(still.read, still.namelist())) == sorted(entries.values())
    shutil.rmtree(folder)
