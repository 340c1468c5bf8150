"""What real Keras computes for convolutions and pooling over 1 to 3 spatial axes, written to
src/test/resources/dev/thaw/golden/layers/windows.txt in the format of layer_fixtures.py.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/window_fixtures.py

Where the channels come first, the last axis has another extent than the channels: else Keras 3.15's
TensorFlow backend takes the last axis for the channels and adds the bias along it.
"""

import json
import os

os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1"  # without it TensorFlow has no channels_first on the CPU

import layer_fixtures as fixtures  # first: it chooses Keras's backend
import keras
import tensorflow as tf

OUT = fixtures.OUT.with_name("windows.txt")
FIRST = "channels_first"


def case(out, name, cls, shape, **config):
    layer = fixtures.case(out, name, cls, shape, **config)
    out.insert(-1, "json " + json.dumps(layer.get_config(), separators=(",", ":")))


def convolutions(out):
    c1, c2, c3 = "Conv1D", "Conv2D", "Conv3D"
    case(out, "conv1d_valid", c1, (2, 7, 3), filters=4, kernel_size=3)
    case(out, "conv1d_same_stride", c1, (1, 8, 2), filters=3, kernel_size=4, strides=3,
         padding="same", activation="relu")
    case(out, "conv1d_same_dilated", c1, (1, 9, 2), filters=3, kernel_size=3, dilation_rate=2,
         padding="same", use_bias=False)
    case(out, "conv1d_causal", c1, (2, 6, 2), filters=3, kernel_size=3, padding="causal")
    case(out, "conv1d_causal_dilated", c1, (1, 9, 2), filters=2, kernel_size=3, dilation_rate=3,
         padding="causal", activation="tanh")
    case(out, "conv1d_causal_stride", c1, (1, 8, 2), filters=2, kernel_size=4, strides=2,
         padding="causal")
    case(out, "conv1d_causal_short", c1, (1, 2, 2), filters=2, kernel_size=4, dilation_rate=2,
         padding="causal")
    case(out, "conv1d_groups", c1, (1, 7, 6), filters=4, kernel_size=3, groups=2, padding="same")
    case(out, "conv1d_groups_stride", c1, (1, 9, 6), filters=3, kernel_size=2, groups=3, strides=2)
    case(out, "conv1d_pointwise", c1, (2, 4, 3), filters=2, kernel_size=1)
    case(out, "conv1d_channels_first", c1, (2, 3, 7), filters=4, kernel_size=3, padding="same",
         data_format=FIRST)
    case(out, "conv2d_groups_are_channels", c2, (1, 4, 5, 3), filters=6, kernel_size=3, groups=3)
    case(out, "conv2d_groups_stride", c2, (1, 5, 6, 4), filters=4, kernel_size=(3, 2), groups=2,
         strides=2, padding="same")
    case(out, "conv2d_groups_dilated", c2, (1, 6, 5, 4), filters=2, kernel_size=2, groups=2,
         dilation_rate=(2, 3), padding="same")
    case(out, "conv2d_channels_first", c2, (1, 2, 5, 6), filters=4, kernel_size=3, strides=2,
         padding="same", data_format=FIRST, activation="relu")
    case(out, "conv2d_channels_first_softmax", c2, (1, 2, 3, 4), filters=4, kernel_size=2,
         data_format=FIRST, activation="softmax")
    case(out, "conv3d_valid", c3, (1, 3, 4, 4, 2), filters=3, kernel_size=(2, 3, 2))
    case(out, "conv3d_same_stride", c3, (1, 4, 3, 5, 2), filters=2, kernel_size=3,
         strides=(2, 1, 2), padding="same", activation="relu")
    case(out, "conv3d_dilated", c3, (1, 4, 4, 3, 1), filters=2, kernel_size=2,
         dilation_rate=(2, 1, 2), padding="same", use_bias=False)
    case(out, "conv3d_groups", c3, (1, 3, 3, 2, 4), filters=4, kernel_size=2, groups=2,
         padding="same")
    case(out, "conv3d_channels_first", c3, (1, 2, 3, 4, 3), filters=4, kernel_size=2,
         data_format=FIRST)


