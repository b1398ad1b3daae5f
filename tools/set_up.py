"""Install what the project needs into the environment this runs in: ``python tools/set_up.py``.

Without a name: what a report needs, Quarto if the network lets its binary through, and the command nianbao. With the
names of extras (``batch``, ``import``, ``quarto``) these; with ``dev`` what the tests need, all extras among it.
Every package comes by its lock, which pins versions and hashes.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_LOCKED = ("--no-deps", "--require-hashes", "-r")
_QUARTO_SECONDS = 60
_NEVER_READ = (
    "**/tests",  # packages' tests of themselves
    "**/test",
    "babel/locale-data/[!erz]*.dat",  # numbers and dates of other languages than Chinese and English
    "great_tables/data",  # tables to try it with
    "matplotlib/mpl-data/sample_data",
    "matplotlib/mpl-data/fonts/afm",  # for PostScript
    "matplotlib/mpl-data/fonts/pdfcorefonts",
    "fontTools/cu2qu",  # to make fonts, not to read them
    "fontTools/qu2cu",
    "fontTools/voltLib",
    "numpy/f2py",  # to compile against numpy
    "numpy/**/include",
    "lxml/includes",
    "matplotlib/mpl-data/images",  # buttons of windows
    "**/*.pyx",
    "**/*.px[di]",
    "setuptools*",  # put into every environment by Python 3.11; nothing here is built with it
    "pkg_resources",
    "_distutils_hack",
    "distutils-precedence.pth",
    "pip/**/__pycache__",
)
"""What no report reads of what is installed: a sixth of the bytes, half of the files."""


def main(names: Sequence[str]) -> None:
    """Install, and say in one line what is wrong where that fails."""
    if sys.version_info < (3, 11):  # noqa: UP036 (what runs this is any Python that is there)
        sys.exit(f"要 Python 3.11 以上版本，现在是 {sys.version.split()[0]}。")
    locks = [_lock(name) for name in names]
    missing = [name for name, lock in zip(names, locks, strict=True) if not lock.is_file()]
    if missing:
        there = "、".join(sorted(path.stem.partition("-")[2] for path in ROOT.glob("requirements-*.lock")))
        sys.exit(f"没有附加组件“{missing[0]}”，可用的有 {there}。")
    try:
        if names:
            _install(*(part for lock in locks for part in (*_LOCKED, str(lock))))
        else:
            _install_for_reports()
    except subprocess.CalledProcessError as error:
        print("没有装好，原因见上面 pip 的话；连不上软件源的，请在 pip 自己的配置里填本单位的镜像。")
        sys.exit(error.returncode)


def _lock(name: str) -> Path:
    return ROOT / f"requirements-{name}.lock"


def _install_for_reports() -> None:
    with ExitStack() as stack:
        attempt = None if shutil.which("quarto") else _QuartoAttempt(stack)
        _install(*_LOCKED, str(ROOT / "requirements.lock"))
        if attempt is not None and not attempt.succeeded():
            print("本机网络下载不到 Quarto，将用内置引擎生成报告，结果相同。")
        else:
            _install(*_LOCKED, str(_lock("quarto")))
            print("Quarto 已装好，将用它生成报告。" if attempt else "已有 Quarto，将用它生成报告。")
        _install("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    _slim()


def _install(*what: str) -> None:
    subprocess.run(_pip("install", *what), check=True)


def _slim() -> None:
    if not Path(sys.prefix).is_relative_to(ROOT):
        return  # an environment that others use too
    packages = Path(sysconfig.get_path("purelib"))
    for path in [path for pattern in _NEVER_READ for path in packages.glob(pattern)]:
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _pip(command: str, *what: str) -> list[str]:
    # What is never imported need not be compiled, and the rest is when it first is; unless that is switched off.
    lazily = ["--no-compile"] if command == "install" and not sys.dont_write_bytecode else []
    return [sys.executable, "-m", "pip", command, "--quiet", "--disable-pip-version-check", *lazily, *what]


class _QuartoAttempt:
    """One attempt to have Quarto made into a wheel, while other packages are installed.

    Its package downloads the binary from a site that many networks do not reach, so nothing is said about why that
    failed: without it the built-in engine renders the same report.
    """

    def __init__(self, stack: ExitStack) -> None:
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        command = _pip("wheel", *_LOCKED, str(_lock("quarto-cli")), "--wheel-dir", str(self._folder))
        self._until = time.monotonic() + _QUARTO_SECONDS
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stack.callback(self._process.kill)

    def succeeded(self) -> bool:
        """Wait for it, and install what it made; whether there is a Quarto now."""
        try:
            failed = self._process.wait(timeout=max(0.0, self._until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        if failed:
            return False
        _install("--no-deps", *map(str, self._folder.glob("*.whl")))
        return (Path(sys.executable).parent / "quarto").exists()


if __name__ == "__main__":
    main(sys.argv[1:])
