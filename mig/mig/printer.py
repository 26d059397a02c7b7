# SPDX-License-Identifier: BSD-2-Clause
"""The tree as .defs text: one statement after the other, as the parser understood them.

What comes out reads as the same tree again. It shows what the preprocessor made of a file (`mig
--print`): no comments, no macros, with all that was included.
"""

from mig import ast, words

SPELLING = {word.lower(): word for word in words.STATEMENTS}  # where the case matters


def text(statements: list[ast.Statement]) -> str:
    return "".join(statement_text(s) + ";\n" for s in statements)


def statement_text(statement: ast.Statement) -> str:
    """One statement without its semicolon."""
    match statement:
        case ast.Subsystem():
            modifiers = "kerneluser " if statement.kernel_user else ""
            modifiers += "kernelserver " if statement.kernel_server else ""
            return f"subsystem {modifiers}{statement.name.text} {statement.base}"
        case ast.Option():
            return f"{SPELLING[statement.kind]} {statement.value}".rstrip()
        case ast.Import():
            return f"{statement.kind} {statement.file}"
        case ast.TypeDecl():
            return "type " + _declaration(statement)
        case ast.Skip():
            return f"skip {statement.count}" if statement.count != 1 else "skip"
        case ast.Routine():
            return _routine(statement)
        case ast.FaultyType():
            raise ValueError(f"type '{statement.name.text}' was not understood")


def _declaration(tree: ast.TypeDecl) -> str:
    parts = [f"{tree.name.text} = {_specification(tree.type.spec)}"]
    return "\n    ".join(parts + [_translation(t) for t in tree.type.translations])


def _specification(spec: ast.TypeSpec) -> str:
    match spec:
        case ast.PrimSpec():
            same = spec.sent.text == spec.received.text
            return spec.sent.text if same else f"{spec.sent.text} | {spec.received.text}"
        case ast.NameSpec():
            return spec.name.text
        case ast.PointerSpec():
            return "^ " + _specification(spec.element)
        case ast.ArraySpec():
            return f"array[{_bound(spec)}] of {_specification(spec.element)}"
        case ast.StructSpec():
            return f"struct[{spec.count}] of {_specification(spec.element)}"
        case ast.RecordSpec():
            members = " ".join(f"{kind.text} {name.text};" for kind, name in spec.members)
            return f"struct {{ {members} }}"
        case ast.StringSpec():
            return f"c_string[{'*:' if spec.variable else ''}{spec.size}]"
        case ast.NativeSpec():
            absent = f", {spec.absent}" if spec.absent else ""
            return f"{spec.form}({spec.phrase}{absent})"
        case ast.LongSpec():
            return f"({_specification(spec.prim)}, {spec.bits})"


def _bound(spec: ast.ArraySpec) -> str:
    if spec.bound is None:
        return ""
    return f"*:{spec.bound}" if spec.variable else str(spec.bound)


def _translation(tree: ast.Translation) -> str:
    parts = [part.text for part in (tree.type, tree.function) if part is not None]
    argument = f"({tree.argument.text})" if tree.argument is not None else ""
    return f"{tree.kind}: {' '.join(parts)}{argument}"


def _routine(tree: ast.Routine) -> str:
    word = "simpleroutine" if tree.one_way else "routine"
    arguments = ";".join(f"\n    {_argument(a)}" for a in tree.arguments)
    return f"{word} {tree.name.text}({arguments})"


def _argument(tree: ast.Argument) -> str:
    direction = f"{tree.direction.text} " if tree.direction is not None else ""
    flags = "".join(f", {f.kind}{'[]' if f.brackets else ''}" for f in tree.flags)
    return f"{direction}{tree.name.text} : {_argument_type(tree.type)}{flags}"


def _argument_type(tree: ast.Name | ast.TypeDecl | ast.NativeSpec) -> str:
    match tree:
        case ast.Name():
            return tree.text
        case ast.TypeDecl():
            return _declaration(tree)
        case ast.NativeSpec():
            return _specification(tree)
