# SPDX-License-Identifier: BSD-2-Clause
"""Generated code against the files in golden/, and every way to ask for it against the C compiler.

`test_golden.py --update` writes the golden files anew; read the difference before you commit it.
"""

import difflib
import glob
import os
import sys
import tempfile
import unittest

from support import CASES, HERE, INCLUDES, LOOPBACK, WARNINGS, FolderTest, clang, needs_clang, run_mig

GOLDEN = os.path.join(HERE, "golden")
SUFFIX = ".golden"  # so that nobody takes them for sources
LOCAL = ["-I.", "-I" + CASES, "-I" + os.path.join(HERE, "task_include"), *INCLUDES]
KERNEL = ["-I.", "-I" + CASES, "-I" + LOOPBACK, INCLUDES[-1]]
CASES_OF: dict[str, list[str]] = {
    "rare": ["-s", "-dheader", "rare_ids.h", "-iheader", "rare_names.h"],
    "torture": [],
    "uncommon": [],
    "kernel": ["-n", "-server", "kernelServer.c", "-sheader", "kernel_server.h"],
    "kernel_user": ["-n", "-user", "kernel_userUser.c", "-header", "kernel_user.h"],
}
# Every variant compiles without a warning, whatever it leaves out.
VARIANTS: dict[str, list[str]] = {
    "plain": [],
    "halves": ["--async"],
    "nothing on the stack": ["-maxonstack", "0", "--async"],
    "no headers": ["-header", "/dev/null", "-sheader", "/dev/null"],
    "names": ["-s", "-dheader", "ids.h", "-iheader", "names.h"],
    "counts": ["-b", "--async"],
    "Apple's options": ["-split", "-B", "-S", "-t", "-novouchers", "-mach_msg2", "-arch", "x86_64", "-r", "-l", "-k"],
}


def generated(case: str) -> dict[str, str]:
    """The files of CASE, by name."""
    with tempfile.TemporaryDirectory() as folder:
        result = run_mig(folder, *CASES_OF[case], os.path.join(CASES, case + ".defs"))
        assert result.returncode == 0, result.stderr
        texts = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), encoding="utf-8") as stream:
                texts[name] = stream.read()
        return texts


def kept(case: str) -> dict[str, str]:
    texts = {}
    for path in sorted(glob.glob(os.path.join(GOLDEN, case, "*" + SUFFIX))):
        with open(path, encoding="utf-8") as stream:
            texts[os.path.basename(path).removesuffix(SUFFIX)] = stream.read()
    return texts


class Golden(unittest.TestCase):
    def test_files(self) -> None:
        for case in CASES_OF:
            with self.subTest(case):
                new, old = generated(case), kept(case)
                self.assertEqual(list(new), list(old))
                for name, text in new.items():
                    changes = difflib.unified_diff(
                        old[name].split("\n"), text.split("\n"), "golden", name, lineterm=""
                    )
                    self.assertEqual(text, old[name], "\n".join(list(changes)[:60]))

    def test_lines_fit(self) -> None:
        for case in CASES_OF:
            for name, text in kept(case).items():
                code = text.replace("\\\n", "")
                wide = [line for line in code.split("\n") if len(line) > 100]
                self.assertEqual([w for w in wide if "#define" not in w], [], name)


@needs_clang
class Variants(FolderTest):
    def compile(self, flags: list[str]) -> None:
        for source in sorted(glob.glob(os.path.join(self.folder, "*.c"))):
            for standard in ("c17", "c23"):
                clang(self.folder, f"-std={standard}", "-O1", *WARNINGS, *flags, "-fsyntax-only",
                      source)
            os.remove(source)

    def generate(self, case: str, *arguments: str) -> None:
        result = run_mig(self.folder, *arguments, os.path.join(CASES, case + ".defs"))
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_all(self) -> None:
        for case in ("rare", "torture", "uncommon"):
            for variant, arguments in VARIANTS.items():
                with self.subTest(case=case, variant=variant):
                    self.generate(case, *arguments)
                    self.compile(LOCAL)

    def test_one_file_for_each_routine(self) -> None:
        self.generate("rare", "-n", "-i", "one_")
        self.assertIn("one_special.c", os.listdir(self.folder))
        self.compile(LOCAL)

    def test_in_the_kernel(self) -> None:
        self.generate("kernel", *CASES_OF["kernel"])
        self.generate("kernel_user", *CASES_OF["kernel_user"])
        self.compile([*KERNEL, "-ffreestanding"])


def update() -> None:
    for case in CASES_OF:
        os.makedirs(os.path.join(GOLDEN, case), exist_ok=True)
        for name, text in generated(case).items():
            with open(os.path.join(GOLDEN, case, name + SUFFIX), "w", encoding="utf-8") as stream:
                stream.write(text)


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        update()
    else:
        unittest.main()
