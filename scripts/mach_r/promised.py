# SPDX-License-Identifier: BSD-2-Clause
"""The errors that the interfaces in idl/ promise, and those that a run of tests has seen.

Each `@error` of a routine of the kernel's has to be provoked by some test, and each error seen has to
be promised. What no test can provoke stands, with the reason, in a table of its own.
"""

import json
import re

from mach_r import build

IDL = build.ROOT / "idl"
KERN_RETURN = build.ROOT / "kernel" / "include" / "mach" / "kern_return.h"
EXCEPTIONS = build.ROOT / "tests" / "system" / "unprovoked.txt"

_DOCUMENTED = re.compile(
    r"/\*\*(?P<doc>(?:(?!\*/).)*?)\*/\s*(?:^#[^\n]*\n\s*)*"
    r"(?:simple)?routine\s+(?:SERVED_BY\()?(?P<name>\w+)",
    re.DOTALL | re.MULTILINE,
)
_ERROR = re.compile(r"@error\s+(KERN_\w+)")
_CODE = re.compile(r"^#define (KERN_\w+)\s+(\d+)\b|^\s*(KERN_\w+)\s*=\s*(\d+),", re.MULTILINE)
_RESULT = re.compile(r"result (\d+) (-?\d+)\s*$", re.MULTILINE)


def codes(text=None):
    """The numbers of KERN_* by name."""
    text = KERN_RETURN.read_text("utf-8") if text is None else text
    return {m[1] or m[3]: int(m[2] or m[4]) for m in _CODE.finditer(text)}


def promises(text):
    """The errors of each routine in the text of a .defs file: {routine: {KERN_NAME, ...}}."""
    return {m["name"]: set(_ERROR.findall(m["doc"])) for m in _DOCUMENTED.finditer(text)}


def ids(lock):
    """Ids of all routines by name, from the text of the lock file."""
    found = {}

    def walk(node):
        if isinstance(node, dict):
            if "id" in node and "arguments" in node:
                found[node["name"]] = node["id"]
            node = list(node.values())
        if isinstance(node, list):
            for part in node:
                walk(part)

    walk(json.loads(lock))
    return found


_EXCEPTION = re.compile(r"(\w+) (\w+)([:?]) *\S")


def exceptions(text):
    """The lines `routine error: reason`, and `routine error? reason` for what may be provoked by chance:
    {(routine, error): whether it is that}."""
    pairs = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            match = _EXCEPTION.match(line)
            if not match:
                raise ValueError(f"no reason: {line}")
            pairs[match[1], match[2]] = match[3] == "?"
    return pairs


def results(text):
    """The pairs (id, code) that a kernel has told at its end."""
    return {(int(m[1]), int(m[2])) for m in _RESULT.finditer(text)}


def compare(promised, numbers, known, seen, excepted):
    """Faults, as text by routine. PROMISED as promises(), NUMBERS as ids(), KNOWN as codes(), SEEN as
    results(), EXCEPTED as exceptions()."""
    names = {code: name for name, code in known.items()}
    faults = {}

    def fault(routine, what):
        faults.setdefault(routine, []).append(what)

    for routine, errors in promised.items():
        number = numbers[routine]
        told = {names[code] for at, code in seen if at == number and code in names}
        told.discard("KERN_SUCCESS")
        for error in sorted(errors - told):
            if (routine, error) not in excepted:
                fault(routine, f"{error} is promised, and no test provokes it")
        for error in sorted(told - errors):
            fault(routine, f"{error} was seen, and is not promised")
        for error in sorted(errors & told):
            if not excepted.get((routine, error), True):
                fault(routine, f"{error} is provoked, and unprovoked.txt says it cannot be")
    for routine, error in excepted:
        if error not in promised.get(routine, ()):
            fault(routine, f"{error} is in unprovoked.txt, and not promised")
    return faults


def check(seen, interfaces):
    """compare() for what SEEN says of the routines of INTERFACES, the names of files in idl/."""
    promised = {}
    for name in interfaces:
        promised |= promises((IDL / f"{name}.defs").read_text("utf-8"))
    numbers = ids((IDL / "interfaces.lock").read_text("utf-8"))
    excepted = exceptions(EXCEPTIONS.read_text("utf-8"))
    return compare(promised, numbers, codes(), seen, excepted)
