#!/usr/bin/env bash
# compile-kernel.sh LIBCUDA FILE.cu OUT.so: a file of kernels as a shared object for the simulator,
# plain C++ with a check of each memory access.
set -euo pipefail
driver=$1
source=$2
shared=$3
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "$shared.XXXXXX")
trap 'rm -rf "$work"' EXIT

flags=(-std=c++17 -O2 -g1 -fPIC -fno-strict-aliasing -ffp-contract=off -fno-gnu-unique
       -Wall -Wno-unknown-pragmas -Wno-unused -Wno-attributes)
# no run time library of a sanitizer: driver/fiber.cpp has the functions that these call
checks=(-fsanitize=kernel-address,alignment
        --param asan-instrumentation-with-call-threshold=0
        --param asan-stack=0 --param asan-globals=0)

g++ "${flags[@]}" -E -x c++ -I"$here/include" -include "$here/include/cudasim.h" "$source" \
    -o "$work/marked.ii"
sed -E 's/__thaw_global__//g; s/__thaw_bounds__ *\([^()]*\)//g' "$work/marked.ii" > "$work/kernels.ii"
grep -v '^#' "$work/marked.ii" | tr '\n' ' ' | { grep -oE '__thaw_global__[^{;]*' || true; } \
    | awk -f "$here/tools/kernel-list.awk" >> "$work/kernels.ii"
g++ "${flags[@]}" "${checks[@]}" -fpreprocessed -c -x c++ "$work/kernels.ii" -o "$work/kernels.o"
g++ -shared -Wl,-z,defs -o "$work/kernels.so" "$work/kernels.o" "$driver"
mv "$work/kernels.so" "$shared"
