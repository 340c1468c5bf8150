// Small functions that keep NaN, and activations.
#ifndef THAW_MATH_CUH
#define THAW_MATH_CUH

#include "launch.cuh"

namespace thaw {

__device__ __forceinline__ float infinity() {
    return __int_as_float(0x7f800000);
}

__device__ __forceinline__ float not_a_number() {
    return __int_as_float(0x7fffffff);
}

/** The larger one; NaN if either is NaN, as Java's Math.max and unlike fmaxf. */
__device__ __forceinline__ float maximum(float a, float b) {
    return a > b || a != a ? a : b;
}

/** The smaller one; NaN if either is NaN. */
__device__ __forceinline__ float minimum(float a, float b) {
    return a < b || a != a ? a : b;
}

/** x between the bounds; NaN stays. */
__device__ __forceinline__ float clip(float x, float low, float high) {
    return x < low ? low : x > high ? high : x;
}

/** 1 / (1 + e^-x). */
__device__ __forceinline__ float sigmoid(float x) {
    return 1.0f / (1.0f + expf(-x));
}

/** 1 / sqrt(variance + epsilon), rounded at each step. */
__device__ __forceinline__ float inverse_deviation(float variance, float epsilon) {
    return 1.0f / sqrtf(variance + epsilon);
}

/** What follows a normalization in one kernel. */
enum Activation { NONE = 0, RELU = 1, RELU6 = 2 };

template <Activation A>
__device__ __forceinline__ float activate(float x) {
    if (A == RELU) {
        return x <= 0.0f ? 0.0f : x;
    }
    if (A == RELU6) {
        return x <= 0.0f ? 0.0f : x > 6.0f ? 6.0f : x;
    }
    return x;
}

/** The upstream gradient, passed where the activation's result y let x through. */
template <Activation A>
__device__ __forceinline__ float through(float y, float dy) {
    if (A == RELU) {
        return y > 0.0f ? dy : 0.0f;
    }
    if (A == RELU6) {
        return y > 0.0f && y < 6.0f ? dy : 0.0f;
    }
    return dy;
}

}  // namespace thaw

#endif  // THAW_MATH_CUH
