# SPDX-License-Identifier: BSD-2-Clause
"""`python3 mig` and `python3 -m mig` from the top of the source tree.

There the name `mig` means this folder, not the package inside it; so forget the folder and put it
on the path, where the package is found.
"""

import os
import sys

sys.modules.pop("mig", None)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from mig.cli import main  # noqa: E402  (the path must be set first)

sys.exit(main(sys.argv[1:]))
