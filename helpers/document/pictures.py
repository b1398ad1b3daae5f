"""Pictures in prose: judged by what is in the file and not by its name, decoded within bounds, printed without their file.

What is printed is the picture alone: the place and the camera that a photograph names (Exif, GPS) stay behind.
"""

import base64
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from helpers.document import pandoc_ast as ast
from helpers.document.pandoc_ast import Node
from helpers.files.reading import SourceError, read_bytes
from helpers.files.templates import filled

MAX_BYTES = 20_000_000
"""Largest file of a picture."""

MAX_PIXELS = 25_000_000
"""Most pixels of a picture; decoded it takes four bytes each."""

TEXT_WIDTH_IN = 6.14
"""Width of the text block in inches (GB/T 9704-2012: 156 mm)."""

_PIXELS_PER_INCH = 96
_FORMATS = {"PNG": "png", "JPEG": "jpeg"}
_SVG = "{http://www.w3.org/2000/svg}"
_SHAPES = [
    "svg",
    "g",
    "defs",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "style",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "use",
    "symbol",
]
_MOST_SHAPES = 20_000
_MOST_USES = 1_000


@dataclass(frozen=True)
class Picture:
    """A picture as it is printed: ``png`` or ``jpeg``, its bytes, its size in pixels."""

    kind: str
    data: bytes
    width: int
    height: int

    @property
    def uri(self) -> str:
        """The picture as a ``data:`` address."""
        return f"data:image/{self.kind};base64,{base64.b64encode(self.data).decode()}"

    @property
    def inches(self) -> float:
        """Width in print: its own, but never wider than the text."""
        return min(self.width / _PIXELS_PER_INCH, TEXT_WIDTH_IN)


def read(folder: Path, name: str) -> Picture:
    """Read a picture of a folder.

    Parameters
    ----------
    name
        Path of the file as the prose has it, from the folder on.

    Raises
    ------
    SourceError
        The file is not in the folder, is no picture that can be shown, is damaged, or too large.
    """
    said = f"图片“{name[:60]}”"
    path = folder / name
    try:
        if "\0" in name or not path.resolve().is_relative_to(folder.resolve()):
            raise SourceError(f"{said}不在报告文件夹里，请把它放进来，再写文件名")
        data = read_bytes(path, MAX_BYTES, within=folder)
    except (OSError, RuntimeError, ValueError):
        raise SourceError(f"{said}的文件名不能用，请改名") from None
    except SourceError as error:
        reason = error.message if error.message.startswith("图片") else f"{said}{error.message}"
        raise SourceError(reason) from None
    try:
        return _decoded(data)
    except SourceError as error:
        raise SourceError(f"{said}{error.message}") from None


@lru_cache(maxsize=8)
def _decoded(data: bytes) -> Picture:
    """Decode a file; checked and then printed, a picture is decoded once."""
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        return _raster(_drawn(data))
    return _raster(data)


