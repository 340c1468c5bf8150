// ApplyRule, Assign, MovingAverage and Guard: a formula over all elements of many tensors, one launch. Updates
// in place. Skipped while *health >= 0, moving averages excepted.
//
// A rule is a struct with the number of its SLOTS and whether it reads GRADIENTS. Each thread makes it
// of the constants and of what the step is, once per chunk, and it gets the numbers of an element: the
// weight w, its slots s, its gradient g. Its entry point update_RULE is one line at the end of this
// file; op/UpdateRule.java has the formulas. What depends on the step alone is computed in float32,
// without a barrier, and 1 - c^t as -expm1(t log c): right to some roundings for every t.
//
// Parameters of every update_RULE:
//   table, chunks : see common/chunks.cuh; operands: the weights, the slots, the gradients if any
//   constants     : the rule's constants c in float32; (float) (1 - c); (float) log c
//   decay, decayed: before the rule, w = w - w decay lr in so many chunks, the first ones
//   learningRate  : one FLOAT32; iteration, health: one INT64 each; product: one FLOAT32, or null where
//                   the rule reads none; all on the device
// assign(table, chunks, health)               operands: targets, values. target = value
// assign_number(table, chunks, health, value) operands: targets; value: one FLOAT32. target = *value
// moving_average(table, chunks, keep, take)   operands: moving, batch. moving = moving keep + batch take
//                   where batch is finite; keep = (float) momentum, take = (float) (1 - momentum)
// guard(table, chunks, iteration, health)     operands: watched. Where one of them is NaN or infinite and
//                   health is -1: health = iteration, which all blocks agree on
// Dynamic shared memory: 0.

#include "common/chunks.cuh"
#include "common/math.cuh"

namespace {

struct Constants {
    float value[5];
    float rest[5];
    float log[5];
};

struct Step {
    float lr;
    float t;
    const float* product;
};

/** 1 - c^t. */
__device__ __forceinline__ float corrected(float logarithm, float t) {
    return -expm1f(t * logarithm);
}

struct Sgd {
    static constexpr int SLOTS = 0;
    static constexpr bool GRADIENTS = true;
    float lr;

    __device__ __forceinline__ Sgd(const Constants&, const Step& step) : lr(step.lr) {}

    __device__ __forceinline__ void operator()(float& w, float*, float g) const {
        w -= lr * g;
    }
};

template <bool NESTEROV>
struct Momentum {
    static constexpr int SLOTS = 1;
    static constexpr bool GRADIENTS = true;
    float lr;
    float momentum;

    __device__ __forceinline__ Momentum(const Constants& c, const Step& step)
        : lr(step.lr), momentum(c.value[0]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        s[0] = momentum * s[0] - lr * g;
        w = NESTEROV ? w + momentum * s[0] - lr * g : w + s[0];
    }
};

template <bool MOMENTUM, bool CENTERED>
struct Rmsprop {
    static constexpr int SLOTS = 1 + MOMENTUM + CENTERED;
    static constexpr bool GRADIENTS = true;
    float lr;
    float rho;
    float rate;
    float momentum;
    float epsilon;

    __device__ __forceinline__ Rmsprop(const Constants& c, const Step& step)
        : lr(step.lr), rho(c.value[0]), rate(c.rest[0]), momentum(c.value[1]), epsilon(c.value[2]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        s[0] = rho * s[0] + rate * (g * g);
        float d = s[0];
        if (CENTERED) {
            float& average = s[SLOTS - 1];
            average = rho * average + rate * g;
            d -= average * average;
        }
        float u = lr * g / sqrtf(d + epsilon);
        if (MOMENTUM) {
            s[1] = momentum * s[1] + u;
            u = s[1];
        }
        w -= u;
    }
};

/** What Adam, Amsgrad and Nadam share: the two moments. */
struct Moments {
    static constexpr bool GRADIENTS = true;
    float rate1;
    float rate2;
    float epsilon;

    __device__ __forceinline__ explicit Moments(const Constants& c)
        : rate1(c.rest[0]), rate2(c.rest[1]), epsilon(c.value[2]) {}

    __device__ __forceinline__ void move(float* s, float g) const {
        s[0] += (g - s[0]) * rate1;
        s[1] += (g * g - s[1]) * rate2;
    }
};

template <bool AMSGRAD>
struct Adam : Moments {
    static constexpr int SLOTS = AMSGRAD ? 3 : 2;
    float a;

