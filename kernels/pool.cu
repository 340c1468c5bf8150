// Pool and PoolGrad over 1 to 3 spatial axes, channels last, any window: strides, dilation, padding,
// windows in the padding alone. Cells in the padding never count.
//
// WINDOW stands for: batch, inD, inH, inW, channels, outD, outH, outW, sizeD, sizeH, sizeW, strideD,
// strideH, strideW, dilationD, dilationH, dilationW, padD, padH, padW (20 ints; the padding before).
// Absent axes come first: extent, size, stride and dilation 1, padding 0.
//
// pool_max(x, y, WINDOW)              y = the largest cell; -infinity where no cell is real; NaN wins
// pool_average(x, y, WINDOW)          y = the mean of the real cells; 0 where there is none
// pool_max_index(x, index, WINDOW)    index: INT32, y's shape: the winner's cell within its image (the
//                                     first largest in row-major order, the first NaN), -1 for none
// pool_max_grad(index, dy, dx, WINDOW)  dx = sum of dy of the windows that a cell has won. index:
//                                     workspace of y's size, 4 bytes an element
// pool_average_grad(dy, dx, WINDOW)   dx = sum of dy / real cells over the windows that see a cell
//
// x, dx: [batch, in.., channels]; y, dy: [batch, out.., channels]. All write their result (=). Grid
// and block: any. No dynamic shared memory. batch times cells below 2^31.

#include "common/math.cuh"
#include "common/vec.cuh"
#include "common/window.cuh"

namespace {

struct Wins {
    float best;
    int winner;

    __device__ __forceinline__ void see(float v, int cell) {
        if (winner < 0 || v > best || (v != v && best == best)) {
            best = v;
            winner = cell;
        }
    }
};

/** Calls f(cell of the image) for each real cell of an output's window, in row-major order. */
template <class F>
__device__ __forceinline__ void real_cells(
        const thaw::Window& w, const int (&o)[3], F f) {
    for (int kd = 0; kd < w.size[0]; kd++) {
        int d = w.source(0, o[0], kd);
        if (!w.real(0, d)) {
            continue;
        }
        for (int kh = 0; kh < w.size[1]; kh++) {
            int h = w.source(1, o[1], kh);
            if (!w.real(1, h)) {
                continue;
            }
            for (int kw = 0; kw < w.size[2]; kw++) {
                int at = w.source(2, o[2], kw);
                if (w.real(2, at)) {
                    f((d * w.in[1] + h) * w.in[2] + at);
                }
            }
        }
    }
}

/** How many cells of an axis of an output's window are real. */
__device__ __forceinline__ int real_count(const thaw::Window& w, int axis, int o) {
    int count = 0;
    for (int k = 0; k < w.size[axis]; k++) {
        count += w.real(axis, w.source(axis, o, k)) ? 1 : 0;
    }
    return count;
}

/** What a window does to W channels: MAX writes y, INDEX the winner, AVERAGE the mean. */
enum Kind { MAX, INDEX, AVERAGE };

template <Kind K, int W>
__device__ __forceinline__ void pool(
        const float* x, float* y, int* index, const thaw::Window& w) {
    int groups = w.channels / W;
    long long n = (long long)w.batch * w.out_cells() * groups;
    for (long long g = thaw::grid_index(); g < n; g += thaw::grid_size()) {
        thaw::Group group(g, groups, W);
        thaw::Cell cell(group.cell, w.out);
        const float* image = x + (long long)cell.image * w.in_cells() * w.channels + group.channel;
        Wins wins[W];
        float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        int count = 0;
#pragma unroll
        for (int l = 0; l < W; l++) {
            wins[l] = Wins{-thaw::infinity(), -1};
        }
        real_cells(w, cell.at, [&](int at) {
            float v[4];
            thaw::load<W>(image + (long long)at * w.channels, v);
            count++;
#pragma unroll
            for (int l = 0; l < W; l++) {
                if (K == AVERAGE) {
                    sum[l] += v[l];
                } else {
                    wins[l].see(v[l], at);
                }
            }
        });
        long long to = (long long)group.cell * w.channels + group.channel;
        if (K == INDEX) {
#pragma unroll
            for (int l = 0; l < W; l++) {
                index[to + l] = wins[l].winner;
            }
        } else {
#pragma unroll
            for (int l = 0; l < W; l++) {
                sum[l] = K == MAX ? wins[l].best : count == 0 ? 0.0f : sum[l] / (float)count;
            }
            thaw::store<W>(y + to, sum);
        }
    }
}

/** Calls f(output cell of the image) for each window that has input cell i. */
template <class F>
__device__ __forceinline__ void windows_of(const thaw::Window& w, const int (&i)[3], F f) {
    for (int kd = w.size[0] - 1; kd >= 0; kd--) {
        int d = w.target(0, i[0], kd);
        if (d < 0) {
            continue;
        }
        for (int kh = w.size[1] - 1; kh >= 0; kh--) {
            int h = w.target(1, i[1], kh);
            if (h < 0) {
                continue;
            }
            for (int kw = w.size[2] - 1; kw >= 0; kw--) {
                int at = w.target(2, i[2], kw);
                if (at >= 0) {
                    f(d, h, at);
                }
            }
        }
    }
}

template <Kind K, int W>
__device__ __forceinline__ void pool_grad(
        const int* index, const float* dy, float* dx, const thaw::Window& w) {
    int groups = w.channels / W;
    long long n = (long long)w.batch * w.in_cells() * groups;
    for (long long g = thaw::grid_index(); g < n; g += thaw::grid_size()) {
        thaw::Group group(g, groups, W);
        thaw::Cell cell(group.cell, w.in);
        int mine = (cell.at[0] * w.in[1] + cell.at[1]) * w.in[2] + cell.at[2];
        long long image = (long long)cell.image * w.out_cells();
        float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        windows_of(w, cell.at, [&](int d, int h, int at) {
            long long o = image + (d * w.out[1] + h) * w.out[2] + at;
            float v[4];
            thaw::load<W>(dy + o * w.channels + group.channel, v);
            if (K == AVERAGE) {
                float count = (float)(real_count(w, 0, d) * real_count(w, 1, h)
                                      * real_count(w, 2, at));
#pragma unroll
                for (int l = 0; l < W; l++) {
                    sum[l] += v[l] / count;
                }
            } else {
                const int* winners = index + o * w.channels + group.channel;
#pragma unroll
                for (int l = 0; l < W; l++) {
                    sum[l] += winners[l] == mine ? v[l] : 0.0f;
                }
            }
        });
        thaw::store<W>(dx + (long long)group.cell * w.channels + group.channel, sum);
    }
}

}  // namespace

