// Batch normalization: statistics, normalization, both gradients, and the forms fused with an
// activation and a residual sum. x is seen as [outer, C, inner] around the channel axis; n = outer *
// inner elements make up a channel, total = outer * C * inner. gamma and beta may be null (1 and 0).
//
// BatchNormTrain is two launches:
//   bn_statistics(x, partial, tickets, mean, variance, outer, C, inner, parts)
//   bn_apply(x, null, gamma, beta, mean, variance, y, total, C, inner, epsilon)
// BatchNormInfer is bn_apply alone.
//
//   mean[c] = mean of x, variance[c] = mean of (x - mean)^2, biased: by groups of four elements that
//   Chan's formula merges, over differences from the channel's first element, so that neither a large
//   mean nor a long sum costs digits; in double, over differences from the first part's mean, across
//   the parts.
//   y = act(gamma (x - mean) / sqrt(variance + epsilon) + beta + residual)
//
// bn_apply, bn_apply_relu, bn_apply_relu6(x, residual, ..): residual: like x, may be null.
//
// BatchNormTrainGrad is two launches (the second one only where dx is wanted):
//   bn_grad(x, y, dy, mean, partial, tickets, gamma, variance, dgamma, dbeta, coefficients, outer, C,
//           inner, parts, epsilon)
//   bn_grad_apply(x, y, dy, mean, coefficients, dx, dresidual, total, C, inner)
//   With s = 1 / sqrt(variance + epsilon): dbeta = sum(dy), dgamma = sum(dy (x - mean)) s, dx = gamma s
//   (dy - mean(dy) - (x - mean) s^2 mean(dy (x - mean))). dgamma, dbeta, coefficients may be null.
// BatchNormInferGrad: the first launch where dgamma or dbeta is wanted (coefficients null), and
//   bn_infer_grad_apply(y, dy, gamma, variance, dx, dresidual, total, C, inner, epsilon)
//   dx = dy gamma s.
// bn_grad, bn_grad_apply and bn_infer_grad_apply exist with _relu and _relu6: there y is the
//   forward result, and dy counts only where the activation let it through. Without activation y is
//   ignored and may be null. dresidual (may be null) = dy as far as it counts.
// bn_inverse_deviation(variance, inverse, C, epsilon): 1 / sqrt(variance + epsilon), for cuDNN's
//   gradient; any grid.
//
// bn_statistics and bn_grad: the elements of a channel fall into parts, a block takes one of them for
// a tile of channels, and the last block of a tile to end merges the parts, in their order. So the
// bits depend on parts and the block alone, not on which block is last.
//
// Workspace: partial: 2 parts C floats, on 16 bytes; coefficients: 3 C floats. parts: into how many
// pieces the elements of a channel fall, at least 1, at most 65535; recommended: 2 multiprocessors /
// channel tiles (see below), at most n / 128, at least 1.
// tickets: gridDim.x unsigned, 0 before the first launch, and again after each one.
//
// Grid and block of these two: blockIdx.y strides over parts, blockIdx.x over channels.
// Channels last (inner = 1): V = 4 where C is a multiple of 4, else 1; block (bx, by), bx a power of
// two, bx by a multiple of 32 up to 512; recommended bx = power of two that covers C / V, at most
// 32 / V, by = 512 / bx; grid.x = ceil(C / (V bx)), which is the number of channel tiles. Else: block
// (512, 1) or another multiple of 32, grid.x = C. grid.y = parts.
// The _apply kernels: any grid, block (256, 1); y may be x, dx may be dy. All results are written
// (=). Dynamic shared memory: 0. outer, inner below 2^31 each.

#include "common/math.cuh"
#include "common/reduce.cuh"
#include "common/vec.cuh"

