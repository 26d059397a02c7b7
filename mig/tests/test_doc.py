# SPDX-License-Identifier: BSD-2-Clause
"""Pages of interfaces: Markdown and HTML."""

import glob
import html.parser
import json
import os
import unittest

from support import CASES, INCLUDES, PRELUDE, ROOT, FolderTest, interface_of, run_mig

from mig import doc_words, front, options

IDL = sorted(glob.glob(os.path.join(ROOT, "idl", "*.defs")))
PROMISED = os.path.join(CASES, "promised.defs")
DRAWING = """\
Request 5401, 68 bytes:

```text
      0 +--------------------------------+
        | Head                        24 |  message header
     24 +--------------------------------+
        | msgh_body                    4 |  number of descriptors
     28 +--------------------------------+
        | right                       12 |  descriptor
     40 +--------------------------------+
        | data                        16 |  descriptor
     56 +--------------------------------+
        | NDR                          8 |  data representation
     64 +--------------------------------+
        | dataCnt                      4 |  element count
     68 +--------------------------------+
```
"""


class Links(html.parser.HTMLParser):
    """Collects ids and links; every element is closed in the right order."""

    VOID = {"meta", "link", "input"}

    def __init__(self):
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.ids |= {found["id"]} if "id" in found else set()
        self.links += [found[k] for k in ("href", "src") if k in found]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag


class Pages(FolderTest):
    def doc(self, *arguments: str) -> None:
        result = run_mig(self.folder, "doc", "-o", "out", *arguments)
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_markdown(self):
        self.doc(PROMISED)
        page = self.read("out/promised.md")
        for text in (
            "Arguments with annotations that the stubs check.",
            "Ids 5400 to 5402.",
            "kern_return_t take(mach_port_t server,\n                   string_t path,\n",
            "| 5401 | [carry](#carry) | Take a right and memory. |",
            "Since 1.",
            "| a | int | in | 32-bit integer; between -3..10 |",
            "| bytes | bytes_t | in | up to 9 characters; UTF-8. Any text |",
            "| `KERN_FAILURE` | always, if the server says so |",
            "a copy of the send right; the server owns it if it returns success; never null",
            "Request 5400, ",
            DRAWING,
        ):
            self.assertIn(text, page)
        self.assertIn("[promised](promised.md)", self.read("out/index.md"))

    def test_search(self):
        """It finds interfaces and routines by every word of their pages, and shows one line."""
        self.doc("--html", PROMISED)
        entries = self.read("out/search.js").split(";\n", 1)[0].removeprefix("const entries = ")
        interface, take, *_ = json.loads(entries)
        self.assertEqual(interface[:2], ["promised", "promised.html"])
        self.assertEqual(take[:3], ["take", "promised.html#take", "promised 5400 Take values."])
        for words in ("path_t", "between -3..10", "KERN_FAILURE always, if the server says so",
                      "Since 1"):
            self.assertIn(words, take[3])

    def test_offsets_behind_packed_items(self):
        self.doc(PROMISED)
        page = self.read("out/promised.md")
        self.assertIn("   ≤ 80 +", page)

    def test_site(self):
        self.doc("--html", *INCLUDES, *IDL)
        pages = {}
        for name in os.listdir(os.path.join(self.folder, "out")):
            if name.endswith(".html"):
                pages[name] = Links()
                pages[name].feed(self.read("out/" + name))
                self.assertEqual(pages[name].open, [], name)
        self.assertEqual(len(pages), len(IDL) + 1)
        entries = self.read("out/search.js").split(";\n", 1)[0].removeprefix("const entries = ")
        links = [e[1] for e in json.loads(entries)]
        self.assertGreater(len(links), 100)
        for page, found in pages.items():
            links += [link if "#" not in link[:1] else page + link for link in found.links]
        for link in links:
            file, _, anchor = link.partition("#")
            self.assertTrue(os.path.exists(os.path.join(self.folder, "out", file)), link)
            self.assertTrue(not anchor or anchor in pages[file].ids, link)

    def test_every_routine_of_the_system_is_described(self):
        """What it does, and, unless it has no reply, each error with its meaning."""
        arguments = ["--check-only", *INCLUDES, *IDL]
        chosen = options.parse(arguments)
        found = front.read_all(IDL, chosen, front.diagnostics_for(chosen))
        routines = [r for interface in found for r in interface.routines]
        self.assertGreater(len(routines), 140)
        for interface in found:
            self.assertTrue(doc_words.about(interface), interface.name)
        for routine in routines:
            with self.subTest(routine.name):
                self.assertTrue(doc_words.first_sentence(routine))
                errors = doc_words.errors(routine)
                self.assertTrue(errors or routine.one_way, "no @error")
                for name, meaning in errors:
                    self.assertRegex(name, "^[A-Z][A-Z0-9_]+$")
                    self.assertTrue(meaning, name)

    def test_sentences(self):
        for text, first in (
            ("One. Two.", "One."), ("From a ... b to c. More", "From a ... b to c."),
            ("No end", "No end."), ("Uses io.defs here. Yes", "Uses io.defs here."), ("", ""),
        ):
            self.assertEqual(doc_words.sentence(text), first)

    def test_how_many(self):
        """Of what is in the message, and of memory."""
        text = PRELUDE + "type pair = struct[2] of int;\nroutine r(p : mach_port_t;"
        for kind, words in (
            ("array[*:9] of pair", "up to 9 elements of 8 bytes"),
            ("array[1] of int", "1 32-bit integer"), ("array[3] of int", "3 32-bit integers"),
            ("array[*:1] of mach_port_t", "up to 1 right"),
            ("^array[] of pair", "out of line, elements of 8 bytes"),
            ("^array[] of char", "out of line, characters"),
            ("^array[1] of pair", "out of line, 1 element of 8 bytes"),
        ):
            routine = interface_of(f"{text} a : a_t = {kind});").routines[0]
            said = doc_words.argument_rows(routine)[1].meaning
            self.assertEqual(said.split(";")[0], words)

    def test_drawing(self):
        self.doc("--html", PROMISED)
        page = self.read("out/promised.html")
        for text in (
            '<figcaption>Request 5401, 68 bytes</figcaption>',
            '<li class="right"><i>28</i><b>right<s>12</s></b>descriptor</li>',
            '<li class="end"><i>68</i></li>',
            '<li class="value packed">', '<li class="fixed"><i>0</i><b>Head<s>24</s></b>',
        ):
            self.assertIn(text, page)

    def test_text_is_escaped(self):
        self.write("a.defs", "/* a < b */\nsubsystem x 1;\n"
                   "type p = MACH_MSG_TYPE_COPY_SEND;\n/** a & <b> */\nroutine r(q : p);\n")
        self.doc("--html", "a.defs")
        self.assertIn("a &amp; &lt;b&gt;", self.read("out/x.html"))


if __name__ == "__main__":
    unittest.main()
