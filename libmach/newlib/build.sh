#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Builds newlib (C library and mathematical library) from the source package of the distribution
# into a prefix. It is started by CMake (newlib.cmake) with a prefix whose name is a hash of what
# goes in, so the result is built once and shared by all presets; the lock lets two builds ask for
# it at the same time. The compiler is plain clang with a bare ELF target: no GNU cross tools.
#
# usage: build.sh TARBALL CONFIG_HEADER PREFIX
# environment: NEWLIB_CC, NEWLIB_AR, NEWLIB_RANLIB, NEWLIB_NM
set -eu

tarball=$1
config=$2
prefix=$3

mkdir -p "$prefix"
exec 9>"$prefix/lock"
flock 9
if [ -e "$prefix/complete" ]; then
    exit 0
fi

work=$prefix/work
rm -rf "$work" "$prefix/include" "$prefix/lib"
mkdir -p "$work/source" "$work/build"
log=$prefix/build.log
echo "newlib: building $(basename "$tarball") (once, log in $log)"

fail() {
    echo "newlib: $1 failed; the end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
}

tar -xf "$tarball" -C "$work/source" --strip-components=1 || fail "unpacking"
cd "$work/build"

# Old C: implicit declarations are warnings there. No SSE in string functions is wanted either, as
# the FPU is switched lazily, but floating-point code must keep it: hence -fno-vectorize only.
export CC="$NEWLIB_CC -nostdlibinc"
export AR="$NEWLIB_AR" RANLIB="$NEWLIB_RANLIB" NM="$NEWLIB_NM" AS="$NEWLIB_CC"
export CFLAGS="-O2 -w -Wno-implicit-function-declaration -fno-pic -fno-stack-protector \
-ffunction-sections -fdata-sections -fno-vectorize -fno-slp-vectorize \
-D_STDIO_BSD_SEMANTICS -DHAVE_RENAME -DHAVE_FCNTL -DHAVE_BLKSIZE"

"$work/source/newlib/configure" --host=x86_64-elf --prefix="$prefix" -C -q \
    --disable-multilib --disable-newlib-supplied-syscalls --disable-dependency-tracking \
    --disable-newlib-wide-orient --enable-newlib-mb --enable-newlib-retargetable-locking \
    --enable-newlib-global-stdio-streams --enable-newlib-reent-check-verify=no \
    --enable-newlib-io-long-long --enable-newlib-io-c99-formats >"$log" 2>&1 </dev/null \
    || fail "configure"
cat "$config" >>_newlib_version.h
make -s -j"$(nproc)" MAKEINFO=true >>"$log" 2>&1 </dev/null || fail "make"

mkdir -p "$prefix/include" "$prefix/lib"
cp -R "$work/source/newlib/libc/include/." "$prefix/include/"
cp -R targ-include/. "$prefix/include/"
cp libc.a libm.a "$prefix/lib/"
# What libmach supplies itself and must never come from here.
"$NEWLIB_AR" d "$prefix/lib/libc.a" lib_a-lock.o lib_a-getreent.o
cp "$work/source/COPYING.NEWLIB" "$prefix/"
rm -rf "$work"
: >"$prefix/complete"
