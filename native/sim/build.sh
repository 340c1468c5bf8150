#!/usr/bin/env bash
# build.sh OUT_DIR KERNEL_FILES...: builds the simulator and the kernels for it.
#
#   OUT_DIR/lib/libcuda.so.1, libcublas.so.12, libcudnn.so.9   the libraries, to be loaded by path
#   OUT_DIR/kernels/NAME.cubin  for each NAME.cu: what to pass to cuModuleLoadData, a few lines of
#                               text that name a shared object in OUT_DIR/cache
#   OUT_DIR/probe               exits with 0 where a driver of NVIDIA's works on this machine
#
# With THAW_SIM_FMA=1 or THAW_SIM_FORMS=1 (see tools/compile-kernel.sh) the kernels are in
# OUT_DIR/kernels-fma, OUT_DIR/kernels-forms or OUT_DIR/kernels-fma-forms.
#
# Needs g++ 9 or newer, binutils and POSIX tools, on x86-64 Linux; no CUDA. What has not changed is
# taken from OUT_DIR/cache, by content; two builds at once do not disturb each other.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "${1:?usage: build.sh OUT_DIR KERNEL_FILES...}"
out=$(cd "$1" && pwd)
shift
mkdir -p "$out/cache" "$out/lib"
work=$(mktemp -d "$out/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
jobs=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

flavour=
if [ "${THAW_SIM_FMA:-0}" = 1 ]; then flavour+=-fma; fi
if [ "${THAW_SIM_FORMS:-0}" = 1 ]; then flavour+=-forms; fi
flags=(-std=c++17 -O2 -g1 -fPIC -fvisibility=hidden -Wall -Wextra)
compiler=$(g++ --version | head -1)

key() { # files: one hash of their contents, of the compiler and of this script
    { cat "$here/build.sh" "$@"; echo "$compiler"; } | sha256sum | cut -c1-24
}

# compiles a library's sources, adds stubs, links; arguments: name, status of a stub, its folder,
# flags of the linker
library() {
    local name=$1 status=$2 folder=$3
    shift 3
    local sources=("$here/$folder"/*.cpp)
    local hash
    hash=$(key "$here"/driver/*.h "$here/$folder"/* "$here/symbols/$name.txt" "$here/tools/stubs.sh")
    local cached="$out/cache/$name.$hash"
    if [ ! -e "$cached" ]; then
        local objects="$work/$name"
        mkdir -p "$objects"
        printf '%s\n' "${sources[@]}" | xargs -P "$jobs" -I{} sh -c \
            'g++ "$@" -I"'"$here"'/driver" -c {} -o "'"$objects"'/$(basename {}).o"' sh "${flags[@]}"
        bash "$here/tools/stubs.sh" "$here/symbols/$name.txt" "$status" "$objects"/*.o > "$work/$name.c"
        gcc -O1 -fPIC -c "$work/$name.c" -o "$objects/stubs.o"
        g++ -shared -Wl,-soname,"$name" -Wl,-z,defs -o "$work/$name.so" "$objects"/*.o "$@" -ldl
        mv "$work/$name.so" "$cached"
    fi
    install_file "$cached" "$out/lib/$name"
}

install_file() { # from, to: replaced in one step, and only where it differs
    if ! cmp -s "$1" "$2"; then
        cp "$1" "$work/installed"
        mv "$work/installed" "$2"
    fi
}

kernels() {
    [ $# -gt 0 ] || return 0
    local file
    mkdir -p "$out/kernels$flavour"
    # headers count for all files, wherever they are included
    local headers
    mapfile -t headers < <(for file in "$@"; do dirname "$file"; done | sort -u \
        | while read -r folder; do find "$folder" -name '*.cuh' -o -name '*.h'; done | sort -u)
    local base missing=()
    base=$(key "$here"/include/*.h "$here/tools/compile-kernel.sh" "$here/tools/kernel-list.awk" \
        "${headers[@]}")
    for file in "$@"; do
        local name hash
        name=$(basename "$file" .cu)
        # named by its content: a process that has the old one open keeps it
        hash=$({ echo "$base"; cat "$file"; } | sha256sum | cut -c1-24)
        local shared="$out/cache/$name.$hash$flavour.so"
        [ -e "$shared" ] || missing+=("$file" "$shared")
        printf 'THAW SIMULATED MODULE\n%s\n' "$shared" > "$work/module"
        install_file "$work/module" "$out/kernels$flavour/$name.cubin"
    done
    if [ ${#missing[@]} -gt 0 ]; then
        printf '%s\n' "${missing[@]}" | xargs -P "$jobs" -n 2 \
            bash "$here/tools/compile-kernel.sh" "$out/lib/libcuda.so.1"
    fi
}

library libcuda.so.1 801 driver
printf 'libcublas.so.12 { global: cublas*; local: *; };\n' > "$work/cublas.map"
library libcublas.so.12 15 cublas -Wl,--version-script="$work/cublas.map" "$out/lib/libcuda.so.1"
library libcudnn.so.9 3000 cudnn "$out/lib/libcuda.so.1"
kernels "$@"

hash=$(key "$here/tools/probe.cpp")
if [ ! -e "$out/cache/probe.$hash" ]; then
    g++ "${flags[@]}" "$here/tools/probe.cpp" -o "$work/probe" -ldl
    mv "$work/probe" "$out/cache/probe.$hash"
fi
install_file "$out/cache/probe.$hash" "$out/probe"
