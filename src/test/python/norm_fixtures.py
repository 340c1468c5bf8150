"""What real Keras computes for normalizations, embeddings, layers in layers, and all of them under
masks, written to src/test/resources/dev/thaw/golden/layers/norms.txt in the format of
layer_fixtures.py, with three more lines:

    input_int SHAPE : INTS   an input of INT32, which has no gradient
    mask I SHAPE : ZEROS AND ONES   the mask of input I
    mask_out SHAPE : ..      the mask of the output; absent where it has none

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/norm_fixtures.py
"""

import json
import zlib

import layer_fixtures as fixtures  # first: it chooses Keras's backend
import keras
import numpy as np
import tensorflow as tf

L = keras.layers
OUT = fixtures.OUT.with_name("norms.txt")
POSITIVE = ("variance", "moving_variance", "moving_stddev", "renorm_stddev")


def initial(rng, w):
    if w.dtype != "float32":
        return np.zeros(w.shape, w.dtype)
    return fixtures.decimals(rng, w.shape, 0.3 if w.name in POSITIVE else -1, 1)


def attach(xs, masks):
    for i, m in masks.items():
        keras.src.backend.set_keras_mask(xs[i], tf.constant(np.asarray(m, bool)))
    return xs if len(xs) > 1 else xs[0]


def play(layer, inputs, masks, upstream, training):
    """Output, its mask, and the gradients of sum(output * upstream) where there is an upstream."""
    xs = [tf.constant(x) for x in inputs]
    numbers = [x for x in xs if x.dtype == tf.float32]
    wanted = [w.value for w in layer.trainable_weights]
    with tf.GradientTape() as tape:
        tape.watch(numbers)
        y = layer(attach(xs, masks), training=training)
        total = tf.reduce_sum(y * (1 if upstream is None else upstream))
    dx, dw = tape.gradient(total, [numbers, wanted], unconnected_gradients="zero")
    mask = keras.src.backend.get_keras_mask(y)
    return y.numpy(), mask, [g.numpy() for g in dx], [dense(g) for g in dw]


def dense(g):
    return tf.convert_to_tensor(g).numpy()


