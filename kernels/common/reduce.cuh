// Reductions within warps, within rows of threads, and down the columns of a block. The order of the
// terms depends on the launch's shape alone: the same launch gives the same bits.
#ifndef THAW_REDUCE_CUH
#define THAW_REDUCE_CUH

#include "launch.cuh"
#include "math.cuh"

namespace thaw {

struct Sum {
    template <class T>
    __device__ __forceinline__ T operator()(T a, T b) const {
        return a + b;
    }
};

struct Max {
    __device__ __forceinline__ float operator()(float a, float b) const {
        return maximum(a, b);
    }
};

/** This thread's number in its block. */
__device__ __forceinline__ int block_thread() {
    return threadIdx.y * blockDim.x + threadIdx.x;
}

/** All 32 lanes get the result. Every lane of the warp must come here. */
template <class T, class F>
__device__ __forceinline__ T warp_all(T v, F f) {
#pragma unroll
    for (int o = 16; o > 0; o >>= 1) {
        v = f(v, __shfl_xor_sync(0xffffffffu, v, o));
    }
    return v;
}

/**
 * One row of work per row of threads, [blockDim.y, blockDim.x] with blockDim.x a multiple of 32:
 * either blockDim.x is 32 and each warp has a row of its own, or blockDim.y is 1 and the block works
 * on a row together. All threads of the row get the result.
 */
template <class T, class F>
__device__ __forceinline__ T row_all(T v, F f, T neutral) {
    v = warp_all(v, f);
    if (blockDim.x == 32) {
        return v;
    }
    __shared__ T parts[32];
    int lane = threadIdx.x & 31;
    __syncthreads();  // the parts of an earlier call have been read
    if (lane == 0) {
        parts[threadIdx.x >> 5] = v;
    }
    __syncthreads();
    v = lane < (int)(blockDim.x >> 5) ? parts[lane] : neutral;
    return warp_all(v, f);
}

template <class T>
__device__ __forceinline__ T row_sum(T v) {
    return row_all(v, Sum(), (T)0);
}

__device__ __forceinline__ float row_max(float v) {
    return row_all(v, Max(), -infinity());
}

/** The first row of this row of threads, and the step to its next one. */
__device__ __forceinline__ long long first_row() {
    return (long long)blockIdx.x * blockDim.y + threadIdx.y;
}

__device__ __forceinline__ long long row_step() {
    return (long long)gridDim.x * blockDim.y;
}

/**
 * Folds v over threadIdx.y; row 0 of the threads holds the result. {@code shared} has room for one
 * T per thread. blockDim.y must be a power of two.
 */
template <class T, class F>
__device__ __forceinline__ T column_fold(T v, T* shared, F f) {
    int at = block_thread();
    __syncthreads();
    shared[at] = v;
    for (int half = blockDim.y / 2; half > 0; half /= 2) {
        __syncthreads();
        if ((int)threadIdx.y < half) {
            shared[at] = f(shared[at], shared[at + half * blockDim.x]);
        }
    }
    return shared[at];
}

/** What the lane has whose number differs in these bits. */
template <class T>
__device__ __forceinline__ T from_lane(const T& v, int bits) {
    static_assert(sizeof(T) % 4 == 0, "lanes exchange words");
    unsigned words[sizeof(T) / 4];
    memcpy(words, &v, sizeof(T));
#pragma unroll
    for (int i = 0; i < (int)(sizeof(T) / 4); i++) {
        words[i] = __shfl_xor_sync(0xffffffffu, words[i], bits);
    }
    T other;
    memcpy(&other, words, sizeof(T));
    return other;
}

/**
 * Folds a tile: thread t brings V neighbours of column t % width, and thread t, for t below V width,
 * gets the fold of all that the block brought of neighbour t. One barrier where the fold down the
 * columns took one per halving and neighbour. width: a power of two up to 32; the block: full warps;
 * {@code shared} has room for V width of a T per warp.
 */
template <int V, class T, class F>
__device__ __forceinline__ T tile_fold(T (&v)[V], int width, T* shared, F f) {
    int thread = block_thread();
    int lane = thread & 31;
    for (int o = width; o < 32; o *= 2) {
#pragma unroll
        for (int l = 0; l < V; l++) {
            v[l] = f(v[l], from_lane(v[l], o));
        }
    }
    __syncthreads();  // what an earlier fold left has been read
    if (lane < width) {
#pragma unroll
        for (int l = 0; l < V; l++) {
            shared[((thread >> 5) * width + lane) * V + l] = v[l];
        }
    }
    __syncthreads();
    T all = v[0];
    if (thread < V * width) {
        int warps = blockDim.x * blockDim.y >> 5;
        all = shared[thread];
        for (int w = 1; w < warps; w++) {
            all = f(all, shared[w * V * width + thread]);
        }
    }
    return all;
}

/**
 * Whether this block is the last one of {@code blocks} to come here with this ticket. All threads of
 * a block come, after they have written; the last block's then see what all blocks wrote. The ticket
 * is 0 before the first launch and after each one: launches that share it must not overlap.
 */
__device__ __forceinline__ bool last_block(unsigned* ticket, unsigned blocks) {
    __shared__ bool last;
    __syncthreads();  // this block has written
    if (blocks == 1) {
        return true;
    }
    if (block_thread() == 0) {
        __threadfence();  // what the barrier let this thread see comes before the ticket ..
        last = atomicAdd(ticket, 1u) == blocks - 1;
        if (last) {
            atomicExch(ticket, 0u);
        }
        __threadfence();  // .. and what is read from now on after it
    }
    __syncthreads();
    return last;
}

/** The rows [from, to) of part {@code part} of {@code parts}: even pieces, in order. */
struct Piece {
    long long from;
    long long to;

    /** Rows of each part but those at the end. */
    __device__ __forceinline__ static long long size(long long rows, int parts) {
        return (rows + parts - 1) / parts;
    }

    __device__ __forceinline__ Piece(long long rows, int part, int parts) {
        long long each = size(rows, parts);
        from = each * part;
        from = from < rows ? from : rows;
        to = from + each < rows ? from + each : rows;
    }
};

}  // namespace thaw

#endif  // THAW_REDUCE_CUH
