"""The live preview: a server on this machine that renders again on every saved change and reloads the browser.

The report's page allows no script, so it stands in a frame of a page of ours, which asks what is new. What goes wrong is shown
above the frame, and the last good page stays. Rendering runs in a process of its own, kept warm; it is replaced when code
changes.
"""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from helpers import publish
from helpers.document import charts
from helpers.files.scratch import end_with_parent, scratch
from helpers.files.templates import filled
from helpers.report.findings import unforeseen
from helpers.report.folder import read
from helpers.report.settings_file import SETTINGS_FILE

_POLL_SECONDS = 0.05
"""Seconds between two looks at the files."""

_LONG_POLL_SECONDS = 25
"""Seconds after which a question of the browser is answered although nothing is new."""


Pages = dict[str, bytes]
"""What a render gave, by the address at which it is served."""


class State:
    """What the browser shows: the last good page, and what went wrong since."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._number = self._good = 0
        self._pages: Pages = {"/report.html": b""}
        self._trouble = ""

    def succeed(self, pages: Pages) -> None:
        """Take a new page, and its text for the editor of a website."""
        with self._changed:
            self._pages, self._trouble = pages, ""
            self._number += 1
            self._good += 1
            self._changed.notify_all()

    def fail(self, message: str) -> None:
        """Take what is wrong; the last good page stays."""
        with self._changed:
            self._trouble = message
            self._number += 1
            self._changed.notify_all()

    def wait(self, seen: int) -> dict[str, int | str]:
        """Return what is the case as soon as it is not what was ``seen``."""
        with self._changed:
            self._changed.wait_for(lambda: self._number != seen, timeout=_LONG_POLL_SECONDS)
            body = "/report-body.html" in self._pages
            return {"number": self._number, "good": self._good, "trouble": self._trouble, "body": body}

    def page(self, address: str) -> bytes | None:
        """Return what the last good render gave, by its address; None where it gave no such thing."""
        with self._changed:
            return self._pages.get(address)


def _handler(state: State) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            # A page of another site could reach a server on this machine by a name that leads here.
            if self.headers.get("Host", "").partition(":")[0] not in {"127.0.0.1", "localhost"}:
                self.send_error(HTTPStatus.FORBIDDEN)
            elif asked.path == "/":
                self._send(filled("preview.html", title="实时预览").encode(), "text/html")
            elif (page := state.page(asked.path)) is not None:
                self._send(page, "text/html")
            elif asked.path == "/state":
                seen = parse_qs(asked.query).get("seen", [""])[0]
                known = int(seen) if seen.isdecimal() else -1
                self._send(json.dumps(state.wait(known), ensure_ascii=False).encode(), "application/json")
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def _send(self, body: bytes, kind: str) -> None:
            with suppress(ConnectionError):  # the browser went away
                self.send_response(HTTPStatus.OK)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serving(document: Path, folder: Path, *, profile: str | None = None, port: int = 0) -> Iterator[str]:
    """Serve the preview of a report folder while the block runs.

    Parameters
    ----------
    document
        The ``.qmd``.
    profile
        As for :func:`helpers.publish.publish`.
    port
        Port on the loopback address; 0 takes a free one.

    Yields
    ------
    str
        Address of the page.

    Raises
    ------
    OSError
        The port is taken.
    """
    state, stop = State(), threading.Event()
    with ThreadingHTTPServer(("127.0.0.1", port), _handler(state)) as server:
        server.daemon_threads = True
        renderer = threading.Thread(target=_render_on_change, args=(document, folder, profile, state, stop))
        listener = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        renderer.start()
        listener.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            stop.set()
            renderer.join()
            server.shutdown()


# Rendering ------------------------------------------------------------------------------------------------------------


class _Renderer:
    """A process that renders; its imports stay warm until it is renewed."""

    def __init__(self, document: Path, folder: Path, profile: str | None) -> None:
        self._job = document, folder, profile
        self._pool = self._start()

    @staticmethod
    def _start() -> ProcessPoolExecutor:
        # Never fork: this process has threads.
        return ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=end_with_parent)

    def render(self) -> Pages | str:
        """Return the pages, or what is wrong."""
        try:
            return self._pool.submit(_render, *self._job).result()
        except BrokenProcessPool:
            self.renew()
            return "生成报告的进程意外退出，请再保存一次。"

    def renew(self) -> None:
        """Start anew, with the code as it is now."""
        self.close()
        self._pool = self._start()

    def close(self) -> None:
        self._pool.shutdown()


def _render(document: Path, folder: Path, profile: str | None) -> Pages | str:
    with scratch("nianbao-preview-") as out:
        try:
            made = publish.publish(
                document,
                to=("html",),
                out=out,
                parameters={"report": str(folder.resolve())},
                profile=profile,
                engine="pandoc",
            )
        except publish.PublishError as error:
            return str(error)
        except Exception as error:  # the preview goes on, and shows the next change
            return str(unforeseen(error))
        return {f"/{path.name}": path.read_bytes() for path in made.outputs.values()}


def _render_on_change(
    document: Path, folder: Path, profile: str | None, state: State, stop: threading.Event
) -> None:
    renderer = _Renderer(document, folder, profile)
    folders: list[Path] = [folder]
    known: dict[Path, int] = {}
    try:
        while not stop.wait(_POLL_SECONDS):
            now = _stamps(document, folders)
            changed = {path for path in now.keys() | known.keys() if now.get(path) != known.get(path)}
            if not changed:
                continue
            if known and any(path.suffix == ".py" for path in changed):
                renderer.renew()
            if any(path.name == SETTINGS_FILE for path in changed):
                folders = _linked(folder)
            # What is saved while it renders is a change after it; what a folder gains by a new link is none.
            known = now | {
                path: stamp for path, stamp in _stamps(document, folders).items() if path not in now
            }
            made = renderer.render()
            if isinstance(made, str):
                state.fail(made)
            else:
                state.succeed(made)
    finally:
        renderer.close()


# What is watched ------------------------------------------------------------------------------------------------------

_WATCHED = {".css", ".csv", ".html", ".json", ".lua", ".md", ".py", ".typ", ".yml"}


def _stamps(document: Path, folders: list[Path]) -> dict[Path, int]:
    """When each file was last changed that makes the page: the document, its options, look and code, and the folders."""
    root = document.parent
    parts = (root / name for name in ("assets", "helpers", "data/form"))
    paths = [document, *root.glob("_quarto*.yml"), *(path for part in parts for path in part.rglob("*"))]
    paths = [path for path in paths if path.suffix in _WATCHED or path == document]
    paths += [path for folder in folders for path in folder.glob("[!.~]*")]
    stamps: dict[Path, int] = {}
    for path in paths:
        with suppress(OSError):  # editors save by replacing: for a moment there is no file
            stamps[path] = path.stat().st_mtime_ns
    return stamps


def _linked(folder: Path) -> list[Path]:
    """Return the folder and those of the years before it that are linked."""
    report = read(folder).report
    return [folder] if report is None else [folder, *(one.folder for one in charts.history(report)[:-1])]
