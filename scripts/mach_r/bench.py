# SPDX-License-Identifier: BSD-2-Clause
"""Measure the system in QEMU and print `name value unit` lines.

Figures are instructions, counted by QEMU and the same every time; --plain gives time-stamp ticks
under plain emulation instead, in which TLB and cache work of the emulator shows.  What several
processors change is always measured under plain emulation, as ratios.
"""

import argparse
import dataclasses
import json
import pathlib
import re
import statistics
import sys
import tempfile
import time

from mach_r import build, execute, image, machine, ui

_LINE = re.compile(r"^([a-z][a-z0-9_]*) (-?[0-9]+(?:\.[0-9]+)?) (\S+)$", re.MULTILINE)
_COUNTED = machine.Options(cpu="qemu64", extra=("-icount", "shift=0,sleep=off"))
_PLAIN = machine.Options(cpu="qemu64")
# A slow machine, 16 ns for an instruction: all that can keep a real-time thread waiting lasts 16 times
# as long as when instructions are counted, its periods and deadlines do not.
_SLOW = machine.Options(cpu="qemu64", extra=("-icount", "shift=4,sleep=off"))
_SEVERAL = machine.Options(cpu="qemu64", smp=4)
_TIMEOUT = 600
_PROMPT = rb"shell> "
_BOOTS = 3
_ONLY_COUNTED = ("timer_interrupt",)  # an interruption by the development machine looks the same

# What the interrupt controllers give to a processor, as QEMU's trace has it.
_INTERRUPTS = ("apic_local_deliver", "apic_deliver_irq")
_SETTLE, _IDLE = 3, 10  # seconds


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--plain", action="store_true", help="ticks under plain TCG")
    parser.add_argument("--json", metavar="FILE", help="write both kinds of figures to FILE")
    return parser.parse_args(arguments)


def measure(program, options, unit):
    """Run PROGRAM on a machine with OPTIONS; {name: (value, unit)}."""
    contents = image.Contents("release", sets=("system", "bench"))
    execute.add_commands(contents.archive, program)
    output = bytearray()
    outcome = execute.run(contents, options, _TIMEOUT, output.extend)
    text = machine.plain(bytes(output))
    if outcome.status != 0:
        raise ui.Failure(f"{program} ended with status {outcome.status}:\n{outcome.tail}")
    figures = {}
    for name, value, said in _LINE.findall(text):
        # A program counts ticks; what a tick is depends on the machine it runs on.
        value = float(value) if "." in value else int(value)
        figures[name] = (value, unit if said == "ticks" else said)
    return figures


def boot_time():
    """Milliseconds from QEMU's start through GRUB to the prompt: the median of some boots."""
    times = []
    with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
        picture = image.write_temporary(image.Contents("release"), pathlib.Path(folder))
        for _ in range(_BOOTS):
            with machine.Machine(picture, machine.Options()) as qemu:
                if qemu.expect(_PROMPT, 120) is None:
                    raise ui.Failure(f"no prompt came:\n{qemu.tail()}")
                times.append(time.monotonic() - qemu.started)
    return round(statistics.median(times) * 1000)


def idle_wakeups():
    """Interrupts a second that all processors together get while the shell waits for a key."""
    with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
        picture = image.write_temporary(image.Contents("release"), pathlib.Path(folder))
        trace = pathlib.Path(folder) / "trace"
        words = [word for event in _INTERRUPTS for word in ("-trace", event)]
        options = dataclasses.replace(_SEVERAL, extra=(*words, "-D", str(trace)))
        with machine.Machine(picture, options) as qemu:
            if qemu.expect(_PROMPT, 120) is None:
                raise ui.Failure(f"no prompt came:\n{qemu.tail()}")
            time.sleep(_SETTLE)
            before = trace.read_text().count("\n")
            time.sleep(_IDLE)
            count = trace.read_text().count("\n") - before
    if before == 0:
        raise ui.Failure("QEMU traces no interrupts")
    return count / _IDLE


def all_figures(plain):
    """Everything that one call prints."""
    ui.step("Measuring the way to the prompt")
    figures = {"boot_to_prompt_ms": (boot_time(), "ms")}
    ui.step(f"Running the benchmark, {'plain' if plain else 'counting instructions'}")
    unit = "ticks" if plain else "instructions"
    figures.update(measure("/bin/bench", _PLAIN if plain else _COUNTED, unit))
    if plain:
        for name in _ONLY_COUNTED:
            figures.pop(name, None)
    ui.step("Running the benchmark of several processors")
    figures.update(measure("/bin/bench_smp", _SEVERAL, ""))
    ui.step("Running real time beside others")
    figures.update(measure("/bin/bench_real_time", _SLOW, ""))
    if figures["real_time_misses"][0] != 0:
        raise ui.Failure(f"a real-time thread missed {figures['real_time_misses'][0]} deadlines")
    ui.step("Listening to an idle machine")
    figures["idle_wakeups_per_second"] = (idle_wakeups(), "interrupts")
    return figures


def main():
    arguments = parse(sys.argv[1:])
    build.install_packages()
    build.build("release")
    figures = all_figures(arguments.plain)
    for name, (value, unit) in figures.items():
        print(name, value, unit, flush=True)
    if arguments.json:
        both = {"counted": figures, "plain": figures}
        other = "counted" if arguments.plain else "plain"
        both[other] = all_figures(not arguments.plain)
        text = {
            kind: {name: {"value": value, "unit": unit} for name, (value, unit) in found.items()}
            for kind, found in both.items()
        }
        pathlib.Path(arguments.json).write_text(json.dumps(text, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    ui.run_main(main)
