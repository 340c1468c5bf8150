package dev.thaw.bench;

import dev.thaw.io.keras.KerasFiles;
import dev.thaw.layer.Layer;
import dev.thaw.layer.Mode;
import dev.thaw.layer.Weight;
import dev.thaw.layer.normalization.BatchNormalization;
import dev.thaw.model.Model;
import dev.thaw.tensor.DType;
import dev.thaw.tensor.Shape;
import dev.thaw.tensor.Tensor;
import dev.thaw.tensor.Variable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What all sides of a race read, so that they compute the same: {@code model.keras}; its weights
 * once more as {@code weights.bin}, one after the other in little-endian float32, with a line
 * {@code LAYER WEIGHT EXTENT..} each in {@code weights.txt}; images uniform in [0, 1) in {@code
 * x.bin} (float32), their classes in {@code y.bin} (int32).
 */
record RaceFolder(Path path) {
    private static final int CALIBRATING = 32;

    Path model() {
        return path.resolve("model.keras");
    }

    /** Writes all files of a network, with so many images. */
    void write(Model net, int images) throws IOException {
        calibrate(net);
        KerasFiles.saveWithoutCompilation(net, model());
        writeWeights(net);
        write("x.bin", random(images, net.inputShapes().get(0)).floats());
        ByteBuffer labels = buffer(images);
        new SplittableRandom(3)
                .ints(images, 0, net.output().shape().last())
                .forEach(labels::putInt);
        Files.write(path.resolve("y.bin"), labels.array());
    }

    /**
     * Gives batch normalizations random scales and shifts, and the statistics that the network's
     * values really have: under fresh ones a deep network's values fade, and any two would agree.
     */
    private static void calibrate(Model model) {
        SplittableRandom random = new SplittableRandom(1);
        List<Weight> all =
                model.weights().stream()
                        .filter(w -> w.layer() instanceof BatchNormalization)
                        .toList();
        for (Weight w : all) {
            if (w.spec().trainable()) {
                double around = w.spec().name().equals("gamma") ? 1 : 0;
                Tensor value = w.variable().value();
                w.variable().assign(value.map(v -> around + random.nextDouble(-.2, .2)));
            }
        }
        List<Variable> statistics =
                all.stream().filter(w -> !w.spec().trainable()).map(Weight::variable).toList();
        List<Layer> frozen = model.flatten().stream().filter(l -> !l.trainable()).toList();
        frozen.forEach(l -> l.setTrainableAlone(true));
        Tensor images = random(CALIBRATING, model.inputShapes().get(0));
        List<Tensor> fromZero = moved(model, images, statistics, 0);
        List<Tensor> fromOne = moved(model, images, statistics, 1);
        for (int i = 0; i < statistics.size(); i++) {
            // (1 - m) s and m + (1 - m) s, for a momentum m and the statistic s
            Tensor zero = fromZero.get(i);
            double momentum = fromOne.get(i).get(0) - zero.get(0);
            statistics.get(i).assign(zero.multiply(1 / (1 - momentum)));
        }
        frozen.forEach(l -> l.setTrainableAlone(false));
    }

    /** What the statistics become of one value by one pass in training mode. */
    private static List<Tensor> moved(
            Model model, Tensor images, List<Variable> statistics, float from) {
        statistics.forEach(v -> v.assign(Tensor.full(v.shape(), from)));
        model.call(images, Mode.TRAINING);
        return statistics.stream().map(v -> v.value().copy()).toList();
    }

    private static Tensor random(int images, Shape batch) {
        Shape shape = batch.withBatch(images);
        SplittableRandom random = new SplittableRandom(2);
        float[] x = new float[(int) shape.size()];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextDouble();
        }
        return Tensor.of(x, shape);
    }

    private void writeWeights(Model model) throws IOException {
        StringBuilder lines = new StringBuilder();
        try (OutputStream out = Files.newOutputStream(path.resolve("weights.bin"))) {
            for (Weight w : model.weights()) {
                Tensor value = w.variable().value().cast(DType.FLOAT32);
                lines.append(w.layer().name()).append(' ').append(w.spec().name());
                for (int extent : value.shape().toArray()) {
                    lines.append(' ').append(extent);
                }
                lines.append('\n');
                out.write(bytes(value.floats()));
            }
        }
        Files.writeString(path.resolve("weights.txt"), lines);
    }

    void writePredictions(Tensor p) throws IOException {
        write("thaw.bin", p.floats());
    }

    Tensor images(Shape batch) throws IOException {
        ByteBuffer b = read("x.bin");
        float[] x = new float[b.remaining() / Float.BYTES];
        b.asFloatBuffer().get(x);
        int images = x.length / (int) batch.withBatch(1).size();
        return Tensor.of(x, batch.withBatch(images));
    }

    Tensor labels() throws IOException {
        ByteBuffer b = read("y.bin");
        int[] y = new int[b.remaining() / Integer.BYTES];
        b.asIntBuffer().get(y);
        return Tensor.of(y, y.length);
    }

    private ByteBuffer read(String name) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path.resolve(name)))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private void write(String name, float[] values) throws IOException {
        Files.write(path.resolve(name), bytes(values));
    }

    private static byte[] bytes(float[] values) {
        ByteBuffer b = buffer(values.length);
        b.asFloatBuffer().put(values);
        return b.array();
    }

    private static ByteBuffer buffer(int words) {
        return ByteBuffer.allocate(words * 4).order(ByteOrder.LITTLE_ENDIAN);
    }
}
