"""What real Keras computes for each layer, written to src/test/resources/dev/thaw/golden/layers/.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/layer_fixtures.py

Each case is one layer on small inputs. The file has one fact per line:

    case NAME               begins a case
    class CLASS             Keras's class
    config KEY VALUE        an argument that is not the default; lists are joined by commas,
                            lists of lists by semicolons
    json {..}               the layer's get_config(), where the layer is read from that instead
    input SHAPE : FLOATS    in the order of the call
    weight NAME SHAPE : ..  before any call, in Keras's order
    inference SHAPE : ..    the output with training=False
    training SHAPE : ..     the output with training=True, or the word "same" for the same bits;
                            absent where it is random
    upstream SHAPE : ..     u of the scalar sum(output * u) whose gradients follow
    d_input SHAPE : ..      gradient of each input with training=True
    d_weight NAME SHAPE : . gradient of each trainable weight with training=True
    d_input_inference ..    the same with training=False, where the outputs differ
    d_weight_inference ..
    after NAME SHAPE : ..   weights that the call with training=True has changed
    end

Inputs, weights and upstream are short decimals. Elements of the inputs differ pairwise, so no
maximum is a tie, and none is 0, where some activations have a kink. They depend on the case's name
alone, so that a new case leaves the others as they are.
"""

import os
import pathlib
import zlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

OUT = pathlib.Path(__file__).parents[1] / "resources/dev/thaw/golden/layers/layers.txt"


def distinct(rng, shapes, span):
    """Inputs in (-span, span) whose elements all differ, also between the inputs."""
    total = sum(int(np.prod(s)) for s in shapes)
    values = (rng.permutation(total) + 0.3) / total * 2 * span - span
    values = np.round(values, 3).astype("float32")
    assert len(set(values)) == total and 0 not in values
    split = np.split(values, np.cumsum([int(np.prod(s)) for s in shapes])[:-1])
    return [v.reshape(s) for v, s in zip(split, shapes)]


def decimals(rng, shape, low, high):
    return np.round(rng.uniform(low, high, shape), 2).astype("float32")


def floats(a):
    a = np.asarray(a, "float32")
    assert np.isfinite(a).all()
    shape = ",".join(str(n) for n in a.shape)
    return f"{shape} : " + " ".join(str(v).removesuffix(".0") for v in a.ravel())


def setting(value):
    if isinstance(value, (list, tuple)):
        sep = ";" if isinstance(value[0], (list, tuple)) else ","
        return sep.join(setting(v) for v in value)
    return str(value)


def gradients(layer, inputs, upstream, training):
    def call(xs):
        with tf.GradientTape() as tape:
            tape.watch(xs)
            y = layer(xs if len(xs) > 1 else xs[0], training=training)
            total = tf.reduce_sum(y * upstream)
        wanted = [w.value for w in layer.trainable_weights]
        grads = tape.gradient(total, [xs, wanted], unconnected_gradients="zero")
        return y, grads

    xs = [tf.constant(x) for x in inputs]
    if getattr(layer, "groups", 1) > 1:
        call = tf.function(call, jit_compile=True)  # TensorFlow has no eager one on the CPU
    y, (dx, dw) = call(xs)
    return y.numpy(), [g.numpy() for g in dx], [g.numpy() for g in dw]


