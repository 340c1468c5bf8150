"""Files as older releases of Keras left them, each with one thing that a reader can stumble over, written to
src/test/resources/dev/thaw/io/keras/door/: the model, an input, and what Keras predicts for it.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/old_files.py [NAME ..]

Keras 3 writes them, and where a fault is a release's way of writing, its files are rewritten key by key; what is
called keras2 comes from the Keras 2 that TensorFlow carries inside.
"""

import json
import os
import pathlib
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402

OUT = pathlib.Path(__file__).parents[1] / "resources" / "dev" / "thaw" / "io" / "keras" / "door"
FILES = {}


def file(make):
    """Registers a function that makes the files of one folder of its name."""
    FILES[make.__name__] = make
    return make


def keep(name, model, x, suffix="keras"):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"model.{suffix}"
    model.save(path)
    np.save(folder / "x.npy", x)
    np.save(folder / "y_keras.npy", model.predict(x, verbose=0))
    return path


def numbers(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


@file
def activation_layer():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation=layers.LeakyReLU(negative_slope=0.1), name="leaky"),
            layers.Dense(3, activation=layers.ReLU(max_value=0.5), name="bounded"),
            layers.Activation(layers.ELU(alpha=0.5), name="elu"),
            layers.Dense(3, activation=layers.Softmax(), name="softmax"),
        ]
    )
    keep("activation_layer", model, numbers(8, 4))


@file
def h5_theano_kernels():
    """Keras 2 on Theano kept the kernels of these convolutions backwards, and depthwise ones as all others do."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(2, (3, 2), name="conv"),
            layers.DepthwiseConv2D(2, name="depthwise"),
            layers.Conv2DTranspose(3, 2, name="transposed"),
            layers.Reshape((4, 15), name="rows"),
            layers.Conv1D(2, 3, name="conv1d"),
        ]
    )
    path = keep("h5_theano_kernels", model, numbers(2, 6, 6, 2), "h5")
    with h5py.File(path, "r+") as f:

        def turn(name, node):
            if name.endswith("kernel") and "depthwise" not in name:
                spatial = tuple(range(node.ndim - 2))
                node[...] = np.flip(np.asarray(node), spatial)

        f["model_weights"].visititems(turn)
        for group in (f, f["model_weights"]):
            group.attrs["backend"] = "theano"
            group.attrs["keras_version"] = "2.1.3"


@file
def lambda_layer():
    model = keras.Sequential(
        [keras.Input((4,)), layers.Lambda(lambda x: x / 255.0, name="scaled"), layers.Dense(2)]
    )
    keep("lambda_layer", model, 100 * numbers(8, 4))


@file
def h5_numbered_names():
    """TensorFlow 1.13 to 2.1: BatchNormalizationV2, GlorotUniformV2, policies called "infer", a loss scale."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4, 4, 2)),
            layers.BatchNormalization(name="bn", gamma_initializer="random_normal"),
            layers.Conv2D(2, 3, name="conv"),
        ]
    )
    model.compile(keras.optimizers.SGD(0.5), "mse")
    path = keep("h5_numbered_names", model, numbers(2, 4, 4, 2), "h5")
    infer = {"class_name": "Policy", "config": {"name": "infer", "loss_scale": None}}
    with h5py.File(path, "r+") as f:
        config = json.loads(f.attrs["model_config"])
        for layer in config["config"]["layers"][1:]:
            layer["config"]["dtype"] = infer
        bn, conv = config["config"]["layers"][1:]
        bn["class_name"] = "BatchNormalizationV2"
        bn["config"].update(axis=[3], fused=True, gamma_initializer={"class_name": "OnesV2", "config": {}})
        conv["config"]["kernel_initializer"] = {"class_name": "GlorotUniformV2", "config": {"seed": None, "dtype": "float32"}}
        f.attrs["model_config"] = json.dumps(config)
        training = json.loads(f.attrs["training_config"])
        sgd = {"class_name": "SGD", "config": {"name": "SGD", "learning_rate": 0.5, "decay": 0.0, "momentum": 0.0, "nesterov": False}}
        scaled = {"inner_optimizer": sgd, "dynamic": True, "initial_scale": 32768.0, "dynamic_growth_steps": 2000}
        training["optimizer_config"] = {"class_name": "LossScaleOptimizer", "config": scaled}
        f.attrs["training_config"] = json.dumps(training)
        if "optimizer_weights" in f:
            del f["optimizer_weights"]
        for group in (f, f["model_weights"]):
            group.attrs["keras_version"] = "2.2.4-tf"


