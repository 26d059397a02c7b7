# SPDX-License-Identifier: BSD-2-Clause
"""`python3 -m mig`: the command line."""

import sys

from mig.cli import main

sys.exit(main(sys.argv[1:]))
