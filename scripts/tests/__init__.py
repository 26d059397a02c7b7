# SPDX-License-Identifier: BSD-2-Clause
"""Tests of the scripts' parts that need no machine."""
