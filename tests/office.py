"""LibreOffice as in an office that has only the project's fonts: they stand in for the official ones."""

import os
import subprocess
from pathlib import Path

from published import ROOT

SETTINGS = Path(__file__).parent / "assets" / "fixtures" / "fonts.conf"


def print_file(soffice: str, source: Path, target: Path, home: Path) -> Path:
    """Print a Word file into the folder ``target``; ``home`` keeps LibreOffice's profile and its fonts."""
    settings = home / "fonts.conf"
    text = SETTINGS.read_text(encoding="utf-8").replace("CACHE", str(home / "cache"))
    settings.write_text(text.replace("FONTS", str(ROOT / "assets" / "fonts")), encoding="utf-8")
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    done = subprocess.run(
        [soffice, "--headless", profile, "--convert-to", "pdf", "--outdir", str(target), str(source)],
        env=os.environ | {"FONTCONFIG_FILE": str(settings)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return target / f"{source.stem}.pdf"
