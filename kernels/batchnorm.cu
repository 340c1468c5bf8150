// Batch normalization: statistics, and normalization with what is fused into it. Its gradients are
// batchnorm_grad.cu. x is seen as [outer, C, inner] around the channel axis; n = outer * inner elements
// make up a channel, total = outer * C * inner. gamma and beta may be null (1 and 0).
//
// BatchNormTrain is two launches:
//   bn_statistics(x, partial, tickets, mean, variance, outer, C, inner, parts)
//   bn_apply(x, residual, gamma, beta, mean, variance, y, total, C, inner, epsilon)
// BatchNormInfer is bn_apply alone.
//
//   mean[c] = mean of x, variance[c] = mean of (x - mean)^2, biased: by groups of four elements that
//   Chan's formula merges, over differences from the channel's first element, so that neither a large
//   mean nor a long sum costs digits; in double, over differences from the first part's mean, across
//   the parts.
//   y = act(gamma (x - mean) / sqrt(variance + epsilon) + beta + residual)
//
// bn_apply, bn_apply_relu, bn_apply_relu6: residual, like x, may be null.
//
// bn_statistics: parts, partial, tickets, grid and block as common/channels.cuh says. bn_apply: any
// grid, block (256, 1); y may be x. All results are written (=). Dynamic shared memory: 0. outer, inner
// below 2^31 each.

#include "common/channels.cuh"
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
                for (long long r = rows.from + threadIdx.y; r < rows.to; r += thaw::AHEAD * step) {
                    const float* p = x + r * channels + c;
                    float v[thaw::AHEAD][4];
#pragma unroll
                    for (int u = 0; u < thaw::AHEAD; u++) {
                        bool inside = r + u * step < rows.to;
                        thaw::load<V>(p + (inside ? u * step * channels : 0), v[u]);
                    }
                    if (r + (thaw::AHEAD - 1) * step < rows.to) {
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
                    for (int u = 0; u < thaw::AHEAD - 1; u++) {
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
                partial[thaw::part_place(part, mine, channels)] = all.mean;
                partial[thaw::part_place(parts + part, mine, channels)] = all.squares;
            }
        }
    }
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
                float d = x[thaw::spot(i, c, channels, inner)] - first;
                m.n += 1.0f;
                float delta = d - m.mean;
                m.mean += delta / m.n;
                m.squares += delta * (d - m.mean);
            }
            Moments one[1] = {m};
            Moments all = thaw::tile_fold(one, 1, shared, Merge());
            if (threadIdx.x == 0) {
                partial[thaw::part_place(part, c, channels)] = all.mean;
                partial[thaw::part_place(parts + part, c, channels)] = all.squares;
            }
        }
    }
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
        thaw::Sums* shared) {
    long long each = thaw::Piece::size(rows, parts);
    for (int base = blockIdx.x * width; base < channels; base += gridDim.x * width) {
        int c = base + thaw::block_thread() % width;
        double begin = c < channels ? (double)__ldcg(partial + c) : 0.0;
        thaw::Sums all = thaw::over_parts(
                partial,
                c,
                width,
                channels,
                parts,
                shared,
                [=](thaw::Sums& sums, int part, float center, float squares) {
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
    __shared__ thaw::Room<Moments> room;
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

namespace {

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
        thaw::over_channels(total, C, inner, vectors, body);                                        \
    }

BN_APPLY(bn_apply, thaw::NONE)
BN_APPLY(bn_apply_relu, thaw::RELU)
BN_APPLY(bn_apply_relu6, thaw::RELU6)
