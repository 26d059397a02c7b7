# SPDX-License-Identifier: BSD-2-Clause
"""Begin a new server: its interface, the server, a client program and tests, all working.

Makes idl/NAME.defs, servers/NAME and what belongs to them from scripts/server_template, and enters
NAME where the build, the image and the documents list servers. Nothing is changed if anything is
in the way.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from mach_r import build, ui

ROOT = build.ROOT
TEMPLATE = ROOT / "scripts" / "server_template"
# Where each file of the template goes, and what it is.
FILES = {
    "interface.defs": ("idl/@name@.defs", "the interface"),
    "types.h": ("idl/include/mach_r/@name@_types.h", "its C types"),
    "CMakeLists.txt": ("servers/@name@/CMakeLists.txt", "how it is built"),
    "main.c": ("servers/@name@/main.c", "checks in and receives"),
    "server.c": ("servers/@name@/@name@_server.c", "a function for each routine"),
    "greeting.h": ("servers/@name@/greeting.h", "the work behind them"),
    "greeting.c": ("servers/@name@/greeting.c", "the same"),
    "client.c": ("servers/@name@/client.c", "/bin/@name@_client"),
    "tests/test.c": ("servers/@name@/tests/test_@name@.c", "test on the host"),
    "tests/dialogue": ("servers/@name@/tests/@name@.dialogue", "test in the booted system"),
}
INCLUDES = ("-Iidl/include", "-Ikernel/include")
LOCK = "idl/interfaces.lock"
NAME_MAX = 24
KEYWORDS = frozenset(
    "alignas alignof auto bool break case char const constexpr continue default do double else "
    "enum extern false float for goto if inline int long nullptr register restrict return short "
    "signed sizeof static static_assert struct switch thread_local true typedef typeof "
    "typeof_unqual union unsigned void volatile while".split()
)
# Names that CMake and Ninja take for targets of their own.
BUILD_TARGETS = frozenset(
    "all clean help test install package edit_cache rebuild_cache list_install_components".split()
)
# Behind another interface's name, these make the names of its files.
SUFFIXES = ("_server", "_client", "_reply", "_types", "_user")
# And these make what the new interface declares.
DECLARED = ("_server", "_greet", "_count", "_text_t", "_subsystem")
TARGET = re.compile(r"add_(?:program|server|system_test|executable|library|custom_target)\((\w+)")


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="scripts/new_server", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", metavar="NAME", help="small letters, digits and _, as in C")
    return parser.parse_args(arguments)


# The name --------------------------------------------------------------------------------------


def check_name(name):
    """Refuse a NAME that C, the build or the tree cannot have."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ui.Failure(
            f"'{name}' cannot be a server's name: it becomes part of C names, so it is made of "
            "small letters, digits and '_', and begins with a letter"
        )
    if len(name) > NAME_MAX:
        raise ui.Failure(f"'{name}' has {len(name)} characters; {NAME_MAX} are the most")
    if name in KEYWORDS:
        raise ui.Failure(f"'{name}' is a keyword of C; choose another name")
    if name.endswith(SUFFIXES):
        ending = next(suffix for suffix in SUFFIXES if name.endswith(suffix))
        raise ui.Failure(f"'{name}' ends in '{ending}', like files made for an interface; "
                         "choose another name")
    check_free(name)


def check_free(name):
    """Refuse a NAME that something in the tree has already."""
    taken = [f"idl/{name}.defs", f"servers/{name}", f"servers/programs/{name}.c"]
    taken += [f"{folder}/mach_r/{name}{ending}.h" for folder in ("idl/include", "libmach/include")
              for ending in ("", "_types", "_server")]
    for path in taken:
        if (ROOT / path).exists():
            raise ui.Failure(f"'{name}' exists already: {path}")
    for target in (name, f"{name}_client", f"test_{name}"):
        if target in BUILD_TARGETS:
            raise ui.Failure(f"'{target}' is a target that every build has; choose another name")
        for path in cmake_files():
            if target in TARGET.findall(path.read_text(encoding="utf-8")):
                where = path.relative_to(ROOT)
                raise ui.Failure(f"the build has a target '{target}' already, in {where}")
    check_undeclared([name + ending for ending in DECLARED])


def check_undeclared(names):
    """Refuse NAMES that a header has for something else."""
    for folder in ("libmach/include", "kernel/include", "idl/include"):
        for path in sorted((ROOT / folder).rglob("*.h")):
            words = set(re.findall(r"\w+", path.read_text(encoding="utf-8")))
            for name in words.intersection(names):
                where = path.relative_to(ROOT)
                raise ui.Failure(f"'{name}' is declared already, in {where}; choose another name")


def cmake_files():
    """All files that describe the build."""
    yield ROOT / "CMakeLists.txt"
    for folder in ("cmake", "idl", "mig", "kernel", "libmach", "servers", "tests", "initrd"):
        for pattern in ("CMakeLists.txt", "*.cmake"):
            yield from sorted((ROOT / folder).rglob(pattern))


# The interface ---------------------------------------------------------------------------------