def case(out, name, cls, shapes, span=2.0, random=False, **config):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    layer = getattr(keras.layers, cls)(**config)
    shapes = shapes if isinstance(shapes, list) else [shapes]
    inputs = distinct(rng, shapes, span)
    layer.build(shapes if len(shapes) > 1 else shapes[0])
    weights = [
        decimals(rng, w.shape, 0.3 if w.name == "moving_variance" else -1, 1)
        for w in layer.weights
    ]
    layer.set_weights(weights)
    out.append(f"case {name}\nclass {cls}")
    out.extend(f"config {k} {setting(v)}" for k, v in config.items())
    out.extend("input " + floats(x) for x in inputs)
    out.extend(f"weight {w.name} {floats(v)}" for w, v in zip(layer.weights, weights))
    before = layer(inputs if len(inputs) > 1 else inputs[0], training=False).numpy()
    out.append("inference " + floats(before))
    if not random:
        upstream = decimals(rng, before.shape, -1, 1)
        fixed, dx_fixed, dw_fixed = gradients(layer, inputs, upstream, False)
        after, dx, dw = gradients(layer, inputs, upstream, True)
        same = np.array_equal(fixed, after)
        out.append("training same" if same else "training " + floats(after))
        out.append("upstream " + floats(upstream))
        names = [w.name for w in layer.trainable_weights]
        out.extend("d_input " + floats(g) for g in dx)
        out.extend(f"d_weight {n} {floats(g)}" for n, g in zip(names, dw))
        if not same:
            out.extend("d_input_inference " + floats(g) for g in dx_fixed)
            out.extend(f"d_weight_inference {n} {floats(g)}" for n, g in zip(names, dw_fixed))
        for w, v in zip(layer.weights, weights):
            if not np.array_equal(w.numpy(), v):
                out.append(f"after {w.name} {floats(w.numpy())}")
    out.append("end")
    return layer


def convolutions(out):
    c, d, s = "Conv2D", "DepthwiseConv2D", "SeparableConv2D"
    case(out, "conv2d_valid", c, (2, 5, 4, 3), filters=4, kernel_size=3)
    case(out, "conv2d_same", c, (2, 5, 4, 2), filters=3, kernel_size=3, padding="same")
    case(out, "conv2d_same_stride_odd", c, (1, 5, 7, 2), filters=3, kernel_size=3, strides=2,
         padding="same", activation="relu")
    case(out, "conv2d_same_stride_even", c, (1, 6, 4, 2), filters=2, kernel_size=3, strides=2,
         padding="same", use_bias=False)
    case(out, "conv2d_even_kernel_same", c, (1, 5, 5, 2), filters=2, kernel_size=(2, 4),
         padding="same")
    case(out, "conv2d_strides_differ", c, (1, 6, 7, 2), filters=2, kernel_size=(3, 2),
         strides=(2, 3))
    case(out, "conv2d_dilated_valid", c, (1, 7, 6, 2), filters=2, kernel_size=3,
         dilation_rate=(2, 1))
    case(out, "conv2d_dilated_same", c, (1, 5, 6, 2), filters=2, kernel_size=3, dilation_rate=2,
         padding="same")
    case(out, "conv2d_groups", c, (1, 4, 4, 4), filters=6, kernel_size=3, groups=2,
         padding="same", activation="tanh")
    case(out, "conv2d_pointwise", c, (2, 3, 3, 4), filters=3, kernel_size=1)
    case(out, "conv2d_stride_above_kernel", c, (1, 7, 7, 1), filters=2, kernel_size=2, strides=3,
         padding="same")
    case(out, "depthwise_valid", d, (2, 4, 5, 3), kernel_size=3)
    case(out, "depthwise_same_stride", d, (1, 5, 5, 3), kernel_size=3, strides=2, padding="same",
         use_bias=False)
    case(out, "depthwise_multiplier", d, (1, 4, 5, 2), kernel_size=(3, 2), depth_multiplier=3,
         padding="same", activation="relu6")
    case(out, "depthwise_dilated", d, (1, 6, 6, 2), kernel_size=3, dilation_rate=2)
    case(out, "separable_valid", s, (2, 4, 5, 2), filters=3, kernel_size=3)
    case(out, "separable_same_stride_multiplier", s, (1, 5, 5, 2), filters=3, kernel_size=3,
         strides=2, depth_multiplier=2, padding="same", activation="relu")
    case(out, "separable_dilated_no_bias", s, (1, 6, 5, 2), filters=2, kernel_size=3,
         dilation_rate=2, padding="same", use_bias=False)


