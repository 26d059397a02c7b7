# SPDX-License-Identifier: BSD-2-Clause
"""The verbs: what else the compiler does with interfaces than write stubs.

`mig VERB [options] FILE.defs ...`. Each verb is a function from interfaces to text; options of the
preprocessor and of diagnostics are those of the compiler.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from mig import completion, decoder, describe, doc_html, doc_markdown, front, help, layout_diff
from mig import native, registry
from mig import options as option_parser
from mig.diagnostics import Diagnostics
from mig.ir import Interface
from mig.options import OUTPUT, Option, Options, UsageError


@dataclass(frozen=True)
class Verb:
    usage: str
    summary: str
    help: str
    # The text for standard output or the file -o; or the files of the folder -o.
    act: Callable[["Request"], str | dict[str, str]]
    own: tuple[Option, ...] = ()
    leading: int = 0  # arguments before the .defs files
    reads: bool = True  # .defs files
    words: tuple[str, ...] = ()  # what the leading argument may be, for completion


@dataclass
class Request:
    """One use of a verb."""

    options: Options
    leading: list[str]
    interfaces: list[Interface]
    diagnostics: Diagnostics


def run(name: str, arguments: list[str]) -> int:
    """Do the verb NAME; the exit status."""
    verb = VERBS[name]
    options = option_parser.parse(arguments, verb.own)
    if options.action == "help":
        print(f"usage: mig {name} {verb.usage}\n\n{verb.help.strip()}\n")
        print(help.options_of(verb.own) + HELP_FOOT[verb.reads], end="")
        return 0
    if len(options.files) < verb.leading + verb.reads:
        raise UsageError(f"too few arguments; usage: mig {name} {verb.usage}")
    return _run(verb, options)


def _run(verb: Verb, options: Options) -> int:
    diagnostics = front.diagnostics_for(options)
    leading, files = options.files[: verb.leading], options.files[verb.leading :]
    options.check_only = True  # a file of types alone is no error
    interfaces = front.read_all(files, options, diagnostics)
    if not diagnostics.errors:
        try:
            text = verb.act(Request(options, leading, interfaces, diagnostics))
            if not diagnostics.errors or (isinstance(text, str) and "-o" not in options.own):
                _write(options.own.get("-o"), text)
        except OSError as error:
            diagnostics.error(None, f"'{error.filename}': {error.strerror}")
        except ValueError as error:
            diagnostics.error(None, str(error))
    diagnostics.finish()
    return 1 if diagnostics.errors else 0


def _write(name: str | None, text: str | dict[str, str]) -> None:
    if isinstance(text, dict):
        folder = name or "."
        for file, content in text.items():
            path = os.path.join(folder, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            _write(path, content)
        return
    if name is None:
        print(text, end="")
        return
    with open(name, "w", encoding="utf-8") as stream:
        stream.write(text)


def summaries() -> dict[str, str]:
    """The verbs for the compiler's own help."""
    return {name: verb.summary for name, verb in VERBS.items()}


# The verbs -----------------------------------------------------------------------------------


def _ids(request: Request) -> str:
    if "--free" in request.options.own:
        return f"{registry.free_base(request.interfaces)}\n"
    registry.check(request.interfaces, request.diagnostics)
    return registry.table(request.interfaces)


def _layout(request: Request) -> str:
    return describe.as_lines([describe.describe(i) for i in request.interfaces])


def _check(request: Request) -> str:
    changes = _changes(request.leading[0], [describe.describe(i) for i in request.interfaces])
    spans = {f"{i.name}.{r.name}": r.span for i in request.interfaces for r in i.routines}
    spans |= {i.name: i.span for i in request.interfaces if i.span is not None}
    for change in changes:
        if change.breaking:
            place = spans.get(re.split(r"[ (]", change.where)[0])
            request.diagnostics.error(place, f"{change.where}: {change.what}")
    return "".join(f"{c}\n" for c in changes if not c.breaking)


def _changes(path: str, new: list[describe.Json]) -> list[layout_diff.Change]:
    """From the file PATH, which `mig layout` or `mig --json` wrote, to NEW."""
    strange = f"'{path}' is not what 'mig layout' writes"
    with open(path, encoding="utf-8") as stream:
        try:
            old = json.load(stream)
        except ValueError as error:
            raise ValueError(f"{strange}: {error}") from error
    try:
        return layout_diff.compare(old if isinstance(old, list) else [old], new)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(strange) from error


def _doc(request: Request) -> dict[str, str]:
    if "--html" in request.options.own:
        return doc_html.pages(request.interfaces)
    return doc_markdown.pages(request.interfaces)


def _number(request: Request, option: str, default: int) -> int:
    text = request.options.own.get(option, str(default))
    if not text.isdigit():
        raise UsageError(f"'{option}' needs a number, not '{text}'")
    return int(text)


def _in_tasks(request: Request, callers: bool) -> list[Interface]:
    """The interfaces whose servers, and perhaps CALLERS, are programs: a kernel's stubs do not run
    here."""
    chosen = []
    for interface in request.interfaces:
        if interface.kernel_server or (callers and interface.kernel_user):
            request.diagnostics.warn(
                "kernel", None, f"'{interface.name}' is left out: its stubs are for a kernel")
        else:
            chosen.append(interface)
    return chosen


