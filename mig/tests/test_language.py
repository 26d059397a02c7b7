# SPDX-License-Identifier: BSD-2-Clause
"""The language: what is accepted, what it means, and what each peer refuses."""

import unittest

from support import PRELUDE, analyse, interface_of

from mig.ir import Shape
from mig.signature import Side, parameters, with_count


def shapes(text: str) -> dict[str, Shape]:
    return {n: t.shape for n, t in interface_of(PRELUDE + text).types.items()}


def prototype(text: str, side: Side) -> list[str]:
    return [str(p) for p in parameters(interface_of(PRELUDE + text).routines[0], side)]


class Language(unittest.TestCase):
    def test_no_word_is_reserved(self):
        interface = interface_of(
            PRELUDE + "type type = int; type array = int; type skip = int;"
            "routine routine(in : mach_port_t; in out : int; out of : type; type : array;"
            " skip : skip; inout dealloc : int);"
        )
        self.assertEqual(
            [a.name for a in interface.routines[0].arguments],
            ["in", "out", "of", "type", "skip", "dealloc"],
        )
        self.assertEqual(interface.routines[0].name, "routine")

    def test_keywords_have_no_case(self):
        interface = interface_of(
            "SubSystem x 5; TYPE p = MACH_MSG_TYPE_COPY_SEND; SKIP;"
            "SimpleRoutine r(RequestPort q : p; IN a : b = Array[*:3] Of p);"
        )
        self.assertEqual(interface.routines[0].id, 6)

    def test_shapes(self):
        found = shapes(
            "type a = array[3] of int; type b = array[*:3] of int; type c = array[] of int;"
            "type d = ^ array[] of int; type e = c_string[3]; type f = c_string[*:3];"
            "type g = array[3] of mach_port_t; type h = ^ array[] of mach_port_t;"
            "type i = array[3] of d; type j = struct[3] of int; type k = ^ int; type l = PointerTo(q);"
            "type m = array[*] of char;"
        )
        self.assertEqual([found[n].name for n in "abcdefghijklm"], [
            "ARRAY", "VAR", "OOL", "OOL", "STRING", "VAR_STRING", "PORTS", "OOL_PORTS", "OOL_LIST",
            "STRUCT", "OOL", "POINTER", "OOL",
        ])

    def test_expressions(self):
        types = interface_of(
            PRELUDE + "type a = array[2 + 3 * 4 - (6 - 2) / 2] of int; type b = array[0x10] of int;"
        ).types
        self.assertEqual((types["a"].count, types["b"].count), (12, 16))

    def test_received_type(self):
        types = interface_of(PRELUDE + "type a = MACH_MSG_TYPE_MOVE_SEND | polymorphic;").types
        self.assertEqual(types["a"].sent, "MACH_MSG_TYPE_MOVE_SEND")
        self.assertEqual(types["a"].received, "MACH_MSG_TYPE_POLYMORPHIC")

    def test_names_are_not_inherited(self):
        types = interface_of(
            PRELUDE + "type a = int ctype: foo_t; type b = a; type c = a cusertype: bar_t;"
        ).types
        self.assertEqual((types["a"].user_type, types["a"].server_type), ("foo_t", "foo_t"))
        self.assertEqual((types["b"].user_type, types["b"].server_type), ("b", "b"))
        self.assertEqual((types["c"].user_type, types["c"].server_type), ("bar_t", "c"))

    def test_positional_options(self):
        routines = interface_of(
            PRELUDE + "userprefix u_; serverprefix s_; waittime 5; msgoption MACH_X;"
            "routine a(p : mach_port_t); nowaittime; userprefix v_; msgoption MACH_MSG_OPTION_NONE;"
            "consumeonsenderror any; routine b(p : mach_port_t);"
        ).routines
        a, b = routines
        self.assertEqual((a.user_name, a.server_name, a.wait_time), ("u_a", "s_a", "5"))
        self.assertEqual((a.message_option, b.message_option), ("MACH_X", ""))
        self.assertEqual((b.user_name, b.wait_time), ("v_b", ""))
        self.assertEqual(b.consume_on_send_error, "any")

    def test_companions_in_order(self):
        text = (
            "routine r(p : mach_port_t; a : ports = ^ array[] of any, dealloc[];"
            " out b : data = ^ array[] of int, dealloc[]; waittime t : int; sreplyport q : any);"
        )
        text = "type any = polymorphic ctype: mach_port_t;" + text
        self.assertEqual(prototype(text, Side.USER), [
            "mach_port_t p", "ports a", "mach_msg_type_name_t aPoly",
            "mach_msg_type_number_t aCnt", "boolean_t aDealloc", "data *b",
            "mach_msg_type_number_t *bCnt", "int t",
        ])
        self.assertEqual(prototype(text, Side.SERVER), [
            "mach_port_t p", "ports a", "mach_msg_type_name_t aPoly",
            "mach_msg_type_number_t aCnt", "data *b", "mach_msg_type_number_t *bCnt",
            "boolean_t *bDealloc", "mach_port_t q",
            "mach_msg_type_name_t qPoly",
        ])

    def test_counts_in_prototypes(self):
        """-b: as Apple's compiler annotates them."""
        text = ("type few = array[*:4] of int; type data = ^array[] of char;"
                "type fixed = array[3] of int;"
                "routine r(p : mach_port_t; a : few; b : fixed; inout c : data; out d : few);")
        found = parameters(interface_of(PRELUDE + text).routines[0], Side.USER)
        self.assertEqual([with_count(p) for p in found], [
            "mach_port_t p", "few __counted_by(aCnt) a", "mach_msg_type_number_t aCnt", "fixed b",
            "data __counted_by(*cCnt) *c", "mach_msg_type_number_t *cCnt",
            "few __counted_by(*dCnt) d", "mach_msg_type_number_t *dCnt",
        ])

    def test_poly_belongs_to_the_side_that_does_not_know(self):
        text = "type any = MACH_MSG_TYPE_PORT_SEND ctype: mach_port_t;"
        text += "routine r(p : mach_port_t; a : any; out b : any);"
        self.assertEqual(prototype(text, Side.USER)[1:], [
            "mach_port_t a", "mach_msg_type_name_t aPoly", "mach_port_t *b",
        ])
        self.assertEqual(prototype(text, Side.SERVER)[1:], [
            "mach_port_t a", "mach_port_t *b", "mach_msg_type_name_t *bPoly",
        ])

    def test_line_markers(self):
        interface = interface_of(
            '#line 3 "x"\n#pragma once\n#define A\n#ident "b"\n# 4 "y"\n' + PRELUDE
        )
        self.assertEqual(interface.name, "test")

    def test_imports(self):
        interface = interface_of(
            PRELUDE + 'import <mach/a.h>; uimport "b.h"; simport "c-d.h"; import <mach/a.h>;'
        )
        self.assertEqual(
            [(i.kind, i.file) for i in interface.imports],
            [("import", "<mach/a.h>"), ("uimport", '"b.h"'), ("simport", '"c-d.h"')],
        )


if __name__ == "__main__":
    unittest.main()
