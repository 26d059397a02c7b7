# SPDX-License-Identifier: BSD-2-Clause
"""The boot archive: a ustar file in which every file's contents begin on a page boundary.

A page-aligned file can be handed out copy-on-write, without copying. The gap before a header is
filled by a pax extended header with a comment of the right length, which every tar skips. The
result depends on the contents only: no times, no owners, sorted names.
"""

import pathlib
import stat
import tarfile

from mach_r.ui import Failure

PAGE = 4096
BLOCK = tarfile.BLOCKSIZE


class Archive:
    """Names and contents, then bytes."""

    def __init__(self):
        self._files = {}

    def add(self, name, data, executable=False):
        """Put DATA at NAME, in place of what was there."""
        name = name.strip("/")
        if any(part in ("", ".", "..") for part in name.split("/")):
            raise Failure(f"'{name}' is no path inside the boot archive")
        self._files[name] = (data, executable)

    def add_file(self, path, name):
        """Put the file at PATH at NAME."""
        try:
            data = pathlib.Path(path).read_bytes()
            mode = pathlib.Path(path).stat().st_mode
        except OSError as error:
            raise Failure(f"boot archive: {path}: {error.strerror}") from error
        self.add(name, data, is_program(data) or bool(mode & stat.S_IXUSR))

    def add_manifest(self, path):
        """Put all of a manifest's lines `name=file` in."""
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                name, _, file = line.partition("=")
                self.add_file(file, name)

    def add_option(self, option):
        """Put in what a person named as FILE[:NAME]; a program without a NAME goes to /bin.

        A NAME that ends in a slash is a folder; one without any slash is a program's in /bin.
        """
        path, name = option, ""
        if not pathlib.Path(option).is_file() and ":" in option:
            path, _, name = option.rpartition(":")
        base = pathlib.Path(path).name
        if not name:
            name = f"bin/{base}"
        elif name.endswith("/"):
            name += base
        elif "/" not in name and is_program(_head(path)):
            name = f"bin/{name}"
        self.add_file(path, name)

    def bytes(self):
        """The whole archive."""
        out = bytearray()
        folders = {str(parent) for name in self._files for parent in _parents(name)}
        for name in sorted(folders | set(self._files)):
            if name in folders:
                if name in self._files:
                    raise Failure(f"boot archive: {name} is a file and a folder")
                out += _header(name + "/", tarfile.DIRTYPE, 0, 0o755)
                continue
            data, executable = self._files[name]
            out += _gap(len(out))
            out += _header(name, tarfile.REGTYPE, len(data), 0o755 if executable else 0o644)
            out += data + bytes(-len(data) % BLOCK)
        out += bytes(2 * BLOCK)
        return bytes(out + bytes(-len(out) % PAGE))


def is_program(data):
    """Whether DATA begins like something to execute."""
    return data[:4] == b"\x7fELF" or data[:2] == b"#!"


def _head(path):
    """The first bytes of a file, or none if it cannot be read (add_file says why)."""
    try:
        with open(path, "rb") as file:
            return file.read(4)
    except OSError:
        return b""


def _parents(name):
    """The folders above NAME, without the root."""
    return list(pathlib.PurePosixPath(name).parents)[:-1]


def _header(name, kind, size, mode):
    """One ustar header block."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.mode = kind, size, mode
    try:
        return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
    except ValueError as error:
        raise Failure(f"boot archive: {name}: {error}") from error


def _gap(offset):
    """What has to stand at OFFSET so that the contents after the next header are page aligned."""
    size = -(offset + BLOCK) % PAGE
    if size == 0:
        return b""
    if size == BLOCK:  # no room for an extended header and its data
        size += PAGE
    length = size - BLOCK
    record = f"{length} comment=".encode("ascii")
    record += b" " * (length - len(record) - 1) + b"\n"
    return _header("gap", tarfile.XHDTYPE, length, 0o644) + record
