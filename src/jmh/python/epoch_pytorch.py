"""Times an epoch of Géron's net in Thaw and in PyTorch, in turns, and prints a table.

Started by src/jmh/epoch.sh, which knows Thaw's class path. Both sides: 784-BN-300-BN-100-BN-10,
ReLU, batches of 32 shuffled rows, float32, cross-entropy, running loss and accuracy, the same
files, the same number of threads, Keras's epsilon and momentum in batch normalization. The two
processes never run at the same time: each epoch of one waits for the last epoch of the other.
"""

import argparse
import gzip
import math
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

import torch
from torch import nn

BATCH = 32
CLASSES = 10
QUIET = 0.05
IMAGES = "train-images-idx3-ubyte.gz"
LABELS = "train-labels-idx1-ubyte.gz"


def random_files(folder, rows=60_000):
    """Files of MNIST's shape with random pixels and classes."""
    with gzip.open(os.path.join(folder, IMAGES), "wb", compresslevel=1) as f:
        f.write(struct.pack(">iiii", 0x803, rows, 28, 28) + os.urandom(rows * 784))
    with gzip.open(os.path.join(folder, LABELS), "wb") as f:
        f.write(struct.pack(">ii", 0x801, rows) + bytes(b % CLASSES for b in os.urandom(rows)))


def load(folder):
    with gzip.open(os.path.join(folder, IMAGES)) as f:
        images = torch.frombuffer(bytearray(f.read()[16:]), dtype=torch.uint8)
    with gzip.open(os.path.join(folder, LABELS)) as f:
        labels = torch.frombuffer(bytearray(f.read()[8:]), dtype=torch.uint8)
    return images.view(-1, 784).float() / 255, labels.long()


def geron():
    def norm(n):
        return nn.BatchNorm1d(n, eps=1e-3, momentum=0.01)

    return nn.Sequential(
        norm(784), nn.Linear(784, 300), nn.ReLU(),
        norm(300), nn.Linear(300, 100), nn.ReLU(),
        norm(100), nn.Linear(100, CLASSES),
    )


OPTIMIZERS = {
    "sgd": lambda p, **how: torch.optim.SGD(p, lr=0.01, momentum=0.9, **how),
    "adam": lambda p, **how: torch.optim.Adam(p, lr=0.001, eps=1e-7, **how),
}
VARIANTS = {"one by one": {"foreach": False}, "foreach": {"foreach": True}, "fused": {"fused": True}}


class Torch:
    def __init__(self, optimizer, how):
        self.model = geron()
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters(), **how)
        self.loss = nn.CrossEntropyLoss()

    def epoch(self, x, y, rows=None):
        """Seconds, mean loss, accuracy. Nothing is read from a tensor before the epoch's end."""
        begin = time.perf_counter()
        self.model.train()
        order = torch.randperm(len(x))[:rows]
        total = torch.zeros(())
        right = torch.zeros((), dtype=torch.long)
        for batch in order.split(BATCH):
            xb, yb = x[batch], y[batch]
            self.optimizer.zero_grad(set_to_none=True)
            logits = self.model(xb)
            loss = self.loss(logits, yb)
            loss.backward()
            self.optimizer.step()
            total += loss.detach() * len(batch)
            right += (logits.detach().argmax(1) == yb).sum()
        n = len(order)
        mean, accuracy = total.item() / n, right.item() / n
        return time.perf_counter() - begin, mean, accuracy


def best_variant(optimizer, x, y, neighbours, args):
    """The variant of the optimizer with the fastest of some short epochs, in turns."""
    sides = {name: Torch(optimizer, how) for name, how in VARIANTS.items()}
    times = dict.fromkeys(sides, math.inf)
    for _ in range(5):
        neighbours.wait(args.patience)
        for name, side in sides.items():
            times[name] = min(times[name], side.epoch(x, y, 6_400)[0])
    print(f"PyTorch's {optimizer}, best seconds for 200 steps: "
          + ", ".join(f"{name} {t:.3f}" for name, t in times.items()), flush=True)
    return min(times, key=times.get)


