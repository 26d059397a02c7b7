# SPDX-License-Identifier: BSD-2-Clause
"""Wire layouts against figures measured on Apple's compiler's output."""

import unittest

from support import PRELUDE, interface_of

from mig import layout


def members(message) -> dict[str, tuple[int, int]]:
    return {i.name: (i.offset, i.size) for i in message.items}


class Layout(unittest.TestCase):
    def routine(self, text: str, types: str = ""):
        return interface_of(PRELUDE + types + text).routines[0]

    def test_packed_arrays(self):
        request = layout.request(self.routine(
            "routine r_var(p : mach_port_t; a : ints = array[*:16] of int; k : int;"
            " b : chars = array[*:33] of char; z : int;"
            " out d : many = array[*:16] of int, countinout);"
        ))
        self.assertEqual(members(request), {
            "Head": (0, 24), "NDR": (24, 8), "aCnt": (32, 4), "a": (36, 64), "k": (100, 4),
            "bCnt": (104, 4), "b": (108, 33), "bPad": (141, 3), "z": (144, 4), "dCnt": (148, 4),
        })
        self.assertEqual((request.size, request.minimum), (152, 52))
        self.assertEqual([len(p.items) for p in request.parts], [4, 4, 2])

    def test_string(self):
        request = layout.request(self.routine(
            "simpleroutine sr_basic(p : mach_port_t; a : int; v : text = c_string[*:128]);"
        ))
        self.assertEqual(members(request), {
            "Head": (0, 24), "NDR": (24, 8), "a": (32, 4), "vOffset": (36, 4), "vCnt": (40, 4),
            "v": (44, 128),
        })
        self.assertEqual(request.size, 172)

    def test_padding(self):
        request = layout.request(self.routine(
            "routine r_struct(p : mach_port_t; s : pair = struct[2] of int;"
            " o : five = struct[5] of char; u : int64; i8 : char);"
        ))
        self.assertEqual(members(request), {
            "Head": (0, 24), "NDR": (24, 8), "s": (32, 8), "o": (40, 5), "oPad": (45, 3),
            "u": (48, 8), "i8": (56, 1), "i8Pad": (57, 3),
        })
        self.assertEqual(request.size, 60)

    def test_out_of_line(self):
        request = layout.request(self.routine(
            "routine ool(p : mach_port_t; a : data; b : data; c : data; f : data; h : page);",
            "type data = ^ array[] of char; type page = ^ array[10] of int;",
        ))
        places = members(request)
        self.assertEqual([places[n][0] for n in "abcfh"], [28, 44, 60, 76, 92])
        self.assertEqual((places["NDR"], places["aCnt"], request.size), ((108, 8), (116, 4), 132))

    def test_ports_alone_have_no_ndr(self):
        request = layout.request(self.routine(
            "routine four(p : mach_port_t; a : mach_port_t; b : mach_port_t; c : mach_port_t;"
            " d : mach_port_t);"
        ))
        self.assertEqual([i.offset for i in request.items], [0, 24, 28, 40, 52, 64])
        self.assertEqual(request.size, 76)

    def test_port_arrays(self):
        request = layout.request(self.routine(
            "routine arrays(p : mach_port_t; a : pool = ^ array[] of mach_port_t;"
            " c : three = array[3] of mach_port_t; d : four = array[*:4] of mach_port_t);"
        ))
        places = members(request)
        self.assertEqual([places[n] for n in "acd"], [(28, 16), (44, 36), (80, 48)])
        self.assertEqual([places[n][0] for n in ("NDR", "aCnt", "dCnt")], [128, 136, 140])
        self.assertEqual((request.size, request.descriptors), (144, 8))

    def test_complex_reply_has_no_return_code(self):
        reply = layout.reply(self.routine(
            "routine threads(p : mach_port_t; out list : act_t = ^ array[] of mach_port_t);"
        ))
        self.assertEqual(members(reply), {
            "Head": (0, 24), "msgh_body": (24, 4), "list": (28, 16), "NDR": (44, 8),
            "listCnt": (52, 4),
        })
        self.assertEqual(reply.size, 56)

    def test_simple_reply(self):
        routine = self.routine("routine plain(p : mach_port_t);")
        self.assertEqual(layout.reply(routine).size, 36)
        self.assertEqual(layout.request(routine).size, 24)

    def test_lists_have_their_counts_in_the_body(self):
        request = layout.request(self.routine(
            "routine lists(p : mach_port_t; l : three = array[3] of data);",
            "type data = ^ array[] of int64;",
        ))
        self.assertEqual(members(request)["lSubs"], (84, 12))
        self.assertEqual((request.size, request.descriptors), (96, 3))

    def test_unknown_sizes_end_the_known_offsets(self):
        request = layout.request(self.routine(
            "routine natives(p : mach_port_t; in a : PointerTo(thing); b : int);"
        ))
        self.assertEqual([i.offset for i in request.items], [0, 24, 32, None])
        self.assertIsNone(request.size)

    def test_record_is_laid_out_as_c_does(self):
        request = layout.request(self.routine(
            "routine rec(p : mach_port_t; r : record);",
            "type record = struct { char a; int64 b; int c; };",
        ))
        self.assertEqual(members(request)["r"], (32, 24))

    def test_ids(self):
        interface = interface_of(
            PRELUDE + "routine a(p : mach_port_t); skip; skip 3; simpleroutine b(p : mach_port_t);"
        )
        self.assertEqual([r.id for r in interface.routines], [1000, 1005])
        self.assertEqual(len(interface.slots), 6)

    def test_retcode_leaves_a_complex_request(self):
        types = "type data = ^ array[] of char;"
        with_rights = layout.request(self.routine(
            "simpleroutine coded(p : mach_port_t; d : data; c : int, retcode; b : int);", types
        ))
        plain = layout.request(self.routine(
            "simpleroutine coded(p : mach_port_t; c : int, retcode; b : int);"
        ))
        self.assertNotIn("c", members(with_rights))
        self.assertIn("c", members(plain))


if __name__ == "__main__":
    unittest.main()
