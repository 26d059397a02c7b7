# SPDX-License-Identifier: BSD-2-Clause
"""The words of the language: statements, directions, flags and the built-in IPC types."""

import re
from dataclasses import dataclass

IMPORTS = ("import", "uimport", "simport", "iimport", "dimport")
NAME_OPTIONS = ("serverprefix", "userprefix", "serverdemux", "error")
WORD_OPTIONS = ("waittime", "msgoption", "sendtime")
EMPTY_OPTIONS = ("nowaittime", "nosendtime")
NUMBER_OPTIONS = ("usespecialreplyport",)
EXACT_NUMBER_OPTIONS = ("UserTypeLimit", "OnStackLimit")  # the case matters
STATEMENTS = (
    ("subsystem", "type", "routine", "simpleroutine", "skip", "rcsid", "consumeonsenderror")
    + IMPORTS + NAME_OPTIONS + WORD_OPTIONS + EMPTY_OPTIONS + NUMBER_OPTIONS
    + EXACT_NUMBER_OPTIONS
)
DIRECTIONS = (
    "in", "out", "inout", "requestport", "replyport", "sreplyport", "ureplyport", "waittime",
    "msgoption", "msgseqno", "sendtime", "sectoken", "serversectoken", "usersectoken",
    "audittoken", "serveraudittoken", "useraudittoken", "servercontexttoken", "userimpl",
    "serverimpl",
)
FLAGS = (
    "dealloc", "notdealloc", "countinout", "samecount", "physicalcopy", "overwrite", "retcode",
    "auto", "const", "islong", "isnotlong", "servercopy",
)
NATIVES = ("PointerTo", "PointerToIfNot", "ValueOf")
EXACT = frozenset(EXACT_NUMBER_OPTIONS + NATIVES)  # keywords whose case matters
TRANSLATIONS = (
    "ctype", "cusertype", "cservertype", "intran", "outtran", "destructor", "intranpayload",
)
# Words of one peer only, refused under --peer=the other.
APPLE_ONLY = {
    "sendtime", "nosendtime", "error", "usespecialreplyport", "consumeonsenderror",
    "UserTypeLimit", "OnStackLimit", "iimport", "dimport", "sectoken", "serversectoken",
    "usersectoken", "audittoken", "serveraudittoken", "useraudittoken", "servercontexttoken",
    "userimpl", "serverimpl", "auto", "const", "samecount", "physicalcopy", "overwrite",
    "PointerTo", "PointerToIfNot", "ValueOf",
}
GNU_ONLY = {"islong", "isnotlong", "servercopy", "intranpayload"}


@dataclass(frozen=True)
class Prim:
    """A built-in IPC type: `sent` and `received` are type codes, or dispositions of a port."""

    name: str
    bits: int
    sent: str
    received: str
    port: bool = False


POLYMORPHIC = "MACH_MSG_TYPE_POLYMORPHIC"


def _data(name: str, bits: int) -> Prim:
    full = f"MACH_MSG_TYPE_{name}"
    return Prim(full, bits, full, full)


def _port(name: str, sent: str, received: str) -> Prim:
    def full(word: str) -> str:
        return f"MACH_MSG_TYPE_{word}"

    return Prim(full(name), 32, full(sent), full(received), True)


