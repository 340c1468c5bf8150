// LayerNorm: each row of K numbers on its own; gamma, beta: [K], may be null (1 and 0).
//
// layer_norm(x, gamma, beta, y, mean, variance, R, K, epsilon)
//     m = mean(row), v = mean((row - m)^2), biased, in two passes over differences from the row's
//     first element; y = gamma (x - m) / sqrt(v + epsilon) + beta; mean, variance: [R]; y may be x
// layer_norm_grad(x, dy, gamma, mean, variance, dx, R, K, epsilon)
//     s = 1 / sqrt(v + epsilon), xh = (x - m) s, h = dy gamma: dx = s (h - mean(h) - xh mean(h xh));
//     dx may be dy
//     A row of threads per row: block (32, 8) for K up to 1024, (256, 1) above; blockDim.x a multiple
//     of 32, blockDim.y 1 unless blockDim.x is 32, at most 256 threads; grid ceil(R / blockDim.y), or
//     less. Rows of up to 32 numbers a thread (8 where K is no multiple of 4: then (32, 8) up to 256
//     only) stay in registers and are read once.
// layer_norm_grad_weights_partial(x, dy, mean, variance, dgamma, dbeta, R, K, parts, epsilon)
//     dgamma[p, k] = sum over piece p of the rows of dy xh, dbeta[p, k] = sum of dy: two workspaces
//     of parts K floats; then reduce_columns_sum(dgamma, result, 1, parts, K, 1), the same for dbeta.
//     Block (bx, by), powers of two, bx by <= 256, recommended (32, 8); grid (ceil(K / (V bx)), parts)
//     with V = 4 where K is a multiple of 4, else 1.
//     Either of dgamma and dbeta may be null. parts: as for reduce_columns_sum_partial.
//
// All write their results (=). No dynamic shared memory.

#include "common/math.cuh"
#include "common/reduce.cuh"
#include "common/row.cuh"

namespace {

/** A weight per column; without weights all are the same. */
template <class R>
struct Weights {
    R row;
    bool present;
    float otherwise;

    __device__ __forceinline__ Weights(const float* p, int k, float otherwise_)
            : row(present_or_nothing(p, k)), present(p != nullptr), otherwise(otherwise_) {}

    __device__ __forceinline__ static R present_or_nothing(const float* p, int k) {
        return R::of(p, p == nullptr ? 0 : k);
    }

    __device__ __forceinline__ float at(int slot, int i) const {
        return present ? row.at(slot, i) : otherwise;
    }
};

template <class R>
__device__ __forceinline__ void norm_rows(
        const float* x,
        const float* gamma,
        const float* beta,
        float* y,
        float* mean,
        float* variance,
        long long rows,
        int k,
        float epsilon) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        float first = x[r * k];
        R row = R::of(x + r * k, k);
        float sum = 0.0f;
        R::each(k, [&](int slot, int i) { sum += row.at(slot, i) - first; });
        float center = thaw::row_sum(sum) / (float)k;
        float squares = 0.0f;
        R::each(k, [&](int slot, int i) {
            float d = row.at(slot, i) - first - center;
            squares += d * d;
            if (R::HELD) {
                row.set(slot, i, d);
            }
        });
        float v = thaw::row_sum(squares) / (float)k;
        if (threadIdx.x == 0) {
            mean[r] = first + center;
            variance[r] = v;
        }
        float s = thaw::inverse_deviation(v, epsilon);
        Weights<R> factors(gamma, k, 1.0f);
        if (R::HELD) {  // before beta comes: its numbers need the registers of gamma's
            R::each(k, [&](int slot, int i) {
                row.set(slot, i, factors.at(slot, i) * s * row.at(slot, i));
            });
        }
        Weights<R> shifts(beta, k, 0.0f);
        R out = R::into(y + r * k);
        R::each(k, [&](int slot, int i) {
            float v = row.at(slot, i);
            v = R::HELD ? v : factors.at(slot, i) * s * (v - first - center);
            out.set(slot, i, v + shifts.at(slot, i));
        });
        out.finish(y + r * k, k);
    }
}

template <class R>
__device__ __forceinline__ void grad_rows(
        const float* x,
        const float* dy,
        const float* gamma,
        const float* mean,
        const float* variance,
        float* dx,
        long long rows,
        int k,
        float epsilon) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(x + r * k, k);
        R up = R::of(dy + r * k, k);
        Weights<R> factors(gamma, k, 1.0f);
        float center = mean[r];
        float s = thaw::inverse_deviation(variance[r], epsilon);
        float sum = 0.0f;
        float product = 0.0f;
        R::each(k, [&](int slot, int i) {
            float h = up.at(slot, i) * factors.at(slot, i);
            float normalized = (row.at(slot, i) - center) * s;
            sum += h;
            product += h * normalized;
            if (R::HELD) {
                up.set(slot, i, h);
                row.set(slot, i, normalized);
            }
        });
        sum = thaw::row_sum(sum) / (float)k;
        product = thaw::row_sum(product) / (float)k;
        R out = R::into(dx + r * k);
        R::each(k, [&](int slot, int i) {
            float h = R::HELD ? up.at(slot, i) : up.at(slot, i) * factors.at(slot, i);
            float normalized = R::HELD ? row.at(slot, i) : (row.at(slot, i) - center) * s;
            out.set(slot, i, s * ((h - sum) - normalized * product));
        });
        out.finish(dx + r * k, k);
    }
}

