"""A PyTorch module from a Keras graph, as a hand would write it: straight-line code of torch.nn's modules.

Zeros around an image go into the window that reads them. Where Keras puts more of them on one side
than on the other, `exact` pads by an operation of its own; without it the window gets the larger
margin on both sides, which computes as much and needs no such operation, as torchvision's nets do.
"""

import json
import operator
import zipfile

import torch
from torch import fx, nn


class Scale(nn.Module):
    """x * scale + shift, per channel."""

    def __init__(self, scale, shift):
        super().__init__()
        self.register_buffer("scale", scale.view(-1, 1, 1))
        self.register_buffer("shift", shift.view(-1, 1, 1))

    def forward(self, x):
        return x * self.scale + self.shift


class DropSample(nn.Module):
    """Drops whole samples, as torchvision's stochastic depth does."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.empty(x.shape[0], 1, 1, 1).bernoulli_(1 - self.rate)
        return x * kept.div_(1 - self.rate)


ACTIVATIONS = {
    "relu": lambda alone: nn.ReLU(alone), "silu": lambda alone: nn.SiLU(alone), "sigmoid": lambda alone: nn.Sigmoid(),
    "softmax": lambda alone: nn.Softmax(1),
}


def tensors(arguments):
    """Names of the layers that a node's arguments come from, in order."""
    if isinstance(arguments, dict):
        if arguments.get("class_name") == "__keras_tensor__":
            return [arguments["config"]["keras_history"][0]]
        arguments = list(arguments.values())
    return [n for a in arguments for n in tensors(a)] if isinstance(arguments, list) else []


