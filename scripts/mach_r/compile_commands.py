# SPDX-License-Identifier: BSD-2-Clause
"""compile_commands.json, by which editors and analysers know how a file is compiled.

Each call of the compiler enters its files; entries of other files stay, unless their file is gone.
"""

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


def update(folder, directory, commands):
    """Enter COMMANDS, [(source, words)] run in DIRECTORY, into the file in FOLDER.

    A folder that cannot be written gets no file: the program counts, this is an extra.
    """
    entries = _old(folder / _NAME)
    for source, words in commands:
        entry = {"directory": str(directory), "file": source, "arguments": words}
        entries[_path(entry)] = entry
    text = json.dumps(list(entries.values()), indent=2) + "\n"
    try:
        # Calls may run beside each other (make -j): each puts a whole file into place.
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False, encoding="utf-8") as file:
            file.write(text)
        os.chmod(file.name, 0o644)
        os.replace(file.name, folder / _NAME)
    except OSError:
        pass
