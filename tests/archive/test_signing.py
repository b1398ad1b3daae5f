"""`nianbao sign`: the archive's standards hold, `verify` knows the sealed copy, passwords are seen nowhere, all or nothing."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pkcs11
import pytest
from archive.authority import ORGAN, PASSWORD, Identity, identity, timestamps, write_pkcs12
from archive.verapdf import faults
from conftest import ROOT, XIAODUKOU
from cryptography.hazmat.primitives import serialization
from pkcs11.util.x509 import decode_x509_certificate

Done = subprocess.CompletedProcess[str]


def run(*arguments: object, **environment: str) -> Done:
    command = [sys.executable, "-m", "helpers", *map(str, arguments)]
    clean = {name: value for name, value in os.environ.items() if name != "NIANBAO_PASSWORD"}
    done = subprocess.run(
        command, cwd=ROOT, env=clean | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert "Traceback" not in done.stderr
    assert PASSWORD not in done.stdout + done.stderr
    return done


@pytest.fixture
def given(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "set"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory, organ: Identity, root: Identity) -> Path:
    """A folder with a .p12 file, its password, a certificate and a key in PEM, and the authority's certificate."""
    folder = tmp_path_factory.mktemp("keys")
    write_pkcs12(folder / "organ.p12", organ, root)
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    certificate, _ = organ.pem()
    locked = organ.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(PASSWORD.encode()),
    )
    (folder / "organ.pem").write_bytes(certificate)
    (folder / "organ.key").write_bytes(locked)
    (folder / "root.pem").write_bytes(root.pem()[0])
    return folder


