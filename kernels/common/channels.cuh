// Sums over the elements of a channel of [outer, C, inner], in parts: what the statistics of batch
// normalization and its gradient share. Each of the n = outer * inner elements of a channel falls into
// one of the parts; a block takes one of them for a tile of channels, and the last block of a tile to
// end merges the parts, in their order. So the bits depend on parts and the block alone, not on which
// block is last.
//
// partial: 2 parts C floats of workspace, on 16 bytes. parts: at least 1, at most 65535; recommended: 2
// multiprocessors / channel tiles (see below), at most n / 128, at least 1. tickets: gridDim.x unsigned,
// 0 before the first launch, and again after each one.
//
// Grid and block: blockIdx.y strides over parts, blockIdx.x over channels.
// Channels last (inner = 1): V = 4 where C is a multiple of 4, else 1; block (bx, by), bx a power of
// two, bx by a multiple of 32 up to 512; recommended bx = power of two that covers C / V, at most
// 32 / V, by = 512 / bx; grid.x = ceil(C / (V bx)), which is the number of channel tiles. Else: block
// (512, 1) or another multiple of 32, grid.x = C. grid.y = parts.
#ifndef THAW_CHANNELS_CUH
#define THAW_CHANNELS_CUH

#include "reduce.cuh"
#include "vec.cuh"

namespace thaw {

/** Rows that a thread has on their way at a time. */
constexpr int AHEAD = 4;

/** Parts that a thread has on their way when they are merged. */
constexpr int PARTS_AHEAD = 8;

/** Numbers of a fold: a tile of 32 channels for each of 16 warps. */
constexpr int MOST = 32 * 16;

/** Where a part's two sums of a channel lie; the second ones follow all first ones. */
__device__ __forceinline__ long long part_place(long long part, int c, int channels) {
    return part * channels + c;
}

/** Where element i of channel c lies. */
__device__ __forceinline__ long long spot(long long i, int c, int channels, int inner) {
    return i / inner * channels * inner + (long long)c * inner + i % inner;
}

/** Two sums over parts. */
struct Sums {
    double first;
    double second;
};

struct AddSums {
    __device__ __forceinline__ Sums operator()(const Sums& a, const Sums& b) const {
        return Sums{a.first + b.first, a.second + b.second};
    }
};

/** What a block folds of its part, and later of all. */
template <class T>
union Room {
    T folded[MOST];
    Sums sums[MOST];
};

/**
 * The last block's work on a tile of {@code width} channels, up to 32, from c - thread % width on:
 * thread t below width gets what f makes of all parts of channel c. f adds to the sums:
 * (sums, part, first number, second number).
 */
template <class F>
__device__ __forceinline__ Sums over_parts(
        const float* partial, int c, int width, int channels, int parts, Sums* shared, F f) {
    int rows = blockDim.x * blockDim.y / width;
    Sums sums[1] = {{0.0, 0.0}};
    if (c < channels) {
        for (int p = block_thread() / width; p < parts; p += PARTS_AHEAD * rows) {
            float a[PARTS_AHEAD];
            float b[PARTS_AHEAD];
#pragma unroll
            for (int u = 0; u < PARTS_AHEAD; u++) {
                int part = p + u * rows < parts ? p + u * rows : p;
                a[u] = __ldcg(partial + part_place(part, c, channels));
                b[u] = __ldcg(partial + part_place((long long)parts + part, c, channels));
            }
#pragma unroll
            for (int u = 0; u < PARTS_AHEAD; u++) {
                if (p + u * rows < parts) {
                    f(sums[0], p + u * rows, a[u], b[u]);
                }
            }
        }
    }
    return tile_fold(sums, width, shared, AddSums());
}

/** What runs over the elements with constants per channel: vectors where channels come last. */
template <class Body>
__device__ __forceinline__ void over_channels(
        long long total, int channels, int inner, bool vectors, Body& body) {
    if (inner != 1) {
        walk_blocks(total, channels, inner, body);
    } else if (vectors) {
        walk_columns<4>(total, channels, body);
    } else {
        walk_columns<1>(total, channels, body);
    }
}

}  // namespace thaw

#endif  // THAW_CHANNELS_CUH
