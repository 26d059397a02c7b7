# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces as a static HTML site (`mig doc --html`): a page each, an index, and a search that
needs no server: its index is a script beside the pages."""

import json
from html import escape

from mig import doc_words
from mig.ir import Interface, Routine
from mig.layout import Message

STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
pre, code { font-family: ui-monospace, monospace; }
pre { overflow-x: auto; padding: .6rem; border: 1px solid #8886; border-radius: .3rem; }
table { border-collapse: collapse; margin: .6rem 0; }
th, td { border: 1px solid #8886; padding: .2rem .6rem; text-align: left; vertical-align: top; }
td.number { text-align: right; }
table.layout { display: inline-table; margin-right: 1.5rem; }
#search { width: 100%; font: inherit; padding: .4rem; box-sizing: border-box; }
section { border-top: 2px solid #8886; margin-top: 2rem; }
"""
SEARCH = """\
const box = document.getElementById("search");
const found = document.getElementById("found");
box.addEventListener("input", () => {
  const words = box.value.toLowerCase().split(/\\s+/).filter(Boolean);
  found.replaceChildren();
  if (!words.length) return;
  for (const [name, link, text] of entries) {
    const all = (name + " " + text).toLowerCase();
    if (!words.every(word => all.includes(word))) continue;
    const item = document.createElement("li");
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = name;
    item.append(anchor, " " + text);
    found.append(item);
    if (found.children.length === 50) break;
  }
});
"""


def pages(interfaces: list[Interface]) -> dict[str, str]:
    """File names and their text."""
    out = {f"{i.name}.html": _frame(i.name, _page(i)) for i in interfaces}
    rows = [[f'<a href="{i.name}.html">{i.name}</a>', escape(doc_words.title(i))]
            for i in interfaces]
    out["index.html"] = _frame("Interfaces", _table(["interface", ""], rows))
    out["style.css"] = STYLE
    entries = json.dumps([e for i in interfaces for e in _entries(i)], indent=0)
    out["search.js"] = f"const entries = {entries};\n{SEARCH}"
    return out


def _entries(interface: Interface) -> list[list[str]]:
    """What the search finds: name, link, text."""
    return [
        [r.name, f"{interface.name}.html#{r.name}",
         f"{interface.name} {r.id} {doc_words.first_sentence(r)}"]
        for r in interface.routines
    ]


def _frame(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="style.css">\n'
        '<nav><a href="index.html">Interfaces</a></nav>\n'
        '<input id="search" type="search" placeholder="Search routines" aria-label="Search">\n'
        f'<ul id="found"></ul>\n<h1>{escape(title)}</h1>\n{body}'
        '<script src="search.js"></script>\n</html>\n'
    )


def _page(interface: Interface) -> str:
    rows = [
        [str(r.id), f'<a href="#{r.name}">{r.name}</a>', escape(doc_words.first_sentence(r))]
        for r in interface.routines
    ]
    out = f"<p>{escape(doc_words.title(interface).capitalize())}.</p>\n"
    out += _prose(interface.doc.text) + _table(["id", "routine", ""], rows)
    return out + "".join(_routine(r) for r in interface.routines)


def _prose(text: str) -> str:
    return "".join(f"<p>{escape(p)}</p>\n" for p in text.split("\n\n") if p.strip())


def _table(heads: list[str], rows: list[list[str]], kind: str = "") -> str:
    """Cells are HTML already."""
    if not rows:
        return ""
    head = "".join(f"<th>{h}</th>" for h in heads)
    body = "".join(
        "<tr>" + "".join(
            f'<td class="number">{c}</td>' if c.isdigit() else f"<td>{c}</td>" for c in row
        ) + "</tr>\n"
        for row in rows
    )
    return f'<table{kind and f" class={kind}"}>\n<tr>{head}</tr>\n{body}</table>\n'


def _routine(routine: Routine) -> str:
    arguments = [
        [escape(text) for text in (row.name, row.type, row.direction, row.meaning)]
        for row in doc_words.argument_rows(routine)
    ]
    errors = [[f"<code>{escape(name)}</code>", escape(meaning)]
              for name, meaning in doc_words.errors(routine)]
    return (
        f'<section id="{routine.name}">\n<h2>{routine.name}</h2>\n'
        f"<pre>{escape(doc_words.prototype(routine))}</pre>\n"
        + _prose(routine.doc.text) + _prose("\n\n".join(doc_words.remarks(routine)))
        + _table(["argument", "type", "direction", ""], arguments)
        + _table(["error", "meaning"], errors)
        + "".join(_layout(m) for m in doc_words.messages(routine)) + "</section>\n"
    )


def _layout(message: Message) -> str:
    """The message as a column of boxes, with the byte offset of each."""
    rows = [[escape(text) for text in (row.offset, row.size, row.name, row.role)]
            for row in doc_words.layout_rows(message)]
    table = _table(["offset", "bytes", "member", ""], rows, "layout")
    return f"<h3>{escape(doc_words.message_title(message))}</h3>\n{table}"
