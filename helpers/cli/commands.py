"""The commands: ``python -m helpers COMMAND``. Options, exit codes and messages; no logic.

Exit codes: 0 done; 1 a finding of level error, or a report that could not be rendered; 2 wrong usage, input that
cannot be read, or a result that cannot be written. Messages for people go to stderr.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click

from helpers import __version__
from helpers.cli import archive_commands, merge_command, usage
from helpers.cli.given_folders import PATH, ROOT, files_in, require_folder, require_sound
from helpers.cli.messages import fail, say, shown_progress

DOCUMENT = ROOT / "report.qmd"
EXAMPLE = ROOT / "data" / "xiaodukou-2024"


def _parameter(folder: Path) -> str:
    """Path of a report folder as the document sees it, whose cells run in its own folder."""
    path = folder.resolve()
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)


@click.group(cls=usage.Group, help="政府信息公开工作年度报告：填报、核对、生成、汇总。")
@click.version_option(__version__, prog_name="nianbao", help="显示版本")
def cli() -> None:
    """Group of all commands."""


@cli.command(help="把报告文件夹生成为网页、PDF 和 Word 文件。")
@click.argument("folder", type=PATH, default=EXAMPLE)
@usage.option(
    "--to", "formats", type=usage.Formats(), default=",".join(usage.FORMATS), help="要生成的格式，用逗号隔开"
)
@usage.option(
    "--engine",
    type=click.Choice(["auto", "quarto", "pandoc"]),
    default="auto",
    help="auto：有 Quarto 就用，没有就用内置引擎",
)
@usage.option("--profile", type=usage.Profile(), help="Quarto 配置名，如 review")
@usage.option("--force", is_flag=True, help="有错误也生成，每页标“草稿”")
@usage.option("--out", type=PATH, help="输出文件夹，默认 _output/报告文件夹名")
def render(
    folder: Path,
    formats: Sequence[str],
    engine: Literal["auto", "quarto", "pandoc"],
    profile: str | None,
    force: bool,
    out: Path | None,
) -> None:
    """Turn a folder into page, PDF and Word file; `--profile review` for reviewers, `--force` as a draft."""
    from helpers import publish
    from helpers.document import provenance

    require_folder(folder)
    require_sound(folder, profile, force)
    try:
        with shown_progress() as progress:
            made = publish.publish(
                DOCUMENT,
                to=formats,
                out=out or ROOT / "_output" / folder.resolve().name,
                parameters={"report": _parameter(folder)} | ({"force": True} if force else {}),
                profile=profile,
                engine=engine,
                inputs=files_in(folder),
                facts=provenance.facts(),
                forked=True,
                progress=progress,
            )
    except publish.PublishError as error:
        fail(str(error), 1)
    engine_name = "Quarto" if made.engine == "quarto" else "内置引擎"
    say(f"{made.reason}，用{engine_name}生成：")
    for path in made.outputs.values():
        click.echo(path)


@cli.command(help="核对报告文件夹：数字、合计、年度衔接、文字，列出全部问题。")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=PATH)
@usage.option("--json", "as_json", is_flag=True, help="把结果作为一个 JSON 写到标准输出")
@usage.option("--html", is_flag=True, help="另写网页 _output/报告文件夹名/check.html")
def check(folders: tuple[Path, ...], as_json: bool, html: bool) -> None:
    """Check folders against every rule, and list all findings at once."""
    from helpers.checks import display

    sys.exit(display.run(folders, as_json=as_json, pages=ROOT / "_output" if html else None))


@cli.command(
    "import", help="把已公布的报告（网页、Word、PDF、文本、Excel）读成报告文件夹；读不准的留空并列出。"
)
@click.argument("file", type=PATH)
@usage.option("--out", type=PATH, help="报告文件夹，默认 data/文件名-年度")
@usage.option("--replace", is_flag=True, help="换掉已有的文件夹，原来的留在旁边")
@usage.option(
    "--json", "as_json", is_flag=True, help="把读到的内容作为一个 JSON 写到标准输出；不给 --out 就不写文件夹"
)
def import_(file: Path, out: Path | None, replace: bool, as_json: bool) -> None:
    """Read a published report (page, Word, PDF, text, workbook); what is not certain stays blank and is listed."""
    from helpers import intake

    try:
        imported = intake.read(file)
        if as_json:
            click.echo(intake.dumps(imported.to_json()))
        if out is not None or not as_json:
            folder = intake.write(imported, out or intake.default_folder(imported, file), replace=replace)
            say(f"已写入 {folder}")
    except intake.IntakeError as error:
        fail(str(error), 2)
    for message in imported.messages():
        say(f"没有读准：{message}")


@cli.command(help="开始新一年的报告：表格清零，上年结转从上年文件夹带过来，文字留好标题和提示。")
@click.argument("folder", type=PATH)
@usage.option("--organ", required=True, metavar="NAME", help="机关全称")
@usage.option("--level", required=True, help="层级，如 township、department、county")
@usage.option("--year", required=True, type=int, metavar="YEAR", help="报告年度")
@usage.option("--from", "previous", type=PATH, help="上一年度的报告文件夹")
@usage.option("--local", metavar="REGION", help="地方补充要求，data/form/local 里的文件名，如 gansu-wuwei")
def new(folder: Path, organ: str, level: str, year: int, previous: Path | None, local: str | None) -> None:
    """Begin a year: empty tables, and what last year's folder carries over."""
    from helpers.intake.new_year import NewError, create

    try:
        started = create(folder, organ, level, year, previous, local)
    except NewError as error:
        fail(str(error), 2)
    say(f"已写入 {folder}，还要填写：")
    for item in started.to_fill:
        say(f"  {item}")


