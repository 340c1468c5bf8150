package dev.thaw.bench;

import static dev.thaw.layer.activation.ActivationFunction.RELU;
import static dev.thaw.layer.activation.ActivationFunction.SOFTMAX;

import dev.thaw.applications.Application;
import dev.thaw.applications.ApplicationOptions;
import dev.thaw.applications.GlobalPooling;
import dev.thaw.data.Dataset;
import dev.thaw.data.TensorDataset;
import dev.thaw.layer.Input;
import dev.thaw.layer.Padding;
import dev.thaw.layer.Symbol;
import dev.thaw.layer.activation.ReLU;
import dev.thaw.layer.convolution.Conv2D;
import dev.thaw.layer.convolution.DepthwiseConv2D;
import dev.thaw.layer.core.Dense;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.layer.pooling.GlobalAveragePooling2D;
import dev.thaw.model.Model;
import dev.thaw.model.Sequential;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.train.loss.SparseCategoricalCrossentropy;
import dev.thaw.train.metric.Metric;
import dev.thaw.train.optimizer.Adam;
import dev.thaw.train.optimizer.Optimizer;
import dev.thaw.train.optimizer.SGD;

import java.util.SplittableRandom;

/** The networks that are timed, and random data for them. */
final class Nets {
    static final int CLASSES = 10;

    private Nets() {}

    /** Géron's net: 784, BN, 300, BN, 100, BN, 10. */
    static Model geron() {
        return new Sequential(
                Input.of(784),
                new BatchNormalization(),
                new Dense(300, RELU),
                new BatchNormalization(),
                new Dense(100, RELU),
                new BatchNormalization(),
                new Dense(CLASSES, SOFTMAX));
    }

    /** A stem and two depthwise-separable blocks on 28x28x1, each convolution with BN and ReLU. */
    static Model separable() {
        Symbol x = Input.of(28, 28, 1);
        Symbol y = new Conv2D(16, 3).strides(2).padding(Padding.SAME).useBias(false).apply(x);
        y = block(normalized(y), 32, 2);
        y = new GlobalAveragePooling2D().apply(block(y, 64, 1));
        return new Model(x, new Dense(CLASSES, SOFTMAX).apply(y));
    }

    private static Symbol block(Symbol x, int filters, int stride) {
        Symbol y =
                new DepthwiseConv2D(3)
                        .strides(stride)
                        .padding(Padding.SAME)
                        .useBias(false)
                        .apply(x);
        return normalized(new Conv2D(filters, 1).useBias(false).apply(normalized(y)));
    }

    private static Symbol normalized(Symbol x) {
        return new ReLU().apply(new BatchNormalization().apply(x));
    }

    /**
     * A network by name: {@code geron}, {@code separable} or an application of size x size images.
     * For the purpose {@code frozen} an application's base is frozen under a new head.
     */
    static Model of(String name, int size, String purpose) {
        return switch (name) {
            case "geron" -> geron();
            case "separable" -> separable();
            default -> application(Application.named(name), size, purpose);
        };
    }

    private static Model application(Application net, int size, String purpose) {
        ApplicationOptions options = ApplicationOptions.DEFAULT.withInputShape(size, size, 3);
        if (!purpose.equals("frozen")) {
            return net.create(options);
        }
        Model base = net.create(options.withIncludeTop(false).withPooling(GlobalPooling.AVG));
        base.freeze();
        return new Model(base.input(), new Dense(CLASSES, SOFTMAX).apply(base.output()));
    }

    /**
     * Cross-entropy, its accuracy, and the purpose's optimizer: Adam for {@code adam}, else SGD
     * with momentum.
     */
    static void compile(Model model, String purpose) {
        compile(model, purpose.equals("adam") ? new Adam(.001) : new SGD(.01).momentum(.9));
    }

    static void compile(Model model, Optimizer optimizer) {
        model.compile(optimizer, new SparseCategoricalCrossentropy(), Metric.of("accuracy"));
    }

    /** Rows uniform in [0, 1) with random classes. */
    static TensorDataset random(int... shape) {
        SplittableRandom random = new SplittableRandom(2);
        float[] x = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble();
        }
        int[] labels = random.ints(shape[0], 0, CLASSES).toArray();
        return Dataset.of(Tensor.of(x, shape), Tensor.of(labels));
    }
}
