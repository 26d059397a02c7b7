# SPDX-License-Identifier: BSD-2-Clause
"""Build Mach_R and boot it in this terminal, to a shell."""

import argparse
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile

from mach_r import build, execute, image, machine, ui

PRESET = "release"

# GRUB itself, which loads all files before it starts the kernel, needs some.
_MEMORY_MIN = 8 << 20
_UNITS = {"K": 1 << 10, "": 1 << 20, "M": 1 << 20, "G": 1 << 30}


def seconds(text):
    """An option's value: a number above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"has to be a number above 0, not {text}")
    return number


def processors(text):
    """The value of --smp; no machine that QEMU knows has more."""
    if not text.isdecimal() or not 1 <= int(text) <= 255:
        raise argparse.ArgumentTypeError(f"has to be a number from 1 to 255, not {text}")
    return int(text)


def memory(text):
    """The value of --memory, as QEMU takes it."""
    match = re.fullmatch(r"([1-9][0-9]*)([KMG]?)", text.upper())
    if match is None:
        raise argparse.ArgumentTypeError(f"has to be like 256M or 4G, not {text}")
    if int(match.group(1)) * _UNITS[match.group(2)] < _MEMORY_MIN:
        raise argparse.ArgumentTypeError(f"has to be at least {_MEMORY_MIN >> 20}M, not {text}")
    return text


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    parser.add_argument("--no-boot", action="store_true", help="stop when the image is made")
    parser.add_argument("--smp", type=processors, default=1, metavar="N", help="processors (1)")
    parser.add_argument(
        "--memory", type=memory, default="256M", metavar="M", help="memory (256M)"
    )
    parser.add_argument("--uefi", action="store_true", help="boot by UEFI instead of BIOS")
    parser.add_argument("--display", action="store_true", help="a window with the screen console")
    parser.add_argument("--gdb", action="store_true", help="wait for gdb before the first step")
    parser.add_argument("--accel", choices=("tcg", "kvm"), default="tcg", help="(tcg)")
    parser.add_argument("--cpu", default="", metavar="MODEL", help="QEMU's processor model")
    parser.add_argument(
        "--add", action="append", default=[], metavar="FILE[:NAME]",
        help="put FILE into the boot archive's /bin, or at NAME; may be repeated",
    )
    parser.add_argument(
        "--exec", metavar="COMMANDS", dest="commands",
        help="run these in the shell, print their output, end with the last one's status",
    )
    parser.add_argument(
        "--timeout", type=seconds, metavar="S",
        help="end after S seconds (with --exec: 300; else never)",
    )
    parser.add_argument(
        "--trace", nargs="?", const="", metavar="TASK",
        help="show messages as text, all or those of a program or process id; builds debug",
    )
    parser.add_argument(
        "--preset", choices=("release", "debug"), default=None, help=f"what to build ({PRESET})"
    )
    parsed = parser.parse_args(arguments)
    if parsed.trace is not None and parsed.preset == "release":
        parser.error("--trace: the release kernel cannot show messages")
    if parsed.trace is not None and not re.fullmatch(r"[^\s=]*", parsed.trace):
        parser.error(f"--trace needs a program's name or a process id, not '{parsed.trace}'")
    parsed.preset = parsed.preset or (PRESET if parsed.trace is None else "debug")
    return parsed


def kernel_options(arguments):
    """Words for the kernel's command line."""
    if arguments.trace is None:
        return ""
    return f"trace_messages={arguments.trace}" if arguments.trace else "trace_messages"


def make_contents(arguments):
    """Build, and collect what the image shall hold."""
    build.install_packages(*(["qemu-system-gui"] if arguments.display else []))
    build.build(arguments.preset)
    contents = image.Contents(arguments.preset, options=kernel_options(arguments))
    for option in arguments.add:
        contents.archive.add_option(option)
    return contents


def qemu_options(arguments):
    """The machine to pretend."""
    extra = ("-S", "-gdb", "tcp::1234") if arguments.gdb else ()
    return machine.Options(
        smp=arguments.smp, memory=arguments.memory, accel=arguments.accel, cpu=arguments.cpu,
        uefi=arguments.uefi, display=arguments.display, extra=extra,
    )


def explain_gdb(preset):
    """Say how to connect gdb."""
    words = ["gdb", "-x", build.ROOT / "scripts" / "gdbinit.py"]
    words += [build.folder(preset) / "boot" / "mach_r.elf", "-ex", "target remote :1234"]
    ui.note("Waiting for gdb. In another terminal:\n  " + shlex.join(str(word) for word in words))


def run_commands(contents, arguments):
    """The --exec mode."""
    execute.add_commands(contents.archive, arguments.commands)
    ui.step("Running the commands")
    timeout = arguments.timeout or 300
    outcome = execute.run(contents, qemu_options(arguments), timeout, execute.to_stdout)
    if not outcome.answered:
        execute.explain(outcome)
    return outcome.status & 0xFF


def boot(picture, arguments):
    """Boot PICTURE with its serial line in this terminal."""
    with tempfile.TemporaryDirectory(prefix="mach_r-") as scratch:
        words = machine.command(picture, qemu_options(arguments), scratch)
        words += ["-serial", "mon:stdio" if sys.stdin.isatty() else "stdio"]
        if not sys.stdin.isatty():
            words += ["-monitor", "none"]
        ui.step("Booting" + ("; Ctrl-A X ends QEMU" if sys.stdin.isatty() else ""))
        # The interrupt key belongs to the system in the machine.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            return subprocess.run(words, timeout=arguments.timeout, check=False).returncode
        except subprocess.TimeoutExpired:
            ui.note(f"\nended after {arguments.timeout:g} seconds")
            return execute.STATUS_TIMEOUT


def main():
    arguments = parse(sys.argv[1:])
    contents = make_contents(arguments)
    if arguments.gdb:
        explain_gdb(arguments.preset)
    if arguments.commands is not None:
        return run_commands(contents, arguments)
    picture = build.BUILD / "mach_r.qcow2"
    with build.lock():
        made = image.write(contents, build.BUILD / "mach_r.iso", picture)
    ui.step(f"{'Made' if made else 'Up to date:'} {os.path.relpath(picture)} and mach_r.iso")
    if arguments.no_boot:
        return 0
    return boot(picture, arguments)


if __name__ == "__main__":
    ui.run_main(main)