namespace {

/** Rows that a thread has on their way at a time. */
constexpr int AHEAD = 4;

/** Parts that a thread has on their way when they are merged. */
constexpr int PARTS_AHEAD = 8;

/** Numbers of a fold: a tile of 32 channels for each of 16 warps. */
constexpr int MOST = 32 * 16;

/** Where a part's two sums of a channel lie; the second ones follow all first ones. */
__device__ __forceinline__ long long place(long long part, int c, int channels) {
    return part * channels + c;
}

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
            Moments m[V];
#pragma unroll
            for (int l = 0; l < V; l++) {
                m[l] = Moments{0.0f, 0.0f, 0.0f};
            }
            if (c < channels) {
                float first[4];
                thaw::load<V>(x + c, first);
                long long step = blockDim.y;
                float n = 0.0f;
                for (long long r = rows.from + threadIdx.y; r < rows.to; r += AHEAD * step) {
                    const float* p = x + r * channels + c;
                    float v[AHEAD][4];
#pragma unroll
                    for (int u = 0; u < AHEAD; u++) {
                        bool inside = r + u * step < rows.to;
                        thaw::load<V>(p + (inside ? u * step * channels : 0), v[u]);
                    }
                    if (r + (AHEAD - 1) * step < rows.to) {
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
                        continue;
                    }
#pragma unroll
                    for (int u = 0; u < AHEAD - 1; u++) {
                        if (r + u * step < rows.to) {
                            n += 1.0f;
                            float share = 1.0f / n;
#pragma unroll
                            for (int l = 0; l < V; l++) {
                                float d = v[u][l] - first[l];
                                float delta = d - m[l].mean;
                                m[l].mean += delta * share;
                                m[l].squares += delta * (d - m[l].mean);
                            }
                        }
                    }
                }
#pragma unroll
                for (int l = 0; l < V; l++) {
                    m[l].n = n;
                }
            }
            Moments all = thaw::tile_fold(m, blockDim.x, shared, Merge());
            int mine = base + thaw::block_thread();
            if (thaw::block_thread() < tile && mine < channels) {
                partial[place(part, mine, channels)] = all.mean;
                partial[place(parts + part, mine, channels)] = all.squares;
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
            Moments one[1] = {m};
            Moments all = thaw::tile_fold(one, 1, shared, Merge());
            if (threadIdx.x == 0) {
                partial[place(part, c, channels)] = all.mean;
                partial[place(parts + part, c, channels)] = all.squares;
            }
        }
    }
}

/** Two sums over parts. */
struct Sums {
    double first;
    double second;
};

struct AddSums {
    __device__ __forceinline__ Sums operator()(const Sums& a, const Sums& b) const {
        return Sums{a.first + b.first, a.second + b.second};
    }
};

/** What a block folds of its part, and later of all. */
template <class T>
union Room {
    T folded[MOST];
    Sums sums[MOST];
};

/**
 * The last block's work on a tile of {@code width} channels, up to 32, from c - thread % width on:
 * thread t below width gets what f makes of all parts of channel c. f adds to the sums:
 * (sums, part, first number, second number).
 */
template <class F>
__device__ __forceinline__ Sums over_parts(
        const float* partial, int c, int width, int channels, int parts, Sums* shared, F f) {
    int rows = blockDim.x * blockDim.y / width;
    Sums sums[1] = {{0.0, 0.0}};
    if (c < channels) {
        for (int p = thaw::block_thread() / width; p < parts; p += PARTS_AHEAD * rows) {
            float a[PARTS_AHEAD];
            float b[PARTS_AHEAD];
#pragma unroll
            for (int u = 0; u < PARTS_AHEAD; u++) {
                int part = p + u * rows < parts ? p + u * rows : p;
                a[u] = __ldcg(partial + place(part, c, channels));
                b[u] = __ldcg(partial + place((long long)parts + part, c, channels));
            }
#pragma unroll
            for (int u = 0; u < PARTS_AHEAD; u++) {
                if (p + u * rows < parts) {
                    f(sums[0], p + u * rows, a[u], b[u]);
                }
            }
        }
    }
    return thaw::tile_fold(sums, width, shared, AddSums());
}

