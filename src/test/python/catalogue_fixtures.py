"""More of what real Keras computes: layers.txt's sequel, read from Keras's own configurations.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/catalogue_fixtures.py

Writes reshaping.txt, merging.txt, activations.txt and operators.txt beside layers.txt, in the
format that layer_fixtures.py describes, but for one thing: instead of "class" and "config", a case
has the line

    json {..}               the layer as Keras serializes it, without what every layer has alike
                            (dtype, build_config, registered_name); an operator stands in a
                            Functional model of its own, since its constants stand in its call

so that the reader of Keras's files makes the layer, and what its writer writes can be compared.
"""

import json
import zlib

import layer_fixtures as base
import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

ALIKE = {"dtype", "build_config", "registered_name", "shared_object_id", "compile_config"}


def slim(node):
    """Without what every layer has alike; tensors and slices keep their config."""
    if isinstance(node, dict):
        tensor = str(node.get("class_name", "")).startswith("__")
        return {
            k: v if tensor and k == "config" else slim(v)
            for k, v in node.items()
            if k not in ALIKE
        }
    return [slim(n) for n in node] if isinstance(node, (list, tuple)) else node


def case(out, name, layer, *shapes, span=2.0, inputs=None, weights=(-1, 1), gradient=True):
    """One layer, or one model, whose gradients are those of every input and weight."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    shapes = list(shapes) if shapes else [np.shape(x) for x in inputs]
    if inputs is None:
        inputs = base.distinct(rng, shapes, span)
    inputs = [np.asarray(x, "float32").reshape(s) for x, s in zip(inputs, shapes)]
    if not layer.built:
        layer.build(shapes if len(shapes) > 1 else shapes[0])
    values = [base.decimals(rng, w.shape, *weights) for w in layer.weights]
    layer.set_weights(values)
    entry = slim(json.loads(json.dumps(keras.saving.serialize_keras_object(layer))))
    out.append(f"case {name}\njson {json.dumps(entry)}")
    out.extend("input " + base.floats(x) for x in inputs)
    out.extend(f"weight {w.name} {base.floats(v)}" for w, v in zip(layer.weights, values))
    result = layer(inputs if len(inputs) > 1 else inputs[0], training=False).numpy()
    if not gradient:
        out.extend(["inference " + base.floats(result), "end"])
        return
    upstream = base.decimals(rng, result.shape, -1, 1)
    fixed, dx_fixed, dw_fixed = base.gradients(layer, inputs, upstream, False)
    after, dx, dw = base.gradients(layer, inputs, upstream, True)
    assert np.array_equal(fixed, after), name
    out.append("inference " + base.floats(fixed))
    out.append("training same")
    out.append("upstream " + base.floats(upstream))
    out.extend("d_input " + base.floats(g) for g in dx)
    out.extend(f"d_weight {w.name} {base.floats(g)}" for w, g in zip(layer.trainable_weights, dw))
    out.append("end")


def formula(out, name, f, *shapes, **options):
    """A model of what f makes of its inputs by Keras's operators."""
    keras.backend.clear_session()
    xs = [keras.Input(s[1:], name=f"x{i}") for i, s in enumerate(shapes)]
    case(out, name, keras.Model(xs if len(xs) > 1 else xs[0], f(*xs)), *shapes, **options)


