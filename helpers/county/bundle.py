"""A report folder as bytes, with every folder the rules hold it against, and what it would be rendered from.

Workers share no disk with this process, so a bundle carries last year's report and those before it, the parent and the
children, in the places they have to one another.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.checks.context import CHILDREN_FILE
from helpers.files.digests import digest_of
from helpers.files.listing import IRREGULAR, beside, contents
from helpers.files.reading import SourceError, read_bytes, unprintable
from helpers.files.yaml_text import read_yaml
from helpers.report.findings import printable
from helpers.report.folder import PROSE
from helpers.report.form import FORM
from helpers.report.settings_file import SETTINGS_FILE, links

LARGEST = 64_000_000
"""Bytes a bundle may have; a folder with its links has about a hundred thousand."""

_NAMES = (
    SETTINGS_FILE,
    CHILDREN_FILE,
    *(f"{table}.csv" for table in FORM.tables),
    *(f"{name}.md" for name in PROSE),
)


class BundleError(Exception):
    """A folder that cannot be sent; the message says why, in Chinese."""


@dataclass(frozen=True)
class Bundle:
    """Files by their path below a common place, and the path of the report's own folder."""

    folder: str
    files: dict[str, bytes]

    def key(self, *made_with: str) -> str:
        """Digest of everything the outputs follow from: these files, and what they are made with."""
        head = "\0".join((self.folder, *made_with)).encode()
        files = (
            part
            for name, data in sorted(self.files.items())
            for part in (f"\0{name}\0{len(data)}\0".encode(), data)
        )
        return digest_of([head, *files])


class Packer:
    """Packs folders of one run; what a folder is linked to is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, Path]] = {}
        self._children: dict[Path, dict[Path, list[Path]]] = {}

    def parent(self, folder: Path) -> Path | None:
        """Return the folder that a resolved folder names as its parent."""
        return self._links(folder).get("parent")

    def pack(self, folder: Path) -> Bundle:
        """Read a resolved folder and all it is linked to.

        Raises
        ------
        BundleError
            There is no such folder, a file of it cannot be read, or all together are too large.
        """
        if found := unprintable(folder.name):
            raise BundleError(f"文件夹名里有看不见的字符 {found}，或不是 UTF-8 编码，请改名")
        if not folder.is_dir():
            raise BundleError(f"找不到报告文件夹 {folder}，请核对路径")
        try:
            return self._read(folder)
        except OSError as error:
            name = Path(error.filename or folder).name
            raise BundleError(f"{name} 无法打开（{error.strerror}），请检查权限") from None

    def _read(self, folder: Path) -> Bundle:
        own = []
        for path, regular in contents(folder):
            if not regular:  # left behind, it would be no finding there; sent along, it would look like a file of the folder
                raise BundleError(f"{printable(path.name)} {IRREGULAR}")
            own.append(path)
        linked = [one for one in dict.fromkeys(self._linked(folder)) if one != folder]
        place = Path(os.path.commonpath([folder.parent, *(one.parent for one in linked)]))
        packed: dict[str, bytes] = {}
        size = 0
        for path in (*own, *(one / name for one in linked for name in _NAMES)):
            if not path.is_file():
                continue
            try:
                data = read_bytes(path, LARGEST)
            except SourceError as error:
                raise BundleError(f"{path.name}：{error.message}") from None
            size += len(data)
            if size > LARGEST:
                raise BundleError(
                    f"文件夹连同上年、上下级超过 {LARGEST // 1_000_000} MB，请检查是否放错了文件：{path.name}"
                )
            packed[path.relative_to(place).as_posix()] = data
        return Bundle(folder.relative_to(place).as_posix(), packed)

    def _linked(self, folder: Path) -> Iterator[Path]:
        named = self._links(folder)
        if "parent" in named:
            yield named["parent"]
        yield from self._below(folder)
        seen = {folder}
        previous = named.get("previous")
        while previous and previous not in seen:
            yield previous
            seen.add(previous)
            previous = self._links(previous).get("previous")

    def _below(self, folder: Path) -> Iterable[Path]:
        listed = folder / CHILDREN_FILE
        if listed.exists():
            return _listed(folder, listed)
        place = folder.parent
        if place not in self._children:
            children: dict[Path, list[Path]] = defaultdict(list)
            for child in beside(place):
                parent = self._links(child).get("parent")
                if parent is not None:
                    children[parent].append(child.resolve())
            self._children[place] = dict(children)
        return self._children[place].get(folder, [])

    def _links(self, folder: Path) -> dict[str, Path]:
        if folder not in self._known:
            named = links(folder)
            self._known[folder] = {key: path for key, path in named.items() if _is_report(path)}
        return self._known[folder]


def _listed(folder: Path, file: Path) -> list[Path]:
    """Return the children that a folder lists, as far as they are there; whatever is wrong the rules will say."""
    try:
        value = read_yaml(file).value
    except SourceError:
        return []
    named = value.get("folders") if isinstance(value, dict) else None
    paths = [folder / one for one in (named if isinstance(named, list) else []) if isinstance(one, str)]
    return [path.resolve() for path in paths if _is_report(path)]


def _is_report(path: Path) -> bool:
    try:
        return (path / SETTINGS_FILE).is_file()
    except (OSError, ValueError):
        return False