__device__ __forceinline__ void merge_statistics(
        const float* x,
        const float* partial,
        float* mean,
        float* variance,
        long long rows,
        int width,
        int channels,
        int inner,
        int parts,
        Sums* shared) {
    long long each = thaw::Piece::size(rows, parts);
    for (int base = blockIdx.x * width; base < channels; base += gridDim.x * width) {
        int c = base + thaw::block_thread() % width;
        double begin = c < channels ? (double)__ldcg(partial + c) : 0.0;
        Sums all = over_parts(
                partial,
                c,
                width,
                channels,
                parts,
                shared,
                [=](Sums& sums, int part, float center, float squares) {
                    long long rest = rows - each * part;
                    double n = (double)(rest < 0 ? 0 : rest < each ? rest : each);
                    double delta = (double)center - begin;
                    sums.first += n * delta;
                    sums.second += (double)squares + n * delta * delta;
                });
        if (thaw::block_thread() < width && c < channels) {
            double delta = all.first / (double)rows;
            double spread = all.second - all.first * delta;
            mean[c] = (float)((double)x[(long long)c * inner] + (begin + delta));
            variance[c] = (float)(spread < 0.0 ? 0.0 : spread / (double)rows);
        }
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(512, 2) bn_statistics(
        const float* x,
        float* partial,
        unsigned* tickets,
        float* mean,
        float* variance,
        int outer,
        int C,
        int inner,
        int parts) {
    __shared__ Room<Moments> room;
    bool vectors = inner == 1 && C % 4 == 0 && thaw::aligned(x);
    if (inner != 1) {
        statistics_of_blocks(x, partial, outer, C, inner, parts, room.folded);
    } else if (vectors) {
        statistics_of_columns<4>(x, partial, outer, C, parts, room.folded);
    } else {
        statistics_of_columns<1>(x, partial, outer, C, parts, room.folded);
    }
    if (!thaw::last_block(tickets + blockIdx.x, gridDim.y)) {
        return;
    }
    int width = inner != 1 ? 1 : vectors ? 4 * blockDim.x : blockDim.x;
    long long n = (long long)outer * inner;
    merge_statistics(x, partial, mean, variance, n, width, C, inner, parts, room.sums);
}

extern "C" __global__ void bn_inverse_deviation(
        const float* variance, float* inverse, int C, float epsilon) {
    for (long long c = thaw::grid_index(); c < C; c += thaw::grid_size()) {
        inverse[c] = thaw::inverse_deviation(variance[c], epsilon);
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

    struct Taken {
        float v[4];
        float r[4];
    };

    template <int W>
    __device__ __forceinline__ void take(long long i, Taken& t) {
        thaw::load<W>(x + i, t.v);
        if (residual != nullptr) {
            thaw::load<W>(residual + i, t.r);
        }
    }

    template <int W>
    __device__ __forceinline__ void give(long long i, Taken& t) {
#pragma unroll
        for (int l = 0; l < W; l++) {
            float normal = factor[l] * (t.v[l] - center[l]) + shift[l];
            t.v[l] = thaw::activate<A>(residual == nullptr ? normal : normal + t.r[l]);
        }
        thaw::store<W>(y + i, t.v);
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
    // what a thread has on its way fits into its registers
    constexpr int ROWS = A == thaw::NONE ? AHEAD : AHEAD / 2;
    int tile = V * blockDim.x;
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece rows(outer, part, parts);
        for (int base = blockIdx.x * tile; base < channels; base += gridDim.x * tile) {
            int c = base + V * threadIdx.x;
            Pair sums[V];
#pragma unroll
            for (int l = 0; l < V; l++) {
                sums[l] = Pair{0.0f, 0.0f};
            }
            if (c < channels) {
                float center[4];
                thaw::load<V>(mean + c, center);
                long long step = blockDim.y;
                for (long long r = rows.from + threadIdx.y; r < rows.to; r += ROWS * step) {
                    float a[ROWS][4];
                    float g[ROWS][4];
                    float out[ROWS][4];
#pragma unroll
                    for (int u = 0; u < ROWS; u++) {
                        long long row = r + u * step < rows.to ? r + u * step : r;
                        long long at = row * channels + c;
                        thaw::load<V>(x + at, a[u]);
                        thaw::load<V>(dy + at, g[u]);
                        if (A != thaw::NONE) {
                            thaw::load<V>(y + at, out[u]);
                        }
                    }
#pragma unroll
                    for (int u = 0; u < ROWS; u++) {
                        if (r + u * step < rows.to) {
#pragma unroll
                            for (int l = 0; l < V; l++) {
                                float up = thaw::through<A>(
                                        A == thaw::NONE ? 0.0f : out[u][l], g[u][l]);
                                sums[l].sum += up;
                                sums[l].product += up * (a[u][l] - center[l]);
                            }
                        }
                    }
                }
            }
            Pair all = thaw::tile_fold(sums, blockDim.x, shared, AddPairs());
            int mine = base + thaw::block_thread();
            if (thaw::block_thread() < tile && mine < channels) {
                partial[place(part, mine, channels)] = all.sum;
                partial[place(parts + part, mine, channels)] = all.product;
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
            Pair one[1] = {sums};
            Pair all = thaw::tile_fold(one, 1, shared, AddPairs());
            if (threadIdx.x == 0) {
                partial[place(part, c, channels)] = all.sum;
                partial[place(parts + part, c, channels)] = all.product;
            }
        }
    }
}

/** What is wanted of the sums; each may be null. */
struct Wanted {
    const float* gamma;
    const float* variance;
    float* dgamma;
    float* dbeta;
    float* coefficients;
    float epsilon;
};

__device__ __forceinline__ void merge_sums(
        const float* partial,
        const Wanted& wanted,
        double rows,
        int width,
        int channels,
        int parts,
        Sums* shared) {
    for (int base = blockIdx.x * width; base < channels; base += gridDim.x * width) {
        int c = base + thaw::block_thread() % width;
        Sums all = over_parts(
                partial,
                c,
                width,
                channels,
                parts,
                shared,
                [](Sums& sums, int, float sum, float product) {
                    sums.first += (double)sum;
                    sums.second += (double)product;
                });
        if (thaw::block_thread() < width && c < channels) {
            double s = 1.0 / sqrt((double)wanted.variance[c] + (double)wanted.epsilon);
            if (wanted.dbeta != nullptr) {
                wanted.dbeta[c] = (float)all.first;
            }
            if (wanted.dgamma != nullptr) {
                wanted.dgamma[c] = (float)(all.second * s);
            }
            if (wanted.coefficients != nullptr) {
                float* to = wanted.coefficients + c;
                to[0] = (float)(wanted.gamma == nullptr ? s : wanted.gamma[c] * s);
                to[channels] = (float)(all.first / rows);
                to[2 * channels] = (float)(all.second * s * s / rows);
            }
        }
    }
}

template <thaw::Activation A>
__device__ __forceinline__ void grad(
        const float* x,
        const float* y,
        const float* dy,
        const float* mean,
        float* partial,
        unsigned* tickets,
        const Wanted& wanted,
        int outer,
        int channels,
        int inner,
        int parts) {
    __shared__ Room<Pair> room;
    bool vectors = inner == 1 && channels % 4 == 0 && thaw::aligned(x) && thaw::aligned(y)
            && thaw::aligned(dy) && thaw::aligned(mean);
    if (inner != 1) {
        sums_of_blocks<A>(x, y, dy, mean, partial, outer, channels, inner, parts, room.folded);
    } else if (vectors) {
        sums_of_columns<A, 4>(x, y, dy, mean, partial, outer, channels, parts, room.folded);
    } else {
        sums_of_columns<A, 1>(x, y, dy, mean, partial, outer, channels, parts, room.folded);
    }
    if (!thaw::last_block(tickets + blockIdx.x, gridDim.y)) {
        return;
    }
    int width = inner != 1 ? 1 : vectors ? 4 * blockDim.x : blockDim.x;
    merge_sums(partial, wanted, (double)outer * inner, width, channels, parts, room.sums);
}

}  // namespace

#define BN_GRAD(name, A)                                                                      \
    extern "C" __global__ void __launch_bounds__(512, 2) name(                                \
            const float* x,                                                                   \
            const float* y,                                                                   \
            const float* dy,                                                                  \
            const float* mean,                                                                \
            float* partial,                                                                   \
            unsigned* tickets,                                                                \
            const float* gamma,                                                               \
            const float* variance,                                                            \
            float* dgamma,                                                                    \
            float* dbeta,                                                                     \
            float* coefficients,                                                              \
            int outer,                                                                        \
            int C,                                                                            \
            int inner,                                                                        \
            int parts,                                                                        \
            float epsilon) {                                                                  \
        Wanted wanted{gamma, variance, dgamma, dbeta, coefficients, epsilon};                 \
        grad<A>(x, y, dy, mean, partial, tickets, wanted, outer, C, inner, parts);            \
    }

BN_GRAD(bn_grad, thaw::NONE)
BN_GRAD(bn_grad_relu, thaw::RELU)
BN_GRAD(bn_grad_relu6, thaw::RELU6)

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

    struct Taken {
        float a[4];
        float g[4];
        float out[4];
    };

    template <int W>
    __device__ __forceinline__ void take(long long i, Taken& t) {
        thaw::load<W>(x + i, t.a);
        thaw::load<W>(dy + i, t.g);
        if (A != thaw::NONE) {
            thaw::load<W>(y + i, t.out);
        }
    }

    template <int W>
    __device__ __forceinline__ void give(long long i, Taken& t) {
#pragma unroll
        for (int l = 0; l < W; l++) {
            t.g[l] = thaw::through<A>(A == thaw::NONE ? 0.0f : t.out[l], t.g[l]);
        }
        if (dresidual != nullptr) {
            thaw::store<W>(dresidual + i, t.g);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            t.a[l] = factor[l] * ((t.g[l] - average[l]) - slope[l] * (t.a[l] - center[l]));
        }
        thaw::store<W>(dx + i, t.a);
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

    struct Taken {
        float g[4];
        float out[4];
    };

    template <int W>
    __device__ __forceinline__ void take(long long i, Taken& t) {
        thaw::load<W>(dy + i, t.g);
        if (A != thaw::NONE) {
            thaw::load<W>(y + i, t.out);
        }
    }

    template <int W>
    __device__ __forceinline__ void give(long long i, Taken& t) {
#pragma unroll
        for (int l = 0; l < W; l++) {
            t.g[l] = thaw::through<A>(A == thaw::NONE ? 0.0f : t.out[l], t.g[l]);
        }
        if (dresidual != nullptr) {
            thaw::store<W>(dresidual + i, t.g);
        }
#pragma unroll
        for (int l = 0; l < W; l++) {
            t.g[l] *= factor[l];
        }
        thaw::store<W>(dx + i, t.g);
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
