# SPDX-License-Identifier: BSD-2-Clause
"""What changed between two descriptions (describe) of the same interfaces, and whom it hurts.

A change is breaking if a program built before it and one built after it misunderstand each other's
messages. New ids are compatible; so are new names for what stays where it was, which concern only
whoever compiles.
"""

from dataclasses import dataclass

from mig.describe import Json

MESSAGE_FACTS = {
    "size": "size", "minimum": "smallest size", "descriptors": "number of descriptors",
}
MEMBER_FACTS = {
    "role": "meaning", "offset": "offset", "size": "size", "packed": "packing",
}
ARGUMENT_FACTS = {
    "travels": "how it travels", "count": "number of elements", "variable": "variable length",
    "element_size": "size of an element", "sent": "disposition sent",
    "received": "disposition received",
}
# Of data, and of rights that come as they were sent.
TYPE_FACTS = ARGUMENT_FACTS | {"sent": "type"}
TYPE_FACTS.pop("received")


@dataclass(frozen=True)
class Change:
    breaking: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{'breaking' if self.breaking else 'compatible'}: {self.where}: {self.what}"


def compare(old: list[Json], new: list[Json]) -> list[Change]:
    """All changes from OLD to NEW, in the order of the old file, then what is new."""
    changes: list[Change] = []
    current = {i["subsystem"]: i for i in new}
    for before in old:
        name = before["subsystem"]
        after = current.pop(name, None)
        if after is None:
            changes.append(Change(True, name, "the subsystem is gone"))
        else:
            changes += _subsystem(before, after)
    return changes + [Change(False, name, "a new subsystem") for name in current]


def _subsystem(old: Json, new: Json) -> list[Change]:
    name = old["subsystem"]
    if old["base"] != new["base"]:
        return [Change(True, name, f"first id {old['base']} became {new['base']}")]
    changes: list[Change] = []
    current = {r["id"]: r for r in new["routines"]}
    for before in old["routines"]:
        where = f"{name}.{before['name']}"
        after = current.pop(before["id"], None)
        if after is None:
            changes.append(Change(True, where, f"id {before['id']} is gone"))
            continue
        if before["name"] != after["name"]:
            changes.append(_renamed(old, new, before, after))
        changes += _routine(where, before, after)
    for routine in current.values():
        where = f"{name}.{routine['name']}"
        changes.append(Change(False, where, f"new, id {routine['id']}"))
    return changes


def _renamed(old: Json, new: Json, before: Json, after: Json) -> Change:
    """A new name at an old id: another routine if either name is known at another id."""
    where = f"{old['subsystem']}.{before['name']}"
    moved = before["name"] in {r["name"] for r in new["routines"]}
    moved = moved or after["name"] in {r["name"] for r in old["routines"]}
    what = f"id {before['id']} is now {after['name']}"
    return Change(moved, where, what if moved else what + ", a new name")


def _routine(where: str, old: Json, new: Json) -> list[Change]:
    if old["one_way"] != new["one_way"]:
        gained = "lost" if new["one_way"] else "got"
        return [Change(True, where, f"it {gained} a reply")]
    changes = _arguments(where, old["arguments"], new["arguments"])
    for kind in ("request", "reply"):
        if kind in old:
            changes += _message(f"{where} {kind}", old[kind], new[kind])
    return changes


def _arguments(where: str, old: list[Json], new: list[Json]) -> list[Change]:
    """Only what is on the wire; that arguments come and go shows in the messages' members."""
    changes = []
    current = {a["name"]: a for a in new}
    for before in old:
        after = current.get(before["name"])
        if after is None or before["kind"].endswith("port") != after["kind"].endswith("port"):
            continue
        is_plain = all(a["sent"] == a["received"] for a in (before, after))
        facts = TYPE_FACTS if is_plain else ARGUMENT_FACTS
        changes += _facts(f"{where}({before['name']})", before, after, facts)
    return changes


def _message(where: str, old: Json, new: Json) -> list[Change]:
    changes = []
    before, after = old["members"], new["members"]
    known = {m["name"] for m in before} & {m["name"] for m in after}
    for one, other in zip(before, after):
        changes += _member(where, one, other, known)
    for member in before[len(after):]:
        changes.append(Change(True, where, f"member {member['name']} is gone"))
    for member in after[len(before):]:
        changes.append(Change(True, where, f"member {member['name']} is new"))
    return changes or _facts(where, old, new, MESSAGE_FACTS)


def _member(where: str, old: Json, new: Json, known: set[str]) -> list[Change]:
    """A new name alone is harmless, unless it belongs to a member of both messages."""
    changes = _facts(f"{where}.{old['name']}", old, new, MEMBER_FACTS)
    if old["name"] != new["name"]:
        moved = old["name"] in known or new["name"] in known
        what = f"member {old['name']} is now {new['name']}"
        changes.append(Change(moved or bool(changes), where, what))
    return changes


def _facts(where: str, old: Json, new: Json, facts: dict[str, str]) -> list[Change]:
    return [
        Change(True, where, f"{words} {old[key]} became {new[key]}")
        for key, words in facts.items()
        if old[key] != new[key]
    ]