@cli.command(help="把报告文件夹做成 Excel 填报表；填好后用 import 读回来。")
@click.argument("folder", type=PATH)
@usage.option("--out", required=True, type=PATH, metavar="FILE.xlsx", help="填报表文件")
def workbook(folder: Path, out: Path) -> None:
    """Write a folder as a workbook for Excel and WPS, which `import` reads back."""
    from helpers.intake.workbook import WorkbookError, write
    from helpers.report.folder import InvalidReport, load

    try:
        click.echo(write(load(folder), out))
    except (InvalidReport, WorkbookError) as error:
        fail(str(error), 2)


@cli.command(
    help="比较两个报告文件夹，或文件夹和领导改过的 Word 文件：不同的数、文字逐词对照。内容相同退出码为 0，不同为 1。"
)
@click.argument("before", metavar="FOLDER", type=PATH)
@click.argument("after", metavar="FOLDER|FILE", type=PATH)
@usage.option("--json", "as_json", is_flag=True, help="把结果作为一个 JSON 写到标准输出")
@usage.option("--out", type=PATH, metavar="FILE.html", help="另写成网页")
def compare(before: Path, after: Path, as_json: bool, out: Path | None) -> None:
    """Compare two folders, or a folder and an edited Word file: figures that differ, prose word by word."""
    if after.is_file():
        if out is not None:
            fail("--out 只用于两个报告文件夹；和 Word 文件比较请去掉 --out。", 2)
        sys.exit(merge_command.show(after, before, as_json=as_json))
    from helpers.files.writing import write_text
    from helpers.report.findings import printable
    from helpers.report.folder import InvalidReport
    from helpers.review import compare as comparing
    from helpers.review import compare_page

    try:
        compared = comparing.compare(before, after)
    except InvalidReport as error:
        fail(str(error), 2)
    if out is not None:
        write_text(out, compare_page.html(compared))
    if as_json:
        click.echo(json.dumps(compared.to_json(), ensure_ascii=False, indent=2))
    else:
        click.echo(printable(comparing.text(compared)))
    sys.exit(0 if compared.same else 1)


@cli.command(help="边改边看：在本机打开网页，保存数据、文字、程序后自动刷新（按 Ctrl-C 结束）。")
@click.argument("folder", type=PATH, default=EXAMPLE)
@usage.option("--profile", type=usage.Profile(), help="Quarto 配置名，如 review")
@usage.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", default=0, help="端口，默认任选一个空闲的"
)
def preview(folder: Path, profile: str | None, port: int) -> None:
    """Serve a report as a page that follows every saved change."""
    import threading
    import webbrowser

    from helpers.review.preview import serving

    require_folder(folder)
    try:
        with serving(DOCUMENT, folder, profile=profile, port=port) as address:
            say(f"预览：{address}（按 Ctrl-C 结束）")
            webbrowser.open(address)
            threading.Event().wait()
    except KeyboardInterrupt:
        say("预览已结束。")
    except OSError as error:
        fail(f"端口 {port} 用不了（{error.strerror or error}），请换一个。", 2)


