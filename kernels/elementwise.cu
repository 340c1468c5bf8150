// Affine, Fill, Broadcast, Equal, Cast, and the epilogue of a matrix product. All write y (=)
// unless they say otherwise. Grid and block: any. Dynamic shared memory: 0.
//
// affine(x, y, n, scale, shift)             y = scale x + shift; y may be x
// fill(y, n, value)                         y = value
// broadcast(x, y, n, d0..d5, x0..x5, scale) y = scale x; y: n elements of extents d, x's strides 0
//                                           where it repeats; fewer axes: extent 1 in front
// equal_float(a, b, y, n), equal_int(..), equal_long(..)   y = 1 where a = b, else 0 (float)
// cast_int(x, y, n), cast_long(..)         y = x as the nearest float
// bias_add(y, bias, n, columns)             y += bias[column], in place; also bias_add_relu and
// bias_add_relu6                            bias_add_relu6: y = act(y + bias)
// add_to(y, b, n)                           y += b, in place; also add_to_relu and add_to_relu6:
//                                           y = act(y + b)

#include "common/index.cuh"
#include "common/math.cuh"
#include "common/vec.cuh"

extern "C" __global__ void affine(
        const float* x, float* y, long long n, float scale, float shift) {
    thaw::map(x, y, n, [=](float v) -> float { return scale * v + shift; });
}

extern "C" __global__ void fill(float* y, long long n, float value) {
    long long done = 0;
    if (thaw::aligned(y)) {
        thaw::Vec4 all{{value, value, value, value}};
        for (long long i = thaw::grid_index(); i < n / 4; i += thaw::grid_size()) {
            thaw::store4(y + 4 * i, all);
        }
        done = n / 4 * 4;
    }
    for (long long i = done + thaw::grid_index(); i < n; i += thaw::grid_size()) {
        y[i] = value;
    }
}

extern "C" __global__ void broadcast(
        const float* x,
        float* y,
        long long n,
        THAW_SIX_PARAMETERS(d),
        THAW_SIX_PARAMETERS(x),
        float scale) {
    thaw::Six shape = THAW_SIX(d);
    thaw::Six strides = THAW_SIX(x);
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        y[i] = scale * x[thaw::place(i, shape, strides)];
    }
}

namespace {

template <class T>
__device__ __forceinline__ void equal(const T* a, const T* b, float* y, long long n) {
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        y[i] = a[i] == b[i] ? 1.0f : 0.0f;
    }
}

template <class T>
__device__ __forceinline__ void cast(const T* x, float* y, long long n) {
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        y[i] = (float)x[i];
    }
}

template <thaw::Activation A>
struct BiasAdd {
    float* y;
    const float* bias;
    float held[4];

    __device__ __forceinline__ void prepare(int lane, int column) { held[lane] = bias[column]; }

    struct Taken {
        float v[4];
    };

    template <int W>
    __device__ __forceinline__ void take(long long i, Taken& t) {
        thaw::load<W>(y + i, t.v);
    }

    template <int W>
    __device__ __forceinline__ void give(long long i, Taken& t) {
#pragma unroll
        for (int l = 0; l < W; l++) {
            t.v[l] = thaw::activate<A>(t.v[l] + held[l]);
        }
        thaw::store<W>(y + i, t.v);
    }
};

template <thaw::Activation A>
__device__ __forceinline__ void add_bias(float* y, const float* bias, long long n, int columns) {
    BiasAdd<A> body{y, bias, {0.0f, 0.0f, 0.0f, 0.0f}};
    if (thaw::aligned(y)) {
        thaw::walk_columns<4>(n, columns, body);
    } else {
        thaw::walk_columns<1>(n, columns, body);
    }
}

}  // namespace

extern "C" __global__ void cast_int(const int* x, float* y, long long n) {
    cast(x, y, n);
}

extern "C" __global__ void cast_long(const long long* x, float* y, long long n) {
    cast(x, y, n);
}

extern "C" __global__ void equal_float(
        const float* a, const float* b, float* y, long long n) {
    equal(a, b, y, n);
}

extern "C" __global__ void equal_int(const int* a, const int* b, float* y, long long n) {
    equal(a, b, y, n);
}

extern "C" __global__ void equal_long(
        const long long* a, const long long* b, float* y, long long n) {
    equal(a, b, y, n);
}

extern "C" __global__ void bias_add(float* y, const float* bias, long long n, int columns) {
    add_bias<thaw::NONE>(y, bias, n, columns);
}

extern "C" __global__ void bias_add_relu(float* y, const float* bias, long long n, int columns) {
    add_bias<thaw::RELU>(y, bias, n, columns);
}

extern "C" __global__ void bias_add_relu6(
        float* y, const float* bias, long long n, int columns) {
    add_bias<thaw::RELU6>(y, bias, n, columns);
}

extern "C" __global__ void add_to(float* y, const float* b, long long n) {
    thaw::map(y, b, y, n, [](float v, float w) -> float { return v + w; });
}

extern "C" __global__ void add_to_relu(float* y, const float* b, long long n) {
    thaw::map(y, b, y, n, [](float v, float w) -> float {
        return thaw::activate<thaw::RELU>(v + w);
    });
}

extern "C" __global__ void add_to_relu6(float* y, const float* b, long long n) {
    thaw::map(y, b, y, n, [](float v, float w) -> float {
        return thaw::activate<thaw::RELU6>(v + w);
    });
}