def transposed(out):
    t1, t2, t3 = "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"
    case(out, "conv1d_transpose", t1, (2, 4, 3), filters=2, kernel_size=3)
    case(out, "conv1d_transpose_same_stride", t1, (1, 4, 2), filters=3, kernel_size=3, strides=2,
         padding="same", activation="relu")
    case(out, "conv1d_transpose_padding", t1, (1, 4, 2), filters=2, kernel_size=3, strides=3,
         output_padding=1, use_bias=False)
    case(out, "conv1d_transpose_dilated", t1, (1, 5, 2), filters=2, kernel_size=3,
         dilation_rate=2)
    case(out, "conv1d_transpose_channels_first", t1, (1, 2, 4), filters=3, kernel_size=4,
         strides=2, padding="same", data_format=FIRST)
    case(out, "conv2d_transpose", t2, (2, 3, 4, 2), filters=3, kernel_size=3)
    case(out, "conv2d_transpose_same", t2, (1, 4, 3, 2), filters=3, kernel_size=3, padding="same")
    case(out, "conv2d_transpose_same_stride", t2, (1, 3, 4, 2), filters=2, kernel_size=3,
         strides=2, padding="same")
    case(out, "conv2d_transpose_same_even_kernel", t2, (1, 3, 3, 2), filters=2, kernel_size=4,
         strides=2, padding="same", activation="tanh")
    case(out, "conv2d_transpose_same_large_kernel", t2, (1, 3, 2, 1), filters=2, kernel_size=5,
         strides=2, padding="same")
    case(out, "conv2d_transpose_valid_stride", t2, (1, 3, 2, 2), filters=2, kernel_size=(3, 2),
         strides=(2, 1))
    case(out, "conv2d_transpose_stride_above_kernel", t2, (1, 2, 3, 2), filters=2, kernel_size=2,
         strides=3)
    case(out, "conv2d_transpose_stride_above_kernel_same", t2, (1, 2, 3, 2), filters=2,
         kernel_size=1, strides=3, padding="same")
    case(out, "conv2d_transpose_padding_valid", t2, (1, 3, 3, 2), filters=2, kernel_size=3,
         strides=2, output_padding=1)
    case(out, "conv2d_transpose_padding_same", t2, (1, 3, 4, 2), filters=2, kernel_size=3,
         strides=2, padding="same", output_padding=(1, 0))
    case(out, "conv2d_transpose_padding_0_same", t2, (1, 3, 3, 2), filters=2, kernel_size=5,
         strides=3, padding="same", output_padding=0)
    case(out, "conv2d_transpose_padding_even_kernel", t2, (1, 3, 3, 2), filters=2, kernel_size=4,
         strides=3, padding="same", output_padding=2)
    case(out, "conv2d_transpose_dilated_same", t2, (1, 4, 5, 2), filters=2, kernel_size=3,
         dilation_rate=(2, 1), padding="same", use_bias=False)
    case(out, "conv2d_transpose_channels_first", t2, (1, 2, 3, 4), filters=3, kernel_size=3,
         strides=2, padding="same", data_format=FIRST)
    case(out, "conv3d_transpose", t3, (1, 2, 3, 2, 2), filters=2, kernel_size=2)
    case(out, "conv3d_transpose_same_stride", t3, (1, 2, 2, 3, 1), filters=2, kernel_size=3,
         strides=(2, 1, 2), padding="same", activation="relu")
    case(out, "conv3d_transpose_padding", t3, (1, 2, 2, 2, 2), filters=1, kernel_size=(2, 3, 1),
         strides=2, output_padding=(0, 1, 1))


