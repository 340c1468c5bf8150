package dev.thaw.backend.cpu;

/**
 * How terms come together. Tiles are folded lane by lane in float32, at most {@link #DEPTH} deep;
 * beyond that in double, so that the error of a long sum stays that of a short one.
 */
enum Fold {
    SUM(0) {
        @Override
        void lanes(float[] into, float[] terms, int n) {
            for (int i = 0; i < n; i++) {
                into[i] += terms[i];
            }
        }

        @Override
        void wide(double[] into, float[] terms, int n) {
            for (int i = 0; i < n; i++) {
                into[i] += terms[i];
            }
        }

        @Override
        double all(double[] terms, int from, int step, int to) {
            double sum = 0;
            for (int i = from; i < to; i += step) {
                sum += terms[i];
            }
            return sum;
        }

        @Override
        double all(float[] terms, int from, int step, int to) {
            double a = 0;
            double b = 0;
            double c = 0;
            double d = 0;
            int i = from;
            for (int last = to - 3 * step; i < last; i += 4 * step) {
                a += terms[i];
                b += terms[i + step];
                c += terms[i + 2 * step];
                d += terms[i + 3 * step];
            }
            for (; i < to; i += step) {
                a += terms[i];
            }
            return a + b + (c + d);
        }
    },

    MAX(Double.NEGATIVE_INFINITY) {
        @Override
        void lanes(float[] into, float[] terms, int n) {
            for (int i = 0; i < n; i++) {
                into[i] = Math.max(into[i], terms[i]);
            }
        }

        @Override
        void wide(double[] into, float[] terms, int n) {
            for (int i = 0; i < n; i++) {
                into[i] = Math.max(into[i], terms[i]);
            }
        }

        @Override
        double all(double[] terms, int from, int step, int to) {
            double max = Double.NEGATIVE_INFINITY;
            for (int i = from; i < to; i += step) {
                max = Math.max(max, terms[i]);
            }
            return max;
        }

        @Override
        double all(float[] terms, int from, int step, int to) {
            float a = Float.NEGATIVE_INFINITY;
            float b = Float.NEGATIVE_INFINITY;
            int i = from;
            for (int last = to - step; i < last; i += 2 * step) {
                a = Math.max(a, terms[i]);
                b = Math.max(b, terms[i + step]);
            }
            return Math.max(i < to ? Math.max(a, terms[i]) : a, b);
        }
    };

    /** Tiles that are folded in float32 before they go into double. */
    static final int DEPTH = 16;

    /** What nothing folds to. */
    final double nothing;

    Fold(double nothing) {
        this.nothing = nothing;
    }

    /** into[i] = into[i] (fold) terms[i], in float32. */
    abstract void lanes(float[] into, float[] terms, int n);

    /** into[i] = into[i] (fold) terms[i], in double. */
    abstract void wide(double[] into, float[] terms, int n);

    /** Folds the elements from, from + step, .. before to. */
    abstract double all(double[] terms, int from, int step, int to);

    /**
     * Folds the elements from, from + step, .. before to; in lanes that do not wait for each other.
     */
    abstract double all(float[] terms, int from, int step, int to);
}
