#!/usr/bin/env bash
# run.sh [PART..]: checks Thaw on this machine's GPU; without a part, all. Needs a driver, CUDA 12 or 13 with
# cuDNN 9 (a toolkit's, or those in a Python's site-packages), bash and coreutils; no Java. The parts:
#   devices      what is here
#   kernels      nvcc compiles the kernels for this GPU: registers and spills
#   conformance  every op against the reference in double precision
#   models       gradients, modes, freezing and training on the GPU
#   demo         the main job
#   sanitizer    memcheck, racecheck and synccheck around each of our kernels
#   bench        ops and training steps
#   torch        the same in PyTorch
#   report       only writes the report again, from what is in OUT
# Each part has a time limit, and one that fails does not stop the next. In OUT (./out): report.md, logs/, and
# figures; parts that run in several calls, or in several OUTs copied together, give one report.
# Variables: OUT; PYTHON; DEVICE (cuda:0; cpu to try the script without a GPU: small shapes); LIMIT_FACTOR (1)
# stretches the limits; JAVA_OPTS; CLASSPATH_EXTRA (jars in front).
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${OUT:-out}"
OUT=$(cd "${OUT:-out}" && pwd)
device=${DEVICE:-cuda:0}
heap=${HEAP:-8g}
quick=()
if [ "$device" = cpu ]; then
    quick=(quick)
    heap=${HEAP:-2g}
fi
mkdir -p "$OUT/logs" "$OUT/status" "$OUT/work"

# the Python with PyTorch, else any
python=""
for p in "${PYTHON:-}" python3 python; do
    if [ -n "$p" ] && command -v "$p" >/dev/null 2>&1; then
        [ -n "$python" ] || python=$p
        if "$p" -c 'import torch' >/dev/null 2>&1; then
            python=$p
            has_torch=1
            break
        fi
    fi
done

tool() { # tool NAME: where a tool of CUDA's is
    local found
    found=$(command -v "$1" 2>/dev/null || true)
    for folder in "${CUDA_HOME:-}" /usr/local/cuda /usr/local/cuda-1*; do
        for sub in bin compute-sanitizer extras/compute-sanitizer; do
            if [ -z "$found" ] && [ -x "$folder/$sub/$1" ]; then
                found=$folder/$sub/$1
            fi
        done
    done
    echo "$found"
}