/** Rows whose mean and deviation a block has ready at once, and rows that a thread loads at once. */
constexpr int READY = 256;
constexpr int AHEAD = 4;

/** W columns a thread. */
template <int W>
__device__ __forceinline__ void grad_weights(
        const float* x,
        const float* dy,
        const float* mean,
        const float* variance,
        float* dgamma,
        float* dbeta,
        long long R,
        int K,
        int parts,
        float epsilon,
        thaw::Vec4* shared) {
    __shared__ float centers[READY];
    __shared__ float factors[READY];
    int thread = thaw::block_thread();
    int threads = blockDim.x * blockDim.y;
    int tile = W * blockDim.x;
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece rows(R, part, parts);
        for (int base = blockIdx.x * tile; base < K; base += gridDim.x * tile) {
            int k = base + W * threadIdx.x;
            thaw::Vec4 sum = thaw::zeros();
            thaw::Vec4 product = sum;
            for (long long from = rows.from; from < rows.to; from += READY) {
                int count = (int)(rows.to - from < READY ? rows.to - from : READY);
                __syncthreads();  // the earlier rows' have been read
                for (int i = thread; i < count; i += threads) {
                    centers[i] = mean[from + i];
                    factors[i] = thaw::inverse_deviation(variance[from + i], epsilon);
                }
                __syncthreads();
                for (int i = threadIdx.y; k < K && i < count; i += AHEAD * blockDim.y) {
                    float v[AHEAD][4];
                    float up[AHEAD][4];
#pragma unroll
                    for (int a = 0; a < AHEAD; a++) {
                        int row = i + a * blockDim.y;
#pragma unroll
                        for (int l = 0; l < W; l++) {
                            v[a][l] = 0.0f;
                            up[a][l] = 0.0f;
                        }
                        if (row < count) {
                            thaw::load<W>(x + (from + row) * K + k, v[a]);
                            thaw::load<W>(dy + (from + row) * K + k, up[a]);
                        }
                    }
#pragma unroll
                    for (int a = 0; a < AHEAD; a++) {
                        int row = i + a * blockDim.y;
                        row = row < count ? row : i;  // its upstream gradient is 0
#pragma unroll
                        for (int l = 0; l < W; l++) {
                            sum.v[l] += up[a][l];
                            product.v[l] += up[a][l] * ((v[a][l] - centers[row]) * factors[row]);
                        }
                    }
                }
            }
            sum = thaw::column_fold(sum, shared, thaw::Sum());
            product = thaw::column_fold(product, shared, thaw::Sum());
            if (k < K && threadIdx.y == 0) {
                if (dgamma != nullptr) {
                    thaw::store<W>(dgamma + (long long)part * K + k, product.v);
                }
                if (dbeta != nullptr) {
                    thaw::store<W>(dbeta + (long long)part * K + k, sum.v);
                }
            }
        }
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256, 2) layer_norm(
        const float* x,
        const float* gamma,
        const float* beta,
        float* y,
        float* mean,
        float* variance,
        long long R,
        int K,
        float epsilon) {
    bool vectors = thaw::rows_aligned(x, K) && thaw::aligned(gamma) && thaw::aligned(beta)
            && thaw::aligned(y);
    thaw::with_rows(vectors, K, [&](auto form) {
        norm_rows<typename decltype(form)::Row>(x, gamma, beta, y, mean, variance, R, K, epsilon);
    });
}

extern "C" __global__ void __launch_bounds__(256, 2) layer_norm_grad(
        const float* x,
        const float* dy,
        const float* gamma,
        const float* mean,
        const float* variance,
        float* dx,
        long long R,
        int K,
        float epsilon) {
    bool vectors = thaw::rows_aligned(x, K) && thaw::aligned(dy) && thaw::aligned(gamma)
            && thaw::aligned(dx);
    thaw::with_rows(vectors, K, [&](auto form) {
        grad_rows<typename decltype(form)::Row>(x, dy, gamma, mean, variance, dx, R, K, epsilon);
    });
}

extern "C" __global__ void __launch_bounds__(256, 4) layer_norm_grad_weights_partial(
        const float* x,
        const float* dy,
        const float* mean,
        const float* variance,
        float* dgamma,
        float* dbeta,
        long long R,
        int K,
        int parts,
        float epsilon) {
    __shared__ thaw::Vec4 shared[256];
    bool vectors = thaw::rows_aligned(x, K) && thaw::aligned(dy) && thaw::aligned(dgamma)
            && thaw::aligned(dbeta);
    if (vectors) {
        grad_weights<4>(x, dy, mean, variance, dgamma, dbeta, R, K, parts, epsilon, shared);
    } else {
        grad_weights<1>(x, dy, mean, variance, dgamma, dbeta, R, K, parts, epsilon, shared);
    }
}
