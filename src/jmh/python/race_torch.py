"""PyTorch's side of a race (see race_side.py). Variants, all channels_last and in inference mode for predictions:

eager; folded: batch normalization folded into convolutions where it is frozen (torch.fx's fuse);
compiled: torch.compile. `-exact` behind a variant: padded to the cell as Keras does, for comparing numbers.
"""

import math
import os
import sys
import time

import torch
from torch import nn
from torch.fx.experimental.optimization import fuse

from keras_to_torch import Translation
from race_side import CHECKING_RATE, RATE, Row, serve

OPTIMIZERS = ({"foreach": False}, {"foreach": True}, {"fused": True})
TRIALS = 2


class Side:
    def __init__(self, row):
        self.row = row
        variant = row.variant.removesuffix("-exact")
        t = Translation(row.folder / "model.keras", row.weights(), row.variant != variant, row.purpose != "predict")
        first = next(layer["config"] for layer in t.layers if layer["class_name"] == "InputLayer")
        self.x = torch.from_numpy(row.images((first.get("batch_shape") or first["batch_input_shape"])[1:]))
        self.y = torch.from_numpy(row.labels()).long()
        self.base, self.head = (None, t.module())
        if row.purpose == "frozen":
            self.base, self.head = t.split()
            self.base = self.prepared(self.base.eval().requires_grad_(False), variant)
        elif row.purpose == "predict":
            self.head = self.prepared(self.head.eval(), variant)
        else:
            self.head = self.laid_out(self.head)
            if variant == "compiled":
                self.head = torch.compile(self.head)
        self.loss = nn.CrossEntropyLoss()
        self.optimizer = None

    def laid_out(self, module):
        return module.to(memory_format=torch.channels_last)

    def prepared(self, module, variant):
        """For inference alone."""
        if variant == "folded":
            module = fuse(module)
        module = self.laid_out(module)
        return torch.compile(module) if variant == "compiled" else module

    def batch(self, rows):
        """Rows of NHWC are an NCHW tensor in channels_last."""
        x = self.x[rows]
        return x.permute(0, 3, 1, 2) if x.dim() == 4 else x

    def batches(self):
        return [slice(i, i + self.row.batch) for i in range(0, len(self.x), self.row.batch)]

    def forward(self, x):
        if self.base is not None:
            with torch.no_grad():
                x = self.base(x)
        return self.head(x)

    def predict(self):
        self.head.eval()
        with torch.inference_mode():
            y = self.forward(self.batch(self.batches()[0]))
            return (y if self.row.purpose == "predict" else y.softmax(1)).numpy()

    def step(self, rows):
        x, y = self.batch(rows), self.y[rows]
        self.optimizer.zero_grad(set_to_none=True)
        logits = self.forward(x)
        loss = self.loss(logits, y)
        loss.backward()
        self.optimizer.step()
        return loss.detach(), (logits.detach().argmax(1) == y).sum()

    def optimizing(self, how, rate=RATE):
        if self.row.purpose == "adam" and rate == RATE:
            return torch.optim.Adam(self.head.parameters(), lr=0.001, eps=1e-7, **how)
        return torch.optim.SGD(self.head.parameters(), lr=rate, momentum=0.9, **how)

    def choose_optimizer(self):
        """The quickest of some steps, in turns."""
        self.head.train()
        best = dict.fromkeys(range(len(OPTIMIZERS)), math.inf)
        for trial in range(TRIALS + 1):
            for i, how in enumerate(OPTIMIZERS):
                self.optimizer = self.optimizing(how)
                begin = time.perf_counter()
                self.step(self.batches()[0])
                if trial:
                    best[i] = min(best[i], time.perf_counter() - begin)
        how = OPTIMIZERS[min(best, key=best.get)]
        print(f"PyTorch's optimizer: {how}", file=sys.stderr)
        self.optimizer = self.optimizing(how)

    def train(self, count):
        self.head.train()
        self.optimizer = self.optimizing({"foreach": False}, CHECKING_RATE)
        losses = [self.step(self.batches()[0])[0].item() for _ in range(count)]
        return losses[0], losses[-1]

    def run(self, passes):
        if self.row.purpose == "predict":
            return self.predict_all(passes), 0.0
        if self.optimizer is None:
            self.choose_optimizer()
        begin = time.perf_counter()
        for _ in range(passes):
            self.head.train()
            total = torch.zeros(())
            right = torch.zeros((), dtype=torch.long)
            for rows in torch.randperm(len(self.x)).split(self.row.batch):
                loss, hits = self.step(rows)
                total += loss * len(rows)
                right += hits
            mean, _ = total.item() / len(self.x), right.item()
        return time.perf_counter() - begin, mean

    def predict_all(self, passes):
        begin = time.perf_counter()
        with torch.inference_mode():
            for _ in range(passes):
                for rows in self.batches():
                    self.head(self.batch(rows))
        return time.perf_counter() - begin


if __name__ == "__main__":
    torch.manual_seed(1)
    asked = Row(*sys.argv[1:])
    torch.set_num_threads(asked.threads)
    trim = "malloc keeps memory" if "MALLOC_TRIM_THRESHOLD_" in os.environ else "stock malloc"
    serve(Side(asked), f"PyTorch {torch.__version__}, channels_last, {trim}")
