// Gather, GatherGrad: rows of a table by number. TYPE: float, int, long, of the index. An index is cut
// to a whole number; below 0 it counts from the end; outside the table it means no row. Sums run in
// double. No dynamic shared memory.
//
// gather_TYPE(table, index, y, rows, width, count)  y[r, c] = table[index[r], c] (=), NaN where the
//     index means no row; y: rows of width, table: count rows of width. Any grid and block.
// gather_grad_TYPE(index, dy, dtable, rows, width, count)  dtable[v, c] = sum of dy[r, c] over the r
//     whose index means v (=), in an order that is always the same. Rows of dtable that no index means
//     are not written: fill dtable with 0 first. rows below 2^31. Block (256, 1), a block for each row
//     of dy; the block of a number's first row does its work.

#include "common/launch.cuh"
#include "common/math.cuh"

namespace {

__device__ __forceinline__ int row_of(long long index, int count) {
    long long row = index < 0 ? index + count : index;
    return row >= 0 && row < count ? (int)row : -1;
}

__device__ __forceinline__ int row_of(int index, int count) {
    return row_of((long long)index, count);
}

__device__ __forceinline__ int row_of(float index, int count) {
    // beyond these bounds, and for NaN, a conversion means nothing
    bool known = index > -2147483648.0f && index < 2147483648.0f;
    return known ? row_of((long long)index, count) : -1;
}

template <class T>
__device__ __forceinline__ void gather(
        const float* table, const T* index, float* y, long long rows, int width, int count) {
    for (long long i = thaw::grid_index(); i < rows * width; i += thaw::grid_size()) {
        long long r = i / width;
        int row = row_of(index[r], count);
        y[i] = row < 0 ? thaw::not_a_number() : table[(long long)row * width + (i - r * width)];
    }
}

const int THREADS = 256;

/**
 * The places of the indices [from, from + 256) that mean this row, relative to from and in order;
 * returns how many there are. Every thread of the block comes here.
 */
template <class T>
__device__ __forceinline__ int collect(
        const T* index, long long from, long long rows, int row, int count, int* found) {
    __shared__ int perWarp[THREADS / 32];
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x >> 5;
    long long i = from + threadIdx.x;
    bool hit = i < rows && row_of(index[i], count) == row;
    unsigned int hits = __ballot_sync(0xffffffffu, hit);
    __syncthreads();  // what was found before has been used
    if (lane == 0) {
        perWarp[warp] = __popc(hits);
    }
    __syncthreads();
    int before = 0;
    int all = 0;
    for (int w = 0; w < THREADS / 32; w++) {
        before += w < warp ? perWarp[w] : 0;
        all += perWarp[w];
    }
    if (hit) {
        found[before + __popc(hits & ((1u << lane) - 1))] = threadIdx.x;
    }
    __syncthreads();
    return all;
}

template <class T>
__device__ __forceinline__ void gather_grad(
        const T* index, const float* dy, float* dtable, long long rows, int width, int count) {
    __shared__ int found[THREADS];
    __shared__ double parts[THREADS];
    int columns = 1;  // threads side by side; the others share the work on the same columns
    while (columns < width && columns < THREADS) {
        columns *= 2;
    }
    int workers = THREADS / columns;
    int worker = threadIdx.x / columns;
    for (long long r = blockIdx.x; r < rows; r += gridDim.x) {
        int row = row_of(index[r], count);
        bool others = row < 0;
        for (long long i = threadIdx.x; !others && i < r; i += THREADS) {
            others = row_of(index[i], count) == row;
        }
        if (__syncthreads_or(others)) {
            continue;
        }
        for (int first = 0; first < width; first += columns) {
            int c = first + threadIdx.x % columns;
            double sum = 0.0;
            for (long long from = r; from < rows; from += THREADS) {
                int n = collect(index, from, rows, row, count, found);
                if (c < width) {
#pragma unroll 4
                    for (int k = worker; k < n; k += workers) {
                        sum += dy[(from + found[k]) * width + c];
                    }
                }
            }
            __syncthreads();
            parts[threadIdx.x] = sum;
            __syncthreads();
            if (worker == 0 && c < width) {
                for (int w = 1; w < workers; w++) {
                    sum += parts[w * columns + threadIdx.x];
                }
                dtable[(long long)row * width + c] = (float)sum;
            }
        }
    }
}

}  // namespace

#define THAW_GATHER(TYPE, T)                                                                        \
    extern "C" __global__ void gather_##TYPE(                                                       \
            const float* table, const T* index, float* y, long long rows, int width, int count) {   \
        gather(table, index, y, rows, width, count);                                                \
    }                                                                                               \
    extern "C" __global__ void gather_grad_##TYPE(                                                  \
            const T* index, const float* dy, float* dtable, long long rows, int width, int count) { \
        gather_grad(index, dy, dtable, rows, width, count);                                         \
    }

THAW_GATHER(float, float)
THAW_GATHER(int, int)
THAW_GATHER(long, long long)
