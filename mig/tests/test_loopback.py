# SPDX-License-Identifier: BSD-2-Clause
"""Generated code works: every routine is called over the loop-back, and all is accounted for.

The programs of cases/torture.defs (every layout), cases/ownership.defs (every way rights and
memory change hands), cases/seldom.defs (what hardly anybody uses), cases/uncommon.defs (types
that nobody uses) and cases/regions.defs (lists of memory) call each routine with random arguments and each return code, with sends that
fail, replies that are lost and replies that are damaged; the ledger of rights and memory must come
out as the ownership contract says. Every byte and word of every message is changed, and the stub's
answer held against the judge's. Under sanitizers, no byte leaves that nobody wrote.

Then the programs themselves are tested: a fault in the stubs, of each kind, must stop them.
"""

import os
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from support import CASES, HERE, INCLUDES, LOOPBACK, FolderTest, clang, needs_clang, run_mig

from mig import native

LOCAL = ["-I.", "-I" + CASES, "-I" + LOOPBACK, *INCLUDES,
         "-I" + os.path.join(HERE, "task_include")]
PROGRAMS = ("torture", "ownership", "promised", "seldom", "uncommon", "regions")
ROUNDS = "12"
SANITIZERS = {
    "address": ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    "memory": ["-O1", "-fsanitize=memory"],
    "none": ["-O2"],
}


def generate(folder: str, *options: str) -> None:
    """Stubs and programs, each in files NAME_user.c, NAME_server.c and NAME_loop.c."""
    for name in PROGRAMS:
        result = run_mig(
            folder, *options, "-n", "--async", "-header", f"{name}.h", "-sheader", f"{name}_server.h",
            "-user", f"{name}_user.c", "-server", f"{name}_server.c",
            "--loopback", f"{name}_loop.c",
            "-Wno-destructor", os.path.join(CASES, f"{name}.defs"),
        )
        assert result.returncode == 0, result.stderr


def compile_all(folder: str, flags: list[str], sources: list[str]) -> None:
    """Objects of all SOURCES, two at a time."""
    def one(source: str) -> None:
        clang(folder, "-std=gnu23", "-g", "-w", *flags, *LOCAL, "-c", source)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(one, sources))


def shared_sources() -> list[str]:
    return [os.path.join(LOOPBACK, name) for name in native.LOOPBACK_FILES]


def objects_of(program: str) -> list[str]:
    names = [f"{program}_{part}.c" for part in ("user", "server", "loop")]
    return [name.replace(".c", ".o") for name in (*names, *native.LOOPBACK_FILES)]


