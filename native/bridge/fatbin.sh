#!/usr/bin/env bash
# fatbin.sh OUT_DIR: compiles each kernels/*.cu to OUT_DIR/NAME.fatbin, machine code for every
# architecture that CUDA 13 knows, and PTX for those to come. A file that is newer than its sources
# stays. NVCC names another compiler than the one on the path or in /usr/local/cuda.
#
# fatbin.sh OUT_DIR stale: only removes the files that are older than their sources; needs no nvcc.
set -euo pipefail
kernels=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../kernels" && pwd)
mkdir -p "${1:?usage: fatbin.sh OUT_DIR [stale]}"
out=$(cd "$1" && pwd)

for source in "$kernels"/*.cu; do
    target=$out/$(basename "$source" .cu).fatbin
    if [ -n "$(find "$source" "$kernels/common" -newer "$target" -print -quit 2>/dev/null)" ]; then
        rm -f "$target"
    fi
done
if [ "${2:-}" = stale ]; then
    exit
fi

nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
options=(-std=c++17 --compress-mode=size)
for arch in 75 80 86 89 90 100 120; do
    options+=(-gencode "arch=compute_$arch,code=sm_$arch")
done
options+=(-gencode arch=compute_120,code=compute_120)

for source in "$kernels"/*.cu; do
    target=$out/$(basename "$source" .cu).fatbin
    [ -e "$target" ] || printf '%s\n%s\n' "$source" "$target"
done | NVCC=$nvcc OPTIONS="${options[*]}" xargs -r -n 2 -P "$(getconf _NPROCESSORS_ONLN)" sh -c '
    "$NVCC" $OPTIONS -fatbin -o "$2.$$" "$1" && mv "$2.$$" "$2"
' sh
