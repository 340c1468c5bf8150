// Batch normalization: statistics, normalization, both gradients, and the forms fused with an
// activation and a residual sum. x is seen as [outer, C, inner] around the channel axis; n = outer *
// inner elements make up a channel, total = outer * C * inner. gamma and beta may be null (1 and 0).
//
// BatchNormTrain is three launches:
//   bn_statistics_partial(x, partial, outer, C, inner, parts)
//   bn_statistics(x, partial, mean, variance, outer, C, inner, parts)
//   bn_apply(x, null, gamma, beta, mean, variance, y, total, C, inner, epsilon)
// BatchNormInfer is bn_apply alone.
//
//   mean[c] = mean of x, variance[c] = mean of (x - mean)^2, biased: by groups of four elements that
//   Chan's formula merges, over differences from the channel's first element, so that neither a large
//   mean nor a long sum costs digits; in double across the parts.
//   y = act(gamma (x - mean) / sqrt(variance + epsilon) + beta + residual)
//
// bn_apply, bn_apply_relu, bn_apply_relu6(x, residual, ..): residual: like x, may be null.
//
// BatchNormTrainGrad is three launches (the last one only where dx is wanted):
//   bn_grad_partial(x, y, dy, mean, partial, outer, C, inner, parts)
//   bn_grad(partial, gamma, variance, dgamma, dbeta, coefficients, outer, C, inner, parts, epsilon)
//   bn_grad_apply(x, y, dy, mean, coefficients, dx, dresidual, total, C, inner)
//   With s = 1 / sqrt(variance + epsilon): dbeta = sum(dy), dgamma = sum(dy (x - mean)) s, dx = gamma s
//   (dy - mean(dy) - (x - mean) s^2 mean(dy (x - mean))). dgamma, dbeta, coefficients may be null.
// BatchNormInferGrad: the first two launches where dgamma or dbeta is wanted (coefficients null), and
//   bn_infer_grad_apply(y, dy, gamma, variance, dx, dresidual, total, C, inner, epsilon)
//   dx = dy gamma s.
// bn_grad_partial, bn_grad_apply and bn_infer_grad_apply exist with _relu and _relu6: there y is the
//   forward result, and dy counts only where the activation let it through. Without activation y is
//   ignored and may be null. dresidual (may be null) = dy as far as it counts.
// bn_inverse_deviation(variance, inverse, C, epsilon): 1 / sqrt(variance + epsilon), for cuDNN's
//   gradient; any grid.
//
// Workspace: partial: 2 parts C floats; coefficients: 3 C floats. parts: into how many pieces the
// elements of a channel fall, at least 1, at most 65535; recommended: 8 multiprocessors / channel
// tiles (see below), at most n / 32, at least 1. The bits depend on parts and the block alone.
//
// Grid and block of the _partial kernels: blockIdx.y strides over parts, blockIdx.x over channels.
// Channels last (inner = 1): V = 4 where C is a multiple of 4, else 1; block (bx, by), both powers of
// two, bx by <= 256; recommended bx = power of two that covers C / V, at most 32, by = 256 / bx;
// grid.x = ceil(C / (V bx)), which is the number of channel tiles. Else: block (256, 1) or another
// power of two of at least 32, grid.x = C. grid.y = parts.
// bn_statistics, bn_grad: block (32, 8), or (32, any power of two up to 8), grid ceil(C / 32).
// The _apply kernels: any grid, block (256, 1); y may be x, dx may be dy. All results are written
// (=). Dynamic shared memory: 0. outer, inner below 2^31 each.

#include "common/math.cuh"
#include "common/reduce.cuh"
#include "common/vec.cuh"

namespace {

/** Count, mean and sum of squared differences from it. */
struct Moments {
    float n;
    float mean;
    float squares;

