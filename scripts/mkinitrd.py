#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make a boot archive from manifests and single files (mach_r/initrd.py says how it looks)."""

import argparse
import pathlib

from mach_r import ui
from mach_r.initrd import Archive


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", required=True, help="the archive to write")
    parser.add_argument(
        "--add", action="append", default=[], metavar="FILE[:NAME]", help="one more file"
    )
    parser.add_argument("manifest", nargs="*", help="a file of lines name=file")
    arguments = parser.parse_args()
    archive = Archive()
    for manifest in arguments.manifest:
        archive.add_manifest(manifest)
    for option in arguments.add:
        archive.add_option(option)
    pathlib.Path(arguments.output).write_bytes(archive.bytes())


if __name__ == "__main__":
    ui.run_main(main)
