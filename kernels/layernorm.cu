// LayerNorm: each row of K numbers on its own; gamma, beta: [K], may be null (1 and 0).
//
// layer_norm(x, gamma, beta, y, mean, variance, R, K, epsilon)
//     m = mean(row), v = mean((row - m)^2), biased, in two passes over differences from the row's
//     first element; y = gamma (x - m) / sqrt(v + epsilon) + beta; mean, variance: [R]; y may be x
// layer_norm_grad(x, dy, gamma, mean, variance, dx, R, K, epsilon)
//     s = 1 / sqrt(v + epsilon), xh = (x - m) s, h = dy gamma: dx = s (h - mean(h) - xh mean(h xh));
//     dx may be dy
//     A row of threads per row: block (32, 8) for K up to 1024, (256, 1) above; blockDim.x a multiple
//     of 32, blockDim.y 1 unless blockDim.x is 32; grid ceil(R / blockDim.y), or less.
// layer_norm_grad_weights_partial(x, dy, mean, variance, dgamma, dbeta, R, K, parts, epsilon)
//     dgamma[p, k] = sum over piece p of the rows of dy xh, dbeta[p, k] = sum of dy: two workspaces
//     of parts K floats; then reduce_columns_sum(dgamma, result, 1, parts, K, 1), the same for dbeta.
//     Block (bx, by), powers of two, bx by <= 256, recommended (32, 8); grid (ceil(K / bx), parts).
//     Either of dgamma and dbeta may be null. parts: as for reduce_columns_sum_partial.
//
// All write their results (=). No dynamic shared memory.

#include "common/math.cuh"
#include "common/reduce.cuh"

extern "C" __global__ void layer_norm(
        const float* x,
        const float* gamma,
        const float* beta,
        float* y,
        float* mean,
        float* variance,
        long long R,
        int K,
        float epsilon) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = x + r * K;
        float* out = y + r * K;
        float first = row[0];
        float sum = 0.0f;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            sum += row[i] - first;
        }
        float center = thaw::row_sum(sum) / (float)K;
        float squares = 0.0f;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            float d = row[i] - first - center;
            squares += d * d;
        }
        float v = thaw::row_sum(squares) / (float)K;
        if (threadIdx.x == 0) {
            mean[r] = first + center;
            variance[r] = v;
        }
        float s = thaw::inverse_deviation(v, epsilon);
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            float factor = gamma == nullptr ? s : gamma[i] * s;
            float shift = beta == nullptr ? 0.0f : beta[i];
            out[i] = factor * (row[i] - first - center) + shift;
        }
    }
}

extern "C" __global__ void layer_norm_grad(
        const float* x,
        const float* dy,
        const float* gamma,
        const float* mean,
        const float* variance,
        float* dx,
        long long R,
        int K,
        float epsilon) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = x + r * K;
        const float* up = dy + r * K;
        float center = mean[r];
        float s = thaw::inverse_deviation(variance[r], epsilon);
        float sum = 0.0f;
        float product = 0.0f;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            float h = gamma == nullptr ? up[i] : up[i] * gamma[i];
            sum += h;
            product += h * (row[i] - center) * s;
        }
        sum = thaw::row_sum(sum) / (float)K;
        product = thaw::row_sum(product) / (float)K;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            float h = gamma == nullptr ? up[i] : up[i] * gamma[i];
            dx[r * K + i] = s * ((h - sum) - (row[i] - center) * s * product);
        }
    }
}

extern "C" __global__ void __launch_bounds__(256) layer_norm_grad_weights_partial(
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
    __shared__ float shared[256];
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece rows(R, part, parts);
        for (int base = blockIdx.x * blockDim.x; base < K; base += gridDim.x * blockDim.x) {
            int k = base + threadIdx.x;
            float sum = 0.0f;
            float product = 0.0f;
            if (k < K) {
                for (long long r = rows.from + threadIdx.y; r < rows.to; r += blockDim.y) {
                    float s = thaw::inverse_deviation(variance[r], epsilon);
                    float g = dy[r * K + k];
                    sum += g;
                    product += g * ((x[r * K + k] - mean[r]) * s);
                }
            }
            sum = thaw::column_fold(sum, shared, thaw::Sum());
            product = thaw::column_fold(product, shared, thaw::Sum());
            if (k < K && threadIdx.y == 0) {
                if (dgamma != nullptr) {
                    dgamma[(long long)part * K + k] = product;
                }
                if (dbeta != nullptr) {
                    dbeta[(long long)part * K + k] = sum;
                }
            }
        }
    }
}
