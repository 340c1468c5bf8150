package dev.thaw.backend.reference;

import dev.thaw.op.Warp;

import java.nio.DoubleBuffer;

final class Images {
    private Images() {}

    static void register(Table table) {
        table.add(Warp.class, Images::warp);
    }

    private static void warp(Warp op, Cells cells) {
        DoubleBuffer t = cells.numbers(op.transforms());
        DoubleBuffer y = cells.numbers(op.y());
        int[] to = op.y().shape().toArray();
        Index.forEach(
                to,
                at -> {
                    int first = 8 * at[0];
                    double k = t.get(first + 6) * at[2] + t.get(first + 7) * at[1] + 1;
                    double column = coordinate(t, first, at) / k;
                    double row = coordinate(t, first + 3, at) / k;
                    y.put(
                            Index.flat(to, at),
                            k == 0 ? op.fill() : sample(op, cells, at[0], row, column, at[3]));
                });
    }

    private static double coordinate(DoubleBuffer t, int first, int[] at) {
        return t.get(first) * at[2] + t.get(first + 1) * at[1] + t.get(first + 2);
    }

    private static double sample(
            Warp op, Cells cells, int image, double fromRow, double fromColumn, int channel) {
        double row = Warp.place(op.border(), fromRow, op.x().shape().dim(1));
        double column = Warp.place(op.border(), fromColumn, op.x().shape().dim(2));
        if (op.sampling() == Warp.Sampling.NEAREST) {
            return pixel(op, cells, image, round(row), round(column), channel);
        }
        double top = Math.floor(row);
        double left = Math.floor(column);
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                double weight = (1 - Math.abs(row - top - i)) * (1 - Math.abs(column - left - j));
                sum += weight * pixel(op, cells, image, top + i, left + j, channel);
            }
        }
        return sum;
    }

    private static double round(double v) {
        return Math.signum(v) * Math.floor(Math.abs(v) + 0.5);
    }

    private static double pixel(
            Warp op, Cells cells, int image, double row, double column, int channel) {
        int[] from = op.x().shape().toArray();
        boolean inside = row >= 0 && row < from[1] && column >= 0 && column < from[2];
        int[] at = {image, (int) row, (int) column, channel};
        return inside ? cells.numbers(op.x()).get(Index.flat(from, at)) : op.fill();
    }
}
