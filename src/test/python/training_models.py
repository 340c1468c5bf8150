"""The models of training_fixtures.py: one function for each method of TrainingModels."""

import keras
from keras import constraints as C
from keras import layers as L
from keras import regularizers as R


def row(shape, *parts):
    x = s = keras.Input(shape, name="x")
    for part in parts:
        s = part(s)
    return keras.Model(x, s, name="model")


def dense(units, name, activation=None, **kw):
    return L.Dense(units, activation=activation, name=name, **kw)


def bn(name, **kw):
    return L.BatchNormalization(momentum=0.9, name=name, **kw)


def logits():
    return row((5,), dense(6, "hidden", use_bias=False), bn("bn"), L.ReLU(name="relu"),
               dense(3, "head"))


def softmax():
    return row((5,), dense(6, "hidden", "relu"), dense(3, "head", "softmax"))


def softmax_layer():
    return row((5,), dense(6, "hidden", "tanh"), dense(3, "scores"), L.Softmax(name="head"))


def softmax_mixed():
    return row((5,), dense(6, "hidden", "tanh"), dense(3, "scores", "softmax"),
               L.Rescaling(0.9, 0.04, name="head"))


def softmax_clipped():
    return row((5,), dense(6, "hidden", "tanh"), dense(3, "scores", "softmax"),
               L.Rescaling(1.2, -0.1, name="head"))


def logit():
    return row((5,), dense(6, "hidden", "tanh"), dense(1, "head"))


def sigmoid():
    return row((5,), dense(6, "hidden", "tanh"), dense(1, "head", "sigmoid"))


def sigmoid_mixed():
    return row((5,), dense(6, "hidden", "tanh"), dense(1, "score", "sigmoid"),
               L.Rescaling(0.9, 0.05, name="head"))


def sigmoid_clipped():
    return row((5,), dense(6, "hidden", "tanh"), dense(1, "score", "sigmoid"),
               L.Rescaling(1.2, -0.1, name="head"))


def labels():
    return row((5,), dense(6, "hidden", "tanh"), dense(3, "head", "sigmoid"))


def regression():
    return row((5,), dense(6, "hidden", "tanh"), dense(2, "head"))


def regularized():
    return row((5,),
               dense(6, "hidden", "relu", kernel_regularizer=R.L1(0.01),
                     bias_regularizer=R.L2(0.05)),
               bn("bn", gamma_regularizer=R.L2(0.03), beta_regularizer=R.L1(0.02)),
               dense(3, "head", kernel_regularizer=R.L1L2(0.005, 0.02)))


def constrained():
    return row((5,),
               dense(6, "hidden", "relu", kernel_constraint=C.MaxNorm(0.9),
                     bias_constraint=C.NonNeg()),
               bn("bn", gamma_constraint=C.MaxNorm(2.0), beta_constraint=C.MinMaxNorm(0.5, 0.8)),
               dense(4, "unit", "relu", kernel_constraint=C.UnitNorm(axis=0)),
               dense(3, "head", kernel_constraint=C.MinMaxNorm(0.4, 0.9, 0.3, axis=1)))


def constrained_images():
    return row((5, 5, 2),
               L.Conv2D(3, 3, activation="relu", name="conv", kernel_constraint=C.MaxNorm(
                   1.1, axis=[0, 1, 2]), bias_constraint=C.NonNeg()),
               L.DepthwiseConv2D(2, name="depthwise", depthwise_constraint=C.UnitNorm([0, 1])),
               L.SeparableConv2D(4, 2, name="separable", depthwise_constraint=C.NonNeg(),
                                 pointwise_constraint=C.MinMaxNorm(0.2, 0.6, 0.9, axis=[0, 1, 2])),
               L.GlobalAveragePooling2D(name="pool"), dense(3, "head"))


def active():
    return row((5,), dense(6, "hidden", "tanh", activity_regularizer=R.L2(0.05)),
               L.ActivityRegularization(l1=0.02, l2=0.01, name="activity"),
               dense(4, "second", "relu", activity_regularizer=R.L1(0.03)),
               dense(3, "head", activity_regularizer=R.L1L2(0.01, 0.02)))


def convolutions():
    x = keras.Input((6, 6, 2), name="x")
    s = L.Conv2D(4, 3, padding="same", use_bias=False, name="conv")(x)
    skip = L.ReLU(name="relu")(bn("bn")(s))
    s = L.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise")(skip)
    s = L.ReLU(max_value=6.0, name="relu6")(bn("depthwise_bn")(s))
    s = L.Add(name="add")([s, skip])
    s = L.SeparableConv2D(5, 2, strides=2, activation="relu", name="separable")(s)
    s = L.GlobalAveragePooling2D(name="pool")(s)
    return keras.Model(x, dense(3, "head", "softmax")(s), name="model")


