"""Our own kernels without Java: loads their machine code with nothing but Python and the driver, checks and times the
goals' kernels. What it prints is what OpBench prints: op, shape, microseconds, bytes at the least, 0, with tabs.

kernels.py [--simulator FOLDER]      FOLDER: a simulator that was built; then small shapes, and times say nothing

The parameters of a kernel are read from its source beside this file and filled in by their names, so that another
order or number of them is no matter; a name that is not known here fails the case and no other.
"""

import argparse
import array
import ctypes
import math
import os
import random
import re
import struct
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = next(f for f in (HERE + "/kernels", HERE + "/../../kernels") if os.path.isdir(f))
BLOCK = 1 << 18  # elements that fill every operand, again and again
EPSILON = 1e-3
ROUND_SECONDS, ROUNDS = 0.05, 5


class Driver:
    """libcuda by ctypes: each call that fails raises."""

    def __init__(self, path):
        self.library = ctypes.CDLL(path)
        self.call("cuInit", 0)
        device, context, self.stream = ctypes.c_int(), ctypes.c_void_p(), ctypes.c_void_p()
        self.call("cuDeviceGet", ctypes.byref(device), 0)
        self.call("cuDevicePrimaryCtxRetain", ctypes.byref(context), device)
        self.call("cuCtxSetCurrent", context)
        self.call("cuStreamCreate", ctypes.byref(self.stream), 1)
        count = ctypes.c_int()
        self.call("cuDeviceGetAttribute", ctypes.byref(count), 16, device)
        self.multiprocessors = count.value
        self.modules, self.owned = {}, []

    def call(self, name, *arguments):
        status = getattr(self.library, name)(*arguments)
        if status != 0:
            raise RuntimeError(f"{name} answers {status}")

    def allocate(self, size):
        address = ctypes.c_uint64()
        self.call("cuMemAlloc_v2", ctypes.byref(address), ctypes.c_size_t(size))
        self.owned.append(address)
        return address.value

    def upload(self, data):
        data = bytes(data)
        address = self.allocate(len(data))
        self.call("cuMemcpyHtoD_v2", ctypes.c_uint64(address), data, ctypes.c_size_t(len(data)))
        return address

    def filled(self, block, count):
        """So many elements of FLOAT32: the block, again and again."""
        address, done = self.allocate(4 * count), min(len(block), count)
        self.call("cuMemcpyHtoD_v2", ctypes.c_uint64(address), block.tobytes(), ctypes.c_size_t(4 * done))
        while done < count:
            more = min(done, count - done)
            self.copy(address + 4 * done, address, 4 * more)
            done += more
        return address

    def copy(self, to, source, size):
        self.call("cuMemcpyDtoDAsync_v2", ctypes.c_uint64(to), ctypes.c_uint64(source), ctypes.c_size_t(size), self.stream)

    def download(self, address, count):
        self.wait()
        data = ctypes.create_string_buffer(4 * count)
        self.call("cuMemcpyDtoH_v2", data, ctypes.c_uint64(address), ctypes.c_size_t(4 * count))
        return array.array("f", data.raw)

    def wait(self):
        self.call("cuStreamSynchronize", self.stream)

    def free(self):
        self.wait()
        for address in self.owned:
            self.call("cuMemFree_v2", address)
        self.owned = []

    def function(self, image, file, name):
        if file not in self.modules:
            module = ctypes.c_void_p()
            self.call("cuModuleLoadData", ctypes.byref(module), image(file) + b"\0")
            self.modules[file] = module
        function = ctypes.c_void_p()
        self.call("cuModuleGetFunction", ctypes.byref(function), self.modules[file], name.encode())
        return function

    def seconds(self, body):
        """Of the median round of many queued runs, by the device's own clock."""
        begin, end, took = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_float()
        self.call("cuEventCreate", ctypes.byref(begin), 0)
        self.call("cuEventCreate", ctypes.byref(end), 0)

        def timed(times):
            self.call("cuEventRecord", begin, self.stream)
            for _ in range(times):
                body()
            self.call("cuEventRecord", end, self.stream)
            self.call("cuEventSynchronize", end)
            self.call("cuEventElapsedTime", ctypes.byref(took), begin, end)
            return took.value / 1e3

        timed(3)
        times = max(1, min(2000, int(ROUND_SECONDS / max(timed(1), 1e-6))))
        return sorted(timed(times) / times for _ in range(ROUNDS))[ROUNDS // 2]


def parameters(file, name):
    """The (type, name) of a kernel's parameters, of its source; kernels that a macro makes count too."""
    text = re.sub(r"//[^\n]*", "", open(f"{KERNELS}/{file}.cu").read()).replace("\\\n", " ")
    for macro, formal, body in re.findall(r"^#define (\w+)\(([^)]*)\)(.*)$", text, re.M):
        for actual in re.findall(rf"^{macro}\((.*?)\)$", text, re.M):
            made = body
            for f, a in zip(formal.split(","), actual.split(",")):
                made = re.sub(rf"\b{re.escape(f.strip())}\b", a.strip(), made)
            text += made + "\n"
    found = re.search(rf"__global__\s[^;{{}}]*?\b{name}\(([^)]*)\)\s*{{", text)
    if not found:
        raise RuntimeError(f"{file}.cu has no kernel {name}")
    return [p.strip().rsplit(None, 1) for p in re.sub(r"\s+", " ", found.group(1)).replace("* ", "*").replace("*", "* ").split(",")]


class Cases:
    def __init__(self, driver, image):
        self.driver, self.image, self.failures = driver, image, 0
        draw = random.Random(1)
        self.block = array.array("f", [0.1 + 0.9 * draw.random() for _ in range(BLOCK)])

    def launch(self, file, name, grid, threads, values):
        """A function that launches the kernel with these values for its parameters."""
        held = []
        for kind, parameter in parameters(file, name):
            if parameter not in values:
                raise RuntimeError(f"{name} has a parameter {parameter} that nobody knows here")
            v = values[parameter]
            if kind.endswith("*"):
                held.append(ctypes.c_uint64(v or 0))
            elif isinstance(v, bytes):
                held.append(ctypes.create_string_buffer(v, len(v)))
            else:
                held.append({"int": ctypes.c_int, "long long": ctypes.c_longlong, "float": ctypes.c_float,
                             "double": ctypes.c_double}[kind](v))
        addresses = (ctypes.c_void_p * len(held))(*[ctypes.addressof(h) for h in held])
        function = self.driver.function(self.image, file, name)
        grid, threads = (*grid, 1, 1)[:3], (*threads, 1, 1)[:3]

        def go(_held=held):
            self.driver.call("cuLaunchKernel", function, *grid, *threads, 0, self.driver.stream, addresses, None)

        return go

    def grid(self, n):
        return (max(1, min(-(-n // 256), 8 * self.driver.multiprocessors)),)

    def report(self, op, shape, arrays, count, make):
        """make() returns what is timed and what checks its results."""
        try:
            body, check = make()
            body()
            check()
            print(f"{op}\t{shape}\t{1e6 * self.driver.seconds(body):.3f}\t{4 * arrays * count}\t0", flush=True)
        except Exception as e:
            self.failures += 1
            print(f"{op}\t{shape}\tfailed", flush=True)
            print(f"{op} {shape}: {type(e).__name__}: {e}", file=sys.stderr)
        self.driver.free()

    def copies(self, count):
        def make():
            x, y = self.driver.filled(self.block, count), self.driver.allocate(4 * count)
            return lambda: self.driver.copy(y, x, 4 * count), lambda: None

        self.report("Copy", "device", 2, count, make)

    def near(self, what, got, wanted):
        if not abs(got - wanted) <= 1e-4 * max(1, abs(wanted)):
            raise RuntimeError(f"{what} must be {wanted:.6g}, got {got:.6g}")

    def batch_normalization(self, shape):
        n, h, w, c = [int(v) for v in shape.split("x")]
        rows = n * h * w
        count = rows * c
        d = self.driver
        small = lambda: d.filled(self.block, c)

        def operands():
            tiles = -(-c // 32)
            parts = max(1, min(2 * d.multiprocessors // tiles, rows // 128))
            v = dict(outer=rows, C=c, inner=1, parts=parts, total=count, epsilon=EPSILON, residual=0, dresidual=0)
            v.update({name: small() for name in ("gamma", "beta", "mean", "variance", "dgamma", "dbeta", "moving_mean",
                                                 "moving_variance", "movingMean", "movingVariance")})
            v.update(x=d.filled(self.block, count), y=d.allocate(4 * count), partial=d.allocate(8 * parts * c),
                     coefficients=d.allocate(12 * c), tickets=d.upload(bytes(1 << 20)), keep=0.99, take=0.01, momentum=0.99)
            return v, dict(grid=(tiles, parts), threads=(8, 64))

        def statistics(v):
            """Of the first four channels: the block holds whole rows where its size is a multiple of c."""
            if BLOCK % c or count % BLOCK:
                x = d.download(v["x"], count) if count < 1 << 20 else None
            else:
                x = self.block
            for k in range(4) if x else ():
                column = x[k::c]
                mean = math.fsum(column) / len(column)
                yield k, x[k], mean, math.fsum((e - mean) ** 2 for e in column) / len(column)

        def forward():
            v, where = operands()
            one = self.launch("batchnorm", "bn_statistics", where["grid"], where["threads"], v)
            two = self.launch("batchnorm", "bn_apply", self.grid(count), (256,), v)

            def check():
                means, variances = d.download(v["mean"], 4), d.download(v["variance"], 4)
                y = d.download(v["y"], 4)
                for k, x, mean, variance in statistics(v):
                    self.near(f"mean {k}", means[k], mean)
                    self.near(f"variance {k}", variances[k], variance)
                    wanted = (x - mean) / math.sqrt(variance + EPSILON) * self.block[k] + self.block[k]
                    self.near(f"y {k}", y[k], wanted)

            return lambda: (one(), two()), check

        def backward():
            v, where = operands()
            v.update(dy=v["x"], dx=d.allocate(4 * count))
            self.launch("batchnorm", "bn_statistics", where["grid"], where["threads"], v)()
            one = self.launch("batchnorm_grad", "bn_grad", where["grid"], where["threads"], v)
            two = self.launch("batchnorm_grad", "bn_grad_apply", self.grid(count), (256,), v)

            def check():  # dy = x: dbeta is the sum of x, dgamma that of x xhat
                dbeta, dgamma = d.download(v["dbeta"], 4), d.download(v["dgamma"], 4)
                for k, _, mean, variance in statistics(v):
                    self.near(f"dbeta {k}", dbeta[k] / rows, mean)
                    self.near(f"dgamma {k}", dgamma[k] / rows, variance / math.sqrt(variance + EPSILON))

            return lambda: (one(), two()), check

        self.report("BatchNormTrain", shape, 3, count, forward)
        self.report("BatchNormTrainGrad", shape, 5, count, backward)

        def dropout():
            x, y, step = d.filled(self.block, count), d.allocate(4 * count), d.upload(struct.pack("q", 7))
            v = dict(x=x, y=y, step=step, n=count, seed=42, call=0, threshold=1 << 23, scale=2.0)
            some = min(count, 1 << 16)

            def check():
                kept = sum(e != 0 for e in d.download(y, some)) / some
                if abs(kept - 0.5) > 5 * 0.5 / math.sqrt(some):
                    raise RuntimeError(f"half of the elements must stay, {kept:.3f} did")

            return self.launch("dropout", "dropout", self.grid(-(-count // 4)), (256,), v), check

        self.report("Dropout", shape, 2, count, dropout)

    def optimizers(self, tensors, each):
        d = self.driver
        shape, count, chunk = f"{tensors}x{each}", tensors * each, 2048

        def constants(c):
            five = lambda f: [f(v) for v in c] + [0] * (5 - len(c))
            return struct.pack("15f", *five(lambda v: v), *five(lambda v: 1 - v), *five(math.log))

        def rule(name, slots, c, wanted):
            def make():
                operands = [d.filled(self.block, count) for _ in range(slots + 2)]
                rows, width = [], slots + 3
                for t in range(tensors):
                    for begin in range(t * each, (t + 1) * each, chunk):
                        rows += [o + 4 * begin for o in operands] + [min(chunk, (t + 1) * each - begin)]
                chunks = len(rows) // width
                v = dict(table=d.upload(array.array("q", rows)), chunks=chunks, constants=constants(c), decay=0.0, decayed=0,
                         learningRate=d.upload(struct.pack("f", 1e-3)), iteration=d.upload(struct.pack("q", 3)),
                         health=d.upload(struct.pack("q", -1)), product=0)

                def check():
                    last = count - 1
                    before = self.block[last % BLOCK]
                    got = d.download(operands[0] + 4 * last, 1)[0]
                    self.near("the last weight", got, wanted(before))

                return self.launch("optimizer", name, (chunks,), (256,), v), check

            return make

        def adam(w):  # slots and gradient begin as the weight does
            first, second = 0.9 * w + 0.1 * w, 0.999 * w + 0.001 * w * w
            return w - 1e-3 * math.sqrt(1 - 0.999**4) / (1 - 0.9**4) * first / (math.sqrt(second) + 1e-7)

        self.report("Adam", shape, 7, count, rule("update_adam", 2, (0.9, 0.999, 1e-7), adam))
        self.report("SGD momentum", shape, 5, count, rule("update_momentum", 1, (0.9,), lambda w: w + 0.9 * w - 1e-3 * w))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--simulator")
    a = parser.parse_args()
    if a.simulator:
        path = a.simulator + "/lib/libcuda.so.1"
        image = lambda file: open(f"{a.simulator}/kernels/{file}.cubin", "rb").read()
    else:
        path = next((f for f in ["/usr/local/nvidia/lib64/libcuda.so.1"] if os.path.exists(f)), "libcuda.so.1")
        jar = zipfile.ZipFile(f"{HERE}/lib/thaw.jar")
        image = lambda file: jar.read(f"dev/thaw/kernels/{file}.fatbin")
    driver = Driver(path)
    cases = Cases(driver, image)
    cases.copies(BLOCK if a.simulator else 64 * 56 * 56 * 256)
    for shape in ["2x9x8x36"] if a.simulator else ["64x56x56x256", "128x56x56x256", "64x112x112x32", "64x7x7x2048"]:
        cases.batch_normalization(shape)
    for tensors, each in [(3, 5000)] if a.simulator else [(64, 56 * 56 * 256), (64, 400000)]:
        cases.optimizers(tensors, each)
    print(f"{cases.failures} failures", file=sys.stderr)
    sys.exit(1 if cases.failures else 0)


if __name__ == "__main__":
    main()