def reshaping(out):
    case(out, "zero_padding1d", layers.ZeroPadding1D(), (2, 3, 2))
    case(out, "zero_padding1d_sides", layers.ZeroPadding1D((0, 2)), (2, 3, 2))
    case(out, "zero_padding2d", layers.ZeroPadding2D(((0, 1), (2, 0))), (1, 3, 2, 2))
    case(out, "zero_padding3d", layers.ZeroPadding3D((1, 0, 2)), (1, 2, 3, 2, 2))
    case(out, "zero_padding3d_sides", layers.ZeroPadding3D(((1, 0), (0, 2), (1, 1))),
         (1, 2, 3, 2, 2))
    case(out, "cropping1d", layers.Cropping1D((1, 2)), (2, 5, 2))
    case(out, "cropping1d_end", layers.Cropping1D((0, 2)), (2, 5, 2))
    case(out, "cropping2d_none", layers.Cropping2D(), (1, 3, 3, 2))
    case(out, "cropping2d", layers.Cropping2D(((1, 0), (0, 2))), (2, 3, 4, 2))
    case(out, "cropping3d", layers.Cropping3D(1), (1, 3, 4, 3, 2))
    case(out, "cropping3d_sides", layers.Cropping3D(((0, 1), (2, 0), (0, 0))), (1, 3, 4, 2, 2))
    case(out, "up_sampling1d", layers.UpSampling1D(3), (2, 3, 2))
    case(out, "up_sampling2d", layers.UpSampling2D((2, 3)), (2, 3, 2, 2))
    case(out, "up_sampling2d_once", layers.UpSampling2D(1), (1, 2, 2, 2))
    case(out, "up_sampling3d", layers.UpSampling3D((2, 1, 3)), (1, 2, 2, 3, 2))
    first = "channels_first"
    case(out, "flatten_first", layers.Flatten(first), (2, 2, 3, 4))
    case(out, "zero_padding2d_first", layers.ZeroPadding2D((1, 2), first), (1, 2, 3, 2))
    case(out, "cropping2d_first", layers.Cropping2D(((1, 0), (0, 2)), first), (1, 2, 3, 4))
    case(out, "up_sampling2d_first", layers.UpSampling2D((2, 3), first), (1, 2, 3, 2))
    case(out, "permute", layers.Permute((2, 1)), (2, 3, 4))
    case(out, "permute_3", layers.Permute((3, 1, 2)), (2, 3, 4, 2))
    case(out, "repeat_vector", layers.RepeatVector(3), (2, 4))
    case(out, "reshape_to_vector", layers.Reshape((-1,)), (2, 3, 4))
    case(out, "reshape_none", layers.Reshape((3, -1, 2)), (2, 3, 4))
    case(out, "flatten_5d", layers.Flatten(), (2, 2, 1, 2, 3))
    case(out, "rescaling_lists", layers.Rescaling([0.5, 2.0, -1.0], [0.25, 0.0, 3.0]), (2, 2, 3))
    case(out, "rescaling_list_and_number", layers.Rescaling([0.5, 2.0], 1.5), (2, 3, 2))


def merging(out):
    for cls in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"):
        make = getattr(layers, cls)
        name = cls.lower()
        case(out, name + "_ranks", make(), (2, 3), (2, 2, 4, 3))
        case(out, name + "_ranks_swapped", make(), (2, 4, 1), (2, 3))
        # a tie, a smaller and a larger one of each
        case(out, name + "_ties", make(), inputs=[[[1, 2, -3, 0]], [[1, 3, -4, 0]]])
    for cls in ("Add", "Multiply", "Average", "Maximum", "Minimum"):
        case(out, cls.lower() + "_four", getattr(layers, cls)(), (2, 3), (2, 1), (2, 3, 1), (2, 3))
    case(out, "maximum_three_ties", layers.Maximum(), inputs=[[[1, 1, 0]], [[1, 0, 1]], [[1, 1, 1]]])
    case(out, "concatenate_axis_2", layers.Concatenate(axis=2), (2, 2, 1, 3), (2, 2, 3, 3))
    case(out, "concatenate_axis_minus_2", layers.Concatenate(axis=-2), (2, 1, 3), (2, 4, 3))
    case(out, "dot_vectors", layers.Dot(-1), (3, 4), (3, 4))
    case(out, "dot_cosine", layers.Dot(1, normalize=True), (3, 4), (3, 4))
    case(out, "dot_rows", layers.Dot(axes=(2, 2)), (2, 3, 4), (2, 5, 4))
    case(out, "dot_matrices", layers.Dot(axes=(2, 1), normalize=True), (2, 3, 4), (2, 4, 2))
    case(out, "dot_columns", layers.Dot(1), (2, 3, 4), (2, 3, 2))
    case(out, "dot_matrix_vector", layers.Dot(axes=(1, 1)), (2, 4, 3), (2, 4))
    case(out, "dot_vector_matrix", layers.Dot(axes=(1, 2)), (2, 4), (2, 3, 4))
    case(out, "dot_4d", layers.Dot(axes=(3, 1)), (2, 2, 3, 4), (2, 4, 2, 2))
    case(out, "dot_4d_middle", layers.Dot(axes=(-2, 2)), (2, 2, 3, 4), (2, 2, 3))