@file
def nested_structures():
    """Lists within dictionaries within one another; x and y are numbered in Keras's order of flattening."""
    keras.utils.set_random_seed(1)
    i, j, k = (keras.Input((2,), name=n) for n in ("i", "j", "k"))
    first = layers.Dense(1, name="first")(layers.Concatenate(name="all")([i, j, k]))
    second = layers.Dense(2, name="second")(layers.Subtract(name="less")([i, j]))
    third = layers.Dense(3, name="third")(k)
    model = keras.Model({"b": [i, j], "a": {"z": k}}, {"out": [first, [second]], "more": third})
    model.compile("sgd", {"out": ["mse", ["mae"]], "more": None})
    x = {"b": [numbers(4, 2, seed=0), numbers(4, 2, seed=1)], "a": {"z": numbers(4, 2, seed=2)}}
    folder = OUT / "nested_structures"
    folder.mkdir(parents=True, exist_ok=True)
    model.save(folder / "model.keras")
    for side, values in (("x", x), ("y", model.predict(x, verbose=0))):
        for n, value in enumerate(keras.tree.flatten(values)):
            np.save(folder / f"{side}{n}.npy", value)


def keep2(name, model, x):
    """Keeps a model of Keras 2."""
    from tensorflow.python.keras.saving import hdf5_format

    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    hdf5_format.save_model_to_hdf5(model, str(folder / "model.h5"))
    np.save(folder / "x.npy", x)
    np.save(folder / "y_keras.npy", np.asarray(model(x, training=False)))


@file
def h5_functions():
    """TensorFlow 2.4 and later: functions among the layers, in front of a net as preprocess_input is."""
    import tensorflow as tf
    from tensorflow.python.keras.engine import input_layer

    k2, models, _, _ = keras2()
    inputs = input_layer.Input((4, 4, 3))
    x = inputs / 127.5 - 1.0
    x = 1 - x[..., ::-1]
    x = tf.nn.bias_add(x, tf.constant([-0.1, 0.2, -0.3]))
    x = k2.Conv2D(3, 3, padding="same", name="conv")(x)
    x = tf.nn.relu6(x) + tf.reduce_mean(x, axis=[1, 2], keepdims=True)
    x = tf.concat([x, tf.maximum(x, 0.1) ** 2], axis=-1)
    x = tf.transpose(tf.cast(x, tf.float32), [0, 2, 1, 3])
    x = tf.image.resize(x, [2, 2])[:, :, 0]
    x = tf.reshape(x, [-1, 12])
    x = tf.squeeze(tf.expand_dims(x, 1), axis=1)
    x = tf.math.l2_normalize(tf.clip_by_value(x, -1, 1), axis=1)
    x = tf.matmul(tf.nn.leaky_relu(x), tf.constant(numbers(12, 5)))
    outputs = tf.nn.softmax(x * tf.constant([1.0, 2.0, 3.0, 4.0, 5.0]))
    keep2("h5_functions", models.Model(inputs, outputs), 255 * np.random.default_rng(0).random((2, 4, 4, 3), "float32"))


@file
def h5_slashes():
    """Slashes in the names of a nested model and of the layers in it, which stand in the names of weights too."""
    from tensorflow.python.keras.engine import input_layer

    k2, models, _, _ = keras2()
    keras.utils.set_random_seed(1)
    inner = input_layer.Input((4,))
    y = k2.Dense(3, name="block/second")(k2.Dense(3, activation="tanh", name="block/first")(inner))
    base = models.Model(inner, y, name="base/net")
    outer = input_layer.Input((4,))
    keep2("h5_slashes", models.Model(outer, k2.Dense(3, name="head/out")(base(outer))), numbers(8, 4))


