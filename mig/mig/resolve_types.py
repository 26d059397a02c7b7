# SPDX-License-Identifier: BSD-2-Clause
"""Type specifications to ir.Type: how constructors combine, and which combinations exist."""


from mig import ast, words
from mig.dialects import DIALECTS
from mig.diagnostics import CompileError, Diagnostics, Span, nearest
from mig.ir import Shape, Type

INLINE_FIXED = {Shape.DATA, Shape.STRUCT, Shape.ARRAY, Shape.STRING}


class TypeTable:
    """The types declared so far."""

    def __init__(self, diagnostics: Diagnostics, peer: str):
        self.diagnostics = diagnostics
        self.dialect = DIALECTS[peer]
        self.types: dict[str, Type] = {}
        self.fragment = False  # a file to be included behind the types that it uses
        self.broken: set[str] = set()  # declared, but with an error that was reported
        self.declared: dict[str, Span] = {}  # all type statements of the file

    def declare(self, declaration: ast.TypeDecl) -> None:
        name = declaration.name
        if not self.dialect.type_twice and name.text in self.dialect.predeclared:
            self.diagnostics.error(
                name.span, f"'{name.text}' is a type of {self.dialect.title} dialect already"
            )
        before = self.types.get(name.text)
        if before is not None:
            notes = [(before.span, f"'{name.text}' was declared here")]
            if not self.dialect.type_twice:
                self.diagnostics.error(name.span, f"type '{name.text}' is declared again", notes)
            else:
                self.diagnostics.warn(
                    "redefinition", name.span,
                    f"type '{name.text}' is declared again; the new one counts from here", notes,
                )
        try:
            self.types[name.text] = self.build(declaration)
        except CompileError:
            self.broken.add(name.text)
            raise

    def lookup(self, name: ast.Name) -> Type:
        found = self.types.get(name.text)
        if found is None and name.text in self.dialect.predeclared:
            prim = ast.Name(words.GNU_PREDECLARED[name.text], name.span)
            spec = ast.PrimSpec(prim, prim)
            found = self.build(ast.TypeDecl(name, ast.TransType(spec)))
        if found is None and name.text in self.broken:
            raise CompileError(name.text)
        if found is None:
            raise self._unknown(name)
        return found

    def _unknown(self, name: ast.Name) -> CompileError:
        later = self.declared.get(name.text)
        if later is not None:
            return self.diagnostics.fail(
                name.span, f"type '{name.text}' is used before its declaration",
                [(later, "it is declared here")],
            )
        if self.fragment:
            self.diagnostics.warn(
                "fragment", name.span,
                f"unknown type '{name.text}'; a file that includes this one must declare it",
            )
            return CompileError(name.text)
        near = nearest(name.text, [*self.types, *self.declared])
        meant = near.split("'")[1] if near else ""
        notes = [(self.declared[meant], f"'{meant}' is declared here")] if near else []
        return self.diagnostics.fail(name.span, f"unknown type '{name.text}'{near}", notes)

    def build(self, declaration: ast.TypeDecl) -> Type:
        """The type that a declaration makes, with its C names."""
        name = declaration.name.text
        spec = declaration.type.spec
        found = self._specification(spec)
        if self.dialect.plain_elements and _packs_unnamed(spec):
            self.diagnostics.error(
                declaration.name.span,
                f"the element type of an array of any length has a name in {self.dialect.title}"
                " dialect",
            )
        names = dict.fromkeys(("trans_type", "intran", "outtran", "destructor"), "")
        names["user_type"] = names["server_type"] = found.phrase or name
        for clause in declaration.type.translations:
            self._translate(names, clause)
        names["trans_type"] = names["trans_type"] or names["server_type"]
        found = found.like(name=name, span=declaration.name.span, **names)
        self._check_names(found, declaration.name)
        return found

    def native(self, spec: ast.NativeSpec) -> Type:
        """The type of an argument written x : PointerTo(T)."""
        found = self._specification(spec)
        return found.like(
            name=spec.phrase, user_type=spec.phrase, server_type=spec.phrase,
            trans_type=spec.phrase, span=spec.span,
        )

    # Specifications ----------------------------------------------------------------------

    def _specification(self, spec: ast.TypeSpec) -> Type:
        match spec:
            case ast.PrimSpec():
                return self._prim(spec)
            case ast.NameSpec():
                return self.lookup(spec.name)
            case ast.PointerSpec():
                return self._pointer(self._specification(spec.element), spec)
            case ast.ArraySpec():
                return self._array(spec, self._specification(spec.element))
            case ast.StructSpec():
                return self._struct(spec, self._specification(spec.element))
            case ast.RecordSpec():
                return self._record(spec)
            case ast.StringSpec():
                shape = Shape.VAR_STRING if spec.variable else Shape.STRING
                return Type(
                    "", shape, spec.size, _CHAR, spec.size, spec.variable,
                    "MACH_MSG_TYPE_STRING_C", "MACH_MSG_TYPE_STRING_C",
                )
            case ast.NativeSpec():
                return _native(spec)
            case ast.LongSpec():
                return self._long(spec)

    def _prim(self, spec: ast.PrimSpec) -> Type:
        sent, received = self._one_prim(spec.sent), self._one_prim(spec.received)
        if sent.bits != received.bits or sent.port != received.port:
            if words.POLYMORPHIC not in (sent.name, received.name):
                raise self.diagnostics.fail(
                    spec.sent.span.to(spec.received.span),
                    f"'{sent.name}' and '{received.name}' differ in size",
                )
        if sent.bits < 8:
            raise self.diagnostics.fail(
                spec.sent.span, f"'{sent.name}' has no size of whole bytes and cannot be sent"
            )
        size = sent.bits // 8
        shape = Shape.PORT if sent.port else Shape.DATA
        # A single name stands for both its codes; A | B takes A's sent and B's received.
        return Type(
            "", shape, size, None, 1, False, sent.sent, received.received, alignment=size
        )

    def _one_prim(self, name: ast.Name) -> words.Prim:
        if name.text.isdigit():
            word = words.PRIM_NUMBERS.get(int(name.text))
            if word is None or not self.dialect.type_numbers:
                raise self.diagnostics.fail(
                    name.span, f"the type number {name.text} has no size of its own"
                )
            return words.PRIMS[f"MACH_MSG_TYPE_{word}"]
        return words.PRIMS[name.text]

    def _long(self, spec: ast.LongSpec) -> Type:
        found = self._prim(spec.prim)
        if found.shape is Shape.PORT:
            return found
        if spec.bits % 8:
            raise self.diagnostics.fail(spec.span, "the size is not a whole number of bytes")
        size = spec.bits // 8
        return found.like(size=size, alignment=min(size, 8))

    def _plain_element(self, element: Type, spec: ast.ArraySpec | ast.StructSpec) -> None:
        """Under --peer=gnu elements have one size and lie in the message."""
        if self.dialect.plain_elements and (element.variable or element.out_of_line):
            self.diagnostics.error(
                spec.span,
                f"too complicated for {self.dialect.title} dialect: elements that are"
                f" {_describe(element)}", self._declaration(spec.element),
            )

    def _pointer(self, element: Type, spec: ast.PointerSpec) -> Type:
        """^ element."""
        if self.dialect.plain_elements and element.variable and not element.auto:
            self.diagnostics.error(
                spec.span,
                f"too complicated for {self.dialect.title} dialect: '^' before {_describe(element)}",
                self._declaration(spec.element),
            )
        match element.shape:
            case Shape.DATA | Shape.STRUCT | Shape.STRING:
                return _plain(element).like(shape=Shape.OOL, element=element, count=1)
            case Shape.ARRAY:
                assert element.element is not None
                return _plain(element).like(shape=Shape.OOL)
            case Shape.VAR | Shape.VAR_STRING:
                return _plain(element).like(shape=Shape.OOL)
            case Shape.PORT:
                return _plain(element).like(shape=Shape.OOL_PORTS, element=element, count=1)
            case Shape.PORTS:
                return _plain(element).like(shape=Shape.OOL_PORTS)
            case Shape.OOL | Shape.OOL_PORTS if element.auto:
                return _plain(element).like(auto=False)
        raise self.diagnostics.fail(
            spec.span, f"too complicated: '^' cannot stand before {_describe(element)}",
            self._declaration(spec.element),
        )

    def _array(self, spec: ast.ArraySpec, element: Type) -> Type:
        if spec.variable:
            return self._variable_array(spec, element)
        assert spec.bound is not None
        self._plain_element(element, spec)
        base = _plain(element).like(element=element, count=spec.bound)
        if element.shape in INLINE_FIXED:
            return base.like(shape=Shape.ARRAY, size=spec.bound * (element.size or 0))
        if element.shape is Shape.PORT:
            return base.like(shape=Shape.PORTS)
        if element.shape in (Shape.OOL, Shape.OOL_PORTS):
            return base.like(shape=Shape.OOL_LIST, variable=False, auto=element.auto)
        raise self.diagnostics.fail(
            spec.span, f"too complicated: a fixed array of {_describe(element)}",
            self._declaration(spec.element),
        )

    def _variable_array(self, spec: ast.ArraySpec, element: Type) -> Type:
        base = _plain(element).like(
            element=element, count=spec.bound or 0, variable=True,
            auto=spec.bound is None,
        )
        inline = spec.bound is not None
        if element.shape in INLINE_FIXED:
            size = (spec.bound or 1) * (element.size or 0)
            return base.like(shape=Shape.VAR if inline else Shape.OOL, size=size)
        if element.shape is Shape.PORT:
            return base.like(shape=Shape.PORTS if inline else Shape.OOL_PORTS)
        if inline and element.shape in (Shape.OOL, Shape.OOL_PORTS):
            return base.like(shape=Shape.OOL_LIST, auto=element.auto)
        raise self.diagnostics.fail(
            spec.span,
            f"too complicated: a variable array of {_describe(element)};"
            " one variable level and one out-of-line level are the most",
            self._declaration(spec.element),
        )

    def _struct(self, spec: ast.StructSpec, element: Type) -> Type:
        if element.shape not in INLINE_FIXED:
            raise self.diagnostics.fail(
                spec.span, f"too complicated: a struct of {_describe(element)}",
                self._declaration(spec.element),
            )
        size = spec.count * (element.size or 0)
        return _plain(element).like(
            shape=Shape.STRUCT, element=element, count=spec.count, size=size
        )

    def _record(self, spec: ast.RecordSpec) -> Type:
        size, alignment = 0, 1
        for kind, member in spec.members:
            found = self.lookup(kind)
            if found.shape not in INLINE_FIXED:
                raise self.diagnostics.fail(
                    kind.span, f"member '{member.text}' is {_describe(found)}, not inline data",
                    self._declaration(ast.NameSpec(kind)),
                )
            size = _round(size, found.alignment) + (found.size or 0)
            alignment = max(alignment, found.alignment)
        return Type(
            "", Shape.STRUCT, _round(size, alignment), _BYTE, 1, False, "MACH_MSG_TYPE_BYTE",
            "MACH_MSG_TYPE_BYTE", alignment=alignment,
        )

    def _declaration(self, element: ast.TypeSpec) -> list[tuple[Span, str]]:
        """A note where ELEMENT was declared, if it is a name."""
        if not isinstance(element, ast.NameSpec) or element.name.text not in self.declared:
            return []
        name = element.name.text
        return [(self.declared[name], f"'{name}' is declared here")]

    # Translations ------------------------------------------------------------------------

    def _translate(self, names: dict[str, str], clause: ast.Translation) -> None:
        """What one clause changes in NAMES, members of Type."""
        text = clause.type.text if clause.type else ""
        if clause.kind in ("ctype", "cusertype"):
            names["user_type"] = text
        if clause.kind in ("ctype", "cservertype"):
            names["server_type"] = text
        if clause.function is None:
            return
        argument = clause.argument.text if clause.argument else ""
        inward = clause.kind in ("intran", "intranpayload")
        self._set_trans(names, text if inward else argument, clause)
        if clause.kind == "intran":
            names["server_type"] = argument
        if clause.kind == "outtran":
            names["server_type"] = text
        if clause.kind != "intranpayload":
            names[clause.kind] = clause.function.text

    def _set_trans(self, names: dict[str, str], text: str, clause: ast.Translation) -> None:
        before = names["trans_type"]
        if before and before != text:
            self.diagnostics.error(
                clause.span, f"'{text}' here, but '{before}' in an earlier clause of this type"
            )
        names["trans_type"] = text

    def _check_names(self, found: Type, name: ast.Name) -> None:
        if found.translated and found.variable:
            raise self.diagnostics.fail(
                name.span, f"'{name.text}' is a variable array and cannot be translated"
            )
        if {found.user_type, found.server_type} & words.NO_TYPE_NAMES:
            raise self.diagnostics.fail(
                name.span, f"'{name.text}' is a keyword of C and cannot name a type"
            )
        # Of included files only when they are compiled themselves: whoever includes them knows.
        if found.intran and not found.destructor and not name.span.line.included_from:
            self.diagnostics.warn(
                "destructor", name.span,
                f"type '{name.text}' has an in-translation without a destructor",
            )


