# SPDX-License-Identifier: BSD-2-Clause
"""The kinds of tests. Each module's jobs(word) gives what scripts/test runs."""

import abc

from mach_r.tap import Case


class Job(abc.ABC):
    """A piece of work that yields test cases; jobs run beside each other."""

    name = ""
    presets = ()
    packages = ()  # of the distribution, which only this job needs: without them it is skipped

    @abc.abstractmethod
    def run(self):
        """Run the tests; return their cases."""

    def failure(self, detail):
        """The case that stands for the job itself not working."""
        return Case(self.name, False, detail, whole=True)