# CUDA's libraries in that Python's site-packages, wherever it is
libraries=${LD_LIBRARY_PATH:-}
if [ -n "$python" ]; then
    wheels=$("$python" -c '
import glob, site, sys, sysconfig
places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib"), site.getusersitepackages()}
places.update(site.getsitepackages() if hasattr(site, "getsitepackages") else [])
found = [f for p in sorted(places) for f in sorted(glob.glob(p + "/nvidia/*/lib"), reverse=True)]
print(":".join(found))' 2>/dev/null || true)
    libraries=$libraries${wheels:+${libraries:+:}$wheels}
fi

java=("$here/jre/bin/java" "-Xmx$heap" -XX:+UseParallelGC -Djava.awt.headless=true
    "-Djava.io.tmpdir=$OUT/work" "-Dthaw.device=$device" "-Dthaw.cache=${THAW_CACHE:-$OUT/work/cache}")
if "$here/jre/bin/java" --enable-native-access=ALL-UNNAMED -version >/dev/null 2>&1; then
    java+=(--enable-native-access=ALL-UNNAMED)
fi
# shellcheck disable=SC2206
java+=(${JAVA_OPTS:-} -cp "${CLASSPATH_EXTRA:+$CLASSPATH_EXTRA:}$here/lib/*")
# the demo writes below its folder, and tests look for a simulator there: an empty one
in_work() {
    cd "$OUT/work" && LD_LIBRARY_PATH="$libraries${libraries:+:}$here/syslib" "$@"
}

number=0
part() { # part NAME SECONDS COMMAND..: runs it with a limit, keeps log and outcome
    local name=$1 limit begin status note
    limit=$(awk "BEGIN { print int($2 * ${LIMIT_FACTOR:-1}) }")
    shift 2
    number=$((number + 1))
    begin=$(date +%s)
    printf '%-28s ' "$name"
    (in_work timeout -k 10 "$limit" "$@") > "$OUT/logs/$name.log" 2>&1 < /dev/null
    status=$?
    note=$(note "$OUT/logs/$name.log")
    outcome "$name" "$begin" "$status" "$note"
}

outcome() { # outcome NAME BEGIN STATUS NOTE
    printf '%s-%03d\t%s\t%s\t%s\t%s\n' "$2" "$number" "$1" "$3" "$(($(date +%s) - $2))" "$4" \
        > "$OUT/status/$1.tsv"
    echo "$3 $4"
}

skip() { # skip NAME REASON
    printf '%-28s ' "$1"
    number=$((number + 1))
    outcome "$1" "$(date +%s)" skipped "$2"
}

note() { # the line of a log that says how it ended
    grep -E 'tests (successful|failed|aborted)|ERROR SUMMARY|RACECHECK SUMMARY|cases, [0-9]+ failed|registers, [0-9]+ spill' "$1" \
        | grep -vE '\[ +0 tests (failed|aborted)' | tr -s '=[] ' ' ' | paste -sd ';' | tr '\t|' '  ' | sed 's/^ //'
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

junit() { # junit CLASSES..: regular expressions
    local arguments=()
    for c in "$@"; do
        arguments+=(--include-classname "$c")
    done
    in_work "${java[@]}" org.junit.platform.console.ConsoleLauncher execute --disable-banner \
        --disable-ansi-colors --details=tree --fail-if-no-tests \
        --scan-classpath "$here/lib/thaw-tests.jar" "${arguments[@]}"
}

strict_junit() {
    # a skipped test is a failure, since there is a GPU
    local log status
    log=$(mktemp "$OUT/work/junit.XXXXXX")
    junit "$@" | tee "$log"
    status=${PIPESTATUS[0]}
    if ! grep -qE '\[ +0 tests aborted' "$log"; then
        echo "#### tests were skipped although the GPU must run them ####"
        [ "$status" -ne 0 ] || status=3
    fi
    rm -f "$log"
    return "$status"
}

devices() {
    {
        date -u '+%Y-%m-%d %H:%M UTC'
        echo "Thaw $(paste -sd ' ' "$here/VERSION")"
        nvidia-smi --query-gpu=name,compute_cap,memory.total,driver_version,clocks.max.sm,clocks.max.mem \
            --format=csv,noheader 2>&1 || echo "nvidia-smi does not answer"
        local nvcc
        nvcc=$(tool nvcc)
        [ -z "$nvcc" ] || "$nvcc" --version | tail -n 1
        [ -z "${has_torch:-}" ] || "$python" -c 'import torch; print("PyTorch", torch.__version__,
            "CUDA", torch.version.cuda, "cuDNN", torch.backends.cudnn.version())'
        "$here/jre/bin/java" -version 2>&1 | tail -n 1
    } > "$OUT/machine.txt" 2>&1
    cat "$OUT/machine.txt"
    part devices 90 "${java[@]}" dev.thaw.gpucheck.DeviceFacts
    cat "$OUT/logs/devices.log"
    { echo; cat "$OUT/logs/devices.log"; } >> "$OUT/machine.txt"
}

kernels() {
    local nvcc arch
    nvcc=$(tool nvcc)
    arch=$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d '. ')
    if [ -z "$nvcc" ]; then
        skip kernels "no nvcc"
    else
        part kernels 240 env NVCC="$nvcc" bash "$here/kernels/check.sh" "${arch:-90}"
    fi
}

# a function runs as a part in a shell of its own (--inner), so that a limit ends it
conformance() {
    local kind=Cuda
    [ "$device" != cpu ] || kind=Cpu
    part conformance 420 bash "$here/run.sh" --inner strict_junit "dev\.thaw\.conformance\.$kind.*Test"
    # cuDNN in the stead of our own kernels
    [ "$device" = cpu ] || part conformance-cudnn 240 bash "$here/run.sh" --inner strict_junit \
        'dev\.thaw\.conformance\.Cudnn.*Test'
    # those for the simulator skip themselves here
    [ "$device" = cpu ] || part backend 240 bash "$here/run.sh" --inner junit \
        'dev\.thaw\.backend\.cuda\..*Test' 'dev\.thaw\.golden\..*Cuda.*Test' 'dev\.thaw\.(model|train|plan)\..*Cuda.*Test'
}

models() {
    part models 420 bash "$here/run.sh" --inner strict_junit \
        'dev\.thaw\.conformance\.(GradientCheck|Harness)Test' \
        'dev\.thaw\.model\.(BadInput|FitWeights|Freezing|Training|TruthTable)Test'
    # one of its tests wants all of MNIST, which does not travel
    part geron 200 bash "$here/run.sh" --inner junit 'dev\.thaw\.model\.GeronTest'
}

demo() {
    part demo 300 "${java[@]}" dev.thaw.demo.Demo
    if [ -d "$OUT/work/target/demo" ]; then
        cp -r "$OUT/work/target/demo" "$OUT/"
    fi
}

