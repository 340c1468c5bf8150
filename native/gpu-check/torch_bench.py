"""PyTorch's side of the GPU check, eager. Prints what OpBench and StepBench print: op, shape, microseconds, with tabs.

torch_bench.py [--device cuda|cpu] [--tf32 | --default] ops FILE      FILE: lines of op, tab, shape (OpBench list)
torch_bench.py [--device cuda|cpu] [--tf32 | --default] steps [quick]

Without option nothing rounds to TF32; with --tf32 products and convolutions may; with --default PyTorch stays as it
comes: convolutions may, products may not. Where PyTorch has several ways (batch normalization by cuDNN or by its own
kernels, fused or foreach optimizers), each is timed and the fastest counts.
"""

import argparse
import statistics
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

TENSORS = 64
ROUND_SECONDS = 0.05
ROUNDS = 5
STEPS = 10
CLASSES = 1000
OPTIMIZERS = [{"fused": True}, {"foreach": True}]


def ints(text):
    return [int(n) for n in text.split("x")]


class Cases:
    """One method per op: prepares the operands and returns what is timed; a list where PyTorch has several ways."""

    def __init__(self, device):
        self.device = device

    def new(self, *shape):
        return torch.rand(*shape, device=self.device) * 0.9 + 0.1

    def images(self, shape):
        """NHWC in memory, as Thaw has it."""
        n, h, w, c = ints(shape)
        return self.new(n, c, h, w).contiguous(memory_format=torch.channels_last)

    @staticmethod
    def ways(body):
        """Batch normalization as networks call it, which takes cuDNN for channels_last, and by PyTorch's own kernels."""

        def own():
            with torch.backends.cudnn.flags(enabled=False):
                return body()

        return [body, own]

    def BatchNormTrain(self, shape):
        x = self.images(shape)
        c = x.shape[1]
        weight, bias = self.new(c), self.new(c)
        return self.ways(lambda: F.batch_norm(x, None, None, weight, bias, True, 0.01, 1e-3))

    def BatchNormTrainGrad(self, shape):
        x, dy = self.images(shape), self.images(shape)
        c = x.shape[1]
        weight, bias = self.new(c).requires_grad_(), self.new(c).requires_grad_()
        x.requires_grad_()
        # the way forward is the way back
        both = [way() for way in self.ways(lambda: F.batch_norm(x, None, None, weight, bias, True, 0.01, 1e-3))]
        return [lambda y=y: torch.autograd.grad(y, (x, weight, bias), dy, retain_graph=True) for y in both]

    def infer(self, shape):
        x = self.images(shape)
        c = x.shape[1]
        return x, self.new(c), self.new(c), self.new(c).requires_grad_(), self.new(c).requires_grad_()

    def BatchNormInfer(self, shape):
        x, mean, variance, weight, bias = self.infer(shape)
        weight, bias = weight.detach(), bias.detach()
        return lambda: F.batch_norm(x, mean, variance, weight, bias, False, 0.01, 1e-3)

    def BatchNormInferGrad(self, shape):
        x, mean, variance, weight, bias = self.infer(shape)
        dy = self.images(shape)
        y = F.batch_norm(x.requires_grad_(), mean, variance, weight, bias, False, 0.01, 1e-3)
        return lambda: torch.autograd.grad(y, (x, weight, bias), dy, retain_graph=True)

    # eager PyTorch has the parts only: the same row stands beside "fused" and beside "apart"
    def BatchNormReLU6(self, shape):
        return [lambda way=way: F.relu6(way()) for way in self.BatchNormTrain(shape)]

    def BatchNormAddReLU(self, shape):
        residual = self.images(shape)
        return [lambda way=way: F.relu(way() + residual) for way in self.BatchNormTrain(shape)]

    def fused_gradient(self, shape, function, residual):
        x, dy = self.images(shape).requires_grad_(), self.images(shape)
        c = x.shape[1]
        weight, bias = self.new(c).requires_grad_(), self.new(c).requires_grad_()
        wanted = [x, weight, bias]
        if residual:
            wanted.append(self.images(shape).requires_grad_())
        both = []
        for way in self.ways(lambda: F.batch_norm(x, None, None, weight, bias, True, 0.01, 1e-3)):
            y = way()
            both.append(function(y + wanted[-1] if residual else y))
        return [lambda y=y: torch.autograd.grad(y, wanted, dy, retain_graph=True) for y in both]

    def BatchNormReLU6Grad(self, shape):
        return self.fused_gradient(shape, F.relu6, False)

    def BatchNormAddReLUGrad(self, shape):
        return self.fused_gradient(shape, F.relu, True)

    BatchNormReLU6_apart, BatchNormReLU6Grad_apart = BatchNormReLU6, BatchNormReLU6Grad
    BatchNormAddReLU_apart, BatchNormAddReLUGrad_apart = BatchNormAddReLU, BatchNormAddReLUGrad

    def Dropout(self, shape):
        x = self.images(shape)
        return lambda: F.dropout(x, 0.5, True)

    def ReLU(self, shape):
        x = self.images(shape)
        return lambda: F.relu(x)

    def ReLUGrad(self, shape):
        x, dy = self.images(shape), self.images(shape)
        return lambda: torch.ops.aten.threshold_backward(dy, x, 0)

    def GELU(self, shape):
        x = self.images(shape)
        return lambda: F.gelu(x)

    def Add(self, shape):
        a, b = self.images(shape), self.images(shape)
        return lambda: a + b

    def MovingAverage(self, shape):
        a, b = self.images(shape), self.images(shape)
        return lambda: a.lerp_(b, 0.01)

    def BiasGrad(self, shape):
        x = self.images(shape)
        return lambda: x.sum((0, 2, 3))

    def GlobalAverage(self, shape):
        x = self.images(shape)
        return lambda: x.mean((2, 3), keepdim=True)

    def Transpose(self, shape):
        x = self.images(shape)
        return lambda: x.contiguous(memory_format=torch.contiguous_format)

    def LayerNorm(self, shape):
        r, k = ints(shape)
        x, weight, bias = self.new(r, k), self.new(k), self.new(k)
        return lambda: torch.native_layer_norm(x, [k], weight, bias, 1e-3)

    def LayerNormGrad(self, shape):
        r, k = ints(shape)
        x, dy = self.new(r, k).requires_grad_(), self.new(r, k)
        weight, bias = self.new(k).requires_grad_(), self.new(k).requires_grad_()
        y = F.layer_norm(x, [k], weight, bias, 1e-3)
        return lambda: torch.autograd.grad(y, (x, weight, bias), dy, retain_graph=True)

    def Softmax(self, shape):
        x = self.new(*ints(shape))
        return lambda: torch.softmax(x, -1)

    def labels(self, r, k):
        return torch.randint(0, k, (r,), device=self.device)

    def SoftmaxCrossEntropy(self, shape):
        r, k = ints(shape)
        x, t = self.new(r, k), self.labels(r, k)
        return lambda: F.cross_entropy(x, t, reduction="none")

    def SoftmaxCrossEntropyGrad(self, shape):
        # the gradient from the logits: Thaw's has no stored softmax to start from either
        r, k = ints(shape)
        x, t, d = self.new(r, k).requires_grad_(), self.labels(r, k), self.new(r)
        loss = F.cross_entropy(x, t, reduction="none")
        return lambda: torch.autograd.grad(loss, x, d, retain_graph=True)

    def optimizer(self, shape, make):
        each = ints(shape)[1:]
        weights = [nn.Parameter(self.new(*each)) for _ in range(TENSORS)]
        for w in weights:
            w.grad = self.new(*each)
        return make(weights).step

    def Adam(self, shape):
        return [self.optimizer(shape, lambda w: torch.optim.Adam(w, 1e-3, **how)) for how in OPTIMIZERS]

    def SGD_momentum(self, shape):
        return [self.optimizer(shape, lambda w: torch.optim.SGD(w, 1e-3, momentum=0.9, **how)) for how in OPTIMIZERS]

    def RMSprop(self, shape):
        return self.optimizer(shape, lambda w: torch.optim.RMSprop(w, 1e-3, foreach=True))

    def MatMul(self, shape):
        m, k, n = ints(shape)
        a, b, bias = self.new(m, k), self.new(k, n), self.new(n)
        return lambda: torch.addmm(bias, a, b)

    def window(self, shape, depthwise):
        words = shape.split(" ")
        x = self.images(words[0])
        size, stride = words[1].split("/")
        size = ints(size)[0]
        filters = x.shape[1] if depthwise else int(words[2])
        groups = x.shape[1] if depthwise else 1
        w = self.new(filters, x.shape[1] // groups, size, size)
        w = w.contiguous(memory_format=torch.channels_last)
        return x, w, dict(stride=int(stride), padding=(size - 1) // 2, groups=groups)

    def forward(self, shape, depthwise):
        x, w, how = self.window(shape, depthwise)
        bias = None if depthwise else self.new(w.shape[0])
        return lambda: F.conv2d(x, w, bias, **how)

    def gradient(self, shape, depthwise, mask):
        x, w, how = self.window(shape, depthwise)
        dy = torch.rand_like(F.conv2d(x, w, None, **how))
        two = [how["stride"]] * 2, [how["padding"]] * 2
        return lambda: torch.ops.aten.convolution_backward(
            dy, x, w, None, two[0], two[1], [1, 1], False, [0, 0], how["groups"], mask)

    def Convolution(self, shape):
        return self.forward(shape, False)

    def ConvolutionGradInput(self, shape):
        return self.gradient(shape, False, [True, False, False])

    def ConvolutionGradFilter(self, shape):
        return self.gradient(shape, False, [False, True, False])

    def DepthwiseConvolution(self, shape):
        return self.forward(shape, True)

    def DepthwiseConvolutionGradInput(self, shape):
        return self.gradient(shape, True, [True, False, False])

    def DepthwiseConvolutionGradFilter(self, shape):
        return self.gradient(shape, True, [False, True, False])

    def MaxPool(self, shape):
        x, _, how = self.window(shape, True)
        return lambda: F.max_pool2d(x, 3, how["stride"], how["padding"])

    def MaxPoolGrad(self, shape):
        x, _, how = self.window(shape, True)
        y = F.max_pool2d(x.requires_grad_(), 3, how["stride"], how["padding"])
        dy = torch.rand_like(y)
        return lambda: torch.autograd.grad(y, x, dy, retain_graph=True)

    def AveragePool(self, shape):
        x, _, how = self.window(shape, True)
        return lambda: F.avg_pool2d(x, 3, how["stride"], how["padding"], count_include_pad=False)


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def timed(device, body, times):
    begin = time.perf_counter()
    for _ in range(times):
        body()
    synchronize(device)
    return time.perf_counter() - begin


def seconds(device, body):
    """Median seconds of one run among many queued ones, as OpRun takes it; of several ways, the fastest."""
    if isinstance(body, list):
        return min(seconds(device, way) for way in body)
    timed(device, body, 3)
    times, took = 1, timed(device, body, 1)
    while took < ROUND_SECONDS and times < 20000:
        times = int(min(20000, max(2 * times, times * ROUND_SECONDS / max(took, 1e-6))))
        took = timed(device, body, times)
    return statistics.median(timed(device, body, times) / times for _ in range(ROUNDS))


def copy(device):
    if device == "cuda":
        a, b = torch.empty(64 * 56 * 56 * 256, device=device), torch.empty(64 * 56 * 56 * 256, device=device)
        size = 2 * 4 * a.numel()
        print(f"Copy\tdevice\t{1e6 * seconds(device, lambda: b.copy_(a)):.3f}\t{size}\t0", flush=True)


def ops(device, path):
    cases = Cases(device)
    copy(device)
    total = failures = 0
    for line in open(path):
        op, shape = line.rstrip("\n").split("\t")
        total += 1
        try:
            body = getattr(cases, op.replace(" ", "_"))(shape)
            print(f"{op}\t{shape}\t{1e6 * seconds(device, body):.3f}\t0\t0", flush=True)
        except Exception as e:
            failures += 1
            print(f"{op}\t{shape}\tfailed", flush=True)
            print(f"{op} {shape}: {type(e).__name__}: {e}", file=sys.stderr)
        body = None
        if device == "cuda":
            torch.cuda.empty_cache()
    print(f"{total} cases, {failures} failed", file=sys.stderr)
    return failures


def convolution(channels, filters, size, stride, groups=1):
    conv = nn.Conv2d(channels, filters, size, stride, (size - 1) // 2, groups=groups, bias=False)
    return [conv, nn.BatchNorm2d(filters, eps=1e-3, momentum=0.01)]


class Residual(nn.Module):
    def __init__(self, body, shortcut, relu):
        super().__init__()
        self.body, self.shortcut, self.relu = body, shortcut, relu

    def forward(self, x):
        y = self.body(x) + self.shortcut(x)
        return F.relu(y, inplace=True) if self.relu else y


def classifier(channels):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, CLASSES)]


def mobile_net():
    layers = convolution(3, 32, 3, 2) + [nn.ReLU6(True)]
    channels = 32
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, filters, blocks, first in stages:
        for i in range(blocks):
            stride, wide = first if i == 0 else 1, channels * expansion
            body = [] if expansion == 1 else convolution(channels, wide, 1, 1) + [nn.ReLU6(True)]
            body += convolution(wide, wide, 3, stride, wide) + [nn.ReLU6(True)] + convolution(wide, filters, 1, 1)
            body = nn.Sequential(*body)
            layers.append(Residual(body, nn.Identity(), False) if stride == 1 and channels == filters else body)
            channels = filters
    layers += convolution(channels, 1280, 1, 1) + [nn.ReLU6(True)] + classifier(1280)
    return nn.Sequential(*layers)


def res_net():
    layers = convolution(3, 64, 7, 2) + [nn.ReLU(True), nn.MaxPool2d(3, 2, 1)]
    channels = 64
    for filters, blocks in [(64, 3), (128, 4), (256, 6), (512, 3)]:
        for i in range(blocks):
            stride = 2 if i == 0 and filters != 64 else 1
            body = convolution(channels, filters, 1, 1) + [nn.ReLU(True)]
            body += convolution(filters, filters, 3, stride) + [nn.ReLU(True)]
            body += convolution(filters, 4 * filters, 1, 1)
            shortcut = nn.Sequential(*convolution(channels, 4 * filters, 1, stride)) if i == 0 else nn.Identity()
            layers.append(Residual(nn.Sequential(*body), shortcut, True))
            channels = 4 * filters
    return nn.Sequential(*layers, *classifier(channels))


def step(device, make, batch, size, resident, how):
    model = make().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 1e-3, momentum=0.9, **how)
    pin = device == "cuda"
    x = torch.rand(batch, 3, size, size).contiguous(memory_format=torch.channels_last)
    t = torch.randint(0, CLASSES, (batch,))
    x, t = (x.pin_memory(), t.pin_memory()) if pin else (x, t)
    if resident:
        x, t = x.to(device), t.to(device)

    def body():
        a, b = x.to(device, non_blocking=True), t.to(device, non_blocking=True)
        optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(model(a), b).backward()
        optimizer.step()

    timed(device, body, STEPS)
    return statistics.median(timed(device, body, STEPS) / STEPS for _ in range(ROUNDS))


