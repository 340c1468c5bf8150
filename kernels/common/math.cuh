// Small functions that keep NaN, and what the compilers name differently.
#pragma once

#include "launch.cuh"

namespace thaw {

__device__ __forceinline__ float infinity() {
#ifdef THAW_SIM
    return __builtin_inff();
#else
    return __int_as_float(0x7f800000);
#endif
}

__device__ __forceinline__ float not_a_number() {
#ifdef THAW_SIM
    return __builtin_nanf("");
#else
    return __int_as_float(0x7fffffff);
#endif
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

/** sin(pi x) and cos(pi x). */
__device__ __forceinline__ void sincos_pi(float x, float& sine, float& cosine) {
#ifdef THAW_SIM
    double angle = 3.14159265358979323846 * (double)x;
    sine = (float)__builtin_sin(angle);
    cosine = (float)__builtin_cos(angle);
#else
    sincospif(x, &sine, &cosine);
#endif
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
