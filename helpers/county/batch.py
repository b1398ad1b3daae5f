"""A whole run: what changed is made, what did not is verified, and all of it is summed up."""

import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from dask.system import CPU_COUNT
from distributed.scheduler import KilledWorker

from helpers.county import portal
from helpers.county.bundle import BundleError, Packer
from helpers.county.cluster import Address, BatchError, Job, Order, cluster, submit
from helpers.county.listed import Listed
from helpers.county.run_results import Progress, Results, open_notes
from helpers.county.store import (
    Delivered,
    InUseError,
    Prepared,
    deliver,
    older,
    prepare,
    settle,
    staging,
    up_to_date,
)
from helpers.county.worker import edition
from helpers.files.digests import digest, digest_of
from helpers.files.reading import SourceError
from helpers.files.writing import move_file, move_folder, written_file
from helpers.report.findings import Finding, finding, unforeseen

_Item = TypeVar("_Item")
_Done = TypeVar("_Done")

SUMMARY = "batch.json"
_MOST_A_CORE = 8
STATES = {"rendered": "已生成", "unchanged": "没有变化", "failed": "失败"}
"""What can become of a report, and its name for people."""


@dataclass(frozen=True)
class Summary:
    """How many reports ended in each state, how many notes of reviewers are open, and where that stands in full."""

    counts: dict[str, int]
    open_notes: int
    file: Path

    @property
    def passed(self) -> bool:
        """Whether no report failed."""
        return not self.counts["failed"]


def run(
    folders: Sequence[Path],
    out: Path,
    *,
    to: Sequence[str] = ("html", "pdf", "docx"),
    workers: int | None = None,
    scheduler: Address | None = None,
    fresh: bool = False,
    site: portal.Site | None = None,
    progress: Progress | None = None,
) -> Summary:
    """Check and render report folders; each appears as ``out/<folder name>/``, beside the portal page and the data.

    Parameters
    ----------
    folders
        Report folders, of different names.
    out
        Folder for everything that is made.
    to
        Formats: any of ``html``, ``pdf`` and ``docx``.
    workers
        Processes of the local cluster; by default one a core.
    scheduler
        A running Dask scheduler, used instead; it and its workers run what this process asks, and are trusted.
    fresh
        Render also what did not change.
    site
        How the portal's pages are made.
    progress
        Called for every finished report.

    Raises
    ------
    BatchError
        The run cannot begin or go on; what is finished stays, and the next run goes on from there.
    """
    folders = [Path(os.path.realpath(folder)) for folder in folders]
    out = Path(out).resolve()
    _refuse(folders, out)
    if not scheduler:
        workers = _affordable(min(workers or CPU_COUNT, len(folders)))
    try:
        with staging(out) as stage, tempfile.TemporaryFile(dir=stage) as stream:
            results = Results(stream, folders, progress)
            run = _Run(out, stage, results, list(dict.fromkeys(to)), fresh)
            run.make(folders, workers, scheduler)
            results.compare()
            parents = [run.packer.parent(folder) for folder in folders]
            listed = _Listing(results, parents, site or portal.Site())
            return _write_summary(results, listed, out, stage)
    except InUseError as error:
        raise BatchError(str(error)) from None
    except OSError as error:
        raise BatchError(
            f"不能写入 {out}（{error.strerror or error}）；已经做好的报告都在，腾出地方或改好权限后重新运行"
        ) from None


def _refuse(folders: Sequence[Path], out: Path) -> None:
    names = Counter(folder.name for folder in folders)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise BatchError(
            f"有 {names[twice[0]]} 个文件夹都叫“{twice[0]}”，或同一个给了几次，输出会互相覆盖；请改名、去掉重复的，或分批"
        )
    hidden = next((name for name in names if name.startswith(".")), None)
    if hidden:
        raise BatchError(f"文件夹“{hidden}”的名字以点开头，在网站和文件管理器里看不见；请改名")
    taken = {SUMMARY, *portal.NAMES} & names.keys()
    if taken:
        raise BatchError(f"文件夹不能叫“{min(taken)}”，输出里有同名文件；请改名")
    mixed = next(
        (folder for folder in folders if out == folder.parent or folder in (out, *out.parents)), None
    )
    if mixed:
        raise BatchError(f"输出文件夹 {out} 与报告文件夹“{mixed.name}”在一处，会覆盖填报的数据；请另选一处")


