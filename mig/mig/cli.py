# SPDX-License-Identifier: BSD-2-Clause
"""The command line: options in, files out. On any error no file is written, and the status is 1;
after a wrong option it is 2."""

import gc
import os
import sys
from dataclasses import replace
from typing import TextIO

from mig import emit_async, emit_header, emit_server, emit_user, front
from mig import help, layout, preprocess, printer, registry
from mig import options as option_parser
from mig.diagnostics import OFF_BY_DEFAULT, WARNINGS, CompileError, Diagnostics, nearest
from mig.ir import Interface
from mig.options import Options, UsageError

VERSION = "mig (Mach_R) 1.0"
FAULTY, MISUSED = 1, 2  # exit status: errors in what was read; a wrong command line


def entry() -> int:
    """The installed command."""
    return main(sys.argv[1:])


def main(arguments: list[str]) -> int:
    """Do what ARGUMENTS say; the exit status."""
    collects = gc.isenabled()
    gc.disable()  # next to nothing is garbage, and looking for it takes a tenth of the time
    try:
        status = _do(arguments)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read has enough; Python writes once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAULTY
    finally:
        if collects:
            gc.enable()


def _do(arguments: list[str]) -> int:
    verb = arguments[0] if arguments and _is_verb(arguments[0]) else ""
    try:
        if verb:
            from mig import verbs
            return verbs.run(verb, arguments[1:])
        options = option_parser.parse(arguments)
        if options.action:
            return _act(options.action)
        _check_files(options)
        return max(compile_file(replace(options, files=[path])) for path in options.files)
    except UsageError as error:
        see = f"mig {verb} --help" if verb else "mig --help"
        print(f"mig: error: {error}\nmig: note: see '{see}'", file=sys.stderr)
        return MISUSED


def _is_verb(word: str) -> bool:
    """What verbs need is half of the compiler, for which a plain compilation does not wait; so it is
    with what some options need."""
    if not word.isalpha():
        return False
    from mig import verbs
    return word in verbs.VERBS


def _check_files(options: Options) -> None:
    """One file, or several that do without names for the outputs."""
    if not options.files:
        raise UsageError("no .defs file")
    first = options.files[0]
    if "." not in first and not os.path.exists(first):
        from mig import verbs
        near = nearest(first, verbs.VERBS)
        raise UsageError(f"'{first}' is neither a file nor a verb{near}")
    chosen = {option.names: getattr(options, option.field) for option in option_parser.OPTIONS
              if option.value in ("FILE", "PREFIX") and option.field}
    named = [name for name, path in chosen.items() if path not in (None, "/dev/null")]
    wants_files = not (options.check_only or options.json or options.print)
    if options.only_named and wants_files and not any(chosen.values()):
        raise UsageError("'-n' writes only files that are named, and none is (Apple's -n, which"
                         " converts data of other machines, is not made)")
    if named and len(options.files) > 1:
        raise UsageError(f"'{named[0]}' names the output of one .defs file, but there are"
                         f" {len(options.files)}")
    _check_names({name: chosen[name] for name in named}, first)


def _check_names(named: dict[str, str], source: str) -> None:
    """No file is written twice, or over the SOURCE."""
    taken = {os.path.realpath(source): "the .defs file"}
    for option, path in named.items():
        owner = taken.setdefault(os.path.realpath(path), f"the file for '{option}'")
        if owner != f"the file for '{option}'":
            raise UsageError(f"'{option} {path}' would write over {owner}")


def _is_replaced(path: str) -> bool:
    """An output at PATH takes the place of what is there; into a terminal or a pipe it is written."""
    return os.path.isfile(path) or not os.path.exists(path)


def _act(action: str) -> int:
    if action == "help":
        from mig import verbs
        print(help.usage(verbs.summaries()), end="")
    elif action == "version":
        print(VERSION)
    else:
        for name, meaning in WARNINGS.items():
            off = " (off unless asked for)" if name in OFF_BY_DEFAULT else ""
            print(f"-W{name:14} {meaning}{off}")
    return 0


def compile_file(options: Options, stream: TextIO | None = None) -> int:
    """Compile the one file of OPTIONS; the exit status."""
    diagnostics = front.diagnostics_for(options, stream)
    path = options.files[0]
    options.check_only |= options.print
    try:
        source = front.read(path, options, diagnostics)
        interface, text = source.interface, source.text
        if options.print and not diagnostics.errors:
            print(printer.text(front.parse(text, path, diagnostics, options)), end="")
        if interface is not None and not diagnostics.errors:
            outputs = generate(interface, options, diagnostics)
            if options.dependencies or options.depfile:
                outputs.update(_depfile(text, path, outputs, options))
            _write_all(outputs, diagnostics)
    except CompileError:
        pass  # reported
    diagnostics.finish()
    return FAULTY if diagnostics.errors else 0


