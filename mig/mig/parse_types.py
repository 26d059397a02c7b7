# SPDX-License-Identifier: BSD-2-Clause
"""The lower half of the parser: token access, expressions and type specifications."""

from mig import ast, words
from mig.dialects import DIALECTS
from mig.diagnostics import CompileError, Diagnostics, Span, nearest
from mig.scanner import Token

MAX_NUMBER = 0xFFFFFFFF
MAX_DEPTH = 50  # of types in types, and of parentheses


class TypeParser:
    """Parses types; Parser adds statements."""

    def __init__(self, tokens: list[Token], diagnostics: Diagnostics, peer: str):
        self.tokens = tokens
        self.index = 0
        self.diagnostics = diagnostics
        self.depth = 0
        self.dialect = DIALECTS[peer]

    # Tokens ------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def peek(self) -> Token:
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.index += 1
        return token

    def _take_two(self) -> Token:
        """A word and the bracket behind it, both of which were seen."""
        token = self.token
        self.index += 2
        return token

    def expect(self, text: str, where: str) -> Token:
        if self.token.text != text:
            raise self.unexpected(f"'{text}' {where}")
        return self.take()

    def unexpected(self, wanted: str) -> CompileError:
        token = self.token
        if token.kind == "stray":
            return self.diagnostics.fail(token.span, f"stray {token.describe()} in the file")
        message = f"expected {wanted}, found {token.describe()}"
        return self.diagnostics.fail(self._place_of_missing(token), message)

    def _place_of_missing(self, token: Token) -> Span:
        """Where something is missing: before TOKEN, or behind the line that ended too early."""
        before = self.tokens[self.index - 1] if self.index > 0 else token
        if before.line is token.line:
            return token.span
        return Span(before.span.line, before.span.column + before.span.length)

    def name(self, what: str) -> ast.Name:
        token = self.token
        if token.kind != "word":
            raise self.unexpected(what)
        self._not_reserved(token)
        self.index += 1
        return ast.Name(token.text, token.span)

    def _not_reserved(self, token: Token) -> None:
        if self.dialect.reserves(token.text):
            raise self.diagnostics.fail(
                token.span, f"'{token.text}' is reserved in {self.dialect.title} dialect"
            )

    def number(self, what: str) -> int:
        token = self.token
        if token.kind != "number":
            raise self.unexpected(what)
        self.index += 1
        return self._value(token)

    def _value(self, token: Token) -> int:
        if token.text[:2] in ("0x", "0X"):
            if self.dialect.decimal_only:
                raise self.diagnostics.fail(
                    token.span, f"only decimal numbers in {self.dialect.title} dialect"
                )
            value = int(token.text, 16)
        else:
            value = int(token.text, 10)
        if value > MAX_NUMBER:
            raise self.diagnostics.fail(token.span, "number does not fit in 32 bits")
        return value

    # Dialects ----------------------------------------------------------------------------

    def refuse(self, peer: str, token: Token, what: str) -> None:
        """Under --peer=PEER, WHAT is an error."""
        if self.dialect is DIALECTS[peer]:
            self.diagnostics.error(token.span, f"{what} is not in {self.dialect.title} dialect")

    def check_peer(self, token: Token) -> None:
        """TOKEN was taken as a word of the language: it must be one of the dialect's."""
        if {token.text, token.lower} & self.dialect.foreign:
            self.diagnostics.error(
                token.span, f"'{token.text}' is not in {self.dialect.title} dialect"
            )

    # Expressions -------------------------------------------------------------------------

    def expression(self) -> int:
        value = self._term()
        while self.token.text in ("+", "-"):
            operator = self.take()
            value = self._fold(operator, value, self._term())
        return value

    def _term(self) -> int:
        value = self._factor()
        while self.token.text in ("*", "/"):
            operator = self.take()
            value = self._fold(operator, value, self._factor())
        return value

    def _factor(self) -> int:
        if self.token.text == "(":
            self.index += 1
            self._go_deeper()
            value = self.expression()
            self.depth -= 1
            self.expect(")", "to close '('")
            return value
        token = self.token
        if token.kind == "word":
            raise self.diagnostics.fail(
                token.span, f"'{token.text}' is not a number; is a macro not defined?"
            )
        return self.number("a size (a number)")

    def _fold(self, operator: Token, left: int, right: int) -> int:
        if operator.text == "/" and right == 0:
            raise self.diagnostics.fail(operator.span, "division by zero")
        value = {
            "+": left + right, "-": left - right, "*": left * right, "/": left // max(right, 1),
        }[operator.text]
        if not 0 <= value <= MAX_NUMBER:
            raise self.diagnostics.fail(operator.span, "expression does not fit in 32 bits")
        return value

    def _count(self) -> int:
        """An expression that counts elements: not zero."""
        token = self.token
        value = self.expression()
        if value == 0:
            raise self.diagnostics.fail(token.span, "the number of elements must not be zero")
        return value

    # Types -------------------------------------------------------------------------------

    def named_type(self, name: ast.Name) -> ast.TypeDecl:
        """NAME = specification and translations; the current token is '='."""
        self.expect("=", f"after the name of type '{name.text}'")
        spec = self._specification()
        translations = []
        while self.token.kind == "word" and self.peek().text == ":":
            translations.append(self._translation())
        return ast.TypeDecl(name, ast.TransType(spec, translations))

    def _go_deeper(self) -> None:
        """No sensible type or size has many levels. What goes deeper comes up, or else fails; then
        the statement is over, and with it all levels."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.diagnostics.fail(self.token.span, "nested too deeply")

    def _specification(self) -> ast.TypeSpec:
        self._go_deeper()
        spec = self._one_specification()
        self.depth -= 1
        return spec

    def _one_specification(self) -> ast.TypeSpec:
        token, following = self.token, self.peek().text
        if token.text == "^":
            self.index += 1
            return ast.PointerSpec(self._specification(), token.span)
        if token.lower == "array" and following == "[":
            return self._array()
        if token.lower == "struct" and following in ("[", "{"):
            return self._struct() if following == "[" else self._record()
        if token.lower == "c_string" and following == "[":
            return self._string()
        if token.text in words.NATIVES and following == "(":
            return self.native()
        if token.text == "(":
            return self._long()
        if token.kind == "number" or _is_prim(token):
            return self._prim_alone()
        if token.kind == "word":
            return ast.NameSpec(self.name("a type"))
        raise self.unexpected("a type")

    def _prim_alone(self) -> ast.PrimSpec:
        start = self.index
        spec = self._prim()
        used = [t.text for t in self.tokens[start : self.index : 2]]
        if all(text in self.dialect.unsized or text.isdigit() for text in used):
            self.refuse("gnu", self.tokens[start], f"'{used[0]}' without a size in parentheses")
        return spec

    def _prim(self) -> ast.PrimSpec:
        sent = self._one_prim()
        received = sent
        if self.token.text == "|":
            self.index += 1
            received = self._one_prim()
        return ast.PrimSpec(sent, received)

    def _one_prim(self) -> ast.Name:
        token = self.token
        if token.kind == "number":
            self.index += 1
            return ast.Name(str(self._value(token)), token.span)
        if not _is_prim(token):
            raise self.unexpected("an IPC type (MACH_MSG_TYPE_...)")
        self.index += 1
        if token.lower == "polymorphic":
            return ast.Name(words.POLYMORPHIC, token.span)
        if token.text not in words.PRIMS:
            hint = nearest(token.text, words.PRIMS)
            raise self.diagnostics.fail(token.span, f"unknown IPC type '{token.text}'{hint}")
        self.check_peer(token)
        return ast.Name(token.text, token.span)

    def _array(self) -> ast.ArraySpec:
        start = self._take_two()
        variable, bound = True, None
        if self.token.text == "*":
            self.index += 1
            if self.token.text == ":":
                self.index += 1
                bound = self._count()
        elif self.token.text != "]":
            variable, bound = False, self._count()
        self.expect("]", "to close the array's bound")
        self._of()
        return ast.ArraySpec(self._specification(), bound, variable, start.span)

    def _struct(self) -> ast.StructSpec:
        start = self._take_two()
        count = self._count()
        self.expect("]", "to close the number of elements")
        self._of()
        return ast.StructSpec(self._specification(), count, start.span)

    def _record(self) -> ast.RecordSpec:
        start = self._take_two()
        self.refuse("apple", start, "a struct with members")
        members = []
        while self.token.text != "}":
            kind = self.name("a member's type, or '}'")
            members.append((kind, self.name("the member's name")))
            self.expect(";", "after a member")
        self.index += 1
        if not members:
            raise self.diagnostics.fail(start.span, "a struct needs at least one member")
        return ast.RecordSpec(members, start.span)

    def _string(self) -> ast.StringSpec:
        start = self._take_two()
        variable = self.token.text == "*"
        if variable:
            self.index += 1
            self.expect(":", "after '*'")
        size = self._count()
        self.expect("]", "to close the string's size")
        return ast.StringSpec(size, variable, start.span)

    def native(self) -> ast.NativeSpec:
        start = self._take_two()
        self.check_peer(start)
        phrase, absent = self._phrase(), ""
        if start.text == "PointerToIfNot":
            self.expect(",", "between the C type and the value that means absent")
            absent = self._phrase()
        self.expect(")", f"to close '{start.text}('")
        return ast.NativeSpec(start.text, phrase, absent, start.span)

    def _phrase(self) -> str:
        parts = []
        while self.token.kind == "word":
            self._not_reserved(self.token)
            parts.append(self.take().text)
        if not parts:
            raise self.unexpected("a C type")
        return " ".join(parts)

    def _long(self) -> ast.LongSpec:
        start = self.take()
        self.refuse("apple", start, "a type in parentheses")
        prim = self._prim()
        self.expect(",", "after the IPC type")
        bits = self._count()
        while self.token.text == ",":
            self.index += 1
            self.flag()
        self.expect(")", "to close the type")
        return ast.LongSpec(prim, bits, start.span)

    def flag(self) -> ast.Flag:
        token = self.token
        if token.kind != "word" or token.lower not in words.FLAGS:
            hint = nearest(token.lower, words.FLAGS)
            raise self.diagnostics.fail(
                token.span, f"expected a flag, found {token.describe()}{hint}"
            )
        self.index += 1
        self.check_peer(token)
        brackets = self.token.text == "["
        if brackets:
            self.index += 1
            self.expect("]", "after '['")
        return ast.Flag(token.lower, brackets, token.span)

    def _of(self) -> None:
        if self.token.lower != "of":
            raise self.unexpected("'of'")
        self.index += 1

    # Translations ------------------------------------------------------------------------

    def _translation(self) -> ast.Translation:
        token = self._take_two()
        if token.lower not in words.TRANSLATIONS:
            hint = nearest(token.lower, words.TRANSLATIONS)
            raise self.diagnostics.fail(
                token.span, f"expected a translation, found '{token.text}'{hint}"
            )
        self.check_peer(token)
        result = ast.Translation(token.lower, token.span)
        if token.lower in ("ctype", "cusertype", "cservertype"):
            result.type = self.name("a C type")
            return result
        if token.lower != "destructor":
            result.type = self.name("the C type of the translated argument")
        result.function = self.name("the name of a C function")
        if token.lower != "intranpayload":
            self.expect("(", "after the function's name")
            result.argument = self.name("the C type that the function takes")
            self.expect(")", "after the C type")
        return result


def _is_prim(token: Token) -> bool:
    return token.kind == "word" and (
        token.text.startswith("MACH_MSG_TYPE_") or token.lower == "polymorphic"
    )
