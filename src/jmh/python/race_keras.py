"""Keras's side of a race, on TensorFlow (see race_side.py): predictions by a tf.function, training by fit."""

import os
import sys
import time

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import tensorflow as tf

from race_side import CHECKING_RATE, RATE, Row, serve


class Side:
    def __init__(self, row):
        self.row = row
        self.model = keras.saving.load_model(row.folder / "model.keras")
        self.x = row.images(self.model.input_shape[1:])
        self.y = row.labels()
        self.compile()
        self.call = tf.function(lambda x: self.model(x, training=False))
        self.parts = [tf.constant(self.x[i:i + row.batch]) for i in range(0, len(self.x), row.batch)]

    def compile(self, rate=RATE):
        adam = self.row.purpose == "adam" and rate == RATE
        how = keras.optimizers.Adam(0.001) if adam else keras.optimizers.SGD(rate, momentum=0.9)
        self.model.compile(how, "sparse_categorical_crossentropy",
                           metrics=["accuracy"])

    def predict(self):
        return self.call(self.parts[0]).numpy()

    def fit(self, rows, epochs):
        history = self.model.fit(self.x[:rows], self.y[:rows], self.row.batch, epochs, verbose=0)
        return history.history["loss"]

    def train(self, count):
        self.compile(CHECKING_RATE)
        losses = self.fit(self.row.batch, count)
        return losses[0], losses[-1]

    def run(self, passes):
        begin = time.perf_counter()
        loss = 0.0
        if self.row.purpose == "predict":
            for _ in range(passes):
                for part in self.parts:
                    self.call(part).numpy()
        else:
            loss = self.fit(len(self.x), passes)[-1]
        return time.perf_counter() - begin, loss


if __name__ == "__main__":
    keras.utils.set_random_seed(1)
    asked = Row(*sys.argv[1:])
    tf.config.threading.set_intra_op_parallelism_threads(asked.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    serve(Side(asked), f"Keras {keras.__version__} on TensorFlow {tf.__version__}")
