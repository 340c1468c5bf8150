// Binary: y = a (op) b with NumPy broadcasting. KIND: add, sub, mul, div, max, min (NaN wins), and
// at_least (1 where a >= b, else 0).
//
// binary_KIND_same(a, b, y, n)              one shape, n elements; y may be a or b
// binary_KIND_vector_b(a, b, y, n, columns) a, y: n elements in rows of columns; b: [columns],
//                                           columns = 1 for a number; y may be a
// binary_KIND_vector_a(a, b, y, n, columns) a: [columns]; b, y: n elements; y may be b
// binary_KIND(a, b, y, n, d0..d5, a0..a5, b0..b5)
//                                           any broadcast: y: n elements of extents d0..d5; the
//                                           strides of a and b in elements, 0 where they repeat;
//                                           fewer axes have extent 1 (stride 0) in front. Merge
//                                           neighbouring axes where both operands allow it: each
//                                           axis left out saves a division. y must not overlap.
//
// All write y (=). Grid and block: any. Dynamic shared memory: 0. Strides below 2^31. Entry names
// come from a macro.

#include "common/index.cuh"
#include "common/math.cuh"
#include "common/vec.cuh"

namespace {

struct Add {
    __device__ __forceinline__ float operator()(float a, float b) const { return a + b; }
};

struct Sub {
    __device__ __forceinline__ float operator()(float a, float b) const { return a - b; }
};

struct Mul {
    __device__ __forceinline__ float operator()(float a, float b) const { return a * b; }
};

struct Div {
    __device__ __forceinline__ float operator()(float a, float b) const { return a / b; }
};

struct Maximum {
    __device__ __forceinline__ float operator()(float a, float b) const {
        return thaw::maximum(a, b);
    }
};

struct Minimum {
    __device__ __forceinline__ float operator()(float a, float b) const {
        return thaw::minimum(a, b);
    }
};

struct AtLeast {
    __device__ __forceinline__ float operator()(float a, float b) const {
        return a >= b ? 1.0f : 0.0f;
    }
};

/** One operand in full, the other one number per column. */
template <class F, bool FULL_IS_A>
struct WithVector {
    const float* full;
    const float* vector;
    float* y;
    float held[4];

    __device__ __forceinline__ void prepare(int lane, int column) { held[lane] = vector[column]; }

    struct Taken {
        float v[4];
    };

    template <int W>
    __device__ __forceinline__ void take(long long i, Taken& t) {
        thaw::load<W>(full + i, t.v);
    }

    template <int W>
    __device__ __forceinline__ void give(long long i, Taken& t) {
        F f;
#pragma unroll
        for (int l = 0; l < W; l++) {
            t.v[l] = FULL_IS_A ? f(t.v[l], held[l]) : f(held[l], t.v[l]);
        }
        thaw::store<W>(y + i, t.v);
    }
};

template <class F, bool FULL_IS_A>
__device__ __forceinline__ void with_vector(
        const float* full, const float* vector, float* y, long long n, int columns) {
    WithVector<F, FULL_IS_A> body{full, vector, y, {0.0f, 0.0f, 0.0f, 0.0f}};
    if (thaw::aligned(full) && thaw::aligned(y)) {
        thaw::walk_columns<4>(n, columns, body);
    } else {
        thaw::walk_columns<1>(n, columns, body);
    }
}

template <class F>
__device__ __forceinline__ void broadcast(
        const float* a,
        const float* b,
        float* y,
        long long n,
        const thaw::Six& shape,
        const thaw::Six& strideA,
        const thaw::Six& strideB) {
    F f;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        long long atA;
        long long atB;
        thaw::places(i, shape, strideA, strideB, atA, atB);
        y[i] = f(a[atA], b[atB]);
    }
}

}  // namespace

#define BINARY(name, F)                                                                       \
    extern "C" __global__ void binary_##name##_same(                                          \
            const float* a, const float* b, float* y, long long n) {                          \
        thaw::map(a, b, y, n, F());                                                           \
    }                                                                                         \
    extern "C" __global__ void binary_##name##_vector_b(                                      \
            const float* a, const float* b, float* y, long long n, int columns) {             \
        with_vector<F, true>(a, b, y, n, columns);                                            \
    }                                                                                         \
    extern "C" __global__ void binary_##name##_vector_a(                                      \
            const float* a, const float* b, float* y, long long n, int columns) {             \
        with_vector<F, false>(b, a, y, n, columns);                                           \
    }                                                                                         \
    extern "C" __global__ void binary_##name(                                                 \
            const float* a,                                                                   \
            const float* b,                                                                   \
            float* y,                                                                         \
            long long n,                                                                      \
            THAW_SIX_PARAMETERS(d),                                                           \
            THAW_SIX_PARAMETERS(a),                                                           \
            THAW_SIX_PARAMETERS(b)) {                                                         \
        broadcast<F>(a, b, y, n, THAW_SIX(d), THAW_SIX(a), THAW_SIX(b));                      \
    }

BINARY(add, Add)
BINARY(sub, Sub)
BINARY(mul, Mul)
BINARY(div, Div)
BINARY(max, Maximum)
BINARY(min, Minimum)
BINARY(at_least, AtLeast)