@cli.command(help="把下级的报告汇总成上级的报告文件夹，逐格相加，写明每个下级占多少。")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=PATH)
@usage.option("--organ", required=True, metavar="NAME", help="上级机关全称")
@usage.option("--level", required=True, help="上级的层级，如 county")
@usage.option("--out", required=True, type=PATH, metavar="FOLDER", help="上级的报告文件夹")
def rollup(folders: tuple[Path, ...], organ: str, level: str, out: Path) -> None:
    """Sum children into their parent's folder, with the share of each."""
    from helpers.county.rollup import RollupError
    from helpers.county.rollup import rollup as summed

    try:
        result = summed(list(folders), organ=organ, level=level, out=out)
    except RollupError as error:
        fail(str(error), 2)
    for message in (*result.missing, *result.gaps):
        say(message)
    for name, findings in result.findings.items():
        for found in findings:
            say(f"{name}/{found}")
    names = "名单不全" if result.missing else "名单按齐全处理"
    say(f"已写入 {out}：{len(result.children)} 个下级 {result.report.year} 年度的数，{names}")
    sys.exit(0 if result.passed else 1)


@cli.command(help="一次检查、生成许多报告，并做成集中公布的网页和数据；没有变动的不重做。")
@click.argument("folders", metavar="FOLDER...", nargs=-1, required=True, type=PATH)
@usage.option("--out", required=True, type=PATH, metavar="DIR", help="输出文件夹")
@usage.option(
    "--to", "formats", type=usage.Formats(), default=",".join(usage.FORMATS), help="要生成的格式，用逗号隔开"
)
@usage.option("--workers", type=click.IntRange(min=1), metavar="N", help="本机进程数，默认每个处理器核心一个")
@usage.option("--scheduler", metavar="ADDRESS", help="已有的 Dask 集群，如 tls://10.0.0.1:8786")
@usage.option("--tls-ca", type=PATH, metavar="FILE", help="集群的根证书（PEM），配合 tls:// 地址")
@usage.option("--tls-cert", type=PATH, metavar="FILE", help="本机的证书（PEM）")
@usage.option("--tls-key", type=PATH, metavar="FILE", help="本机证书的私钥（PEM）")
@usage.option("--fresh", is_flag=True, help="没有变动的也重做")
@usage.option(
    "--base-url",
    type=usage.SiteAddress(),
    help="公布后的网址，如 https://www.example.gov.cn/nb/，用来做 sitemap.xml",
)
@usage.option("--internal", is_flag=True, help="供内部查看：网页也列未通过的报告、警告和批注")
def batch(
    folders: tuple[Path, ...],
    out: Path,
    formats: Sequence[str],
    workers: int | None,
    scheduler: str | None,
    tls_ca: Path | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    fresh: bool,
    base_url: str | None,
    internal: bool,
) -> None:
    """Make many reports at once, over processes or a Dask cluster, with a site by year and organ and all figures as data."""
    from helpers.files import extras

    extras.require("batch", "一次生成许多报告")
    from helpers.county.cluster import Address, BatchError
    from helpers.county.portal import Site
    from helpers.county.progress import run_with_progress

    tls = [path for path in (tls_ca, tls_cert, tls_key) if path is not None]
    if tls and not (scheduler or "").startswith("tls://"):
        fail("--tls-ca、--tls-cert、--tls-key 只用于 --scheduler tls://…；本机的集群自己生成证书。", 2)
    if len(tls) not in (0, 3):
        fail("--tls-ca、--tls-cert、--tls-key 要一起给出。", 2)
    for path in tls:
        if not path.is_file():
            fail(f"找不到证书文件 {path}，请核对路径。", 2)
    address = Address(scheduler, (tls[0], tls[1], tls[2]) if tls else None) if scheduler else None
    try:
        code = run_with_progress(
            folders,
            out,
            to=formats,
            workers=workers,
            scheduler=address,
            fresh=fresh,
            site=Site(base_url, internal),
        )
    except BatchError as error:
        fail(str(error), 1)
    sys.exit(code)


@cli.command(help='打印让命令行自动补全的脚本：eval "$(nianbao completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script by which a shell completes the commands."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "nianbao", "_NIANBAO_COMPLETE").source())


for _command in (
    archive_commands.sign,
    archive_commands.archive,
    archive_commands.verify,
    merge_command.merge,
):
    cli.add_command(_command)