    __device__ __forceinline__ Adam(const Constants& c, const Step& step)
        : Moments(c),
          a(step.lr * sqrtf(corrected(c.log[1], step.t)) / corrected(c.log[0], step.t)) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        move(s, g);
        if (AMSGRAD) {
            s[2] = thaw::maximum(s[2], s[1]);
        }
        w -= a * s[0] / (sqrtf(s[SLOTS - 1]) + epsilon);
    }
};

struct Adamax {
    static constexpr int SLOTS = 2;
    static constexpr bool GRADIENTS = true;
    float rate;
    float rate1;
    float beta2;
    float epsilon;

    __device__ __forceinline__ Adamax(const Constants& c, const Step& step)
        : rate(step.lr / corrected(c.log[0], step.t)),
          rate1(c.rest[0]),
          beta2(c.value[1]),
          epsilon(c.value[2]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        s[0] += (g - s[0]) * rate1;
        s[1] = thaw::maximum(beta2 * s[1], fabsf(g));
        w -= rate * s[0] / (s[1] + epsilon);
    }
};

/** Nadam's u_t. */
__device__ __forceinline__ float share(float beta1, float t) {
    return beta1 * (1.0f - 0.5f * powf(0.96f, t));
}

struct Nadam : Moments {
    static constexpr int SLOTS = 2;
    float lr;
    float of_mean;
    float of_gradient;
    float correction;

    __device__ __forceinline__ Nadam(const Constants& c, const Step& step)
        : Moments(c), lr(step.lr), correction(1.0f / corrected(c.log[1], step.t)) {
        float next = share(c.value[0], step.t + 1.0f);
        float made = *step.product;
        of_mean = next / (1.0f - made * next);
        of_gradient = (1.0f - share(c.value[0], step.t)) / (1.0f - made);
    }

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        move(s, g);
        float m = of_mean * s[0] + of_gradient * g;
        w -= lr * m / (sqrtf(s[1] * correction) + epsilon);
    }
};

struct NadamProduct {
    static constexpr int SLOTS = 0;
    static constexpr bool GRADIENTS = false;
    float factor;

    __device__ __forceinline__ NadamProduct(const Constants& c, const Step& step)
        : factor(share(c.value[0], step.t)) {}

    __device__ __forceinline__ void operator()(float& w, float*, float) const {
        w *= factor;
    }
};

struct Adagrad {
    static constexpr int SLOTS = 1;
    static constexpr bool GRADIENTS = true;
    float lr;
    float epsilon;

    __device__ __forceinline__ Adagrad(const Constants& c, const Step& step)
        : lr(step.lr), epsilon(c.value[0]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        s[0] += g * g;
        w -= lr * g / sqrtf(s[0] + epsilon);
    }
};

struct Adadelta {
    static constexpr int SLOTS = 2;
    static constexpr bool GRADIENTS = true;
    float lr;
    float rho;
    float rate;
    float epsilon;

    __device__ __forceinline__ Adadelta(const Constants& c, const Step& step)
        : lr(step.lr), rho(c.value[0]), rate(c.rest[0]), epsilon(c.value[1]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        s[0] = rho * s[0] + rate * (g * g);
        float d = -(sqrtf(s[1] + epsilon) * g) / sqrtf(s[0] + epsilon);
        s[1] = rho * s[1] + rate * (d * d);
        w += lr * d;
    }
};

struct Lion {
    static constexpr int SLOTS = 1;
    static constexpr bool GRADIENTS = true;
    float lr;
    float beta1;
    float beta2;

    __device__ __forceinline__ Lion(const Constants& c, const Step& step)
        : lr(step.lr), beta1(c.value[0]), beta2(c.value[1]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        float u = s[0] * beta1 + g * (1.0f - beta1);
        w -= lr * (u > 0.0f ? 1.0f : u < 0.0f ? -1.0f : u);
        s[0] = s[0] * beta2 + g * (1.0f - beta2);
    }
};

struct Ftrl {
    static constexpr int SLOTS = 2;
    static constexpr bool GRADIENTS = true;
    float lr;
    float power;
    float l1;
    float squares;
    float shrink;

    __device__ __forceinline__ Ftrl(const Constants& c, const Step& step)
        : lr(step.lr),
          power(-c.value[0]),
          l1(c.value[1]),
          squares(2.0f * c.value[2] + c.value[4] / step.lr),
          shrink(2.0f * c.value[3]) {}

    __device__ __forceinline__ void operator()(float& w, float* s, float g) const {
        float n = s[0] + g * g;
        float now = powf(n, power);
        float before = powf(s[0], power);
        s[1] += g + shrink * w - (now - before) / lr * w;
        w = (thaw::clip(s[1], -l1, l1) - s[1]) / (now / lr + squares);
        s[0] = n;
    }
};

