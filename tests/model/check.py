#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check a model with spin: its scenarios must hold, and each broken variant must not.

Prints TAP. A scenario is a set of macros; a variant is one of the model's BREAK_ macros, in the
scenario that is known to need what it breaks. By hand, with a counter-example to read:

    tests/model/check.py wait --trail BREAK_ARM_WITHOUT_LOOK
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MEMORY_MIB = 2000
DEPTH = 20000
SECONDS = 240

# Of each model: {scenario: macros}, and {scenario: the variants that must fail in it}.
MODELS = {
    "wait": (
        {
            "calls": ["TURNS=2"],
            "time-outs": ["TURNS=1", "DEADLINES=3"],
            "anything": ["TURNS=1", "ANY_TRAP"],
        },
        {
            "calls": [
                "BREAK_ARM_WITHOUT_LOOK",
                "BREAK_BLOCK_WITHOUT_LOOK",
                "BREAK_HANDOFF_WITHOUT_TRYLOCK",
                "BREAK_LOOK_BEFORE_ARM",
                "BREAK_ROOM_IS_NOT_PASSED_ON",
                "BREAK_SWITCH_WITHOUT_LOOK",
                "BREAK_TERMINATE_LOOKS_FIRST",
                "BREAK_TERMINATE_WITHOUT_LOOK",
                "BREAK_UNLOCK_BEFORE_SWITCH",
            ],
            "time-outs": ["BREAK_CANCEL_WITHOUT_WAIT", "BREAK_WAKE_WITHOUT_CLAIM"],
        },
    ),
    "leave": (
        {"a port that ends": []},
        {
            "a port that ends": [
                "BREAK_FORGETS_NOTHING",
                "BREAK_LOOKS_WITHOUT_LOCK",
                "BREAK_WAITS_FOR_THE_QUEUE",
            ],
        },
    ),
    "pset": (
        {"two sets": []},
        {"two sets": ["BREAK_READY_LATER", "BREAK_STAYS_READY"]},
    ),
    "idle": (
        {
            "two processors": ["CPUS=2", "STEPS=5"],
            "three processors": ["CPUS=3", "STEPS=2"],
        },
        {
            "two processors": [
                "BREAK_LOOK_BEFORE_IDLE",
                "BREAK_LOOK_BEFORE_PUT",
                "BREAK_MARK_STAYS",
                "BREAK_STEAL_FORGETS_THE_LOCKED",
            ],
            "three processors": ["BREAK_TAKE_WITHOUT_LOOK"],
        },
    ),
}


class Checker:
    """Runs spin on one model."""

    def __init__(self, model, spin, compiler):
        self._file = HERE / f"{model}.pml"
        self._spin = [spin, f"-P{compiler} -E -x c"]
        self._compiler = compiler

    def search(self, macros, folder, optimise):
        """Visit every state of the model with MACROS. Returns what pan said."""
        flags = [f"-D{macro}" for macro in macros]
        _run([*self._spin, "-a", *flags, self._file], folder)
        compile_flags = ["-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEMORY_MIB}"]
        _run([self._compiler, optimise, *compile_flags, "-o", "pan", "pan.c"], folder)
        return _run(["./pan", "-E", "-b", f"-m{DEPTH}"], folder)

    def trail(self, macros, folder):
        """The counter-example that search() left in FOLDER, step by step."""
        trail = next(pathlib.Path(folder).glob("*.trail"), None)
        if trail is None:
            return "no counter-example\n"
        flags = [f"-D{macro}" for macro in macros]
        return _run([*self._spin, *flags, "-p", "-k", trail, self._file], folder)


def _run(command, folder):
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=SECONDS
    )
    return done.stdout + done.stderr


def holds(output):
    """Whether pan has visited all states and found nothing."""
    return re.search(r"errors: 0$", output, re.MULTILINE) is not None and not re.search(
        r"Search not completed|max search depth too small|out of memory", output
    )


def fails(output):
    """Whether pan has found a state that must not be."""
    return "assertion violated" in output


def states(output):
    """How many states pan has visited, as it says."""
    match = re.search(r"(\S+) states, stored", output)
    return match.group(1) if match else "no"


def cases(model):
    """What is to be tried: (scenario, its macros, the variant or None)."""
    scenarios, broken = MODELS[model]
    for name, macros in scenarios.items():
        yield name, macros, None
    for name, variants in broken.items():
        for variant in variants:
            yield name, scenarios[name], variant


def check(checker, model):
    """Try all, and print TAP. Returns: how many were not as they must be."""
    chosen = list(cases(model))
    print(f"TAP version 13\n1..{len(chosen)}")
    failed = 0
    for number, (scenario, macros, variant) in enumerate(chosen, 1):
        with tempfile.TemporaryDirectory() as folder:
            # A variant fails soon: it is not worth an optimised program.
            chosen_macros = [*macros, variant] if variant else macros
            output = checker.search(chosen_macros, folder, "-O0" if variant else "-O2")
        good = fails(output) if variant else holds(output)
        if not good:
            failed += 1
            print("".join(f"# {line}\n" for line in output.splitlines()), end="")
        name = f"{scenario}: fails with {variant}" if variant else f"{scenario}: holds"
        print(f"{'ok' if good else 'not ok'} {number} - {name} ({states(output)} states)", flush=True)
    return failed


def print_trail(checker, model, wanted):
    """Print how WANTED, a variant of MODEL, fails. Returns: 1 if there is none of that name."""
    for _, macros, variant in cases(model):
        if variant == wanted:
            with tempfile.TemporaryDirectory() as folder:
                checker.search([*macros, variant], folder, "-O0")
                print(checker.trail([*macros, variant], folder), end="")
            return 0
    print(f"check.py: {model} has no variant {wanted}", file=sys.stderr)
    return 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("--spin", default="spin")
    parser.add_argument("--cc", default="clang-19")
    parser.add_argument("--trail", metavar="BREAK", help="print the counter-example of a variant")
    options = parser.parse_args()
    checker = Checker(options.model, options.spin, options.cc)
    if options.trail:
        return print_trail(checker, options.model, options.trail)
    return 1 if check(checker, options.model) else 0


if __name__ == "__main__":
    sys.exit(main())