def steps(device, quick):
    failures = 0
    torch.backends.cudnn.benchmark = True
    for name, make in [("MobileNetV2", mobile_net), ("ResNet-50", res_net)]:
        for batch in [2] if quick else [32, 64]:
            size = 32 if quick else 224
            for resident in [False, True]:
                key = f"step {name}\tbatch {batch} of {size}x{size}" + (" resident" if resident else "")
                try:
                    fastest = min(step(device, make, batch, size, resident, how) for how in OPTIMIZERS)
                    print(f"{key}\t{1e6 * fastest:.1f}\t0\t0", flush=True)
                except Exception as e:
                    failures += 1
                    print(f"{key}\tfailed", flush=True)
                    print(f"{key}: {type(e).__name__}: {e}", file=sys.stderr)
    return failures


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda")
    precision = parser.add_mutually_exclusive_group()
    precision.add_argument("--tf32", action="store_true")
    precision.add_argument("--default", action="store_true")
    parser.add_argument("what", choices=["ops", "steps"])
    parser.add_argument("rest", nargs="*")
    a = parser.parse_args()
    torch.manual_seed(1)
    if a.device == "cpu":
        torch.set_num_threads(1)  # a rehearsal: threads that wait for each other on a busy machine take minutes
    if not a.default:
        torch.backends.cuda.matmul.allow_tf32 = a.tf32
        torch.backends.cudnn.allow_tf32 = a.tf32
    print("PyTorch", torch.__version__, "CUDA", torch.version.cuda, "cuDNN", torch.backends.cudnn.version(), "TF32: products",
          torch.backends.cuda.matmul.allow_tf32, "convolutions", torch.backends.cudnn.allow_tf32, file=sys.stderr)
    torch.backends.cudnn.benchmark = True
    failures = ops(a.device, a.rest[0]) if a.what == "ops" else steps(a.device, "quick" in a.rest)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