def pools():
    return row((6, 7, 2), L.ZeroPadding2D(((0, 1), (1, 0)), name="pad"),
               L.Conv2D(3, 3, strides=2, activation="relu", name="conv"),
               L.MaxPooling2D(3, strides=1, padding="same", name="max"),
               L.AveragePooling2D(2, strides=1, name="average"), L.Flatten(name="flatten"),
               L.LayerNormalization(name="norm"), dense(3, "head"))


def two_outputs():
    a, b = keras.Input((3,), name="a"), keras.Input((2,), name="b")
    s = L.Concatenate(name="both")([dense(4, "left", "tanh")(a), dense(3, "right", "tanh")(b)])
    s = dense(5, "common", "relu")(s)
    return keras.Model([a, b], [dense(3, "label")(s), dense(1, "value")(s)], name="model")


def shared():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    tower, norm = dense(5, "tower", use_bias=False), bn("bn")
    s = L.Subtract(name="difference")([norm(tower(a)), norm(tower(b))])
    return keras.Model([a, b], dense(1, "head")(s), name="model")


def steps():
    return row((4, 3), dense(5, "hidden", "tanh"), dense(3, "head", "softmax"))


def linear_steps():
    return row((4, 3), dense(5, "hidden", "tanh"), dense(3, "head"))


def sigmoid_steps():
    return row((4, 3), dense(5, "hidden", "tanh"), dense(3, "head", "sigmoid"))


def clipped_steps():
    return row((4, 3), dense(5, "hidden", "tanh"), dense(3, "scores", "softmax"),
               L.Rescaling(1.2, -0.05, name="head"))


def positive():
    return row((5,), dense(6, "hidden", "tanh"), dense(2, "head", "softplus"))


def base_parts():
    return [dense(6, "one", use_bias=False), bn("bn_one"), L.ReLU(name="relu_one"),
            dense(5, "two", use_bias=False), bn("bn_two"), L.ReLU(name="relu_two")]


def nested():
    x = s = keras.Input((5,), name="base_x")
    for part in base_parts():
        s = part(s)
    return row((5,), keras.Model(x, s, name="base"), dense(3, "head", "softmax"))


def nested_row():
    base = keras.Sequential([keras.Input((5,), name="base_x"), *base_parts()], name="base")
    return row((5,), base, dense(3, "head", "softmax"))


def masked_steps():
    return row((4, 3), L.Masking(name="mask"), dense(5, "hidden", use_bias=False), bn("bn"),
               L.ReLU(name="relu"), dense(3, "head", "softmax"))


def masked_pool():
    return row((4, 3), L.Masking(name="mask"), dense(5, "hidden", "tanh"),
               L.GlobalAveragePooling1D(name="pool"), dense(3, "head"))


def masked_outputs():
    x = keras.Input((4, 3), name="x")
    s = dense(5, "hidden", "tanh")(L.Masking(name="mask")(x))
    base = keras.Model(x, s, name="base")
    y = keras.Input((4, 3), name="y")
    s = base(y)
    both = L.Multiply(name="both")([s, dense(5, "gate", "sigmoid")(s)])
    return keras.Model(y, [dense(3, "label")(both), dense(1, "value")(L.Flatten(name="flat")(s))],
                       name="model")


def embedded():
    x = keras.Input((4,), name="x", dtype="int32")
    s = L.Embedding(6, 3, mask_zero=True, name="table")(x)
    s = L.Dropout(0.0, name="drop")(bn("bn")(s))
    return keras.Model(x, dense(3, "head")(s), name="model")


def per_step():
    inner = keras.Sequential([keras.Input((3,), name="inner_x"),
                              dense(4, "inner", use_bias=False), bn("inner_bn")], name="tower")
    return row((4, 3), L.TimeDistributed(inner, name="each"), L.ReLU(name="relu"),
               L.TimeDistributed(dense(3, "head"), name="heads"))


def normalized():
    return row((4, 4, 3), L.Normalization(axis=3, name="input_norm"),
               L.Conv2D(4, 3, use_bias=False, name="conv"),
               L.BatchNormalization(momentum=0.8, renorm=True, name="renorm",
                                    renorm_clipping=dict(rmax=2.0, rmin=0.4, dmax=0.8)),
               L.GroupNormalization(2, name="group"), L.ReLU(name="relu"),
               L.RMSNormalization(name="rms"), L.Flatten(name="flat"),
               L.UnitNormalization(name="unit"), dense(3, "head"))
