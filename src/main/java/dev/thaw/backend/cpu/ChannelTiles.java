package dev.thaw.backend.cpu;

import dev.thaw.tensor.Shape;

import java.nio.FloatBuffer;

/**
 * A tensor seen as [outer, C, inner], as a matrix of outer rows of C inner columns. It is cut into
 * panels of columns, these into units of rows, and these into tiles of a few rows. A tile's
 * elements are its lanes; what belongs to a channel is spread over the lanes first, as the JVM
 * vectorises a loop only where all arrays have the same index. The cut depends on the shape alone,
 * so that sums come out the same whatever the number of threads.
 */
final class ChannelTiles {
    /** Tiles over which floats may add up before doubles take over. */
    static final int GROUP = 32;

    private static final int MOST_UNITS = 64;

    /** Elements for which a thread pays. */
    private static final int GRAIN = 65_536;

    /** Some columns. */
    final class Panel {
        final int from;
        final int width;
        final int lanes;
        final int tileRows;
        final int firstChannel;
        final int channels;

        /** For each lane its channel, counted from the first one. */
        final int[] channelOf;

        /** For each channel, counted from the first one, how many of the columns are its own. */
        final int[] columnsOf;

        Panel(int from, int width) {
            this.from = from;
            this.width = width;
            tileRows = width < length ? 1 : Math.max(1, Tiles.SIZE / width);
            lanes = tileRows * width;
            firstChannel = from / inner;
            channels = (from + width - 1) / inner - firstChannel + 1;
            channelOf = new int[lanes];
            columnsOf = new int[channels];
            for (int j = 0; j < lanes; j++) {
                channelOf[j] = (from + j % width) / inner - firstChannel;
                columnsOf[channelOf[j]] += j < width ? 1 : 0;
            }
        }

        /** Each lane gets the number of its channel. */
        void spread(float[] ofChannel, float[] toLanes) {
            for (int j = 0; j < lanes; j++) {
                toLanes[j] = ofChannel[firstChannel + channelOf[j]];
            }
        }

        /** Each lane gets the number of its channel, which are those of this panel alone. */
        void spread(double[] ofChannel, float[] toLanes) {
            for (int j = 0; j < lanes; j++) {
                toLanes[j] = (float) ofChannel[channelOf[j]];
            }
        }

        /** Each channel's sum grows by its lanes; the lanes become 0. */
        void fold(float[] ofLanes, double[] toChannel) {
            for (int j = 0; j < lanes; j++) {
                toChannel[channelOf[j]] += ofLanes[j];
                ofLanes[j] = 0;
            }
        }

        /** Reads the tile that begins at a row; returns its number of elements. */
        int load(FloatBuffer source, int row, int end, float[] tile) {
            int n = Math.min(tileRows, end - row) * width;
            source.get(row * length + from, tile, 0, n);
            return n;
        }

        void store(float[] tile, int row, int n, FloatBuffer target) {
            target.put(row * length + from, tile, 0, n);
        }
    }

    /** What happens to a unit. */
    @FunctionalInterface
    interface Body {
        /** Handles rows [from, to) of a panel; no two units with the same slot at the same time. */
        void run(int slot, int unit, Panel panel, int from, int to);
    }

    final int channels;

    /** The number of elements of a channel. */
    final long perChannel;

    final int units;
    private final int inner;
    private final int rows;
    private final int length;
    private final Panel[] panels;
    private final int chunks;
    private final int unitRows;

    ChannelTiles(Shape shape, int axis) {
        channels = shape.dim(axis);
        inner = Math.toIntExact(shape.size(axis + 1, shape.rank()));
        length = channels * inner;
        rows = Math.toIntExact(shape.size() / length);
        perChannel = (long) rows * inner;
        panels = new Panel[(length + Tiles.SIZE - 1) / Tiles.SIZE];
        int panelWidth = (length + panels.length - 1) / panels.length;
        for (int i = 0; i < panels.length; i++) {
            panels[i] = new Panel(i * panelWidth, Math.min(panelWidth, length - i * panelWidth));
        }
        int groupRows = GROUP * panels[0].tileRows;
        int groups = (rows + groupRows - 1) / groupRows;
        int most = Math.max(1, MOST_UNITS / panels.length);
        unitRows = (groups + most - 1) / most * groupRows;
        chunks = (rows + unitRows - 1) / unitRows;
        units = panels.length * chunks;
    }

    /** Most channels of a panel. */
    int widestPanel() {
        int most = 0;
        for (Panel p : panels) {
            most = Math.max(most, p.channels);
        }
        return most;
    }

    /** Runs over all units, on several threads where that pays. */
    void run(Body body) {
        int grain = Math.max(1, GRAIN / Math.max(1, Math.min(rows, unitRows) * panels[0].width));
        Workers.run(
                units,
                grain,
                1,
                (slot, from, to) -> {
                    for (int u = from; u < to; u++) {
                        runUnit(slot, u, body);
                    }
                });
    }

    /** Runs over all units, one after the other. */
    void forEachUnit(Body body) {
        for (int u = 0; u < units; u++) {
            runUnit(0, u, body);
        }
    }

    private void runUnit(int slot, int unit, Body body) {
        int first = unit % chunks * unitRows;
        body.run(slot, unit, panels[unit / chunks], first, Math.min(rows, first + unitRows));
    }
}