KINKS = [[-3, -1, -0.5, 0, 0.5, 1, 3, 6]]


def activations(out):
    for f in ("celu", "squareplus", "mish", "hard_tanh", "hard_shrink", "soft_shrink",
              "tanh_shrink", "sparse_plus", "sparse_sigmoid", "log_sigmoid", "log_softmax",
              "sparsemax", "glu"):
        case(out, f"activation_{f}", layers.Activation(f), (3, 8), span=8)
    for f in ("relu", "relu6", "leaky_relu", "elu", "selu", "hard_tanh", "hard_shrink",
              "soft_shrink", "sparse_plus", "hard_sigmoid", "hard_silu"):
        case(out, f"kinks_{f}", layers.Activation(f), inputs=[KINKS])
    case(out, "activation_sparsemax_3d", layers.Activation("sparsemax"), (2, 2, 5), span=2)
    case(out, "activation_sparsemax_ties", layers.Activation("sparsemax"),
         inputs=[[[1, 1, 1, 0], [3, 3, 0, 0], [0, 0, 0, 0]]])
    case(out, "activation_log_softmax_3d", layers.Activation("log_softmax"), (2, 2, 5), span=30)
    case(out, "activation_log_sigmoid_far", layers.Activation("log_sigmoid"), (2, 5), span=80)
    case(out, "relu_kinks_max", layers.ReLU(max_value=3), inputs=[KINKS])
    case(out, "relu_kinks_slope", layers.ReLU(negative_slope=0.1), inputs=[KINKS])
    case(out, "relu_kinks_slope_max", layers.ReLU(max_value=3.0, negative_slope=0.1),
         inputs=[KINKS])
    case(out, "relu_kinks_slope_6", layers.ReLU(6.0, 0.1), inputs=[KINKS])
    case(out, "relu_threshold", layers.ReLU(threshold=1.0), (3, 7), span=8)
    case(out, "relu_kinks_threshold", layers.ReLU(threshold=1.0), inputs=[KINKS])
    case(out, "relu_threshold_all", layers.ReLU(max_value=2.5, negative_slope=0.2, threshold=0.5),
         (3, 7), span=8)
    case(out, "relu_kinks_threshold_all", layers.ReLU(3.0, 0.25, 1.0), inputs=[KINKS])
    case(out, "leaky_relu_0", layers.LeakyReLU(0.0), (3, 7))
    case(out, "prelu", layers.PReLU(), (3, 5))
    case(out, "prelu_image", layers.PReLU(), (2, 2, 3, 2))
    case(out, "prelu_shared", layers.PReLU(shared_axes=[1, 2]), (2, 2, 3, 2))
    case(out, "prelu_shared_one", layers.PReLU(shared_axes=1, alpha_initializer="ones"), (2, 3, 2))
    case(out, "prelu_options", layers.PReLU(alpha_initializer="he_normal", alpha_regularizer="l2", alpha_constraint="non_neg"),
         (2, 3))
    case(out, "softmax_list", layers.Softmax(axis=[1]), (2, 3, 2), span=4)
    case(out, "softmax_axes", layers.Softmax(axis=(1, 2)), (2, 3, 2), span=4)
    case(out, "softmax_axes_apart", layers.Softmax(axis=(1, -1)), (2, 3, 2, 2), span=4)


ONE = (2, 3, 4)
TIE = [[-1, 0.5, 0, 2, 0.5, 3, -2, 1, 4, 0.5, 1, 0]]