    /** Chan, Golub and LeVeque's rule for two groups. */
    __device__ __forceinline__ void merge(const Moments& o) {
        float all = n + o.n;
        if (o.n == 0.0f) {
            return;
        }
        float share = o.n / all;
        float delta = o.mean - mean;
        mean += delta * share;
        squares += o.squares + delta * delta * (n * share);
        n = all;
    }
};

struct Merge {
    __device__ __forceinline__ Moments operator()(Moments a, const Moments& b) const {
        a.merge(b);
        return a;
    }
};

/** Four elements at once, of one channel. */
__device__ __forceinline__ void take4(
        Moments& m, float a, float b, float c, float d, float share, float weight) {
    float mean = 0.25f * ((a + b) + (c + d));
    float p = a - mean;
    float q = b - mean;
    float r = c - mean;
    float s = d - mean;
    float delta = mean - m.mean;
    m.mean += delta * share;
    m.squares += (p * p + q * q) + (r * r + s * s) + delta * delta * weight;
}

/** Channels last: this thread's channels down its rows. V channels side by side. */
template <int V>
__device__ __forceinline__ void statistics_of_columns(
        const float* x, float* partial, int outer, int channels, int parts, Moments* shared) {
    int tile = V * blockDim.x;
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece rows(outer, part, parts);
        for (int base = blockIdx.x * tile; base < channels; base += gridDim.x * tile) {
            int c = base + V * threadIdx.x;
            bool mine = c < channels;
            float first[4] = {0.0f, 0.0f, 0.0f, 0.0f};
            Moments m[V];
#pragma unroll
            for (int l = 0; l < V; l++) {
                m[l] = Moments{0.0f, 0.0f, 0.0f};
            }
            if (mine) {
                thaw::load<V>(x + c, first);
                long long r = rows.from + threadIdx.y;
                long long step = blockDim.y;
                float n = 0.0f;
                for (; r + 3 * step < rows.to; r += 4 * step) {
                    float v[4][4];
#pragma unroll
                    for (int u = 0; u < 4; u++) {
                        thaw::load<V>(x + (r + u * step) * channels + c, v[u]);
                    }
                    float share = 4.0f / (n + 4.0f);
#pragma unroll
                    for (int l = 0; l < V; l++) {
                        take4(
                                m[l],
                                v[0][l] - first[l],
                                v[1][l] - first[l],
                                v[2][l] - first[l],
                                v[3][l] - first[l],
                                share,
                                n * share);
                    }
                    n += 4.0f;
                }
                for (; r < rows.to; r += step) {
                    float v[4];
                    thaw::load<V>(x + r * channels + c, v);
                    n += 1.0f;
                    float share = 1.0f / n;
#pragma unroll
                    for (int l = 0; l < V; l++) {
                        float d = v[l] - first[l];
                        float delta = d - m[l].mean;
                        m[l].mean += delta * share;
                        m[l].squares += delta * (d - m[l].mean);
                    }
                }
#pragma unroll
                for (int l = 0; l < V; l++) {
                    m[l].n = n;
                }
            }
#pragma unroll
            for (int l = 0; l < V; l++) {
                Moments all = thaw::column_fold(m[l], shared, Merge());
                if (mine && threadIdx.y == 0) {
                    partial[(long long)part * channels + c + l] = all.mean;
                    partial[(long long)(parts + part) * channels + c + l] = all.squares;
                }
            }
        }
    }
}

/** Where element i of channel c lies. */
__device__ __forceinline__ long long spot(long long i, int c, int channels, int inner) {
    return i / inner * channels * inner + (long long)c * inner + i % inner;
}

/** Any layout: a block for each channel. */
__device__ __forceinline__ void statistics_of_blocks(
        const float* x,
        float* partial,
        int outer,
        int channels,
        int inner,
        int parts,
        Moments* shared) {
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece piece((long long)outer * inner, part, parts);
        for (int c = blockIdx.x; c < channels; c += gridDim.x) {
            float first = x[(long long)c * inner];
            Moments m{0.0f, 0.0f, 0.0f};
            for (long long i = piece.from + threadIdx.x; i < piece.to; i += blockDim.x) {
                float d = x[spot(i, c, channels, inner)] - first;
                m.n += 1.0f;
                float delta = d - m.mean;
                m.mean += delta / m.n;
                m.squares += delta * (d - m.mean);
            }
            __syncthreads();
            shared[threadIdx.x] = m;
            for (int half = blockDim.x / 2; half > 0; half /= 2) {
                __syncthreads();
                if ((int)threadIdx.x < half) {
                    shared[threadIdx.x].merge(shared[threadIdx.x + half]);
                }
            }
            if (threadIdx.x == 0) {
                partial[(long long)part * channels + c] = shared[0].mean;
                partial[(long long)(parts + part) * channels + c] = shared[0].squares;
            }
        }
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) bn_statistics_partial(
        const float* x, float* partial, int outer, int C, int inner, int parts) {
    __shared__ Moments shared[256];
    if (inner != 1) {
        statistics_of_blocks(x, partial, outer, C, inner, parts, shared);
    } else if (C % 4 == 0 && thaw::aligned(x)) {
        statistics_of_columns<4>(x, partial, outer, C, parts, shared);
    } else {
        statistics_of_columns<1>(x, partial, outer, C, parts, shared);
    }
}

