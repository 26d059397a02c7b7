# SPDX-License-Identifier: BSD-2-Clause
"""Every diagnostic, with the exact text, place and caret."""

import io
import json
import os
import textwrap
import unittest

from support import PRELUDE, FolderTest, analyse, run_mig

from mig import cli, options

LINES_BEFORE = PRELUDE.count("\n")


def first_message(text: str, *arguments: str) -> str:
    """The first diagnostic of TEXT after the prelude; lines count from the end of the prelude."""
    _, messages = analyse(PRELUDE + text, *arguments)
    out = []
    for line in messages.split("\n"):
        starts = line.startswith("test.defs:") and ": note:" not in line
        if (out and starts) or line.endswith("generated."):
            break
        for number in range(60, LINES_BEFORE, -1):
            line = line.replace(f"test.defs:{number}:", f"{number - LINES_BEFORE}:")
            line = line.replace(f"{number:5} |", f"{number - LINES_BEFORE:5} |")
        out.append(line)
    return "\n".join(out).rstrip()


class Messages(unittest.TestCase):
    maxDiff = None

    def check(self, text: str, expected: str, *arguments: str):
        got = first_message(text, *arguments)
        self.assertEqual(got, textwrap.dedent(expected).strip("\n"))

    def test_unknown_type(self):
        self.check("routine r(p : mach_port_t; a : imt);", """
            1:32: error: unknown type 'imt'; did you mean 'int'?
                1 | routine r(p : mach_port_t; a : imt);
                  |                                ^~~
            """)

    def test_unknown_ipc_type(self):
        self.check("type t = MACH_MSG_TYPE_INTEGR_32;", """
            1:10: error: unknown IPC type 'MACH_MSG_TYPE_INTEGR_32'; did you mean 'MACH_MSG_TYPE_INTEGER_32'?
                1 | type t = MACH_MSG_TYPE_INTEGR_32;
                  |          ^~~~~~~~~~~~~~~~~~~~~~~
            """)

    def test_unknown_statement(self):
        self.check("routin r(p : mach_port_t);", """
            1:1: error: expected a statement, found 'routin'; did you mean 'routine'?
                1 | routin r(p : mach_port_t);
                  | ^~~~~~
            """)

    def test_unknown_direction(self):
        self.check("routine r(p : mach_port_t; ot a : int);", """
            1:28: error: unknown direction 'ot'; did you mean 'out'?
                1 | routine r(p : mach_port_t; ot a : int);
                  |                            ^~
            """)

    def test_unknown_flag(self):
        self.check("routine r(p : mach_port_t; a : int, samecont);", """
            1:37: error: expected a flag, found 'samecont'; did you mean 'samecount'?
                1 | routine r(p : mach_port_t; a : int, samecont);
                  |                                     ^~~~~~~~
            """)

    def test_missing_colon(self):
        self.check("routine r(p mach_port_t);", """
            1:13: error: expected ':' after the name of argument 'p', found 'mach_port_t'
                1 | routine r(p mach_port_t);
                  |             ^~~~~~~~~~~
            """)

    def test_missing_semicolon_points_behind_the_line(self):
        self.check("type t = int\ntype u = int;", """
            1:13: error: expected ';' after the statement, found 'type'
                1 | type t = int
                  |             ^
            """)

    def test_missing_parenthesis(self):
        self.check("routine r(p : mach_port_t\nroutine s(p : mach_port_t);", """
            1:26: error: expected ')' or ';' after an argument, found 'routine'
                1 | routine r(p : mach_port_t
                  |                          ^
            """)

    def test_semicolon_too_much(self):
        self.check("routine r(p : mach_port_t;);", """
            1:26: error: no ';' may stand after the last argument
                1 | routine r(p : mach_port_t;);
                  |                          ^
            """)

    def test_stray_character(self):
        self.check("type t = @;", """
            1:10: error: stray '@' in the file
                1 | type t = @;
                  |          ^
            """)

    def test_duplicate_routine(self):
        self.check("routine r(p : mach_port_t);\nroutine r(p : mach_port_t);", """
            2:9: error: routine 'r' is declared again
                2 | routine r(p : mach_port_t);
                  |         ^
            1:9: note: the first declaration is here
                1 | routine r(p : mach_port_t);
                  |         ^
            """)

    def test_duplicate_argument(self):
        self.check("routine r(p : mach_port_t; a : int; a : int);", """
            1:37: error: argument 'a' is declared again
                1 | routine r(p : mach_port_t; a : int; a : int);
                  |                                     ^
            1:28: note: the first declaration is here
                1 | routine r(p : mach_port_t; a : int; a : int);
                  |                            ^
            """)

    def test_duplicate_type_is_a_warning(self):
        self.check("type t = int;\ntype t = char;", """
            2:6: warning: type 't' is declared again; the new one counts from here [-Wredefinition]
                2 | type t = char;
                  |      ^
            1:6: note: 't' was declared here
                1 | type t = int;
                  |      ^
            """)

    def test_c_keyword(self):
        self.check("routine r(p : mach_port_t; register : int);", """
            1:28: error: 'register' is a keyword of C and cannot name an argument
                1 | routine r(p : mach_port_t; register : int);
                  |                            ^~~~~~~~
            """)

    def test_companion(self):
        self.check("routine r(p : mach_port_t; a : v = array[*:4] of int; aCnt : int);", """
            1:55: error: 'aCnt' is made by argument 'a'
                1 | routine r(p : mach_port_t; a : v = array[*:4] of int; aCnt : int);
                  |                                                       ^~~~
            1:28: note: 'a' is declared here
                1 | routine r(p : mach_port_t; a : v = array[*:4] of int; aCnt : int);
                  |                            ^
            """)

    def test_variable_array_in_an_array(self):
        self.check("type v = array[*:4] of int;\ntype w = array[3] of v;", """
            2:10: error: too complicated: a fixed array of a variable array
                2 | type w = array[3] of v;
                  |          ^~~~~
            """)

    def test_variable_array_inout(self):
        self.check("type v = array[*:4] of int;\nroutine r(p : mach_port_t; inout a : v);", """
            2:34: error: 'a' is an inline variable array and cannot be 'inout'
                2 | routine r(p : mach_port_t; inout a : v);
                  |                                  ^
            """)

    def test_samecount_alone(self):
        self.check("type v = array[*:4] of int;\nroutine r(p : mach_port_t; a : v, samecount);", """
            2:35: warning: 'samecount' has no effect: the argument before has no count to share [-Wflag]
                2 | routine r(p : mach_port_t; a : v, samecount);
                  |                                   ^~~~~~~~~
            """)

    def test_dealloc_inline(self):
        self.check("routine r(p : mach_port_t; a : int, dealloc);", """
            1:37: warning: 'dealloc' has no effect: the argument does not travel out of line [-Wflag]
                1 | routine r(p : mach_port_t; a : int, dealloc);
                  |                                     ^~~~~~~
            """)

    def test_destructor(self):
        self.check("type o_t = mach_port_t intran: o_t f(mach_port_t);", """
            1:6: warning: type 'o_t' has an in-translation without a destructor [-Wdestructor]
                1 | type o_t = mach_port_t intran: o_t f(mach_port_t);
                  |      ^~~
            """, "-Wdestructor")

    def test_one_way_result(self):
        self.check("simpleroutine r(p : mach_port_t; out a : int);", """
            1:38: error: simpleroutine 'r' has no reply for 'a' to come in
                1 | simpleroutine r(p : mach_port_t; out a : int);
                  |                                      ^
            """)

    def test_no_request_port(self):
        self.check("routine r(in a : int);", """
            1:9: error: routine 'r' has no request port; it is the first argument, or the one marked 'requestport'
                1 | routine r(in a : int);
                  |         ^
            """)

    def test_request_port_of_the_wrong_type(self):
        self.check("routine r(p : int);", """
            1:11: error: the requestport 'p' must be a single port right
                1 | routine r(p : int);
                  |           ^
            """)

    def test_second_waittime(self):
        self.check("routine r(p : mach_port_t; waittime a : int; waittime b : int);", """
            1:55: error: a second 'waittime' argument
                1 | routine r(p : mach_port_t; waittime a : int; waittime b : int);
                  |                                                       ^
            1:37: note: the first is here
                1 | routine r(p : mach_port_t; waittime a : int; waittime b : int);
                  |                                     ^
            """)

    def test_macro_in_a_bound(self):
        self.check("type v = array[*:N] of int;", """
            1:18: error: 'N' is not a number; is a macro not defined?
                1 | type v = array[*:N] of int;
                  |                  ^
            """)

    def test_division_by_zero(self):
        self.check("type v = array[4 / 0] of int;", """
            1:18: error: division by zero
                1 | type v = array[4 / 0] of int;
                  |                  ^
            """)

    def test_empty_array(self):
        self.check("type v = array[0] of int;", """
            1:16: error: the number of elements must not be zero
                1 | type v = array[0] of int;
                  |                ^
            """)

    def test_native_needs_a_direction(self):
        self.check("routine r(p : mach_port_t; a : PointerTo(foo));", """
            1:28: error: 'PointerTo' needs 'in', 'out' or 'inout' before the name
                1 | routine r(p : mach_port_t; a : PointerTo(foo));
                  |                            ^
            """)

    def test_too_many_ids(self):
        _, messages = analyse(PRELUDE + "skip 101;")
        self.assertIn("subsystem 'test' has 101 ids", messages)
        self.assertIn("[-Wslots]", messages)

    def test_time_out_that_leaks(self):
        self.check("routine r(p : mach_port_t; waittime t : int; a : mach_port_t);", """
            1:9: warning: routine 'r' can time out and then leaks the rights in its request; see 'consumeonsenderror' [-Wtimeout]
                1 | routine r(p : mach_port_t; waittime t : int; a : mach_port_t);
                  |         ^
            """, "-Wtimeout")

    def test_many_errors_in_one_run(self):
        text = "routin a;\ntype t = array[N] of int;\nroutine b(p : x; q : y);\nroutine b(p : int);"
        _, messages = analyse(PRELUDE + text)
        self.assertEqual(messages.count("error:"), 6)

    def test_a_faulty_type_is_reported_once(self):
        _, messages = analyse(
            PRELUDE + "type v = array[3] of nothing;\nroutine b(p : mach_port_t; a : v; b : v);"
        )
        self.assertEqual(messages.count("error:"), 1)

    def test_missing_subsystem(self):
        _, messages = analyse("type m = MACH_MSG_TYPE_COPY_SEND;\nroutine r(p : m);")
        self.assertIn("test.defs:2:9: error: no subsystem declared", messages)


