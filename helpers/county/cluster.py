"""A Dask cluster, our own or another's, and bundles submitted to it: few at a time, so that memory stays flat."""

import asyncio
import atexit
import logging
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, LocalCluster, wait
from distributed.comm.core import CommClosedError
from distributed.deploy.spec import close_clusters
from distributed.scheduler import KilledWorker
from distributed.security import Security

from helpers.files.scratch import scratch

_CONNECT_SECONDS = 10
_NO_WORKER_SECONDS = 60
"""How long a cluster may be without any worker: one that died is back within ten."""

_POLL_SECONDS = 0.5
_FETCH_SECONDS = 300
_LOST = "与调度器的联系断了；已经做好的报告都在，重新运行会从断处接着做"


class BatchError(Exception):
    """A run that cannot begin or go on; the message says why, in Chinese."""


@dataclass(frozen=True)
class Job:
    """One report to make: its place in the order given, its name, its bundle as a mapping, and the bundle's key."""

    number: int
    name: str
    bundle: dict[str, Any]
    key: str


@dataclass(frozen=True)
class Order:
    """How all reports of a run are made: formats, edition of the project, and the run's place on disk."""

    formats: list[str]
    edition: str
    stage: str


@dataclass(frozen=True)
class Address:
    """Where a running scheduler is, as in ``tls://10.0.0.1:8786``.

    Attributes
    ----------
    certificates
        Files in PEM: the authority's certificate, ours, and its key; by default what Dask's own configuration names.
    """

    scheduler: str
    certificates: tuple[Path, Path, Path] | None = None

    def security(self) -> Security:
        """Return what Dask needs to know to reach it."""
        if self.certificates is None:
            return Security()
        authority, certificate, key = map(str, self.certificates)
        return Security(
            tls_ca_file=authority, tls_client_cert=certificate, tls_client_key=key, require_encryption=True
        )


@contextmanager
def cluster(workers: int | None, address: Address | None) -> Iterator[Client]:
    """Start a cluster of processes on this machine, or reach the one at an address.

    Our own speaks TLS with certificates made for this run: whoever can reach a scheduler can run code as its owner, and a
    machine has other users.

    Raises
    ------
    BatchError
        It cannot be reached or started.
    """
    for name in list(logging.root.manager.loggerDict):
        if name.startswith("distributed"):
            logging.getLogger(name).setLevel(logging.CRITICAL)  # what concerns people is said by this project
    settings = {
        "distributed.comm.timeouts.connect": f"{_CONNECT_SECONDS}s",
        # A report is suspected after its second worker died, and then tried alone.
        "distributed.scheduler.allowed-failures": 1,
        # What a worker remembers of tasks that are done grows to 40 MB by Dask's own settings.
        "distributed.admin.low-level-log-length": 50,
        # Ten looks a second at every worker, from here and from within, took a fifth of what a driver does.
        "distributed.worker.memory.monitor-interval": "500ms",
        "distributed.admin.system-monitor.interval": "5s",
        # Its pages tell whoever asks what is being made.
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with (
        scratch("nianbao-batch-") as place,
        dask.config.set({**settings, "temporary-directory": str(place)}),
    ):
        others = set(active_children())
        client = local = None
        try:
            local = None if address else _local(workers, place)
            client = _client(address, local)
            yield client
        except BaseException:  # also an interrupt, even while workers start
            if client is not None:
                with suppress(TimeoutError):
                    client.close(timeout=0.5)
            _kill(local, set(active_children()) - others)
            raise
        client.close()
        if local is not None:
            local.close()


def _client(address: Address | None, local: LocalCluster | None) -> Client:
    if address is None:
        # Its workers are within reach, and what they made need not pass through the scheduler.
        return Client(local, timeout=_CONNECT_SECONDS, direct_to_workers=True)
    try:
        return Client(address.scheduler, security=address.security(), timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError, TypeError, RuntimeError) as error:
        raise BatchError(
            f"连不上调度器 {address.scheduler}（{error}）；请核对地址和证书，并确认它正在运行"
        ) from None


def _local(workers: int | None, place: Path) -> LocalCluster:
    # Never fork: a forked copy of threads that libraries started deadlocks. Dask spawns by default.
    try:
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            security=Security.temporary(),
            local_directory=str(place),
            dashboard_address=None,
            scheduler_kwargs={"dashboard_address": "127.0.0.1:0"},  # its usual port may be another run's
            silence_logs=logging.CRITICAL,
        )
    except (OSError, RuntimeError, TimeoutError) as error:
        raise BatchError(f"本机的工作进程没有启动：{error}") from None


def _kill(local: LocalCluster | None, processes: Iterable[BaseProcess]) -> None:
    """End our own workers at once: nothing they still do is wanted, and what becomes of them is no news."""
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    atexit.unregister(close_clusters)  # it cannot close one whose start was interrupted
    for nanny in local.workers.values() if local else ():
        nanny.auto_restart = False
    for process in processes:
        process.kill()
    if local is not None:
        with suppress(TimeoutError):
            local.close(timeout=0.5)