def run(folder: str, program: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([os.path.join(folder, program), *arguments], capture_output=True,
                          text=True, check=False, timeout=300)


@needs_clang
class Loopback(FolderTest):
    def loop(self, sanitizer: str, *options: str) -> None:
        generate(self.folder, *options)
        flags = SANITIZERS[sanitizer]
        generated = [f"{name}_{part}.c" for name in PROGRAMS for part in ("user", "server", "loop")]
        compile_all(self.folder, flags, generated + shared_sources())
        for name in PROGRAMS:
            result = self.link_and_run(name, flags)
            self.assertEqual(result.returncode, 0, result.stderr[:4000])
            self.assertIn(f"{name}: {ROUNDS} rounds passed", result.stdout)

    def link_and_run(self, name: str, flags: list[str]) -> subprocess.CompletedProcess:
        try:
            clang(self.folder, *flags, *objects_of(name), "-o", name)
        except AssertionError as error:
            if "libclang_rt" in str(error):
                self.skipTest("the sanitizer's library is not installed")
            raise
        return run(self.folder, name, ROUNDS)

    def test_with_address_sanitizer(self):
        self.loop("address")

    def test_with_memory_sanitizer(self):
        self.loop("memory")

    def test_optimised(self):
        self.loop("none")

    def test_with_messages_in_memory_of_their_own(self):
        """And with none to be had."""
        self.loop("address", "-maxonstack", "0")

    def test_behind_a_short_list(self):
        """A stub that reads more regions than its caller gave is stopped."""
        generate(self.folder)
        flags, source = SANITIZERS["memory"], os.path.join(self.folder, "regions_user.c")
        compile_all(self.folder, flags, ["regions_server.c", "regions_loop.c", *shared_sources()])
        with open(source, encoding="utf-8") as stream:
            text = stream.read()
        for test in ("if (i < aSubsCnt)", "if (i < bSubsCnt)", "if (i < cSubsCnt)"):
            with self.subTest(test):
                self.assertIn(test, text)
                with open(source, "w", encoding="utf-8") as stream:
                    stream.write(text.replace(test, "if (true)"))
                compile_all(self.folder, flags, ["regions_user.c"])
                result = self.link_and_run("regions", flags)
                self.assertIn("regions_user.c", result.stderr)
                self.assertNotEqual(result.returncode, 0)


@needs_clang
class Room(FolderTest):
    """Counts that are too large, where the programs above do not come: loopback/room.c."""

    def setUp(self):
        super().setUp()
        result = run_mig(
            self.folder, "-n", "--async", "-header", "room.h", "-sheader", "room_server.h", "-user",
            "user.c", "-server", "server.c", *INCLUDES, os.path.join(HERE, "loopback", "room.defs"))
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def status(self) -> int:
        clang(self.folder, "-std=gnu23", "-w", *SANITIZERS["address"], *LOCAL,
              "-I" + os.path.join(HERE, "loopback"), "user.c", "server.c",
              os.path.join(HERE, "loopback", "room.c"), os.path.join(HERE, "task_library.c"),
              "-o", "program")
        return run(self.folder, "program").returncode

    def test_nothing_goes_where_there_is_no_room(self):
        self.assertEqual(self.status(), 0)

    def test_faults(self):
        for file, check in (("server.c", "numbersCnt > 7"),
                            ("server.c", "OutP->gotCnt > UINT32_MAX / 8"),
                            ("user.c", "givenCnt > UINT32_MAX / 8"),
                            ("server.c", "OutP->gotSubs[i] > UINT32_MAX / 8"),
                            ("server.c", "gotSubs[i] > UINT32_MAX / 8"),
                            ("user.c", "givenSubs[i] > UINT32_MAX / 8"),
                            ("user.c", "Out0P->textCnt > 30"),
                            ("user.c", "Out0P->bytesCnt > *bytesCnt"),
                            ("user.c", "Out0P->fewCnt > *fewCnt"),
                            ("user.c", "elements > 5"),
                            ("user.c", "Out0P->listSubsCnt > *listSubsCnt")):
            with self.subTest(check):
                good = self.read(file)
                self.assertIn(f"if ({check})", good)
                self.write(file, good.replace(f"if ({check})", "if (false)"))
                self.assertNotEqual(self.status(), 0)
                self.write(file, good)


class Fault(NamedTuple):
    """A mistake in generated stubs."""

    name: str
    program: str
    side: str
    good: str
    bad: str


def read_faults(file: str) -> list[Fault]:
    """Those of FILE in the folder loopback, after what it says about itself."""
    with open(os.path.join(HERE, "loopback", file), encoding="utf-8") as stream:
        _, *paragraphs = stream.read().split("\n\n")
    faults = []
    for paragraph in paragraphs:
        head, *lines = paragraph.rstrip("\n").split("\n")
        place, _, name = head.partition(": ")
        texts = ["\n".join(line[1:] for line in lines if line[0] == sign) for sign in "-+"]
        faults.append(Fault(name, *place.split(), *texts))
    return faults


@needs_clang
class Faults(unittest.TestCase):
    """Each fault stops its program; without any, it passes."""

    folder: str

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = temporary.name
        generate(cls.folder)
        generated = [f"{name}_{part}.c" for name in PROGRAMS for part in ("user", "server", "loop")]
        compile_all(cls.folder, ["-O0"], generated + shared_sources())

    def link_and_run(self, name: str, objects: list[str], result: str) -> int:
        clang(self.folder, *objects, "-o", result)
        return run(self.folder, result, "4").returncode

    def is_seen(self, number: int, fault: Fault) -> bool:
        """The program with FAULT stops."""
        stubs = f"{fault.program}_{fault.side}"
        with open(os.path.join(self.folder, f"{stubs}.c"), encoding="utf-8") as stream:
            text = stream.read()
        assert fault.good in text, fault.good
        source = f"fault{number}.c"
        with open(os.path.join(self.folder, source), "w", encoding="utf-8") as stream:
            stream.write(text.replace(fault.good, fault.bad))
        clang(self.folder, "-std=gnu23", "-w", "-O0", *LOCAL, "-c", source)
        objects = [o for o in objects_of(fault.program) if o != f"{stubs}.o"]
        objects.append(f"fault{number}.o")
        return self.link_and_run(fault.program, objects, f"fault{number}") != 0

    def test_none(self):
        for name in PROGRAMS:
            self.assertEqual(self.link_and_run(name, objects_of(name), name), 0)

    def test_each(self):
        faults = read_faults("faults.txt")
        self.assertGreater(len(faults), 50)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            seen = pool.map(self.is_seen, range(len(faults)), faults)
            unseen = [fault.name for fault, is_seen in zip(faults, seen) if not is_seen]
        self.assertEqual(unseen, [])


if __name__ == "__main__":
    unittest.main()
