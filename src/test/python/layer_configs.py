"""What Keras's get_config says of layers, written to src/test/resources/dev/thaw/io/keras/configs.txt.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/layer_configs.py

One layer a line: its class, a space, its configuration as JSON. Each layer once with what it has by
default, and once with every option set to something else. Options that only later releases of Keras 3
know are left out where they mean nothing, since Thaw leaves them out for the sake of the earlier ones.
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
from keras import constraints, initializers, regularizers  # noqa: E402

OUT = pathlib.Path(__file__).parents[1] / "resources/dev/thaw/io/keras/configs.txt"


LATER = ("input_axes", "output_axes", "quantization_config")
RENORM = ("renorm", "renorm_clipping", "renorm_momentum")


def without_later(config):
    if not isinstance(config, dict):
        return config
    dropped = () if config.get("renorm") else RENORM
    return {
        k: without_later(v)
        for k, v in config.items()
        if not (k in LATER and v is None or k in dropped)
    }


def line(cls, **config):
    keras.utils.clear_session()
    layer = getattr(keras.layers, cls)(**config)
    return f"{cls} {json.dumps(without_later(layer.get_config()), separators=(',', ':'))}"


def weight(name, initializer, regularizer, constraint):
    return {
        f"{name}_initializer": initializer,
        f"{name}_regularizer": regularizer,
        f"{name}_constraint": constraint,
    }


def convolutions():
    common = dict(
        padding="same", activation="relu", use_bias=False, data_format="channels_first",
        activity_regularizer=regularizers.L1(0.125), name="some", trainable=False,
        **weight("bias", initializers.Constant(0.5), regularizers.L1L2(0.25, 0.5),
                 constraints.NonNeg()),
    )
    kernel = (initializers.HeNormal(seed=3), regularizers.L2(0.5), constraints.MaxNorm(3.0, [0, 1]))
    point = (initializers.RandomUniform(-1.0, 2.0, seed=1), regularizers.L1(0.5),
             constraints.UnitNorm(2))
    for rank in (1, 2, 3):
        size = tuple(range(2, 2 + rank))
        steps = tuple(range(3, 3 + rank))
        yield line(f"Conv{rank}D", filters=4, kernel_size=3)
        yield line(f"Conv{rank}D", filters=4, kernel_size=size, groups=2, strides=steps, **common,
                   **weight("kernel", *kernel))
        yield line(f"Conv{rank}D", filters=4, kernel_size=size, dilation_rate=steps)
        yield line(f"Conv{rank}DTranspose", filters=4, kernel_size=3)
        yield line(f"Conv{rank}DTranspose", filters=4, kernel_size=size, strides=steps, **common,
                   output_padding=tuple(range(rank)), **weight("kernel", *kernel))
        if rank < 3:
            two = dict(depth_multiplier=3, strides=2, dilation_rate=2)
            yield line(f"DepthwiseConv{rank}D", kernel_size=3)
            yield line(f"DepthwiseConv{rank}D", kernel_size=size, **two, **common,
                       **weight("depthwise", *kernel))
            yield line(f"SeparableConv{rank}D", filters=4, kernel_size=3)
            yield line(f"SeparableConv{rank}D", filters=4, kernel_size=size, **two, **common,
                       **weight("depthwise", *kernel), **weight("pointwise", *point))
    yield line("Conv1D", filters=2, kernel_size=2, padding="causal", dilation_rate=2)


def pooling():
    for rank in (1, 2, 3):
        for kind in ("Max", "Average"):
            yield line(f"{kind}Pooling{rank}D", pool_size=2)
            yield line(f"{kind}Pooling{rank}D", pool_size=tuple(range(2, 2 + rank)),
                       strides=tuple(range(1, 1 + rank)), padding="same",
                       data_format="channels_first", name="pool")
            yield line(f"Global{kind}Pooling{rank}D")
            yield line(f"Global{kind}Pooling{rank}D", keepdims=True, data_format="channels_first")


def normalizations():
    some = dict(
        name="some", trainable=False,
        **weight("beta", initializers.Constant(0.5), regularizers.L1(0.25), constraints.NonNeg()),
        **weight("gamma", initializers.RandomUniform(0.5, 1.5, seed=4), regularizers.L2(0.5),
                 constraints.MaxNorm(3.0)),
    )
    yield line("BatchNormalization")
    yield line("BatchNormalization", axis=1, momentum=0.5, epsilon=0.25, center=False, scale=False,
               synchronized=True, moving_mean_initializer=initializers.Constant(0.25),
               moving_variance_initializer=initializers.Constant(2.0), **some)
    yield line("BatchNormalization", renorm=True)
    yield line("BatchNormalization", renorm=True, renorm_momentum=0.5,
               renorm_clipping=dict(rmax=3.0, rmin=0.5, dmax=2.0))
    yield line("BatchNormalization", renorm=True, renorm_clipping=dict(dmax=2.0))
    yield line("LayerNormalization")
    yield line("LayerNormalization", axis=[2, 1], epsilon=0.5, center=False, scale=False, **some)
    yield line("GroupNormalization")
    yield line("GroupNormalization", groups=-1, axis=1, epsilon=0.5, center=False, scale=False,
               **some)
    yield line("RMSNormalization")
    yield line("RMSNormalization", axis=[1, 2], epsilon=0.5, name="some", trainable=False)
    yield line("UnitNormalization")
    yield line("UnitNormalization", axis=1)
    yield line("UnitNormalization", axis=[2])
    yield line("Normalization")
    yield line("Normalization", axis=None, invert=True, name="some")
    yield line("Normalization", axis=(1, 3), mean=0.5, variance=2.0)
    yield line("Normalization", axis=(1, 2), mean=[[0.485, 0.25]], variance=[[0.229, 1.0]])


def core():
    yield line("Identity", name="some")
    yield line("Masking")
    yield line("Masking", mask_value=-1.5, name="some", trainable=False)
    yield line("Embedding", input_dim=4, output_dim=3)
    yield line("Embedding", input_dim=4, output_dim=3, mask_zero=True, trainable=False,
               activity_regularizer=regularizers.L2(0.25),
               **weight("embeddings", initializers.HeNormal(seed=3), regularizers.L1(0.5),
                        constraints.UnitNorm(1)))
    yield line("TimeDistributed", layer=keras.layers.Dense(3, name="inner", trainable=False))
    yield line("TimeDistributed", trainable=False, name="some",
               layer=keras.layers.TimeDistributed(keras.layers.BatchNormalization(name="inner")))


def regularization():
    for cls in ("Dropout", "AlphaDropout"):
        yield line(cls, rate=0.25)
        yield line(cls, rate=0.25, noise_shape=(None, 1, 3), seed=7, trainable=False)
    yield line("GaussianDropout", rate=0.25)
    yield line("GaussianDropout", rate=0.25, seed=7, name="some")
    yield line("GaussianNoise", stddev=0.25)
    yield line("GaussianNoise", stddev=0.25, seed=7, name="some")
    yield line("ActivityRegularization")
    yield line("ActivityRegularization", l1=0.25, l2=0.5, trainable=False)


def main():
    parts = (convolutions, pooling, normalizations, core, regularization)
    lines = [l for part in parts for l in part()]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(f"# Keras {keras.__version__}; made by layer_configs.py\n" + "\n".join(lines) + "\n")
    print(f"{len(lines)} layers, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
