# SPDX-License-Identifier: BSD-2-Clause
"""The compiler's options: those of Apple's driver, and ours."""

from collections.abc import Iterator
from dataclasses import dataclass, field

USAGE = """\
usage: mig [options] FILE.defs
       mig VERB [options] FILE.defs ...       (mig VERB --help)

Reads an interface description and writes C: headers, user stubs, server stubs and a demux.

Verbs:
@VERBS@
Output (default: NAME.h, NAMEUser.c, NAMEServer.c; /dev/null leaves one out):
  -header FILE      declarations for callers          -user FILE     user stubs
  -sheader FILE     declarations for servers          -server FILE   server stubs and demux
  -dheader FILE     message ids as #defines           -iheader FILE  external names of user stubs
  -i PREFIX         one user file for each routine: PREFIXroutine.c
  -n                only the files that are named
  --python FILE     a Python module that builds and reads the messages (mig/runtime)
  --async           with each call its halves: x_send, x_decode_reply, x_reply, x_reply_error
  --loopback FILE   a test program for the stubs (see mig loopback)
  --check-only      read and check, write nothing     --json         describe the interface as JSON

C preprocessor:
  -DNAME[=VALUE] -UNAME -IDIR and other options that begin with '-' go to it
  -cc COMMAND       the C compiler to preprocess with (or $MIGCC)
  -MD -MF FILE      write the files this output depends on, for make or ninja
  -MT TARGET        the target named in that file

Dialect and messages:
  --peer=apple|gnu  refuse what that compiler refuses
  -WNAME -Wno-NAME -Werror[=NAME] -Wall -q (no warnings)  --list-warnings
  --format=json     one JSON object for each diagnostic
  -version --version --help

Accepted for Apple's makefiles, without effect here:
  -v -V -r -R -s -S -l -L -k -K -N -b -B -t -T -x -X -split -novouchers -mach_msg2
  -maxonstack N -max_descrs N -max_reply_descrs N -arch A -target T -isysroot D -migcom P
"""

FILE_OPTIONS = {
    "-user": "user", "-server": "server", "-header": "header", "-sheader": "sheader",
    "-iheader": "iheader", "-dheader": "dheader", "-i": "prefix", "-cc": "compiler",
    "--loopback": "loopback", "--python": "python", "-MF": "depfile", "-MT": "deptarget", "-MQ": "deptarget",
}
IGNORED = set("-v -V -r -R -s -S -l -L -k -K -N -b -B -t -T -x -X -split -novouchers "
              "-mach_msg2".split())
IGNORED_WITH_VALUE = {"-maxonstack", "-max_descrs", "-max_reply_descrs", "-migcom", "-arch"}
TO_PREPROCESSOR_WITH_VALUE = {
    "-isysroot", "-include", "-imacros", "-isystem", "-iquote", "-idirafter",
}


class UsageError(Exception):
    pass


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
    loopback: str | None = None
    python: str | None = None
    compiler: str | None = None
    depfile: str | None = None
    deptarget: str | None = None
    dependencies: bool = False
    only_named: bool = False
    halves: bool = False  # --async
    check_only: bool = False
    json: bool = False
    peer: str = ""
    format: str = "text"
    quiet: bool = False
    action: str = ""  # help, version or list-warnings, instead of compiling
    warnings: list[str] = field(default_factory=list)
    preprocessor: list[str] = field(default_factory=list)


def parse(arguments: list[str]) -> Options:
    """The options in ARGUMENTS; UsageError says what is wrong with them."""
    options = Options()
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            options.files += list(rest)
        elif not argument.startswith("-") or argument == "-":
            options.files.append(argument)
        elif not _own(options, argument, rest):
            _foreign(options, argument, rest)
    return options


def _value(argument: str, rest: Iterator[str]) -> str:
    value = next(rest, None)
    if value is None:
        raise UsageError(f"'{argument}' needs a value")
    return value


def _own(options: Options, argument: str, rest: Iterator[str]) -> bool:
    if argument in FILE_OPTIONS:
        setattr(options, FILE_OPTIONS[argument], _value(argument, rest))
        return True
    switches = {
        "-n": "only_named", "--async": "halves", "--check-only": "check_only", "--json": "json", "-q": "quiet",
        "-MD": "dependencies", "-MMD": "dependencies",
    }
    if argument in switches:
        setattr(options, switches[argument], True)
        return True
    actions = {
        "--help": "help", "-help": "help", "-h": "help", "-version": "version",
        "--version": "version", "--list-warnings": "list-warnings",
    }
    if argument in actions:
        options.action = actions[argument]
        return True
    if argument == "-Q":
        options.quiet = False
        return True
    return _own_with_equals(options, argument)


def _own_with_equals(options: Options, argument: str) -> bool:
    name, _, value = argument.partition("=")
    choices = {"--peer": ("apple", "gnu"), "--format": ("text", "json")}
    if name in choices:
        if value not in choices[name]:
            raise UsageError(f"'{name}' is one of: {', '.join(choices[name])}")
        setattr(options, name[2:], value)
        return True
    if argument.startswith("-W") and not argument.startswith("-Wp,"):
        options.warnings.append(argument[2:])
        return True
    return False


def _foreign(options: Options, argument: str, rest: Iterator[str]) -> None:
    """Options of Apple's driver that mean nothing here, and those of the preprocessor."""
    if argument in IGNORED:
        return
    if argument in IGNORED_WITH_VALUE:
        _value(argument, rest)
        return
    if argument == "-target":
        options.preprocessor.append(f"--target={_value(argument, rest)}")
        return
    if argument == "-cpp":
        _value(argument, rest)
        return
    if argument.startswith("--") and not argument.startswith("--target="):
        raise UsageError(f"unknown option '{argument}'")
    options.preprocessor.append(argument)
    if argument in ("-D", "-U", "-I") or argument in TO_PREPROCESSOR_WITH_VALUE:
        options.preprocessor.append(_value(argument, rest))
