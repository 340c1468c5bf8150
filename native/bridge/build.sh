#!/usr/bin/env bash
# Builds the bridges into linux-x86_64/ beside this script; the Maven build packs them from there.
# Needs gcc on x86-64 Linux. Same sources and same compiler give the same bytes.
#
#   build.sh                  from the checked-in lists of symbols
#   build.sh FOLDER           first renews the lists from JCuda's natives in FOLDER (libJCublas2-*.so,
#                             libJNvrtc-*.so, out of the jars jcublas-natives and jcuda-natives)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# what a library of JCuda expects of another one
needed() {
    nm -D --undefined-only "$1" | awk '{ print $2 }' | sed 's/@.*//' | grep "^$2" | LC_ALL=C sort
}

if [ $# -gt 0 ]; then
    needed "$1"/libJCublas2-*.so cublas > cublas.symbols
    needed "$1"/libJNvrtc-*.so nvrtc > nvrtc.symbols
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# bridge NAME STATUS: lib$NAME.so.12 that forwards to lib$NAME.so.13
bridge() {
    awk '{ printf "SYMBOL(%d, %s)\n", NR - 1, $1 }' "$1.symbols" > "$work/$1.inc"
    {
        echo "lib$1.so.12 {"
        echo "global:"
        sed 's/$/;/' "$1.symbols"
        echo "local: *;"
        echo "};"
    } > "$work/$1.map"
    mkdir -p linux-x86_64
    gcc -std=gnu11 -Wall -Wextra -Werror -O2 -fPIC -fcf-protection -shared -s \
        -DSYMBOLS="\"$work/$1.inc\"" -DTARGET="\"lib$1.so.13\"" -DMISSING="$2" \
        -Wl,-soname,"lib$1.so.12" -Wl,--version-script="$work/$1.map" \
        -Wl,--build-id=none -Wl,-z,relro -Wl,-z,noexecstack \
        -o "linux-x86_64/lib$1.so.12" bridge.c
}

bridge cublas 15 # CUBLAS_STATUS_NOT_SUPPORTED
bridge nvrtc 11  # NVRTC_ERROR_INTERNAL_ERROR
ls -l linux-x86_64
