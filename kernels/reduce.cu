// Reduce (sum, mean, maximum over axes), ReduceMaxGrad, BiasGrad, Accumulate. KIND: sum, max (NaN
// wins). A mean is a sum with scale = 1 / count; max takes scale 1. Sums run in float32 within a
// thread and in double between threads. All write y (=); y must not overlap x. No dynamic shared
// memory.
//
// Merge neighbouring axes of one kind first, leave out extents of 1, and take the form that fits:
//
// reduce_rows_KIND(x, y, rows, columns, scale)     y[r] = scale fold of x[r, 0 .. columns)
//     Trailing axes. A row of threads per row: block (32, 8) for short rows (up to 1024), (256, 1)
//     for long ones; blockDim.x a multiple of 32, blockDim.y 1 unless blockDim.x is 32.
//     grid ceil(rows / blockDim.y).
// reduce_rows_KIND_partial(x, partial, rows, columns, parts)
//     partial[r, p] = fold of piece p of row r; then reduce_rows_KIND(partial, y, rows, parts, scale).
//     For few, very long rows. Grid (rows, parts), block (256, 1). partial: rows parts floats.
// reduce_columns_KIND(x, y, outer, rows, columns, scale)  y[o, c] = scale fold over r of x[o, r, c]
//     Leading or middle axes. Block (bx, by), powers of two, bx by <= 256; recommended (32, 8); grid
//     (ceil(columns / bx), outer).
// reduce_columns_KIND_partial(x, partial, outer, rows, columns, parts)
//     partial[o, p, c]; then reduce_columns_KIND(partial, y, outer, parts, columns, scale). Grid
//     (ceil(columns / bx), outer, parts). partial: outer parts columns floats. BiasGrad is this with
//     outer 1: db[c] = sum over rows. parts: recommended 4 multiprocessors / (ceil(columns / bx)
//     outer), at most rows / 64, at least 1.
// reduce_KIND(x, y, n, count, k0, k1, k2, ks0, ks1, ks2, r0, r1, r2, rs0, rs1, rs2, scale)
//     Any axes: y has n elements of kept extents k, each over count elements of reduced extents r; ks
//     and rs are x's strides of these axes. Absent axes: extent 1, stride 0, in front. A row of threads
//     per result, block as for reduce_rows.
// reduce_max_share(x, y, dy, share, n, count, k.., ks.., r.., rs..)  share[o] = dy[o] / how many
//     elements of group o equal y[o]. share: n floats of workspace. Block as for reduce_rows.
// reduce_max_grad(x, y, share, dx, n, d0..d5, y0..y5)  dx = x equals y ? share : 0; x, dx: n elements
//     of extents d; y0..y5: y's and share's strides, 0 along reduced axes. Any grid and block (256, 1).
// accumulate(total, x, n, scale)   total += scale sum(x), one number. One block of (256, 1). For n
//     above 65536 reduce first: reduce_rows_sum_partial(x, partial, 1, n, parts), then
//     accumulate(total, partial, parts, scale).

#include "common/index.cuh"
#include "common/math.cuh"
#include "common/reduce.cuh"

namespace {

/** A sum: float32 within a thread, double between threads. */
struct SumFold {
    typedef double Wide;

    static __device__ __forceinline__ float start() { return 0.0f; }

    static __device__ __forceinline__ float take(float a, float b) { return a + b; }

    static __device__ __forceinline__ double row(float v) { return thaw::row_sum((double)v); }

    __device__ __forceinline__ double operator()(double a, double b) const { return a + b; }
};

/** A maximum. */
struct MaxFold {
    typedef float Wide;

    static __device__ __forceinline__ float start() { return -thaw::infinity(); }

    static __device__ __forceinline__ float take(float a, float b) { return thaw::maximum(a, b); }

    static __device__ __forceinline__ float row(float v) { return thaw::row_max(v); }