extern "C" __global__ void bn_inverse_deviation(
        const float* variance, float* inverse, int C, float epsilon) {
    for (long long c = thaw::grid_index(); c < C; c += thaw::grid_size()) {
        inverse[c] = thaw::inverse_deviation(variance[c], epsilon);
    }
}

extern "C" __global__ void __launch_bounds__(256) bn_statistics(
        const float* x,
        const float* partial,
        float* mean,
        float* variance,
        int outer,
        int C,
        int inner,
        int parts) {
    __shared__ double shared[256];
    __shared__ double means[32];
    long long rows = (long long)outer * inner;
    const float* squares = partial + (long long)parts * C;
    for (int base = blockIdx.x * blockDim.x; base < C; base += gridDim.x * blockDim.x) {
        int c = base + threadIdx.x;
        double sum = 0.0;
        if (c < C) {
            for (int p = threadIdx.y; p < parts; p += blockDim.y) {
                thaw::Piece piece(rows, p, parts);
                sum += (double)(piece.to - piece.from) * partial[(long long)p * C + c];
            }
        }
        sum = thaw::column_fold(sum, shared, thaw::Sum());
        if (threadIdx.y == 0) {
            means[threadIdx.x] = sum / (double)rows;
        }
        __syncthreads();
        double center = means[threadIdx.x];
        double spread = 0.0;
        if (c < C) {
            for (int p = threadIdx.y; p < parts; p += blockDim.y) {
                thaw::Piece piece(rows, p, parts);
                double delta = partial[(long long)p * C + c] - center;
                spread += squares[(long long)p * C + c];
                spread += (double)(piece.to - piece.from) * delta * delta;
            }
        }
        spread = thaw::column_fold(spread, shared, thaw::Sum());
        if (c < C && threadIdx.y == 0) {
            mean[c] = (float)((double)x[(long long)c * inner] + center);
            variance[c] = (float)(spread / (double)rows);
        }
    }
}

namespace {

/** What runs over the elements with constants per channel: vectors where channels come last. */
template <class Body>
__device__ __forceinline__ void over_channels(
        long long total, int channels, int inner, bool vectors, Body& body) {
    if (inner != 1) {
        thaw::walk_blocks(total, channels, inner, body);
    } else if (vectors) {
        thaw::walk_columns<4>(total, channels, body);
    } else {
        thaw::walk_columns<1>(total, channels, body);
    }
}

template <thaw::Activation A>
struct Apply {
    const float* x;
    const float* residual;
    const float* gamma;
    const float* beta;
    const float* mean;
    const float* variance;
    float* y;
    float epsilon;
    float center[4];
    float factor[4];
    float shift[4];

    __device__ __forceinline__ void prepare(int l, int c) {
        float s = thaw::inverse_deviation(variance[c], epsilon);
        center[l] = mean[c];
        factor[l] = gamma == nullptr ? s : gamma[c] * s;
        shift[l] = beta == nullptr ? 0.0f : beta[c];
    }

