"""What real Keras builds for keras.applications: for each case the operations in Keras's order with
name, class, output shape, parameters, whom they are called on, and their configuration.

    KERAS_BACKEND=tensorflow TF_CPP_MIN_LOG_LEVEL=3 python application_fixtures.py \
        ../resources/dev/thaw/applications/graphs.json.gz

{"configs": [config, ..],          configurations without name, trainable and dtype, each once
 "cases": [{"application": "MobileNetV2", "options": {Keras's arguments that are not the default},
            "name": the model's name, "parameters": all, "trainable": those of them that train,
            "operations": [[name, class, shape, parameters, [inbound names], config number], ..]}],
 "refused": [{"application": .., "options": .., "why": Keras's message}],
 "pixels": [..],                    two images of 2 x 3 pixels, and what each mode makes of them:
 "preprocessed": {"tf": [..], "torch": [..], "caffe": [..]}}

Made with Keras 3.15.1. Weights are never downloaded: for weights="imagenet" the loading is cut out,
only the graph is wanted.
"""

import gzip
import json
import sys

import keras
import numpy as np
from keras.src.applications import densenet, efficientnet, inception_v3, mobilenet
from keras.src.applications.imagenet_utils import preprocess_input
from keras.src.applications import mobilenet_v2, mobilenet_v3, resnet, vgg16, xception
from keras.src.models.functional import Functional

IMAGENET = dict(weights="imagenet")
OPEN = dict(include_top=False)
CASES = [
    ("MobileNet", {}),
    ("MobileNet", dict(input_shape=(96, 64, 1), alpha=0.25, depth_multiplier=2, dropout=0.3, classes=7)),
    ("MobileNet", dict(**OPEN, alpha=0.125, pooling="avg")),
    ("MobileNet", dict(**OPEN, input_shape=(33, 47, 3), pooling="max")),
    ("MobileNet", dict(**IMAGENET, **OPEN, alpha=0.5)),
    ("MobileNet", dict(**IMAGENET, input_shape=(160, 160, 3))),
    ("MobileNetV2", {}),
    ("MobileNetV2", dict(input_shape=(96, 96, 3), alpha=0.35, classes=5, classifier_activation=None)),
    ("MobileNetV2", dict(**OPEN, input_shape=(96, 97, 4), alpha=0.1, pooling="max")),
    ("MobileNetV2", dict(**OPEN, alpha=1.4, pooling="avg")),
    ("MobileNetV2", dict(**IMAGENET, **OPEN, input_shape=(100, 100, 3))),
    ("MobileNetV3Small", {}),
    ("MobileNetV3Small", dict(input_shape=(64, 65, 3), alpha=0.5, minimalistic=True, dropout_rate=0.0, classes=4)),
    ("MobileNetV3Small", dict(**OPEN, alpha=1.5, pooling="avg", include_preprocessing=False)),
    ("MobileNetV3Large", {}),
    ("MobileNetV3Large", dict(input_shape=(224, 224, 3), alpha=1.25, classes=9, classifier_activation="sigmoid")),
    ("MobileNetV3Large", dict(**OPEN, minimalistic=True, pooling="max", name="small_base")),
    ("Xception", {}),
    ("Xception", dict(**OPEN, input_shape=(71, 80, 3), pooling="avg")),
    ("Xception", dict(**OPEN, pooling="max")),
    ("InceptionV3", {}),
    ("InceptionV3", dict(**OPEN, input_shape=(75, 90, 3), pooling="avg")),
    ("InceptionV3", dict(**OPEN, name="inception")),
    ("ResNet50", {}),
    ("ResNet50", dict(**OPEN, input_shape=(32, 40, 3), pooling="max")),
    ("ResNet50", dict(**OPEN)),
    ("ResNet101", dict(**OPEN, pooling="avg")),
    ("ResNet152", dict(input_shape=(64, 64, 3), classes=3)),
    ("ResNet50V2", {}),
    ("ResNet50V2", dict(**OPEN, input_shape=(33, 47, 3), pooling="avg")),
    ("ResNet101V2", dict(**OPEN)),
    ("ResNet152V2", dict(input_shape=(64, 64, 3), classes=3)),
    ("DenseNet121", {}),
    ("DenseNet121", dict(**OPEN, input_shape=(40, 32, 3), pooling="max")),
    ("DenseNet169", dict(**OPEN, pooling="avg")),
    ("DenseNet201", dict(input_shape=(64, 64, 3), classes=3)),
    ("EfficientNetB0", {}),
    ("EfficientNetB0", dict(**IMAGENET)),
    ("EfficientNetB0", dict(**OPEN, input_shape=(41, 64, 3), pooling="avg")),
    ("EfficientNetB1", dict(**OPEN)),
    ("EfficientNetB2", dict(classes=2, classifier_activation="sigmoid")),
    ("EfficientNetB3", dict(**OPEN, **IMAGENET, pooling="max")),
    ("EfficientNetB4", dict(**OPEN)),
    ("EfficientNetB5", dict(**OPEN)),
    ("EfficientNetB6", dict(**OPEN)),
    ("EfficientNetB7", {}),
    ("VGG16", {}),
    ("VGG16", dict(**OPEN, input_shape=(32, 48, 3), pooling="max")),
    ("VGG16", dict(**OPEN, pooling="avg")),
    ("VGG19", dict(input_shape=(32, 32, 3), classes=10)),
]

