# SPDX-License-Identifier: BSD-2-Clause
"""What scripts/run, test, bench and cc share.

ui      what a person sees: steps, colours, errors that name the next step
build   packages, CMake presets, one build at a time
initrd  the boot archive
image   boot archive and kernel into an ISO and a qcow2 image
machine one QEMU with its serial line
glass   the text on its screen
font    the console font, for the build and for glass
driver  compiling and linking one program
new_server  the files of a new server
conformance  the table of tests/conformance
"""
