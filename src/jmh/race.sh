#!/usr/bin/env bash
# Races Thaw with PyTorch and Keras on the CPU, in turns, and prints a table in Markdown.
#   src/jmh/race.sh PYTHON [--rows "NET SIZE BATCH PURPOSE; .."] [--sides thaw,eager,folded,compiled,keras] [--rounds N] [--threads N] [--busy]
# PYTHON is the interpreter of an environment with numpy and torch, and with keras and tensorflow for that side. --help tells the rest.
set -euo pipefail
python=${1:?"usage: src/jmh/race.sh PYTHON [--rows ROWS] [--sides SIDES] [--rounds N] [--threads N] [--busy] [--help]"}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

cd "$here/../.."
mvn -q -Pjmh test-compile
# a call of its own: the build runs other things by the same plugin, which would take these arguments
classpath=$(mvn -q -Pjmh exec:exec -Dexec.executable=echo -Dexec.classpathScope=test -Dexec.args=%classpath \
    | grep -F .jar)
cd - >/dev/null
exec "$python" "$here/python/race.py" --classpath "$classpath" "$@"