class Thaw:
    def __init__(self, java, classpath, threads, folder):
        self.process = subprocess.Popen(
            [java, f"-XX:ActiveProcessorCount={threads}", "-cp", classpath, "dev.thaw.bench.Epoch", folder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.description = self.answer("ready")

    def answer(self, expected):
        for line in self.process.stdout:
            if line.startswith(expected + " "):
                return line[len(expected):].strip()
        raise SystemExit("Thaw's process ended early; its own message is above")

    def epoch(self, optimizer):
        self.process.stdin.write(optimizer + "\n")
        self.process.stdin.flush()
        return tuple(map(float, self.answer("epoch").split()))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


TICKS = os.sysconf("SC_CLK_TCK")


def cpu_ticks(pid):
    """The CPU time of a process so far, in the kernel's ticks; 0 where there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return sum(int(t) for t in f.read().rsplit(")", 1)[1].split()[11:13])
    except OSError:
        return 0


class Neighbours:
    """How much of the cores other processes use (Linux; elsewhere unknown and taken for nothing).

    Where they use a core, spinning OpenMP threads wait for whole time slices, and an epoch takes
    up to 30 times as long: such a pair says nothing and is timed again.
    """

    def __init__(self, *pids):
        self.pids = pids
        self.last = self.read()

    def read(self):
        """Ticks of other processes, ticks of all cores."""
        try:
            with open("/proc/stat") as f:
                ticks = [int(t) for t in f.readline().split()[1:9]]
        except OSError:
            return 0, 1
        return sum(ticks) - ticks[3] - ticks[4] - sum(map(cpu_ticks, self.pids)), sum(ticks)

    def share(self):
        """Of all cores' time since the last call."""
        before, self.last = self.last, self.read()
        return max(0, self.last[0] - before[0]) / max(1, self.last[1] - before[1])

    def wait(self, seconds):
        """Until they are quiet, but not longer than that."""
        end = time.monotonic() + seconds
        self.share()
        time.sleep(0.5)
        while self.share() > QUIET and time.monotonic() < end:
            time.sleep(0.5)


def with_cpu_time(pid, epoch):
    """What the epoch returns, and the seconds of CPU time that the process took for it."""
    before = cpu_ticks(pid)
    return (*epoch(), (cpu_ticks(pid) - before) / TICKS)


def timed_pairs(optimizer, thaw, other, x, y, neighbours, args):
    """Epochs of both in turns; pairs in which others were busy do not count."""
    pairs = []
    disturbed = 0
    while len(pairs) < args.warmup + args.epochs:
        neighbours.wait(args.patience)
        pair = (with_cpu_time(thaw.process.pid, lambda: thaw.epoch(optimizer)),
                with_cpu_time(os.getpid(), lambda: other.epoch(x, y)))
        busy = neighbours.share()
        counts = busy <= QUIET or disturbed >= args.retries
        print(f"{optimizer}: Thaw {pair[0][0]:.3f} s, PyTorch {pair[1][0]:.3f} s,"
              f" CPU {pair[0][3]:.2f} and {pair[1][3]:.2f} s, others used {busy:.0%} of the cores"
              + ("" if counts else ": again"), file=sys.stderr, flush=True)
        if counts:
            pairs.append(pair)
        else:
            disturbed += 1
    return pairs[args.warmup:], disturbed


def row(optimizer, who, epochs, ratio):
    seconds, loss, accuracy, cpu = zip(*epochs)
    print(f"{optimizer:6} {who:8} {statistics.median(seconds):8.3f} {min(seconds):8.3f} {max(seconds):8.3f}"
          f" {ratio:>7} {statistics.median(cpu):8.2f} {loss[-1]:8.4f} {accuracy[-1]:9.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--data", help="a folder with MNIST's training files; without it, random pixels")
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument("--warmup", type=int, default=2, help="epochs before timing")
    parser.add_argument("--epochs", type=int, default=7, help="timed epochs")
    parser.add_argument("--retries", type=int, default=60, help="of pairs in which other processes were busy")
    parser.add_argument("--patience", type=float, default=600, help="seconds to wait for quiet before each pair")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as made:
        folder = args.data
        if folder is None:
            folder = made
            random_files(folder)
        x, y = load(folder)
        thaw = Thaw(args.java, args.classpath, args.threads, folder)
        print(f"{len(x)} rows, batch {BATCH}, {args.threads} threads each, "
              f"medians of {args.epochs} epochs after {args.warmup}, in turns\n"
              f"Thaw on {thaw.description}; PyTorch {torch.__version__}", flush=True)
        neighbours = Neighbours(os.getpid(), thaw.process.pid)
        results = []
        for optimizer in OPTIMIZERS:
            variant = best_variant(optimizer, x, y, neighbours, args)
            other = Torch(optimizer, VARIANTS[variant])
            pairs, disturbed = timed_pairs(optimizer, thaw, other, x, y, neighbours, args)
            results.append((optimizer, pairs))
            print(f"{optimizer}: {disturbed} pairs were timed again", flush=True)
        thaw.close()
    print(f"\n{'':6} {'':8} {'median':>8} {'min':>8} {'max':>8} {'ratio':>7} {'CPU':>8} {'loss':>8} {'accuracy':>9}")
    for optimizer, pairs in results:
        ours, theirs = zip(*pairs)
        ratio = statistics.median(t[0] / o[0] for o, t in pairs)
        row(optimizer, "Thaw", ours, "")
        row(optimizer, "PyTorch", theirs, f"{ratio:.2f}")
    print("seconds per epoch; ratio: the median over the pairs of PyTorch's time by Thaw's (above 1, Thaw is"
          " faster);\nCPU: median CPU seconds of an epoch, all threads together; loss and accuracy: of the last epoch's training batches")


if __name__ == "__main__":
    main()
