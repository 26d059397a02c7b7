# SPDX-License-Identifier: BSD-2-Clause
"""Tokens to the tree of ast: recursive descent, one function per production.

The grammar is LL(2). No word is reserved: a word is a keyword only where the grammar has a place
for it and the next token agrees, so an argument may be called `in` or `type`. After an error the
parser goes on behind the next statement's semicolon, so that one run finds many errors.
"""

from collections.abc import Callable

from mig import ast, words
from mig.diagnostics import CompileError, Diagnostics, nearest
from mig.parse_types import TypeParser
from mig.scanner import BARE_WORD, FILE_NAME, QUOTED, Token, raw_match


class Parser(TypeParser):
    """Statements, routines and their arguments; types are in TypeParser."""

    def file(self) -> list[ast.Statement]:
        statements: list[ast.Statement] = []
        while self.token.kind != "end":
            start, self.depth = self.index, 0
            try:
                if self.token.text != ";":
                    statements.append(self._statement())
                self.expect(";", "after the statement")
            except CompileError:
                statements += self._faulty(start)
                self._recover(start)
        return statements

    def _faulty(self, start: int) -> list[ast.Statement]:
        """What is known of the faulty statement at START: the name of a type."""
        first, second = self.tokens[start], self.tokens[min(start + 1, len(self.tokens) - 1)]
        if first.lower == "type" and second.kind == "word":
            return [ast.FaultyType(ast.Name(second.text, second.span))]
        return []

    def _recover(self, start: int) -> None:
        """Skip to the end of the statement that began at START."""
        self.index = max(start, self.index)
        depth = sum(
            {"(": 1, ")": -1}.get(t.text, 0) for t in self.tokens[start : self.index]
        )
        while self.token.kind != "end":
            text = self.token.text
            depth += {"(": 1, ")": -1}.get(text, 0)
            if depth > 0 and self.index > start and self._begins_statement():
                return
            self.index += 1
            if text == ";" and depth <= 0:
                return

    def _begins_statement(self) -> bool:
        """A line that starts with a statement's keyword; how an unclosed '(' is left."""
        before, here, after = self.tokens[self.index - 1], self.token, self.peek()
        first = before.line is not here.line
        return first and here.lower in words.STATEMENTS and after.kind == "word"

    def _statement(self) -> ast.Statement:
        token = self.token
        parse = PRODUCTIONS.get(token.text) or PRODUCTIONS.get(token.lower)
        if parse is not None:
            self.index += 1
            self.check_peer(token)
            return parse(self, token)
        raise self.diagnostics.fail(
            token.span,
            f"expected a statement, found {token.describe()}"
            + nearest(token.lower, words.STATEMENTS),
        )

    def _subsystem(self, _: Token) -> ast.Subsystem:
        modifiers = []
        while self.token.lower in ("kerneluser", "kernelserver") and self.peek().kind == "word":
            modifiers.append(self.take().lower)
        name = self.name("the subsystem's name")
        base = self.number("the subsystem's first message id (a number)")
        return ast.Subsystem(name, base, "kerneluser" in modifiers, "kernelserver" in modifiers)

    def _type_declaration(self, _: Token) -> ast.TypeDecl:
        return self.named_type(self.name("the new type's name"))

    def _skip(self, token: Token) -> ast.Skip:
        count = 1
        if self.token.kind == "number":
            self.refuse("apple", self.token, "a number after 'skip'")
            count = self.number("the number of ids to skip")
        return ast.Skip(count, token.span)

    def _import(self, token: Token) -> ast.Import:
        found = raw_match(self.tokens, self.index, FILE_NAME)
        if found is None:
            raise self.unexpected('a file name in "..." or <...>')
        text, self.index = found
        return ast.Import(token.lower, text, token.span)

    def _name_option(self, token: Token) -> ast.Option:
        return ast.Option(token.lower, self.name(f"a name after '{token.text}'").text, token.span)

    def _word_option(self, token: Token) -> ast.Option:
        found = raw_match(self.tokens, self.index, BARE_WORD)
        if found is None:
            raise self.unexpected(f"a word after '{token.text}'")
        text, self.index = found
        return ast.Option(token.lower, text, token.span)

    def _empty_option(self, token: Token) -> ast.Option:
        return ast.Option(token.lower, "", token.span)

    def _number_option(self, token: Token) -> ast.Option:
        value = self.number(f"a number after '{token.text}'")
        return ast.Option(token.lower, str(value), token.span)

    def _rcsid(self, token: Token) -> ast.Option:
        found = raw_match(self.tokens, self.index, QUOTED)
        if found is None:
            raise self.unexpected("a quoted string after 'rcsid'")
        text, self.index = found
        return ast.Option("rcsid", text, token.span)

    def _consume(self, token: Token) -> ast.Option:
        value = self.token
        if value.lower not in ("none", "timeout", "any"):
            raise self.unexpected("'none', 'timeout' or 'any'")
        self.index += 1
        return ast.Option(token.lower, value.lower, token.span)

    def _routine(self, token: Token) -> ast.Routine:
        name = self.name("the routine's name")
        self.expect("(", f"after the name of routine '{name.text}'")
        arguments: list[ast.Argument] = []
        if self.token.text != ")":
            arguments.append(self._argument())
            while self.token.text == ";":
                semicolon = self.take()
                if self.token.text == ")":
                    raise self.diagnostics.fail(
                        semicolon.span, "no ';' may stand after the last argument"
                    )
                arguments.append(self._argument())
        self.expect(")", "or ';' after an argument")
        return ast.Routine(name, token.lower == "simpleroutine", arguments)

    def _argument(self) -> ast.Argument:
        direction = None
        if self.token.kind == "word" and self.peek().text != ":":
            direction = self._direction()
        name = self.name("the argument's name")
        self.expect(":", f"after the name of argument '{name.text}'")
        kind = self._argument_type()
        flags = []
        while self.token.text == ",":
            self.index += 1
            flags.append(self.flag())
        return ast.Argument(direction, name, kind, flags)

    def _direction(self) -> ast.Name:
        token = self.token
        if token.lower not in words.DIRECTIONS:
            third = self.tokens[min(self.index + 2, len(self.tokens) - 1)]
            if self.peek().kind != "word" or third.text != ":":
                self.index += 1
                raise self.unexpected(f"':' after the name of argument '{token.text}'")
            hint = nearest(token.lower, words.DIRECTIONS)
            raise self.diagnostics.fail(token.span, f"unknown direction '{token.text}'{hint}")
        self.index += 1
        self.check_peer(token)
        return ast.Name(token.lower, token.span)

    def _argument_type(self) -> ast.Name | ast.TypeDecl | ast.NativeSpec:
        if self.token.text in words.NATIVES and self.peek().text == "(":
            return self.native()
        name = self.name("the argument's type")
        return self.named_type(name) if self.token.text == "=" else name


# By the statement's first word: in lower case, but as it is written where the case matters.
PRODUCTIONS: dict[str, Callable[[Parser, Token], ast.Statement]] = {
    "subsystem": Parser._subsystem,
    "type": Parser._type_declaration,
    "routine": Parser._routine,
    "simpleroutine": Parser._routine,
    "skip": Parser._skip,
    "rcsid": Parser._rcsid,
    "consumeonsenderror": Parser._consume,
    **dict.fromkeys(words.IMPORTS, Parser._import),
    **dict.fromkeys(words.NAME_OPTIONS, Parser._name_option),
    **dict.fromkeys(words.WORD_OPTIONS, Parser._word_option),
    **dict.fromkeys(words.EMPTY_OPTIONS, Parser._empty_option),
    **dict.fromkeys(words.NUMBER_OPTIONS + words.EXACT_NUMBER_OPTIONS, Parser._number_option),
}


def parse(tokens: list[Token], diagnostics: Diagnostics, peer: str = "") -> list[ast.Statement]:
    """The statements of a file; errors are in DIAGNOSTICS."""
    return Parser(tokens, diagnostics, peer).file()
