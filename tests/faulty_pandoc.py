"""A pandoc that fails on purpose, where the text of a document says so."""

import sys
from pathlib import Path

import pypandoc

FAULTS = ("PANDOC-DIES", "PANDOC-HANGS", "PANDOC-BABBLES")
_PROGRAM = """#!{python}
import json, os, pathlib, signal, subprocess, sys
real = {real!r}
if sys.argv[1:2] != ["lua"]:
    os.execv(real, [real, *sys.argv[1:]])
process = subprocess.Popen([real, *sys.argv[1:]], stdin=subprocess.PIPE)
for line in sys.stdin.buffer:
    text = line.decode() + pathlib.Path(json.loads(line)["defaults"]["input-files"][0]).read_text()
    fault = next((one for one in {faults!r} if one in text), None)
    if fault == "PANDOC-DIES":
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault == "PANDOC-HANGS":
        signal.pause()
    elif fault == "PANDOC-BABBLES":
        os.write(1, b"\\xff what?\\n")
    else:
        process.stdin.write(line)
        process.stdin.flush()
"""


def faulty_pandoc(place: Path) -> Path:
    """Write the program; it does what the real one does, until a document has one of the words above in it."""
    program = place / "pandoc"
    real = pypandoc.get_pandoc_path()
    program.write_text(_PROGRAM.format(python=sys.executable, real=real, faults=FAULTS))
    program.chmod(0o755)
    return program
