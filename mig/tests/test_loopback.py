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

from support import CASES, HERE, INCLUDES, FolderTest, clang, needs_clang, run_mig

from mig import native

LOOPBACK = os.path.join(os.path.dirname(HERE), "runtime", "loopback")
LOCAL = ["-I.", "-I" + CASES, "-I" + LOOPBACK, *INCLUDES,
         "-I" + os.path.join(HERE, "task_include")]
PROGRAMS = ("torture", "ownership", "promised", "seldom", "uncommon", "regions")
ROUNDS = "12"
SANITIZERS = {
    "address": ["-O0", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
    "memory": ["-O1", "-fsanitize=memory"],
    "none": ["-O2"],
}


def generate(folder: str) -> None:
    """Stubs and programs, each in files NAME_user.c, NAME_server.c and NAME_loop.c."""
    for name in PROGRAMS:
        result = run_mig(
            folder, "-n", "--async", "-header", f"{name}.h", "-sheader", f"{name}_server.h",
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


def run(folder: str, program: str, rounds: str) -> subprocess.CompletedProcess:
    return subprocess.run([os.path.join(folder, program), rounds], capture_output=True, text=True,
                          check=False, timeout=300)


@needs_clang
class Loopback(FolderTest):
    def loop(self, sanitizer: str) -> None:
        generate(self.folder)
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
                self.assertIn("in waits ", result.stderr)
                self.assertNotEqual(result.returncode, 0)


# What a fault in the stubs looks like: program, file, text, what stands there instead.
FAULTS: dict[str, tuple[str, str, str, str]] = {
    "stale padding": ("torture", "server", "item[size++] = 0;", "size++;"),
    "no count check": ("torture", "server", "if (room != 0) {", "if (false) {"),
    "leaked reply": ("torture", "user", "    mach_msg_destroy(reply);\n", ""),
    "wrong size": ("torture", "server", "OutP->Head.msgh_size = ", "OutP->Head.msgh_size = 4 + "),
    "memory not freed": ("torture", "server", "    mig_deallocate(", "    (void)("),
    "id not checked": ("torture", "user", "Out0P->Head.msgh_id != ", "0 == "),
    "late error lost": ("torture", "server", "InP->RetCode = code;", "InP->RetCode = 0;"),
    "late reply's id": ("torture", "server", "msgh_id = 5102;", "msgh_id = 5103;"),
    "reply port not sent": ("torture", "user", "msgh_local_port = reply_port;",
                            "msgh_local_port = 0;"),
    "no bound before sending": ("torture", "user", "    return MIG_ARRAY_TOO_LARGE;", "    ;"),
    "stale offset": ("torture", "user", "bOffset = 0;", "bOffset = InP->bOffset;"),
    "stale end of a string": ("torture", "user", "mig_strncpy_zerofill(", "mig_strncpy("),
    "memory kept": ("torture", "user", "b.deallocate = TRUE;", "b.deallocate = FALSE;"),
    "memory taken": ("torture", "user", "a.deallocate = FALSE;", "a.deallocate = TRUE;"),
    "uncounted right sent": ("torture", "server", "i < OutP->dCnt ? d[i] : MACH_PORT_NULL", "d[i]"),
    "uncounted right taken": ("torture", "server", "[i].name != MACH_PORT_NULL", "[i].name == 1"),
    "foreign data": ("torture", "server", "if (!is_native(&In0P->NDR))", "if (false)"),
    "foreign data of a reply": ("torture", "user", "if (!is_native(&Out0P->NDR))", "if (false)"),
    "no COMPLEX bit": ("torture", "server", "MACH_MSGH_BITS_COMPLEX) == 0 ||", "0) != 0 ||"),
    "any size": ("torture", "server", "msgh_size != sizeof(", "msgh_size < sizeof("),
    "any disposition": ("torture", "server", ".disposition != MACH_MSG_TYPE_PORT_SEND",
                        ".disposition == 255"),
    "any descriptor": ("torture", "server", ".type != MACH_MSG_OOL_DESCRIPTOR", ".type == 77"),
    "string without an end": ("torture", "server", "!is_terminated(", "is_terminated(0, 0) && !("),
    "remote port in a reply": ("torture", "user", "msgh_remote_port != MACH_PORT_NULL",
                               "msgh_remote_port == 1"),
    "code of a reply": ("torture", "user", "if (Out0P->RetCode != KERN_SUCCESS)", "if (false)"),
    "short trailer": ("torture", "server", "TrailerP->msgh_trailer_size < ", "0 > "),
    "true count": ("torture", "user", "*dCnt = Out0P->dCnt;\n        return", "return"),
    "part of an array": ("torture", "user", "        memcpy(d, Out0P->d, 4 * *dCnt);", "        ;"),
    "stale result": ("torture", "server", "memset(OutP->d, 0, sizeof(OutP->d));", ";"),
    "unset disposition": ("ownership", "server", "gPoly = MACH_MSG_TYPE_PORT_SEND_ONCE;",
                          "gPoly = MACH_MSG_TYPE_PORT_SEND;"),
    "refused results": ("ownership", "server", "        discard_results(&OutP->Head);\n", ""),
    "request of refused results": ("torture", "server", "msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;\n"
                                   "        answer_error", "msgh_bits |= 0;\n        answer_error"),
    "memory of the message": ("seldom", "user", "    mig_deallocate(memory, ", "    (void)("),
    "memory that was copied": (
        "seldom", "user", "mig_deallocate((vm_address_t)Out0P->a.address, Out0P->a.size)", ""),
    "nothing copied": ("seldom", "user", "memcpy((void *)*a, ", "memcmp((void *)*a, "),
    "special reply port kept": (
        "seldom", "user", "        mig_dealloc_special_reply_port(", "        (void)("),
    "counts of a list that stays": (
        "uncommon", "server", "memcpy(OutP->aSubs, In0P->aSubs, sizeof(OutP->aSubs));", ";"),
    "memory of a list that stays": (
        "uncommon", "server", "a[i] = (uncommon_data_t)In0P->a[i].address;", ";"),
    "rights of an array that stay": ("uncommon", "server", "a[i] = In0P->a[i].name;", ";"),
    "more rights than came": (
        "uncommon", "user", "*bCnt = Out0P->bCnt;", "(void)Out0P->bCnt;"),
    "lent memory that goes back": (
        "uncommon", "server", "RetCode != KERN_SUCCESS || (void *)a != In0P->a.address", "true"),
    "server's mapping of it": (
        "uncommon", "server", "OutP->a.deallocate = OutP->a.address == In0P->a.address",
        "OutP->a.deallocate = FALSE"),
    "bound of text out of line": ("uncommon", "server", "In0P->aCnt > 30", "In0P->aCnt > 31"),
    "destructor": ("ownership", "server", "    handle_forget(a);", ""),
    "rights of a request that is back": (
        "ownership", "user", "        destroy_request(&InP->Head);", "        ;"),
    "moved right of it": (
        "ownership", "user", "InP->b.disposition = MACH_MSG_TYPE_PORT_NONE;", ";"),
    "moved right under another name": ("ownership", "user", "if (InP->b.name == b)", "if (true)"),
    "moved rights of an array": ("ownership", "user", "keep_rights(&InP->g, g);", ";"),
    "array of rights with other names": (
        "ownership", "user", "if (received[i] == names[i])", "if (true)"),
    "moved memory of it": ("ownership", "user", "        InP->j.deallocate = FALSE;", "        ;"),
    "reply right of it": ("ownership", "user", "        request->msgh_remote_port = "
                          "request->msgh_local_port;\n        mach_msg_destroy(request);", ""),
    "nobody to send to": ("ownership", "user", "== MACH_SEND_INVALID_DEST)", "== 1)"),
    "reply in part": ("ownership", "user", "    case MACH_RCV_BODY_ERROR:\n", ""),
    "reply port after a failure": (
        "ownership", "user", "        mig_dealloc_reply_port(reply_port);",
        "        mig_put_reply_port(reply_port);"),
    "late reply that fails": ("ownership", "server", "        mach_msg_destroy(&InP->Head);", ";"),
    "id of no routine": ("torture", "server", "if (slot < ", "if (slot <= "),
    "promised range": ("promised", "server", "< -3", "< -4"),
    "promised text": ("promised", "server", "!is_utf8(", "false && !is_utf8("),
    "promised right": ("promised", "server", "right.name == 0", "right.name == 9"),
}


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

    def is_seen(self, number: int, fault: tuple[str, str, str, str]) -> bool:
        """The program with FAULT stops."""
        name, part, good, bad = fault
        with open(os.path.join(self.folder, f"{name}_{part}.c"), encoding="utf-8") as stream:
            text = stream.read()
        assert good in text, good
        source = f"fault{number}.c"
        with open(os.path.join(self.folder, source), "w", encoding="utf-8") as stream:
            stream.write(text.replace(good, bad))
        clang(self.folder, "-std=gnu23", "-w", "-O0", *LOCAL, "-c", source)
        objects = [o for o in objects_of(name) if o != f"{name}_{part}.o"]
        return self.link_and_run(name, [*objects, f"fault{number}.o"], f"fault{number}") != 0

    def test_none(self):
        for name in PROGRAMS:
            self.assertEqual(self.link_and_run(name, objects_of(name), name), 0)

    def test_each(self):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            seen = pool.map(self.is_seen, range(len(FAULTS)), FAULTS.values())
            unseen = [name for name, is_seen in zip(FAULTS, seen) if not is_seen]
        self.assertEqual(unseen, [])


if __name__ == "__main__":
    unittest.main()
