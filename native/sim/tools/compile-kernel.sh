#!/usr/bin/env bash
# compile-kernel.sh LIBCUDA FILE.cu OUT.so: a file of kernels as a shared object for the simulator,
# plain C++ with a check of each memory access. With THAW_SIM_FMA=1 g++ fuses multiplications and
# additions as nvcc does; with THAW_SIM_FORMS=1 each function, inlined ones too, says that it ran.
set -euo pipefail
driver=$1
source=$2
shared=$3
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "$shared.XXXXXX")
trap 'rm -rf "$work"' EXIT

flags=(-std=c++17 -O2 -g1 -fPIC -fno-strict-aliasing -ffp-contract=off -fno-gnu-unique
       -Wall -Wno-unknown-pragmas -Wno-unused -Wno-attributes)
# No run time library of a sanitizer: driver/fiber.cpp has the functions that these call. GCC's
# address sanitizer would leave out what it knows to lie within a variable, and a write behind a read.
checks=(-fsanitize=thread,alignment)
if g++ --help=params | grep -q tsan-instrument-func-entry-exit; then
    checks+=(--param tsan-instrument-func-entry-exit=0)
fi
if [ "${THAW_SIM_FMA:-0}" = 1 ]; then
    flags+=(-mfma -ffp-contract=fast)
fi
if [ "${THAW_SIM_FORMS:-0}" = 1 ]; then
    checks+=(-finstrument-functions "-finstrument-functions-exclude-file-list=$here/include")
fi

g++ "${flags[@]}" -E -x c++ -I"$here/include" -include "$here/include/cudasim.h" "$source" \
    -o "$work/marked.ii"
sed -E -e 's/__thaw_global__//g; s/__thaw_bounds__ *\([^()]*\)//g' \
    -e 's/^#pragma unroll *\(?([0-9]+)\)? *$/#pragma GCC unroll \1/' \
    -e 's/^#pragma unroll *$/#pragma GCC unroll 32/' "$work/marked.ii" > "$work/kernels.ii"
grep -v '^#' "$work/marked.ii" | tr '\n' ' ' | { grep -oE '__thaw_global__[^{;]*' || true; } \
    | awk -f "$here/tools/kernel-list.awk" >> "$work/kernels.ii"
g++ "${flags[@]}" "${checks[@]}" -fpreprocessed -c -x c++ "$work/kernels.ii" -o "$work/kernels.o"
if [ "${THAW_SIM_FORMS:-0}" = 1 ]; then
    # the C library has empty functions of these names, which the linker would find first
    objcopy --redefine-sym __cyg_profile_func_enter=thaw_sim_enter \
        --redefine-sym __cyg_profile_func_exit=thaw_sim_exit "$work/kernels.o"
fi
g++ -shared -Wl,-z,defs -o "$work/kernels.so" "$work/kernels.o" "$driver"
mv "$work/kernels.so" "$shared"
