"""A cluster that only its owner can use: other users of the machine reach neither scheduler nor workers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from batch_cluster import batch, start
from published import ROOT

ATTACK = """
import os
import signal
import sys
from distributed import Client
from distributed.security import Security
import distributed.comm.tcp, distributed.protocol, cryptography.hazmat.primitives.asymmetric.ec

certificates = (None, Security.temporary())
if os.geteuid() == 0:  # another user than the owner of the cluster, once everything is loaded
    os.setgid(65534)
    os.setuid(65534)
for security in certificates:
    for protocol in ("tcp", "tls"):
        attempt = os.fork()
        if attempt == 0:  # the client may hang on a port that is no scheduler's, in its threads too
            signal.alarm(20)
            try:
                client = Client(f"{protocol}://127.0.0.1:{sys.argv[1]}", security=security, timeout=3)
                print("REACHED", client.submit(lambda: __import__("os").getuid(), pure=False).result(timeout=5))
            except Exception as error:
                print(type(error).__name__)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(attempt, 0)
print("all tried")
"""


def ports(process: subprocess.Popen[str]) -> set[int]:
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    return {
        one.laddr.port
        for member in family
        for one in member.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN
    }


def test_no_other_user_can_run_anything(folder: Path, tmp_path: Path) -> None:
    copies = []
    for number in range(6):
        copies.append(tmp_path / f"copy-{number}")
        subprocess.run(["cp", "-r", folder, copies[-1]], check=True)
    process = start(copies, tmp_path / "out", workers=1)
    try:
        said = ""
        while len(listening := ports(process)) < 2 and process.poll() is None:
            continue
        assert listening
        for port in listening:
            done = subprocess.run(
                [sys.executable, "-c", ATTACK, str(port)],
                cwd="/",
                capture_output=True,
                text=True,
                timeout=120,
            )
            assert "all tried" in done.stdout, done.stderr
            said += done.stdout
        assert "REACHED" not in said
    finally:
        process.communicate(timeout=120)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that is its own authority, and its key."""
    from distributed.security import Security

    place = tmp_path_factory.mktemp("certificates")
    made = Security.temporary()
    (place / "cert.pem").write_text(made.tls_ca_file)
    (place / "key.pem").write_text(made.tls_client_key)
    return place / "cert.pem", place / "key.pem"


@contextmanager
def cluster(certificate: Path, key: Path, place: Path) -> Iterator[str]:
    """A scheduler and a worker that speak TLS, started as an administrator would."""
    tls = ["--tls-ca-file", str(certificate), "--tls-cert", str(certificate), "--tls-key", str(key)]
    file = place / "scheduler.json"
    scheduler = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "distributed.cli.dask_scheduler",
            "--host",
            "tls://127.0.0.1:0",
            "--no-dashboard",
            "--scheduler-file",
            str(file),
            *tls,
        ],
        stderr=subprocess.DEVNULL,
    )
    worker = None
    try:
        import json
        import time

        while not file.exists() or not file.read_text():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        worker = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "distributed.cli.dask_worker",
                address,
                "--nthreads",
                "1",
                "--no-nanny",
                "--no-dashboard",
                "--local-directory",
                str(place),
                *tls,
            ],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        yield address
    finally:
        for one in (worker, scheduler):
            if one is not None:
                one.terminate()
                one.wait(timeout=30)


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", "batch", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)


def test_a_cluster_with_certificates(certificates: tuple[Path, Path], folder: Path, tmp_path: Path) -> None:
    certificate, key = certificates
    with cluster(certificate, key, tmp_path) as address:
        tls = ["--tls-ca", certificate, "--tls-cert", certificate, "--tls-key", key]
        done = run(folder, "--out", tmp_path / "out", "--to", "html", "--scheduler", address, *tls)
        assert done.returncode == 0, done.stderr
        without = run(folder, "--out", tmp_path / "out2", "--to", "html", "--scheduler", address)
        assert (without.returncode, "连不上调度器" in without.stderr) == (1, True), without.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--tls-ca", "a.pem"], "只用于"),
        (["--scheduler", "tcp://127.0.0.1:9", "--tls-ca", "a.pem"], "只用于"),
        (["--scheduler", "tls://127.0.0.1:9", "--tls-ca", "a.pem"], "一起给出"),
        (
            ["--scheduler", "tls://127.0.0.1:9", "--tls-ca", "a.pem", "--tls-cert", "b", "--tls-key", "c"],
            "找不到证书文件",
        ),
    ],
)
def test_certificates_that_do_not_fit(words: list[str], told: str, folder: Path, tmp_path: Path) -> None:
    done = run(folder, "--out", tmp_path / "out", *words)
    assert done.returncode == 2
    assert told in done.stderr


def test_a_run_of_our_own_still_works(folder: Path, tmp_path: Path) -> None:
    batch([folder], tmp_path / "out")