def case(out, name, layer, *shapes, masks={}, ints=None, inputs=None, random=False):
    """ints: values of an INT32 input instead of shapes; inputs: values instead of drawn ones."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if ints is not None:
        inputs = [np.asarray(ints, "int32")]
    elif inputs is None:
        inputs = fixtures.distinct(rng, list(shapes), 2.0)
    else:
        inputs = [np.asarray(x, "float32") for x in inputs]
    shapes = [x.shape for x in inputs]
    layer.build(shapes if len(shapes) > 1 else shapes[0])
    weights = [initial(rng, w) for w in layer.weights]
    layer.set_weights(weights)
    if isinstance(layer, L.Normalization):
        layer.finalize_state()  # Keras folds the weights into constants when they are loaded
    out.append(f"case {name}\nclass {type(layer).__name__}")
    out.append("json " + json.dumps(layer.get_config(), separators=(",", ":")))
    for x in inputs:
        out.append(("input_int " if x.dtype == np.int32 else "input ") + fixtures.floats(x))
    out.extend(f"mask {i} {fixtures.floats(m)}" for i, m in masks.items())
    out.extend(f"weight {w.name} {fixtures.floats(v)}" for w, v in zip(layer.weights, weights))
    before, mask, _, _ = play(layer, inputs, masks, None, False)
    out.append("inference " + fixtures.floats(before))
    if mask is not None:
        out.append("mask_out " + fixtures.floats(mask))
    if not random:
        upstream = fixtures.decimals(rng, before.shape, -1, 1)
        fixed, _, dx_fixed, dw_fixed = play(layer, inputs, masks, upstream, False)
        after, _, dx, dw = play(layer, inputs, masks, upstream, True)
        same = np.array_equal(fixed, after)
        out.append("training same" if same else "training " + fixtures.floats(after))
        out.append("upstream " + fixtures.floats(upstream))
        names = [w.name for w in layer.trainable_weights]
        out.extend("d_input " + fixtures.floats(g) for g in dx)
        out.extend(f"d_weight {n} {fixtures.floats(g)}" for n, g in zip(names, dw))
        if not same:
            out.extend("d_input_inference " + fixtures.floats(g) for g in dx_fixed)
            out.extend(f"d_weight_inference {n} {fixtures.floats(g)}"
                       for n, g in zip(names, dw_fixed))
        for w, v in zip(layer.weights, weights):
            if not np.array_equal(w.numpy(), v):
                out.append(f"after {w.name} {fixtures.floats(w.numpy())}")
    out.append("end")


def bn(**config):
    return L.BatchNormalization(momentum=0.8, **config)


STEPS = [[1, 1, 0, 1], [1, 0, 0, 1], [0, 1, 0, 0]]  # of 3 samples; nobody has the third
CELLS = [[[1, 0, 1], [0, 1, 1]], [[1, 1, 0], [0, 0, 0]]]  # of 2 samples of 2 by 3
TIGHT = dict(rmax=1.3, rmin=0.8, dmax=0.2)


def batch(out):
    case(out, "bn_renorm", bn(renorm=True), (6, 3))
    case(out, "bn_renorm_clipped", bn(renorm=True, renorm_clipping=TIGHT, renorm_momentum=0.6),
         (5, 4))
    case(out, "bn_renorm_rmax", bn(renorm=True, renorm_clipping=dict(rmax=1.1)), (5, 3))
    case(out, "bn_renorm_rmin_dmax", bn(renorm=True, renorm_clipping=dict(rmin=0.95, dmax=0.0)),
         (5, 3))
    case(out, "bn_renorm_4d_axis_1", bn(renorm=True, axis=1), (2, 3, 3, 2))
    case(out, "bn_renorm_no_scale", bn(renorm=True, scale=False), (5, 3))
    case(out, "bn_renorm_no_center", bn(renorm=True, center=False), (2, 3, 3))
    case(out, "bn_renorm_neither", bn(renorm=True, center=False, scale=False), (5, 3))
    case(out, "bn_renorm_large_epsilon", bn(renorm=True, epsilon=0.6), (5, 3))
    case(out, "bn_renorm_frozen", bn(renorm=True, trainable=False), (5, 3))
    case(out, "bn_synchronized", bn(synchronized=True), (2, 3, 3, 2))
    case(out, "bn_masked", bn(), (3, 4, 3), masks={0: STEPS})
    case(out, "bn_masked_axis_1", bn(axis=1), (3, 4, 2), masks={0: STEPS})
    case(out, "bn_masked_4d", bn(), (2, 2, 3, 2), masks={0: CELLS})
    case(out, "bn_masked_4d_axis_2", bn(axis=2), (2, 2, 3, 4), masks={0: CELLS})
    case(out, "bn_masked_rows", bn(), (4, 3), masks={0: [1, 0, 1, 1]})
    case(out, "bn_masked_nothing_valid", bn(), (3, 2, 2), masks={0: [[0, 0]] * 3})
    case(out, "bn_masked_neither", bn(center=False, scale=False), (3, 4, 2), masks={0: STEPS})
    case(out, "bn_masked_frozen", bn(trainable=False), (3, 4, 2), masks={0: STEPS})
    case(out, "bn_masked_renorm", bn(renorm=True, renorm_clipping=TIGHT), (3, 4, 3),
         masks={0: STEPS})


def others(out):
    g = L.GroupNormalization
    case(out, "gn_2", g(2), (2, 3, 2, 4))
    case(out, "gn_3_epsilon", g(3, epsilon=0.05), (2, 2, 6))
    case(out, "gn_1", g(1), (2, 2, 2, 3))
    case(out, "gn_each", g(-1), (2, 3, 2, 3))
    case(out, "gn_as_many", g(3), (2, 4, 3))
    case(out, "gn_2d", g(2), (3, 6))
    case(out, "gn_axis_1", g(2, axis=1), (2, 4, 3, 2))
    case(out, "gn_axis_2", g(2, axis=2), (2, 2, 4, 3))
    case(out, "gn_axis_minus_2", g(-1, axis=-2), (2, 3, 2, 3))
    case(out, "gn_no_center", g(2, center=False), (2, 3, 4))
    case(out, "gn_no_scale", g(2, scale=False), (2, 3, 4))
    case(out, "gn_neither", g(2, center=False, scale=False), (2, 3, 4))
    case(out, "gn_masked", g(2), (3, 4, 2), masks={0: STEPS})
    r = L.RMSNormalization
    case(out, "rms", r(), (3, 5))
    case(out, "rms_4d_epsilon", r(epsilon=0.1), (2, 2, 2, 3))
    case(out, "rms_axes", r(axis=[3, 2]), (2, 3, 2, 4))
    case(out, "rms_axes_all", r(axis=[1, 2, 3]), (2, 3, 2, 2))
    case(out, "rms_axis_1", r(axis=1), (2, 3, 3))
    case(out, "rms_axes_negative", r(axis=[-1, -2]), (2, 3, 4))
    case(out, "rms_masked", r(), (3, 4, 2), masks={0: STEPS})
    u = L.UnitNormalization
    case(out, "unit", u(), (3, 5))
    case(out, "unit_axis_1", u(axis=1), (2, 3, 2, 2))
    case(out, "unit_axes", u(axis=[1, -1]), (2, 3, 2, 2))
    case(out, "unit_masked", u(), (3, 4, 2), masks={0: STEPS})
    n = L.Normalization
    case(out, "normalization", n(), (3, 4))
    case(out, "normalization_4d", n(axis=3), (2, 2, 3, 3))
    case(out, "normalization_no_axis", n(axis=None), (2, 3, 2))
    case(out, "normalization_axes", n(axis=(1, 3)), (2, 3, 2, 2))
    case(out, "normalization_invert", n(invert=True), (3, 4))
    case(out, "normalization_given", n(mean=[0.5, -1.0, 0.0], variance=[4.0, 0.25, 0.0]), (4, 3))
    case(out, "normalization_given_number", n(mean=0.5, variance=2.0), (4, 3))
    case(out, "normalization_given_no_axis", n(axis=None, mean=0.5, variance=2.0), (4, 3))
    case(out, "normalization_given_invert", n(mean=[0.5, -1.0], variance=[4.0, 0.25], invert=True),
         (4, 3, 2))
    case(out, "normalization_given_fewer", n(axis=(1, 2), mean=[0.5, -1.0], variance=[4.0, 0.25]),
         (2, 3, 2))
    case(out, "normalization_given_spread",
         n(axis=(1, 2), mean=[[0.5], [-1.0], [0.1]], variance=[[4.0], [0.25], [1.0]]), (2, 3, 2))
    case(out, "normalization_masked", n(), (3, 4, 2), masks={0: STEPS})
    case(out, "ln_masked", L.LayerNormalization(), (3, 4, 2), masks={0: STEPS})


def masks(out):
    pair, three = [(3, 4, 2)] * 2, [(3, 4, 2)] * 3
    other = 1 - np.asarray(STEPS)
    other[0] = 1
    for cls in (L.Add, L.Subtract, L.Multiply, L.Average, L.Maximum, L.Minimum, L.Concatenate):
        name = cls.__name__.lower()
        case(out, f"{name}_masked", cls(), *pair, masks={0: STEPS, 1: other})
        case(out, f"{name}_masked_once", cls(), *pair, masks={1: STEPS})
        if cls not in (L.Subtract, L.Concatenate):
            case(out, f"{name}_masked_three", cls(), *three, masks={0: STEPS, 2: other})
            case(out, f"{name}_masked_all_three", cls(), *three,
                 masks={0: STEPS, 1: other, 2: STEPS})
    case(out, "concatenate_masked_time", L.Concatenate(axis=1), (3, 4, 2), (3, 2, 2),
         masks={0: STEPS, 1: [[1, 0]] * 3})
    case(out, "concatenate_masked_time_once", L.Concatenate(axis=1), (3, 2, 2), (3, 4, 2),
         masks={1: STEPS})
    zeros = np.zeros((2, 3, 2))
    zeros[0, 0], zeros[1, 2, 1] = (1.5, -2), 0.5
    case(out, "masking", L.Masking(), inputs=[zeros])
    case(out, "masking_value", L.Masking(0.1), inputs=[zeros + np.float32(0.1)])
    case(out, "masking_again", L.Masking(1.5), inputs=[zeros + 1], masks={0: [[1, 0, 0]] * 2})
    case(out, "masking_4d", L.Masking(-1.0), inputs=[np.stack([zeros - 1, zeros], 1)])
    case(out, "pool_masked", L.GlobalAveragePooling1D(), (3, 4, 2),
         masks={0: [[1, 1, 0, 1], [1, 0, 0, 1], [0, 1, 0, 0]]})
    case(out, "pool_masked_keepdims", L.GlobalAveragePooling1D(keepdims=True), (3, 4, 2),
         masks={0: STEPS})
    case(out, "dense_masked", L.Dense(3), (3, 4, 2), masks={0: STEPS})
    case(out, "flatten_masked", L.Flatten(), (3, 4, 2), masks={0: STEPS})
    case(out, "identity_masked", L.Identity(), (3, 4, 2), masks={0: STEPS})
    case(out, "relu_masked", L.ReLU(), (3, 4, 2), masks={0: STEPS})
    case(out, "rescaling_masked", L.Rescaling(0.5), (3, 4, 2), masks={0: STEPS})
    case(out, "dropout_masked", L.Dropout(0.4, seed=1), (3, 4, 2), masks={0: STEPS}, random=True)


def embeddings(out):
    e = L.Embedding
    ids = [[3, 0, 2, 2], [1, 3, 3, 0]]
    case(out, "embedding", e(5, 3), ints=ids)
    case(out, "embedding_mask", e(4, 2, mask_zero=True), ints=ids)
    case(out, "embedding_floats", e(4, 2, mask_zero=True), inputs=[[[3, 0.5, 0, 2.9]] * 2])
    case(out, "embedding_negative", e(5, 2), ints=[[-1, -5], [4, 0]])
    case(out, "embedding_vector", e(5, 2), ints=[4, 0, 4])
    case(out, "embedding_3d", e(4, 2, mask_zero=True), ints=[ids, ids[::-1]])
    case(out, "td_embedding", L.TimeDistributed(e(4, 2)), ints=[ids, ids[::-1]])


def inner(out):
    t = L.TimeDistributed
    case(out, "td_dense", t(L.Dense(3, activation="tanh")), (2, 4, 3))
    case(out, "td_dense_masked", t(L.Dense(3)), (3, 4, 2), masks={0: STEPS})
    case(out, "td_conv", t(L.Conv2D(2, 2)), (2, 3, 3, 4, 2))
    case(out, "td_flatten", t(L.Flatten()), (2, 3, 2, 2))
    case(out, "td_bn", t(bn()), (3, 4, 2))
    case(out, "td_bn_one_step", t(bn()), (4, 1, 2))
    case(out, "td_bn_frozen", t(bn(trainable=False)), (3, 4, 2))
    case(out, "td_bn_masked", t(bn()), (4, 3, 2), masks={0: [[1, 1, 0], [1, 0, 0], [0, 1, 0],
                                                            [1, 1, 1]]})
    case(out, "td_bn_2d", t(bn()), (2, 3, 2, 2, 2))
    case(out, "td_td_dense", t(t(L.Dense(2))), (2, 2, 3, 2))
    case(out, "td_pool_masked", t(L.GlobalAveragePooling1D()), (2, 2, 3, 2),
         masks={0: [[[1, 0, 1], [0, 1, 0]], [[1, 1, 1], [0, 0, 1]]]})


def random_layers(out):
    case(out, "spatial_dropout3d", L.SpatialDropout3D(0.4, seed=1), (2, 2, 2, 2, 3), random=True)
    case(out, "spatial_dropout3d_rate_1", L.SpatialDropout3D(1.0), (2, 2, 2, 2, 3))
    case(out, "spatial_dropout2d_first", L.SpatialDropout2D(0.4, "channels_first"), (2, 3, 2, 2),
         random=True)
    case(out, "alpha_dropout_noise_shape", L.AlphaDropout(0.4, noise_shape=(3, 1), seed=2), (3, 4),
         random=True)
    case(out, "gaussian_dropout_seed", L.GaussianDropout(0.4, seed=2), (3, 4), random=True)
    case(out, "gaussian_noise_seed", L.GaussianNoise(0.4, seed=2), (3, 4), random=True)
    case(out, "activity_regularization", L.ActivityRegularization(l1=0.1, l2=0.2), (3, 4))


def main():
    out = [f"# Keras {keras.__version__}, TensorFlow {tf.__version__}; made by norm_fixtures.py"]
    for part in (batch, others, masks, embeddings, inner, random_layers):
        part(out)
    OUT.write_text("\n".join(out) + "\n")
    cases = sum(line.startswith("case ") for line in out)
    print(f"{cases} cases, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
