# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces as a static HTML site (`mig doc --html`): a page each, an index, and a search that
needs no server: its index is a script beside the pages."""

import json
import re
from html import escape

from mig import doc_words
from mig.doc_site import SEARCH, STYLE
from mig.ir import Interface, Routine
from mig.layout import Message, Role

# How a member's box is coloured.
KINDS = {
    Role.HEAD: "fixed", Role.BODY: "fixed", Role.NDR: "fixed", Role.RETCODE: "fixed",
    Role.DESCRIPTOR: "right", Role.PAD: "pad",
}
# In prose: what can only be C.
IN_CODE = re.compile(r"&lt;[\w/.]+\.h&gt;|\b\w+\.(?:defs|h)\b|\b\w+_\w+\b\*?(?:\(\))?")

def pages(interfaces: list[Interface]) -> dict[str, str]:
    """File names and their text."""
    out = {f"{i.name}.html": _frame(i.name, _page(i)) for i in interfaces}
    rows = [
        [f'<a href="{i.name}.html">{i.name}</a>', escape(doc_words.title(i)),
         _code(doc_words.about(i))]
        for i in interfaces
    ]
    out["index.html"] = _frame("Interfaces", _table(["interface", "ids", "about"], rows))
    out["style.css"] = STYLE
    entries = json.dumps([e for i in interfaces for e in _entries(i)], indent=0)
    out["search.js"] = f"const entries = {entries};\n{SEARCH}"
    return out


def _entries(interface: Interface) -> list[list[str]]:
    """What the search finds: name, link, the line it shows, what else it searches."""
    page = f"{interface.name}.html"
    return [[interface.name, page, doc_words.about(interface), interface.doc.text]] + [
        [r.name, f"{page}#{r.name}", f"{interface.name} {r.id} {doc_words.first_sentence(r)}",
         _all_words(r)]
        for r in interface.routines
    ]


def _all_words(routine: Routine) -> str:
    """Everything that the page says about ROUTINE in words."""
    rows = [f"{row.name} {row.type} {row.meaning}" for row in doc_words.argument_rows(routine)]
    errors = [f"{name} {meaning}" for name, meaning in doc_words.errors(routine)]
    return "\n".join([routine.doc.text, *doc_words.remarks(routine), *rows, *errors])


def _frame(title: str, body: str) -> str:
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="style.css">\n'
        '<nav><a href="index.html">Interfaces</a>\n'
        '<input id="search" type="search" placeholder="Search routines ( / )"'
        ' aria-label="Search routines">\n'
        f'<ul id="found"></ul></nav>\n<main>\n<h1>{escape(title)}</h1>\n{body}</main>\n'
        '<script src="search.js"></script>\n</html>\n'
    )


def _page(interface: Interface) -> str:
    rows = [
        [str(r.id), f'<a href="#{r.name}">{r.name}</a>', _code(doc_words.first_sentence(r))]
        for r in interface.routines
    ]
    title = doc_words.title(interface)
    out = f"<p>{escape(title[:1].upper() + title[1:])}.</p>\n"
    out += _prose(interface.doc.text) + _table(["id", "routine", "does"], rows)
    return out + "".join(_routine(r) for r in interface.routines)


def _code(text: str) -> str:
    """Prose as HTML, with names of C in their own font."""
    return IN_CODE.sub(lambda match: f"<code>{match[0]}</code>", escape(text, quote=False))


def _prose(text: str) -> str:
    return "".join(f"<p>{_code(p)}</p>\n" for p in text.split("\n\n") if p.strip())


def _table(heads: list[str], rows: list[list[str]]) -> str:
    """Cells are HTML already. On a narrow page a row is a block; its last cell has a line."""
    if not rows:
        return ""
    head = "".join(f"<th>{h}</th>" for h in heads)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>\n" for row in rows)
    return f"<table>\n<tr>{head}</tr>\n{body}</table>\n"


def _routine(routine: Routine) -> str:
    arguments = [
        [f"<code>{escape(row.name)}</code>", f"<code>{escape(row.type)}</code>",
         escape(row.direction), _code(row.meaning)]
        for row in doc_words.argument_rows(routine)
    ]
    errors = [[f"<code>{escape(name)}</code>", _code(meaning)]
              for name, meaning in doc_words.errors(routine)]
    drawings = "".join(_drawing(m) for m in doc_words.messages(routine))
    return (
        f'<section id="{routine.name}">\n<h2><a href="#{routine.name}">{routine.name}</a></h2>\n'
        f"<pre>{escape(doc_words.prototype(routine))}</pre>\n"
        + _prose(routine.doc.text) + _prose("\n\n".join(doc_words.remarks(routine)))
        + _table(["argument", "type", "direction", "travels as"], arguments)
        + _table(["error", "meaning"], errors)
        + f'<div class="messages">\n{drawings}</div>\n</section>\n'
    )


def _drawing(message: Message) -> str:
    """Boxes under each other; at their left, the offset where each begins."""
    lines = []
    for item, row in zip(message.items, doc_words.layout_rows(message)):
        kind = KINDS.get(item.role, "value")
        lines.append(
            f'<li class="{kind}{" packed" if item.variable else ""}"><i>{row.offset}</i>'
            f"<b>{escape(row.name)}<s>{row.size}</s></b>{escape(row.role)}</li>\n"
        )
    lines.append(f'<li class="end"><i>{doc_words.end(message)}</i></li>\n')
    title = escape(doc_words.message_title(message))
    return f'<figure><figcaption>{title}</figcaption>\n<ol>\n{"".join(lines)}</ol></figure>\n'
