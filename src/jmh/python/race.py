"""Races Thaw with PyTorch and Keras on the CPU, in turns, and prints a table in Markdown.

Started by src/jmh/race.sh, which knows Thaw's class path. A row is a network, the size of its images, the batch
and a purpose: predict; train (SGD with momentum, cross-entropy); adam (the same
with Adam); frozen (the base under a new head, with SGD). Thaw writes the
network, its weights and random images into a folder that every side reads. Before a row is raced, predictions and the
loss after three steps are compared. Each side is a process of its own; they never run at the same time, and each
round takes them in the opposite order of the last.
"""

import argparse
import datetime
import math
import os
import pathlib
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).parent
ROWS = "; ".join([
    "MobileNetV2 96 32 predict", "MobileNetV2 96 32 train", "MobileNetV2 96 32 frozen", "MobileNetV2 224 1 predict",
    "geron 784 32 train", "geron 784 32 adam",
    *(f"{net} 96 {how}" for net in ("ResNet50", "Xception", "EfficientNetB0")
      for how in ("32 predict", "1 predict", "32 train")),
])
# glibc keeps what is freed: without it PyTorch gives large activations back to the system at each step
KEPT = {"MALLOC_TRIM_THRESHOLD_": "-1", "MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TOP_PAD_": "268435456"}
SIDES = {
    "thaw": ("Thaw", None, {}),
    "eager": ("PyTorch, tuned", "race_torch.py", KEPT),
    "stock": ("PyTorch, stock malloc", "race_torch.py", {}),
    "folded": ("PyTorch, folded", "race_torch.py", KEPT),
    "compiled": ("PyTorch, torch.compile", "race_torch.py", KEPT),
    "keras": ("Keras on TensorFlow", "race_keras.py", {}),
}
WITH_ODD_MARGINS = {"eager", "stock", "folded"}  # which compare their numbers padded as Keras does
DRAWING = ("EfficientNet",)  # nets whose training draws random numbers: their losses are not comparable
PREDICTIONS = 1e-4  # apart, and of the largest:
OF_THE_LARGEST = 1e-3  # ResNet50's roundings reach 6e-5; a window padded on the other side is 1 apart
LOSSES = 0.05  # of what the steps change, and of the loss:
ROUNDING = 1e-5
CHECKED_STEPS = 3
QUIET = 0.05
TICKS = os.sysconf("SC_CLK_TCK")


class Row:
    def __init__(self, text):
        self.net, self.size, batch, self.purpose = text.split()
        self.batch = int(batch)
        if self.purpose not in ("predict", "train", "adam", "frozen"):
            raise SystemExit(f"a row's purpose is predict, train, adam or frozen, got '{text.strip()}'")
        self.batches = 1875 if self.net == "geron" else 8 if self.batch > 1 else 32

    def __str__(self):
        size = "" if self.net == "geron" else f" {self.size}x{self.size}"
        return f"{self.net}{size}, batch {self.batch}, {self.purpose}"

    def takes(self, side):
        """Folding needs frozen statistics."""
        return side != "folded" or self.purpose in ("predict", "frozen")


