# SPDX-License-Identifier: BSD-2-Clause
"""mig: the interface compiler of Mach_R.

The stages are modules, used in this order: preprocess (the C preprocessor), scanner (text to
tokens), parser (tokens to the tree of ast), resolve (names to the types and arguments of ir),
layout (arguments to message structs, as data) and the emitters, which write C from the layout.
"""
