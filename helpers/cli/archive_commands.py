"""The commands for what is finished: sign, archive, verify. As in ``commands.py``: options, exit codes and messages."""

from functools import partial
from pathlib import Path

import click

from helpers.cli import usage
from helpers.cli.given_folders import PATH, ROOT, files_in, require_folder
from helpers.cli.messages import PASSWORD, fail, password, say


@click.command(
    cls=usage.Command,
    help="给 PDF 加电子签名（PAdES），原文一个字节不动；证书在文件里或签名设备（PKCS#11）里。",
)
@click.argument("file", metavar="FILE.pdf", type=PATH)
@usage.option("--out", type=PATH, metavar="FILE.pdf", help="签好的文件，默认就写回原处")
@usage.option(
    "--certificate", type=PATH, metavar="FILE", help="证书：带私钥的 .p12、.pfx，或另配 --key 的 .pem"
)
@usage.option("--key", type=PATH, metavar="FILE", help="私钥（.pem），证书和私钥分开时用")
@usage.option("--chain", type=PATH, metavar="FILE", help="上级证书（.pem），一并放进签名")
@usage.option("--pkcs11", type=PATH, metavar="LIBRARY", help="签名设备的驱动库，配合 --token、--label")
@usage.option("--token", metavar="NAME", help="签名设备的名称")
@usage.option("--label", metavar="NAME", help="签名设备里证书的名称")
@usage.option("--tsa", metavar="URL", help="时间戳服务的地址（RFC 3161）")
@usage.option("--visible", is_flag=True, help="在有空白处的最后一页显示签名人和日期")
@usage.option(
    "--password-file",
    type=PATH,
    metavar="FILE",
    help=f"密码或口令所在的文件；不给就看环境变量 {PASSWORD}，再没有就在屏幕上问",
)
def sign(
    file: Path,
    out: Path | None,
    certificate: Path | None,
    key: Path | None,
    chain: Path | None,
    pkcs11: Path | None,
    token: str | None,
    label: str | None,
    tsa: str | None,
    visible: bool,
    password_file: Path | None,
) -> None:
    """Sign a PDF after PAdES, with a certificate from a file or a device; its bytes stay as they are."""
    from helpers.files import extras

    extras.require("archive", "电子签名")
    from helpers.archive import signing
    from helpers.archive.signer_keys import Device, Files

    if (certificate is None) == (pkcs11 is None):
        fail("请用 --certificate 给出证书文件，或用 --pkcs11 给出签名设备的驱动库，二者取一。", 2)
    if tsa is not None and not tsa.startswith(("http://", "https://")):
        fail(f"--tsa 写的是“{tsa}”，应是 http:// 或 https:// 开头的地址。", 2)
    if certificate is not None:
        who: Files | Device = Files(certificate, key, chain)
    elif pkcs11 is not None and token and label:
        who = Device(pkcs11, token, label)
    else:
        fail("用签名设备时，--token（设备名称）和 --label（证书名称）都要给出。", 2)
    try:
        found = signing.sign(
            file, out or file, who, partial(password, password_file), tsa=tsa, visible=visible
        )
    except signing.SignError as error:
        fail(str(error), 2)
    say(f"已签名，原文未改动：{'；'.join(found)}")
    click.echo(out or file)


@click.command(
    "archive",
    cls=usage.Command,
    help="把一套成果连同来源数据、元数据、四性检测报告打成存档包（BagIt，zip）。",
)
@click.argument("outputs", metavar="FOLDER_OF_OUTPUTS", type=PATH)
@usage.option("--out", required=True, type=PATH, metavar="FILE.zip", help="存档包")
@usage.option("--inputs", type=PATH, help="报告文件夹，默认是清单里写的那一个")
def archive(outputs: Path, out: Path, inputs: Path | None) -> None:
    """Pack outputs, source, metadata and the report of the four checks for the archive (BagIt, zip)."""
    from helpers.files import extras

    extras.require("archive", "打存档包")
    from helpers.archive import package

    if not outputs.is_dir():
        fail(f"找不到文件夹 {outputs}，请核对路径。", 2)
    source = inputs or package.source_of(outputs, ROOT)
    if source is None:
        fail("清单里写的报告文件夹不在这里，请用 --inputs 给出。", 2)
    require_folder(source)
    try:
        packed = package.pack(outputs, source, out)
    except package.PackageError as error:
        fail(str(error), 1)
    say(f"包里有 {len(packed.names)} 个文件：")
    for name in packed.names:
        say(f"  {name}")
    for name in packed.left:
        say(f"没有收进包里：{name}")
    if packed.inner:
        say("请注意，包里有没有公布的内容，对外提供前请取出：")
        for inner in packed.inner:
            say(f"  source/{inner}")
    say(f"整包的 SHA-256：{packed.digest}，请登记下来，日后可以核对整包。")
    click.echo(out)


@click.command(
    cls=usage.Command,
    help="核对一套已公布的文件或存档包：是否齐全、未被改动（盖过章的也能核对），是否出自给定的数据。",
)
@click.argument("outputs", metavar="FOLDER_OF_OUTPUTS|FILE.zip", type=PATH)
@usage.option("--inputs", type=PATH, help="报告文件夹，核对文件是否由它生成")
def verify(outputs: Path, inputs: Path | None) -> None:
    """Verify that a published set or an archive package, sealed or not, is whole, unchanged, and made from given input."""
    from helpers.archive.verify import verify as verified

    if inputs is not None and not inputs.is_dir():
        fail(f"找不到文件夹 {inputs}，请核对路径。", 2)
    given = None if inputs is None else files_in(inputs)
    if outputs.is_file():
        from helpers.files import extras

        extras.require("archive", "核对存档包")
        from helpers.archive import package

        found = package.verify_package(outputs, given)
    elif outputs.is_dir():
        found = verified(outputs, given)
    else:
        fail(f"找不到文件夹或存档包 {outputs}，请核对路径。", 2)
    for note in found.notes:
        say(note)
    if found.wrong:
        fail("\n".join(found.wrong), 1)
    made = inputs is not None or outputs.is_file()
    say("齐全，未被改动，出自给定的数据。" if made else "齐全，未被改动。")