def _affordable(workers: int) -> int:
    if workers > _MOST_A_CORE * CPU_COUNT:
        raise BatchError(
            f"本机有 {CPU_COUNT} 个处理器核心，{workers} 个工作进程会把内存用尽；一般一个核心一个，不写 --workers 即可"
        )
    return workers


_Written = tuple[list[tuple[Job, str, dict[str, Any]]], OSError | None]
"""What became of each report of a group, and why the rest of it was not written."""


def _one_behind(pool: Executor, work: Callable[[_Item], _Done], items: Iterable[_Item]) -> Iterator[_Done]:
    """Yield what becomes of each item, which is worked on while the next is waited for."""
    under_way = None
    for item in items:
        if under_way:
            yield under_way.result()
        under_way = pool.submit(work, item)
    if under_way:
        yield under_way.result()


class _Run:
    """One run: what it makes reports with, and where it says what became of them."""

    def __init__(self, out: Path, stage: Path, results: "Results", formats: list[str], fresh: bool) -> None:
        self.out = out
        self.stage = stage
        self.results = results
        self.formats = formats
        self.fresh = fresh
        self.edition = edition()
        self.packer = Packer()

    def make(self, folders: Sequence[Path], workers: int | None, scheduler: Address | None) -> None:
        """Make every report; a cluster is started only when there is something to make."""
        jobs = self._jobs(folders)
        first = next(jobs, None)
        if first is None:
            return
        with cluster(workers, scheduler) as client, ThreadPoolExecutor(1) as disk:
            order = Order(self.formats, self.edition, str(self.stage))
            groups = submit(client, chain([first], jobs), order)
            for written in _one_behind(disk, self._write, groups):
                self._record(written)

    def _jobs(self, folders: Sequence[Path]) -> Iterator[Job]:
        """Yield what is to be made; record at once what is up to date or cannot be made."""
        for number, folder in enumerate(folders):
            started = time.perf_counter()
            try:
                bundle = self.packer.pack(folder)
                key = bundle.key(self.edition, *self.formats)
                record = None if self.fresh else up_to_date(self.out / folder.name, key)
            except Exception as error:  # one folder must never be the end of the others
                known = isinstance(error, BundleError)
                found = finding("LOAD", str(error)) if known else unforeseen(error)
                self._add(number, folder.name, "failed", _failure(found))
                continue
            if record is None:
                yield Job(number, folder.name, vars(bundle), key)
            else:
                record["seconds"] = round(time.perf_counter() - started, 3)
                self._add(number, folder.name, "unchanged", record)

    def _add(self, number: int, name: str, state: str, entry: dict[str, Any]) -> None:
        # What an earlier run made of a report that now fails stays, but is nowhere passed off as this run's.
        stands = older(self.out / name) if state == "failed" else []
        self.results.add(number, state, {**entry, "older": stands})

    def _write(self, group: Iterable[tuple[Job, Any]]) -> _Written:
        """Put what came back in its place, all at once; also the first of it where there is no room for the rest."""
        taken: list[tuple[Job, str, dict[str, Any] | Prepared]] = []
        error = None
        try:
            for job, back in group:
                taken.append((job, *self._take(job, back)))
        except OSError as no_room:
            error = no_room
        settle([one for _, _, one in taken if isinstance(one, Prepared)])
        entries = [
            (job, state, one.record if isinstance(one, Prepared) else one) for job, state, one in taken
        ]
        return entries, error

    def _record(self, written: _Written) -> None:
        entries, error = written
        for job, state, entry in entries:
            self._add(job.number, job.name, state, entry)
        if error:
            raise error

    def _take(self, job: Job, back: Any) -> tuple[str, dict[str, Any] | Prepared]:
        if isinstance(back, KilledWorker):
            return "failed", _failure("工作进程处理它时几次意外退出，别的报告不受影响；请检查这个文件夹")
        if isinstance(back, OSError):
            reason = back.strerror or str(back)
            return "failed", _failure(
                f"工作进程写不了临时文件（{reason}）；请在那台机器上腾出地方或改好权限，再重新运行"
            )
        if isinstance(back, Exception):
            return "failed", _failure(unforeseen(back))
        record = back["record"]
        if not record["passed"]:
            return "failed", record
        delivered = (
            Delivered(**back["delivered"]) if "delivered" in back else deliver(self.stage, back["files"])
        )
        try:
            return "rendered", prepare(self.out / job.name, self.stage, job.key, record, delivered)
        except FileExistsError:
            return "failed", _failure(f"{self.out / job.name} 已经有别的东西，没有覆盖；请移走")


