#!/usr/bin/env bash
# Times an epoch of Géron's net in Thaw and in PyTorch, in turns.
#   src/jmh/epoch.sh PYTHON [--data MNIST_FOLDER] [--threads 2] [--warmup 2] [--epochs 7] [--retries 60] [--patience 600]
# PYTHON is the interpreter of an environment that has PyTorch. Without a folder the pixels are random.
set -euo pipefail
python=${1:?"usage: src/jmh/epoch.sh PYTHON [--data MNIST_FOLDER] [--threads N] [--warmup N] [--epochs N]"}
shift
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

cd "$here/../.."
mvn -q -Pjmh test-compile
# a call of its own: the build runs other things by the same plugin, which would take these arguments
classpath=$(mvn -q -Pjmh exec:exec -Dexec.executable=echo -Dexec.classpathScope=test -Dexec.args=%classpath \
    | grep -F .jar)
cd - >/dev/null
exec "$python" "$here/python/epoch_pytorch.py" --classpath "$classpath" "$@"
