# SPDX-License-Identifier: BSD-2-Clause
"""The tree to ir.Interface: positional options, ids, names.

What an argument may be is judged by check; here everything finds its meaning.
"""

from dataclasses import dataclass

from mig import ast, words
from mig.check import check_routine
from mig.diagnostics import CompileError, Diagnostics, Span
from mig.ir import NATIVE, Argument, Import, Interface, Routine, Shape, Type
from mig.resolve_types import TypeTable

MAX_SLOTS = 100  # a reply's id is the request's plus this
MOST_SLOTS = 10_000  # more are a mistake


@dataclass
class Context:
    """Positional options: what they are for the next routine."""

    user_prefix: str = ""
    server_prefix: str = ""
    wait_time: str = ""
    send_time: str = ""
    message_option: str = ""
    special_reply_port: bool = False
    consume_on_send_error: str = "none"
    on_stack_limit: int | None = None
    user_type_limit: int | None = None


class Resolver:
    def __init__(
        self, diagnostics: Diagnostics, peer: str, may_be_types: bool, beginning: Span | None
    ):
        self.diagnostics = diagnostics
        self.may_be_types = may_be_types
        self.beginning = beginning  # of the file
        self.syntax_errors = diagnostics.errors
        self.table = TypeTable(diagnostics, peer)
        self.context = Context()
        self.subsystem: ast.Subsystem | None = None
        self.slots: list[Routine | None] = []
        self.imports: list[Import] = []
        self.demux = ""
        self.rcsid = ""
        self.routines: dict[str, ast.Routine] = {}

    def run(self, statements: list[ast.Statement]) -> Interface | None:
        for statement in statements:
            if isinstance(statement, ast.TypeDecl):
                self.table.declared.setdefault(statement.name.text, statement.name.span)
        self.table.fragment = self.may_be_types and not any(
            isinstance(s, ast.Subsystem | ast.Routine) for s in statements
        )
        if self.table.dialect.subsystem_first:
            self._check_first(statements)
        for statement in statements:
            try:
                self._statement(statement)
            except CompileError:
                if isinstance(statement, ast.Routine):
                    self.slots.append(None)
        if self.subsystem is None:
            self._missing_subsystem(statements)
            return None
        self._check_ids(self.subsystem)
        s, c = self.subsystem, self.context
        return Interface(
            s.name.text, s.base, s.kernel_user, s.kernel_server, self.slots, self.imports,
            self.demux, self.rcsid, c.user_prefix, c.server_prefix, self.table.types,
            s.name.span,
        )

    def _check_first(self, statements: list[ast.Statement]) -> None:
        """Under --peer=gnu types and routines stand behind the subsystem."""
        first = next((s for s in statements
                      if isinstance(s, ast.Subsystem | ast.TypeDecl | ast.Routine)), None)
        if isinstance(first, ast.TypeDecl | ast.Routine):
            self.diagnostics.error(
                first.name.span, "the subsystem stands before all types and routines in"
                f" {self.table.dialect.title} dialect"
            )

    def _missing_subsystem(self, statements: list[ast.Statement]) -> None:
        """An error, but not for types alone, nor where the statement may be there but faulty."""
        routines = [s for s in statements if isinstance(s, ast.Routine)]
        if self.syntax_errors or (self.may_be_types and not routines):
            return
        first = next(iter(routines or statements), None)
        self.diagnostics.error(
            _place(first) or self.beginning,
            "no subsystem declared; a file begins with 'subsystem NAME FIRST_ID;'",
        )

    def _statement(self, statement: ast.Statement) -> None:
        match statement:
            case ast.Subsystem():
                self._subsystem(statement)
            case ast.Option():
                self._option(statement)
            case ast.Import():
                entry = Import(statement.kind, statement.file)
                if entry not in self.imports:
                    self.imports.append(entry)
            case ast.TypeDecl():
                self.table.declare(statement)
            case ast.FaultyType():
                self.table.broken.add(statement.name.text)
            case ast.Skip():
                self._skip(statement)
            case ast.Routine():
                self.slots.append(self._routine(statement))

    def _skip(self, statement: ast.Skip) -> None:
        if len(self.slots) + statement.count > MOST_SLOTS:
            self.diagnostics.error(
                statement.span, f"a subsystem has at most {MOST_SLOTS} ids: each takes a place in"
                " its table",
            )
            return
        self.slots.extend([None] * statement.count)

    def _subsystem(self, statement: ast.Subsystem) -> None:
        if self.subsystem is not None:
            before = self.subsystem.name
            notes = [(before.span, f"'{before.text}' was declared here")]
            if self.table.dialect.subsystem_first:
                self.diagnostics.error(statement.name.span, "a second subsystem", notes)
            else:
                self.diagnostics.warn(
                    "subsystem", statement.name.span, "a second subsystem; this one counts", notes
                )
        if statement.kernel_user and statement.kernel_server:
            self.diagnostics.error(
                statement.name.span, "a subsystem is kerneluser or kernelserver, not both"
            )
        self.subsystem = statement

    def _option(self, option: ast.Option) -> None:
        value = option.value
        changes: dict[str, tuple[str, str | bool]] = {
            "serverprefix": ("server_prefix", value),
            "userprefix": ("user_prefix", value),
            "waittime": ("wait_time", value),
            "nowaittime": ("wait_time", ""),
            "sendtime": ("send_time", value),
            "nosendtime": ("send_time", ""),
            "msgoption": ("message_option", "" if value == "MACH_MSG_OPTION_NONE" else value),
            "usespecialreplyport": ("special_reply_port", value != "0"),
            "consumeonsenderror": ("consume_on_send_error", value),
        }
        if option.kind in changes:
            setattr(self.context, *changes[option.kind])
        elif option.kind == "onstacklimit":
            self.context.on_stack_limit = int(value)
        elif option.kind == "usertypelimit":
            self.context.user_type_limit = int(value)
        elif option.kind == "serverdemux":
            self.demux = value
        elif option.kind == "rcsid":
            self.rcsid = value

    def _check_ids(self, subsystem: ast.Subsystem) -> None:
        if len(self.slots) > MAX_SLOTS:
            self.diagnostics.warn(
                "slots", subsystem.name.span,
                f"subsystem '{subsystem.name.text}' has {len(self.slots)} ids; with more than"
                f" {MAX_SLOTS}, requests and replies share numbers",
                self._first_shared(),
            )
        if subsystem.base + len(self.slots) + MAX_SLOTS > 0x7FFFFFFF:
            self.diagnostics.error(subsystem.name.span, "message ids do not fit in 31 bits")

    def _first_shared(self) -> list[tuple[Span, str]]:
        """A note at the first routine whose id is also that of a reply."""
        for before, routine in zip(self.slots, self.slots[MAX_SLOTS:]):
            if before is not None and routine is not None and not before.one_way:
                return [(routine.span, f"the id of '{routine.name}', {routine.id}, is that of"
                         f" the reply to '{before.name}'")]
        return []

    # Routines ----------------------------------------------------------------------------

    def _routine(self, tree: ast.Routine) -> Routine | None:
        before = self.routines.get(tree.name.text)
        if before is not None:
            self.diagnostics.error(
                tree.name.span, f"routine '{tree.name.text}' is declared again",
                [(before.name.span, "the first declaration is here")],
            )
        self.routines.setdefault(tree.name.text, tree)
        number = (self.subsystem.base if self.subsystem else 0) + len(self.slots)
        errors = self.diagnostics.errors
        routine = Routine(
            tree.name.text, number, tree.one_way, [], tree.name.span,
            **vars(self.context),
        )
        for name in sorted({routine.user_name, routine.server_name} & words.C_KEYWORDS):
            self.diagnostics.error(
                tree.name.span, f"'{name}' is a keyword of C and cannot name a routine"
            )
        for argument in tree.arguments:
            self._add_argument(routine, argument)
        if self.diagnostics.errors == errors:
            kernel_user = bool(self.subsystem and self.subsystem.kernel_user)
            kernel_server = bool(self.subsystem and self.subsystem.kernel_server)
            check_routine(routine, self.diagnostics, kernel_user, kernel_server)
        return routine if self.diagnostics.errors == errors else None

    def _add_argument(self, routine: Routine, tree: ast.Argument) -> None:
        try:
            found = self._type(tree.type)
            kind = self._kind(tree, found, bool(routine.arguments))
            if kind == "inout" and self.table.dialect.plain_elements:
                self._one_way_array(tree.name, found)
            if kind == "inout" and not self.table.dialect.inout_lists:
                self._one_way_list(tree.name, found)
            argument = Argument(tree.name.text, kind, found, tree.name.span)
            self._check_name(routine, argument)
            for flag in tree.flags:
                self._flag(routine, argument, flag)
            routine.arguments.append(argument)
        except CompileError:
            pass  # reported; go on with the next argument

    def _one_way_array(self, name: ast.Name, found: Type) -> None:
        """Under --peer=gnu arrays whose length varies go one way, unless '^' is before them."""
        bounded = found.shape is Shape.PORTS and found.variable
        if found.auto or bounded:
            length = "with a bound" if bounded else "of any length"
            self.diagnostics.error(
                name.span, f"'{name.text}', an array {length}, cannot be 'inout'"
                f" in {self.table.dialect.title} dialect"
            )

    def _one_way_list(self, name: ast.Name, found: Type) -> None:
        """Under --peer=apple lists of up to so many regions, each with a count, go one way."""
        if found.list_of_varying and found.variable:
            self.diagnostics.error(
                name.span, f"'{name.text}', a list of regions with a bound, cannot be 'inout'"
                f" in {self.table.dialect.title} dialect"
            )

    def _kind(self, tree: ast.Argument, found: Type, later: bool) -> str:
        if tree.direction is not None:
            return tree.direction.text
        if found.shape in NATIVE:
            raise self.diagnostics.fail(
                tree.name.span, f"'{tree.name.text}' is of a type that only C knows, and needs 'in',"
                " 'out' or 'inout' before its name"
            )
        return "in" if later else "requestport"

    def _type(self, tree: ast.Name | ast.TypeDecl | ast.NativeSpec) -> Type:
        match tree:
            case ast.Name():
                return self.table.lookup(tree)
            case ast.TypeDecl():
                return self.table.build(tree)
            case ast.NativeSpec():
                return self.table.native(tree)

    def _check_name(self, routine: Routine, argument: Argument) -> None:
        before = next((a for a in routine.arguments if a.name == argument.name), None)
        if before is not None:
            self.diagnostics.error(
                argument.span, f"argument '{argument.name}' is declared again",
                [(before.span, "the first declaration is here")],
            )
        if argument.name in words.C_KEYWORDS:
            self.diagnostics.error(
                argument.span, f"'{argument.name}' is a keyword of C and cannot name an argument"
            )
        elif words.STUB_NAMES.fullmatch(argument.name):
            self.diagnostics.error(
                argument.span, f"'{argument.name}' is a name in generated stubs and cannot name an"
                " argument",
            )

    def _flag(self, routine: Routine, argument: Argument, flag: ast.Flag) -> None:
        if flag.brackets and flag.kind != "dealloc":
            raise self.diagnostics.fail(flag.span, "only 'dealloc' can be chosen at run time")
        handler = getattr(self, "_flag_" + flag.kind, None)
        if handler is not None:
            handler(routine, argument, flag)

    def _useless(self, flag: ast.Flag, reason: str) -> None:
        self.diagnostics.warn("flag", flag.span, f"'{flag.kind}' has no effect: {reason}")

    def _flag_dealloc(self, _: Routine, argument: Argument, flag: ast.Flag) -> None:
        if not argument.type.out_of_line:
            if flag.brackets and argument.type.descriptor \
                    and not self.table.dialect.dealloc_of_rights:
                raise self.diagnostics.fail(
                    flag.span, "'dealloc[]' of rights in the message is not in"
                    f" {self.table.dialect.title} dialect"
                )
            self._useless(flag, "the argument does not travel out of line")
            return
        argument.dealloc = "maybe" if flag.brackets else "yes"

    def _flag_notdealloc(self, _: Routine, argument: Argument, __: ast.Flag) -> None:
        argument.dealloc = "no"

    def _flag_countinout(self, _: Routine, argument: Argument, flag: ast.Flag) -> None:
        if argument.kind != "out" or not argument.type.variable or argument.type.out_of_line \
                or argument.type.shape is Shape.VAR_STRING:
            self._useless(flag, "it belongs to an 'out' inline variable array")
            return
        argument.count_in_out = True

    def _flag_samecount(self, routine: Routine, argument: Argument, flag: ast.Flag) -> None:
        previous = routine.arguments[-1] if routine.arguments else None
        owner = previous and (previous.same_count or previous)
        if not argument.counted:
            self._useless(flag, "the argument has no count")
        elif previous is None or owner is None:
            self._useless(flag, "no argument stands before it")
        elif not owner.counted:
            self._useless(flag, f"'{previous.name}' before it has no count to share")
        elif Shape.OOL_LIST in (owner.type.shape, argument.type.shape):
            self._useless(flag, "a list of regions has a count of its own")
        elif previous.kind != argument.kind:
            self._useless(
                flag, f"'{previous.name}' before it is '{previous.kind}', not '{argument.kind}'"
            )
        elif previous.type.out_of_line != argument.type.out_of_line:
            self._useless(
                flag, f"one of it and '{previous.name}' travels out of line, the other inline"
            )
        else:
            argument.same_count = owner

    def _flag_physicalcopy(self, _: Routine, argument: Argument, flag: ast.Flag) -> None:
        if argument.type.port or not argument.type.out_of_line:
            self._useless(flag, "the argument is no out-of-line data")
            return
        argument.physical = True

    def _flag_overwrite(self, _: Routine, argument: Argument, flag: ast.Flag) -> None:
        if argument.kind != "out" or not argument.type.out_of_line:
            self._useless(flag, "it belongs to an 'out' argument out of line")
            return
        argument.overwrite = True

    def _flag_retcode(self, routine: Routine, argument: Argument, flag: ast.Flag) -> None:
        t = argument.type
        if argument.kind != "in" or t.shape is not Shape.DATA or t.size != 4:
            raise self.diagnostics.fail(flag.span, "'retcode' belongs to an 'in' 32-bit integer")
        if any(a.retcode for a in routine.arguments):
            raise self.diagnostics.fail(flag.span, "only one argument can be the 'retcode'")
        argument.retcode = True

    def _flag_auto(self, _: Routine, argument: Argument, flag: ast.Flag) -> None:
        if not argument.sent or not argument.type.out_of_line:
            self._useless(flag, "it belongs to an 'in' argument out of line")
            return
        argument.auto = True

    def _flag_const(self, _: Routine, argument: Argument, flag: ast.Flag) -> None:
        if argument.returned:
            self._useless(flag, "what the caller passes is written")
            return
        argument.const = True

    def _flag_servercopy(self, _: Routine, argument: Argument, __: ast.Flag) -> None:
        argument.server_copy = argument.sent


def _place(statement: ast.Statement | None) -> Span | None:
    match statement:
        case None:
            return None
        case ast.Option() | ast.Import() | ast.Skip():
            return statement.span
    return statement.name.span


def resolve(
    statements: list[ast.Statement], diagnostics: Diagnostics, peer: str = "",
    may_be_types: bool = False, beginning: Span | None = None,
) -> Interface | None:
    """The interface of a file; None if it has no subsystem, which is an error unless the file
    MAY_BE_TYPES alone. Errors are in DIAGNOSTICS."""
    return Resolver(diagnostics, peer, may_be_types, beginning).run(statements)