_CHAR = Type("char", Shape.DATA, 1, None, 1, user_type="char", server_type="char")
_BYTE = Type("byte", Shape.DATA, 1, None, 1)


def _native(spec: ast.NativeSpec) -> Type:
    shape = {
        "PointerTo": Shape.POINTER, "ValueOf": Shape.VALUE, "PointerToIfNot": Shape.OPTIONAL,
    }[spec.form]
    return Type("", shape, None, phrase=spec.phrase, absent=spec.absent)


def _plain(element: Type) -> Type:
    """ELEMENT as the start of a type built from it: no translation of its own."""
    if not element.translated:
        return element
    return element.like(intran="", outtran="", destructor="")


def _packs_unnamed(spec: ast.TypeSpec) -> bool:
    """SPEC is an array of any length, in the message, of a type that has no name."""
    return isinstance(spec, ast.ArraySpec) and spec.variable \
        and not isinstance(spec.element, ast.NameSpec)


def _round(size: int, alignment: int) -> int:
    return (size + alignment - 1) // alignment * alignment


def _describe(found: Type) -> str:
    words_for = {
        Shape.DATA: "a scalar", Shape.STRUCT: "a struct", Shape.ARRAY: "a fixed array",
        Shape.VAR: "a variable array", Shape.STRING: "a string",
        Shape.VAR_STRING: "a variable string", Shape.PORT: "a port",
        Shape.PORTS: "an array of ports", Shape.OOL: "out-of-line data",
        Shape.OOL_PORTS: "out-of-line ports", Shape.OOL_LIST: "an array of out-of-line data",
    }
    return words_for.get(found.shape, "a C type of unknown size")