    template <int W>
    __device__ __forceinline__ void run(long long i) {
        float v[4];
        float r[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        thaw::load<W>(x + i, v);
        if (residual != nullptr) {
            thaw::load<W>(residual + i, r);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            float normal = factor[l] * (v[l] - center[l]) + shift[l];
            v[l] = thaw::activate<A>(residual == nullptr ? normal : normal + r[l]);
        }
        thaw::store<W>(y + i, v);
    }
};

}  // namespace

#define BN_APPLY(name, A)                                                                     \
    extern "C" __global__ void name(                                                          \
            const float* x,                                                                   \
            const float* residual,                                                            \
            const float* gamma,                                                               \
            const float* beta,                                                                \
            const float* mean,                                                                \
            const float* variance,                                                            \
            float* y,                                                                         \
            long long total,                                                                  \
            int C,                                                                            \
            int inner,                                                                        \
            float epsilon) {                                                                  \
        Apply<A> body{};                                                                      \
        body.x = x;                                                                           \
        body.residual = residual;                                                             \
        body.gamma = gamma;                                                                   \
        body.beta = beta;                                                                     \
        body.mean = mean;                                                                     \
        body.variance = variance;                                                             \
        body.y = y;                                                                           \
        body.epsilon = epsilon;                                                               \
        bool vectors = thaw::aligned(x) && thaw::aligned(residual) && thaw::aligned(y);       \
        over_channels(total, C, inner, vectors, body);                                        \
    }

BN_APPLY(bn_apply, thaw::NONE)
BN_APPLY(bn_apply_relu, thaw::RELU)
BN_APPLY(bn_apply_relu6, thaw::RELU6)

namespace {

/** sum(dy) and sum(dy (x - mean)). */
struct Pair {
    float sum;
    float product;
};

struct AddPairs {
    __device__ __forceinline__ Pair operator()(const Pair& a, const Pair& b) const {
        return Pair{a.sum + b.sum, a.product + b.product};
    }
};

template <thaw::Activation A, int V>
__device__ __forceinline__ void sums_of_columns(
        const float* x,
        const float* y,
        const float* dy,
        const float* mean,
        float* partial,
        int outer,
        int channels,
        int parts,
        Pair* shared) {
    int tile = V * blockDim.x;
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece rows(outer, part, parts);
        for (int base = blockIdx.x * tile; base < channels; base += gridDim.x * tile) {
            int c = base + V * threadIdx.x;
            bool mine = c < channels;
            Pair sums[V];
#pragma unroll
            for (int l = 0; l < V; l++) {
                sums[l] = Pair{0.0f, 0.0f};
            }
            if (mine) {
                float center[4];
                thaw::load<V>(mean + c, center);
#pragma unroll 4
                for (long long r = rows.from + threadIdx.y; r < rows.to; r += blockDim.y) {
                    long long at = r * channels + c;
                    float a[4];
                    float g[4];
                    float out[4] = {0.0f, 0.0f, 0.0f, 0.0f};
                    thaw::load<V>(x + at, a);
                    thaw::load<V>(dy + at, g);
                    if (A != thaw::NONE) {
                        thaw::load<V>(y + at, out);
                    }
#pragma unroll
                    for (int l = 0; l < V; l++) {
                        float up = thaw::through<A>(out[l], g[l]);
                        sums[l].sum += up;
                        sums[l].product += up * (a[l] - center[l]);
                    }
                }
            }
#pragma unroll
            for (int l = 0; l < V; l++) {
                Pair all = thaw::column_fold(sums[l], shared, AddPairs());
                if (mine && threadIdx.y == 0) {
                    partial[(long long)part * channels + c + l] = all.sum;
                    partial[(long long)(parts + part) * channels + c + l] = all.product;
                }
            }
        }
    }
}

template <thaw::Activation A>
__device__ __forceinline__ void sums_of_blocks(
        const float* x,
        const float* y,
        const float* dy,
        const float* mean,
        float* partial,
        int outer,
        int channels,
        int inner,
        int parts,
        Pair* shared) {
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece piece((long long)outer * inner, part, parts);
        for (int c = blockIdx.x; c < channels; c += gridDim.x) {
            float center = mean[c];
            Pair sums{0.0f, 0.0f};
            for (long long i = piece.from + threadIdx.x; i < piece.to; i += blockDim.x) {
                long long at = spot(i, c, channels, inner);
                float up = thaw::through<A>(A == thaw::NONE ? 0.0f : y[at], dy[at]);
                sums.sum += up;
                sums.product += up * (x[at] - center);
            }
            __syncthreads();
            shared[threadIdx.x] = sums;
            for (int half = blockDim.x / 2; half > 0; half /= 2) {
                __syncthreads();
                if ((int)threadIdx.x < half) {
                    shared[threadIdx.x] =
                            AddPairs()(shared[threadIdx.x], shared[threadIdx.x + half]);
                }
            }
            if (threadIdx.x == 0) {
                partial[(long long)part * channels + c] = shared[0].sum;
                partial[(long long)(parts + part) * channels + c] = shared[0].product;
            }
        }
    }
}

