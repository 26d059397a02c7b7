# SPDX-License-Identifier: BSD-2-Clause
"""C for what annotations promise: the conditions and the helper that stubs use to check them."""

from mig.c_writer import Writer
from mig.ir import Argument


def out_of_range(place: str, low: int, high: int) -> list[str]:
    """Conditions under which an integer, signed or not, is outside LOW..HIGH."""
    kind, suffix = ("int64_t", "") if low < 0 else ("uint64_t", "u")
    below = [f"({kind}){place} < {low}{suffix}"] if low != 0 else []
    return below + [f"({kind}){place} > {high}{suffix}"]


UTF8_HELPER = """
/* SIZE bytes at S, up to the first null, are UTF-8: shortest forms, no surrogates. */
static boolean_t
is_utf8(const char *s, mach_msg_size_t size)
{
    static const uint32_t lowest[] = { 0, 0x80, 0x800, 0x10000 };
    mach_msg_size_t i = 0;

    while (i < size && s[i] != '\\0') {
        const uint8_t lead = (uint8_t)s[i++];
        const unsigned int more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
        uint32_t value = more == 0 ? lead : lead & (0x3fu >> more);
        if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xf8 || more > size - i) {
            return FALSE;
        }
        for (unsigned int k = 0; k < more; k++) {
            const uint8_t next = (uint8_t)s[i++];
            if ((next & 0xc0) != 0x80) {
                return FALSE;
            }
            value = value << 6 | (next & 0x3fu);
        }
        if (value < lowest[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) {
            return FALSE;
        }
    }
    return TRUE;
}
"""


def utf8_helper(out: Writer, arguments: list[Argument]) -> None:
    """The helper, if one of ARGUMENTS needs it."""
    if any(a.utf8 for a in arguments):
        out.blank()
        out.lines(UTF8_HELPER)