class Side:
    """A process that answers lines."""

    def __init__(self, command, threads, environment, errors):
        self.errors = errors
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True,
            env={**os.environ, "OMP_NUM_THREADS": str(threads), "PYTHONUNBUFFERED": "1", **environment})
        self.pid = self.process.pid
        self.description = " ".join(self.answer("ready"))

    def answer(self, expected):
        """The words behind the expected one; a log may write between the answers."""
        for line in self.process.stdout:
            if line.startswith(expected + " "):
                return line.split()[1:]
        self.process.wait()
        self.errors.seek(0)
        lines = [line for line in self.errors.read().splitlines() if line.strip()] or ["it ended"]
        raise RuntimeError(lines[-1])

    def ask(self, line, expected):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [float(w) for w in self.answer(expected)]

    def peak(self):
        """The most memory resident at once, in MB; NaN where there is no /proc."""
        try:
            with open(f"/proc/{self.pid}/status") as f:
                return next(int(line.split()[1]) / 1024 for line in f if line.startswith("VmHWM"))
        except OSError:
            return math.nan

    def close(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()
        self.errors.close()


def cpu_ticks(pid):
    """The CPU time of a process so far, user's and system's; 0 where there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return sum(int(t) for t in f.read().rsplit(")", 1)[1].split()[11:13])
    except OSError:
        return 0


class Neighbours:
    """How much of the cores other processes use (Linux; elsewhere unknown and taken for nothing).

    Where they use a core, spinning threads wait for whole time slices, and a step takes up to 30
    times as long: such a round says little and is run again.
    """

    def __init__(self, pids):
        self.pids = [os.getpid(), *pids]
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
        while time.monotonic() < end:
            time.sleep(0.5)
            if self.share() <= QUIET:
                break


class Race:
    def __init__(self, args):
        self.args = args
        self.descriptions = {}
        self.failures = []

    def java(self, *words):
        return [self.args.java, f"-XX:ActiveProcessorCount={self.args.threads}", "-cp", self.args.classpath,
                "dev.thaw.bench.Race", *words]

    def start(self, name, folder, row, exact=False):
        _, script, environment = SIDES[name]
        if script is None:
            command = self.java("serve", folder, str(row.batch), row.purpose)
        else:
            variant = name + "-exact" if exact and name in WITH_ODD_MARGINS else name
            command = [sys.executable, str(HERE / script), folder, str(row.batch), row.purpose,
                       str(self.args.threads), variant]
        return Side(command, self.args.threads, environment, tempfile.TemporaryFile("w+"))

    def fail(self, row, side, why):
        self.failures.append(f"{row}: {SIDES[side][0]} does not run: {why}")
        print(self.failures[-1], file=sys.stderr, flush=True)

    def numbers(self, name, folder, row):
        """Predictions of the first batch, and its loss before the first and the last of some steps."""
        side = self.start(name, folder, row, True)
        try:
            side.ask("predict", "done")
            losses = side.ask(f"train {CHECKED_STEPS}", "done") if row.purpose != "predict" else [0.0, 0.0]
        finally:
            side.close()
        written = next(p for p in (f"{name}-exact.bin", f"{name}.bin") if os.path.exists(os.path.join(folder, p)))
        return np.fromfile(os.path.join(folder, written), np.float32), losses

    def agreeing(self, folder, row, names):
        """The sides that compute what Thaw computes."""
        ours, (first, last) = self.numbers("thaw", folder, row)
        agree = ["thaw"]
        for name in names:
            if name == "compiled":  # the same graph as eager's; compiling it twice takes minutes
                agree.append(name)
            elif name != "thaw":
                try:
                    theirs, losses = self.numbers(name, folder, row)
                except RuntimeError as e:
                    self.fail(row, name, e)
                    continue
                apart = float(abs(ours - theirs).max())
                of_largest = apart / float(ours.max())
                allowed = LOSSES * abs(first - last) + ROUNDING * abs(first)
                losses_apart = max(abs(losses[0] - first), abs(losses[1] - last))
                print(f"{row}: {SIDES[name][0]}'s predictions are {apart:.1e} apart from Thaw's, {of_largest:.1e} of the largest; losses"
                      f" {losses[0]:.6f} to {losses[1]:.6f}, Thaw's {first:.6f} to {last:.6f}", file=sys.stderr, flush=True)
                if not (apart <= PREDICTIONS and of_largest <= OF_THE_LARGEST):
                    self.fail(row, name, f"its predictions are {apart:.1e} apart from Thaw's, {of_largest:.1e} of the largest")
                elif not losses_apart <= allowed and not row.net.startswith(DRAWING):
                    self.fail(row, name, f"its losses are {losses_apart:.1e} apart from Thaw's")
                else:
                    agree.append(name)
        return agree

    def race(self, row):
        """Measured rounds: of each side a list of (seconds a step, CPU seconds a step, loss); the others' share; peaks."""
        names = [n for n in self.args.sides.split(",") if row.takes(n)]
        folder = tempfile.mkdtemp()
        sides = {}
        try:
            subprocess.run(self.java("make", folder, row.net, row.size, str(row.batch), row.purpose, str(row.batches)),
                           check=True, stdout=sys.stderr)
            for name in self.agreeing(folder, row, names):
                try:
                    side = self.start(name, folder, row)
                    side.warm = [side.ask("run 1", "ran")[0] for _ in range(self.args.warmup)][-1]
                    sides[name] = side
                    self.descriptions[name] = side.description
                except RuntimeError as e:
                    self.fail(row, name, e)
            passes = max(1, round(self.args.seconds / min(s.warm for s in sides.values())))
            return self.rounds(row, sides, passes), {n: s.peak() for n, s in sides.items()}
        finally:
            for side in sides.values():
                side.close()
            shutil.rmtree(folder)

    def rounds(self, row, sides, passes):
        spinner = [subprocess.Popen([sys.executable, "-c", "while True: pass"])] if self.args.busy else []
        try:
            neighbours = Neighbours([s.pid for s in sides.values()] + [s.pid for s in spinner])
            kept = {name: [] for name in sides}
            shares = []
            retries = self.args.retries
            while len(shares) < self.args.rounds:
                neighbours.wait(self.args.patience)
                order = list(sides) if len(shares) % 2 == 0 else list(sides)[::-1]
                this = {name: self.timed(sides[name], passes, row) for name in order}
                busy = neighbours.share()
                print(f"{row}: " + ", ".join(f"{SIDES[n][0]} {this[n][0] * 1e3:.2f} ms" for n in sides)
                      + f", others used {busy:.0%} of the cores", file=sys.stderr, flush=True)
                if busy > QUIET and retries > 0:
                    retries -= 1
                    continue
                shares.append(busy)
                for name in sides:
                    kept[name].append(this[name])
            return kept, shares
        finally:
            for process in spinner:
                process.kill()
                process.wait()

    def timed(self, side, passes, row):
        before = cpu_ticks(side.pid)
        seconds, loss = side.ask(f"run {passes}", "ran")
        cpu = (cpu_ticks(side.pid) - before) / TICKS
        steps = passes * row.batches
        return seconds / steps, cpu / steps, loss


def spread(values, scale=1e3):
    low, middle, high = (scale * f(values) for f in (min, statistics.median, max))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def table_rows(row, rounds, peaks):
    kept, shares = rounds
    for name, measured in kept.items():
        seconds, cpu, _ = zip(*measured)
        ratio = statistics.median(t / o for t, (o, *_) in zip(seconds, kept["thaw"]))
        yield (f"| {row} | {SIDES[name][0]} | {spread(seconds)} | {row.batch / statistics.median(seconds):.0f}"
               f" | {statistics.median(cpu) * 1e3:.2f} | {'' if name == 'thaw' else f'{ratio:.2f}'}"
               f" | {peaks[name]:.0f} | {statistics.median(shares):.0%} |")


def processor():
    try:
        with open("/proc/cpuinfo") as f:
            name = next(line.split(":")[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor()
    return f"{name}, {os.cpu_count()} processors"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classpath", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--java", default="java")
    parser.add_argument("--rows", default=ROWS, help='"NET SIZE BATCH PURPOSE; .."; default: %(default)s')
    parser.add_argument("--sides", default="thaw,eager,folded,keras",
                        help=f"of {', '.join(SIDES)}; default %(default)s")
    parser.add_argument("--rounds", type=int, default=9, help="that count")
    parser.add_argument("--warmup", type=int, default=3, help="passes of each side before")
    parser.add_argument("--seconds", type=float, default=0.5, help="that the quickest side takes in a round, about")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="of each side")
    parser.add_argument("--busy", action="store_true", help="a process spins beside")
    parser.add_argument("--retries", type=int, default=20, help="of a row's rounds in which others were busy")
    parser.add_argument("--patience", type=float, default=60, help="seconds to wait for quiet before each round")
    args = parser.parse_args()
    unknown = set(args.sides.split(",")) - set(SIDES)
    if unknown or "thaw" not in args.sides.split(","):
        parser.error(f"sides are thaw and any of {', '.join(SIDES)}, got {args.sides}")
    race = Race(args)
    lines = []
    for row in map(Row, args.rows.strip("; ").split(";")):
        lines += table_rows(row, *race.race(row))
    shown = [shlex.quote(a) for a in sys.argv[1:]]
    del shown[shown.index("--classpath"):shown.index("--classpath") + 2]
    print(f"{datetime.date.today()}, {processor()}; {args.threads} threads each; medians of {args.rounds} rounds in turns"
          + (", a process spinning beside" if args.busy else "") + ".\n")
    print(f"    src/jmh/race.sh PYTHON {' '.join(shown)}\n")
    for name, description in race.descriptions.items():
        print(f"- {SIDES[name][0]}: {description}")
    print("\n| row | who | ms a step, median (min to max) | images/s | CPU ms | ratio | peak MB | others |\n"
          "| --- | --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(lines))
    print("\nCPU: of all threads together. Ratio: the median over the rounds of the time by Thaw's (above 1, Thaw is"
          " faster).\nPeak: the most memory resident at once. Others: the share of all cores that other processes used.")
    for failure in race.failures:
        print(f"- {failure}")
    return 1 if race.failures else 0


if __name__ == "__main__":
    sys.exit(main())