def mig(*words):
    """What the interface compiler prints."""
    command = [sys.executable, ROOT / "mig" / "mig.py", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ui.Failure(f"the interfaces of the tree have faults:\n{done.stderr}")
    return done.stdout


def free_id():
    """The first id of a subsystem that meets no other."""
    paths = []
    for folder in ("idl", "servers", "tests"):
        paths += sorted((ROOT / folder).rglob("*.defs"))
    return int(mig("ids", "--free", *INCLUDES, *paths))


def new_lock(name, text):
    """The lock file with the interface NAME, described by TEXT."""
    with tempfile.TemporaryDirectory(prefix="mach_r-") as folder:
        new = pathlib.Path(folder) / f"{name}.defs"
        new.write_text(text, encoding="utf-8")
        paths = sorted([*(ROOT / "idl").glob("*.defs"), new], key=lambda path: path.name)
        return mig("layout", *INCLUDES, *paths)


# The files -------------------------------------------------------------------------------------


def fill(text, name, number):
    """A template's TEXT for one server."""
    words = {"name": name, "NAME": name.upper(), "id": str(number)}
    return re.sub(r"@(name|NAME|id)@", lambda match: words[match[1]], text)


def in_shape(path, text):
    """TEXT of the C file PATH as .clang-format has it: line ends depend on the name's length."""
    if not path.endswith((".c", ".h")):
        return text
    command = ["clang-format-19", f"--assume-filename={ROOT / path}"]
    return subprocess.run(
        command, cwd=ROOT, input=text, capture_output=True, text=True, check=True
    ).stdout


def new_files(name, number):
    """{path: text} of the server's own files."""
    out = {}
    for source, (path, _) in FILES.items():
        path = fill(path, name, number)
        text = (TEMPLATE / source).read_text(encoding="utf-8")
        out[path] = in_shape(path, fill(text, name, number))
    return out


# The lists -------------------------------------------------------------------------------------


def changed(path, pattern, replacement):
    """The text of PATH with REPLACEMENT for the last match of PATTERN."""
    text = (ROOT / path).read_text(encoding="utf-8")
    matches = list(re.finditer(pattern, text, re.MULTILINE))
    if not matches:
        raise ui.Failure(f"{path} has no place for a new server: no line like '{pattern}'")
    match = matches[-1]
    return text[: match.start()] + match.expand(replacement) + text[match.end() :]


def in_list(path, pattern, name):
    """The text of PATH with NAME added to the CMake list that PATTERN finds up to its end."""
    text = changed(path, pattern, rf"\g<0> {name}")
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if len(line) > 100 and line.rstrip(")").endswith(f" {name}"):
            head, _, tail = line.rpartition(" ")
            lines[number] = f"{head}\n  {tail}"
    return "\n".join(lines)


def edits(name, number):
    """{path: new text} of the files that list servers."""
    conf = f"service {name:15} {f'/servers/{name}':18}  restart"
    return {
        "idl/CMakeLists.txt": in_list(
            "idl/CMakeLists.txt", r"^set\(server_interfaces [^)]*", name),
        "servers/CMakeLists.txt": in_list(
            "servers/CMakeLists.txt", r"^foreach\(folder IN ITEMS [^)]*", name),
        "initrd/etc/init.conf": changed(
            "initrd/etc/init.conf", r"^service .*$", rf"\g<0>\n{conf}"),
        "idl/README.md": changed(
            "idl/README.md", r"^\| `\w+\.defs`.*$",
            rf"\g<0>\n| `{name}.defs` | {number} | {name} | {name}: greetings |"),
        "servers/README.md": changed(
            "servers/README.md", r"^\| `shell` \|.*$",
            rf"| `{name}` | greetings; client: `{name}_client` | `{name}.defs` |\n\g<0>"),
    }


def check_room():
    """Refuse one service more than init can start."""
    header = (ROOT / "servers/init/init_conf.h").read_text(encoding="utf-8")
    most = int(re.search(r"#define INIT_CONF_SERVICES (\d+)", header)[1])
    conf = (ROOT / "initrd/etc/init.conf").read_text(encoding="utf-8")
    if len(re.findall(r"^service ", conf, re.MULTILINE)) >= most:
        raise ui.Failure(f"initrd/etc/init.conf has {most} services, as many as init starts; "
                         "INIT_CONF_SERVICES in servers/init/init_conf.h is their number")


def write(files):
    """Write {path: text} below the root."""
    for path, text in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")


def report(name, number, lists):
    """Tell what there is now and what to do with it."""
    print(f"The server {name}, with ids from {number} on:")
    for path, what in FILES.values():
        print(f"  {fill(path, name, number):44} {fill(what, name, number)}")
    print("It is entered in:")
    for path in lists:
        print(f"  {path}")
    print(f"Next:\n  scripts/test -k {name}\n  scripts/run --exec '{name}_client Mach'\n"
          "docs/first-server.md goes on from here.")


def main():
    name = parse(sys.argv[1:]).name
    build.install_packages()
    check_name(name)
    check_room()
    number = free_id()
    files = new_files(name, number)
    lists = edits(name, number)
    lists[LOCK] = new_lock(name, files[f"idl/{name}.defs"])
    write(files | lists)
    report(name, number, lists)
    return 0


if __name__ == "__main__":
    ui.run_main(main)