def operation_layers():
    """TensorFlow 2.0 to 2.3: nodes of the graph, as JSON in 2.3 and as the bytes of a protocol buffer before."""
    import tensorflow as tf
    from tensorflow.python.keras.engine import base_layer, input_layer

    k2, models, _, _ = keras2()
    names = []

    def operation(make, x, constants):
        with tf.Graph().as_default():
            shape = [None] + list(x.shape[1:])
            node = make(tf.compat.v1.placeholder(tf.float32, shape)).op.node_def
        names.append(f"{node.name}_{len(names)}")
        return base_layer.TensorFlowOpLayer(node.SerializeToString(), names[-1], constants)(x)

    inputs = input_layer.Input((4, 4, 3))
    x = operation(lambda v: v / 127.5, inputs, {1: 127.5})
    x = operation(lambda v: 1 - v, x, {0: 1.0})
    # begins, ends and strides are constants of their own
    x = operation(lambda v: v[..., ::-1], x, {1: [0, 0], 2: [0, 0], 3: [1, -1]})
    x = operation(lambda v: v[:, 1, 1:], x, {1: [0, 1, 1], 2: [0, 2, 0], 3: [1, 1, 1]})
    x = operation(lambda v: tf.nn.bias_add(v, [1.0, 2.0, 3.0]), x, {1: [1.0, 2.0, 3.0]})
    x = k2.Dense(4, name="dense")(x)
    x = operation(lambda v: tf.nn.relu(v), x, {})
    x = operation(lambda v: tf.expand_dims(v, 1), x, {1: 1})
    x = operation(lambda v: tf.squeeze(v, [1]), x, {})
    x = operation(lambda v: tf.reduce_mean(v, [1], keepdims=False), x, {1: [1]})
    outputs = k2.Dense(2, name="out")(x)
    return models.Model(inputs, outputs)


@file
def h5_operations():
    x = 255 * np.random.default_rng(0).random((2, 4, 4, 3), "float32")
    keep2("h5_operations", operation_layers(), x)


@file
def h5_operations_as_bytes():
    x = 255 * np.random.default_rng(0).random((2, 4, 4, 3), "float32")
    model = operation_layers()
    keep2("h5_operations_as_bytes", model, x)
    with h5py.File(OUT / "h5_operations_as_bytes" / "model.h5", "r+") as f:
        config = json.loads(f.attrs["model_config"])
        for layer in config["config"]["layers"]:
            if layer["class_name"] == "TensorFlowOpLayer":
                node = model.get_layer(layer["name"]).node_def
                layer["config"]["node_def"] = node.SerializeToString().decode("utf-8")
        f.attrs["model_config"] = json.dumps(config)


@file
def h5_frozen_slashes():
    """A nested model whose layers have slashes in their names, as every DenseNet; one of them was frozen."""
    from tensorflow.python.keras.engine import input_layer

    keras.utils.set_random_seed(1)
    k2, models, _, _ = keras2()
    x = inner = input_layer.Input((4, 4, 2))
    for block in ("conv1", "conv2"):
        x = k2.Conv2D(2, 1, activation="tanh", name=f"{block}/conv")(x)
    base = models.Model(inner, x, name="base")
    base.layers[1].trainable = False
    inputs = input_layer.Input((4, 4, 2))
    outputs = k2.Dense(3, name="top/head")(k2.Flatten()(base(inputs)))
    keep2("h5_frozen_slashes", models.Model(inputs, outputs), numbers(2, 4, 4, 2))


def keras2():
    """The Keras 2 that TensorFlow carries inside; it has no release of its own to write into files."""
    import tensorflow.python.keras as k2
    from tensorflow.python.keras import layers as k2_layers
    from tensorflow.python.keras import models
    from tensorflow.python.keras.optimizer_v2 import adadelta, adam, adamax, gradient_descent, nadam, rmsprop
    from tensorflow.python.keras.saving import hdf5_format

    k2.__version__ = "2.6.0"
    optimizers = {
        "adam": adam.Adam(0.01),
        "amsgrad": adam.Adam(0.01, amsgrad=True),
        "rmsprop": rmsprop.RMSprop(0.01, momentum=0.5, centered=True),
        "nadam": nadam.Nadam(0.01),
        "sgd": gradient_descent.SGD(0.01, momentum=0.9, nesterov=True),
        "adamax": adamax.Adamax(0.01),
        "adadelta": adadelta.Adadelta(0.5),
    }
    return k2_layers, models, optimizers, hdf5_format.save_model_to_hdf5