template <thaw::Activation A>
__device__ __forceinline__ void sums(
        const float* x,
        const float* y,
        const float* dy,
        const float* mean,
        float* partial,
        int outer,
        int channels,
        int inner,
        int parts,
        Pair* shared) {
    bool vectors = channels % 4 == 0 && thaw::aligned(x) && thaw::aligned(y)
            && thaw::aligned(dy) && thaw::aligned(mean);
    if (inner != 1) {
        sums_of_blocks<A>(x, y, dy, mean, partial, outer, channels, inner, parts, shared);
    } else if (vectors) {
        sums_of_columns<A, 4>(x, y, dy, mean, partial, outer, channels, parts, shared);
    } else {
        sums_of_columns<A, 1>(x, y, dy, mean, partial, outer, channels, parts, shared);
    }
}

}  // namespace

#define BN_GRAD_PARTIAL(name, A)                                                              \
    extern "C" __global__ void __launch_bounds__(256, 2) name(                                \
            const float* x,                                                                   \
            const float* y,                                                                   \
            const float* dy,                                                                  \
            const float* mean,                                                                \
            float* partial,                                                                   \
            int outer,                                                                        \
            int C,                                                                            \
            int inner,                                                                        \
            int parts) {                                                                      \
        __shared__ Pair shared[256];                                                          \
        sums<A>(x, y, dy, mean, partial, outer, C, inner, parts, shared);                     \
    }

BN_GRAD_PARTIAL(bn_grad_partial, thaw::NONE)
BN_GRAD_PARTIAL(bn_grad_partial_relu, thaw::RELU)
BN_GRAD_PARTIAL(bn_grad_partial_relu6, thaw::RELU6)

extern "C" __global__ void __launch_bounds__(256) bn_grad(
        const float* partial,
        const float* gamma,
        const float* variance,
        float* dgamma,
        float* dbeta,
        float* coefficients,
        int outer,
        int C,
        int inner,
        int parts,
        float epsilon) {
    __shared__ double shared[256];
    double rows = (double)outer * inner;
    const float* products = partial + (long long)parts * C;
    for (int base = blockIdx.x * blockDim.x; base < C; base += gridDim.x * blockDim.x) {
        int c = base + threadIdx.x;
        double sum = 0.0;
        double product = 0.0;
        if (c < C) {
            for (int p = threadIdx.y; p < parts; p += blockDim.y) {
                sum += partial[(long long)p * C + c];
                product += products[(long long)p * C + c];
            }
        }
        sum = thaw::column_fold(sum, shared, thaw::Sum());
        product = thaw::column_fold(product, shared, thaw::Sum());
        if (c < C && threadIdx.y == 0) {
            double s = 1.0 / sqrt((double)variance[c] + (double)epsilon);
            if (dbeta != nullptr) {
                dbeta[c] = (float)sum;
            }
            if (dgamma != nullptr) {
                dgamma[c] = (float)(product * s);
            }
            if (coefficients != nullptr) {
                coefficients[c] = (float)(gamma == nullptr ? s : gamma[c] * s);
                coefficients[C + c] = (float)(sum / rows);
                coefficients[2 * C + c] = (float)(product * s * s / rows);
            }
        }
    }
}

namespace {

/** dx = factor (dy - mean(dy) - slope (x - mean)). */
template <thaw::Activation A>
struct TrainGrad {
    const float* x;
    const float* y;
    const float* dy;
    const float* mean;
    const float* coefficients;
    float* dx;
    float* dresidual;
    int channels;
    float center[4];
    float factor[4];
    float average[4];
    float slope[4];