struct Average {
    static constexpr int SLOTS = 0;
    static constexpr bool GRADIENTS = true;
    float momentum;

    __device__ __forceinline__ Average(const Constants& c, const Step& step)
        : momentum(step.t == 1.0f ? 0.0f : c.value[0]) {}

    __device__ __forceinline__ void operator()(float& w, float*, float g) const {
        w = momentum * w + (1.0f - momentum) * g;
    }
};

struct Sum {
    static constexpr int SLOTS = 0;
    static constexpr bool GRADIENTS = true;

    __device__ __forceinline__ Sum(const Constants&, const Step&) {}

    __device__ __forceinline__ void operator()(float& w, float*, float g) const {
        w += g;
    }
};

template <class R>
__device__ __forceinline__ void update(
        const long long* table,
        int chunks,
        const Constants& constants,
        float decay,
        int decayed,
        const float* learningRate,
        const long long* iteration,
        const long long* health,
        const float* product) {
    bool open = thaw::now(health) < 0;
    Step step{thaw::now(learningRate), (float)(thaw::now(iteration) + 1), product};
    constexpr int K = 1 + R::SLOTS + R::GRADIENTS;
    thaw::over_chunks<K, 1 + R::SLOTS>(table, chunks, open, [&](int chunk) {
        R rule(constants, step);
        bool decays = chunk < decayed;
        return [=](float (&e)[K]) {
            if (decays) {
                e[0] -= e[0] * decay * step.lr;
            }
            rule(e[0], e + 1, e[K - 1]);
        };
    });
}

}  // namespace

#define UPDATE(NAME, ...)                                                                        \
    extern "C" __global__ void NAME(                                                             \
            const long long* table,                                                              \
            int chunks,                                                                          \
            Constants constants,                                                                 \
            float decay,                                                                         \
            int decayed,                                                                         \
            const float* learningRate,                                                           \
            const long long* iteration,                                                          \
            const long long* health,                                                             \
            const float* product) {                                                              \
        update<__VA_ARGS__>(                                                                     \
                table, chunks, constants, decay, decayed, learningRate, iteration, health,       \
                product);                                                                        \
    }

UPDATE(update_sgd, Sgd)
UPDATE(update_momentum, Momentum<false>)
UPDATE(update_nesterov, Momentum<true>)
UPDATE(update_rmsprop, Rmsprop<false, false>)
UPDATE(update_rmsprop_momentum, Rmsprop<true, false>)
UPDATE(update_rmsprop_centered, Rmsprop<false, true>)
UPDATE(update_rmsprop_momentum_centered, Rmsprop<true, true>)
UPDATE(update_adam, Adam<false>)
UPDATE(update_amsgrad, Adam<true>)
UPDATE(update_adamax, Adamax)
UPDATE(update_nadam, Nadam)
UPDATE(update_nadam_product, NadamProduct)
UPDATE(update_adagrad, Adagrad)
UPDATE(update_adadelta, Adadelta)
UPDATE(update_lion, Lion)
UPDATE(update_ftrl, Ftrl)
UPDATE(update_average, Average)
UPDATE(update_sum, Sum)

extern "C" __global__ void assign(const long long* table, int chunks, const long long* health) {
    bool open = thaw::now(health) < 0;
    thaw::over_chunks<2, 1>(table, chunks, open, [](int) { return [](float (&e)[2]) { e[0] = e[1]; }; });
}

extern "C" __global__ void assign_number(
        const long long* table, int chunks, const long long* health, const float* value) {
    bool open = thaw::now(health) < 0;
    float number = thaw::now(value);
    thaw::over_chunks<1, 1>(table, chunks, open, [=](int) {
        return [=](float (&e)[1]) { e[0] = number; };
    });
}

extern "C" __global__ void moving_average(
        const long long* table, int chunks, float keep, float take) {
    thaw::over_chunks<2, 1>(table, chunks, true, [=](int) {
        return [=](float (&e)[2]) { e[0] = isfinite(e[1]) ? e[0] * keep + e[1] * take : e[0]; };
    });
}

extern "C" __global__ void guard(
        const long long* table, int chunks, const long long* iteration, long long* health) {
    bool finite = true;
    thaw::over_chunks<1, 0>(table, chunks, true, [&finite](int) {
        return [&finite](float (&e)[1]) { finite = finite && isfinite(e[0]); };
    });
    if (!finite) {
        atomicCAS(
                reinterpret_cast<unsigned long long*>(health),
                ~0ull,
                (unsigned long long)thaw::now(iteration));
    }
}
