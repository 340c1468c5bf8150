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

/** The same without the barrier. */
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

/** Hands numbers round a warp by shared memory; order: 0 nothing, 1 a shuffle, 2 __syncwarp. */
extern "C" __global__ void warp_rotates(float* x, int order) {
    __shared__ float part[32];
    int lane = threadIdx.x;
    part[lane] = x[lane];
    if (order == 1) {
        __shfl_sync(0xffffffffu, lane, 0);
    } else if (order == 2) {
        __syncwarp();
    }
    x[lane] = part[(lane + 1) % 32];
}

/** Thread 0 writes again what the others may not have read yet. */
extern "C" __global__ void overwrites_too_early(float* x) {
    __shared__ float first;
    if (threadIdx.x == 0) {
        first = x[0];
    }
    __syncthreads();
    float seen = first;
    if (threadIdx.x == 0) {
        first = 2.0f;
    }
    x[threadIdx.x] = seen;
}

/** Every block writes x[0], with the same number. */
extern "C" __global__ void blocks_write_one_word(float* x) {
    if (threadIdx.x == 0) {
        x[0] = 1.0f;
    }
}

/** In place, each from its right neighbour: the last thread of a block reads the next block's. */
extern "C" __global__ void shift_in_place(float* x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float right = i + 1 < n ? x[i + 1] : 0.0f;
    __syncthreads();
    x[i] = right;
}

/**
 * The block that finishes last adds up what all wrote, and sets the ticket back. without: 0 is right,
 * 1 leaves out the fence before the ticket, 2 the ticket, 3 the fence behind it, 4 the barrier before
 * the fence of thread 0.
 */
extern "C" __global__ void last_block(float* partial, unsigned* ticket, float* sum, int without) {
    __shared__ bool last;
    partial[blockIdx.x * blockDim.x + threadIdx.x] = 1.0f;
    if (without != 4) {
        __syncthreads();
    }
    if (threadIdx.x == 0) {
        if (without != 1) {
            __threadfence();
        }
        unsigned before = without == 2 ? blockIdx.x : atomicAdd(ticket, 1u);
        last = before == gridDim.x - 1;
        if (without != 3) {
            __threadfence();
        }
    }
    __syncthreads();
    if (last && threadIdx.x == 0) {
        float all = 0.0f;
        for (unsigned i = 0; i < gridDim.x * blockDim.x; i++) {
            all += partial[i];
        }
        *sum = all;
        *ticket = 0;
    }
}

/** Loops over two arrays: a load of each per iteration, then four of x per iteration. */
extern "C" __global__ void load_loops(const float* x, const float* y, float* z, int n) {
    float sum = 0.0f;
    for (int i = 0; i < n; i++) {
        sum += x[i] * y[i];
    }
#pragma unroll 4
    for (int i = 0; i < n; i++) {
        sum += x[i];
    }
    z[blockIdx.x] = sum;
}
