# SPDX-License-Identifier: BSD-2-Clause
"""One QEMU: how it is started, and its serial line read and written."""

import dataclasses
import os
import pathlib
import re
import selectors
import shutil
import socket
import subprocess
import tempfile
import time

from mach_r.ui import Failure

_OVMF = ("/usr/share/OVMF", "/usr/share/edk2/x64", "/usr/share/qemu")

# Writing V to this port ends QEMU with status 2 * V + 1.
DEBUG_EXIT = ("-device", "isa-debug-exit,iobase=0xf4,iosize=4")


@dataclasses.dataclass
class Options:
    """The hardware to pretend."""

    smp: int = 1
    memory: str = "256M"
    accel: str = "tcg"
    cpu: str = ""
    uefi: bool = False
    display: bool = False
    plain: bool = False  # just as the README has it, with QEMU's own choice of everything
    extra: tuple = ()


def _ovmf(name):
    """The path of an OVMF file."""
    for folder in _OVMF:
        path = pathlib.Path(folder) / name
        if path.exists():
            return path
    raise Failure(f"{name} not found in {', '.join(_OVMF)}: install the package ovmf")


def command(image, options, scratch):
    """QEMU's command line for IMAGE, but for its serial line. SCRATCH: a folder of this run."""
    if options.plain:
        drive = f"file={image},format=qcow2"
        return ["qemu-system-x86_64", "-drive", drive, "-m", options.memory, "-display", "none"]
    words = ["qemu-system-x86_64", "-accel", options.accel, "-m", options.memory]
    words += ["-smp", str(options.smp), "-nic", "none"]
    if options.cpu:
        words += ["-cpu", options.cpu]
    elif options.accel == "kvm":
        words += ["-cpu", "host"]
    # Nothing is written to the image, so that two machines can boot the same file.
    words += ["-drive", f"file={image},format=qcow2,snapshot=on"]
    if options.uefi:
        # The variables are copied each time: firmware can hang on what an earlier run left there.
        variables = pathlib.Path(scratch) / "OVMF_VARS.fd"
        shutil.copyfile(_ovmf("OVMF_VARS_4M.fd"), variables)
        flash = "if=pflash,format=raw"
        words += ["-drive", f"{flash},unit=0,readonly=on,file={_ovmf('OVMF_CODE_4M.fd')}"]
        words += ["-drive", f"{flash},unit=1,file={variables}"]
    if not options.display:
        words += ["-display", "none"]
    return words + list(options.extra)


class Machine:
    """A running QEMU whose serial line is ours. Use as a context manager: leaving ends it."""

    def __init__(self, image, options):
        self._scratch = tempfile.TemporaryDirectory(prefix="mach_r-")
        words = command(image, options, self._scratch.name)
        self._monitor = pathlib.Path(self._scratch.name) / "monitor"
        words += ["-serial", "stdio", "-monitor", f"unix:{self._monitor},server=on,wait=off"]
        words += ["-no-reboot"]
        self.started = time.monotonic()
        self.output = b""
        self._seen = 0
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        os.set_blocking(self._process.stdout.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._selector.close()
        self._scratch.cleanup()

    def is_running(self):
        """Whether QEMU has not ended."""
        try:
            self._process.wait(0.2)
            return False
        except subprocess.TimeoutExpired:
            return True

    def read(self, deadline):
        """Wait for more output. False at the deadline or when QEMU has ended."""
        if not self._selector.select(max(0.0, deadline - time.monotonic())):
            return False
        data = os.read(self._process.stdout.fileno(), 65536)
        self.output += data
        return bool(data)

    def expect(self, pattern, timeout):
        """Wait until PATTERN (a bytes regular expression) appears behind what was expected before.

        Returns the match, or None when the time is over or QEMU has ended first.
        """
        compiled = re.compile(pattern)
        deadline = time.monotonic() + timeout
        while True:
            match = compiled.search(self.output, self._seen)
            if match:
                self._seen = match.end()
                return match
            if not self.read(deadline):
                return None

    def send(self, text):
        """Type TEXT on the serial line."""
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()

    def monitor(self, command):
        """What QEMU's monitor answers to COMMAND."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(60)
            line.connect(str(self._monitor))
            _read_answer(line)
            line.sendall(command.encode() + b"\n")
            echo, _, answer = _read_answer(line).partition("\n")
            del echo
            return answer

    def screendump(self):
        """The screen as a picture: width, height, three bytes for each pixel."""
        path = pathlib.Path(self._scratch.name) / "screen.ppm"
        self.monitor(f"screendump {path}")
        _, size, _, pixels = path.read_bytes().split(b"\n", 3)
        width, height = (int(number) for number in size.split())
        return width, height, pixels

    def finish(self, timeout):
        """Wait for QEMU's own end and return its status, or None when the time is over."""
        deadline = time.monotonic() + timeout
        while self.read(deadline):
            pass
        try:
            return self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            return None

    def tail(self, count=30):
        """The last COUNT lines of output, as text, for a report."""
        return "\n".join(plain(self.output).splitlines()[-count:])


def _read_answer(line):
    """What the monitor at the other end of LINE says until it asks for a command."""
    answer = b""
    while not answer.endswith(b"(qemu) "):
        data = line.recv(65536)
        if not data:
            raise Failure("QEMU's monitor has ended")
        answer += data
    return answer.decode("ascii", "replace").removesuffix("(qemu) ")


def plain(data):
    """Serial output as text: without terminal control sequences and carriage returns."""
    text = data.decode("utf-8", "replace").replace("\r", "")
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()=>].?|\x1bc", "", text)
