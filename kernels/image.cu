// Uniform, Warp: random numbers for the transforms of images, and images seen through them.
//
// uniform(step, y, n, seed, call)   y[i] = (word >>> 8) / 2^24 (=), with word i mod 4 of Philox's block
//     i / 4, as in dev.thaw.op.Philox; n below 2^34. Any grid and block.
// warp(x, transforms, y, n, H, W, C, rows, columns, bilinear, border, fill)   y: n floats, [N, rows,
//     columns, C] (=); x: [N, H, W, C]; transforms: [N, 8], a0 a1 a2 b0 b1 b2 c0 c1: y's pixel at
//     (column, row) is x's at ((a0 column + a1 row + a2) / k, (b0 column + b1 row + b2) / k), k = c0
//     column + c1 row + 1. bilinear: 1, or 0 for the nearest pixel. border: 0 reflect, 1 wrap, 2
//     constant, 3 nearest, as dev.thaw.op.Warp says. y must not overlap x. Any grid and block.
//
// No dynamic shared memory.

#include "common/math.cuh"
#include "common/philox.cuh"

namespace {

enum Border { REFLECT = 0, WRAP = 1, CONSTANT = 2, NEAREST = 3 };

__device__ __forceinline__ float reflected(float at, int extent) {
    float twice = 2.0f * extent;
    if (at < 0.0f) {
        at += twice * (float)(long long)(-at / twice);
        return at < -(float)extent ? at + twice : -at - 1.0f;
    }
    if (at > (float)(extent - 1)) {
        at -= twice * (float)(long long)(at / twice);
        return at >= (float)extent ? twice - at - 1.0f : at;
    }
    return at;
}

__device__ __forceinline__ float wrapped(float at, int extent) {
    float last = (float)(extent - 1);
    if (at < 0.0f) {
        return at + extent * (float)((long long)(-at / last) + 1);
    }
    return at > last ? at - extent * (float)(long long)(at / last) : at;
}

/** The place within an extent that stands for a coordinate outside of it. */
__device__ __forceinline__ float place(int border, float at, int extent) {
    if (border == CONSTANT) {
        return at;
    }
    if (extent <= 1) {
        return 0.0f;
    }
    if (border == REFLECT) {
        at = reflected(at, extent);
    } else if (border == WRAP) {
        at = wrapped(at, extent);
    }
    return thaw::clip(at, 0.0f, (float)(extent - 1));
}

/** One channel of an image. */
struct Plane {
    const float* first;
    int height;
    int width;
    int channels;
    float fill;

    __device__ __forceinline__ float at(float row, float column) const {
        bool inside = row >= 0.0f && row < (float)height && column >= 0.0f && column < (float)width;
        return inside ? first[((long long)row * width + (long long)column) * channels] : fill;
    }

    __device__ __forceinline__ float nearest(float row, float column) const {
        return at(roundf(row), roundf(column));
    }

    __device__ __forceinline__ float bilinear(float row, float column) const {
        float top = floorf(row);
        float left = floorf(column);
        float right = left + 1.0f;
        float bottom = top + 1.0f;
        float above = (right - column) * at(top, left) + (column - left) * at(top, right);
        float below = (right - column) * at(bottom, left) + (column - left) * at(bottom, right);
        return (bottom - row) * above + (row - top) * below;
    }
};

}  // namespace

extern "C" __global__ void uniform(
        const long long* step, float* y, long long n, long long seed, int call) {
    long long now = *step;
    for (long long block = thaw::grid_index(); 4 * block < n; block += thaw::grid_size()) {
        thaw::Words words = thaw::philox(seed, now, call, block);
#pragma unroll
        for (int l = 0; l < 4; l++) {
            if (4 * block + l < n) {
                y[4 * block + l] = (float)(words.w[l] >> 8) * 0x1p-24f;
            }
        }
    }
}

extern "C" __global__ void warp(
        const float* x,
        const float* transforms,
        float* y,
        long long n,
        int H,
        int W,
        int C,
        int rows,
        int columns,
        int bilinear,
        int border,
        float fill) {
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        long long pixel = i / C;
        int c = (int)(i - pixel * C);
        long long line = pixel / columns;
        float column = (float)(pixel - line * columns);
        long long image = line / rows;
        float row = (float)(line - image * rows);
        const float* t = transforms + 8 * image;
        float k = t[6] * column + t[7] * row + 1.0f;
        if (k == 0.0f) {
            y[i] = fill;
            continue;
        }
        float fromColumn = place(border, (t[0] * column + t[1] * row + t[2]) / k, W);
        float fromRow = place(border, (t[3] * column + t[4] * row + t[5]) / k, H);
        Plane plane{x + image * H * W * C + c, H, W, C, fill};
        y[i] = bilinear ? plane.bilinear(fromRow, fromColumn) : plane.nearest(fromRow, fromColumn);
    }
}
