# SPDX-License-Identifier: BSD-2-Clause
"""Scripts for bash and zsh that complete verbs, options and files, from the tables of options."""

import shlex
from collections.abc import Mapping, Sequence

from mig.diagnostics import WARNINGS
from mig.options import IGNORED, OPTIONS, Option

# Name: summary, own options, and words that may stand behind it.
Verbs = Mapping[str, tuple[str, Sequence[Option], Sequence[str]]]
PATHS = {"FILE": "_files", "PATH": "_files", "FOLDER": "_files -/"}  # what zsh calls them

BASH = """\
# bash completion for mig; made by `mig completion bash`.
_mig()
{
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
    local words=@OPTIONS@
    case $verb in
@VERB_OPTIONS@
    *) ((COMP_CWORD == 1)) && words+=@VERBS@ ;;
    esac
    case $before in
    @FILES@) COMPREPLY=($(compgen -f -- "$word")); return ;;
    esac
    # bash cuts words at '=': the values of an option are then words of their own.
    [[ $word == "=" ]] && word=
    [[ $before == "=" ]] && before=${COMP_WORDS[COMP_CWORD-2]}
    case $before in
@CHOICES@
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    [[ ${#COMPREPLY[@]} == 1 && $COMPREPLY == *= ]] && compopt -o nospace
    [[ $word == -* ]] && return
    COMPREPLY+=($(compgen -d -- "$word") $(compgen -f -X '!*.defs' -- "$word"))
}
complete -o filenames -F _mig mig
"""

ZSH = """\
#compdef mig
# zsh completion for mig; made by `mig completion zsh`.
local -a verbs
verbs=(
@VERBS@
)
local -a options
options=(
@OPTIONS@
)
case $words[2] in
@VERB_OPTIONS@
esac
(( CURRENT == 2 )) && _describe verb verbs
_arguments -S $options '*:file:_files -g "*.defs"'
"""


def _shown(options: Sequence[Option]) -> list[Option]:
    return [option for option in options if option.section != IGNORED]


def _names(options: Sequence[Option]) -> list[str]:
    """What may be typed: with '=' where a choice follows."""
    words = [
        name + ("=" if option.choices else "")
        for option in _shown(options) for name in option.all_names
    ]
    if "-W" in words:
        words += ["-Wall", "-Werror"]
        words += [f"-W{no}{name}" for name in WARNINGS for no in ("", "no-", "error=")]
    return words


def _with_path(verbs: Verbs) -> str:
    """The options with a file or folder behind them, as a pattern."""
    options = [*OPTIONS, *(option for _, own, _ in verbs.values() for option in own)]
    names = [n for o in options if o.value in PATHS and not o.joined for n in o.all_names]
    return "|".join(dict.fromkeys(names))


def bash(verbs: Verbs) -> str:
    cases = [
        f"    {name}) words+={shlex.quote(' '.join(['', *_names(own), *words]))} ;;"
        for name, (_, own, words) in verbs.items()
    ]
    choices = [
        f"    {o.names}) COMPREPLY=($(compgen -W {shlex.quote(' '.join(o.choices))} -- \"$word\"));"
        " return ;;"
        for o in OPTIONS if o.choices
    ]
    return _fill(BASH, {
        "OPTIONS": shlex.quote(" ".join(_names(OPTIONS))), "VERB_OPTIONS": "\n".join(cases),
        "VERBS": shlex.quote(" " + " ".join(verbs)), 
        "FILES": _with_path(verbs), "CHOICES": "\n".join(choices),
    })


def zsh(verbs: Verbs) -> str:
    cases = [
        f"{name}) options+=(\n" + "".join(_zsh_option(o) for o in own) + ") ;;"
        for name, (_, own, _) in verbs.items()
    ]
    return _fill(ZSH, {
        "VERBS": "\n".join(
            "  " + shlex.quote(f"{name}:{_plain(summary)}") for name, (summary, *_) in verbs.items()
        ),
        "OPTIONS": "".join(_zsh_option(o) for o in _shown(OPTIONS)).rstrip("\n"),
        "VERB_OPTIONS": "\n".join(cases),
    })


def _zsh_option(option: Option) -> str:
    """Lines of _arguments: '-name+[summary]:value:action'."""
    action = PATHS.get(option.value, "")
    if option.choices:
        action = f"({' '.join(option.choices)})"
    out = ""
    for name in option.all_names:
        mark = "=" if option.choices else "-" if option.joined else ""
        value = f":{_plain(option.value.lower())}:{action}" if option.value else ""
        summary = f"[{_plain(option.summary)}]" if option.summary else ""
        out += "  " + shlex.quote(f"*{name}{mark}{summary}{value}") + "\n"
    return out


def _plain(text: str) -> str:
    """TEXT without the characters that _arguments takes for its own."""
    return text.replace("[", "(").replace("]", ")").replace(":", ",")


def _fill(template: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        template = template.replace(f"@{name}@", value)
    return template


SHELLS = {"bash": bash, "zsh": zsh}