# what Keras must refuse, each for the reason that its test names
REFUSED = [
    ("MobileNet", dict(input_shape=(31, 32, 3))),
    ("MobileNet", dict(input_shape=(None, 32, 3))),
    ("MobileNet", dict(input_shape=(32, 32))),
    ("MobileNet", dict(**IMAGENET, classes=10)),
    ("MobileNet", dict(**IMAGENET, input_shape=(224, 192, 3))),
    ("MobileNet", dict(**IMAGENET, input_shape=(96, 96, 3))),
    ("MobileNet", dict(**IMAGENET, **OPEN, input_shape=(96, 96, 1))),
    ("MobileNet", dict(**IMAGENET, depth_multiplier=2)),
    ("MobileNet", dict(**IMAGENET, alpha=0.35)),
    ("MobileNet", dict(**IMAGENET, classifier_activation="sigmoid")),
    ("MobileNet", dict(alpha=0.01)),
    ("MobileNetV2", dict(**OPEN, input_shape=(None, 31, 3))),
    ("MobileNetV2", dict(**IMAGENET, alpha=0.25)),
    ("MobileNetV2", dict(classes=0)),
    ("MobileNetV3Small", dict(input_shape=(32, 31, 3))),
    ("MobileNetV3Small", dict(**IMAGENET, alpha=0.5)),
    ("MobileNetV3Large", dict(**IMAGENET, alpha=0.75, minimalistic=True)),
    ("MobileNetV3Large", dict(**IMAGENET, classes=10)),
    ("Xception", dict(**OPEN, input_shape=(70, 71, 3))),
    ("Xception", dict(**IMAGENET, input_shape=(224, 224, 3))),
    ("InceptionV3", dict(input_shape=(75, 74, 3))),
    ("ResNet50", dict(**IMAGENET, classifier_activation="sigmoid")),
    ("ResNet50V2", dict(input_shape=(31, 31, 3))),
    ("DenseNet121", dict(input_shape=(31, 31, 3))),
    ("EfficientNetB0", dict(**IMAGENET, input_shape=(240, 240, 3))),
    ("EfficientNetB1", dict(input_shape=(None, None, 3))),
    ("VGG16", dict(**OPEN, input_shape=(31, 64, 3))),
]


def cut_out_downloads():
    """A graph for weights="imagenet", without the file."""
    for module in (
        densenet, efficientnet, inception_v3, mobilenet, mobilenet_v2, mobilenet_v3, resnet, vgg16, xception
    ):
        module.file_utils.get_file = lambda *args, **kwargs: "nowhere.h5"
    Functional.load_weights = lambda self, path, *args, **kwargs: None


def inbound(operation):
    """The operations that the first call's tensors come from."""
    tensors = operation._inbound_nodes[0].arguments.keras_tensors
    return [t._keras_history.operation.name for t in tensors]


class Configs:
    def __init__(self):
        self.all, self.numbers = [], {}

    def number(self, operation):
        config = operation.get_config()
        for key in ("name", "trainable", "dtype"):
            config.pop(key, None)
        config = keras.saving.serialize_keras_object(config)
        key = json.dumps(config, sort_keys=True)
        if key not in self.numbers:
            self.numbers[key] = len(self.all)
            self.all.append(config)
        return self.numbers[key]


def case(application, options, configs):
    keras.backend.clear_session()
    model = getattr(keras.applications, application)(**{"weights": None, **options})
    operations = [
        [
            o.name,
            type(o).__name__,
            list(o.output.shape),
            o.count_params() if isinstance(o, keras.Layer) else 0,
            inbound(o),
            configs.number(o),
        ]
        for o in model.operations
    ]
    trainable = sum(int(np.prod(w.shape)) for w in model.trainable_weights)
    print(application, options, len(operations), model.count_params(), flush=True)
    return {
        "application": application,
        "options": options,
        "name": model.name,
        "parameters": model.count_params(),
        "trainable": trainable,
        "operations": operations,
    }


def refused(application, options):
    try:
        getattr(keras.applications, application)(**{"weights": None, **options})
    except (ValueError, ZeroDivisionError) as e:
        print("refused:", application, options, e, flush=True)
        return {"application": application, "options": options, "why": str(e)}
    raise AssertionError(f"Keras takes {application} {options}")


def preprocessed():
    rng = np.random.default_rng(3)
    whole = rng.integers(0, 256, (1, 2, 3, 3)).astype("float32")
    x = np.concatenate([whole, rng.uniform(0, 255, whole.shape).astype("float32")])

    def numbers(values):
        return [float(v) for v in values.ravel()]

    modes = {m: numbers(preprocess_input(x.copy(), mode=m)) for m in ("tf", "torch", "caffe")}
    return {"pixels": numbers(x), "preprocessed": modes}


def main(target):
    cut_out_downloads()
    configs = Configs()
    content = {
        "cases": [case(a, o, configs) for a, o in CASES],
        "configs": configs.all,
        "refused": [refused(a, o) for a, o in REFUSED],
        **preprocessed(),
    }
    text = json.dumps(content, separators=(",", ":"))
    with open(target, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, compresslevel=9) as out:
        out.write(text.encode())


main(sys.argv[1])
