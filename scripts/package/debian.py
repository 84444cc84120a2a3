"""The Debian package: the program as ./dev build makes it, linked with Debian's own libraries."""

import gzip
import hashlib
import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from . import ROOT, command_line, completions, manual
from .bootstrap import PACKAGING, when
from .commands import output_of, run

DOCUMENTS = ("check.md", "credentials.md", "formats.md", "operating.md", "policy.md", "policy.schema.json",
             "security.md")
EXAMPLES = ("leaky-web.txt", "lost-reboot-reply.txt", "whole-fleet-leaking.txt")


def version() -> str:
    found = re.search(r"^project\(evenkeel VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.MULTILINE)
    assert found, "CMakeLists.txt names no version"
    return found[1]


def _changelog() -> str:
    """In Debian's own format, which knows nothing but that this version exists."""
    maintainer = re.search(r"^Maintainer: (.*)$", (PACKAGING / "debian/control").read_text(), re.MULTILINE)
    date = format_datetime(datetime.fromtimestamp(when(), UTC))
    return (f"evenkeel ({version()}) bookworm; urgency=medium\n\n  * What is new: CHANGELOG.md beside this file.\n\n"
            f" -- {maintainer[1]}  {date}\n")


def put(path: Path, content: bytes, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def squeezed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)


def write_texts(program: Path, root: Path) -> None:
    """The manual page and the completions, where Debian looks for them."""
    top = command_line.read(program)
    share = root / "usr/share"
    put(share / "man/man1/evenkeel.1.gz", squeezed(manual.page(top, version(), when()).encode()))
    put(share / "bash-completion/completions/evenkeel", completions.bash(top).encode())
    put(share / "zsh/vendor-completions/_evenkeel", completions.zsh(top).encode())
    put(share / "fish/vendor_completions.d/evenkeel.fish", completions.fish(top).encode())


def _write_files(program: Path, root: Path) -> None:
    (root / "usr/bin").mkdir(parents=True)
    run("strip", "--remove-section=.comment", "-o", root / "usr/bin/evenkeel", program)
    (root / "usr/bin/evenkeel").chmod(0o755)
    for unit in sorted((PACKAGING / "systemd").iterdir()):
        put(root / "lib/systemd/system" / unit.name, unit.read_bytes())
    put(root / "etc/evenkeel/evenkeel.yaml", (PACKAGING / "evenkeel.yaml").read_bytes())
    put(root / "etc/default/evenkeel", (PACKAGING / "debian/default").read_bytes())
    share = root / "usr/share/doc/evenkeel"
    put(share / "copyright", (PACKAGING / "debian/copyright").read_bytes())
    put(share / "changelog.gz", squeezed(_changelog().encode()))
    put(share / "CHANGELOG.md.gz", squeezed((ROOT / "CHANGELOG.md").read_bytes()))
    for name in DOCUMENTS:
        put(share / name, (ROOT / "docs" / name).read_bytes())
    for name in EXAMPLES:
        put(share / "examples" / name, (ROOT / "scenarios" / name).read_bytes())


def _depends(program: Path) -> str:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "debian").mkdir()
        (Path(folder) / "debian/control").write_text("Source: evenkeel\n\nPackage: evenkeel\nArchitecture: any\n")
        text = output_of("dpkg-shlibdeps", "-O", "-e", program.resolve(), at=Path(folder))
    return text.strip().removeprefix("shlibs:Depends=")


def _write_control(root: Path, architecture: str) -> None:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    sums = "".join(f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n" for path in files)
    size = sum((path.stat().st_size + 1023) // 1024 for path in files)
    text = (PACKAGING / "debian/control").read_text()
    for name, value in (("VERSION", version()), ("ARCHITECTURE", architecture), ("SIZE", str(size)),
                        ("DEPENDS", _depends(root / "usr/bin/evenkeel"))):
        text = text.replace(f"@{name}@", value)
    put(root / "DEBIAN/control", text.encode())
    put(root / "DEBIAN/md5sums", sums.encode())
    settings = sorted(str(path.relative_to(root)) for path in (root / "etc").rglob("*") if path.is_file())
    put(root / "DEBIAN/conffiles", "".join(f"/{name}\n" for name in settings).encode())
    for script in ("postinst", "prerm", "postrm"):
        put(root / "DEBIAN" / script, (PACKAGING / "debian" / script).read_bytes(), 0o755)


def build(program: Path, folder: Path) -> Path:
    """folder/evenkeel_VERSION_ARCHITECTURE.deb."""
    architecture = output_of("dpkg", "--print-architecture").strip()
    package = folder / f"evenkeel_{version()}_{architecture}.deb"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place) / "root"
        mask = os.umask(0o022)
        try:
            _write_files(program, root)
            write_texts(program, root)
            _write_control(root, architecture)
        finally:
            os.umask(mask)
        seconds = when()
        for path in [root, *root.rglob("*")]:
            os.utime(path, (seconds, seconds), follow_symlinks=False)
        run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, package,
            variables={"SOURCE_DATE_EPOCH": str(seconds)})
    return package


def unpack(package: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    run("dpkg-deb", "-x", package, folder)
