# SPDX-License-Identifier: BSD-2-Clause
"""Build everything and run every test; the last line is `N passed, N failed`.

-k WORD runs only tests whose name contains WORD. Names begin with the kind of test: host, kernel,
system, bochs, image.
"""

import argparse
import concurrent.futures
import sys
import time
import traceback

from mach_r import build, ui
from mach_r.suites import bochs, first_server, host, image_tests, kernel, left_out, screen, sdk, system, trace

_DETAIL_LINES = 40


def parse(arguments):
    """The command line."""
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__)
    parser.add_argument("-k", dest="word", default="", help="only tests with WORD in their name")
    parser.add_argument("-v", "--verbose", action="store_true", help="name every test")
    parser.add_argument("-j", type=int, default=2, dest="jobs", help="jobs at the same time (2)")
    options = parser.parse_args(arguments)
    if options.jobs < 1:
        parser.error("argument -j: there has to be at least one job")
    return options


class Report:
    """Prints results as they come, and counts them."""

    def __init__(self, word, verbose):
        self._word, self._verbose = word, verbose
        self.passed = self.failed = 0

    def add(self, job, cases, seconds):
        """Take in what JOB found."""
        cases = [case for case in cases if self._word in case.name or case.whole]
        failed = [case for case in cases if not case.passed]
        self.passed += len(cases) - len(failed)
        self.failed += len(failed)
        skipped = sum(case.skipped for case in cases)
        counts = f"{len(cases) - len(failed)} passed, {len(failed)} failed"
        counts += f" ({skipped} skipped)" if skipped else ""
        verdict = ui.coloured("FAIL", "red") if failed else ui.coloured("ok", "green")
        ui.step(f"{verdict} {job.name}: {counts} in {seconds:.1f} s")
        for case in cases:
            if not case.passed:
                text = "\n    ".join(case.detail.strip().splitlines()[-_DETAIL_LINES:])
                ui.note(f"  {ui.coloured('FAIL', 'red')} {case.name}\n    {text}")
            elif self._verbose:
                ui.note(f"  {'skip' if case.skipped else 'ok'}   {case.name}")


def install_packages(jobs):
    """Install what single JOBS need; those that cannot have it are skipped."""
    packages = sorted({package for job in jobs for package in job.packages})
    try:
        if packages:
            build.install_packages(*packages)
    except ui.Failure:
        ui.note(f"what needs {' '.join(packages)} is skipped")


def build_presets(jobs):
    """Build what JOBS need; {preset: why it could not be built}."""
    broken = {}
    for preset in sorted({preset for job in jobs for preset in job.presets}):
        try:
            build.build(preset)
        except ui.Failure as failure:
            broken[preset] = str(failure)
    return broken


def run_job(job, broken):
    """JOB's cases and the seconds it took; a job that cannot run is a failed case."""
    start = time.monotonic()
    try:
        for preset in job.presets:
            if preset in broken:
                raise ui.Failure(broken[preset])
        cases = job.run()
    except ui.Failure as failure:
        cases = [job.failure(str(failure))]
    except Exception:  # a fault of the job's own: the others go on
        cases = [job.failure(traceback.format_exc())]
    if not cases:
        cases = [job.failure("no test was found")]
    return cases, time.monotonic() - start


def main():
    arguments = parse(sys.argv[1:])
    build.install_packages()
    jobs = []
    for suite in (host, kernel, system, bochs, image_tests, left_out, screen, sdk, first_server, trace):
        jobs += suite.jobs(arguments.word)
    install_packages(jobs)
    broken = build_presets(jobs)
    report = Report(arguments.word, arguments.verbose)
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        running = {pool.submit(run_job, job, broken): job for job in jobs}
        for future in concurrent.futures.as_completed(running):
            report.add(running[future], *future.result())
    if report.passed + report.failed == 0:
        ui.note(f"no test has '{arguments.word}' in its name")
    print(f"{report.passed} passed, {report.failed} failed", flush=True)
    return 0 if report.failed == 0 and report.passed else 1


if __name__ == "__main__":
    ui.run_main(main)
