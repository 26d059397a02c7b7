# SPDX-License-Identifier: BSD-2-Clause
"""The boot archive: any tar reads it, contents are page aligned, equal input gives equal bytes."""

import io
import pathlib
import subprocess
import tarfile
import tempfile
import unittest

from mach_r.initrd import PAGE, Archive
from mach_r.ui import Failure

# Sizes around blocks and pages, so that every length of gap occurs.
CONTENTS = {f"d/e/f{size}": bytes([size & 0xFF]) * size for size in range(0, 9000, 257)}


def sample():
    """An archive with CONTENTS and a program."""
    archive = Archive()
    for name, data in CONTENTS.items():
        archive.add(name, data)
    archive.add("/bin/program", b"\x7fELF", executable=True)
    return archive


class ArchiveTest(unittest.TestCase):
    def test_contents_are_page_aligned(self):
        with tarfile.open(fileobj=io.BytesIO(sample().bytes())) as tar:
            files = [member for member in tar if member.isfile()]
        self.assertEqual(len(files), len(CONTENTS) + 1)
        for member in files:
            self.assertEqual(member.offset_data % PAGE, 0, member.name)

    def test_gnu_tar_extracts_it(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["tar", "-xf", "-", "-C", folder], input=sample().bytes(), check=True)
            for name, data in CONTENTS.items():
                self.assertEqual((pathlib.Path(folder) / name).read_bytes(), data)
            self.assertEqual((pathlib.Path(folder) / "bin/program").stat().st_mode & 0o777, 0o755)

    def test_equal_input_gives_equal_bytes(self):
        other = Archive()
        other.add("bin/program", b"\x7fELF", executable=True)
        for name in reversed(CONTENTS):
            other.add(name, CONTENTS[name])
        self.assertEqual(sample().bytes(), other.bytes())

    def test_it_ends_with_two_blocks_of_zeros(self):
        archive = Archive()
        archive.add("page", b"x" * PAGE)
        self.assertEqual(archive.bytes()[-1024:], bytes(1024))
        self.assertEqual(len(archive.bytes()) % PAGE, 0)

    def test_bad_names_are_refused(self):
        for name in ("", "/", "a//b", "../a", "a/./b"):
            with self.assertRaises(Failure, msg=name):
                Archive().add(name, b"")

    def test_file_and_folder_of_one_name(self):
        archive = sample()
        archive.add("d", b"")
        with self.assertRaises(Failure):
            archive.bytes()


class OptionTest(unittest.TestCase):
    def names(self, *options):
        archive = Archive()
        for option in options:
            archive.add_option(option)
        with tarfile.open(fileobj=io.BytesIO(archive.bytes())) as tar:
            return [member.name for member in tar if member.isfile()]

    def test_where_files_go(self):
        with tempfile.TemporaryDirectory() as folder:
            program, text = pathlib.Path(folder) / "prog", pathlib.Path(folder) / "text"
            program.write_bytes(b"\x7fELF")
            text.write_bytes(b"words")
            self.assertEqual(self.names(str(program)), ["bin/prog"])
            self.assertEqual(self.names(f"{program}:other"), ["bin/other"])
            self.assertEqual(self.names(f"{program}:/tests/x"), ["tests/x"])
            self.assertEqual(self.names(f"{text}:etc/"), ["etc/text"])
            self.assertEqual(self.names(f"{text}:notes"), ["notes"])

    def test_what_is_a_program(self):
        with tempfile.TemporaryDirectory() as folder:
            script, tool = pathlib.Path(folder) / "script", pathlib.Path(folder) / "tool"
            script.write_bytes(b"#!/bin/sh\n")
            tool.write_bytes(b"neither of both")
            self.assertEqual(self.names(f"{script}:other"), ["bin/other"])
            tool.chmod(0o744)
            archive = Archive()
            archive.add_file(script, "script")
            archive.add_file(tool, "tool")
            with tarfile.open(fileobj=io.BytesIO(archive.bytes())) as tar:
                self.assertEqual([member.mode for member in tar], [0o755, 0o755])

    def test_manifest(self):
        with tempfile.TemporaryDirectory() as folder:
            text, manifest = pathlib.Path(folder) / "text", pathlib.Path(folder) / "manifest"
            text.write_bytes(b"words")
            manifest.write_text(f"# comment = none\n\netc/words={text}\n", encoding="utf-8")
            archive, expected = Archive(), Archive()
            archive.add_manifest(manifest)
            expected.add("etc/words", b"words")
            self.assertEqual(archive.bytes(), expected.bytes())

    def test_missing_file(self):
        with self.assertRaises(Failure):
            self.names("/nonexistent/file")


if __name__ == "__main__":
    unittest.main()
