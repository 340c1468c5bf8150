#!/usr/bin/env bash
# run.sh [PART[:SECONDS]..]: checks Thaw on this machine's GPU; without a part, all. Needs a driver, CUDA 12 or 13
# with cuDNN 9 (a toolkit's, or those in a Python's site-packages), bash, coreutils, grep, awk, sed, tar and gzip; no
# Java. Parts run in the order that is asked for, each with a limit (SECONDS, else its own); one that fails does not
# stop the next. The groups, with their parts:
#   devices search smoke      what is here; whether it is found without a library path; the first look, half a minute
#   conformance conformance-cudnn backend    every op against the reference in double precision; the backend's tests
#   models geron demo         gradients, modes, freezing and training; Geron's networks; the main job
#   sanitizer                 memcheck racecheck synccheck initcheck
#   bench                     ops-fp32 ops-tf32 ops-cudnn ops-persistent steps-fp32 steps-own steps-find steps-tf32
#                             (shorter: ops-goals steps-mobilenet steps-eager)
#   profile kernels registers a step kernel by kernel; our own kernels without Java; nvcc's registers and spills
#   torch                     torch-ops-fp32 torch-ops-tf32 torch-steps-fp32 torch-steps-default torch-steps-tf32
#   report                    only writes the report again, from what is in OUT
# In OUT (./out): report.md, logs/, status/ and figures; several OUTs copied together give one report.
# Variables:
#   BUNDLE   a folder that after each part holds report.md and logs.tgz (what is in OUT, long logs cut), and nothing
#            else but "running", which names the part that a killed run was in
#   BUDGET   seconds that all parts share: a part gets at most what is left, less what the report takes
#   PYTHON; THAW_CACHE (OUT/scratch/cache); LIMIT_FACTOR (1) stretches the limits; JAVA_OPTS; CLASSPATH_EXTRA
#   DEVICE   cuda:0; to try this script without a GPU, on small shapes: cpu (CLASSPATH_EXTRA needs oneDNN's jars),
#            or sim with the simulator's folder in SIM
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
began=${GPU_CHECK_BEGAN:-$(date +%s)}
mkdir -p "${OUT:-out}"
OUT=$(cd "${OUT:-out}" && pwd)
device=${DEVICE:-cuda:0}
quick=()
properties=()
case $device in
    cpu) quick=(quick) ;;
    sim)
        quick=(quick)
        device=cuda:0
        SIM=$(cd "${SIM:?names the folder of a simulator that was built}" && pwd)
        export SIM
        properties=("-Dthaw.cuda.home=$SIM" "-Dthaw.cuda.kernels=$SIM/kernels")
        ;;