    __device__ __forceinline__ float operator()(float a, float b) const {
        return thaw::maximum(a, b);
    }
};

/** This thread's share of x[from, to), four chains at a time. */
template <class F>
__device__ __forceinline__ float fold_run(const float* x, long long from, long long to) {
    float a = F::start();
    float b = F::start();
    float c = F::start();
    float d = F::start();
    long long i = from + threadIdx.x;
    long long step = blockDim.x;
    for (; i + 3 * step < to; i += 4 * step) {
        a = F::take(a, x[i]);
        b = F::take(b, x[i + step]);
        c = F::take(c, x[i + 2 * step]);
        d = F::take(d, x[i + 3 * step]);
    }
    for (; i < to; i += step) {
        a = F::take(a, x[i]);
    }
    return F::take(F::take(a, b), F::take(c, d));
}

template <class F>
__device__ __forceinline__ void fold_rows(
        const float* x, float* y, long long rows, long long columns, float scale) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        typename F::Wide v = F::row(fold_run<F>(x + r * columns, 0, columns));
        if (threadIdx.x == 0) {
            y[r] = (float)(v * scale);
        }
    }
}

template <class F>
__device__ __forceinline__ void fold_rows_partial(
        const float* x, float* partial, long long rows, long long columns, int parts) {
    for (long long r = blockIdx.x; r < rows; r += gridDim.x) {
        for (int p = blockIdx.y; p < parts; p += gridDim.y) {
            thaw::Piece piece(columns, p, parts);
            typename F::Wide v = F::row(fold_run<F>(x + r * columns, piece.from, piece.to));
            if (threadIdx.x == 0) {
                partial[r * parts + p] = (float)v;
            }
        }
    }
}

/** Piece {@code part} of the rows of x[o, .., c], folded into y[o, part, c]. */
template <class F>
__device__ __forceinline__ void fold_columns(
        const float* x,
        float* y,
        long long outer,
        long long rows,
        long long columns,
        int parts,
        float scale) {
    __shared__ typename F::Wide shared[256];
    long long step = blockDim.y;
    for (int part = blockIdx.z; part < parts; part += gridDim.z) {
        thaw::Piece piece(rows, part, parts);
        for (long long o = blockIdx.y; o < outer; o += gridDim.y) {
            const float* from = x + o * rows * columns;
            for (long long base = (long long)blockIdx.x * blockDim.x; base < columns;
                    base += (long long)gridDim.x * blockDim.x) {
                long long c = base + threadIdx.x;
                float a = F::start();
                float b = F::start();
                float d = F::start();
                float e = F::start();
                if (c < columns) {
                    long long r = piece.from + threadIdx.y;
                    for (; r + 3 * step < piece.to; r += 4 * step) {
                        a = F::take(a, from[r * columns + c]);
                        b = F::take(b, from[(r + step) * columns + c]);
                        d = F::take(d, from[(r + 2 * step) * columns + c]);
                        e = F::take(e, from[(r + 3 * step) * columns + c]);
                    }
                    for (; r < piece.to; r += step) {
                        a = F::take(a, from[r * columns + c]);
                    }
                }
                typename F::Wide v = F::take(F::take(a, b), F::take(d, e));
                v = thaw::column_fold(v, shared, F());
                if (c < columns && threadIdx.y == 0) {
                    y[(o * parts + part) * columns + c] = (float)(v * scale);
                }
            }
        }
    }
}

/** Three axes: extents and strides. */
struct Three {
    int extent[3];
    int stride[3];

    __device__ __forceinline__ long long place(long long i) const {
        long long at = i % extent[2] * stride[2];
        i /= extent[2];
        at += i % extent[1] * stride[1];
        return at + i / extent[1] * stride[0];
    }
};

template <class F>
__device__ __forceinline__ void fold_any(
        const float* x,
        float* y,
        long long n,
        long long count,
        const Three& kept,
        const Three& reduced,
        float scale) {
    for (long long o = thaw::first_row(); o < n; o += thaw::row_step()) {
        const float* from = x + kept.place(o);
        float a = F::start();
        for (long long i = threadIdx.x; i < count; i += blockDim.x) {
            a = F::take(a, from[reduced.place(i)]);
        }
        typename F::Wide v = F::row(a);
        if (threadIdx.x == 0) {
            y[o] = (float)(v * scale);
        }
    }
}

}  // namespace