extern "C" __global__ void pool_max(const float* x, float* y, THAW_WINDOW_PARAMETERS) {
    thaw::Window w = THAW_WINDOW;
    if (channels % 4 == 0 && thaw::aligned(x) && thaw::aligned(y)) {
        pool<MAX, 4>(x, y, nullptr, w);
    } else {
        pool<MAX, 1>(x, y, nullptr, w);
    }
}

extern "C" __global__ void pool_average(const float* x, float* y, THAW_WINDOW_PARAMETERS) {
    thaw::Window w = THAW_WINDOW;
    if (channels % 4 == 0 && thaw::aligned(x) && thaw::aligned(y)) {
        pool<AVERAGE, 4>(x, y, nullptr, w);
    } else {
        pool<AVERAGE, 1>(x, y, nullptr, w);
    }
}

extern "C" __global__ void pool_max_index(const float* x, int* index, THAW_WINDOW_PARAMETERS) {
    thaw::Window w = THAW_WINDOW;
    if (channels % 4 == 0 && thaw::aligned(x)) {
        pool<INDEX, 4>(x, nullptr, index, w);
    } else {
        pool<INDEX, 1>(x, nullptr, index, w);
    }
}

extern "C" __global__ void pool_max_grad(
        const int* index, const float* dy, float* dx, THAW_WINDOW_PARAMETERS) {
    thaw::Window w = THAW_WINDOW;
    if (channels % 4 == 0 && thaw::aligned(dy) && thaw::aligned(dx)) {
        pool_grad<MAX, 4>(index, dy, dx, w);
    } else {
        pool_grad<MAX, 1>(index, dy, dx, w);
    }
}

extern "C" __global__ void pool_average_grad(
        const float* dy, float* dx, THAW_WINDOW_PARAMETERS) {
    thaw::Window w = THAW_WINDOW;
    if (channels % 4 == 0 && thaw::aligned(dy) && thaw::aligned(dx)) {
        pool_grad<AVERAGE, 4>(nullptr, dy, dx, w);
    } else {
        pool_grad<AVERAGE, 1>(nullptr, dy, dx, w);
    }
}
