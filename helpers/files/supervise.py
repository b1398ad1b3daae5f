"""Run a command that ends with whoever started it: ``python supervise.py COMMAND…``, its standard input a pipe from there.

Quarto starts Deno, pandoc and a kernel, and none of them would notice that the program which asked for them was killed.
"""

import os
import signal
import subprocess
import sys
import threading


def _end_when_alone() -> None:
    # Ends when the other end of the pipe is gone, for whatever reason. Not by sys.stdin: Python would wait for its lock at exit.
    while os.read(0, 65536):
        pass
    if hasattr(os, "killpg"):
        os.killpg(os.getpgid(0), signal.SIGKILL)
    os._exit(1)


def main() -> int:
    """Run the command given and return its exit code."""
    threading.Thread(target=_end_when_alone, daemon=True).start()
    return subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
