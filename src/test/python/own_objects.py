"""Opens in Keras what org.example.thaw.ResumedElsewhereTest saved: a model with a layer, an activation, a loss, a metric, a
schedule and an optimizer of the user's own, which Keras finds by the names that they are registered by, and trains on.

Run by hand, with Keras 3 and TensorFlow installed, on the file that the test leaves with
-Dthaw.keep=FILE:  python src/test/python/own_objects.py FILE
"""

import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import ops  # noqa: E402


def bent(x):
    return x + 0.1 * (ops.sqrt(ops.square(x) + 1) - 1)


class CenteredBatch(keras.layers.Layer):
    def __init__(self, momentum=0.9, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, shape):
        self.mean = self.add_weight(shape=(1, shape[-1]), initializer="zeros", trainable=False, name="mean")

    def call(self, x, training=False):
        if not training:
            return x - self.mean
        mean = ops.mean(x, axis=0, keepdims=True)
        self.mean.assign(self.momentum * self.mean + (1 - self.momentum) * mean)
        return x - mean

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


class Signum(keras.optimizers.Lion):
    def __init__(self, learning_rate=0.001, decay=0.9, **kwargs):
        super().__init__(learning_rate, beta_1=decay, beta_2=decay, **kwargs)


class Halving(keras.optimizers.schedules.LearningRateSchedule):
    def __init__(self, initial_learning_rate, half_life):
        self.initial, self.half_life = initial_learning_rate, half_life

    def __call__(self, step):
        return self.initial * 2.0 ** (-ops.cast(step, "float32") / self.half_life)


class QuarticError(keras.losses.Loss):
    def call(self, y_true, y_pred):
        return ops.mean((y_pred - y_true) ** 4, axis=-1)


class Overshoot(keras.metrics.MeanMetricWrapper):
    def __init__(self, name="overshoot", dtype=None):
        super().__init__(lambda t, p: ops.mean(ops.cast(p > t, "float32"), axis=-1), name=name, dtype=dtype)


if __name__ == "__main__":
    own = [bent, CenteredBatch, Signum, Halving, QuarticError, Overshoot]
    with keras.saving.custom_object_scope({o.__name__: o for o in own}):
        model = keras.models.load_model(sys.argv[1])
    assert type(model.optimizer) is Signum and type(model.get_layer("centered")) is CenteredBatch
    assert model.get_layer("centered").momentum == 0.8
    x = np.sin(np.float64(0.7) * np.arange(192)).astype("float32").reshape(64, 3)
    y = x[:, :2]
    print("iterations", int(model.optimizer.iterations), "rate", float(model.optimizer.learning_rate))
    for _ in range(2):
        print(model.fit(x, y, batch_size=16, shuffle=False, verbose=0).history)
    print("predicts", model.predict(x, verbose=0)[0])
