package dev.thaw.backend.cpu;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.Philox;
import dev.thaw.op.Uniform;
import dev.thaw.op.Value;
import dev.thaw.op.Warp;

import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.function.Function;

/** Transforms of images, and the random numbers for them. */
final class ImageKernels {
    /** Pixels for which a second thread pays: each takes tens of nanoseconds. */
    private static final int GRAIN = 4096;

    private ImageKernels() {}

    static void register(KernelTable table) {
        table.add(Uniform.class, ImageKernels::uniform);
        table.add(Warp.class, op -> (buffers, workspace) -> new Projection(op, buffers));
    }

    /** A few numbers per image: one thread is enough. */
    private static Prepared uniform(Uniform op) {
        int n = Math.toIntExact(op.y().size());
        return (buffers, workspace) -> {
            LongBuffer step = Tiles.longs(op.step(), buffers);
            FloatBuffer y = Tiles.floats(op.y(), buffers);
            int[] words = new int[4];
            return () -> {
                long now = step.get(0);
                for (int i = 0; i < n; i++) {
                    if (i % 4 == 0) {
                        Philox.block(op.draw().seed(), now, op.draw().call(), i / 4, words, 0);
                    }
                    y.put(i, Philox.uniform(words[i % 4]));
                }
            };
        };
    }

    /** One launch. */
    private static final class Projection implements Kernel {
        private final Warp op;
        private final FloatBuffer x;
        private final FloatBuffer y;
        private final FloatBuffer transformsThere;
        private final float[] transforms;
        private final int height;
        private final int width;
        private final int channels;
        private final int rows;
        private final int columns;
        private final int lines;
        private final float fill;
        private final Workers.Part part = this::part;

        Projection(Warp op, Function<Value, Buffer> buffers) {
            this.op = op;
            x = Tiles.floats(op.x(), buffers);
            y = Tiles.floats(op.y(), buffers);
            transformsThere = Tiles.floats(op.transforms(), buffers);
            transforms = new float[Math.toIntExact(op.transforms().size())];
            height = op.x().shape().dim(1);
            width = op.x().shape().dim(2);
            channels = op.x().shape().dim(3);
            rows = op.y().shape().dim(1);
            columns = op.y().shape().dim(2);
            lines = op.y().shape().dim(0) * rows;
            fill = (float) op.fill();
        }

        @Override
        public void launch() {
            transformsThere.get(0, transforms);
            Workers.run(lines, Math.max(1, GRAIN / Math.max(1, columns)), 1, part);
        }

        private void part(int slot, int from, int to) {
            for (int line = from; line < to; line++) {
                int image = line / rows;
                for (int column = 0; column < columns; column++) {
                    pixel(image, line % rows, column, (line * columns + column) * channels);
                }
            }
        }

        private void pixel(int image, int row, int column, int to) {
            int t = 8 * image;
            float k = transforms[t + 6] * column + transforms[t + 7] * row + 1;
            if (k == 0) {
                for (int c = 0; c < channels; c++) {
                    y.put(to + c, fill);
                }
                return;
            }
            float fromColumn = at(t, row, column) / k;
            float fromRow = at(t + 3, row, column) / k;
            fromColumn = (float) Warp.place(op.border(), fromColumn, width);
            fromRow = (float) Warp.place(op.border(), fromRow, height);
            int first = image * height * width * channels;
            if (op.sampling() == Warp.Sampling.NEAREST) {
                int at = place(first, rounded(fromRow), rounded(fromColumn));
                for (int c = 0; c < channels; c++) {
                    y.put(to + c, at < 0 ? fill : x.get(at + c));
                }
            } else {
                bilinear(first, fromRow, fromColumn, to);
            }
        }

        private float at(int t, int row, int column) {
            return transforms[t] * column + transforms[t + 1] * row + transforms[t + 2];
        }

        /** Halfway away from 0, unlike Math.round. */
        private static float rounded(float at) {
            return Math.signum(at) * (float) Math.floor(Math.abs(at) + .5);
        }

        /** Where the pixel's channels begin; -1 outside of the image. */
        private int place(int first, float row, float column) {
            boolean inside = row >= 0 && row < height && column >= 0 && column < width;
            return inside ? first + ((int) row * width + (int) column) * channels : -1;
        }

        private void bilinear(int first, float row, float column, int to) {
            float top = (float) Math.floor(row);
            float left = (float) Math.floor(column);
            float right = left + 1;
            float bottom = top + 1;
            int topLeft = place(first, top, left);
            int topRight = place(first, top, right);
            int bottomLeft = place(first, bottom, left);
            int bottomRight = place(first, bottom, right);
            for (int c = 0; c < channels; c++) {
                float above =
                        (right - column) * value(topLeft, c) + (column - left) * value(topRight, c);
                float below =
                        (right - column) * value(bottomLeft, c)
                                + (column - left) * value(bottomRight, c);
                y.put(to + c, (bottom - row) * above + (row - top) * below);
            }
        }

        private float value(int at, int c) {
            return at < 0 ? fill : x.get(at + c);
        }
    }
}
