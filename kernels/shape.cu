// Transpose, Pad, Slice, Concat: they move 4-byte words, so they serve FLOAT32 and INT32; an INT64
// tensor has one more axis of extent 2 at the end. All write y (=); y must not overlap x. Grid and
// block: any, unless it says otherwise. No dynamic shared memory. Strides below 2^31.
//
// copy_box(x, y, n, d0..d5, x0..x5, y0..y5)   y[i . ys] = x[i . xs] for the n indices i of extents d
//     Transpose: d = y's extents, ys its strides, xs x's strides in y's order. Slice: x shifted to its
//     first element, xs x's strides. Concat: one launch per argument, d its extents, y shifted to its
//     place, ys y's strides. Fewer axes: extent 1, stride 0, in front; merge axes where you can.
// copy_rows(x, y, rows, columns, xPitch, yPitch)   the same for a box of rows of dense columns: the
//     fast form of Slice and Concat where only one axis differs: row r starts at r pitch
// transpose_tiles(x, y, batch, rows, columns)  y[b, c, r] = x[b, r, c]; block (32, 8), grid
//     (ceil(columns / 32), ceil(rows / 32), batch); strides over all three
// pad(x, y, n, d0..d5, x0..x5, b0..b5)        y: n elements of extents d; x, of extents x0..x5, lies
//     at begin b; zeros elsewhere. Fewer axes: extents 1, begin 0, in front.

#include "common/index.cuh"
#include "common/vec.cuh"

extern "C" __global__ void copy_box(
        const unsigned int* x,
        unsigned int* y,
        long long n,
        THAW_SIX_PARAMETERS(d),
        THAW_SIX_PARAMETERS(x),
        THAW_SIX_PARAMETERS(y)) {
    thaw::Six shape = THAW_SIX(d);
    thaw::Six from = THAW_SIX(x);
    thaw::Six to = THAW_SIX(y);
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        long long atX;
        long long atY;
        thaw::places(i, shape, from, to, atX, atY);
        y[atY] = x[atX];
    }
}

extern "C" __global__ void copy_rows(
        const unsigned int* x,
        unsigned int* y,
        long long rows,
        long long columns,
        long long xPitch,
        long long yPitch) {
    bool vectors = columns % 4 == 0 && xPitch % 4 == 0 && yPitch % 4 == 0 && thaw::aligned(x)
            && thaw::aligned(y);
    if (vectors) {
        long long each = columns / 4;
        for (long long i = thaw::grid_index(); i < rows * each; i += thaw::grid_size()) {
            long long r = i / each;
            long long c = 4 * (i - r * each);
            const float* from = reinterpret_cast<const float*>(x + r * xPitch + c);
            thaw::store4(reinterpret_cast<float*>(y + r * yPitch + c), thaw::load4(from));
        }
        return;
    }
    for (long long i = thaw::grid_index(); i < rows * columns; i += thaw::grid_size()) {
        long long r = i / columns;
        long long c = i - r * columns;
        y[r * yPitch + c] = x[r * xPitch + c];
    }
}

extern "C" __global__ void transpose_tiles(
        const unsigned int* x, unsigned int* y, int batch, int rows, int columns) {
    __shared__ unsigned int tile[32][33];  // the odd pitch keeps columns on different banks
    for (long long b = blockIdx.z; b < batch; b += gridDim.z) {
        const unsigned int* from = x + b * rows * columns;
        unsigned int* to = y + b * rows * columns;
        for (long long r0 = 32LL * blockIdx.y; r0 < rows; r0 += 32LL * gridDim.y) {
            for (long long c0 = 32LL * blockIdx.x; c0 < columns; c0 += 32LL * gridDim.x) {
                __syncthreads();  // the tile before has been written out
                for (int k = threadIdx.y; k < 32; k += blockDim.y) {
                    if (r0 + k < rows && c0 + threadIdx.x < columns) {
                        tile[k][threadIdx.x] = from[(r0 + k) * columns + c0 + threadIdx.x];
                    }
                }
                __syncthreads();
                for (int k = threadIdx.y; k < 32; k += blockDim.y) {
                    if (c0 + k < columns && r0 + threadIdx.x < rows) {
                        to[(c0 + k) * rows + r0 + threadIdx.x] = tile[threadIdx.x][k];
                    }
                }
            }
        }
    }
}

extern "C" __global__ void pad(
        const unsigned int* x,
        unsigned int* y,
        long long n,
        THAW_SIX_PARAMETERS(d),
        THAW_SIX_PARAMETERS(x),
        THAW_SIX_PARAMETERS(b)) {
    thaw::Six shape = THAW_SIX(d);
    thaw::Six inner = THAW_SIX(x);
    thaw::Six begin = THAW_SIX(b);
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        long long rest = i;
        long long at = 0;
        long long stride = 1;
        bool inside = true;
#pragma unroll
        for (int a = 5; a >= 0; a--) {
            long long next = shape.v[a] == 1 ? rest : rest / shape.v[a];
            long long k = rest - next * shape.v[a] - begin.v[a];
            inside = inside && k >= 0 && k < inner.v[a];
            at += k * stride;
            stride *= inner.v[a];
            rest = next;
        }
        y[i] = inside ? x[at] : 0u;
    }
}
