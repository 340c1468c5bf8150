#!/usr/bin/env bash
# list-symbols.sh NATIVES_DIR: writes symbols/*.txt, the functions that JCuda's natives want.
# NATIVES_DIR holds the unpacked jcuda-, jcublas- and jcudnn-natives jars (linux-x86_64).
# Run again only when JCuda's version changes; the lists are checked in.
set -euo pipefail
natives=${1:?usage: list-symbols.sh NATIVES_DIR}
here=$(cd "$(dirname "$0")/.." && pwd)

wanted() { # library, prefix of its functions
    nm -D --undefined-only "$(find "$natives" -name "$1" | head -1)" \
        | awk -v prefix="$2" '{ sub(/@.*/, "", $2); if ($2 ~ "^" prefix) print $2 }' | LC_ALL=C sort -u
}
wanted 'libJCudaDriver-*.so' 'cu[A-Z]' > "$here/symbols/libcuda.so.1.txt"
wanted 'libJCublas2-*.so' 'cublas' > "$here/symbols/libcublas.so.12.txt"
wanted 'libJCudnn-*.so' 'cudnn' > "$here/symbols/libcudnn.so.9.txt"
wc -l "$here"/symbols/*.txt