def depthwise_and_separable(out):
    d1, d2 = "DepthwiseConv1D", "DepthwiseConv2D"
    s1, s2 = "SeparableConv1D", "SeparableConv2D"
    case(out, "depthwise1d", d1, (2, 6, 3), kernel_size=3)
    case(out, "depthwise1d_same_stride_multiplier", d1, (1, 8, 2), kernel_size=3, strides=2,
         depth_multiplier=3, padding="same", activation="relu")
    case(out, "depthwise1d_dilated", d1, (1, 8, 2), kernel_size=3, dilation_rate=2,
         padding="same", use_bias=False)
    case(out, "depthwise1d_channels_first", d1, (1, 3, 6), kernel_size=3, depth_multiplier=2,
         data_format=FIRST)
    case(out, "depthwise_dilation_differs", d2, (1, 6, 7, 2), kernel_size=(2, 3),
         dilation_rate=(3, 2), padding="same")
    case(out, "depthwise_stride_multiplier", d2, (1, 6, 5, 2), kernel_size=(3, 2), strides=2,
         depth_multiplier=2, padding="same")
    case(out, "depthwise_stride_and_dilation", d2, (1, 8, 7, 2), kernel_size=3, strides=2,
         dilation_rate=2, padding="same")
    case(out, "depthwise_channels_first", d2, (1, 2, 4, 5), kernel_size=3, depth_multiplier=2,
         padding="same", data_format=FIRST)
    case(out, "separable1d", s1, (2, 6, 2), filters=3, kernel_size=3)
    case(out, "separable1d_same_stride_multiplier", s1, (1, 7, 2), filters=3, kernel_size=4,
         strides=2, depth_multiplier=2, padding="same", activation="relu")
    case(out, "separable1d_dilated", s1, (1, 8, 2), filters=2, kernel_size=3, dilation_rate=3,
         use_bias=False)
    case(out, "separable1d_channels_first", s1, (1, 2, 6), filters=3, kernel_size=3,
         padding="same", data_format=FIRST)
    case(out, "separable_stride_and_dilation", s2, (1, 7, 6, 2), filters=2, kernel_size=2,
         strides=2, dilation_rate=2)
    case(out, "separable_channels_first", s2, (1, 2, 5, 4), filters=3, kernel_size=3, strides=2,
         depth_multiplier=2, padding="same", data_format=FIRST)


def pooling(out):
    for p, kind in (("max", "Max"), ("average", "Average")):
        one, two, three = (f"{kind}Pooling{rank}D" for rank in (1, 2, 3))
        case(out, f"{p}1d", one, (2, 7, 2), pool_size=2)
        case(out, f"{p}1d_same_overlap", one, (1, 8, 2), pool_size=3, strides=2, padding="same")
        case(out, f"{p}1d_stride_above_size", one, (1, 9, 2), pool_size=2, strides=3,
             padding="same")
        case(out, f"{p}1d_channels_first", one, (1, 2, 7), pool_size=3, strides=2,
             data_format=FIRST)
        case(out, f"{p}2d_same_stride_1", two, (1, 4, 5, 2), pool_size=3, strides=1,
             padding="same")
        case(out, f"{p}2d_channels_first", two, (1, 2, 5, 4), pool_size=(2, 3), padding="same",
             data_format=FIRST)
        case(out, f"{p}3d", three, (1, 4, 5, 4, 2), pool_size=2)
        case(out, f"{p}3d_same_overlap", three, (1, 3, 4, 5, 2), pool_size=(2, 3, 3),
             strides=(1, 2, 2), padding="same")
        case(out, f"{p}3d_channels_first", three, (1, 2, 4, 3, 4), pool_size=2, strides=1,
             data_format=FIRST)
        for rank, cells in ((1, (5,)), (2, (3, 4)), (3, (2, 3, 2))):
            cls = f"Global{kind}Pooling{rank}D"
            case(out, f"global_{p}_{rank}d", cls, (2, *cells, 3))
            case(out, f"global_{p}_{rank}d_keepdims", cls, (2, *cells, 2), keepdims=True)
            case(out, f"global_{p}_{rank}d_channels_first", cls, (2, 3, *cells), data_format=FIRST)
            case(out, f"global_{p}_{rank}d_channels_first_keepdims", cls, (2, 3, *cells),
                 keepdims=True, data_format=FIRST)


def main():
    out = [f"# Keras {keras.__version__}, TensorFlow {tf.__version__}; made by window_fixtures.py"]
    for part in (convolutions, transposed, depthwise_and_separable, pooling):
        part(out)
    OUT.write_text("\n".join(out) + "\n")
    cases = sum(line.startswith("case ") for line in out)
    print(f"{cases} cases, {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
