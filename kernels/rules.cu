// RuleUpdate: a formula over all elements of many tensors, one launch. Updates in place. The step is
// skipped while *health >= 0. Before the step, where decay is not 0, w = w - w decay lr.
//
// All have the parameters
//   weights, gradients, first, second, third : tables of tensors, null where the rule has none
//   sizes, chunkTensor, chunkIndex, chunks, chunkSize : see common/chunks.cuh
//   learningRate : one FLOAT32, may be null; health, iteration: one INT64 each; product: one FLOAT32,
//                  may be null; all on the device
//   d0, d1 (double), f0 .. f4 (float) : the rule's constants
//   decay        : (float) weightDecay
// Dynamic shared memory: 0. With t = iteration + 1, constants of t in double:
//
// rule_adagrad        f0 = epsilon    first += g^2; w -= lr g / sqrt(first + epsilon)
// rule_adadelta       f0, f1, f2 = rho, (float) (1 - rho), epsilon
//                     first = f0 first + f1 g^2; d = -sqrt(second + f2) g / sqrt(first + f2);
//                     second = f0 second + f1 d^2; w += lr d
// rule_adamax         d0 = beta1; f0, f1, f2 = (float) (1 - beta1), beta2, epsilon
//                     first += (g - first) f0; second = max(f1 second, |g|);
//                     w -= lr / (1 - d0^t) first / (second + f2)
// rule_amsgrad        d0, d1 = beta1, beta2; f0, f1, f2 = (float) (1 - beta1), (float) (1 - beta2),
//                     epsilon; first += (g - first) f0; second += (g^2 - second) f1; third =
//                     max(third, second); w -= lr sqrt(1 - d1^t) / (1 - d0^t) first / (sqrt(third) + f2)
// rule_nadam          the same constants; u(t) = d0 (1 - 0.96^t / 2), P = *product;
//                     first, second as before; w -= lr (u(t + 1) first / (1 - P u(t + 1)) + (1 - u(t)) g
//                     / (1 - P)) / (sqrt(second / (1 - d1^t)) + f2)
// rule_nadam_product  d0 = beta1      w *= u(t)
// rule_lion           f0, f1 = beta1, beta2
//                     w -= lr sign(f0 first + (1 - f0) g); first = f1 first + (1 - f1) g
// rule_ftrl           f0 .. f4 = -power, l1, 2 l2, 2 shrinkage, beta
//                     n = first + g^2; second += g + f3 w - (n^f0 - first^f0) / lr w;
//                     w = (clip(second, -f1, f1) - second) / (n^f0 / lr + f2 + f4 / lr); first = n
// rule_weight_average f0 = momentum, d0 = frequency
//                     first = f0 first + (1 - f0) w, or w where t is 1; w = first where t is a multiple
//                     of d0, which is 0 for never
// rule_add            w += g
// rule_assign         w = g
// rule_clear          w = 0

#include "common/chunks.cuh"
#include "common/math.cuh"

namespace {

struct Rule {
    const long long* tables[5];
    thaw::Chunks chunks;
    float lr;
    float decay;
};

/** Runs f over the numbers of each element: w, the states, then g where there are gradients. */
template <int STATES, bool GRADIENTS, class F>
__device__ __forceinline__ void run(const Rule& rule, F f) {
    constexpr int K = 1 + STATES + GRADIENTS;
    const long long* tables[K];
    tables[0] = rule.tables[0];
#pragma unroll
    for (int k = 0; k < STATES; k++) {
        tables[1 + k] = rule.tables[2 + k];
    }
    if (GRADIENTS) {
        tables[K - 1] = rule.tables[1];
    }
    const long long* const(&fixed)[K] = reinterpret_cast<const long long* const(&)[K]>(tables);
    float lr = rule.lr;
    float decay = rule.decay;
    thaw::over_chunks<K, 1 + STATES>(rule.chunks, fixed, [=](float (&e)[K]) {
        e[0] = thaw::decayed(e[0], decay, lr);
        f(e);
    });
}

__device__ __forceinline__ double share(double beta1, double t) {
    return beta1 * (1.0 - 0.5 * pow(0.96, t));
}

__device__ __forceinline__ void moments(float& m, float& v, float g, float rate1, float rate2) {
    m += (g - m) * rate1;
    v += (g * g - v) * rate2;
}

}  // namespace

