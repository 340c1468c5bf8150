package dev.thaw.backend.cpu;

import dev.thaw.op.UpdateRule;

/** The loops of the rules that go back to Adam: moments whose first values are corrected. */
final class AdamLoops {
    private AdamLoops() {}

    /** Of two moments, whose first values the step size makes up for. */
    private abstract static class Corrected extends RuleLoop {
        private final double beta1;
        private final double beta2;
        final float rate1;
        final float rate2;

        /** lr sqrt(1 - beta2^t) / (1 - beta1^t). */
        float a;

        Corrected(double beta1, double beta2) {
            this.beta1 = beta1;
            this.beta2 = beta2;
            rate1 = (float) (1 - beta1);
            rate2 = (float) (1 - beta2);
        }

        @Override
        void begin(double t, float product) {
            double root = Math.sqrt(1 - Math.pow(beta2, t));
            a = (float) (lr * root / (1 - Math.pow(beta1, t)));
        }
    }

    static RuleLoop adam(UpdateRule.Adam r) {
        float epsilon = (float) r.epsilon();
        return new Corrected(r.beta1(), r.beta2()) {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] v = t[2];
                float[] g = t[3];
                for (int i = 0; i < n; i++) {
                    float first = m[i] + (g[i] - m[i]) * rate1;
                    float second = v[i] + (g[i] * g[i] - v[i]) * rate2;
                    m[i] = first;
                    v[i] = second;
                    w[i] -= a * first / ((float) Math.sqrt(second) + epsilon);
                }
            }
        };
    }

    private static void moments(float[] m, float[] v, float[] g, int n, float rate1, float rate2) {
        for (int i = 0; i < n; i++) {
            m[i] += (g[i] - m[i]) * rate1;
            v[i] += (g[i] * g[i] - v[i]) * rate2;
        }
    }

    static RuleLoop amsgrad(UpdateRule.Amsgrad r) {
        float epsilon = (float) r.epsilon();
        return new Corrected(r.beta1(), r.beta2()) {
            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] v = t[2];
                float[] most = t[3];
                moments(m, v, t[4], n, rate1, rate2);
                for (int i = 0; i < n; i++) {
                    float largest = Math.max(most[i], v[i]);
                    most[i] = largest;
                    w[i] -= a * m[i] / ((float) Math.sqrt(largest) + epsilon);
                }
            }
        };
    }

    static RuleLoop adamax(UpdateRule.Adamax r) {
        float rate1 = (float) (1 - r.beta1());
        float beta2 = (float) r.beta2();
        float epsilon = (float) r.epsilon();
        return new RuleLoop() {
            private float rate;

            @Override
            void begin(double t, float product) {
                rate = (float) (lr / (1 - Math.pow(r.beta1(), t)));
            }

            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] norm = t[2];
                float[] g = t[3];
                for (int i = 0; i < n; i++) {
                    float mean = m[i] + (g[i] - m[i]) * rate1;
                    float largest = Math.max(beta2 * norm[i], Math.abs(g[i]));
                    m[i] = mean;
                    norm[i] = largest;
                    w[i] -= rate * mean / (largest + epsilon);
                }
            }
        };
    }

    /** Nadam's u_t. */
    private static double share(double beta1, double t) {
        return beta1 * (1 - 0.5 * Math.pow(0.96, t));
    }

    static RuleLoop nadam(UpdateRule.Nadam r) {
        float rate1 = (float) (1 - r.beta1());
        float rate2 = (float) (1 - r.beta2());
        float epsilon = (float) r.epsilon();
        return new RuleLoop() {
            private float ofMean;
            private float ofGradient;
            private float correction;

            @Override
            void begin(double t, float product) {
                double next = share(r.beta1(), t + 1);
                ofMean = (float) (next / (1 - product * next));
                ofGradient = (float) ((1 - share(r.beta1(), t)) / (1 - (double) product));
                correction = (float) (1 / (1 - Math.pow(r.beta2(), t)));
            }

            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                float[] m = t[1];
                float[] v = t[2];
                float[] g = t[3];
                moments(m, v, g, n, rate1, rate2);
                for (int i = 0; i < n; i++) {
                    float mean = ofMean * m[i] + ofGradient * g[i];
                    w[i] -= lr * mean / ((float) Math.sqrt(v[i] * correction) + epsilon);
                }
            }
        };
    }

    static RuleLoop nadamProduct(UpdateRule.NadamProduct r) {
        return new RuleLoop() {
            private float factor;

            @Override
            void begin(double t, float product) {
                factor = (float) share(r.beta1(), t);
            }

            @Override
            public void run(float[][] t, int n) {
                float[] w = t[0];
                for (int i = 0; i < n; i++) {
                    w[i] *= factor;
                }
            }
        };
    }
}
