#!/usr/bin/env bash
# stubs.sh WANTED.txt STATUS OBJECTS...: C for the functions that JCuda wants and the objects lack.
# A stub says its name and refuses: calling a symbol that is missing would end the JVM.
set -euo pipefail
wanted=$1
status=$2
shift 2
echo 'extern int thaw_sim_stub(const char* name, int status);'
LC_ALL=C comm -23 <(LC_ALL=C sort -u "$wanted") \
    <(nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | LC_ALL=C sort -u) \
    | awk -v status="$status" '{
        printf "__attribute__((visibility(\"default\"))) int %s(void) { return thaw_sim_stub(\"%s\", %s); }\n", $1, $1, status
    }'
