# SPDX-License-Identifier: BSD-2-Clause
"""Messages to a person. All go to standard error: standard output belongs to results."""

import os
import sys
import time

_COLOURS = {"bold": "1", "red": "31", "green": "32", "yellow": "33"}
_START = time.monotonic()


class Failure(Exception):
    """Something went wrong that a person can act on. The text says what, and what to do next."""


def coloured(text, colour, stream=sys.stderr):
    """TEXT in COLOUR if STREAM is a terminal that wants colours."""
    if not stream.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\033[{_COLOURS[colour]}m{text}\033[0m"


def step(text):
    """Announce the next step of a longer piece of work."""
    seconds = time.monotonic() - _START
    print(coloured(f"[{seconds:5.1f}s]", "bold"), text, file=sys.stderr, flush=True)


def note(text):
    """Tell something that is no step."""
    print(text, file=sys.stderr, flush=True)


def run_main(main):
    """Run a command's main() and turn what it raises into a message and an exit status."""
    try:
        sys.exit(main())
    except Failure as failure:
        print(coloured("error:", "red"), failure, file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