def test_an_invisible_one_with_a_timestamp(given: Path, keys: Path, root: Identity) -> None:
    before = (given / "report.pdf").read_bytes()
    with timestamps(identity("测试用的时间戳机构", root, tsa=True)) as address:
        done = run(
            "sign", given / "report.pdf", "--certificate", keys / "organ.p12",
            "--password-file", keys / "password", "--tsa", address,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    after = (given / "report.pdf").read_bytes()
    assert after.startswith(before) and len(after) > len(before)
    verified = run("verify", given, "--inputs", XIAODUKOU)
    assert verified.returncode == 0, verified.stderr
    assert f"report.pdf 原文未改动，其后附有电子签名（证书上的名称是“{ORGAN}”，时间戳 " in verified.stderr
    for flavour in ("3a", "ua1"):
        assert faults(given / "report.pdf", flavour) == []


def test_a_visible_one_keeps_the_standards(given: Path, keys: Path) -> None:
    done = run(
        "sign", given / "report.pdf", "--certificate", keys / "organ.pem", "--key", keys / "organ.key",
        "--chain", keys / "root.pem", "--visible", NIANBAO_PASSWORD=PASSWORD,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for flavour in ("3a", "ua1"):
        assert faults(given / "report.pdf", flavour) == []
    verified = run("verify", given)
    assert verified.returncode == 0, verified.stderr
    assert "第 6 页上看得见签章" in verified.stderr
    with pikepdf.open(given / "report.pdf") as pdf:
        tag = pdf.Root.StructTreeRoot.K[0].K[-1]
        assert tag.S == "/Form" and ORGAN in str(tag.Alt) and tag.K.Obj.FT == "/Sig"


def test_another_file_beside_the_original(given: Path, keys: Path) -> None:
    out = given / "report-sealed.pdf"
    done = run(
        "sign", given / "report.pdf", "--out", out, "--certificate", keys / "organ.p12",
        "--password-file", keys / "password",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(out)
    verified = run("verify", given)
    assert verified.returncode == 0 and "report-sealed.pdf 原文未改动" in verified.stderr
    out.write_bytes(out.read_bytes() + b"%more")
    changed = run("verify", given)
    assert changed.returncode == 1 and "report-sealed.pdf 与发布时不同，已被改动" in changed.stderr


def test_twice_by_two_keys(given: Path, keys: Path, root: Identity) -> None:
    """The second may be visible as well, below the first; an elliptic key, and a name that takes two lines."""
    other = identity(
        "某某州人民政府办公室政务公开工作领导小组",
        root,
        elliptic=True,
    )
    for name, data in zip(("other.pem", "other.key"), other.pem(), strict=True):
        (keys / name).write_bytes(data)
    first = ("--certificate", keys / "other.pem", "--key", keys / "other.key")
    second = ("--certificate", keys / "organ.p12", "--password-file", keys / "password")
    for options in (first, second):
        done = run("sign", given / "report.pdf", "--visible", *options)
        assert done.returncode == 0, done.stderr
    verified = run("verify", given)
    assert verified.returncode == 0, verified.stderr
    assert ORGAN in verified.stderr and "某某州人民政府" in verified.stderr
    for flavour in ("3a", "ua1"):
        assert faults(given / "report.pdf", flavour) == []


class TestNothingIsWritten:
    def refused(self, given: Path, *options: object, **environment: str) -> str:
        before = {path: path.read_bytes() for path in given.iterdir()}
        done = run("sign", given / "report.pdf", *options, **environment)
        assert done.returncode == 2, done.stderr
        assert {path: path.read_bytes() for path in given.iterdir()} == before
        return done.stderr

    def test_without_the_right_password(self, given: Path, keys: Path) -> None:
        certificate = ("--certificate", keys / "organ.p12")
        assert "密码不对" in self.refused(given, *certificate, NIANBAO_PASSWORD="wrong")
        assert "NIANBAO_PASSWORD" in self.refused(given, *certificate)
        (keys / "bytes").write_bytes(b"\xff\xfe")
        assert "UTF-8" in self.refused(given, *certificate, "--password-file", keys / "bytes")
        pem = ("--certificate", keys / "organ.pem", "--key", keys / "organ.key")
        assert "密码不对" in self.refused(given, *pem, NIANBAO_PASSWORD="wrong")

    def test_without_a_timestamp_that_was_asked_for(self, given: Path, keys: Path) -> None:
        options = ("--certificate", keys / "organ.p12", "--password-file", keys / "password")
        said = self.refused(given, *options, "--tsa", "http://127.0.0.1:9/")
        assert "时间戳服务" in said

    def test_with_a_certificate_that_is_over(self, given: Path, root: Identity, tmp_path: Path) -> None:
        old = write_pkcs12(tmp_path / "old.p12", identity(ORGAN, root, days=-1), root)
        assert "今天不能用它签名" in self.refused(given, "--certificate", old, NIANBAO_PASSWORD=PASSWORD)

    def test_with_the_key_of_somebody_else(
        self, given: Path, keys: Path, tmp_path: Path, root: Identity
    ) -> None:
        (tmp_path / "other.key").write_bytes(root.pem()[1])
        said = self.refused(given, "--certificate", keys / "organ.pem", "--key", tmp_path / "other.key")
        assert "核验不通过" in said

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ([], "二者取一"),
            (["--certificate", "README.md"], "打不开"),
            (["--certificate", "README.md", "--key", "README.md"], "没有能读的证书"),
            (["--certificate", "no.p12"], "no.p12"),
            (["--pkcs11", "no.so"], "都要给出"),
            (["--pkcs11", "no.so", "--token", "a", "--label", "b"], "签名设备用不了"),
            (["--certificate", "README.md", "--tsa", "ftp://127.0.0.1/"], "http://"),
        ],
    )
    def test_with_options_that_make_no_sense(self, given: Path, options: list[str], said: str) -> None:
        assert said in self.refused(given, *options, NIANBAO_PASSWORD=PASSWORD)


def test_what_is_no_pdf(keys: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\nnothing")
    done = run(
        "sign", tmp_path / "a.pdf", "--certificate", keys / "organ.p12", "--password-file", keys / "password"
    )
    assert done.returncode == 2 and "不是能签名的 PDF" in done.stderr


def test_a_key_in_a_device(
    given: Path,
    organ: Identity,
    tmp_path: Path,
    program: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tool = program("softhsm2-util")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    library = next(path for path in Path("/usr/lib").glob("**/softhsm/libsofthsm2.so"))
    _, key = organ.pem()
    (tmp_path / "key.pem").write_bytes(key)
    for arguments in (
        ["--init-token", "--free", "--label", "seal", "--so-pin", "87654321", "--pin", "12345678"],
        [
            "--import",
            tmp_path / "key.pem",
            "--token",
            "seal",
            "--label",
            "organ",
            "--id",
            "01",
            "--pin",
            "12345678",
        ],
    ):
        subprocess.run([tool, *map(str, arguments)], check=True, capture_output=True)
    der = organ.certificate.public_bytes(serialization.Encoding.DER)
    token = pkcs11.lib(str(library)).get_token(token_label="seal")
    with token.open(rw=True, user_pin="12345678") as session:
        described = decode_x509_certificate(der)
        session.create_object({**described, pkcs11.Attribute.TOKEN: True, pkcs11.Attribute.LABEL: "organ"})
    device = ("--pkcs11", library, "--token", "seal", "--label", "organ")
    wrong = run("sign", given / "report.pdf", *device, NIANBAO_PASSWORD="87654321")
    assert wrong.returncode == 2 and "PinIncorrect" in wrong.stderr
    done = run("sign", given / "report.pdf", *device, NIANBAO_PASSWORD="12345678")
    assert done.returncode == 0, done.stderr
    assert run("verify", given).returncode == 0
    assert faults(given / "report.pdf", "3a") == []


def test_two_files_of_one_name_in_two_folders(tmp_path: Path) -> None:
    """Inputs are known by their places: what lies in the wrong folder is told, in the right one it is not."""
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "folder"))
    for name, text in (("a", "甲"), ("b", "乙")):
        (folder / name).mkdir()
        (folder / name / "map.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    assert run("render", folder, "--out", out, "--engine", "pandoc", "--to", "html").returncode == 0
    assert run("verify", out, "--inputs", folder).returncode == 0
    listed = json.loads((out / "manifest.json").read_text("utf-8"))["inputs"]
    assert {"a/map.txt", "b/map.txt"} < {one["path"] for one in listed}
    (folder / "b" / "map.txt").write_text("甲", encoding="utf-8")
    changed = run("verify", out, "--inputs", folder)
    assert changed.returncode == 1 and "b/map.txt 与发布时所用的不同" in changed.stderr


def test_a_manifest_that_knows_a_file_in_a_folder_by_its_own_name(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "folder"))
    (folder / "a").mkdir()
    (folder / "a" / "map.txt").write_text("图", encoding="utf-8")
    out = tmp_path / "out"
    assert run("render", folder, "--out", out, "--engine", "pandoc", "--to", "html").returncode == 0
    record = (out / "manifest.json").read_text("utf-8")
    (out / "manifest.json").write_text(record.replace("a/map.txt", "map.txt"), encoding="utf-8")
    assert run("verify", out, "--inputs", folder).returncode == 0
    (folder / "a" / "map.txt").write_text("改", encoding="utf-8")
    assert "a/map.txt 与发布时所用的不同" in run("verify", out, "--inputs", folder).stderr