def operators(out):
    n = np.float32

    def one(name, f, *shapes, **options):
        formula(out, "op_" + name, f, *(shapes or (ONE,)), **options)

    one("scale_and_shift", lambda x: (x / 127.5 - 1) * 2 + 3)
    one("number_first", lambda x: 1 - x)
    one("number_over", lambda x: 2.5 / (x + 4))
    one("negative_power", lambda x: -x ** 2)
    one("powers", lambda x: x ** 3 + (x + 4) ** 0.5 + (x + 5) ** -1 + (x + 6) ** 1.3 + x ** 0)
    one("power_half", lambda x: (x + 4) ** 1.5 + (x + 3) ** -0.5)
    one("number_to_power", lambda x: 2.0 ** x)
    one("tensor_to_power", lambda x, y: (x + 3) ** y, ONE, (2, 1, 4))
    one("add", lambda x, y: x + y, ONE, (2, 1, 4))
    one("add_itself", lambda x: x + x)
    one("subtract", lambda x, y: x - y, (2, 3, 1), (2, 1, 4))
    one("multiply", lambda x, y: x * y, ONE, (2, 3, 1))
    one("divide", lambda x, y: x / (y + 4), ONE, ONE)
    one("divide_named", lambda x, y: ops.divide(x, y + 4), ONE, ONE)
    one("keywords", lambda x: ops.add(x1=2.0, x2=x))
    one("maximum", lambda x, y: ops.maximum(x, y), ONE, (2, 1, 4))
    one("maximum_number", lambda x: ops.maximum(x, 0.5), (1, 3, 4), inputs=TIE)
    one("maximum_number_first", lambda x: ops.maximum(0.5, x), (1, 3, 4), inputs=TIE)
    one("minimum", lambda x, y: ops.minimum(x, y), ONE, (2, 1, 4))
    one("minimum_number", lambda x: ops.minimum(x, 0.5), (1, 3, 4), inputs=TIE)
    one("minimum_number_first", lambda x: ops.minimum(0.5, x), (1, 3, 4), inputs=TIE)
    one("array", lambda x: x * np.array([1.0, -2.0, 0.5, 3.0], n) + np.array([[1.0], [2.0], [3.0]], n))
    one("tensor", lambda x: x + ops.convert_to_tensor([103.939, 116.779, 123.68]), (2, 2, 2, 3))
    one("array_first", lambda x: ops.subtract(np.array([1.0, -2.0, 0.5, 3.0], n), x))
    one("caffe", lambda x: x[..., ::-1] + ops.convert_to_tensor(-np.array([1.0, 2.0, 3.0], n)),
        (2, 2, 2, 3))
    one("roots", lambda x: ops.sqrt(x + 3) + ops.square(x) + ops.absolute(x) + abs(x) + ops.exp(x)
        + ops.log(x + 3) + ops.rsqrt(x + 4) + ops.reciprocal(x + 5) + ops.negative(x) + ops.sign(x))
    one("clip", lambda x: ops.clip(x, -1, 1))
    one("cast", lambda x: ops.cast(x, "float32") * 2)
    one("relu", lambda x: ops.relu(x) + ops.relu6(x * 5))
    one("activations", lambda x: ops.sigmoid(x) + ops.silu(x) + ops.tanh(x) + ops.softplus(x)
        + ops.softsign(x) + ops.elu(x, 0.5) + ops.selu(x) + ops.celu(x, 2.0)
        + ops.leaky_relu(x, 0.1) + ops.gelu(x) + ops.gelu(x, approximate=False))
    one("activations_hard", lambda x: ops.hard_sigmoid(x * 3) + ops.hard_silu(x * 3)
        + ops.hard_tanh(x) + ops.hard_shrink(x, 0.7) + ops.soft_shrink(x, 0.3)
        + ops.tanh_shrink(x) + ops.threshold(x, 0.4, -2.0) + ops.sparse_plus(x)
        + ops.sparse_sigmoid(x) + ops.squareplus(x, 2) + ops.log_sigmoid(x))
    one("activation_relu", lambda x: keras.activations.relu(x, max_value=1.0, threshold=0.3))
    one("softmax", lambda x: ops.softmax(x) + ops.log_softmax(x) + ops.sparsemax(x))
    one("softmax_axis", lambda x: ops.softmax(x, axis=1) * ops.log_softmax(x, axis=-2))
    one("glu", lambda x: ops.glu(x) + ops.glu(x, axis=-1))
    one("normalize", lambda x: ops.normalize(x, axis=1))
    one("sum", lambda x: ops.sum(x, axis=1) * 2)
    one("mean", lambda x: ops.mean(x, axis=(1, 2), keepdims=True) + x)
    one("max", lambda x: ops.max(x, axis=-1) + ops.amin(x, axis=2) + ops.min(x, axis=-1))
    one("variance", lambda x: ops.var(x, axis=1) + ops.std(x, axis=1) + ops.logsumexp(x, axis=1))
    one("reshape", lambda x: ops.reshape(x, (-1, 2, 6)))
    one("reshape_like_flatten", lambda x: ops.reshape(x, (-1, 12)))
    one("transpose", lambda x: ops.transpose(x, (0, 2, 1)))
    one("swapaxes", lambda x: ops.moveaxis(ops.swapaxes(x, 1, 2), 1, -1), (2, 3, 4, 2))
    one("expand_squeeze", lambda x: ops.squeeze(ops.expand_dims(x, 1) * 2, 1))
    one("expand_end", lambda x: ops.expand_dims(x, -1))
    one("concatenate", lambda x, y: ops.concatenate([x, y, x], axis=1), ONE, (2, 1, 4))
    one("stack", lambda x, y: ops.stack([x, y], axis=-1), ONE, ONE)
    one("split", lambda x: sum(ops.split(x, 2, axis=-1)))
    one("split_at", lambda x: ops.split(x, [1, 3], axis=2)[1] * 2)
    one("repeat", lambda x: ops.repeat(x, 2, axis=1))
    one("pad", lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 1))))
    one("flip", lambda x: ops.flip(x, axis=1))
    one("subscript", lambda x: x[:, 1:, :-1])
    one("subscript_number", lambda x: x[:, 0] + x[:, -1])
    one("subscript_steps", lambda x: x[:, ::2, 3:0:-2])
    one("subscript_dots", lambda x: x[..., 1] + x[:, ..., -1])
    one("subscript_new_axis", lambda x: x[:, None, :, 1:3, None])
    one("matmul_shared", lambda x: x @ ops.convert_to_tensor(np.arange(8, dtype=n).reshape(4, 2)))
    one("matmul", lambda x, y: ops.matmul(x, y), ONE, (2, 4, 2))
    one("squeeze_and_excite", lambda x: x * ops.sigmoid(ops.mean(x, axis=[1, 2], keepdims=True)),
        (2, 2, 3, 4))
    one("stop_gradient", lambda x: ops.stop_gradient(x) * x)


