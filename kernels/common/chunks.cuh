// Many tensors as if they were one: what the optimizers' kernels share. Their first parameters are
//
//   table : INT64 on the device, a row per chunk: K addresses of FLOAT32 numbers, one per operand, then
//           how many elements from there on the chunk has
//   chunks: how many rows there are
//
// so that a block knows its chunk after one read. A block works on a chunk at a time: any grid is
// right, a block per chunk is best, of 256 threads; 2048 elements are a good chunk. No two chunks may
// overlap.
#ifndef THAW_CHUNKS_CUH
#define THAW_CHUNKS_CUH

#include "vec.cuh"

namespace thaw {

/**
 * A number out of a table as an address of global memory; as a plain pointer it could be one of shared
 * memory too, and each access would find out which.
 */
__device__ __forceinline__ float* global(long long address) {
#ifdef THAW_SIM
    return reinterpret_cast<float*>(address);
#else
    return static_cast<float*>(__cvta_global_to_generic(address));
#endif
}

/** Reads now, and not behind the branch that asks for it: reads that need not wait for each other. */
template <class T>
__device__ __forceinline__ T now(const T* p) {
    return *const_cast<const volatile T*>(p);
}

/**
 * Where open, runs what begin returns over the elements of K operands, of which the first WRITTEN are
 * written back: it gets the K numbers of an element. begin gets the number of the chunk. The addresses of a chunk are on their way while
 * begin waits for what it needs.
 */
template <int K, int WRITTEN, class Begin>
__device__ __forceinline__ void over_chunks(const long long* table, int chunks, bool open, Begin begin) {
    for (int c = blockIdx.x; c < chunks; c += gridDim.x) {
        const long long* row = table + (long long)c * (K + 1);
        float* p[K];
        bool vectors = true;
#pragma unroll
        for (int k = 0; k < K; k++) {
            p[k] = global(now(row + k));
            vectors = vectors && aligned(p[k]);
        }
        int n = (int)now(row + K);
        if (!open) {
            return;
        }
        auto f = begin(c);
        int done = 0;
        if (vectors) {
            for (int i = 4 * threadIdx.x; i + 4 <= n; i += 4 * blockDim.x) {
                Vec4 v[K];
#pragma unroll
                for (int k = 0; k < K; k++) {
                    v[k] = load4(p[k] + i);
                }
#pragma unroll
                for (int l = 0; l < 4; l++) {
                    float e[K];
#pragma unroll
                    for (int k = 0; k < K; k++) {
                        e[k] = v[k].v[l];
                    }
                    f(e);
#pragma unroll
                    for (int k = 0; k < WRITTEN; k++) {
                        v[k].v[l] = e[k];
                    }
                }
#pragma unroll
                for (int k = 0; k < WRITTEN; k++) {
                    store4(p[k] + i, v[k]);
                }
            }
            done = n / 4 * 4;
        }
        for (int i = done + threadIdx.x; i < n; i += blockDim.x) {
            float e[K];
#pragma unroll
            for (int k = 0; k < K; k++) {
                e[k] = p[k][i];
            }
            f(e);
#pragma unroll
            for (int k = 0; k < WRITTEN; k++) {
                p[k][i] = e[k];
            }
        }
    }
}

}  // namespace thaw

#endif  // THAW_CHUNKS_CUH
