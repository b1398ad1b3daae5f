"""Click in Chinese: help pages, kinds of values, and what is wrong with a command line."""

import re
import sys
from collections.abc import Sequence
from functools import partial
from typing import Literal

import click
from click.types import OptionHelpExtra

FORMATS = ("html", "pdf", "docx")
_HEADINGS = {"Options": "选项", "Commands": "命令"}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or "用法：")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))


class _Context(click.Context):
    formatter_class = _Formatter


class _Option(click.Option):
    """An option whose help says in Chinese that it must be given."""

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        """Return what stands in brackets after the help."""
        extra = super().get_help_extra(ctx)
        if self.required:
            extra["required"] = "必填"
        extra.pop("range", None)
        return extra


option = partial(click.option, cls=_Option)
"""As :func:`click.option`."""


class Command(click.Command):
    """A command with a Chinese help page."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, described."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示这页说明"
        return option


SECTIONS = {
    "做报告": ("new", "import", "workbook", "render", "preview"),
    "核对": ("check", "compare", "merge"),
    "盖章存档": ("sign", "archive", "verify"),
    "汇总": ("rollup", "batch"),
    "维护": ("completion",),
}
"""Commands by what people do, in the order of the work."""


class Group(Command, click.Group):
    """A group of such commands, listed by what people do."""

    command_class = Command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 (click's own)
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands under their headings."""
        for heading, names in SECTIONS.items():
            rows = [(name, self.commands[name].get_short_help_str(120)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(rows)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's own)
        """Return the names in the order of the help page."""
        return [name for names in SECTIONS.values() for name in names]


def table(group: Group, *, english: bool = False) -> str:
    """Return the commands as a table in Markdown: in Chinese what their help says, in English what their code does."""
    head = ("command", "what it does") if english else ("命令", "做什么")
    lines = [f"| {head[0]} | {head[1]} |", "|---|---|"]
    for names in SECTIONS.values():
        for name in names:
            command = group.commands[name]
            said = (command.callback.__doc__ or "") if english and command.callback else command.help or ""
            lines.append(f"| `{name}` | {said.strip().splitlines()[0]} |")
    return "\n".join(lines)


class Formats(click.ParamType[tuple[str, ...]]):
    """Output formats, with commas between them."""

    name = "html,pdf,docx"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the formats, each once."""
        formats = tuple(dict.fromkeys(value.split(",")))
        unknown = [name for name in formats if name not in FORMATS]
        if unknown:
            self.fail(f"没有格式“{unknown[0]}”，可用的有 {'、'.join(FORMATS)}", param, ctx)
        return formats


class Profile(click.ParamType[str]):
    """Name of a profile, or several."""

    name = "NAME"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the name, which becomes part of a file's name."""
        if not re.fullmatch(r"[\w-]+(,[\w-]+)*", value):
            self.fail(f"--profile 写的是“{value[:40]}”，只能用字母、数字、- 和 _", param, ctx)
        return value


class SiteAddress(click.ParamType[str]):
    """Address of a site, to which names of its pages can be added."""

    name = "URL"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address with a slash at its end."""
        if not re.fullmatch(r"https?://[^\s/?#<>\"'\\]+(/[^\s?#<>\"'\\]*)?", value):
            wanted = "以 http:// 或 https:// 开头、不带 ? 和 # 的网址"
            self.fail(f"--base-url 写的是“{value[:40]}”，应是{wanted}", param, ctx)
        return value.rstrip("/") + "/"


Chosen = frozenset[int] | Literal["all"]
"""Numbers of tracked changes, or all of them."""


class Numbers(click.ParamType[Chosen]):
    """Numbers with commas between them, or ``all``."""

    name = "1,3|all"

    def convert(
        self, value: str | Chosen, param: click.Parameter | None, ctx: click.Context | None
    ) -> Chosen:
        """Return the numbers."""
        if isinstance(value, frozenset):
            return value
        if value == "all":
            return "all"
        if not re.fullmatch(r"(\d{1,6}(,\d{1,6})*)?", value):
            self.fail(f"写的是“{value[:40]}”，应是修订的编号（如 1,3）或 all", param, ctx)
        return frozenset(int(one) for one in value.split(",") if one)


class Answer(click.ParamType[tuple[str, str]]):
    """What is decided of one question: its key, and which side."""

    name = "KEY=file|folder|text"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Return key and side."""
        if isinstance(value, tuple):
            return value
        key, _, side = value.rpartition("=")
        if not key or side not in {"file", "folder", "text"}:
            self.fail(f"写的是“{value[:60]}”，应如 overview.2=file（可用 file、folder、text）", param, ctx)
        return key, side


def explained(error: click.UsageError) -> str:
    """Say in Chinese what is wrong with a command line."""
    match error:
        case click.NoSuchOption():
            return f"没有选项 {error.option_name}{_meant(error.possibilities)}"
        case click.exceptions.NoSuchCommand():
            return f"没有命令“{error.command_name}”{_meant(error.possibilities)}"
        case click.MissingParameter():
            return f"缺少 {error.param.make_metavar(error.ctx) if error.param and error.ctx else '参数'}"
        case click.BadOptionUsage():
            # Click does not tell the two apart but in English.
            joined = any(argument.startswith(f"{error.option_name}=") for argument in sys.argv)
            return f"{error.option_name} 后面{'不能带值' if joined else '还要写上它的值'}"
        case click.BadParameter(param=click.Parameter(type=kind, opts=options)):
            return _value(kind, options[0], error)
    return f"“{' '.join(sys.argv[1:])}”不能这样写，请看有没有写错或多余的地方"


def _value(kind: object, option: str, error: click.BadParameter) -> str:
    match kind:
        case click.Choice(choices=choices):
            return f"{option} 的值应是 {'、'.join(map(str, choices))} 之一"
        case click.IntRange(min=least, max=None):
            return f"{option} 的值应是不小于 {least} 的整数"
        case click.IntRange(min=least, max=most):
            return f"{option} 的值应是 {least} 到 {most} 的整数"
        case click.types.IntParamType():
            return f"{option} 的值应是整数"
    return error.message  # of a kind of our own, which speaks Chinese


def _meant(names: Sequence[str] | None) -> str:
    return f"（是不是 {names[0]}）" if names else ""
