// Many tensors as if they were one: what the optimizers' kernels share. Parameters of such a kernel:
//
//   weights, gradients, .. : device arrays of device addresses (8 bytes each), one per tensor
//   sizes                  : INT64, elements of each tensor
//   chunkTensor, chunkIndex: INT32, one per chunk: which tensor, and which chunk of it; chunk k of a
//                            tensor is its elements [k chunkSize, (k + 1) chunkSize)
//   chunks, chunkSize      : how many chunks there are; elements of a chunk, a multiple of 4
// A block works on a chunk at a time: grid = chunks or less, block 256; chunkSize 4096 is a good one.
// No two chunks may overlap.
#ifndef THAW_CHUNKS_CUH
#define THAW_CHUNKS_CUH

#include "vec.cuh"

namespace thaw {

/** A list of tensors cut into chunks. */
struct Chunks {
    const long long* sizes;
    const int* tensor;
    const int* index;
    int count;
    int size;
};

__device__ __forceinline__ float* address(const long long* table, int tensor) {
    return reinterpret_cast<float*>(table[tensor]);
}

/**
 * Runs f over the elements of K operands, of which the first WRITTEN are written back: f gets the K
 * numbers of an element.
 */
template <int K, int WRITTEN, class F>
__device__ __forceinline__ void over_chunks(
        const Chunks& chunks, const long long* const (&tables)[K], F f) {
    for (int c = blockIdx.x; c < chunks.count; c += gridDim.x) {
        int tensor = chunks.tensor[c];
        long long begin = (long long)chunks.index[c] * chunks.size;
        long long rest = chunks.sizes[tensor] - begin;
        int n = rest < chunks.size ? (int)rest : chunks.size;
        float* p[K];
        bool vectors = true;
#pragma unroll
        for (int k = 0; k < K; k++) {
            p[k] = address(tables[k], tensor) + begin;
            vectors = vectors && aligned(p[k]);
        }
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

__device__ __forceinline__ float decayed(float w, float decay, float lr) {
    return decay == 0.0f ? w : w - w * decay * lr;
}

}  // namespace thaw

#endif  // THAW_CHUNKS_CUH