@file
def optimizer_state():
    """Models of Keras 2 in the middle of training, and what they predict two steps later."""
    k2, models, optimizers, save = keras2()
    folder = OUT / "optimizer_state"
    folder.mkdir(parents=True, exist_ok=True)
    x = numbers(8, 4)
    np.save(folder / "x.npy", x)
    np.save(folder / "t.npy", x[:, :1])
    keras.utils.set_random_seed(1)
    for name, optimizer in optimizers.items():
        rows = [("first", 4, "tanh"), ("second", 4, "tanh"), ("out", 1, None)]
        model = models.Sequential([k2.Dense(n, activation=a, name=l) for l, n, a in rows])
        model.build((None, 4))
        model.compile(optimizer, "mse")
        for step in range(5):
            if step == 3:
                save(model, str(folder / f"{name}.h5"), include_optimizer=True)
            model.train_on_batch(x, x[:, :1])
        np.save(folder / f"{name}.npy", model.predict_on_batch(x))
    renamed(folder / "adam.h5", folder / "adam_2_13.h5", tensorflow_2_13)
    renamed(folder / "adam.h5", folder / "adam_2_1.h5", several_backends)


@file
def loss_scale():
    """The same by Keras 3, which puts the optimizer into a loss scale where the model's policy is one of half precision."""
    folder = OUT / "optimizer_state"
    keras.utils.set_random_seed(1)
    x = numbers(8, 4)
    rows = [("first", 4, "tanh"), ("second", 4, "tanh"), ("out", 1, None)]
    keras.config.set_dtype_policy("mixed_float16")
    dense = [layers.Dense(n, activation=a, name=l, dtype="float32") for l, n, a in rows]
    model = keras.Sequential([keras.Input((4,), dtype="float32")] + dense)
    keras.config.set_dtype_policy("float32")
    model.compile(keras.optimizers.Adam(0.01), "mse")
    for step in range(5):
        if step == 3:
            # in this order: writing .h5 takes the optimizer out of the configuration
            model.save(folder / "loss_scale.keras")
            model.save(folder / "loss_scale.h5")
        model.train_on_batch(x, x[:, :1])
    np.save(folder / "loss_scale.npy", model.predict_on_batch(x))


def renamed(source, target, order):
    """The same state under the names, and in the order, of another release."""
    with h5py.File(source) as f, h5py.File(target, "w") as g:
        for name, value in f.attrs.items():
            g.attrs[name] = value
        f.copy("model_weights", g)
        state = f["optimizer_weights"]
        values = {n: np.asarray(state[n]) for n in state.attrs["weight_names"]}
        into = g.create_group("optimizer_weights")
        renames = order(list(values))
        into.attrs["weight_names"] = [new for new, _ in renames]
        for new, old in renames:
            into[new] = values[old] if old in values else np.float32(0.01)


def tensorflow_2_13(names):
    """Adam/first/kernel/m:0 is Adam/m/first/kernel:0, with v beside it, and a learning rate in front."""
    all_names = [("iteration:0", names[0]), ("learning_rate:0", "a rate")]
    for m in [n for n in names if n.endswith("/m:0")]:
        path = m[len("Adam/") : -len("/m:0")]
        all_names.append((f"Adam/m/{path}:0", m))
        all_names.append((f"Adam/v/{path}:0", m[: -len("m:0")] + "v:0"))
    return all_names


def several_backends(names):
    rest = [(f"training/Adam/Variable_{i}:0", n) for i, n in enumerate(names[1:])]
    return [("Adam/iterations:0", names[0])] + rest


@file
def architecture_keras2():
    """to_json() and save_weights(), as two files: the way of Keras 2's early years."""
    from tensorflow.python.keras.saving import hdf5_format

    k2, models, _, _ = keras2()
    keras.utils.set_random_seed(1)
    rows = [k2.Dense(4, activation="relu", input_shape=(4,), name="hidden"), k2.Dense(2, name="out")]
    model = models.Sequential(rows)
    x = numbers(8, 4)
    keep2("architecture_keras2", model, x)
    folder = OUT / "architecture_keras2"
    (folder / "model.h5").unlink()
    (folder / "model.json").write_text(model.to_json())
    with h5py.File(folder / "weights.h5", "w") as f:
        hdf5_format.save_weights_to_hdf5_group(f, model.layers)


@file
def architecture_keras3():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="relu"), layers.Dense(2)])
    model.compile("adam", "mse")
    keep("architecture_keras3", model, numbers(8, 4)).unlink()
    folder = OUT / "architecture_keras3"
    (folder / "model.json").write_text(model.to_json())
    model.save_weights(folder / "model.weights.h5")


if __name__ == "__main__":
    for name in sys.argv[1:] or FILES:
        FILES[name]()
        print(name)
