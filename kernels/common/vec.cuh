// Elementwise loops with 16-byte accesses and a scalar tail, and walks on which each thread meets
// the same columns again and again.
#ifndef THAW_VEC_CUH
#define THAW_VEC_CUH

#include "launch.cuh"

namespace thaw {

/** Four neighbouring numbers: one 16-byte access. */
struct alignas(16) Vec4 {
    float v[4];
};

__device__ __forceinline__ Vec4 zeros() {
    return Vec4{{0.0f, 0.0f, 0.0f, 0.0f}};
}

__device__ __forceinline__ Vec4 operator+(Vec4 a, const Vec4& b) {
#pragma unroll
    for (int l = 0; l < 4; l++) {
        a.v[l] += b.v[l];
    }
    return a;
}

__device__ __forceinline__ Vec4 load4(const float* p) {
    return *reinterpret_cast<const Vec4*>(p);
}

__device__ __forceinline__ void store4(float* p, const Vec4& v) {
    *reinterpret_cast<Vec4*>(p) = v;
}

/** Whether a pointer lies on 16 bytes; a null pointer does. */
__device__ __forceinline__ bool aligned(const void* p) {
    return (reinterpret_cast<unsigned long long>(p) & 15) == 0;
}

/** y[i] = f(x[i]); y may be x. Two groups are on their way before the first one is written. */
template <class F>
__device__ __forceinline__ void map(const float* x, float* y, long long n, F f) {
    long long done = 0;
    if (aligned(x) && aligned(y)) {
        long long step = grid_size();
        long long i = grid_index();
        for (; i + step < n / 4; i += 2 * step) {
            Vec4 a = load4(x + 4 * i);
            Vec4 b = load4(x + 4 * (i + step));
#pragma unroll
            for (int l = 0; l < 4; l++) {
                a.v[l] = f(a.v[l]);
                b.v[l] = f(b.v[l]);
            }
            store4(y + 4 * i, a);
            store4(y + 4 * (i + step), b);
        }
        if (i < n / 4) {
            Vec4 a = load4(x + 4 * i);
#pragma unroll
            for (int l = 0; l < 4; l++) {
                a.v[l] = f(a.v[l]);
            }
            store4(y + 4 * i, a);
        }
        done = n / 4 * 4;
    }
    for (long long i = done + grid_index(); i < n; i += grid_size()) {
        y[i] = f(x[i]);
    }
}

/** y[i] = f(a[i], b[i]); y may be a or b. Two groups at a time, as above. */
template <class F>
__device__ __forceinline__ void map(
        const float* a, const float* b, float* y, long long n, F f) {
    long long done = 0;
    if (aligned(a) && aligned(b) && aligned(y)) {
        long long step = grid_size();
        long long i = grid_index();
        for (; i + step < n / 4; i += 2 * step) {
            Vec4 p = load4(a + 4 * i);
            Vec4 q = load4(b + 4 * i);
            Vec4 r = load4(a + 4 * (i + step));
            Vec4 s = load4(b + 4 * (i + step));
#pragma unroll
            for (int l = 0; l < 4; l++) {
                p.v[l] = f(p.v[l], q.v[l]);
                r.v[l] = f(r.v[l], s.v[l]);
            }
            store4(y + 4 * i, p);
            store4(y + 4 * (i + step), r);
        }
        if (i < n / 4) {
            Vec4 p = load4(a + 4 * i);
            Vec4 q = load4(b + 4 * i);
#pragma unroll
            for (int l = 0; l < 4; l++) {
                p.v[l] = f(p.v[l], q.v[l]);
            }
            store4(y + 4 * i, p);
        }
        done = n / 4 * 4;
    }
    for (long long i = done + grid_index(); i < n; i += grid_size()) {
        y[i] = f(a[i], b[i]);
    }
}

__device__ __forceinline__ int greatest_common_divisor(int a, int b) {
    while (b != 0) {
        int rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/**
 * A walk over n elements of rows of {@code columns} in groups of W neighbours (W is 4, or 1 where
 * something is not aligned). The stride is a multiple of the pattern's period, so that lane l of
 * this thread meets the same column each time and its constants stay in registers.
 */
template <int W>
struct ColumnWalk {
    long long first;
    long long stride;
    long long groups;
    int columns;

    __device__ __forceinline__ ColumnWalk(long long n, int columns_) : columns(columns_) {
        groups = n / W;
        int period = columns / greatest_common_divisor(columns, W);
        long long threads = grid_size();
        first = grid_index();
        if (threads >= period) {
            stride = threads / period * period;
            if (first >= stride) {
                first = groups;  // one of the few left over: idle
            }
        } else {
            stride = 0;  // the grid is narrower than a row: columns change
        }
    }

    /** The step to this thread's next group. */
    __device__ __forceinline__ long long step() const {
        return stride != 0 ? stride : grid_size();
    }

    /** Whether the columns found at the first group hold for all of them. */
    __device__ __forceinline__ bool fixed() const {
        return stride != 0;
    }

    __device__ __forceinline__ int column(long long group, int lane) const {
        return (int)((group * W + lane) % columns);
    }
};

/** Takes and gives one group. */
template <int W, class Body>
__device__ __forceinline__ void pass(long long i, Body& body) {
    typename Body::Taken taken;
    body.template take<W>(i, taken);
    body.template give<W>(i, taken);
}

/**
 * For each element i of n in rows of {@code columns}: body.prepare(lane, column) when lane's column
 * changes, then body.take<W>(i, taken), which reads the W elements from i on into a Body::Taken, and
 * body.give<W>(i, taken), which writes what comes of them. As a result may lie where an operand lay,
 * the compiler cannot move reads before writes: two groups are taken before the first one is given.
 */
template <int W, class Body>
__device__ __forceinline__ void walk_columns(long long n, int columns, Body& body) {
    ColumnWalk<W> walk(n, columns);
    if (walk.first < walk.groups && walk.fixed()) {
#pragma unroll
        for (int l = 0; l < W; l++) {
            body.prepare(l, walk.column(walk.first, l));
        }
        long long step = walk.step();
        long long g = walk.first;
        for (; g + step < walk.groups; g += 2 * step) {
            typename Body::Taken one;
            typename Body::Taken two;
            body.template take<W>(g * W, one);
            body.template take<W>((g + step) * W, two);
            body.template give<W>(g * W, one);
            body.template give<W>((g + step) * W, two);
        }
        if (g < walk.groups) {
            pass<W>(g * W, body);
        }
    } else if (!walk.fixed()) {
        for (long long g = walk.first; g < walk.groups; g += walk.step()) {
#pragma unroll
            for (int l = 0; l < W; l++) {
                body.prepare(l, walk.column(g, l));
            }
            pass<W>(g * W, body);
        }
    }
    for (long long i = walk.groups * W + grid_index(); i < n; i += grid_size()) {
        body.prepare(0, (int)(i % columns));
        pass<1>(i, body);
    }
}

/** The same where each of {@code columns} covers {@code inner} neighbours: any layout, slower. */
template <class Body>
__device__ __forceinline__ void walk_blocks(
        long long n, int columns, long long inner, Body& body) {
    for (long long i = grid_index(); i < n; i += grid_size()) {
        body.prepare(0, (int)(i / inner % columns));
        pass<1>(i, body);
    }
}

template <int W>
__device__ __forceinline__ void load(const float* p, float (&v)[4]) {
    if (W == 4) {
        Vec4 a = load4(p);
#pragma unroll
        for (int l = 0; l < 4; l++) {
            v[l] = a.v[l];
        }
    } else {
        v[0] = p[0];
    }
}

/** The same of what other blocks of this launch have written: past the cache that each has alone. */
template <int W>
__device__ __forceinline__ void load_written(const float* p, float (&v)[4]) {
    if (W == 4) {
        float4 a = __ldcg(reinterpret_cast<const float4*>(p));
        v[0] = a.x;
        v[1] = a.y;
        v[2] = a.z;
        v[3] = a.w;
    } else {
        v[0] = __ldcg(p);
    }
}

template <int W>
__device__ __forceinline__ void store(float* p, const float (&v)[4]) {
    if (W == 4) {
        Vec4 a;
#pragma unroll
        for (int l = 0; l < 4; l++) {
            a.v[l] = v[l];
        }
        store4(p, a);
    } else {
        p[0] = v[0];
    }
}

}  // namespace thaw

#endif  // THAW_VEC_CUH
