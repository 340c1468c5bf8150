#!/usr/bin/env bash
# check.sh [ARCH..]: compiles every kernel for each architecture, with warnings as errors, and prints
# what ptxas says: registers, spilled bytes and static shared memory. Fails on a warning, and on a
# spill. Without nvcc it says so and passes. NVCC names another compiler.
set -euo pipefail
cd "$(dirname "$0")"
nvcc=${NVCC:-$(command -v nvcc || true)}
for folder in "${CUDA_HOME:-}" /usr/local/cuda /usr/local/cuda-1*; do
    if [ -z "$nvcc" ] && [ -x "$folder/bin/nvcc" ]; then
        nvcc=$folder/bin/nvcc
    fi
done
if [ -z "$nvcc" ]; then
    echo "#### SKIPPED: kernels/check.sh found no nvcc; no kernel was compiled ####"
    exit 0
fi
if [ $# -gt 0 ]; then
    archs=("$@")
else
    archs=(75 80 86 89 90 100 120)
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

echo "$("$nvcc" --version | tail -1), architectures: ${archs[*]}"
for arch in "${archs[@]}"; do
    for file in *.cu; do
        printf '%s\n%s\n' "$arch" "$file"
    done
done | xargs -P "$jobs" -n 2 sh -c '
    "$0" -std=c++17 -arch=sm_"$2" -cubin -I. -Werror all-warnings -Xcompiler -Wall -Xptxas -v \
        -o "$1/$3.$2.cubin" "$3" >"$1/$3.$2.log" 2>&1 \
        || { echo "#### $3 for sm_$2:"; cat "$1/$3.$2.log"; exit 255; }
' "$nvcc" "$work"

# a row per kernel: the registers on each architecture, the largest spill and shared memory of all
for arch in "${archs[@]}"; do
    for file in *.cu; do
        awk -v arch="$arch" -v file="$file" '
            /Compiling entry function/ { split($0, part, "\x27"); name = part[2] }
            /bytes spill stores/ { spill = $5 + $9 }
            /Used [0-9]+ registers/ {
                match($0, /Used [0-9]+/); registers = substr($0, RSTART + 5, RLENGTH - 5)
                shared = 0
                if (match($0, /[0-9]+ bytes smem/)) shared = substr($0, RSTART, RLENGTH) + 0
                print file, name, arch, registers, spill, shared
            }' "$work/$file.$arch.log"
    done
done > "$work/table"
awk -v archs="${archs[*]}" '
    BEGIN {
        n = split(archs, list, " ")
        printf "%-16s %-34s", "file", "kernel"
        for (i = 1; i <= n; i++) printf " sm_%-4s", list[i]
        printf " %6s %6s\n", "spill", "shared"
    }
    {
        key = $1 " " $2
        if (!(key in seen)) { seen[key] = 1; order[++rows] = key }
        registers[key, $3] = $4
        if ($5 > spill[key]) spill[key] = $5
        if ($6 > shared[key]) shared[key] = $6
        if ($5 > 0) spilled++
        if ($4 > most) most = $4
    }
    END {
        for (r = 1; r <= rows; r++) {
            split(order[r], part, " ")
            printf "%-16s %-34s", part[1], part[2]
            for (i = 1; i <= n; i++) printf " %7d", registers[order[r], list[i]]
            printf " %6d %6d\n", spill[order[r]], shared[order[r]]
        }
        printf "%d kernels, at most %d registers, %d spill somewhere\n", rows, most, spilled
        exit spilled > 0
    }' "$work/table"
