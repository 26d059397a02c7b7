# SPDX-License-Identifier: BSD-2-Clause
r"""Dialogues with the booted system, as a person would have them on the serial line.

A dialogue is a file of lines:
    = NAME    a new case begins
    > TEXT    type TEXT and the return key (after the prompt has come)
    + TEXT    type just TEXT, in which \xNN stands for a control character
    ~ S       wait S seconds
    < REGEX   wait until this appears in the output
    ! REGEX   in this case this must not appear
Other lines are comments. What a group (?P<NAME>...) of a < line found stands for {NAME} in later
lines.
"""

import re
import time

from mach_r import machine, tap

PROMPT = rb"shell> "


class Broken(Exception):
    """The system did not answer as the dialogue has it."""


def load(path):
    """The cases in a file, as [(name, [(key, text)])]."""
    cases = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key, text = line[:2], line[2:]
        if key == "= ":
            cases.append((text, []))
        elif key in ("> ", "+ ", "~ ", "< ", "! "):
            cases[-1][1].append((key[0], text))
    return cases


def hold(cases, qemu, prefix, timeout):
    """Go through CASES with the machine QEMU. After a case that fails the others are skipped."""
    results, found = [], {}
    for name, steps in cases:
        try:
            _hold_case(steps, qemu, timeout, found)
            results.append(tap.Case(f"{prefix}/{name}", True))
        except Broken as broken:
            results.append(tap.Case(f"{prefix}/{name}", False, f"{broken}\n{qemu.tail()}"))
            break
    return results


def _hold_case(steps, qemu, timeout, found):
    """One case: its steps, then the prompt if something was typed. FOUND: texts by their names."""
    start = len(qemu.output)
    forbidden = []
    is_typed = False
    for key, text in steps:
        text = re.sub(r"\{([a-z]+)\}", lambda m: found.get(m.group(1), m.group(0)), text)
        if key == ">" and is_typed:
            _expect(qemu, PROMPT, timeout)
        is_typed = is_typed or key in ">+"
        if key == ">":
            qemu.send(text + "\r")
        elif key == "+":
            qemu.send(re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m.group(1), 16)), text))
        elif key == "~":
            time.sleep(float(text))
        elif key == "<":
            groups = _expect(qemu, text.encode(), timeout).groupdict()
            found.update({name: value.decode() for name, value in groups.items()})
        else:
            forbidden.append(text)
    _expect(qemu, PROMPT, timeout)
    said = machine.plain(qemu.output[start:])
    for pattern in forbidden:
        if re.search(pattern, said):
            raise Broken(f"'{pattern}' appeared")


def _expect(qemu, pattern, timeout):
    """Wait for PATTERN; its match."""
    match = qemu.expect(pattern, timeout)
    if match is None:
        raise Broken(f"'{pattern.decode()}' did not appear in {timeout} s")
    return match