    __device__ __forceinline__ void prepare(int l, int c) {
        center[l] = mean[c];
        factor[l] = coefficients[c];
        average[l] = coefficients[channels + c];
        slope[l] = coefficients[2 * channels + c];
    }

    template <int W>
    __device__ __forceinline__ void run(long long i) {
        float a[4];
        float g[4];
        float out[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        thaw::load<W>(x + i, a);
        thaw::load<W>(dy + i, g);
        if (A != thaw::NONE) {
            thaw::load<W>(y + i, out);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            g[l] = thaw::through<A>(out[l], g[l]);
        }
        if (dresidual != nullptr) {
            thaw::store<W>(dresidual + i, g);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            a[l] = factor[l] * ((g[l] - average[l]) - slope[l] * (a[l] - center[l]));
        }
        thaw::store<W>(dx + i, a);
    }
};

template <thaw::Activation A>
struct InferGrad {
    const float* y;
    const float* dy;
    const float* gamma;
    const float* variance;
    float* dx;
    float* dresidual;
    float epsilon;
    float factor[4];

    __device__ __forceinline__ void prepare(int l, int c) {
        float s = thaw::inverse_deviation(variance[c], epsilon);
        factor[l] = gamma == nullptr ? s : gamma[c] * s;
    }

    template <int W>
    __device__ __forceinline__ void run(long long i) {
        float g[4];
        float out[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        thaw::load<W>(dy + i, g);
        if (A != thaw::NONE) {
            thaw::load<W>(y + i, out);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            g[l] = thaw::through<A>(out[l], g[l]);
        }
        if (dresidual != nullptr) {
            thaw::store<W>(dresidual + i, g);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            g[l] *= factor[l];
        }
        thaw::store<W>(dx + i, g);
    }
};

}  // namespace

#define BN_GRAD_APPLY(name, infer_name, A)                                                    \
    extern "C" __global__ void name(                                                          \
            const float* x,                                                                   \
            const float* y,                                                                   \
            const float* dy,                                                                  \
            const float* mean,                                                                \
            const float* coefficients,                                                        \
            float* dx,                                                                        \
            float* dresidual,                                                                 \
            long long total,                                                                  \
            int C,                                                                            \
            int inner) {                                                                      \
        TrainGrad<A> body{};                                                                  \
        body.x = x;                                                                           \
        body.y = y;                                                                           \
        body.dy = dy;                                                                         \
        body.mean = mean;                                                                     \
        body.coefficients = coefficients;                                                     \
        body.dx = dx;                                                                         \
        body.dresidual = dresidual;                                                           \
        body.channels = C;                                                                    \
        bool vectors = thaw::aligned(x) && thaw::aligned(y) && thaw::aligned(dy)              \
                && thaw::aligned(dx) && thaw::aligned(dresidual);                             \
        over_channels(total, C, inner, vectors, body);                                        \
    }                                                                                         \
    extern "C" __global__ void infer_name(                                                    \
            const float* y,                                                                   \
            const float* dy,                                                                  \
            const float* gamma,                                                               \
            const float* variance,                                                            \
            float* dx,                                                                        \
            float* dresidual,                                                                 \
            long long total,                                                                  \
            int C,                                                                            \
            int inner,                                                                        \
            float epsilon) {                                                                  \
        InferGrad<A> body{};                                                                  \
        body.y = y;                                                                           \
        body.dy = dy;                                                                         \
        body.gamma = gamma;                                                                   \
        body.variance = variance;                                                             \
        body.dx = dx;                                                                         \
        body.dresidual = dresidual;                                                           \
        body.epsilon = epsilon;                                                               \
        bool vectors = thaw::aligned(y) && thaw::aligned(dy) && thaw::aligned(dx)             \
                && thaw::aligned(dresidual);                                                  \
        over_channels(total, C, inner, vectors, body);                                        \
    }

BN_GRAD_APPLY(bn_grad_apply, bn_infer_grad_apply, thaw::NONE)
BN_GRAD_APPLY(bn_grad_apply_relu, bn_infer_grad_apply_relu, thaw::RELU)
BN_GRAD_APPLY(bn_grad_apply_relu6, bn_infer_grad_apply_relu6, thaw::RELU6)
