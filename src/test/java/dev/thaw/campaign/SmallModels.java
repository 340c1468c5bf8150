package dev.thaw.campaign;

import dev.thaw.backend.spi.Device;
import dev.thaw.layer.Input;
import dev.thaw.layer.Layer;
import dev.thaw.layer.activation.ActivationFunction;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.normalization.LayerNormalization;
import dev.thaw.layer.pooling.MaxPooling2D;
import dev.thaw.layer.regularization.Dropout;
import dev.thaw.layer.reshaping.Flatten;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.optimizer.Adam;

import java.util.ArrayList;
import java.util.List;

/** Small networks over images, which can be trained, and their data. */
final class SmallModels {
    static final int SIDE = 8;
    static final int CLASSES = 3;

    private SmallModels() {}

    /** Of a few layers, compiled. */
    static Model model(Choices random) {
        List<Layer> layers = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            layers.add(
                    switch (random.nextInt(6)) {
                        case 0 ->
                                new Conv2D(1 + random.nextInt(8), 1 + random.nextInt(3))
                                        .padding(dev.thaw.layer.Padding.SAME);
                        case 1 -> new DepthwiseConv2D(3).padding(dev.thaw.layer.Padding.SAME);
                        case 2 -> new BatchNormalization();
                        case 3 ->
                                new MaxPooling2D().strides(1).padding(dev.thaw.layer.Padding.SAME);
                        case 4 -> new Dropout(.2);
                        default -> new LayerNormalization();
                    });
        }
        layers.add(new Flatten());
        layers.add(new Dense(CLASSES, ActivationFunction.SOFTMAX));
        Model m =
                new Sequential(Input.of(SIDE, SIDE, 2), layers.toArray(Layer[]::new))
                        .on(Device.cpu());
        m.compile(new Adam(), new SparseCategoricalCrossentropy());
        return m;
    }

    static Tensor images(Choices random, int rows) {
        Tensor t = Tensor.zeros(Shape.of(rows, SIDE, SIDE, 2), DType.FLOAT32);
        int from = random.nextInt(1 << 16);
        for (int i = 0; i < t.size(); i++) {
            t.floats()[i] = (float) Math.sin(from + .37 * i);
        }
        return t;
    }

    static Tensor labels(Choices random, int rows) {
        int[] y = new int[rows];
        for (int i = 0; i < rows; i++) {
            y[i] = random.nextInt(CLASSES);
        }
        return Tensor.of(y);
    }
}
