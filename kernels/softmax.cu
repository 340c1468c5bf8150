// Softmax and the ops on classes, row by row: rows R of K numbers. A row of threads per row: block
// (32, 8) for K up to 1024, (256, 1) above; blockDim.x a multiple of 32, blockDim.y 1 unless
// blockDim.x is 32, at most 256 threads; grid ceil(R / blockDim.y), or less. Rows of up to 32 numbers a
// thread (8 where K is no multiple of 4: then (32, 8) up to 256 only) stay in registers and are read
// once. All write their result (=). No dynamic shared memory. NaN in a row makes the row NaN.
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
#include "common/row.cuh"

namespace {

template <class R>
__device__ __forceinline__ float largest(const R& row, int k) {
    float v = -thaw::infinity();
    R::each(k, [&](int slot, int i) { v = thaw::maximum(v, row.at(slot, i)); });
    return thaw::row_max(v);
}

/** sum(e^(row - max)); where the row is held, the exponentials stand in it afterwards. */
template <class R>
__device__ __forceinline__ float exponentials(R& row, int k, float max) {
    float sum = 0.0f;
    R::each(k, [&](int slot, int i) {
        float e = expf(row.at(slot, i) - max);
        sum += e;
        if (R::HELD) {
            row.set(slot, i, e);
        }
    });
    return thaw::row_sum(sum);
}

/** One of those exponentials. */
template <class R>
__device__ __forceinline__ float exponential(const R& row, int slot, int i, float max) {
    return R::HELD ? row.at(slot, i) : expf(row.at(slot, i) - max);
}

template <class R>
__device__ __forceinline__ void softmax_rows(const float* x, float* y, long long rows, int k) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(x + r * k, k);
        float max = largest(row, k);
        float scale = 1.0f / exponentials(row, k, max);
        R out = R::into(y + r * k);
        R::each(k, [&](int slot, int i) {
            out.set(slot, i, exponential(row, slot, i, max) * scale);
        });
        out.finish(y + r * k, k);
    }
}

template <class R>
__device__ __forceinline__ void softmax_grad_rows(
        const float* y, const float* dy, float* dx, long long rows, int k) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(y + r * k, k);
        R up = R::of(dy + r * k, k);
        float sum = 0.0f;
        R::each(k, [&](int slot, int i) { sum += up.at(slot, i) * row.at(slot, i); });
        sum = thaw::row_sum(sum);
        R out = R::into(dx + r * k);
        R::each(k, [&](int slot, int i) {
            out.set(slot, i, row.at(slot, i) * (up.at(slot, i) - sum));
        });
        out.finish(dx + r * k, k);
    }
}

template <class R>
__device__ __forceinline__ void cross_entropy_rows(
        const float* z, const float* t, float* loss, long long rows, int k) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(z + r * k, k);
        R target = R::of(t + r * k, k);
        float max = largest(row, k);
        float sum = 0.0f;
        float whole = 0.0f;
        float dot = 0.0f;
        R::each(k, [&](int slot, int i) {
            float d = row.at(slot, i) - max;
            sum += expf(d);
            whole += target.at(slot, i);
            dot += target.at(slot, i) * d;
        });
        sum = thaw::row_sum(sum);
        whole = thaw::row_sum(whole);
        dot = thaw::row_sum(dot);
        if (threadIdx.x == 0) {
            loss[r] = logf(sum) * whole - dot;
        }
    }
}

template <class R>
__device__ __forceinline__ void cross_entropy_sparse_rows(
        const float* z, const int* label, float* loss, long long rows, int k) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(z + r * k, k);
        int at = label[r];
        bool known = at >= 0 && at < k;
        float chosen = known ? z[r * k + at] : thaw::not_a_number();
        float max = largest(row, k);
        float sum = exponentials(row, k, max);
        if (threadIdx.x == 0) {
            loss[r] = logf(sum) - (chosen - max);
        }
    }
}

template <class R>
__device__ __forceinline__ void cross_entropy_grad_rows(
        const float* z, const float* t, const float* dloss, float* dz, long long rows, int k) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(z + r * k, k);
        R target = R::of(t + r * k, k);
        float up = dloss[r];
        float max = largest(row, k);
        float sum = exponentials(row, k, max);
        float whole = 0.0f;
        R::each(k, [&](int slot, int i) { whole += target.at(slot, i); });
        float scale = thaw::row_sum(whole) / sum;
        R out = R::into(dz + r * k);
        R::each(k, [&](int slot, int i) {
            float e = exponential(row, slot, i, max);
            out.set(slot, i, up * (e * scale - target.at(slot, i)));
        });
        out.finish(dz + r * k, k);
    }
}

template <class R>
__device__ __forceinline__ void cross_entropy_sparse_grad_rows(
        const float* z, const int* label, const float* dloss, float* dz, long long rows, int k) {
    for (long long r = thaw::first_row(); r < rows; r += thaw::row_step()) {
        R row = R::of(z + r * k, k);
        int at = label[r];
        float up = at >= 0 && at < k ? dloss[r] : thaw::not_a_number();
        float max = largest(row, k);
        float scale = 1.0f / exponentials(row, k, max);
        R out = R::into(dz + r * k);
        R::each(k, [&](int slot, int i) {
            float e = exponential(row, slot, i, max);
            out.set(slot, i, up * (e * scale - (i == at ? 1.0f : 0.0f)));
        });
        out.finish(dz + r * k, k);
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256) softmax(
        const float* x, float* y, long long R, int K) {
    thaw::with_rows(thaw::rows_aligned(x, K) && thaw::aligned(y), K, [&](auto form) {
        softmax_rows<typename decltype(form)::Row>(x, y, R, K);
    });
}

extern "C" __global__ void __launch_bounds__(256) softmax_grad(
        const float* y, const float* dy, float* dx, long long R, int K) {
    bool vectors = thaw::rows_aligned(y, K) && thaw::aligned(dy) && thaw::aligned(dx);
    thaw::with_rows(vectors, K, [&](auto form) {
        softmax_grad_rows<typename decltype(form)::Row>(y, dy, dx, R, K);
    });
}

// two blocks at a time: left to choose, the compiler makes three and spills on sm_86 and sm_89
extern "C" __global__ void __launch_bounds__(256, 2) cross_entropy(
        const float* z, const float* t, float* loss, long long R, int K) {
    thaw::with_rows(thaw::rows_aligned(z, K) && thaw::aligned(t), K, [&](auto form) {
        cross_entropy_rows<typename decltype(form)::Row>(z, t, loss, R, K);
    });
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_sparse(
        const float* z, const int* label, float* loss, long long R, int K) {
    thaw::with_rows(thaw::rows_aligned(z, K), K, [&](auto form) {
        cross_entropy_sparse_rows<typename decltype(form)::Row>(z, label, loss, R, K);
    });
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_grad(
        const float* z, const float* t, const float* dloss, float* dz, long long R, int K) {
    bool vectors = thaw::rows_aligned(z, K) && thaw::aligned(t) && thaw::aligned(dz);
    thaw::with_rows(vectors, K, [&](auto form) {
        cross_entropy_grad_rows<typename decltype(form)::Row>(z, t, dloss, dz, R, K);
    });
}

extern "C" __global__ void __launch_bounds__(256) cross_entropy_sparse_grad(
        const float* z, const int* label, const float* dloss, float* dz, long long R, int K) {
    thaw::with_rows(thaw::rows_aligned(z, K) && thaw::aligned(dz), K, [&](auto form) {
        cross_entropy_sparse_grad_rows<typename decltype(form)::Row>(z, label, dloss, dz, R, K);
    });
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
