"""Keras's configurations of optimizers, schedules, losses and metrics, the order of the optimizers'
variables, and the schedules' rates; written to src/test/resources/dev/thaw/golden/training/.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/training_configs.py

One fact per line, the JSON as Keras serializes it:

    optimizer CLASS JSON
    variables NAME ..          of the optimizer above, for a kernel (2, 3) and a bias (3) of one layer
    schedule CLASS JSON
    rates STEP:RATE ..         of the schedule above
    loss CLASS JSON
    metric CLASS JSON
"""

import json
import os
import pathlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402
from keras import losses as L  # noqa: E402
from keras import metrics as M  # noqa: E402
from keras import optimizers as O  # noqa: E402
from keras.optimizers import schedules as S  # noqa: E402

OUT = pathlib.Path(__file__).parents[1] / "resources/dev/thaw/golden/training/configs.txt"
STEPS = [*range(64), 99, 100, 101, 1000, 12345, 10**6, 2**24 + 1]

SCHEDULES = [
    S.ExponentialDecay(0.1, 7, 0.9), S.ExponentialDecay(0.3, 10, 0.5, staircase=True),
    S.PiecewiseConstantDecay([3, 10, 11], [0.5, 0.1, 0.05, 0.001]),
    S.PolynomialDecay(0.1, 20), S.PolynomialDecay(0.1, 9, 0.02, 2.5),
    S.PolynomialDecay(0.1, 7, 0.01, 0.5, cycle=True),
    S.InverseTimeDecay(0.1, 5, 0.3), S.InverseTimeDecay(0.1, 5, 0.3, staircase=True),
    S.CosineDecay(0.1, 30), S.CosineDecay(0.1, 33, alpha=0.2),
    S.CosineDecay(0.01, 20, alpha=0.1, warmup_target=0.2, warmup_steps=7),
    S.CosineDecayRestarts(0.1, 3), S.CosineDecayRestarts(0.1, 4, t_mul=1.0, m_mul=0.7),
    S.CosineDecayRestarts(0.2, 5, t_mul=1.5, m_mul=0.9, alpha=0.1),
    S.CosineDecayRestarts(0.1, 2, t_mul=3.0),
]

OPTIMIZERS = [
    O.SGD(), O.SGD(0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    O.RMSprop(), O.RMSprop(momentum=0.5, centered=True, rho=0.8, epsilon=0.01), O.Adam(),
    O.Adam(amsgrad=True, beta_1=0.8, beta_2=0.99, clipnorm=1.0, name="mine"),
    O.AdamW(), O.AdamW(weight_decay=0.1, amsgrad=True), O.Nadam(), O.Nadam(use_ema=True),
    O.Adagrad(), O.Adagrad(initial_accumulator_value=0.5, global_clipnorm=2.0), O.Adamax(),
    O.Adadelta(), O.Adadelta(1.0, rho=0.9, clipvalue=0.5), O.Lion(), O.Lion(beta_1=0.8),
    O.Ftrl(), O.Ftrl(learning_rate_power=-0.3, beta=0.1, l1_regularization_strength=0.1,
                     l2_regularization_strength=0.2, l2_shrinkage_regularization_strength=0.3),
    O.SGD(S.CosineDecay(0.01, 20, warmup_target=0.2, warmup_steps=7), momentum=0.5),
    O.Adam(S.PiecewiseConstantDecay([3, 10], [0.5, 0.1, 0.05]), use_ema=True, ema_momentum=0.9,
           ema_overwrite_frequency=3, gradient_accumulation_steps=4, loss_scale_factor=8.0),
]

LOSSES = [
    L.MeanSquaredError(), L.MeanSquaredError(reduction="sum", name="squares"),
    L.MeanAbsoluteError(), L.MeanAbsolutePercentageError(), L.MeanSquaredLogarithmicError(),
    L.Huber(), L.LogCosh(), L.CosineSimilarity(), L.KLDivergence(), L.Poisson(), L.Hinge(),
    L.SquaredHinge(), L.CategoricalHinge(), L.BinaryCrossentropy(),
    L.BinaryCrossentropy(from_logits=True, label_smoothing=0.1, axis=1),
    L.BinaryFocalCrossentropy(apply_class_balancing=True, alpha=0.3, gamma=1.5),
    L.CategoricalCrossentropy(), L.CategoricalCrossentropy(label_smoothing=0.2, axis=1),
    L.CategoricalFocalCrossentropy(alpha=0.3, gamma=1.5), L.SparseCategoricalCrossentropy(),
    L.SparseCategoricalCrossentropy(from_logits=True, ignore_class=255,
                                    reduction="mean_with_sample_weight"),
    L.Dice(), L.Dice(axis=[1, 2]), L.Tversky(alpha=0.3, beta=0.7, axis=1),
]

METRICS = [
    M.BinaryAccuracy(), M.BinaryAccuracy(threshold=0.3, name="mine"), M.CategoricalAccuracy(),
    M.SparseCategoricalAccuracy(), M.TopKCategoricalAccuracy(), M.TopKCategoricalAccuracy(k=2),
    M.SparseTopKCategoricalAccuracy(k=3), M.MeanSquaredError(), M.MeanAbsoluteError(),
    M.MeanAbsolutePercentageError(), M.MeanSquaredLogarithmicError(), M.RootMeanSquaredError(),
    M.LogCoshError(), M.CosineSimilarity(), M.KLDivergence(), M.Poisson(), M.Hinge(),
    M.SquaredHinge(), M.CategoricalHinge(), M.Precision(), M.Recall(thresholds=0.3),
    M.SparseCategoricalCrossentropy(ignore_class=3),
]


def fact(kind, thing):
    return f"{kind} {type(thing).__name__} {json.dumps(keras.saving.serialize_keras_object(thing))}"


def main():
    out = [f"# Keras {keras.__version__}; made by training_configs.py"]
    for o in OPTIMIZERS:
        keras.backend.clear_session()
        layer = keras.layers.Dense(3, name="d")
        layer.build((None, 2))
        out.append(fact("optimizer", o))
        o.build(layer.trainable_variables)
        out.append("variables " + " ".join(v.name for v in o.variables))
    for s in SCHEDULES:
        out.append(fact("schedule", s))
        out.append("rates " + " ".join(f"{n}:{float(s(n))}" for n in STEPS))
    out.extend(fact("loss", x) for x in LOSSES)
    out.extend(fact("metric", x) for x in METRICS)
    OUT.write_text("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
