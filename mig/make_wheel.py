# SPDX-License-Identifier: BSD-2-Clause
"""Packs the compiler for pip (PEP 517): what `pip install mig/` calls, named in pyproject.toml.

A wheel is an archive with a list of what is in it, so the standard library suffices: nothing has to
be fetched to install the compiler. Packed twice, it is the same to the byte.
"""

import base64
import hashlib
import io
import os
import tarfile
import tomllib
import zipfile
from typing import Any

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGES = {"mig": "mig", "runtime": "mig/runtime"}  # folders here, and there
SHIPPED = (".py", ".c", ".h")


def _project() -> dict[str, Any]:
    with open(os.path.join(HERE, "pyproject.toml"), "rb") as stream:
        return dict(tomllib.load(stream)["project"])


def _files() -> dict[str, str]:
    """All that is shipped: where it goes, and where it is."""
    found: dict[str, str] = {}
    for folder, place in PACKAGES.items():
        top = os.path.join(HERE, folder)
        for path, _, names in os.walk(top):
            inside = os.path.normpath(os.path.join(place, os.path.relpath(path, top)))
            found |= {f"{inside}/{name}": os.path.join(path, name)
                      for name in names if name.endswith(SHIPPED)}
    return dict(sorted(found.items()))


def _metadata(project: dict[str, Any]) -> str:
    return (f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
            f"Summary: {project['description']}\nRequires-Python: {project['requires-python']}\n")


def _about(project: dict[str, Any]) -> dict[str, str]:
    """The files of the folder .dist-info."""
    commands = "".join(f"{name} = {entry}\n" for name, entry in project["scripts"].items())
    return {
        "METADATA": _metadata(project),
        "WHEEL": "Wheel-Version: 1.0\nGenerator: mig\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "entry_points.txt": f"[console_scripts]\n{commands}",
    }


def build_wheel(
    wheel_directory: str, config_settings: object = None, metadata_directory: str | None = None
) -> str:
    """Called by pip: write the wheel there; its name."""
    project = _project()
    title = f"{project['name']}-{project['version']}"
    contents = {}
    for name, path in _files().items():
        with open(path, "rb") as stream:
            contents[name] = stream.read()
    contents |= {f"{title}.dist-info/{name}": text.encode()
                 for name, text in _about(project).items()}
    record = f"{title}.dist-info/RECORD"
    lines = [f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in contents.items()]
    contents[record] = "".join([*lines, f"{record},,\n"]).encode()
    wheel = f"{title}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, wheel), "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in contents.items():
            out.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return wheel


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def build_sdist(sdist_directory: str, config_settings: object = None) -> str:
    """Called by `python3 -m build`: write an archive of the sources there; its name."""
    project = _project()
    title = f"{project['name']}-{project['version']}"
    with tarfile.open(os.path.join(sdist_directory, f"{title}.tar.gz"), "w:gz") as out:
        for name in ("pyproject.toml", os.path.basename(__file__), *PACKAGES):
            out.add(os.path.join(HERE, name), f"{title}/{name}", filter=_source)
        about = _metadata(project).encode()
        head = tarfile.TarInfo(f"{title}/PKG-INFO")
        head.size = len(about)
        out.addfile(head, io.BytesIO(about))
    return f"{title}.tar.gz"


def _source(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    is_shipped = entry.isdir() or entry.name.endswith((*SHIPPED, ".toml"))
    return entry if is_shipped and "__pycache__" not in entry.name else None
