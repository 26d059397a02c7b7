# SPDX-License-Identifier: BSD-2-Clause
"""What rights and memory are in C, for a loop-back program (emit_loopback): names and addresses to a
task; in the kernel pointers, behind which the same names and addresses are found."""


class Terms:
    """As tasks have them."""

    right = "mach_port_t"
    right_size = 4
    owns, releases = "loop_own_all", "loop_release_all"
    moves = False  # results are moved into the reply, whatever the .defs file says of the sender
    gives = False  # and memory goes with any message

    def name_of(self, right: str) -> str:
        """The name that the expression RIGHT has."""
        return right

    def named(self, name: str, kind: str) -> str:
        """The right, or object, of C type KIND that has this name."""
        return name

    def of_memory(self, memory: str, kind: str) -> str:
        """A void pointer to memory, as C type KIND."""
        return f"({kind}){memory}"

    def array(self, place: str) -> str:
        """The rights at PLACE, of whatever C type it is."""
        return f"(({self.right} *){place})"

    def own_all(self, place: str, count: str, how: str) -> str:
        return f"{self.owns}({place}, {count}, {how});"

    def release_all(self, place: str, count: str, how: str) -> str:
        return f"{self.releases}({place}, {count}, {how});"

    def free_array(self, place: str, count: str) -> str:
        return f"loop_free({place}, {count} * {self.right_size});"

    def free(self, place: str, size: str) -> str:
        return f"loop_free({place}, {size});"


class KernelTerms(Terms):
    """As the kernel's servers have them (runtime/loopback/loopback_kobject.h)."""

    right = "ipc_port_t"
    right_size = 8
    owns, releases = "loop_own_pointers", "loop_release_pointers"
    moves = gives = True

    def name_of(self, right: str) -> str:
        return f"(mach_port_t)(uintptr_t){right}"

    def named(self, name: str, kind: str) -> str:
        return f"({kind})(uintptr_t){name}"

    def of_memory(self, memory: str, kind: str) -> str:
        return memory

    def free_array(self, place: str, count: str) -> str:
        return f"mig_free_port_array({place}, {count});"

    def free(self, place: str, size: str) -> str:
        return f"vm_map_copy_discard({place});"


class KernelCallerTerms(KernelTerms):
    """As callers in the kernel have them, who send rights as the .defs file says."""

    moves = False


TASK = Terms()
KERNEL = KernelTerms()
KERNEL_CALLER = KernelCallerTerms()
