"""What PyTorch's and Keras's sides of a race share: the folder of a row, and the lines they answer.

`python race_torch.py FOLDER BATCH PURPOSE THREADS VARIANT` (the same for race_keras.py) answers as
Thaw's own side does; the Javadoc of dev.thaw.bench.Race has the lines.
"""

import pathlib
import sys

import numpy as np


RATE = 0.01
CHECKING_RATE = 1e-4  # dev.thaw.bench.Race says why


class Row:
    def __init__(self, folder, batch, purpose, threads, variant):
        self.folder = pathlib.Path(folder)
        self.batch = int(batch)
        self.purpose = purpose
        self.threads = int(threads)
        self.variant = variant

    def images(self, sample):
        return np.fromfile(self.folder / "x.bin", np.float32).reshape(-1, *sample)

    def labels(self):
        return np.fromfile(self.folder / "y.bin", np.int32)

    def weights(self):
        """Of each layer its weights by name, as Keras shapes them."""
        layers = {}
        content = np.fromfile(self.folder / "weights.bin", np.float32)
        for line in (self.folder / "weights.txt").read_text().splitlines():
            layer, weight, *shape = line.split()
            size = int(np.prod([int(n) for n in shape]))
            layers.setdefault(layer, {})[weight] = content[:size].reshape([int(n) for n in shape])
            content = content[size:]
        return layers


def serve(side, description):
    """Answers lines until the input ends. The side has predict(), train(n), run(n)."""
    print("ready", description, flush=True)
    for line in sys.stdin:
        verb, *count = line.split()
        if verb == "predict":
            side.predict().astype(np.float32).tofile(side.row.folder / f"{side.row.variant}.bin")
            answer = "done 0"
        elif verb == "train":
            answer = "done {:.7f} {:.7f}".format(*side.train(int(count[0])))
        else:
            answer = "ran {:.6f} {:.6f}".format(*side.run(int(count[0])))
        print(answer, flush=True)