def dense_and_normalization(out):
    b, n = "BatchNormalization", "LayerNormalization"
    case(out, "dense", "Dense", (3, 4), units=5)
    case(out, "dense_relu_no_bias", "Dense", (3, 4), units=2, activation="relu", use_bias=False)
    case(out, "dense_3d_softmax", "Dense", (2, 3, 4), units=3, activation="softmax")
    case(out, "bn_2d", b, (6, 3))
    case(out, "bn_2d_momentum_epsilon", b, (5, 3), momentum=0.6, epsilon=0.05)
    case(out, "bn_3d", b, (2, 4, 3), momentum=0.9)
    case(out, "bn_3d_axis_1", b, (3, 4, 3), axis=1, momentum=0.9)
    case(out, "bn_4d", b, (2, 3, 3, 4))
    case(out, "bn_4d_axis_1", b, (2, 3, 3, 4), axis=1)
    case(out, "bn_4d_no_center", b, (2, 3, 2, 3), center=False)
    case(out, "bn_4d_no_scale", b, (2, 3, 2, 3), scale=False)
    case(out, "bn_4d_neither", b, (2, 3, 2, 3), center=False, scale=False, momentum=0.5)
    case(out, "bn_5d", b, (2, 2, 2, 3, 2), momentum=0.8)
    case(out, "bn_5d_axis_2", b, (2, 2, 3, 2, 2), axis=2)
    case(out, "bn_frozen", b, (4, 3), trainable=False)
    case(out, "ln_2d", n, (4, 5))
    case(out, "ln_4d", n, (2, 3, 2, 4), epsilon=0.01)
    case(out, "ln_axes_1_2", n, (2, 3, 2, 4), axis=[1, 2])
    case(out, "ln_axes_all", n, (2, 3, 2, 2), axis=[1, 2, 3])
    case(out, "ln_axis_1", n, (2, 3, 4), axis=1)
    case(out, "ln_axes_3_1", n, (2, 3, 2, 4), axis=[3, 1])
    case(out, "ln_axes_1_minus_1", n, (2, 3, 2, 4), axis=[1, -1])
    case(out, "ln_no_center", n, (3, 4), center=False)
    case(out, "ln_no_scale", n, (3, 4), scale=False)
    case(out, "ln_neither", n, (3, 4), center=False, scale=False)


def pooling_and_shapes(out):
    m, a = "MaxPooling2D", "AveragePooling2D"
    for cls, p in ((m, "max"), (a, "average")):
        case(out, f"{p}_floor", cls, (2, 5, 4, 2), pool_size=2)
        case(out, f"{p}_same_odd", cls, (1, 5, 7, 2), pool_size=2, padding="same")
        case(out, f"{p}_overlap_same", cls, (1, 5, 6, 2), pool_size=3, strides=2, padding="same")
        case(out, f"{p}_sizes_differ", cls, (1, 6, 7, 2), pool_size=(2, 3), strides=(1, 2))
    for cls, p in (("GlobalAveragePooling2D", "average"), ("GlobalMaxPooling2D", "max")):
        case(out, f"global_{p}", cls, (2, 3, 4, 3))
        case(out, f"global_{p}_keepdims", cls, (2, 3, 2, 3), keepdims=True)
    case(out, "flatten", "Flatten", (2, 3, 2, 2))
    case(out, "flatten_vector", "Flatten", (3,))
    case(out, "reshape", "Reshape", (2, 3, 4), target_shape=(2, 6))
    case(out, "reshape_open", "Reshape", (2, 3, 4), target_shape=(2, -1, 3))
    case(out, "zero_padding", "ZeroPadding2D", (1, 3, 2, 2), padding=1)
    case(out, "zero_padding_pair", "ZeroPadding2D", (1, 3, 2, 2), padding=(2, 1))
    case(out, "zero_padding_sides", "ZeroPadding2D", (1, 3, 2, 2), padding=((0, 1), (2, 0)))
    case(out, "rescaling", "Rescaling", (2, 3, 2), scale=0.25, offset=-1.0)
    case(out, "rescaling_channels", "Rescaling", (2, 2, 2, 3), scale=[0.5, 2.0, -1.0],
         offset=[0.25, 0.0, 3.0])


