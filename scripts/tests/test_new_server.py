# SPDX-License-Identifier: BSD-2-Clause
"""scripts/new_server: which names it refuses, and what it would write. Nothing is written here."""

import re
import unittest

from mach_r import new_server
from mach_r.ui import Failure

REFUSED = {
    "": "cannot be a server's name",
    "Clock": "cannot be a server's name",
    "a-b": "cannot be a server's name",
    "1st": "cannot be a server's name",
    "../up": "cannot be a server's name",
    "a" * 25: "25 characters; 24 are the most",
    "switch": "is a keyword of C",
    "nullptr": "is a keyword of C",
    "greeter_reply": "ends in '_reply'",
    "io_server": "ends in '_server'",
    "io": "exists already: idl/io.defs",
    "initrd_fs": "exists already: servers/initrd_fs",
    "ls": "exists already: servers/programs/ls.c",
    "services": "exists already: libmach/include/mach_r/services.h",
    "sh": "the build has a target 'sh' already, in servers/shell/CMakeLists.txt",
    "clean": "'clean' is a target that every build has",
    "mach_msg": "'mach_msg_server' is declared already, in libmach/include/mach/mach.h",
}


class Names(unittest.TestCase):
    def test_refused(self):
        for name, words in REFUSED.items():
            with self.assertRaises(Failure, msg=name) as caught:
                new_server.check_name(name)
            self.assertIn(words, str(caught.exception))

    def test_good(self):
        for name in ("x", "greeter", "clock_2", "a" * 24):
            new_server.check_name(name)


class Files(unittest.TestCase):
    def test_nothing_is_left_to_fill_in(self):
        for name in ("x", "a" * 24):
            files = new_server.new_files(name, 909000)
            self.assertEqual(len(files), len(new_server.FILES))
            for path, text in files.items():
                self.assertNotRegex(path + text, "@(name|NAME|id)@")
                self.assertLessEqual(max(map(len, text.splitlines())), 100, path)

    def test_every_template_is_used(self):
        found = {str(path.relative_to(new_server.TEMPLATE))
                 for path in new_server.TEMPLATE.rglob("*") if path.is_file()}
        self.assertEqual(found, set(new_server.FILES))

    def test_lists(self):
        edits = new_server.edits("greeter", 909000)
        self.assertRegex(edits["idl/CMakeLists.txt"], r"set\(server_interfaces [^)]* greeter\)")
        self.assertRegex(edits["servers/CMakeLists.txt"], r"IN ITEMS lib [^)]* greeter\)")
        self.assertRegex(edits["initrd/etc/init.conf"], r"service greeter +/servers/greeter +rest")
        for path, text in edits.items():
            old = (new_server.ROOT / path).read_text(encoding="utf-8")
            missing = [line for line in old.splitlines() if line not in text]
            self.assertLessEqual(len(missing), 1, path)

    def test_a_list_too_long_for_its_line(self):
        text = new_server.in_list(
            "servers/CMakeLists.txt", r"^foreach\(folder IN ITEMS [^)]*", "a" * 60)
        self.assertRegex(text, r"programs\n  a{60}\)")

    def test_a_list_that_is_not_there(self):
        with self.assertRaisesRegex(Failure, "no place for a new server"):
            new_server.changed("README.md", "^no such line$", "")

    def test_id(self):
        number = new_server.free_id()
        self.assertEqual(number % 1000, 0)
        self.assertNotIn(str(number), new_server.mig("ids", *new_server.INCLUDES,
                                                     "idl/proc.defs", "idl/fs.defs"))
        lock = new_server.new_lock("zz", f"subsystem zz {number};\n")
        self.assertTrue(re.search(rf'"zz", "base": {number}', lock))


if __name__ == "__main__":
    unittest.main()
