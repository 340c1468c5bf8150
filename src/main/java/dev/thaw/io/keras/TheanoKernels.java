package dev.thaw.io.keras;

import dev.thaw.config.ConfigException;
import dev.thaw.io.hdf5.Hdf5Dataset;
import dev.thaw.io.hdf5.Hdf5Group;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Weight;
import dev.thaw.layer.convolution.Conv1D;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.Conv2DTranspose;
import dev.thaw.layer.convolution.Conv3D;
import dev.thaw.layer.convolution.Conv3DTranspose;
import dev.thaw.tensor.Tensor;

import java.util.Set;

/**
 * What Keras 2 saved while it ran on Theano. Theano convolves where all others correlate, so that
 * its kernels are turned by 180 degrees; Keras 2 turned them on loading, and Keras 3 does not.
 */
final class TheanoKernels {
    private static final String BACKEND = "backend";

    /**
     * Those that Keras 2 turned; of depthwise kernels its Theano backend kept the others' order.
     */
    private static final Set<Class<? extends Layer>> TURNED =
            Set.of(Conv1D.class, Conv2D.class, Conv3D.class, Conv2DTranspose.class);

    private TheanoKernels() {}

    /** Whether a group of weights, or the file that it is in, was written under Theano. */
    static boolean wrote(Hdf5Group group) {
        return group.attributes().has(BACKEND)
                && group.attributes().string(BACKEND).equals("theano");
    }

    /** Notes a weight's value, turned where it is such a kernel. */
    static void put(Hdf5Dataset value, Weight weight, Assignment into) {
        boolean kernel = weight.spec().name().equals("kernel");
        if (kernel && weight.layer() instanceof Conv3DTranspose) {
            throw new ConfigException(
                    value.path(),
                    "a Conv3DTranspose that was saved under Theano must not be guessed at: Keras 2 left open how its kernel is turned",
                    "save the model under TensorFlow in Keras 2");
        }
        if (kernel && TURNED.contains(weight.layer().getClass())) {
            into.put(value, weight, TheanoKernels::turned);
        } else {
            into.put(value, weight);
        }
    }

    /** The same kernel with all spatial axes backwards; the last two axes are channels. */
    static Tensor turned(Tensor kernel) {
        Tensor made = Tensor.zeros(kernel.shape(), kernel.dtype());
        int rank = kernel.shape().rank();
        int channels = (int) kernel.shape().size(rank - 2, rank);
        int places = kernel.size() / channels;
        for (int i = 0; i < places; i++) {
            System.arraycopy(
                    kernel.floats(),
                    i * channels,
                    made.floats(),
                    (places - 1 - i) * channels,
                    channels);
        }
        return made;
    }
}
