"""Turn an SVG into a PNG of twice the resolution; run as ``python rasterize.py FROM TO``, prints its width.

Word shows SVG in new versions only, so DOCX gets pixels.
"""

import sys
from pathlib import Path

import typst

PAGE = b"""#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg")"""


def main() -> None:
    """Read the two paths from the command line."""
    source, target = map(Path, sys.argv[1:])
    png = typst.compile(PAGE, format="png", ppi=192, sys_inputs={"svg": source.read_text(encoding="utf-8")})
    target.write_bytes(png)
    print(f"{int.from_bytes(png[16:20], 'big') / 2}px", end="")  # the width stands in a PNG's first chunk


if __name__ == "__main__":
    main()