PRIMS = {
    prim.name: prim
    for prim in (
        _data("UNSTRUCTURED", 0), _data("BIT", 1), _data("BOOLEAN", 32),
        _data("INTEGER_8", 8), _data("INTEGER_16", 16), _data("INTEGER_32", 32),
        _data("INTEGER_64", 64), _data("REAL_32", 32), _data("REAL_64", 64), _data("CHAR", 8),
        _data("BYTE", 8), _data("PORT_NAME", 32), _data("STRING", 8), _data("STRING_C", 8),
        _port("MOVE_RECEIVE", "MOVE_RECEIVE", "PORT_RECEIVE"),
        _port("MOVE_SEND", "MOVE_SEND", "PORT_SEND"),
        _port("MOVE_SEND_ONCE", "MOVE_SEND_ONCE", "PORT_SEND_ONCE"),
        _port("COPY_SEND", "COPY_SEND", "PORT_SEND"),
        _port("MAKE_SEND", "MAKE_SEND", "PORT_SEND"),
        _port("MAKE_SEND_ONCE", "MAKE_SEND_ONCE", "PORT_SEND_ONCE"),
        _port("PORT_RECEIVE", "POLYMORPHIC", "PORT_RECEIVE"),
        _port("PORT_SEND", "POLYMORPHIC", "PORT_SEND"),
        _port("PORT_SEND_ONCE", "POLYMORPHIC", "PORT_SEND_ONCE"),
        _port("POLYMORPHIC", "POLYMORPHIC", "POLYMORPHIC"),
    )
}
# The numbers that may stand for a built-in type, with their names.
PRIM_NUMBERS = {
    0: "BIT", 1: "INTEGER_16", 2: "INTEGER_32", 8: "CHAR", 9: "INTEGER_8", 10: "REAL_32",
    11: "INTEGER_64", 12: "STRING", 15: "PORT_NAME",
}
# C types that GNU's compiler knows from the start, and one that a file of GNU Mach's takes for known;
# here they help only their files.
GNU_PREDECLARED = {
    "char": "MACH_MSG_TYPE_CHAR", "short": "MACH_MSG_TYPE_INTEGER_16",
    "int": "MACH_MSG_TYPE_INTEGER_32", "int64": "MACH_MSG_TYPE_INTEGER_64",
    "uintptr_t": "MACH_MSG_TYPE_INTEGER_64", "intptr_t": "MACH_MSG_TYPE_INTEGER_64",
    "int8_t": "MACH_MSG_TYPE_INTEGER_8", "uint8_t": "MACH_MSG_TYPE_INTEGER_8",
    "int16_t": "MACH_MSG_TYPE_INTEGER_16", "uint16_t": "MACH_MSG_TYPE_INTEGER_16",
    "int32_t": "MACH_MSG_TYPE_INTEGER_32", "uint32_t": "MACH_MSG_TYPE_INTEGER_32",
    "int64_t": "MACH_MSG_TYPE_INTEGER_64", "uint64_t": "MACH_MSG_TYPE_INTEGER_64",
    "notify_port_t": "MACH_MSG_TYPE_MOVE_SEND_ONCE",
}
C_TYPES = {"bool", "char", "double", "float", "int", "long", "short", "signed", "unsigned"}
# What stubs call. A routine of that name would be another meaning of it.
STUB_FUNCTIONS = (
    r"mem(cpy|set|move|cmp)|strn?len|round_msg|mach_msg(_destroy|_(rpc|send|destroy)_from_kernel)?"
    r"|mig_((de)?allocate|strncpy(_zerofill)?|(get|put|dealloc)_(special_)?reply_port)"
    r"|mig_free_port_array"
    r"|vm_map_copy_discard|ipc_port_release_\w+|is_(native|terminated|utf8)|pad_to_word|string_size"
    r"|(answer|reply)_error|discard_results|keep_rights|(special_)?rpc_failed|destroy_request"
    r"|reply_(rejected|mismatch)"
)
STUB_TYPES = (
    r"boolean_t|kern_return_t|NDR_record_t|vm_address_t|mach_(port|msg_\w+)_t|mig_reply_error_t"
    r"|ipc_port_t|vm_map_copy_t"
)
# Names in stubs that an argument would hide, or that are members of every message; and macros.
STUB_NAMES = re.compile(
    r"Mess|InP|OutP|InHeadP|OutHeadP|(In|Out)\d+P|TrailerP|RetCode|msg_result|check_result"
    r"|Head|NDR|msgh_body|NULL|TRUE|FALSE|(KERN|MIG)_\w+|MACH_PORT_NULL|UINT32_MAX"
    rf"|{STUB_TYPES}|{STUB_FUNCTIONS}"
)
C_KEYWORDS = set(
    "alignas alignof auto bool break case char const constexpr continue default do double else "
    "enum extern false float for goto if inline int long nullptr register restrict return short "
    "signed sizeof static static_assert struct switch thread_local true typedef typeof union "
    "unsigned void volatile while _Alignas _Alignof _Atomic _BitInt _Bool _Complex _Generic "
    "_Imaginary _Noreturn _Static_assert _Thread_local typeof_unqual".split()
)
NO_TYPE_NAMES = C_KEYWORDS - C_TYPES