def generate(
    interface: Interface, options: Options, diagnostics: Diagnostics
) -> dict[str, str]:
    """Output files and their text."""
    if options.check_only:
        return {}
    if options.json:
        from mig import describe
        print(describe.as_json(interface), end="")
        return {}
    if options.loopback is not None:
        from mig import emit_loopback
        interface = emit_loopback.with_prefix(interface)
    interface = replace(interface, counted_by=options.counted_by, traced=options.traced)
    _refuse_traced_kernel(interface, diagnostics)
    if options.halves:
        interface = replace(interface, halves=True)
        _refuse_clashes(interface, diagnostics)
    _check_descriptors(interface, options, diagnostics)
    names = _output_names(interface, options)
    header, server_header = _base(names.get("header")), _base(names.get("sheader"))
    outputs = {}
    if "header" in names:
        outputs[names["header"]] = emit_header.user_header(interface)
    if "user" in names:
        outputs[names["user"]] = emit_user.user_source(interface, header)
    if "sheader" in names:
        outputs[names["sheader"]] = emit_header.server_header(interface)
    if "server" in names:
        outputs[names["server"]] = emit_server.server_source(
            interface, server_header, options.symbols
        )
    if "dheader" in names:
        outputs[names["dheader"]] = emit_header.defines_header(interface)
    if "iheader" in names:
        outputs[names["iheader"]] = emit_header.internal_header(interface)
    if options.list_file is not None:
        outputs[options.list_file] = registry.lines_of(interface)
    if options.python is not None:
        from mig import python_client
        outputs[options.python] = python_client.source(interface)
    if options.loopback is not None:
        from mig import emit_loopback
        outputs |= emit_loopback.files(
            interface, options.loopback, header or f"{interface.name}.h",
            server_header or f"{interface.name}_server.h",
        )
    if options.prefix is not None:
        for routine in interface.routines:
            outputs[f"{options.prefix}{routine.name}.c"] = emit_user.user_source(
                interface, header, [routine]
            )
    return outputs


def _check_descriptors(
    interface: Interface, options: Options, diagnostics: Diagnostics
) -> None:
    """No message has more descriptors than the server's kernel wants to see."""
    for routine in interface.routines:
        messages = (("request", layout.request(routine), options.max_descriptors),
                    ("reply", layout.reply(routine), options.max_reply_descriptors))
        for kind, message, limit in messages:
            if limit is not None and message is not None and message.descriptors > int(limit):
                raise diagnostics.fail(
                    routine.span, f"the {kind} of '{routine.name}' has {message.descriptors}"
                    f" descriptors, more than {limit}"
                )


def _refuse_clashes(interface: Interface, diagnostics: Diagnostics) -> None:
    clash = emit_async.name_clash(interface)
    if clash is not None:
        routine, other = clash
        raise diagnostics.fail(
            routine.span, f"'{routine.name}' is also the name of an asynchronous form of '{other}'"
        )


def _refuse_traced_kernel(interface: Interface, diagnostics: Diagnostics) -> None:
    if interface.traced and (interface.kernel_server or interface.kernel_user):
        raise diagnostics.fail(
            None, f"'-L' is for tasks, not for '{interface.name}': a kernel sees all messages"
        )


def _base(path: str | None) -> str | None:
    """How a source file beside the header PATH includes it."""
    return os.path.basename(path) if path else None


def _output_names(interface: Interface, options: Options) -> dict[str, str]:
    """The files that are wanted, by kind."""
    name = interface.name
    defaults = {"header": f"{name}.h", "user": f"{name}User.c", "server": f"{name}Server.c",
                "sheader": f"{name}_server.h"}
    if options.only_named:
        defaults = {}
    if options.prefix is not None:
        defaults.pop("user", None)
    names = {}
    for kind in ("header", "user", "sheader", "server", "dheader", "iheader"):
        chosen = getattr(options, kind) or defaults.get(kind)
        if chosen and chosen != "/dev/null":
            names[kind] = chosen
    return names


def _depfile(text: str, path: str, outputs: dict[str, str], options: Options) -> dict[str, str]:
    """Everything the outputs depend on: the .defs files read, and this compiler itself."""
    target = options.deptarget or " ".join(_escape(o) for o in outputs)
    depfile = options.depfile or os.path.splitext(next(iter(outputs), path))[0] + ".d"
    needed = preprocess.included_files(text, path) + _own_files()
    rule = f"{target}: " + " \\\n  ".join(_escape(n) for n in needed) + "\n"
    return {depfile: rule}


def _own_files() -> list[str]:
    """The compiler itself: its modules, or the one archive that it runs from (zipapp)."""
    here = os.path.dirname(os.path.abspath(__file__))
    if not os.path.isdir(here):
        return [os.path.dirname(here)]
    return sorted(os.path.join(here, f) for f in os.listdir(here) if f.endswith(".py"))


def _escape(name: str) -> str:
    return name.replace("\\", "\\\\").replace(" ", "\\ ").replace("#", "\\#").replace("$", "$$")


def _write_all(outputs: dict[str, str], diagnostics: Diagnostics) -> None:
    """All files or none: write beside the targets, then rename."""
    written: list[tuple[str, str]] = []
    replaced = {name: text for name, text in outputs.items() if _is_replaced(name)}
    try:
        for name, text in replaced.items():
            os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
            temporary = f"{name}.tmp{os.getpid()}"
            with open(temporary, "w", encoding="utf-8") as stream:
                written.append((temporary, name))
                stream.write(text)
        for name, text in outputs.items():
            if name not in replaced:
                with open(name, "w", encoding="utf-8") as stream:
                    stream.write(text)
        for temporary, name in written:
            os.replace(temporary, name)
    except OSError as error:
        for temporary, _ in written:
            if os.path.exists(temporary):
                os.unlink(temporary)
        raise diagnostics.fail(
            None, f"cannot write '{error.filename}': {error.strerror}"
        ) from error
