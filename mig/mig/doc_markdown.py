# SPDX-License-Identifier: BSD-2-Clause
"""Interfaces as Markdown (`mig doc`): one page each, and an index."""

from mig import doc_words
from mig.ir import Interface, Routine
from mig.layout import Message

WIDTH = 34  # of a drawing's box


def pages(interfaces: list[Interface]) -> dict[str, str]:
    """File names and their text."""
    out = {f"{i.name}.md": _page(i) for i in interfaces}
    lines = ["# Interfaces", "", "| interface | ids | about |", "|---|---|---|"]
    for interface in interfaces:
        name = f"[{interface.name}]({interface.name}.md)"
        about = _cell(doc_words.about(interface))
        lines.append(f"| {name} | {doc_words.title(interface)} | {about} |")
    out["index.md"] = "\n".join(lines) + "\n"
    return out


def _page(interface: Interface) -> str:
    lines = [f"# {interface.name}", "", doc_words.title(interface).capitalize() + ".", ""]
    if interface.doc.text:
        lines += [interface.doc.text, ""]
    if interface.routines:
        lines += ["| id | routine | does |", "|---:|---|---|"]
    for routine in interface.routines:
        name = f"[{routine.name}](#{routine.name})"
        lines.append(f"| {routine.id} | {name} | {_cell(doc_words.first_sentence(routine))} |")
    for routine in interface.routines:
        lines += ["", *_routine(routine)]
    return "\n".join(lines).rstrip("\n") + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _routine(routine: Routine) -> list[str]:
    lines = [f"## {routine.name}", "", "```c", doc_words.prototype(routine), "```", ""]
    if routine.doc.text:
        lines += [routine.doc.text, ""]
    lines += [f"{remark}\n" for remark in doc_words.remarks(routine)]
    lines += ["| argument | type | direction | travels as |", "|---|---|---|---|"]
    for row in doc_words.argument_rows(routine):
        lines.append(f"| {row.name} | {row.type} | {row.direction} | {_cell(row.meaning)} |")
    found = doc_words.errors(routine)
    if found:
        lines += ["", "| error | meaning |", "|---|---|"]
        lines += [f"| `{name}` | {_cell(meaning)} |" for name, meaning in found]
    for message in doc_words.messages(routine):
        lines += ["", doc_words.message_title(message) + ":", "", "```text", *drawing(message),
                  "```"]
    return lines


def drawing(message: Message) -> list[str]:
    """Boxes under each other; at their left, the offset where each begins."""
    lines = []
    for row in doc_words.layout_rows(message):
        room = WIDTH - 4 - len(row.size)
        lines.append(f"{row.offset:>7} +{'-' * (WIDTH - 2)}+")
        lines.append(f"{'':7} | {row.name[:room]:{room}}{row.size} |  {row.role}".rstrip())
    return lines + [f"{doc_words.end(message):>7} +{'-' * (WIDTH - 2)}+"]