def _raster(data: bytes) -> Picture:
    """Decode a PNG or JPEG, and encode it again without anything but the picture."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=list(_FORMATS)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise SourceError(
                    f"有 {image.width}×{image.height} 个像素，最多 {MAX_PIXELS // 10_000} 万个，请缩小后再用"
                )
            kind = str(image.format)
            image.load()
            upright = ImageOps.exif_transpose(image)
            keep = kind == "JPEG" and upright.size == image.size and image.mode in {"L", "RGB"}
            shown: Any = image if keep else upright
            if shown.mode not in {"1", "L", "LA", "P", "RGB", "RGBA"}:
                shown = shown.convert("RGB")
            stream = io.BytesIO()
            if kind == "JPEG":
                quality: dict[str, Any] = {"quality": "keep"} if keep else {"quality": 92}
                shown.save(stream, "JPEG", **quality, comment=b"", exif=b"")
            else:
                shown.info.pop("exif", None)
                shown.save(stream, "PNG", pnginfo=None)
    except UnidentifiedImageError:
        raise SourceError(_not_a_picture(data)) from None
    except Image.DecompressionBombError:
        raise SourceError("太大，请缩小后再用") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError):
        raise SourceError("的内容已损坏或不完整，请重新存一份") from None
    return Picture(_FORMATS[kind], stream.getvalue(), shown.width, shown.height)


def _not_a_picture(data: bytes) -> str:
    if not data:
        return "是空文件，请重新存一份"
    for start, name in (
        (b"GIF8", "GIF"),
        (b"BM", "BMP"),
        (b"II*", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"%PDF", "PDF"),
    ):
        if data.startswith(start):
            return f"的内容是 {name}，请另存为 PNG 或 JPEG"
    if data[8:12] == b"WEBP":
        return "的内容是 WebP，请另存为 PNG 或 JPEG"
    return "的内容不是 PNG、JPEG 或 SVG 图片，请另存为 PNG 或 JPEG"


# SVG ------------------------------------------------------------------------------------------------------------------


def _drawn(data: bytes) -> bytes:
    """Draw an SVG as a PNG of twice the resolution: every format shows the same, and no script gets anywhere."""
    import typst
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise SourceError("的内容不是 PNG、JPEG 或 SVG 图片，或已损坏") from None
    _require_plain(root)
    page = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
    try:
        drawn = typst.compile(
            page, format="png", ppi=192, sys_inputs={"svg": etree.tostring(root, encoding="unicode")}
        )
    except (typst.TypstError, ValueError):
        raise SourceError("是 SVG，但画不出来，请另存为 PNG") from None
    return bytes(drawn)


def _require_plain(root: Any) -> None:
    """Refuse an SVG that is more than a drawing: scripts, references to elsewhere, drawings made of drawings."""
    if root.tag != f"{_SVG}svg":
        raise SourceError("的内容不是 PNG、JPEG 或 SVG 图片")
    elements = list(root.iter())
    if len(elements) > _MOST_SHAPES:
        raise SourceError(f"是 SVG，有 {len(elements)} 个图形，太多了，请另存为 PNG")
    used = sum(element.tag == f"{_SVG}use" for element in elements)
    if used > _MOST_USES or next(root.iterfind(f".//{_SVG}symbol//{_SVG}use"), None) is not None:
        raise SourceError("是 SVG，里面的引用太多，请另存为 PNG")
    for element in elements:
        if not isinstance(element.tag, str):
            continue  # comments and instructions are not drawn
        name = element.tag.removeprefix(_SVG)
        if name not in _SHAPES and element.tag.startswith(_SVG):
            raise SourceError(f"是 SVG，里面有 <{name[:30]}>，不能用，请另存为 PNG")
        _require_own(element)
    _require_bounded(root)


def _require_own(element: Any) -> None:
    for key, value in element.attrib.items():
        elsewhere = key.rpartition("}")[2] == "href" and not value.startswith("#")
        if elsewhere or key.lower().startswith("on") or re.search(r"url\(\s*['\"]?(?!#)", value):
            raise SourceError("是 SVG，引用了别处的内容或带有程序，不能用，请另存为 PNG")
    if element.tag == f"{_SVG}style" and re.search(r"@import|url\(\s*['\"]?(?!#)", element.text or ""):
        raise SourceError("是 SVG，引用了别处的内容，不能用，请另存为 PNG")
    if element.tag == f"{_SVG}use":
        target = element.get("href") or element.get("{http://www.w3.org/1999/xlink}href") or ""
        root = element.getroottree().getroot()
        found = root.xpath("//*[@id=$name]", name=target[1:])
        if any(one.tag == f"{_SVG}use" or one.find(f".//{_SVG}use") is not None for one in found):
            raise SourceError("是 SVG，引用套着引用，请另存为 PNG")


def _require_bounded(root: Any) -> None:
    sizes = [
        float(one) for one in re.findall(r"[\d.]+", f"{root.get('width', '')} {root.get('height', '')}")[:2]
    ]
    box = [float(one) for one in re.findall(r"-?[\d.]+", root.get("viewBox", ""))[2:4]]
    for width, height in (pair for pair in (sizes, box) if len(pair) == 2):
        if not 0 < width * height * 4 <= MAX_PIXELS:
            raise SourceError("是 SVG，尺寸太大或是零，请改小")
        return
    raise SourceError("是 SVG，没有写明宽和高，请另存为 PNG")


# In the document ------------------------------------------------------------------------------------------------------


def inlines(picture: Picture, alt: str) -> list[Node]:
    """Print a picture once for each format, its bytes in the text: no path of this machine matters to any tool."""
    page = filled("picture.html", picture=picture, alt=alt)
    # Typst's source is text; wrapped in an SVG, the pixels are.
    wrapped = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{picture.width}" height="{picture.height}">'
        f'<image width="{picture.width}" height="{picture.height}" href="{picture.uri}"/></svg>'
    )
    svg, words = ast.typst_string(wrapped), ast.typst_string(alt.replace("\n", " "))
    pdf = f'#box(image(bytes({svg}), format: "svg", width: {picture.inches:.2f}in, alt: {words}))'
    word = ast.image(alt, picture.uri, {"width": f"{picture.inches:.2f}in"})
    shown_in_word = ast.span([word], classes=["content-visible"], attributes={"when-format": "docx"})
    return [ast.raw_inline("html", str(page)), ast.raw_inline("typst", pdf), shown_in_word]
