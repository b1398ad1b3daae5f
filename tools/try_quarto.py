"""Install Quarto's Python package into the environment this runs in, if the network lets its binary through.

The package downloads its binary from a site that many networks do not reach, so one attempt of at most 60 seconds is
made and nothing is said about why it failed: without it the built-in engine renders the same report.
"""

import shutil
import subprocess
import sys
from pathlib import Path

SECONDS = 60


def main(requirements: str) -> None:
    """Try once; say in one line which engine the reports will be rendered with."""
    if shutil.which("quarto"):
        print("已有 Quarto，将用它生成报告。")
        return
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        requirements,
    ]
    try:
        done = subprocess.run(install, capture_output=True, timeout=SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        done = False
    if done and (Path(sys.executable).parent / "quarto").exists():
        print("Quarto 已装好，将用它生成报告。")
    else:
        print("本机网络下载不到 Quarto，将用内置引擎生成报告，结果相同。")


if __name__ == "__main__":
    main(sys.argv[1])
