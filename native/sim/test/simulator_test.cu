// Kernels for the simulator's own tests: one for each thing that it runs or refuses.
#include <cuda_runtime.h>

/** y = a x + y */
extern "C" __global__ void saxpy(float a, const float* x, float* y, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
        y[i] += a * x[i];
    }
}

/** The sum of each block's part, by shuffles within warps and shared memory between them. */
extern "C" __global__ void __launch_bounds__(256) block_sums(const float* x, float* sums, int n) {
    __shared__ float parts[32];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float v = i < n ? x[i] : 0.0f;
    for (int o = 16; o > 0; o >>= 1) {
        v += __shfl_down_sync(0xffffffffu, v, o);
    }
    if (threadIdx.x % 32 == 0) {
        parts[threadIdx.x / 32] = v;
    }
    __syncthreads();
    if (threadIdx.x < 32) {
        v = threadIdx.x < blockDim.x / 32 ? parts[threadIdx.x] : 0.0f;
        for (int o = 16; o > 0; o >>= 1) {
            v += __shfl_xor_sync(0xffffffffu, v, o);
        }
        if (threadIdx.x == 0) {
            sums[blockIdx.x] = v;
        }
    }
}

/** Reverses each block's part by way of dynamic shared memory. */
extern "C" __global__ void reverse_blocks(float* x) {
    THAW_DYNAMIC_SHARED(float, tile);
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    tile[threadIdx.x] = x[i];
    __syncthreads();
    x[i] = tile[blockDim.x - 1 - threadIdx.x];
}

/** The same without the barrier: which numbers it sees depends on the threads' order. */
extern "C" __global__ void racing_reverse(float* x) {
    THAW_DYNAMIC_SHARED(float, tile);
    tile[threadIdx.x] = x[threadIdx.x];
    x[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

extern "C" __global__ void histogram(const int* x, int* counts, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        atomicAdd(counts + x[i], 1);
    }
}

/** Half of the block returns before a barrier. */
extern "C" __global__ void divergent(float* x) {
    if (threadIdx.x >= blockDim.x / 2) {
        return;
    }
    __syncthreads();
    x[threadIdx.x] = 1.0f;
}

/** Writes one element past the end. */
extern "C" __global__ void past_the_end(float* x, int n) {
    x[n] = 1.0f;
}

/** A 16-byte access wherever x lies. */
extern "C" __global__ void vector_store(float* x) {
    *reinterpret_cast<float4*>(x) = make_float4(1.0f, 2.0f, 3.0f, 4.0f);
}

/** Reads shared memory that was not written, unless x[0] is positive. */
extern "C" __global__ void read_shared(float* x) {
    __shared__ float part[4];
    if (x[0] > 0.0f) {
        part[threadIdx.x] = x[0];
    }
    x[0] = part[threadIdx.x];
}

struct Pair {
    float* first;
    long long second;
};

/** A structure by value, a pointer inside it. */
extern "C" __global__ void by_value(Pair pair, char one, double two) {
    pair.first[0] = float(pair.second) + float(one) + float(two);
}
