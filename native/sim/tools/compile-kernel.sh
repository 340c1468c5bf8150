#!/usr/bin/env bash
# compile-kernel.sh FILE.cu OUT.o: one file of kernels, as plain C++ with checked memory accesses.
set -euo pipefail
source=$1
object=$2
here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

flags=(-std=c++17 -O2 -g1 -fPIC -fno-strict-aliasing -ffp-contract=off -fno-gnu-unique
       -fvisibility=default -Wall -Wno-unknown-pragmas -Wno-unused -Wno-attributes)
# no run time library of a sanitizer: driver/fiber.cpp has the functions that these call
checks=(-fsanitize=kernel-address,alignment
        --param asan-instrumentation-with-call-threshold=0
        --param asan-stack=0 --param asan-globals=0)

g++ "${flags[@]}" -E -x c++ -I"$here/include" -include "$here/include/cudasim.h" "$source" \
    -o "$work/marked.ii"

# name and bound of each kernel, from the marks that cudasim.h left
grep -v '^#' "$work/marked.ii" | tr '\n' ' ' | grep -oE '__thaw_global__[^{;]*' \
    | awk '{
        bound = "0"
        if (match($0, /__thaw_bounds__ *\([^()]*\)/)) {
            text = substr($0, RSTART, RLENGTH)
            $0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
            sub(/^[^(]*\(/, "", text); sub(/[,)].*$/, "", text)
            bound = text
        }
        sub(/ *\(.*$/, ""); sub(/^.*[^A-Za-z0-9_]/, "")
        if (!seen[$0]++) printf "static int thaw_sim_add_%s = thaw_sim::Thunk<&%s>::add(\"%s\", %s);\n", $0, $0, $0, bound
    }' > "$work/list" || true

sed -E 's/__thaw_global__//g; s/__thaw_bounds__ *\([^()]*\)//g' "$work/marked.ii" > "$work/kernels.ii"
cat "$work/list" >> "$work/kernels.ii"
g++ "${flags[@]}" "${checks[@]}" -fpreprocessed -c -x c++ "$work/kernels.ii" -o "$object"
