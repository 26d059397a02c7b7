# SPDX-License-Identifier: BSD-2-Clause
"""--peer: what Apple's and GNU's compilers refuse, as it was seen when both were given these
texts. What both accept stands beside it, so that no rule refuses too much."""

import unittest

from support import analyse

PRELUDE = """\
subsystem test 1000;
type i_t = MACH_MSG_TYPE_INTEGER_32;
type c_t = MACH_MSG_TYPE_CHAR;
type port_t = MACH_MSG_TYPE_COPY_SEND;
"""
# (text behind PRELUDE, Apple's takes it, GNU's takes it); without --peer all of it is accepted
CASES = (
    # words
    ("skip 3;", False, True),
    ("sendtime 5;", True, False),
    ("error f;", True, False),
    ("type t = struct { i_t a; };", False, True),
    ("type t = (MACH_MSG_TYPE_INTEGER_32, 32);", False, True),
    ("type t = (MACH_MSG_TYPE_INTEGER_32, 32, islong);", False, True),
    ("type t = PointerTo(q);", True, False),
    ("type t = PointerTo(const char);", False, False),
    ("routine r(p : port_t; a : i_t, islong);", False, True),
    *((f"type t = ^array[] of c_t; routine r(p : port_t; a : t, {flag});", True, gnu)
      for flag, gnu in (("dealloc", True), ("dealloc[]", True), ("samecount", False),
                        ("const", False), ("auto", False), ("physicalcopy", False))),
    ("type t = ^array[] of c_t; routine r(p : port_t; out a : t, overwrite);", True, False),
    ("type t = array[0x4] of i_t;", False, False),
    # names
    ("routine r(p : port_t; type : i_t);", False, False),
    ("routine r(p : port_t; KernelUser : i_t);", False, False),
    ("routine r(p : port_t; sectoken : i_t);", False, True),
    ("routine r(p : port_t; ValueOf : i_t);", False, True),
    ("routine r(p : port_t; valueof : i_t);", True, True),
    ("routine r(p : port_t; OnStackLimit : i_t);", False, True),
    ("routine r(p : port_t; servercopy : i_t);", True, False),
    ("routine r(p : port_t; MACH_MSG_TYPE_CHAR : i_t);", False, False),
    # IPC types
    ("type t = MACH_MSG_TYPE_REAL_64;", True, False),
    ("type t = MACH_MSG_TYPE_STRING_C;", False, False),
    ("type t = (MACH_MSG_TYPE_STRING_C, 64);", False, True),
    ("type t = MACH_MSG_TYPE_POLYMORPHIC;", True, False),
    ("type t = MACH_MSG_TYPE_COPY_SEND | MACH_MSG_TYPE_POLYMORPHIC;", True, True),
    ("type t = polymorphic;", True, True),
    ("type t = 2;", False, False),
    ("type t = (2, 32);", False, True),
    # constructors
    ("type t = struct[2] of i_t;", True, True),
    ("type t = ^array[] of c_t;", True, True),
    ("type t = ^array[*:9] of c_t;", True, False),
    ("type t = array[2] of ^array[] of c_t;", True, False),
    ("type e = array[] of c_t; type t = array[2] of e;", True, False),
    ("type t = array[*:2] of ^array[] of c_t; routine r(p : port_t; a : t);", True, False),
    ("type t = array[*:2] of ^array[] of c_t; routine r(p : port_t; inout a : t);", False, False),
    ("type t = array[2] of ^array[] of c_t; routine r(p : port_t; inout a : t);", True, False),
    ("type t = array[*:2] of port_t; routine r(p : port_t; inout a : t);", True, False),
    ("type t = ^c_string[*:9];", True, False),
    ("type t = array[*:3] of array[2] of i_t;", True, False),
    ("type e = array[2] of i_t; type t = array[*:3] of e;", True, True),
    ("type t = array[] of MACH_MSG_TYPE_CHAR;", True, False),
    ("type t = ^array[] of MACH_MSG_TYPE_CHAR;", True, True),
    ("type t = array[] of c_t; routine r(p : port_t; inout a : t);", True, False),
    ("type t = ^array[] of c_t; routine r(p : port_t; inout a : t);", True, True),
    # declarations
    ("type t = i_t; type t = i_t;", True, False),
    ("type int = MACH_MSG_TYPE_INTEGER_32;", True, False),
    ("routine r(p : port_t; a : short);", False, True),
    ("routine r(p : port_t; a : uint8_t);", False, False),
    ("routine r(p : port_t; a : notify_port_t);", False, False),
    ("subsystem other 2000;", True, False),
    ("routine r(p : port_t; a : port_t, dealloc[]);", False, True),
    ("routine r(p : port_t; a : port_t, dealloc);", True, True),
    # lines with '#'
    ('# 4 "x.defs"\n', True, True),
    ("#pragma once\n", True, False),
    ("#define A\n", False, True),
    ("#undef A\n", False, False),
    ('#ident "x"\n', False, False),
    ('#line 4 "x.defs"\n', False, False),
)


class Peers(unittest.TestCase):
    def check(self, text: str, apple: bool, gnu: bool) -> None:
        with self.subTest(text):
            self.assertNotIn("error:", analyse(text)[1])
            for peer, taken in (("apple", apple), ("gnu", gnu)):
                messages = analyse(text, f"--peer={peer}")[1]
                self.assertEqual("error:" not in messages, taken, f"{peer}: {messages}")

    def test_dialects(self):
        for text, apple, gnu in CASES:
            self.check(PRELUDE + "\n" + text, apple, gnu)

    def test_types_before_the_subsystem(self):
        subsystem, rest = PRELUDE.split("\n", 1)
        self.check(rest + subsystem + "\nroutine r(p : port_t);", True, False)


if __name__ == "__main__":
    unittest.main()
