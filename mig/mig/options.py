# SPDX-License-Identifier: BSD-2-Clause
"""The compiler's options: those of Apple's driver, and ours.

OPTIONS is the one table of them: parsing, the help text and the completion scripts read it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mig.diagnostics import nearest

OUTPUT = "Output (default: NAME.h, NAMEUser.c, NAMEServer.c, NAME_server.h)"
PREPROCESSOR = "C preprocessor"
DIALECT = "Dialect and messages"
OTHER = "Other"
IGNORED = "Accepted for Apple's makefiles; they choose between forms of which there is one here"
SECTIONS = (OUTPUT, PREPROCESSOR, DIALECT, OTHER, IGNORED)


class UsageError(Exception):
    """The command line is wrong; the text says how. The exit status is then 2."""


@dataclass
class Options:
    files: list[str] = field(default_factory=list)
    user: str | None = None
    server: str | None = None
    header: str | None = None
    sheader: str | None = None
    iheader: str | None = None
    dheader: str | None = None
    prefix: str | None = None
    list_file: str | None = None
    loopback: str | None = None
    python: str | None = None
    compiler: str | None = None
    depfile: str | None = None
    deptarget: str | None = None
    dependencies: bool = False
    only_named: bool = False
    halves: bool = False  # --async
    symbols: bool = False  # -s
    counted_by: bool = False  # -b
    traced: bool = False  # -L
    max_on_stack: str | None = None  # -maxonstack: bytes
    architecture: str = ""  # -arch
    max_descriptors: str | None = None  # -max_descrs, of a request
    max_reply_descriptors: str | None = None
    check_only: bool = False
    json: bool = False
    print: bool = False
    peer: str = ""
    format: str = "text"
    color: str = "auto"
    quiet: bool = False
    action: str = ""  # help, version or list-warnings, instead of compiling
    warnings: list[str] = field(default_factory=list)
    preprocessor: list[str] = field(default_factory=list)
    own: dict[str, str] = field(default_factory=dict)  # of a verb: its options, by name

    @property
    def stack_limit(self) -> int | None:
        """Bytes of a message that may be on the stack of a user stub; None: any number."""
        return None if self.max_on_stack is None else int(self.max_on_stack)


@dataclass(frozen=True)
class Option:
    """One option, with all its names."""

    names: str  # separated by spaces
    summary: str
    section: str
    value: str = ""  # the word for its value in the help; "": it has none
    field: str = ""  # the member of Options that it sets; "": none
    constant: str | bool = True  # what it sets it to, if it has no value
    choices: tuple[str, ...] = ()  # then the value stands behind '='
    joined: bool = False  # the value may follow without a space, as in -DNAME
    forward: str = ""  # to the preprocessor: "as is", or the name it has there

    @property
    def all_names(self) -> list[str]:
        return self.names.split()


def _file(name: str, summary: str, member: str, value: str = "FILE") -> Option:
    return Option(name, summary, OUTPUT, value, member)


def _ignored(names: str, value: str = "") -> Option:
    return Option(names, "", IGNORED, value)


OPTIONS = (
    _file("-header", "declarations for callers; /dev/null leaves a file out", "header"),
    _file("-user", "user stubs", "user"),
    _file("-sheader", "declarations for servers", "sheader"),
    _file("-server", "server stubs and demux", "server"),
    _file("-dheader", "message ids as #defines", "dheader"),
    _file("-iheader", "external names of user stubs", "iheader"),
    _file("-i", "one user file for each routine: PREFIXroutine.c", "prefix", "PREFIX"),
    Option("-n", "only the files that are named, as GNU's; Apple's -n is not made",
           OUTPUT, field="only_named"),
    _file("--python", "a Python module that builds and reads the messages", "python"),
    _file("-list", "names and ids, a line for each routine, in GNU's form", "list_file"),
    Option("--async", "with each call its halves: x_send, x_decode_reply, x_reply, x_reply_error",
           OUTPUT, field="halves"),
    _file("--loopback", "a test program for the stubs (see mig loopback)", "loopback"),
    Option("-s", "a table of the routines' names in the server file", OUTPUT, field="symbols"),
    Option("-S", "no such table", OUTPUT, field="symbols", constant=False),
    Option("-b", "__counted_by in prototypes, for compilers with -fbounds-safety", OUTPUT,
           field="counted_by"),
    Option("-B", "no __counted_by", OUTPUT, field="counted_by", constant=False),
    Option("-L", "stubs report their messages, compiled with MIG_DEBUG: <mach/mig_log.h>",
           OUTPUT, field="traced"),
    Option("-l", "no such stubs", OUTPUT, field="traced", constant=False),
    Option("-maxonstack", "no message of more than N bytes on the stack of a user stub", OUTPUT,
           "N", "max_on_stack"),
    Option("-max_descrs", "refuse requests with more than N rights and memory regions", OUTPUT,
           "N", "max_descriptors"),
    Option("-max_reply_descrs", "the same of replies", OUTPUT, "N", "max_reply_descriptors"),
    Option("--check-only", "read and check, write nothing", OUTPUT, field="check_only"),
    Option("--print", "print the file as it was understood: without macros and comments", OUTPUT,
           field="print"),
    Option("--json", "describe the interface as JSON", OUTPUT, field="json"),
    Option("-D", "define a macro", PREPROCESSOR, "NAME[=VALUE]", joined=True, forward="as is"),
    Option("-U", "take a macro's definition away", PREPROCESSOR, "NAME", joined=True,
           forward="as is"),
    Option("-I", "a folder of included files", PREPROCESSOR, "FOLDER", joined=True,
           forward="as is"),
    Option("-isysroot -include -imacros -isystem -iquote -idirafter", "", PREPROCESSOR, "PATH",
           forward="as is"),
    Option("-target", "", PREPROCESSOR, "TARGET", forward="--target="),
    Option("-arch", "", PREPROCESSOR, "NAME", "architecture"),
    Option("-cc", "the command that preprocesses (or $MIGCC)", PREPROCESSOR, "COMMAND",
           "compiler"),
    Option("-MD -MMD", "write the files that the output depends on, for make or ninja",
           PREPROCESSOR, field="dependencies"),
    Option("-MF", "where to write them", PREPROCESSOR, "FILE", "depfile"),
    Option("-MT -MQ", "the target that they are written for", PREPROCESSOR, "TARGET",
           "deptarget"),
    Option("--peer", "refuse what that compiler refuses", DIALECT, "PEER", "peer",
           choices=("apple", "gnu")),
    Option("-W", "-WNAME, -Wno-NAME, -Werror, -Werror=NAME, -Wno-error=NAME, -Wall", DIALECT,
           "NAME", "warnings", joined=True),
    Option("-q", "no warnings", DIALECT, field="quiet"),
    Option("-Q", "with warnings", DIALECT, field="quiet", constant=False),
    Option("--list-warnings", "the names of warnings", DIALECT, field="action",
           constant="list-warnings"),
    Option("--format", "one line of JSON for each message", DIALECT, "FORM", "format",
           choices=("text", "json")),
    Option("--color", "colours in messages; auto: on a terminal", DIALECT, "WHEN", "color",
           choices=("auto", "always", "never")),
    Option("--help -help -h", "this text", OTHER, field="action", constant="help"),
    Option("--version -version", "the version", OTHER, field="action", constant="version"),
    _ignored("-v -V -r -R -k -N -t -T -X -split -novouchers -mach_msg2"),
    _ignored("-migcom -cpp", "WORD"),
)
# Options of Apple's driver for what is not made here.
REFUSED = {
    "-K": "C without prototypes is not written",
    "-x": "a call is never short-circuited",
}
ARCHITECTURES = r"(x86_64|amd64|i.86|arm|aarch64|thumb|ppc|powerpc|riscv|m68k|m88k|mips|sparc|hppa)"
NUMBERS = {"max_on_stack": "-maxonstack", "max_descriptors": "-max_descrs",
           "max_reply_descriptors": "-max_reply_descrs"}
BY_NAME = {name: option for option in OPTIONS for name in option.all_names}
JOINED = [option for option in OPTIONS if option.joined]
# Long names with one dash that are the preprocessor's own, however much they look like ours.
NOT_OURS = ("-nostdinc", "-undef", "-pedantic", "-pthread", "-pipe", "-ansi", "-P", "-C", "-H")


def parse(arguments: list[str], own: Sequence[Option] = ()) -> Options:
    """The options in ARGUMENTS, those of a verb with its OWN; UsageError says what is wrong."""
    options = Options()
    own_names = {name: option for option in own for name in option.all_names}
    rest = iter(arguments)
    for argument in rest:
        if argument in own_names:
            option = own_names[argument]
            options.own[option.names] = _value_of(argument, rest) if option.value else ""
        elif argument in REFUSED:
            raise UsageError(f"'{argument}' is not supported: {REFUSED[argument]}")
        elif argument == "--":
            options.files += list(rest)
        elif not argument.startswith("-") or argument == "-":
            options.files.append(argument)
        elif not _known(options, argument, rest):
            _foreign(options, argument, own_names)
    for member, name in NUMBERS.items():
        value = getattr(options, member)
        if value is not None and not value.isdigit():
            raise UsageError(f"'{name}' needs a number, not '{value}'")
    if options.architecture:
        options.preprocessor += _macros_of(options.architecture)
    return options


def _macros_of(architecture: str) -> list[str]:
    if not re.match(ARCHITECTURES, architecture):
        raise UsageError(f"unknown architecture '{architecture}'")
    return [] if _has_64_bits(architecture) else _short_addresses(architecture)


def _has_64_bits(architecture: str) -> bool:
    """Names say so: x86_64, arm64e; but arm64_32 has short addresses."""
    return "64" in architecture and not architecture.endswith("_32")


def _short_addresses(architecture: str) -> list[str]:
    """Macros as ARCHITECTURE has them, for the preprocessor. What is written is the same for all, and
    its assertions do not let a compiler take a message whose addresses are short."""
    macros = ["-U__LP64__", "-U_LP64"]
    if architecture.endswith("86"):
        macros += ["-U__x86_64__", "-D__i386__=1"]
    return macros


def _value_of(argument: str, rest: Iterator[str]) -> str:
    """The argument behind option ARGUMENT."""
    value = next(rest, None)
    if value is None:
        raise UsageError(f"'{argument}' needs a value")
    return value


def _known(options: Options, argument: str, rest: Iterator[str]) -> bool:
    """Handle an option of the table; False if it is none."""
    name, equals, value = argument.partition("=")
    option = BY_NAME.get(argument)
    if option is not None and not option.choices and not (option.joined and option.field):
        value = _value_of(argument, rest) if option.value else ""
        _set(options, option, argument, value)
        return True
    option = BY_NAME.get(name)
    if option is not None and option.choices:
        if not equals or value not in option.choices:
            choices = ", ".join(f"{name}={choice}" for choice in option.choices)
            raise UsageError(f"'{argument}' is not one of: {choices}")
        _set(options, option, name, value)
        return True
    option = next((o for o in JOINED if argument.startswith(o.names)), None)
    if option is None or argument.startswith("-Wp,"):
        return False
    _set(options, option, argument, argument[len(option.names):])
    return True


def _set(options: Options, option: Option, argument: str, value: str) -> None:
    if option.forward:
        if option.forward != "as is":
            options.preprocessor.append(option.forward + value)
        elif argument in BY_NAME:
            options.preprocessor += [argument, value]
        else:
            options.preprocessor.append(argument)
    elif option.field == "warnings":
        options.warnings.append(value)
    elif option.field:
        setattr(options, option.field, value if option.value else option.constant)


def _foreign(options: Options, argument: str, own: Iterable[str]) -> None:
    """An option that is not ours goes to the preprocessor, unless it looks misspelt."""
    name = argument.partition("=")[0]
    if argument.startswith("--") and not argument.startswith(("--target=", "--sysroot=")):
        raise UsageError(f"unknown option '{argument}'{nearest(name, [*BY_NAME, *own])}")
    near = nearest(name, [known for known in (*BY_NAME, *own) if len(known) > 4], 1)
    if near and argument not in NOT_OURS:
        raise UsageError(f"unknown option '{argument}'{near}")
    options.preprocessor.append(argument)
