"""Texts and bytes as values of Typst: whatever they are, Typst has the same, and nothing in them is markup to anybody."""

import io
import re

import pikepdf
import typst
from hypothesis import example, given, settings
from hypothesis import strategies as st

from helpers.document.pandoc_ast import typst_bytes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode())))
@example([b"", bytes(range(256)), bytes(range(128)), "甲,乙".encode("gbk"), b"\xef\xbb\xbfa,b\r\n1,\t2\r"])
@example([b'{{< meta x >}}"\\n`\n```\n```{=typst}\n#x', "\u2028\u0085\ufffe\U0010ffff\u200b".encode()])
def test_attached_bytes_are_the_bytes_given(files: list[bytes]) -> None:
    values = [typst_bytes(data) for data in files]
    assert not any(re.search(r"[`<\n\r\t]|\{\{", value) for value in values)
    code = "".join(f'#pdf.attach("{number}", {value})\n' for number, value in enumerate(values))
    with pikepdf.open(io.BytesIO(typst.compile(f"{code}字".encode()))) as pdf:
        attached = {name: spec.get_file().read_bytes() for name, spec in pdf.attachments.items()}
    assert attached == {str(number): data for number, data in enumerate(files)}