#define THAW_THREE_PARAMETERS(p) \
    int p##0, int p##1, int p##2, int p##s0, int p##s1, int p##s2

#define THAW_THREE(p)                                    \
    Three {                                              \
        {p##0, p##1, p##2}, { p##s0, p##s1, p##s2 }      \
    }

#define REDUCE(name, F)                                                                       \
    extern "C" __global__ void reduce_rows_##name(                                            \
            const float* x, float* y, long long rows, long long columns, float scale) {       \
        fold_rows<F>(x, y, rows, columns, scale);                                             \
    }                                                                                         \
    extern "C" __global__ void reduce_rows_##name##_partial(                                  \
            const float* x, float* partial, long long rows, long long columns, int parts) {   \
        fold_rows_partial<F>(x, partial, rows, columns, parts);                               \
    }                                                                                         \
    extern "C" __global__ void __launch_bounds__(256) reduce_columns_##name(                  \
            const float* x,                                                                   \
            float* y,                                                                         \
            long long outer,                                                                  \
            long long rows,                                                                   \
            long long columns,                                                                \
            float scale) {                                                                    \
        fold_columns<F>(x, y, outer, rows, columns, 1, scale);                                \
    }                                                                                         \
    extern "C" __global__ void __launch_bounds__(256) reduce_columns_##name##_partial(        \
            const float* x,                                                                   \
            float* partial,                                                                   \
            long long outer,                                                                  \
            long long rows,                                                                   \
            long long columns,                                                                \
            int parts) {                                                                      \
        fold_columns<F>(x, partial, outer, rows, columns, parts, 1.0f);                       \
    }                                                                                         \
    extern "C" __global__ void reduce_##name(                                                 \
            const float* x,                                                                   \
            float* y,                                                                         \
            long long n,                                                                      \
            long long count,                                                                  \
            THAW_THREE_PARAMETERS(k),                                                         \
            THAW_THREE_PARAMETERS(r),                                                         \
            float scale) {                                                                    \
        fold_any<F>(x, y, n, count, THAW_THREE(k), THAW_THREE(r), scale);                     \
    }

REDUCE(sum, SumFold)
REDUCE(max, MaxFold)

extern "C" __global__ void reduce_max_share(
        const float* x,
        const float* y,
        const float* dy,
        float* share,
        long long n,
        long long count,
        THAW_THREE_PARAMETERS(k),
        THAW_THREE_PARAMETERS(r)) {
    Three kept = THAW_THREE(k);
    Three reduced = THAW_THREE(r);
    for (long long o = thaw::first_row(); o < n; o += thaw::row_step()) {
        const float* from = x + kept.place(o);
        float largest = y[o];
        int winners = 0;
        for (long long i = threadIdx.x; i < count; i += blockDim.x) {
            winners += from[reduced.place(i)] == largest ? 1 : 0;
        }
        winners = thaw::row_sum(winners);
        if (threadIdx.x == 0) {
            share[o] = dy[o] / (float)winners;
        }
    }
}

extern "C" __global__ void reduce_max_grad(
        const float* x,
        const float* y,
        const float* share,
        float* dx,
        long long n,
        THAW_SIX_PARAMETERS(d),
        THAW_SIX_PARAMETERS(y)) {
    thaw::Six shape = THAW_SIX(d);
    thaw::Six strides = THAW_SIX(y);
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        long long at = thaw::place(i, shape, strides);
        dx[i] = x[i] == y[at] ? share[at] : 0.0f;
    }
}

extern "C" __global__ void accumulate(float* total, const float* x, long long n, float scale) {
    if (blockIdx.x != 0) {
        return;
    }
    double sum = SumFold::row(fold_run<SumFold>(x, 0, n));
    if (threadIdx.x == 0) {
        *total = (float)((double)*total + (double)scale * sum);
    }
}