def _loopback(request: Request) -> str:
    rounds = _number(request, "--rounds", 100)
    seeds = request.options.own.get("--seeds")
    return native.loopback(_in_tasks(request, True), request.options, rounds, seeds)


def _fuzz(request: Request) -> str | dict[str, str]:
    chosen = _in_tasks(request, False)
    for option, limit in (("--run", "-max_total_time"), ("--runs", "-runs")):
        if option in request.options.own:
            limit = f"{limit}={_number(request, option, 0)}"
            return native.fuzz(chosen, request.options, limit, request.options.own.get("--seeds"))
    return {
        os.path.join(i.name, name): text
        for i in chosen for name, text in native.fuzz_files(i).items()
    }


def _decoder(request: Request) -> str:
    registry.check(request.interfaces, request.diagnostics)
    make = decoder.as_json if "--json" in request.options.own else decoder.as_c
    return make(request.interfaces)


def _completion(request: Request) -> str:
    shell = request.leading[0]
    if shell not in completion.SHELLS:
        raise UsageError(f"'{shell}' is not one of: {', '.join(completion.SHELLS)}")
    verbs = {name: (verb.summary, verb.own, verb.words) for name, verb in VERBS.items()}
    return completion.SHELLS[shell](verbs)


HELP_FOOT = {
    True: "  -D, -U, -I, -W and --format are as for the compiler: mig --help\n", False: "",
}
TO_FILE = Option("-o", "write to FILE instead of standard output", OUTPUT, "FILE")
TO_FOLDER = Option("-o", "where to write", OUTPUT, "FOLDER")
VERBS = {
    "ids": Verb("[--free] [-o FILE] FILE.defs ...", "all ids of a system; overlap is an error", """
Prints a line for each id: number, request, reply or skipped, subsystem, routine. Two meanings of
one number are an error. One-way messages of a subsystem NAME_reply may have the ids of the
replies of subsystem NAME: with them a server answers late.
""", _ids, (Option("--free", "print only the first id for a new subsystem", OUTPUT), TO_FILE)),
    "layout": Verb("[-o FILE] FILE.defs ...", "layouts of all messages as JSON: a lock file", """
Prints what 'mig --json' prints for one file, as an array for all files. Kept beside the
interfaces, it is what 'mig check' compares with.
""", _layout, (TO_FILE,)),
    "check": Verb("OLD.json FILE.defs ...", "compare layouts with a lock file", """
Compares the interfaces with OLD.json, which 'mig layout' wrote. A breaking change is an error: an
id with another meaning, a member that moved, changed or went. Others are printed: new subsystems,
new routines, new names. To accept changes, write the file anew with 'mig layout -o OLD.json'.
""", _check, leading=1),
    "doc": Verb("[--html] -o FOLDER FILE.defs ...", "pages about interfaces from doc comments", """
Writes a page for each interface, and an index, to FOLDER: routines with arguments, ownership and
errors, and every message drawn with its byte offsets. Markdown, or with --html a static site with
a search. The prose comes from comments that begin with /** before what they describe.
""", _doc, (Option("--html", "a static site instead of Markdown", OUTPUT), TO_FOLDER)),
    "fuzz": Verb("(--run SECONDS | --runs N | -o FOLDER) FILE.defs ...",
                 "libFuzzer harness for a server", """
With -o: for each interface a folder with its server stubs and a harness, to be compiled with
mig/runtime/fuzz.c and -fsanitize=fuzzer,address. With --run or --runs: builds and runs them, each
for so many seconds or with so many inputs. Requests are as a kernel delivers them; sizes, counts
and values are the fuzzer's.
""", _fuzz, (Option("--run", "build and run them, each so long", OUTPUT, "SECONDS"),
             Option("--runs", "build and run them, each with so many inputs", OUTPUT, "N"),
             Option("--seeds", "requests to begin with, as loopback writes them", OUTPUT, "FOLDER"),
             TO_FOLDER)),
    "loopback": Verb("[--rounds N] FILE.defs ...", "call every stub with random arguments", """
Links user and server stubs of each interface in one program, under sanitizers, and calls every
routine with random arguments, each kind of result, and damaged messages; also its asynchronous
forms. Rights, memory and every byte that leaves are accounted for.
""", _loopback, (Option("--rounds", "calls of each routine, 100 if not said", OUTPUT, "N"),
                 Option("--seeds", "write requests there, for fuzz", OUTPUT, "FOLDER"))),
    "decoder": Verb("[--json] [-o FILE] FILE.defs ...", "tables that turn messages into text", """
Writes a C table for mach_msg_describe() (mig/runtime): with it, any message of these interfaces
is printed as 'routine(argument=value, ...)'. With --json, the same table for tools on the host.
""", _decoder, (Option("--json", "the same for tools on the host", OUTPUT), TO_FILE)),
    "completion": Verb("bash|zsh", "a script with which the shell completes mig's words", """
Prints a script that completes verbs, options and file names. For bash: source <(mig completion
bash), or put it into /etc/bash_completion.d; for zsh: into a folder of $fpath, as _mig.
""", _completion, leading=1, reads=False, words=tuple(completion.SHELLS)),
}
