"""Edits made by LibreOffice itself: run by the system's Python, which has ``uno``; started as
``office_edits.py SOFFICE PROFILE SOURCE TARGET EDITS`` with the edits as JSON, a list of lists."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import uno
from com.sun.star.beans import PropertyValue

EXPORT = "MS Word 2007 XML"


def main(soffice: str, profile: str, source: str, target: str, edits: str) -> None:
    pipe = f"nianbao{abs(hash(profile))}"
    office = subprocess.Popen(
        [
            soffice,
            "--headless",
            "--norestore",
            "--nologo",
            f"--accept=pipe,name={pipe};urp;",
            f"-env:UserInstallation={Path(profile).as_uri()}",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        desktop, services = connect(pipe, office)
        document = desktop.loadComponentFromURL(Path(source).as_uri(), "_blank", 0, (given("Hidden", True),))
        editor = Editor(document, services)
        for name, *arguments in json.loads(edits):
            getattr(editor, name)(*arguments)
        document.storeToURL(Path(target).as_uri(), (given("FilterName", EXPORT),))
        document.close(True)
        desktop.terminate()
        office.wait(60)
    finally:
        office.kill()


def connect(pipe: str, office: "subprocess.Popen[bytes]") -> tuple[Any, Any]:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(300):
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:  # not yet listening
            if office.poll() is not None:
                raise
            time.sleep(0.1)
            continue
        services = context.ServiceManager
        return services.createInstanceWithContext("com.sun.star.frame.Desktop", context), (services, context)
    raise TimeoutError("LibreOffice does not answer")


def given(name: str, value: Any) -> PropertyValue:
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


class Editor:
    """What a person does in the program, by name."""

    def __init__(self, document: Any, services: Any) -> None:
        self.document = document
        manager, context = services
        self.dispatcher = manager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)

    def _find(self, text: str) -> Any:
        search = self.document.createSearchDescriptor()
        search.SearchString, search.SearchCaseSensitive = text, True
        found = self.document.findFirst(search)
        assert found is not None, text
        return found

    def _do(self, command: str, *values: Any) -> None:
        frame = self.document.CurrentController.Frame
        self.dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, tuple(values))

    def _select(self, text: str) -> None:
        self.document.CurrentController.select(self._find(text))

    def track(self, on: bool) -> None:
        self.document.RecordChanges = on

    def replace_all(self, old: str, new: str) -> None:
        descriptor = self.document.createReplaceDescriptor()
        descriptor.SearchString, descriptor.ReplaceString = old, new
        assert self.document.replaceAll(descriptor)

    def type_over(self, old: str, new: str) -> None:
        self._select(old)
        self._do("InsertText", given("Text", new))

    def type_after(self, text: str, new: str) -> None:
        found = self._find(text)
        found.Text.createTextCursorByRange(found.End).setString(new)

    def new_paragraph_after(self, text: str, new: str) -> None:
        self._select(text)
        self._do("GoToEndOfPara")
        self._do("InsertPara")
        self._do("InsertText", given("Text", new))

    def delete_paragraph(self, text: str) -> None:
        self._select(text)
        self._do("GoToStartOfPara")
        self._do("EndOfParaSel")
        self._do("Delete")
        self._do("Delete")

    def move_up(self, text: str, times: int) -> None:
        self._select(text)
        for _ in range(times):
            self._do("MoveUp")

    def bold(self, text: str) -> None:
        self._select(text)
        self._do("Bold", given("Bold", True))

    def cell(self, table: int, old: str, new: str) -> None:
        one = self.document.TextTables.getByIndex(table)
        name = next(name for name in one.CellNames if one.getCellByName(name).String == old)
        one.getCellByName(name).String = new

    def save(self) -> None:
        """Nothing but opening and saving."""


if __name__ == "__main__":
    main(*sys.argv[1:])
