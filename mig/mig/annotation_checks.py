# SPDX-License-Identifier: BSD-2-Clause
"""C for what annotations promise: the conditions that stubs check."""


def out_of_range(place: str, low: int, high: int) -> list[str]:
    """Conditions under which an integer, signed or not, is outside LOW..HIGH."""
    kind, suffix = ("int64_t", "") if low < 0 else ("uint64_t", "u")
    below = [f"({kind}){place} < {low}{suffix}"] if low != 0 else []
    return below + [f"({kind}){place} > {high}{suffix}"]
