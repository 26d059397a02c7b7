# SPDX-License-Identifier: BSD-2-Clause
"""From built files to something that boots: boot archive, hybrid BIOS+UEFI ISO, qcow2."""

import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

from mach_r import build
from mach_r.initrd import Archive
from mach_r.ui import Failure

# All that GRUB needs to find grub.cfg on the ISO and to boot by multiboot2. The partition modules
# are here because its UEFI start-up asks for each and complains on the screen about a missing one.
_MODULES = (
    "normal multiboot2 iso9660 test all_video part_acorn part_amiga part_apple part_bsd part_dfly "
    "part_dvh part_gpt part_msdos part_plan part_sun part_sunpc"
)


class Contents:
    """What goes into one image: a kernel with its options, init, and a boot archive.

    Without SETS of files for the archive the kernel is alone: no init, no archive.
    """

    def __init__(self, preset, kernel="mach_r", options="", sets=("system",)):
        out = build.folder(preset)
        self.kernel = out / "root" / "boot" / f"{kernel}.elf"
        self.init = out / "root" / "servers" / "init"
        self.options = options
        self.alone = not sets
        self.archive = Archive()
        for name in sets:
            self.archive.add_manifest(out / f"{name}.manifest")

    def files(self):
        """The image's files as {name: bytes}."""
        try:
            files = {"boot/mach_r.elf": self.kernel.read_bytes()}
            files["boot/grub/grub.cfg"] = self._menu()
            if not self.alone:
                files["boot/init"] = self.init.read_bytes()
                files["boot/initrd.tar"] = self.archive.bytes()
            return files
        except FileNotFoundError as error:
            raise Failure(f"{error.filename} was not built") from error

    def _menu(self):
        """The top folder's grub.cfg with this image's kernel options."""
        text = (build.ROOT / "grub.cfg").read_text(encoding="utf-8")
        line = "multiboot2 /boot/mach_r.elf"
        assert line in text
        text = text.replace(line, f"{line} {self.options}".rstrip(), 1)
        if self.alone:
            text = "".join(l for l in text.splitlines(True) if not l.startswith("module2"))
        return text.encode()


def write(contents, iso, qcow2):
    """Make both image files, unless they hold just this already. True if something was made."""
    files = contents.files()
    stamp = pathlib.Path(f"{qcow2}.stamp")
    digest = _digest(files)
    up_to_date = iso.exists() and qcow2.exists() and stamp.exists()
    if up_to_date and stamp.read_text(encoding="ascii") == digest:
        return False
    with tempfile.TemporaryDirectory(dir=build.BUILD) as folder:
        _make(files, pathlib.Path(folder), iso, qcow2)
    stamp.write_text(digest, encoding="ascii")
    return True


def write_temporary(contents, folder):
    """Make a qcow2 image in FOLDER, for one run."""
    return write_files(contents.files(), folder)


def write_files(files, folder):
    """The same from {name: bytes}."""
    iso, qcow2 = folder / "mach_r.iso", folder / "mach_r.qcow2"
    _make(files, folder, iso, qcow2)
    return qcow2


def _digest(files):
    """What stands for all FILES and for the way they are put together."""
    digest = hashlib.sha256(_MODULES.encode())
    for name, data in sorted(files.items()):
        digest.update(f"{name} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def _make(files, folder, iso, qcow2):
    """Write FILES below FOLDER, and from them the images; each appears in one step."""
    tree = folder / "tree"
    for name, data in files.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    new_iso, new_qcow2 = folder / "new.iso", folder / "new.qcow2"
    command = ["grub-mkrescue", "-o", new_iso, f"--install-modules={_MODULES}"]
    command += ["--fonts=", "--themes=", "--locales=", tree]
    _run(command, "both grub-pc-bin and grub-efi-amd64-bin have to be installed")
    _run(["qemu-img", "convert", "-O", "qcow2", new_iso, new_qcow2], "qemu-utils is needed")
    os.replace(new_iso, iso)
    os.replace(new_qcow2, qcow2)
    shutil.rmtree(tree)


def _run(command, hint):
    """Run an image tool; on failure show all it said."""
    try:
        result = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    except FileNotFoundError as error:
        raise Failure(f"{command[0]} not found; run scripts/deps") from error
    if result.returncode != 0:
        raise Failure(f"{command[0]} failed ({hint}):\n{result.stdout}")
