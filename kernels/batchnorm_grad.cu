// Both gradients of batch normalization, and the forms fused with an activation and a residual sum. x is
// seen as in batchnorm.cu; gamma may be null (1).
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
// All three exist with _relu and _relu6: there y is the forward result, and dy counts only where the
//   activation let it through. Without activation y is ignored and may be null. dresidual (may be null)
//   = dy as far as it counts.
// bn_inverse_deviation(variance, inverse, C, epsilon): s, for cuDNN's gradient; any grid.
//
// bn_grad: parts, partial, tickets, grid and block as common/channels.cuh says; coefficients: 3 C
// floats of workspace. The _apply kernels: any grid, block (256, 1); dx may be dy. All results are
// written (=). Dynamic shared memory: 0. outer, inner below 2^31 each.

#include "common/channels.cuh"
#include "common/math.cuh"
#include "common/reduce.cuh"
#include "common/vec.cuh"

extern "C" __global__ void bn_inverse_deviation(
        const float* variance, float* inverse, int C, float epsilon) {
    for (long long c = thaw::grid_index(); c < C; c += thaw::grid_size()) {
        inverse[c] = thaw::inverse_deviation(variance[c], epsilon);
    }
}

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
    constexpr int ROWS = A == thaw::NONE ? thaw::AHEAD : thaw::AHEAD / 2;
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
                partial[thaw::part_place(part, mine, channels)] = all.sum;
                partial[thaw::part_place(parts + part, mine, channels)] = all.product;
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
                long long at = thaw::spot(i, c, channels, inner);
                float up = thaw::through<A>(A == thaw::NONE ? 0.0f : y[at], dy[at]);
                sums.sum += up;
                sums.product += up * (x[at] - center);
            }
            Pair one[1] = {sums};
            Pair all = thaw::tile_fold(one, 1, shared, AddPairs());
            if (threadIdx.x == 0) {
                partial[thaw::part_place(part, c, channels)] = all.sum;
                partial[thaw::part_place(parts + part, c, channels)] = all.product;
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
        thaw::Sums* shared) {
    for (int base = blockIdx.x * width; base < channels; base += gridDim.x * width) {
        int c = base + thaw::block_thread() % width;
        thaw::Sums all = thaw::over_parts(
                partial,
                c,
                width,
                channels,
                parts,
                shared,
                [](thaw::Sums& sums, int, float sum, float product) {
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
    __shared__ thaw::Room<Pair> room;
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
        thaw::over_channels(total, C, inner, vectors, body);                                        \
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
        thaw::over_channels(total, C, inner, vectors, body);                                        \
    }

BN_GRAD_APPLY(bn_grad_apply, bn_infer_grad_apply, thaw::NONE)
BN_GRAD_APPLY(bn_grad_apply_relu, bn_infer_grad_apply_relu, thaw::RELU)
BN_GRAD_APPLY(bn_grad_apply_relu6, bn_infer_grad_apply_relu6, thaw::RELU6)