esac
heap=${HEAP:-$([ ${#quick[@]} -gt 0 ] && echo 2g || echo 8g)}
mkdir -p "$OUT/logs" "$OUT/status" "$OUT/scratch"

tool() { # tool NAME: where a tool of CUDA's is
    local found
    found=$(command -v "$1" 2>/dev/null || true)
    for folder in "${CUDA_HOME:-}" /usr/local/cuda /usr/local/cuda-1* /opt/nvidia/nsight-compute/*; do
        for sub in . bin compute-sanitizer extras/compute-sanitizer; do
            if [ -z "$found" ] && [ -f "$folder/$sub/$1" ] && [ -x "$folder/$sub/$1" ]; then
                found=$folder/$sub/$1
            fi
        done
    done
    echo "$found"
}

# The Python with PyTorch, else any; CUDA's libraries beside it; the driver's folder. Parts inherit what was found.
search_python() {
    local candidate answer
    for candidate in "${PYTHON:-}" python3 python; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        answer=$(timeout 30 "$candidate" -c '
import glob, importlib.util, site, sys, sysconfig
places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages(), *site.getsitepackages()}
print("torch" if importlib.util.find_spec("torch") else "")
print(":".join(f for p in sorted(places) for f in sorted(glob.glob(p + "/nvidia/*/lib"), reverse=True)))' 2>/dev/null) || continue
        GPU_CHECK_TORCH=$(sed -n 1p <<< "$answer")
        GPU_CHECK_LIBRARIES=$(sed -n 2p <<< "$answer")
        PYTHON=$candidate
        [ -z "$GPU_CHECK_TORCH" ] || break
    done
    for folder in /usr/local/nvidia/lib64 "${LD_LIBRARY_PATH:-}"; do
        if [ -n "$folder" ] && { [ -d "$folder" ] || [ "$folder" = "${LD_LIBRARY_PATH:-}" ]; }; then
            GPU_CHECK_LIBRARIES=$folder${GPU_CHECK_LIBRARIES:+:$GPU_CHECK_LIBRARIES}
        fi
    done
    export PYTHON=${PYTHON:-} GPU_CHECK_TORCH=${GPU_CHECK_TORCH:-} GPU_CHECK_LIBRARIES=${GPU_CHECK_LIBRARIES:-}
}
[ "${1:-}" = --inner ] || search_python

cache=${THAW_CACHE:-$OUT/scratch/cache}
java=("$here/jre/bin/java" "-Xmx$heap" -XX:+UseParallelGC -Djava.awt.headless=true
    "-XX:ErrorFile=$OUT/logs/hs_err_%p.log" "-Djava.io.tmpdir=$OUT/scratch"
    -Dorg.slf4j.simpleLogger.logFile=System.err -Dorg.slf4j.simpleLogger.cacheOutputStream=false # a test reads it
    "-Dthaw.device=$device" "-Dthaw.cache=$cache" "${properties[@]}")
if "$here/jre/bin/java" --enable-native-access=ALL-UNNAMED -version >/dev/null 2>&1; then
    java+=(--enable-native-access=ALL-UNNAMED)
fi
# shellcheck disable=SC2206
java+=(${JAVA_OPTS:-} -cp "${CLASSPATH_EXTRA:+$CLASSPATH_EXTRA:}$here/lib/*")
# cuDNN says on stderr why it refuses
export CUDNN_LOGLEVEL_DBG=1 CUDNN_LOGDEST_DBG=stderr

# the demo writes below its folder, and tests look for a simulator there: an empty one
in_scratch() {
    cd "$OUT/scratch" && LD_LIBRARY_PATH="$GPU_CHECK_LIBRARIES${GPU_CHECK_LIBRARIES:+:}$here/syslib" "$@"
}

left() { # seconds of the budget
    echo $((${BUDGET:-1000000} - $(date +%s) + began))
}

number=0
reserve=20   # seconds kept for the report: it takes longer on a busy machine
exhausted="" # set once there is no time for another part
chosen="" # the limit that the command line gave this part
part() { # part NAME SECONDS COMMAND..: runs it with a limit, keeps log and outcome
    local name=$1 limit begin status most
    limit=$(awk "BEGIN { print int(${chosen:-$2} * ${LIMIT_FACTOR:-1}) }")
    shift 2
    most=$(($(left) - reserve))
    if [ "$most" -lt 5 ]; then
        exhausted=yes
        skip "$name" "no time was left"
        return
    fi
    [ "$limit" -le "$most" ] || limit=$most
    number=$((number + 1))
    begin=$(date +%s)
    printf '%-24s ' "$name"
    [ -z "${BUNDLE:-}" ] || echo "$name since $(date -u '+%H:%M:%S UTC'), limit $limit s" > "$BUNDLE/running"
    (in_scratch timeout -k 5 "$limit" "$@") > "$OUT/logs/$name.log" 2>&1 < /dev/null
    status=$?
    outcome "$name" "$begin" "$status" "$(note "$OUT/logs/$name.log")"
}

outcome() { # outcome NAME BEGIN STATUS NOTE
    printf '%s-%03d\t%s\t%s\t%s\t%s\n' "$2" "$number" "$1" "$3" "$(($(date +%s) - $2))" "$4" \
        > "$OUT/status/$1.tsv"
    echo "$3 $4"
    [ -n "$exhausted" ] || bundle # else once, at the end
}

skip() { # skip NAME REASON
    printf '%-24s ' "$1"
    number=$((number + 1))
    outcome "$1" "$(date +%s)" skipped "$2"
}

note() { # the lines of a log that say how it ended; of tests that were cut off, how many had
    if grep -q ':: STARTED' "$1" && ! grep -q 'tests successful' "$1"; then
        echo "cut off: $(grep -c ':: SUCCESSFUL' "$1") tests passed, $(grep -c ':: FAILED' "$1") failed"
        return
    fi
    grep -E 'tests (successful|failed|aborted)|ERROR SUMMARY|RACECHECK SUMMARY|cases, [0-9]+ failed|registers, [0-9]+ spill|^smoke: ' "$1" \
        | grep -vE '\[ +0 tests (failed|aborted)' | tr -s '=[] ' ' ' | paste -sd ';' | tr '\t|' '  ' | sed 's/^ //'
}

report() { # in OUT; without a Java that works, what the parts noted
    (in_scratch timeout -k 5 20 "${java[@]}" -XX:TieredStopAtLevel=1 dev.thaw.gpucheck.Report "$OUT") \
        > "$OUT/scratch/report.log" 2>&1 && return
    {
        printf '# GPU check\n\n**Java could not write this report.**\n\n```\n'
        cat "$OUT/machine.txt" "$OUT"/status/*.tsv "$OUT/scratch/report.log" 2>/dev/null
        printf '```\n'
    } > "$OUT/report.md"
}

bundle() { # what comes back from a machine, replaced file by file, so that a kill leaves the last whole one
    local copy=$OUT/scratch/bundle log most file begin=$SECONDS
    report
    [ -n "${BUNDLE:-}" ] || return 0
    for most in 1048576 65536; do # bytes at the head and at the tail of a log that travel
        rm -rf "$copy"
        mkdir -p "$copy/logs"
        for log in "$OUT"/logs/*; do
            [ -f "$log" ] || continue
            { head -c "$most" "$log"; tail -c +$((most + 1)) "$log" | tail -c "$most"; } > "$copy/logs/${log##*/}"
        done
        cp -r "$OUT"/status "$OUT"/*.tsv "$OUT"/*.txt "$copy/" 2>/dev/null
        # what was measured to choose by; neither natives nor machine code
        [ ! -d "$cache" ] || (cd "$cache" \
            && find . -type f -size -64k ! -name '*.so*' ! -name '*.cubin' -exec cp --parents {} "$copy/" \;)
        tar -C "$copy" -czf "$OUT/scratch/logs.tgz" .
        [ "$(wc -c < "$OUT/scratch/logs.tgz")" -gt 15000000 ] || break
    done
    for file in "$OUT/scratch/logs.tgz" "$OUT/report.md"; do
        cp "$file" "$BUNDLE/new" && mv "$BUNDLE/new" "$BUNDLE/${file##*/}"
    done
    rm -f "$BUNDLE/running"
    reserve=$((20 + 2 * (SECONDS - begin)))
}

figures() { # figures FILE COMMAND..: what it prints is a table of figures, also where it is cut off
    local file=$1
    shift
    # the limit's signal ends the command; this shell lives on to keep what there is
    trap : TERM
    "$@" > "$file.new"
    local status=$?
    # what an earlier, longer run found is kept when this one found nothing
    if [ -s "$file.new" ]; then
        mv "$file.new" "$file"
        cat "$file"
    else
        rm -f "$file.new"
    fi
    return $status
}

inner() { # inner NAME SECONDS FUNCTION..: a function of this script, in a shell of its own that a limit can end
    part "$1" "$2" bash "$here/run.sh" --inner "${@:3}"
}

junit() { # junit CLASSES..: regular expressions; options of Java before them
    local options=() arguments=()
    while [ "${1#-}" != "$1" ]; do
        options+=("$1")
        shift
    done
    for c in "$@"; do
        arguments+=(--include-classname "$c")
    done
    in_scratch "${prefix[@]}" "${java[@]}" "${options[@]}" org.junit.platform.console.ConsoleLauncher execute \
        --disable-banner --disable-ansi-colors --details=testfeed --fail-if-no-tests \
        --scan-classpath "$here/lib/thaw-tests.jar" "${arguments[@]}"
}
prefix=() # what a test's Java runs under

strict_junit() {
    # a skipped test is a failure, since there is a GPU
    local log status
    log=$(mktemp "$OUT/scratch/junit.XXXXXX")
    junit "$@" | tee "$log"
    status=${PIPESTATUS[0]}
    if ! grep -qE '\[ +0 tests aborted' "$log"; then
        echo "#### tests were skipped although the GPU must run them ####"
        [ "$status" -ne 0 ] || status=3
    fi
    rm -f "$log"
    return "$status"
}

machine() {
    {
        date -u '+%Y-%m-%d %H:%M UTC'
        echo "Thaw $(paste -sd ' ' "$here/VERSION")"
        timeout 20 nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version,clocks.max.sm,clocks.max.mem \
            --format=csv,noheader 2>&1 || echo "nvidia-smi does not answer"
        local nvcc
        nvcc=$(tool nvcc)
        [ -z "$nvcc" ] || timeout 10 "$nvcc" --version | tail -n 1
        [ -z "$PYTHON" ] || timeout 20 "$PYTHON" -c 'import importlib.metadata as m, sys
print("Python", sys.version.split()[0], "in", sys.prefix, *["torch " + d.version for d in m.distributions() if d.metadata["Name"] == "torch"])'
        echo "library path: ${GPU_CHECK_LIBRARIES:-none}"
        timeout 10 ldconfig -p 2>/dev/null | grep -E 'lib(cuda|cublas|cudnn|nvrtc)\.so' || echo "the linker knows no library of CUDA's"
        "$here/jre/bin/java" -version 2>&1 | tail -n 1
    } > "$OUT/machine.txt" 2>&1
    cat "$OUT/machine.txt"
}

sanitized() { # sanitized TOOL CLASSES..: these tests under compute-sanitizer, each value in memory of its own
    prefix=("$(tool compute-sanitizer)" --tool "$1" --target-processes all --error-exitcode 9
        --print-limit 20 --num-callers-host 0)
    shift
    junit -Dthaw.debug.exact=true "$@"
}

sanitizer() { # sanitizer NAME SECONDS COMMAND..
    if [ -z "$(tool compute-sanitizer)" ] || [ ${#quick[@]} -gt 0 ]; then
        skip "$1" "no compute-sanitizer, or no GPU"
    else
        inner "$@"
    fi
}

uninitialized() { # through plans, whose arena no test fills; cuDNN and cuBLAS read what they do not use
    "$(tool compute-sanitizer)" --tool initcheck --target-processes all --error-exitcode 9 --print-limit 20 \
        --num-callers-host 0 "${java[@]}" -Dthaw.debug.exact=true dev.thaw.gpucheck.OpBench quick once own
}

ops() { # ops NAME SECONDS JAVA-OPTIONS.. -- ARGUMENTS..: figures of OpBench
    bench dev.thaw.gpucheck.OpBench "$@"
}

steps() { # the same of StepBench
    bench dev.thaw.gpucheck.StepBench "$@"
}

bench() { # bench CLASS NAME SECONDS JAVA-OPTIONS.. -- ARGUMENTS..
    local class=$1 name=$2 seconds=$3 options=()
    shift 3
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    inner "$name" "$seconds" figures "$OUT/$name.tsv" "${java[@]}" "${options[@]}" "$class" "${@:2}" "${quick[@]}"
}

profile() {
    local ncu
    ncu=$(tool ncu)
    if [ -z "$ncu" ] || [ ${#quick[@]} -gt 0 ]; then
        skip profile "no ncu, or no GPU"
        return
    fi
    part profile 100 bash "$here/run.sh" --inner profiled "$ncu"
}

profiled() { # profiled NCU: a table of the kernels of a step, op by op
    trap : TERM
    "$1" --target-processes all --profile-from-start off --clock-control none --csv --page raw \
        --metrics gpu__time_duration.sum,dram__throughput.avg.pct_of_peak_sustained_elapsed \
        --log-file "$OUT/scratch/profile.csv" \
        "${java[@]}" -Dthaw.cuda.graphs=false dev.thaw.gpucheck.OneStep MobileNetV2 32 224
    local status=$?
    "${java[@]}" dev.thaw.gpucheck.KernelTable "$OUT/scratch/profile.csv" > "$OUT/profile.txt" || status=4
    cat "$OUT/profile.txt"
    return $status
}

registers() {
    local nvcc arch
    nvcc=$(tool nvcc)
    arch=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d '. ')
    if [ -z "$nvcc" ]; then
        skip registers "no nvcc"
    else
        part registers 240 env NVCC="$nvcc" bash "$here/kernels/check.sh" "${arch:-90}"
    fi
}

torch() { # torch NAME SECONDS KIND ARGUMENTS..: figures of PyTorch; ops on the cases that OpBench lists
    if [ -z "$GPU_CHECK_TORCH" ]; then
        skip "$1" "no Python with PyTorch; name one in PYTHON"
    else
        inner "$1" "$2" torch_figures "$@"
    fi
}

torch_figures() {
    local name=$1 kind=$3 list=() filter=() on=cuda
    shift 3
    if [ "$kind" = ops ]; then
        [ "$name" != torch-ops-tf32 ] || filter=(library)
        list=("$OUT/scratch/$name.list")
        in_scratch "${java[@]}" dev.thaw.gpucheck.OpBench list "${filter[@]}" "${quick[@]}" > "${list[0]}"
    fi
    [ ${#quick[@]} -eq 0 ] || on=cpu
    figures "$OUT/$name.tsv" "$PYTHON" "$here/torch_bench.py" --device "$on" "$@" "$kind" "${list[@]}" "${quick[@]}"
}

kind=Cuda
[ "$device" != cpu ] || kind=Cpu
tests=dev\\.thaw
own=-Dthaw.cuda.batchnorm=own # no trials: what is timed is our kernel
leaf() {
    case $1 in
        devices)
            machine
            part devices 60 "${java[@]}" dev.thaw.gpucheck.DeviceFacts
            { echo; cat "$OUT/logs/devices.log"; } >> "$OUT/machine.txt"
            ;;
        search) part search 60 env -u LD_LIBRARY_PATH "${java[@]}" dev.thaw.gpucheck.DeviceFacts ;;
        smoke) part smoke 90 "${java[@]}" dev.thaw.gpucheck.Smoke "${quick[@]}" $(cd "$here/kernels" && basename -s .cu ./*.cu) ;;
        conformance) inner conformance 240 strict_junit "$tests\.conformance\.$kind.*Test" ;;
        conformance-cudnn) [ $kind = Cpu ] || inner "$1" 150 strict_junit "$tests\.conformance\.Cudnn.*Test" ;;
        # those for the simulator skip themselves where there is a GPU
        backend)
            [ $kind = Cpu ] || inner backend 150 junit "$tests\.backend\.cuda\..*Test" \
                "$tests\.golden\..*Cuda.*Test" "$tests\.(model|train|plan)\..*Cuda.*Test"
            ;;
        models)
            inner models 180 strict_junit "$tests\.conformance\.(GradientCheck|Harness)Test" \
                "$tests\.model\.(BadInput|FitWeights|Freezing|Training|TruthTable)Test"
            ;;
        # one of its tests wants all of MNIST, which does not travel
        geron) inner geron 120 junit "$tests\.model\.GeronTest" ;;
        demo) part demo 200 "${java[@]}" dev.thaw.demo.Demo ;;
        memcheck | racecheck)
            local convolution=Convolution
            [ "$1" = memcheck ] || convolution=None
            sanitizer "$1" 180 sanitized "$1" \
                "$tests\.conformance\.Cuda(Normalization|Loss|Shape|Optimizer|Pool|Random|$convolution)Test"
            ;;
        synccheck) sanitizer "$1" 90 sanitized "$1" "$tests\.conformance\.Cuda(Normalization|Loss|Shape|Pool)Test" ;;
        initcheck) sanitizer "$1" 90 uninitialized ;;
        ops-goals) ops "$1" 90 "$own" -- goals ;;
        ops-fp32) ops "$1" 240 "$own" -- ;;
        ops-tf32) ops "$1" 100 "$own" -Dthaw.cuda.tf32=true -- library ;;
        ops-cudnn)
            ops "$1" 120 -Dthaw.cuda.batchnorm=cudnn -Dthaw.cuda.dropout=cudnn -Dthaw.cuda.convolution=find -- cudnn
            ;;
        ops-persistent) ops "$1" 60 -Dthaw.cuda.batchnorm=cudnn-persistent -- batchnorm ;;
        steps-mobilenet) steps "$1" 40 -- MobileNetV2 32 ;;
        steps-eager) steps "$1" 40 -Dthaw.cuda.graphs=false -- MobileNetV2 32 ;;
        steps-fp32) steps "$1" 90 -- ;;
        steps-own) steps "$1" 90 "$own" -- ;;
        steps-find) steps "$1" 120 "$own" -Dthaw.cuda.convolution=find -- ;;
        steps-tf32) steps "$1" 90 -Dthaw.cuda.tf32=true -- ;;
        profile | registers) "$1" ;;
        kernels)
            if [ -z "$PYTHON" ] || [ $kind = Cpu ]; then
                skip kernels "no Python, or no GPU"
            else
                inner kernels 60 figures "$OUT/kernels.tsv" "$PYTHON" "$here/kernels.py" ${SIM:+--simulator "$SIM"}
            fi
            ;;
        torch-ops-fp32) torch "$1" 150 ops ;;
        torch-ops-tf32) torch "$1" 90 ops --tf32 ;;
        torch-steps-fp32) torch "$1" 90 steps ;;
        torch-steps-default) torch "$1" 90 steps --default ;;
        torch-steps-tf32) torch "$1" 90 steps --tf32 ;;
        report) bundle ;;
        *)
            echo "run.sh: no part $1; the head of this file names them" >&2
            exit 2
            ;;
    esac
}

group() {
    case $1 in
        sanitizer) echo memcheck racecheck synccheck initcheck ;;
        bench) echo ops-fp32 ops-tf32 ops-cudnn ops-persistent steps-fp32 steps-own steps-find steps-tf32 ;;
        torch) echo torch-ops-fp32 torch-ops-tf32 torch-steps-fp32 torch-steps-default torch-steps-tf32 ;;
        *) echo "$1" ;;
    esac
}

if [ "${1:-}" = --inner ]; then
    shift
    "$@"
    exit $?
fi

export OUT DEVICE="${DEVICE:-cuda:0}" HEAP=$heap THAW_CACHE=$cache GPU_CHECK_BEGAN=$began
if [ -n "${BUNDLE:-}" ]; then
    mkdir -p "$BUNDLE"
    BUNDLE=$(cd "$BUNDLE" && pwd)
fi
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(devices search smoke conformance conformance-cudnn backend models geron demo
    sanitizer bench profile kernels registers torch)
for p in "${parts[@]}"; do
    chosen=""
    [ "${p#*:}" = "$p" ] || chosen=${p#*:}
    for l in $(group "${p%%:*}"); do
        leaf "$l"
    done
done
[ -z "$exhausted" ] || bundle
echo "$OUT/report.md"
