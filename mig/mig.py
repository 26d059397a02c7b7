#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`python3 /any/path/mig.py ...`: the compiler without installing it, from any directory."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from mig.cli import main  # noqa: E402  (the path must be set first)

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