class Options(FolderTest):
    def messages(self, text: str, *arguments: str) -> tuple[int, str]:
        self.write("a.defs", text)
        stream = io.StringIO()
        chosen = options.parse(["--check-only", *arguments, os.path.join(self.folder, "a.defs")])
        return cli.compile_file(chosen, stream), stream.getvalue()

    def test_werror(self):
        text = PRELUDE + "type t = int; type t = char;"
        self.assertEqual(self.messages(text)[0], 0)
        self.assertEqual(self.messages(text, "-Werror")[0], 1)
        self.assertEqual(self.messages(text, "-Werror=redefinition")[0], 1)
        self.assertEqual(self.messages(text, "-Werror", "-Wno-redefinition")[0], 0)
        self.assertNotIn("warning", self.messages(text, "-q")[1])

    def test_json(self):
        status, text = self.messages(PRELUDE + "routine r(p : imt);", "--format=json")
        self.assertEqual(status, 1)
        found = json.loads(text)
        self.assertEqual((found["line"], found["column"], found["length"]), (6, 15, 3))
        self.assertEqual(found["severity"], "error")

    def test_include_stack(self):
        self.write("b.defs", "type t = nothing;\n")
        _, text = self.messages(PRELUDE + '#include "b.defs"\n')
        self.assertRegex(text, r"In file included from .*a\.defs:6:\n.*b\.defs:1:10: error: unknown")

    def test_caret_in_the_original_line(self):
        """A macro changes the columns; the caret stands under what was written."""
        _, text = self.messages(
            "#define PORT mach_port_t\n" + PRELUDE + "routine r(p : PORT; abc : PORT; d : imt);\n"
        )
        self.assertIn(":7:37: error: unknown type 'imt'", text)

    def test_preprocessor_errors_are_errors(self):
        self.write("c.defs", '#include "missing.defs"\n')
        result = run_mig(self.folder, "c.defs")
        self.assertEqual(result.returncode, 1)
        self.assertIn("missing.defs", result.stderr)


if __name__ == "__main__":
    unittest.main()
