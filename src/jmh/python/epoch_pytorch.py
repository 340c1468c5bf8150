"""Times an epoch of Géron's net in Thaw and in PyTorch, in turns, and prints a table.

Started by src/jmh/epoch.sh, which knows Thaw's class path. Both sides: 784-BN-300-BN-100-BN-10,
ReLU, batches of 32 shuffled rows, float32, cross-entropy, running loss and accuracy, the same
files, the same number of threads, Keras's epsilon and momentum in batch normalization. The two
processes never run at the same time: each epoch of one waits for the last epoch of the other.
"""

import argparse
import gzip
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


def best_variant(optimizer, x, y):
    """The variant of the optimizer with the fastest of some short epochs, in turns."""
    sides = {name: Torch(optimizer, how) for name, how in VARIANTS.items()}
    rounds = [{name: s.epoch(x, y, 6_400)[0] for name, s in sides.items()} for _ in range(5)]
    times = {name: min(r[name] for r in rounds) for name in sides}
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


def load_average():
    """Spinning threads make both sides many times slower where others use the cores too."""
    return f"load of the last minute {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def row(optimizer, who, epochs, ratio):
    seconds = [e[0] for e in epochs]
    print(f"{optimizer:6} {who:8} {statistics.median(seconds):8.3f} {min(seconds):8.3f} {max(seconds):8.3f}"
          f" {ratio:>7} {epochs[-1][1]:8.4f} {epochs[-1][2]:9.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classpath", required=True)
    parser.add_argument("--java", default="java")
    parser.add_argument("--data", help="a folder with MNIST's training files; without it, random pixels")
    parser.add_argument("--threads", type=int, default=2, help="of each side")
    parser.add_argument("--warmup", type=int, default=2, help="epochs before timing")
    parser.add_argument("--epochs", type=int, default=7, help="timed epochs")
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
              f"Thaw on {thaw.description}; PyTorch {torch.__version__}; {load_average()}", flush=True)
        results = []
        for optimizer in OPTIMIZERS:
            variant = best_variant(optimizer, x, y)
            other = Torch(optimizer, VARIANTS[variant])
            pairs = []
            for i in range(args.warmup + args.epochs):
                pairs.append((thaw.epoch(optimizer), other.epoch(x, y)))
                print(f"{optimizer} {'warm-up' if i < args.warmup else 'epoch'}: Thaw {pairs[-1][0][0]:.3f} s,"
                      f" PyTorch {pairs[-1][1][0]:.3f} s", file=sys.stderr, flush=True)
            results.append((optimizer, variant, pairs[args.warmup:]))
        thaw.close()
    print(f"\n{'':6} {'':8} {'median':>8} {'min':>8} {'max':>8} {'ratio':>7} {'loss':>8} {'accuracy':>9}")
    for optimizer, variant, pairs in results:
        ours, theirs = zip(*pairs)
        ratio = statistics.median(t[0] / o[0] for o, t in pairs)
        row(optimizer, "Thaw", ours, "")
        row(optimizer, "PyTorch", theirs, f"{ratio:.2f}")
    print(load_average())
    print("seconds per epoch; ratio: the median over the pairs of PyTorch's time by Thaw's (above 1, Thaw is"
          " faster);\nloss and accuracy: of the last epoch's training batches")


if __name__ == "__main__":
    main()