sanitizer() {
    local s
    s=$(tool compute-sanitizer)
    if [ -z "$s" ] || [ "$device" = cpu ]; then
        skip sanitizer "no compute-sanitizer, or no GPU"
        return
    fi
    local tools=(--target-processes all --error-exitcode 9 --print-limit 20 --num-callers-host 0)
    part sanitizer-memcheck 200 "$s" --tool memcheck "${tools[@]}" \
        "${java[@]}" dev.thaw.gpucheck.OpBench quick once
    for kind in racecheck synccheck initcheck; do
        part "sanitizer-$kind" 150 "$s" --tool "$kind" "${tools[@]}" \
            "${java[@]}" dev.thaw.gpucheck.OpBench quick once own
    done
}

bench() {
    part bench-ops-fp32 300 bash "$here/run.sh" --inner figures "$OUT/ops-fp32.tsv" \
        "${java[@]}" dev.thaw.gpucheck.OpBench "${quick[@]}"
    part bench-steps-fp32 180 bash "$here/run.sh" --inner figures "$OUT/steps-fp32.tsv" \
        "${java[@]}" dev.thaw.gpucheck.StepBench "${quick[@]}"
    # the same ops by cuDNN where it has them, convolutions' algorithms measured, and unfused steps with cuDNN
    local cudnn=(-Dthaw.cuda.cudnn=batchnorm -Dthaw.cuda.dropout=cudnn
        -Dthaw.cuda.convolution=find)
    part bench-ops-cudnn 240 bash "$here/run.sh" --inner figures "$OUT/ops-cudnn.tsv" \
        "${java[@]}" "${cudnn[@]}" dev.thaw.gpucheck.OpBench cudnn "${quick[@]}"
    part bench-ops-persistent 120 bash "$here/run.sh" --inner figures "$OUT/ops-persistent.tsv" \
        "${java[@]}" -Dthaw.cuda.cudnn=batchnorm-persistent dev.thaw.gpucheck.OpBench batchnorm "${quick[@]}"
    part bench-steps-cudnn 180 bash "$here/run.sh" --inner figures "$OUT/steps-cudnn.tsv" \
        "${java[@]}" "${cudnn[@]}" -Dthaw.fusion=false dev.thaw.gpucheck.StepBench "${quick[@]}"
    part bench-ops-tf32 120 bash "$here/run.sh" --inner figures "$OUT/ops-tf32.tsv" \
        "${java[@]}" -Dthaw.cuda.tf32=true dev.thaw.gpucheck.OpBench library "${quick[@]}"
    part bench-steps-tf32 180 bash "$here/run.sh" --inner figures "$OUT/steps-tf32.tsv" \
        "${java[@]}" -Dthaw.cuda.tf32=true dev.thaw.gpucheck.StepBench "${quick[@]}"
}

torch() {
    if [ -z "${has_torch:-}" ]; then
        skip torch "no Python with PyTorch; name one in PYTHON"
        return
    fi
    local list=$OUT/work/cases.tsv library=$OUT/work/library.tsv
    (in_work "${java[@]}" dev.thaw.gpucheck.OpBench list "${quick[@]}") > "$list"
    (in_work "${java[@]}" dev.thaw.gpucheck.OpBench list library "${quick[@]}") > "$library"
    local script=("$python" "$here/torch_bench.py" --device "${device%%:*}")
    part torch-ops-fp32 240 bash "$here/run.sh" --inner figures "$OUT/torch-ops-fp32.tsv" \
        "${script[@]}" ops "$list"
    part torch-steps-fp32 150 bash "$here/run.sh" --inner figures "$OUT/torch-steps-fp32.tsv" \
        "${script[@]}" steps "${quick[@]}"
    part torch-ops-tf32 120 bash "$here/run.sh" --inner figures "$OUT/torch-ops-tf32.tsv" \
        "${script[@]}" --tf32 ops "$library"
    part torch-steps-tf32 150 bash "$here/run.sh" --inner figures "$OUT/torch-steps-tf32.tsv" \
        "${script[@]}" --tf32 steps "${quick[@]}"
}

if [ "${1:-}" = --inner ]; then
    shift
    "$@"
    exit $?
fi

export OUT DEVICE=$device PYTHON=$python HEAP=$heap
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(devices kernels conformance models demo sanitizer bench torch)
for p in "${parts[@]}"; do
    case $p in
        devices | kernels | conformance | models | demo | sanitizer | bench | torch) "$p" ;;
        report) ;;
        *)
            echo "run.sh: no part $p; there are devices kernels conformance models demo sanitizer bench torch report" >&2
            exit 2
            ;;
    esac
done
(in_work "${java[@]}" dev.thaw.gpucheck.Report "$OUT")
