# SPDX-License-Identifier: BSD-2-Clause
"""Commands for gdb, loaded by the command line that `scripts/run --gdb` prints.

mach-program NAME   debug a server or program: its symbols beside the kernel's. All programs lie at
                    the same address, so the symbols of the one named before go.
mach-list HEAD TYPE MEMBER
                    print every structure of a kernel list (lib/list.h) that hangs on HEAD.
mach-message ADDRESS
                    tell what the message there says: routine, arguments, rights, memory.
"""

import ctypes
import pathlib

import gdb


def _preset_folder():
    """The build folder that the kernel in this gdb comes from."""
    kernel = gdb.objfiles()[0].filename
    return pathlib.Path(kernel).resolve().parents[1]


class MachProgram(gdb.Command):
    """Load the symbols of a server or program: mach-program NAME."""

    def __init__(self):
        super().__init__("mach-program", gdb.COMMAND_FILES)
        self._loaded = None

    def invoke(self, argument, _from_tty):
        path = self._find(argument.strip())
        if self._loaded:
            gdb.execute(f"remove-symbol-file {self._loaded}")
        gdb.execute(f"add-symbol-file {path}", to_string=True)
        self._loaded = path
        print(f"symbols of {path}")

    def complete(self, _text, word):
        return [path.name for path in self._all() if path.name.startswith(word)]

    def _all(self):
        return sorted((_preset_folder() / "bin").iterdir())

    def _find(self, name):
        for path in self._all():
            if path.name == name:
                return path
        raise gdb.GdbError(f"no program '{name}'; there are: {' '.join(self.complete('', ''))}")


class MachList(gdb.Command):
    """Print the structures of a kernel list: mach-list HEAD STRUCT MEMBER."""

    def __init__(self):
        super().__init__("mach-list", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        words = gdb.string_to_argv(argument)
        if len(words) != 3:
            raise gdb.GdbError("mach-list HEAD STRUCT MEMBER, as in: mach-list &tasks task link")
        head = gdb.parse_and_eval(words[0])
        kind = gdb.lookup_type(f"struct {words[1]}")
        offset = next(f.bitpos // 8 for f in kind.fields() if f.name == words[2])
        node = head["next"]
        while int(node) != int(head):
            address = int(node) - offset
            value = gdb.Value(address).cast(kind.pointer()).dereference()
            print(f"{address:#x}: {value.format_string(max_depth=1)}")
            node = node["next"]


class MachMessage(gdb.Command):
    """Tell what a message says: mach-message ADDRESS, as in mach-message &kmsg->header."""

    HEADER_SIZE = 24
    LARGEST = 1 << 20  # whatever the bytes at a wrong address say

    def __init__(self):
        super().__init__("mach-message", gdb.COMMAND_DATA)

    def invoke(self, argument, _from_tty):
        value = gdb.parse_and_eval(argument)
        if value.type.strip_typedefs().code in (gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_STRUCT):
            value = value.address
        address = int(value)
        size = int.from_bytes(self._read(address + 4, 4), "little")
        if not self.HEADER_SIZE <= size <= self.LARGEST:
            raise gdb.GdbError(f"no message at {address:#x}: its size would be {size}")
        library = ctypes.CDLL(str(_preset_folder() / "mach_msg_describe.so"))
        text = ctypes.create_string_buffer(4096)
        message = ctypes.create_string_buffer(self._read(address, size), size)
        library.mach_msg_describe(message, text, ctypes.c_size_t(len(text)))
        print(text.value.decode("ascii"))

    def _read(self, address, size):
        return bytes(gdb.selected_inferior().read_memory(address, size))


MachProgram()
MachList()
MachMessage()
gdb.execute("set print pretty on")
gdb.execute("set confirm off")
