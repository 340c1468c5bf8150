// Resample: y = A x along one axis, for a sparse matrix A that is given by rows.
//
// resample(x, starts, columns, weights, y, n, rows, length, inner)
//     y[b, i, c] = sum over t from starts[i] to starts[i + 1] - 1 of weights[t] x[b, columns[t], c], in
//     the order of t (=). y: n floats, [n / (rows inner), rows, inner]; x: the same with length in the
//     place of rows; starts: rows + 1 int; columns: int, each below length; weights: floats. y must
//     not overlap x. Grid and block: any. Dynamic shared memory: 0.

#include "common/launch.cuh"

namespace {

template <class I>
__device__ __forceinline__ void product(
        const float* x,
        const int* starts,
        const int* columns,
        const float* weights,
        float* y,
        I n,
        I rows,
        I length,
        I inner) {
    for (I i = (I)thaw::grid_index(); i < n; i += (I)thaw::grid_size()) {
        I above = i / inner;
        I c = i - above * inner;
        I b = above / rows;
        I row = above - b * rows;
        const float* from = x + (long long)b * length * inner + c;
        float sum = 0.0f;
        for (int t = starts[row]; t < starts[row + 1]; t++) {
            sum = fmaf(weights[t], from[(long long)columns[t] * inner], sum);
        }
        y[i] = sum;
    }
}

}  // namespace

extern "C" __global__ void resample(
        const float* x,
        const int* starts,
        const int* columns,
        const float* weights,
        float* y,
        long long n,
        int rows,
        int length,
        int inner) {
    // 32-bit divisions are several times as fast; beyond 2^31 the sum with the grid's size still fits
    if (n <= 0x7fffffff) {
        product<unsigned int>(x, starts, columns, weights, y, n, rows, length, inner);
    } else {
        product<long long>(x, starts, columns, weights, y, n, rows, length, inner);
    }
}
