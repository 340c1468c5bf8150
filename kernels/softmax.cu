// Softmax and the ops on classes, row by row: rows R of K numbers. A row of threads per row: block
// (32, 8) for K up to 1024, (256, 1) above; blockDim.x a multiple of 32, blockDim.y 1 unless
// blockDim.x is 32; grid ceil(R / blockDim.y), or less. All write their result (=). No dynamic shared
// memory. NaN in a row makes the row NaN.
//
// softmax(x, y, R, K)                y = e^(x - max) / sum(e^(x - max)); y may be x
// softmax_grad(y, dy, dx, R, K)      dx = y (dy - sum(dy y)); dx may be dy
// cross_entropy(z, t, loss, R, K)          loss[r] = ln(sum e^(z - max)) sum(t) - sum(t (z - max))
// cross_entropy_sparse(z, label, loss, R, K)     the same for t = 1 at the INT32 label, else 0
// cross_entropy_grad(z, t, dloss, dz, R, K)      dz = dloss (softmax(z) sum(t) - t)
// cross_entropy_sparse_grad(z, label, dloss, dz, R, K)
//     A label outside [0, K) makes the row's loss and gradient NaN: a device cannot throw.
// one_hot(label, y, R, K)            y[r, k] = 1 where label[r] = k, else 0; other labels: zeros
// arg_max(x, y, R, K)                y[r] = the first k with the largest x[r, k], INT32. As on the
//                                    CPU a NaN wins only as the first element

#include "common/math.cuh"
#include "common/reduce.cuh"

namespace {

__device__ __forceinline__ float largest(const float* row, int k) {
    float v = -thaw::infinity();
    for (int i = threadIdx.x; i < k; i += blockDim.x) {
        v = thaw::maximum(v, row[i]);
    }
    return thaw::row_max(v);
}

/** sum(e^(row - max)). */
__device__ __forceinline__ float exponentials(const float* row, int k, float max) {
    float sum = 0.0f;
    for (int i = threadIdx.x; i < k; i += blockDim.x) {
        sum += expf(row[i] - max);
    }
    return thaw::row_sum(sum);
}

}  // namespace

extern "C" __global__ void softmax(const float* x, float* y, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = x + r * K;
        float max = largest(row, K);
        float sum = exponentials(row, K, max);
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            y[r * K + i] = expf(row[i] - max) / sum;
        }
    }
}

extern "C" __global__ void softmax_grad(
        const float* y, const float* dy, float* dx, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* out = y + r * K;
        const float* up = dy + r * K;
        float sum = 0.0f;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            sum += up[i] * out[i];
        }
        sum = thaw::row_sum(sum);
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            dx[r * K + i] = out[i] * (up[i] - sum);
        }
    }
}

extern "C" __global__ void cross_entropy(
        const float* z, const float* t, float* loss, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = z + r * K;
        const float* target = t + r * K;
        float max = largest(row, K);
        float sum = 0.0f;
        float whole = 0.0f;
        float dot = 0.0f;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            float d = row[i] - max;
            sum += expf(d);
            whole += target[i];
            dot += target[i] * d;
        }
        sum = thaw::row_sum(sum);
        whole = thaw::row_sum(whole);
        dot = thaw::row_sum(dot);
        if (threadIdx.x == 0) {
            loss[r] = logf(sum) * whole - dot;
        }
    }
}

extern "C" __global__ void cross_entropy_sparse(
        const float* z, const int* label, float* loss, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = z + r * K;
        float max = largest(row, K);
        float sum = exponentials(row, K, max);
        if (threadIdx.x == 0) {
            int k = label[r];
            bool known = k >= 0 && k < K;
            loss[r] = known ? logf(sum) - (row[k] - max) : thaw::not_a_number();
        }
    }
}

extern "C" __global__ void cross_entropy_grad(
        const float* z, const float* t, const float* dloss, float* dz, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = z + r * K;
        const float* target = t + r * K;
        float max = largest(row, K);
        float sum = 0.0f;
        float whole = 0.0f;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            sum += expf(row[i] - max);
            whole += target[i];
        }
        sum = thaw::row_sum(sum);
        whole = thaw::row_sum(whole);
        float up = dloss[r];
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            dz[r * K + i] = up * (expf(row[i] - max) / sum * whole - target[i]);
        }
    }
}

extern "C" __global__ void cross_entropy_sparse_grad(
        const float* z, const int* label, const float* dloss, float* dz, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = z + r * K;
        float max = largest(row, K);
        float sum = exponentials(row, K, max);
        int k = label[r];
        float up = k >= 0 && k < K ? dloss[r] : thaw::not_a_number();
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            dz[r * K + i] = up * (expf(row[i] - max) / sum - (i == k ? 1.0f : 0.0f));
        }
    }
}

extern "C" __global__ void one_hot(const int* label, float* y, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        int k = label[r];
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            y[r * K + i] = i == k ? 1.0f : 0.0f;
        }
    }
}

extern "C" __global__ void arg_max(const float* x, int* y, long long R, int K) {
    for (long long r = thaw::first_row(); r < R; r += thaw::row_step()) {
        const float* row = x + r * K;
        float best = -thaw::infinity();
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            best = row[i] > best ? row[i] : best;
        }
        best = thaw::row_max(best);
        int first = K;
        for (int i = threadIdx.x; i < K; i += blockDim.x) {
            if (row[i] == best && i < first) {
                first = i;
            }
        }
        first = -thaw::row_all(-first, [](int a, int b) { return a > b ? a : b; }, -K);
        if (threadIdx.x == 0) {
            // none equals the largest: there are NaNs and -infinities alone
            y[r] = row[0] != row[0] || first == K ? 0 : first;
        }
    }
}