def submit(client: Client, jobs: Iterator[Job], order: Order) -> Iterator[list[tuple[Job, Any]]]:
    """Submit jobs and yield each with what came back, a mapping or the exception it failed with: all that are finished at a time.

    A report that was with a worker when it died goes to another. One that took several along is tried again at the end,
    alone, so that no other is blamed for it; so is one that a worker had no room for, since another may have filled it.

    Raises
    ------
    BatchError
        The scheduler is lost, no worker is left, or a worker runs another edition of the project.
    """
    suspects: list[Job] = []
    for group in _submit_all(client, jobs, order, alone=False):
        suspects += [job for job, back in group if _suspicious(back)]
        yield [(job, back) for job, back in group if not _suspicious(back)]
    yield from _submit_all(client, iter(suspects), order, alone=True)


def _suspicious(back: Any) -> bool:
    return isinstance(back, KilledWorker | OSError)


def _submit_all(
    client: Client, jobs: Iterator[Job], order: Order, alone: bool
) -> Iterator[list[tuple[Job, Any]]]:
    pending: dict[Future[Any], Job] = {}
    pool = _Pool(client)
    more = True
    while more or pending:
        width = min(pool.width(), 1) if alone else pool.width()
        room = max(width - len(pending), 0) if more else 0
        new = list(islice(jobs, room))
        more = more and len(new) == room
        pending |= zip(_submitted(client, new, order), new, strict=True)
        done = _finished(client, pending)
        if done:
            backs = _results(client, done, order.edition)
            group = [(pending.pop(one), back) for one, back in zip(done, backs, strict=True)]
            for one in done:
                one.release()
            pool.took(len(group))
            yield group


def _submitted(client: Client, jobs: list[Job], order: Order) -> list[Future[Any]]:
    """Submit jobs all at once: what a message costs, a hundred reports in it cost together."""
    if not jobs:
        return []
    keys = [f"report-{job.name}-{uuid.uuid4().hex}" for job in jobs]
    bundles = [job.bundle for job in jobs]
    # By value: a scheduler, and a worker without the project, can then still read what it is asked.
    with _connection_errors(client):
        return list(client.map(_by_value(), bundles, **vars(order), key=keys, pure=False))


def _by_value() -> Callable[..., Any]:
    def launch(bundle: dict[str, Any], formats: list[str], edition: str, stage: str) -> Any:
        from helpers.county.worker import make_report

        return make_report(bundle, formats, edition, stage)

    return launch


class _Pool:
    """How many bundles may be under way: two a worker, so that none waits for the next, or what is done in half a second.

    Many at a time cost little more than one: what is submitted, fetched and written down together goes in one message each.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._width = self._done = 0
        self._looked = self._seen = time.monotonic() - _POLL_SECONDS

    def width(self) -> int:
        now = time.monotonic()
        if now - self._looked >= _POLL_SECONDS:
            with _connection_errors(self._client):
                workers = sum(self._client.nthreads().values())
            done = round(self._done * _POLL_SECONDS / (now - self._looked))
            self._looked, self._done = now, 0
            self._width = max(2 * workers, done) if workers else 0
            if workers:
                self._seen = now
            elif now - self._seen > _NO_WORKER_SECONDS:
                raise BatchError("集群里没有工作进程；请先启动，再重新运行")
        return self._width

    def took(self, count: int) -> None:
        """Remember how many came back."""
        self._done += count


def _finished(client: Client, pending: dict[Future[Any], Job]) -> list[Future[Any]]:
    if not pending:
        time.sleep(_POLL_SECONDS)  # there is no worker yet
        return []
    with _connection_errors(client):
        try:
            return list(wait(list(pending), timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED").done)
        except TimeoutError:
            return []


@contextmanager
def _connection_errors(client: Client) -> Iterator[None]:
    """Turn every way in which a scheduler can be lost into one error."""
    try:
        yield
    except (OSError, RuntimeError, CancelledError, asyncio.CancelledError):
        raise BatchError(_LOST) from None
    if client.status != "running":
        raise BatchError(_LOST)


def _results(client: Client, futures: list[Future[Any]], edition: str) -> list[Any]:
    """Return for each report what a worker sent back, or the exception that concerns it alone."""

    async def fetched() -> list[Any]:
        return await asyncio.gather(*futures, return_exceptions=True)

    try:
        return [_judged(back, edition) for back in client.sync(fetched, callback_timeout=_FETCH_SECONDS)]
    except (CommClosedError, CancelledError, asyncio.CancelledError, TimeoutError):
        raise BatchError(_LOST) from None


def _judged(back: Any, edition: str) -> Any:
    """Return what came back for one report; raise what concerns all of them."""
    if isinstance(back, CommClosedError | CancelledError | asyncio.CancelledError | TimeoutError):
        raise back
    if isinstance(back, ImportError):
        raise BatchError(
            f"集群的工作进程里没有本项目，或版本不同（{back}）；请在每台机器上装好同一版本再启动"
        )
    if isinstance(back, BaseException):
        return back
    if back["edition"] != edition:
        raise BatchError(
            f"集群的工作进程里是另一版本的项目或依赖包（本机 {edition[:12]}，工作进程 {back['edition'][:12]}）；"
            "请换成同一版本并重新启动工作进程"
        )
    return back
