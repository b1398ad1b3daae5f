"""What means something to pandoc, Quarto, Typst, Word or a browser, put together by chance."""

import random

PIECES = [
    "`x`{=typst}",
    "<b>h</b>",
    "<script>z</script>",
    "[s]{.k_#i_style=x}",
    "$x^2$",
    "@fig-a",
    "^[n]",
    "[^1]",
    "\\newpage",
    "`c`",
    "~~s~~",
    "~s~",
    "^s^",
    "*e*",
    "**b**",
    "“q”",
    "甲，乙",
    "a_--_b",
    "...",
    "'q'",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "\\<b\\>",
    "http://a.b",
    "<http://a.b>",
    "[l](http://a.b)",
    '[l](http://a.b_"t")',
    "{{_year_}}",
    "{{_organ_}}",
    "{{year}}",
    "{#id}",
    "{.k}",
    ":smile:",
    "#_h",
    "-_x",
    "1._x",
    "1)_x",
    "(@)_x",
    "(1)_x",
    "a._x",
    "i._x",
    "#._x",
    ">_q",
    "|_l",
    "+---+",
    ":_def",
    "---",
    "===",
    "***",
    ":::",
    ":::_{.k}",
    "```",
    "```{=html}",
    "~~~",
    "|a|b|",
    "|-|-|",
    "Table:_x",
    "[a]:_http://x.y",
    "[^1]:_n",
    "*[HTML]:_x",
    "<!--_c_-->",
    "\\",
    "\\\\",
    "%",
    "%_t",
    "{{<",
    "}}",
    "{%",
    "%}",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "`",
    "``",
    "*",
    "_",
    "<",
    ">",
    "!",
    "甲",
    "（一）标题",
    "**甲。**乙",
    "*甲*乙*丙*",
    "a\\",
    "1",
    "2021.",
    "-_[_]_t",
    "[@x]",
    "-@fig-x",
    "<div>",
    "</div>",
    "<?php",
    "<!D",
    "<![CDATA[x]]>",
    "&copy;",
    "\\(x\\)",
    "\\[x\\]",
    "H~2~O",
    "--------",
    "a_|_b",
    "--|--",
    "\\begin{x}\\end{x}",
    "\\def\\a{b}\\a",
    "title:_x",
    "{{<_env_HOME_>}}",
    "{%_raw_%}",
    "{{{{<_x_>}}}}",
    "[x](javascript:z)",
    "[x](http://a/{{<_x_>}})",
    "<w:r>",
    '#read("/LICENSE")',
    "\\{\\{",
    ".func()",
    '(read("/LICENSE"))',
    "(1)",
    "[x]",
    ";",
    "//_x",
    "/*_x_*/",
    "=_x",
    "+_x",
    "/_x:_y",
    '"',
    "\\u{41}",
    "12件",
    "。",
]
SPACES = [
    "    ",
    "\t",
    "",
    "",
    "  ",
    "\u00a0",
    "\u3000",
    "\u2005",
    "\u200b",
    "\u2028",
    "\x0c",
    "\x0b",
    "\x85",
    "\n",
]


def line(chance: random.Random) -> str:
    pieces = [piece.replace("_", " ") if len(piece) > 1 else piece for piece in PIECES] + SPACES
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, 3)))


def block(chance: random.Random, depth: int = 0) -> str:
    kind = chance.choice(
        ["line", "line", "fence", "fence", "list", "list", "quote", "heading", "table", "rule", "lines"]
    )
    if depth > 4 or kind == "line":
        return line(chance)
    if kind == "fence":
        lines = [line(chance) for _ in range(chance.randint(0, 3))]
        opening, closing = (
            chance.choice(["```", "~~~", "````", "```x"]),
            chance.choice(["```", "~~~", "````"]),
        )
        return "\n".join([opening, *lines, closing])
    if kind == "list":
        return items(chance, depth)
    if kind == "quote":
        return "\n".join(f"> {one}" for one in block(chance, depth + 1).split("\n"))
    if kind == "heading":
        return chance.choice(["## ", "# ", "### ", "######## "]) + line(chance)
    if kind == "table":
        return f"|{line(chance)}|{line(chance)}|\n|---|:-:|\n|{line(chance)}|{line(chance)}|"
    return "---" if kind == "rule" else f"{line(chance)}\n{line(chance)}"


def items(chance: random.Random, depth: int) -> str:
    mark = chance.choice(["- ", "* ", "+ ", "1. ", "1) ", "3. ", "10. ", "-    ", "-\t"])
    written = []
    for _ in range(chance.randint(1, 3)):
        inner = chance.choice(["\n", "\n\n"]).join(
            block(chance, depth + 1) for _ in range(chance.randint(1, 2))
        )
        written.append(mark + inner.replace("\n", "\n" + " " * chance.choice([len(mark), 2, 4, 0])))
    return chance.choice(["\n", "\n\n"]).join(written)


def text(chance: random.Random) -> str:
    made = chance.choice(["\n", "\n\n", "\n\n"]).join(block(chance) for _ in range(chance.randint(1, 5)))
    return made.replace("\n", chance.choice(["\n"] * 8 + ["\r\n", "\r"]))