def margins(size, window, stride):
    """Keras's zeros before and after each of two axes for padding="same"."""
    total = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(size, window, stride)]
    return [(t // 2, t - t // 2) for t in total]


class Translation:
    """Reads layers in their order; `module()` is what they became."""

    def __init__(self, file, weights, exact, logits):
        with zipfile.ZipFile(file) as z:
            config = json.loads(z.read("config.json"))
        self.sequential = config["class_name"] == "Sequential"
        self.layers = config["config"]["layers"]
        self.weights = weights
        self.exact = exact
        self.logits = logits
        self.root = nn.Module()
        self.graph = fx.Graph()
        self.values = {}
        self.sizes = {}
        self.zeros = {}
        self.readers = {}
        last = None
        for layer in self.layers:
            layer["from"] = [last] if self.sequential else tensors([n["args"] for n in layer["inbound_nodes"]])
            last = layer["config"]["name"]
            for name in layer["from"]:
                self.readers[name] = self.readers.get(name, 0) + 1
        for layer in self.layers:
            self.read(layer["class_name"], layer["config"], layer["from"])
        self.graph.output(self.values[last])
        self.last = last

    def module(self):
        return fx.GraphModule(self.root, self.graph)

    def split(self):
        """The module up to the last layer, and that layer as a module of its own."""
        whole = self.module()
        head = whole.get_submodule(self.last)
        end = next(n for n in whole.graph.nodes if n.target == self.last)
        end.replace_all_uses_with(end.args[0])
        whole.graph.erase_node(end)
        whole.delete_all_unused_submodules()
        whole.recompile()
        return whole, head

    def call(self, module, x, name):
        self.root.add_module(name, module)
        return self.graph.call_module(name, (x,))

    def alone(self, name):
        """Whether nobody else reads this, so that it may be overwritten."""
        return self.readers.get(name, 0) == 1

    def activated(self, value, config):
        kind = config.get("activation", "linear")
        if kind == "linear" or kind == "softmax" and self.logits:
            return value
        return self.call(ACTIVATIONS[kind](True), value, config["name"] + "_" + kind)

    def window(self, config, source):
        """The input, padded where that takes an operation; zeros for the module; the output's size."""
        kernel = config.get("kernel_size") or config["pool_size"]
        stride = config["strides"]
        size = self.sizes[source]
        pads = self.zeros.pop(source, [(0, 0), (0, 0)])
        if config["padding"] == "same":
            pads = margins(size, kernel, stride)
        self.sizes[config["name"]] = [(n + a + b - k) // s + 1 for n, (a, b), k, s in zip(size, pads, kernel, stride)]
        x = self.values[source]
        if self.exact and any(a != b for a, b in pads):
            (top, bottom), (left, right) = pads
            value = -float("inf") if "pool_size" in config else 0.0
            x = self.call(nn.ConstantPad2d((left, right, top, bottom), value), x, config["name"] + "_pad")
            pads = [(0, 0), (0, 0)]
        return x, dict(kernel_size=tuple(kernel), stride=tuple(stride), padding=tuple(max(p) for p in pads))

    def conv(self, x, name, kernel, bias, groups, how):
        made = nn.Conv2d(kernel.shape[1] * groups, kernel.shape[0], groups=groups, bias=bias is not None, **how)
        made.weight.data = kernel.contiguous()
        if bias is not None:
            made.bias.data = torch.from_numpy(bias.copy())
        return self.call(made, x, name)

    def read(self, kind, config, sources):
        name = config["name"]
        w = self.weights.get(name, {})
        source = sources[0] if sources else None
        if source in self.sizes:
            self.sizes[name] = self.sizes[source]
        if kind == "InputLayer":
            shape = config.get("batch_shape") or config["batch_input_shape"]
            self.sizes[name] = shape[1:-1]
            self.values[name] = self.graph.placeholder("x")
        elif kind == "ZeroPadding2D":
            self.values[name] = self.values[source]
            self.zeros[name] = [tuple(p) for p in config["padding"]]
        else:
            make = getattr(self, kind.lower())
            self.values[name] = make(config, w, source, *[self.values[s] for s in sources])

    def conv2d(self, config, w, source, x):
        x, how = self.window(config, source)
        kernel = torch.from_numpy(w["kernel"]).permute(3, 2, 0, 1)
        return self.activated(self.conv(x, config["name"], kernel, w.get("bias"), config["groups"], how), config)

    def depthwise(self, config, w, source, name):
        x, how = self.window(config, source)
        kernel = torch.from_numpy(w.get("depthwise_kernel", w.get("kernel"))).permute(2, 3, 0, 1)
        channels, multiplier, *window = kernel.shape
        kernel = kernel.reshape(channels * multiplier, 1, *window)
        bias = w.get("bias") if name == config["name"] else None
        return self.conv(x, name, kernel, bias, channels, how)

    def depthwiseconv2d(self, config, w, source, x):
        return self.activated(self.depthwise(config, w, source, config["name"]), config)

    def separableconv2d(self, config, w, source, x):
        x = self.depthwise(config, w, source, config["name"] + "_depthwise")
        kernel = torch.from_numpy(w["pointwise_kernel"]).permute(3, 2, 0, 1)
        return self.activated(self.conv(x, config["name"], kernel, w.get("bias"), 1, dict(kernel_size=1)), config)

    def batchnormalization(self, config, w, source, x):
        kind = nn.BatchNorm2d if self.sizes[source] else nn.BatchNorm1d
        made = kind(len(w["moving_mean"]), eps=config["epsilon"], momentum=1 - config["momentum"])
        made.weight.data = torch.from_numpy(w["gamma"].copy())
        made.bias.data = torch.from_numpy(w["beta"].copy())
        made.running_mean = torch.from_numpy(w["moving_mean"].copy())
        made.running_var = torch.from_numpy(w["moving_variance"].copy())
        return self.call(made, x, config["name"])

    def relu(self, config, w, source, x):
        made = nn.ReLU6 if config["max_value"] == 6 else nn.ReLU
        return self.call(made(self.alone(source)), x, config["name"])

    def activation(self, config, w, source, x):
        return self.call(ACTIVATIONS[config["activation"]](self.alone(source)), x, config["name"])

    def add(self, config, w, source, x, y):
        return self.graph.call_function(operator.add, (x, y))

    def multiply(self, config, w, source, x, y):
        return self.graph.call_function(operator.mul, (x, y))

    def maxpooling2d(self, config, w, source, x):
        x, how = self.window(config, source)
        return self.call(nn.MaxPool2d(**how), x, config["name"])

    def globalaveragepooling2d(self, config, w, source, x):
        self.sizes[config["name"]] = []
        x = self.call(nn.AdaptiveAvgPool2d(1), x, config["name"])
        return self.call(nn.Flatten(), x, config["name"] + "_flat")

    def reshape(self, config, w, source, x):
        height, width, channels = config["target_shape"]
        self.sizes[config["name"]] = [height, width]
        return self.graph.call_method("view", (x, -1, channels, height, width))

    def dense(self, config, w, source, x):
        made = nn.Linear(*w["kernel"].shape, bias="bias" in w)
        made.weight.data = torch.from_numpy(w["kernel"]).T.contiguous()
        if "bias" in w:
            made.bias.data = torch.from_numpy(w["bias"].copy())
        return self.activated(self.call(made, x, config["name"]), config)

    def dropout(self, config, w, source, x):
        whole = config.get("noise_shape") and config["noise_shape"][1:] == [1, 1, 1]
        made = DropSample(config["rate"]) if whole else nn.Dropout(config["rate"])
        return self.call(made, x, config["name"])

    def rescaling(self, config, w, source, x):
        made = Scale(torch.tensor([float(config["scale"])]), torch.tensor([float(config["offset"])]))
        return self.call(made, x, config["name"])

    def normalization(self, config, w, source, x):
        mean, variance = (torch.from_numpy(w[n].reshape(-1).copy()) for n in ("mean", "variance"))
        return self.call(Scale(variance.rsqrt(), -mean * variance.rsqrt()), x, config["name"])

