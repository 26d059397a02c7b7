# SPDX-License-Identifier: BSD-2-Clause
"""scripts/cc: the compiler of programs (mach_r.driver) with the libraries of this tree, built first."""

import pathlib
import sys

from mach_r import build, driver, ui

_PRESET = "release"


def main():
    words = sys.argv[1:]
    if driver.wants_help(words):
        return driver.show_help("scripts/cc", words)
    job = driver.Job(words)
    build.install_packages()
    build.build(_PRESET, "sdk", quiet=True)
    config = driver.Config(build.folder(_PRESET) / "cc.json", build.ROOT / "scripts" / "mig")
    return driver.run(config, job, pathlib.Path.cwd())


if __name__ == "__main__":
    ui.run_main(main)