// the constants of t are computed once per block: double is slow on small GPUs
#define RULE(NAME, CONSTANTS, ...)                                                              \
    extern "C" __global__ void NAME(                                                            \
            const long long* weights,                                                           \
            const long long* gradients,                                                         \
            const long long* first,                                                             \
            const long long* second,                                                            \
            const long long* third,                                                             \
            const long long* sizes,                                                             \
            const int* chunkTensor,                                                             \
            const int* chunkIndex,                                                              \
            int chunks,                                                                         \
            int chunkSize,                                                                      \
            const float* learningRate,                                                          \
            const long long* health,                                                            \
            const long long* iteration,                                                         \
            const float* product,                                                               \
            double d0,                                                                          \
            double d1,                                                                          \
            float f0,                                                                           \
            float f1,                                                                           \
            float f2,                                                                           \
            float f3,                                                                           \
            float f4,                                                                           \
            float decay) {                                                                      \
        if (*health >= 0) {                                                                     \
            return;                                                                             \
        }                                                                                       \
        float lr = learningRate == nullptr ? 0.0f : *learningRate;                              \
        __shared__ float c[3];                                                                  \
        if (threadIdx.x == 0 && threadIdx.y == 0) {                                             \
            double t = (double)*iteration + 1.0;                                                \
            c[0] = c[1] = c[2] = (float)t;                                                      \
            CONSTANTS                                                                           \
        }                                                                                       \
        __syncthreads();                                                                        \
        [[maybe_unused]] float c0 = c[0];                                                       \
        [[maybe_unused]] float c1 = c[1];                                                       \
        [[maybe_unused]] float c2 = c[2];                                                       \
        Rule rule{                                                                              \
                {weights, gradients, first, second, third},                                     \
                thaw::Chunks{sizes, chunkTensor, chunkIndex, chunks, chunkSize},                \
                lr,                                                                             \
                decay};                                                                         \
        __VA_ARGS__                                                                             \
    }

RULE(rule_adagrad, {}, {
    run<1, true>(rule, [=](float (&e)[3]) {
        e[1] += e[2] * e[2];
        e[0] -= lr * e[2] / sqrtf(e[1] + f0);
    });
})

RULE(rule_adadelta, {}, {
    run<2, true>(rule, [=](float (&e)[4]) {
        e[1] = f0 * e[1] + f1 * (e[3] * e[3]);
        float d = -(sqrtf(e[2] + f2) * e[3]) / sqrtf(e[1] + f2);
        e[2] = f0 * e[2] + f1 * (d * d);
        e[0] += lr * d;
    });
})

RULE(rule_adamax, { c[0] = (float)(lr / (1.0 - pow(d0, t))); }, {
    run<2, true>(rule, [=](float (&e)[4]) {
        e[1] += (e[3] - e[1]) * f0;
        e[2] = thaw::maximum(f1 * e[2], fabsf(e[3]));
        e[0] -= c0 * e[1] / (e[2] + f2);
    });
})

RULE(rule_amsgrad, { c[0] = (float)(lr * sqrt(1.0 - pow(d1, t)) / (1.0 - pow(d0, t))); }, {
    run<3, true>(rule, [=](float (&e)[5]) {
        moments(e[1], e[2], e[4], f0, f1);
        e[3] = thaw::maximum(e[3], e[2]);
        e[0] -= c0 * e[1] / (sqrtf(e[3]) + f2);
    });
})

RULE(
        rule_nadam,
        {
            double next = share(d0, t + 1.0);
            double made = *product;
            c[0] = (float)(next / (1.0 - made * next));
            c[1] = (float)((1.0 - share(d0, t)) / (1.0 - made));
            c[2] = (float)(1.0 / (1.0 - pow(d1, t)));
        },
        {
            run<2, true>(rule, [=](float (&e)[4]) {
                moments(e[1], e[2], e[3], f0, f1);
                float m = c0 * e[1] + c1 * e[3];
                e[0] -= lr * m / (sqrtf(e[2] * c2) + f2);
            });
        })

RULE(rule_nadam_product, { c[0] = (float)share(d0, t); }, {
    run<0, false>(rule, [=](float (&e)[1]) { e[0] *= c0; });
})

RULE(rule_lion, {}, {
    run<1, true>(rule, [=](float (&e)[3]) {
        float u = e[1] * f0 + e[2] * (1.0f - f0);
        e[0] -= lr * (u > 0.0f ? 1.0f : u < 0.0f ? -1.0f : u);
        e[1] = e[1] * f1 + e[2] * (1.0f - f1);
    });
})

RULE(rule_ftrl, {}, {
    run<2, true>(rule, [=](float (&e)[4]) {
        float n = e[1] + e[3] * e[3];
        float now = powf(n, f0);
        float before = powf(e[1], f0);
        e[2] += e[3] + f3 * e[0] - (now - before) / lr * e[0];
        e[0] = (thaw::clip(e[2], -f1, f1) - e[2]) / (now / lr + f2 + f4 / lr);
        e[1] = n;
    });
})

RULE(
        rule_weight_average,
        {
            c[0] = t == 1.0 ? 0.0f : f0;
            c[1] = d0 > 0.0 && fmod(t, d0) == 0.0 ? 1.0f : 0.0f;
        },
        {
            run<1, false>(rule, [=](float (&e)[2]) {
                e[1] = c0 * e[1] + (1.0f - c0) * e[0];
                e[0] = c1 != 0.0f ? e[1] : e[0];
            });
        })

RULE(rule_add, {}, { run<0, true>(rule, [=](float (&e)[2]) { e[0] += e[1]; }); })

RULE(rule_assign, {}, { run<0, true>(rule, [=](float (&e)[2]) { e[0] = e[1]; }); })

RULE(rule_clear, {}, { run<0, false>(rule, [=](float (&e)[1]) { e[0] = 0.0f; }); })