def images(out):
    for method in ("bilinear", "bicubic", "lanczos3", "lanczos5"):
        case(out, f"up_sampling2d_{method}", layers.UpSampling2D((2, 3), interpolation=method),
             (1, 3, 4, 2))
    case(out, "up_sampling2d_bilinear_first",
         layers.UpSampling2D(2, "channels_first", "bilinear"), (1, 2, 3, 2))
    for method in ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"):
        case(out, f"resizing_{method}_larger", layers.Resizing(7, 5, method), (1, 3, 4, 2))
        case(out, f"resizing_{method}_smaller", layers.Resizing(3, 4, method), (1, 8, 5, 1))
        case(out, f"resizing_{method}_antialias", layers.Resizing(3, 4, method, antialias=True),
             (1, 8, 5, 1))
    case(out, "resizing_antialias_larger", layers.Resizing(7, 9, antialias=True), (1, 3, 4, 1))
    case(out, "resizing_one", layers.Resizing(1, 1), (2, 3, 4, 2))
    case(out, "resizing_from_one", layers.Resizing(3, 2, "bicubic"), (2, 1, 1, 2))
    case(out, "resizing_same", layers.Resizing(3, 4), (2, 3, 4, 2))
    case(out, "resizing_first", layers.Resizing(4, 3, data_format="channels_first"), (1, 2, 3, 5))
    case(out, "resizing_crop", layers.Resizing(3, 4, crop_to_aspect_ratio=True), (1, 7, 5, 2))
    case(out, "resizing_crop_wide", layers.Resizing(4, 3, crop_to_aspect_ratio=True), (1, 3, 8, 2))
    case(out, "resizing_pad", layers.Resizing(4, 4, pad_to_aspect_ratio=True), (1, 3, 7, 2))
    case(out, "resizing_pad_value",
         layers.Resizing(4, 3, "nearest", pad_to_aspect_ratio=True, fill_value=1.5), (1, 8, 3, 2))
    def moved(name, transform, shape=(2, 5, 6, 2), **options):
        # no gradient: augmentation stands in front of all weights
        formula(out, "affine_" + name,
                lambda x: ops.image.affine_transform(x, np.array(transform, "float32"), **options),
                shape, gradient=False)

    turned = [0.8, -0.6, 2.5, 0.6, 0.8, -1.25, 0, 0]
    each = [turned, [1.5, 0.25, -4, -0.5, 2, 3, 0.0625, -0.03125]]
    for mode in ("reflect", "wrap", "constant", "nearest"):
        moved(mode, each, fill_mode=mode, fill_value=0.5)
        moved(mode + "_far", [1, 0, 17.25, 0, 1, -23.5, 0, 0], fill_mode=mode)
        # coordinates that float32 holds exactly
        moved(mode + "_nearest", [0.75, 0.25, -2.125, -0.5, 1.5, 1.375, 0, 0], fill_mode=mode,
              interpolation="nearest")
    formula(out, "op_resize", lambda x: ops.image.resize(x, (3, 7), interpolation="bicubic"),
            (2, 4, 5, 2))
    formula(out, "op_waves", lambda x: ops.sin(x * 3) + ops.cos(x) + ops.floor(x) * ops.ceil(x * 2),
            ONE)
    def still(name, layer, shape=(2, 3, 4, 2)):
        # random in training; in inference they leave images alone
        case(out, name, layer, shape, gradient=False)

    for mode in ("horizontal", "vertical", "horizontal_and_vertical"):
        still(f"random_flip_{mode}", layers.RandomFlip(mode))
    still("random_rotation", layers.RandomRotation(0.2))
    still("random_rotation_bounds", layers.RandomRotation(
        (-0.1, 0.3), fill_mode="wrap", interpolation="nearest", seed=3, fill_value=0.5))
    still("random_zoom", layers.RandomZoom(0.2))
    still("random_zoom_bounds", layers.RandomZoom((-0.3, 0.1), [-0.2, 0.2], fill_mode="constant"))
    still("random_translation", layers.RandomTranslation(0.1, (-0.2, 0.3), fill_mode="nearest"))
    still("random_contrast", layers.RandomContrast(0.3))
    still("random_contrast_bounds", layers.RandomContrast((0.2, 0.4), value_range=(0, 1), seed=7))
    still("random_brightness", layers.RandomBrightness(0.2))
    still("random_brightness_bounds", layers.RandomBrightness((-0.8, 0.1), value_range=(0, 1)))
    still("random_crop", layers.RandomCrop(3, 4, seed=5))
    still("random_flip_first", layers.RandomFlip("vertical", data_format="channels_first"))
    case(out, "center_crop", layers.CenterCrop(3, 2), (2, 6, 5, 2))
    case(out, "center_crop_odd", layers.CenterCrop(2, 3), (1, 5, 8, 1))
    case(out, "center_crop_all", layers.CenterCrop(4, 3), (1, 4, 3, 1))
    case(out, "center_crop_small", layers.CenterCrop(5, 6), (1, 4, 8, 2))
    case(out, "center_crop_smaller", layers.CenterCrop(6, 6), (1, 4, 3, 1))


def write(name, part):
    out = [f"# Keras {keras.__version__}, TensorFlow {tf.__version__}; made by catalogue_fixtures.py"]
    part(out)
    path = base.OUT.with_name(name + ".txt")
    path.write_text("\n".join(out) + "\n")
    print(f"{name}: {sum(l.startswith('case ') for l in out)} cases, {path.stat().st_size} bytes")


def main():
    write("reshaping", reshaping)
    write("merging", merging)
    write("activations", activations)
    write("operators", operators)
    write("images", images)


if __name__ == "__main__":
    main()
