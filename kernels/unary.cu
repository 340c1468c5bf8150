// Unary: y = f(x). UnaryGrad: dx = dy f'(x). The formulas are those of dev.thaw.op.Fn.Function, with
// constants a (alpha) and b (beta); kinds without constants ignore them. NaN stays NaN.
//
// unary_KIND(x, y, n, a, b)            x, y: n floats; y = result, y may be x
// unary_grad_KIND(x, dy, dx, n, a, b)  x: the forward argument; dx = result, dx may be dy
//
// KIND is the kind's name in lower case: unary_relu, unary_grad_hard_silu. Grid and block: any.
// Dynamic shared memory: 0. Entry names come from a macro: they show after preprocessing.

#include "common/math.cuh"
#include "common/vec.cuh"

#define UNARY(name, VALUE, SLOPE)                                                             \
    extern "C" __global__ void unary_##name(                                                  \
            const float* x, float* y, long long n, float a, float b) {                        \
        (void)a;                                                                              \
        (void)b;                                                                              \
        thaw::map(x, y, n, [=](float v) -> float { return VALUE; });                          \
    }                                                                                         \
    extern "C" __global__ void unary_grad_##name(                                             \
            const float* x, const float* dy, float* dx, long long n, float a, float b) {      \
        (void)a;                                                                              \
        (void)b;                                                                              \
        thaw::map(x, dy, dx, n, [=](float v, float g) -> float { return SLOPE; });            \
    }

namespace {

constexpr float ROOT_HALF = 0.70710678118654752f;
constexpr float INVERSE_ROOT_TAU = 0.39894228040143268f;
constexpr float GELU_SLOPE = 0.79788456080286536f;
constexpr float GELU_CUBIC = 0.044715f;

__device__ __forceinline__ float softplus(float x) {
    return (x <= 0.0f ? 0.0f : x) + log1pf(expf(-fabsf(x)));
}

/** The normal distribution function, by erfc so that the left tail keeps its digits. */
__device__ __forceinline__ float phi(float x) {
    return 0.5f * erfcf(-x * ROOT_HALF);
}

__device__ __forceinline__ float gelu_slope(float x) {
    return phi(x) + x * expf(-0.5f * x * x) * INVERSE_ROOT_TAU;
}

/** The argument of (1 + tanh u) / 2 = sigmoid(2 u), a form that does not cancel; this is 2 u. */
__device__ __forceinline__ float gelu_argument(float x) {
    return 2.0f * GELU_SLOPE * (x + GELU_CUBIC * x * x * x);
}

__device__ __forceinline__ float gelu_tanh_slope(float x) {
    float u = gelu_argument(x);
    float slope = 2.0f * GELU_SLOPE * (1.0f + 3.0f * GELU_CUBIC * x * x);
    float s = thaw::sigmoid(u);
    return s + x * (s * thaw::sigmoid(-u)) * slope;
}

__device__ __forceinline__ float tanh_slope(float x) {
    return 4.0f * thaw::sigmoid(2.0f * x) * thaw::sigmoid(-2.0f * x);
}

__device__ __forceinline__ float silu_slope(float x) {
    return thaw::sigmoid(x) * (1.0f + x * thaw::sigmoid(-x));
}

__device__ __forceinline__ float softsign_slope(float x) {
    float d = 1.0f + fabsf(x);
    return 1.0f / (d * d);
}

__device__ __forceinline__ float hard_silu_slope(float x) {
    return x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : (2.0f * x + 3.0f) / 6.0f;
}

__device__ __forceinline__ float sign(float x) {
    return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : x;
}

__device__ __forceinline__ float huber(float x, float a) {
    float size = fabsf(x);
    float within = size > a ? a : size;
    return within * (size - 0.5f * within);
}

}  // namespace

UNARY(relu, v <= 0.0f ? 0.0f : v, v > 0.0f ? g : 0.0f)
UNARY(relu6, thaw::clip(v, 0.0f, 6.0f), v > 0.0f && v < 6.0f ? g : 0.0f)
UNARY(leaky_relu, v > 0.0f ? v : a * v, v > 0.0f ? g : a * g)
UNARY(elu, v > 0.0f ? v : a * expm1f(v), v > 0.0f ? g : g * a * expf(v))
UNARY(selu, v >= 0.0f ? b * v : b * a * expm1f(v), v >= 0.0f ? b * g : g * (b * a * expf(v)))
UNARY(sigmoid, thaw::sigmoid(v), g * thaw::sigmoid(v) * thaw::sigmoid(-v))
UNARY(tanh, tanhf(v), g * tanh_slope(v))
UNARY(softplus, softplus(v), g * thaw::sigmoid(v))
UNARY(softsign, v / (1.0f + fabsf(v)), g * softsign_slope(v))
UNARY(silu, v * thaw::sigmoid(v), g * silu_slope(v))
UNARY(gelu, v * phi(v), g * gelu_slope(v))
UNARY(gelu_tanh, v * thaw::sigmoid(gelu_argument(v)), g * gelu_tanh_slope(v))
UNARY(hard_sigmoid,
        thaw::clip(v + 3.0f, 0.0f, 6.0f) / 6.0f,
        v > -3.0f && v < 3.0f ? g / 6.0f : 0.0f)
UNARY(hard_silu, v * thaw::clip(v + 3.0f, 0.0f, 6.0f) / 6.0f, g * hard_silu_slope(v))
UNARY(exp, expf(v), g * expf(v))
UNARY(log, logf(v), g / v)
UNARY(square, v * v, 2.0f * v * g)
UNARY(sqrt, sqrtf(v), 0.5f * g / sqrtf(v))
UNARY(abs, fabsf(v), g * sign(v))
UNARY(sign, sign(v), ((void)v, 0.0f * g))
UNARY(reciprocal, 1.0f / v, -g / (v * v))
UNARY(clip, thaw::clip(v, a, b), v >= a && v <= b ? g : 0.0f)
UNARY(huber, huber(v, a), g * thaw::clip(v, -a, a))
UNARY(step, v > a ? 1.0f : 0.0f, ((void)v, 0.0f * g))
UNARY(sin, sinf(v), g * cosf(v))
UNARY(cos, cosf(v), -g * sinf(v))
UNARY(floor, floorf(v), ((void)v, 0.0f * g))