def _failure(why: str | Finding) -> dict[str, Any]:
    empty = dict.fromkeys(("organ", "level", "year", "published"))
    message, findings = (why, []) if isinstance(why, str) else (why.message, [why.to_json()])
    return {**empty, "passed": False, "message": message, "findings": findings, "figures": [], "seconds": 0.0}


# The whole ------------------------------------------------------------------------------------------------------------


def _write_summary(results: Results, listed: "_Listing", out: Path, stage: Path) -> Summary:
    counts = {state: results.counts[state] for state in STATES}
    shown = {"of": listed.digest(), "sha256": _standing(out)}
    if shown != _shown(out):
        _publish(listed, out, stage)
        shown["sha256"] = _standing(out)
    head = {"counts": counts, "open_notes": results.open_notes, "portal": shown}
    with written_file(stage / SUMMARY) as stream:
        for part in _summary(head, results):
            stream.write(part.encode(errors="backslashreplace"))
    move_file(stage / SUMMARY, out / SUMMARY, durable=True)
    return Summary(counts, results.open_notes, out / SUMMARY)


def _publish(listed: "_Listing", out: Path, stage: Path) -> None:
    """Put the portal's pages and data in the place of those that stand there."""
    new, old = stage / "site", stage / "site-old"
    new.mkdir()
    old.mkdir()
    made = portal.write(listed, new, listed.site)
    for name in portal.NAMES:
        if (new / name).is_dir():
            move_folder(new / name, out / name, old / name, durable=True)
        elif name in made:
            move_file(new / name, out / name, durable=True)
        else:  # a site map of an earlier run, which knew the address
            (out / name).unlink(missing_ok=True)


def _summary(head: dict[str, Any], results: Results) -> Iterator[str]:
    yield json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "reports": ['
    for number, entry in enumerate(results):
        yield ",\n" if number else "\n"
        yield json.dumps(_public(entry), ensure_ascii=False)
    yield "\n]}\n"


def _public(entry: dict[str, Any]) -> dict[str, Any]:
    names = (
        "report",
        "state",
        "seconds",
        "organ",
        "level",
        "year",
        "published",
        "passed",
        "message",
        "findings",
    )
    return {
        **{name: entry[name] for name in names},
        "open_notes": open_notes(entry),
        **{
            name: [f"{entry['report']}/{file}" for file in entry.get(files, ())]
            for name, files in (("outputs", "sha256"), ("older", "older"))
        },
    }


class _Listing:
    """The entries as the portal lists them; can be gone through again."""

    def __init__(self, results: Results, parents: Sequence[Path | None], site: portal.Site) -> None:
        self.site = site
        self._ledger = results
        self._parents = [parent.name if parent else None for parent in parents]

    def __iter__(self) -> Iterator[Listed]:
        for entry, parent in zip(self._ledger, self._parents, strict=True):
            levels = Counter(found["level"] for found in entry["findings"])
            yield Listed(
                name=entry["report"],
                organ=entry["organ"],
                level=entry["level"],
                year=entry["year"],
                published=entry["published"],
                passed=entry["passed"],
                errors=levels["error"],
                warnings=levels["warning"],
                notes=open_notes(entry),
                files=tuple(entry.get("sha256", ())),
                parent=parent,
                figures=entry["figures"],
            )

    def digest(self) -> str:
        """Digest of everything the portal shows."""
        return digest_of(
            chain([edition().encode(), repr(self.site).encode()], (repr(one).encode() for one in self))
        )


def _standing(out: Path) -> dict[str, str]:
    """Return the digest of each part of the portal; of a folder, of the names and digests of its files."""
    standing: dict[str, str] = {}
    for name in portal.NAMES:
        path = out / name
        with suppress(SourceError):  # what is not there, or only linked, is made anew
            if path.is_dir():
                files = (f"{one.name} {digest(one)}\n".encode() for one in sorted(path.iterdir()))
                standing[name] = digest_of(files)
            else:
                standing[name] = digest(path)
    return standing


def _shown(out: Path) -> Any:
    try:
        return json.loads((out / SUMMARY).read_text(encoding="utf-8"))["portal"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
