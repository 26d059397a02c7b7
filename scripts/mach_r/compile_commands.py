# SPDX-License-Identifier: BSD-2-Clause
"""compile_commands.json, by which editors and analysers know how a file is compiled.

Each call of the compiler enters its files; entries of other files stay, unless their file is gone.
"""

import contextlib
import fcntl
import json
import os
import pathlib
import tempfile

_NAME = "compile_commands.json"


def _path(entry):
    """The file that an entry is about."""
    return pathlib.Path(entry["directory"]) / entry["file"]


def _old(path):
    """The entries of PATH that still have a file; none if it cannot be read."""
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return {_path(entry): entry for entry in entries if _path(entry).exists()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


@contextlib.contextmanager
def _locked(folder):
    """One call at a time in FOLDER: calls run beside each other (make -j), each adds its files."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def update(folder, directory, commands):
    """Enter COMMANDS, [(source, words)] run in DIRECTORY, into the file in FOLDER.

    A folder that cannot be written gets no file: the program counts, this is an extra.
    """
    with contextlib.suppress(OSError), _locked(folder):
        entries = _old(folder / _NAME)
        for source, words in commands:
            entry = {"directory": str(directory), "file": source, "arguments": words}
            entries[_path(entry)] = entry
        text = json.dumps(list(entries.values()), indent=2) + "\n"
        # Who reads meanwhile sees a whole file, the old one or the new.
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        os.replace(file.name, folder / _NAME)