def merges(out):
    pair, wide = [(2, 3, 4), (2, 3, 4)], [(2, 3, 3, 4), (2, 1, 1, 4)]
    for cls in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        case(out, cls.lower(), cls, pair)
        case(out, cls.lower() + "_broadcast", cls, wide)
    for cls in ("Add", "Multiply", "Average", "Maximum"):
        case(out, cls.lower() + "_three", cls, [(3, 4), (3, 1), (3, 4)])
    case(out, "concatenate", "Concatenate", [(2, 3, 2), (2, 3, 1), (2, 3, 3)])
    case(out, "concatenate_axis_1", "Concatenate", [(2, 2, 3), (2, 1, 3)], axis=1)


def activations(out):
    for f in ("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "sigmoid", "tanh", "softmax",
              "softplus", "softsign", "silu", "gelu", "hard_sigmoid", "hard_silu", "exponential"):
        case(out, f"activation_{f}", "Activation", (3, 7), span=8, activation=f)
    case(out, "relu", "ReLU", (3, 7), span=8)
    case(out, "relu_6", "ReLU", (3, 7), span=8, max_value=6.0)
    case(out, "relu_max", "ReLU", (3, 7), span=8, max_value=2.5)
    case(out, "relu_slope", "ReLU", (3, 7), span=8, negative_slope=0.1)
    case(out, "relu_slope_max", "ReLU", (3, 7), span=8, negative_slope=0.1, max_value=2.5)
    case(out, "leaky_relu", "LeakyReLU", (3, 7))
    case(out, "leaky_relu_slope", "LeakyReLU", (3, 7), negative_slope=0.05)
    case(out, "elu", "ELU", (3, 7))
    case(out, "elu_alpha", "ELU", (3, 7), alpha=0.7)
    case(out, "softmax", "Softmax", (3, 7), span=4)
    case(out, "softmax_4d", "Softmax", (2, 2, 3, 4), span=4)
    case(out, "softmax_axis_1", "Softmax", (2, 3, 2, 2), span=4, axis=1)


def random_layers(out):
    case(out, "dropout", "Dropout", (3, 4), random=True, rate=0.4, seed=1)
    case(out, "dropout_rate_0", "Dropout", (3, 4), rate=0.0)
    case(out, "dropout_rate_1", "Dropout", (3, 4), rate=1.0, seed=1)
    case(out, "dropout_noise_shape", "Dropout", (3, 4), random=True, rate=0.4, seed=1,
         noise_shape=(3, 1))
    case(out, "spatial_dropout1d", "SpatialDropout1D", (2, 3, 2), random=True, rate=0.4, seed=1)
    case(out, "spatial_dropout1d_rate_1", "SpatialDropout1D", (2, 3, 2), rate=1.0, seed=1)
    case(out, "spatial_dropout2d", "SpatialDropout2D", (2, 3, 2, 2), random=True, rate=0.4, seed=1)
    case(out, "spatial_dropout2d_rate_0", "SpatialDropout2D", (2, 3, 2, 2), rate=0.0)
    case(out, "gaussian_dropout", "GaussianDropout", (3, 4), random=True, rate=0.4, seed=1)
    case(out, "gaussian_dropout_rate_0", "GaussianDropout", (3, 4), rate=0.0)
    case(out, "gaussian_noise", "GaussianNoise", (3, 4), random=True, stddev=0.4, seed=1)
    case(out, "gaussian_noise_0", "GaussianNoise", (3, 4), stddev=0.0)
    case(out, "alpha_dropout", "AlphaDropout", (3, 4), random=True, rate=0.4, seed=1)
    case(out, "alpha_dropout_rate_0", "AlphaDropout", (3, 4), rate=0.0)


def main():
    out = [f"# Keras {keras.__version__}, TensorFlow {tf.__version__}; made by layer_fixtures.py"]
    for part in (convolutions, dense_and_normalization, pooling_and_shapes, merges, activations,
                 random_layers):
        part(out)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text("\n".join(out) + "\n")
    cases = sum(line.startswith("case ") for line in out)
    print(f"{cases} cases, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
