#!/usr/bin/env bash
# pack.sh OUT: packs the project for a machine with an NVIDIA GPU and without Java: OUT.tar.xz with a folder
# gpu-check/ in it, which has a Java runtime, the classes and tests, what these need, and run.sh.
#   native/gpu-check/pack.sh target/gpu-check
# With nvcc (on the path, in /usr/local/cuda, or named by NVCC) the kernels' machine code is in it, as in a released
# jar; without, it says so, and the GPU's machine compiles them with its NVRTC in each call.
# JDK names the JDK that the runtime is made of; a Temurin links to nothing but the C library.
set -euo pipefail
out=${1:?"usage: native/gpu-check/pack.sh OUT"}
limit_mib=40
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "$(dirname "$out")"
out=$(cd "$(dirname "$out")" && pwd)/$(basename "$out")

javac_home=$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")
if [ -z "${JDK:-}" ]; then
    JDK=$(ls -d "$(dirname "$javac_home")"/temurin-* 2>/dev/null | head -n 1 || true)
    [ -x "$JDK/bin/jlink" ] || JDK=$javac_home
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/gpu-check
mkdir -p "$tree/lib" "$work/jars"

echo "classes and jars"
cd "$project"
junit=$(sed -n 's|.*<junit.version>5\.\(.*\)</junit.version>.*|1.\1|p' pom.xml)
maven() { mvn -q -B -o "$@" || mvn -q -B "$@"; }
maven test-compile dependency:copy-dependencies -DoutputDirectory="$work/jars" -DincludeScope=test
maven dependency:copy -Dmdep.useBaseVersion=true -DoutputDirectory="$work/jars" \
    -Dartifact="org.junit.platform:junit-platform-console-standalone:$junit"
nvcc=${NVCC:-$(command -v nvcc || echo /usr/local/cuda/bin/nvcc)}
if [ -x "$nvcc" ]; then
    echo "machine code of the kernels"
    NVCC=$nvcc native/bridge/fatbin.sh target/classes/dev/thaw/kernels
else
    echo "#### no nvcc: the archive has no machine code of the kernels ####" >&2
fi
for jar in "$work"/jars/*.jar; do
    case $(basename "$jar") in
        # oneDNN and other systems' natives; the console has JUnit inside; architecture is not tested there
        dnnl-*-linux* | opencl-*-linux* | *windows* | *macosx* | *arm64*) ;;
        junit-platform-console-*) cp "$jar" "$tree/lib/" ;;
        junit-* | archunit* | jqwik-engine* | jmh-*) ;;
        *) cp "$jar" "$tree/lib/" ;;
    esac
done
# stored, not deflated: xz packs what is within better
jar_tool=$javac_home/bin/jar
repack() {
    mkdir "$work/jar"
    (cd "$work/jar" && "$jar_tool" xf "$1")
    rm -f "$work"/jar/lib/libJNvPTXCompiler* "$work"/jar/lib/libJCublas-* # 24 MB, and cuBLAS's old interface
    rm -rf "$work"/jar/META-INF/*.SF "$work"/jar/META-INF/*.RSA
    find "$work/jar" -name '*.so' -exec strip --strip-unneeded {} + 2>/dev/null || true
    # the old manifest is kept: some say that a jar has classes for several versions of Java
    if [ -f "$work/jar/META-INF/MANIFEST.MF" ]; then
        "$jar_tool" c0fm "$1" "$work/jar/META-INF/MANIFEST.MF" -C "$work/jar" .
    else
        "$jar_tool" c0f "$1" -C "$work/jar" .
    fi
    rm -rf "$work/jar"
}
for jar in "$tree"/lib/*.jar; do
    repack "$jar"
done
"$jar_tool" c0f "$tree/lib/thaw.jar" -C target/classes .
"$jar_tool" c0f "$tree/lib/thaw-tests.jar" -C target/test-classes .

echo "Java runtime, of $JDK"
# java.desktop: the demo's charts; java.logging: JCuda; java.management, java.net.http: JUnit
"$JDK/bin/jlink" --output "$tree/jre" --strip-debug --no-header-files --no-man-pages --vm server \
    --compress "$("$JDK/bin/jlink" --help | grep -q 'zip-\[0-9\]' && echo zip-0 || echo 0)" \
    --add-modules java.base,java.desktop,java.logging,java.management,java.xml,jdk.unsupported,jdk.zipfs
find "$tree/jre" -name '*.so' -exec strip --strip-unneeded {} + 2>/dev/null || true
rm -f "$tree"/jre/lib/lib{awt_xawt,splashscreen,jsound}.so
# what a distribution's own JDK links to; never the C library
find "$tree/jre" -name '*.so' -exec ldd {} + 2>/dev/null | awk '/=> \// {print $3}' | sort -u \
    | grep -vE '/(libc|libm|libdl|libpthread|librt|ld-linux[^/]*|libgcc_s|libstdc\+\+)\.so' \
    | grep -vE "^($tree|$(dirname "$JDK"))" \
    | while read -r library; do
        mkdir -p "$tree/syslib"
        cp -L "$library" "$tree/syslib/"
    done || true

cp "$here/run.sh" "$here"/*.py "$tree/"
mkdir "$tree/kernels"
cp -r kernels/*.cu kernels/common kernels/check.sh "$tree/kernels/"
{
    git rev-parse HEAD 2>/dev/null || echo unknown
    git status --porcelain 2>/dev/null | grep -q . && echo "with changes that were not committed" || true
} > "$tree/VERSION"
chmod -R u+rwX,go+rX "$tree"

echo "archive"
tar -C "$work" --owner=0 --group=0 -cf - gpu-check | xz -6 -T0 > "$out.tar.xz"
du -sm "$tree"/* | sort -n
bytes=$(wc -c < "$out.tar.xz")
echo "$out.tar.xz: $((bytes / 1024)) KiB"
if [ "$bytes" -gt $((limit_mib * 1024 * 1024)) ]; then
    echo "#### larger than $limit_mib MiB ####" >&2
    exit 1
fi
