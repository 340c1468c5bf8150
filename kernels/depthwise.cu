// DepthwiseConvolution and the gradient of its input over 1 to 3 spatial axes, channels last, with
// strides, dilation, padding and M filters per channel. That of its filters is depthwise_grad_filter.cu.
//
// y[n, o, c M + m] = bias[c M + m] + sum over k of x[n, o stride + k dilation - pad, c] w[k, c, m]
// x: [batch, in.., channels]; w: [size.., channels, M]; y: [batch, out.., channels M]; bias: [channels
// M] or null. WINDOW: see pool.cu; the padding is that before the first cell.
//
// depthwise(x, w, bias, y, WINDOW, M)
// depthwise_grad_input(dy, w, dx, WINDOW, M)      dx[i, c] = sum of dy[o, c M + m] w[k, c, m]
//
// Both write their result (=). Any grid and block. No dynamic shared memory. batch times cells below
// 2^31. Fast forms (4 neighbours a thread) at stride 1 and 2 for 2D windows of 3x3 and 5x5 without
// dilation, M = 1, channels a multiple of 4, operands on 16 bytes.

#include "common/vec.cuh"
#include "common/window.cuh"

namespace {

/** Outputs side by side that a thread computes in the fast form. */
constexpr int TILE = 4;

/**
 * 2D windows of KH x KW at stride S. FLIP takes the filter from its other end: with dy for x, that is
 * the gradient of the input at stride 1.
 */
template <int KH, int KW, int S, bool FLIP>
__device__ __forceinline__ void tiles(
        const float* x, const float* w, const float* bias, float* y, const thaw::Window& g) {
    constexpr int SPAN = (TILE - 1) * S + KW;
    int groups = g.channels / 4;
    int perRow = (g.out[2] + TILE - 1) / TILE;
    const int extents[3] = {1, g.out[1], perRow};
    long long n = (long long)g.batch * g.out[1] * perRow * groups;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        thaw::Group group(i, groups, 4);
        thaw::Cell cell(group.cell, extents);
        int oh = cell.at[1];
        int ow = cell.at[2] * TILE;
        int c = group.channel;
        thaw::Vec4 sum[TILE];
        thaw::Vec4 begin = thaw::zeros();
        if (bias != nullptr) {
            begin = thaw::load4(bias + c);
        }
#pragma unroll
        for (int t = 0; t < TILE; t++) {
            sum[t] = begin;
        }
        int left = ow * S - g.pad[2];
#pragma unroll
        for (int kh = 0; kh < KH; kh++) {
            int h = oh * S + kh - g.pad[1];
            if (!g.real(1, h)) {
                continue;
            }
            const float* row = x + ((long long)cell.image * g.in[1] + h) * g.in[2] * g.channels + c;
            thaw::Vec4 v[SPAN];
#pragma unroll
            for (int s = 0; s < SPAN; s++) {
                v[s] = thaw::zeros();
                if (g.real(2, left + s)) {
                    v[s] = thaw::load4(row + (long long)(left + s) * g.channels);
                }
            }
#pragma unroll
            for (int kw = 0; kw < KW; kw++) {
                int tap = kh * KW + kw;
                thaw::Vec4 f =
                        thaw::load4(w + (long long)(FLIP ? KH * KW - 1 - tap : tap) * g.channels + c);
#pragma unroll
                for (int t = 0; t < TILE; t++) {
#pragma unroll
                    for (int l = 0; l < 4; l++) {
                        sum[t].v[l] += v[t * S + kw].v[l] * f.v[l];
                    }
                }
            }
        }
        float* to = y + (((long long)cell.image * g.out[1] + oh) * g.out[2] + ow) * g.channels + c;
#pragma unroll
        for (int t = 0; t < TILE; t++) {
            if (ow + t < g.out[2]) {
                thaw::store4(to + (long long)t * g.channels, sum[t]);
            }
        }
    }
}

/**
 * The gradient of the input for 2D windows of K x K at stride 2. ODD: padW is odd. Of the cells of the
 * window every other one lies on an output; which ones, the compiler knows along W.
 */
template <int K, int ODD>
__device__ __forceinline__ void spread_tiles(
        const float* dy, const float* w, float* dx, const thaw::Window& g) {
    constexpr int FIRST = -((K - 1 - ODD) / 2);
    constexpr int SPAN = (ODD + TILE - 1) / 2 - FIRST + 1;
    int groups = g.channels / 4;
    int perRow = (g.in[2] + TILE - 1) / TILE;
    const int extents[3] = {1, g.in[1], perRow};
    long long n = (long long)g.batch * g.in[1] * perRow * groups;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        thaw::Group group(i, groups, 4);
        thaw::Cell cell(group.cell, extents);
        int ih = cell.at[1];
        int iw = cell.at[2] * TILE;
        int c = group.channel;
        thaw::Vec4 sum[TILE];
#pragma unroll
        for (int t = 0; t < TILE; t++) {
            sum[t] = thaw::zeros();
        }
        int left = (iw + g.pad[2] - ODD) / 2 + FIRST;
        int below = ih + g.pad[1];
#pragma unroll
        for (int j = 0; j < (K + 1) / 2; j++) {
            int kh = (below & 1) + 2 * j;
            int oh = (below - kh) >> 1;
            bool row = kh < K && oh >= 0 && oh < g.out[1];
            const float* up =
                    dy + ((long long)cell.image * g.out[1] + oh) * g.out[2] * g.channels + c;
            thaw::Vec4 v[SPAN];
#pragma unroll
            for (int s = 0; s < SPAN; s++) {
                v[s] = thaw::zeros();
                if (row && left + s >= 0 && left + s < g.out[2]) {
                    v[s] = thaw::load4(up + (long long)(left + s) * g.channels);
                }
            }
            const float* filters = w + (long long)(row ? kh : 0) * K * g.channels + c;
#pragma unroll
            for (int kw = 0; kw < K; kw++) {
                thaw::Vec4 f = thaw::load4(filters + (long long)kw * g.channels);
#pragma unroll
                for (int t = (ODD + kw) & 1; t < TILE; t += 2) {
#pragma unroll
                    for (int l = 0; l < 4; l++) {
                        sum[t].v[l] += v[(ODD + t - kw) / 2 - FIRST].v[l] * f.v[l];
                    }
                }
            }
        }
        float* to = dx + (((long long)cell.image * g.in[1] + ih) * g.in[2] + iw) * g.channels + c;
#pragma unroll
        for (int t = 0; t < TILE; t++) {
            if (iw + t < g.in[2]) {
                thaw::store4(to + (long long)t * g.channels, sum[t]);
            }
        }
    }
}

/** Any window; W channels at a time, which needs M = 1 where W is 4. */
template <int W>
__device__ __forceinline__ void any_window(
        const float* x,
        const float* w,
        const float* bias,
        float* y,
        const thaw::Window& g,
        int M) {
    int channels = g.channels * M;
    int groups = channels / W;
    long long n = (long long)g.batch * g.out_cells() * groups;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        thaw::Group group(i, groups, W);
        thaw::Cell cell(group.cell, g.out);
        const float* image = x + (long long)cell.image * g.in_cells() * g.channels
                + (W == 1 ? group.channel / M : group.channel);
        float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        if (bias != nullptr) {
            thaw::load<W>(bias + group.channel, sum);
        }
        for (int kd = 0; kd < g.size[0]; kd++) {
            int d = g.source(0, cell.at[0], kd);
            if (!g.real(0, d)) {
                continue;
            }
            for (int kh = 0; kh < g.size[1]; kh++) {
                int h = g.source(1, cell.at[1], kh);
                if (!g.real(1, h)) {
                    continue;
                }
                for (int kw = 0; kw < g.size[2]; kw++) {
                    int at = g.source(2, cell.at[2], kw);
                    if (!g.real(2, at)) {
                        continue;
                    }
                    int tap = (kd * g.size[1] + kh) * g.size[2] + kw;
                    long long from = (long long)((d * g.in[1] + h) * g.in[2] + at) * g.channels;
                    float v[4];
                    float f[4];
                    thaw::load<W>(image + from, v);
                    thaw::load<W>(w + (long long)tap * channels + group.channel, f);
#pragma unroll
                    for (int l = 0; l < W; l++) {
                        sum[l] += v[l] * f[l];
                    }
                }
            }
        }
        thaw::store<W>(y + (long long)group.cell * channels + group.channel, sum);
    }
}

template <int W>
__device__ __forceinline__ void any_grad_input(
        const float* dy, const float* w, float* dx, const thaw::Window& g, int M) {
    int channels = g.channels * M;
    int groups = g.channels / W;
    long long n = (long long)g.batch * g.in_cells() * groups;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        thaw::Group group(i, groups, W);
        thaw::Cell cell(group.cell, g.in);
        const float* image = dy + (long long)cell.image * g.out_cells() * channels;
        int c = group.channel * M;  // W is 4 where M is 1
        float sum[4] = {0.0f, 0.0f, 0.0f, 0.0f};
        for (int kd = 0; kd < g.size[0]; kd++) {
            int d = g.target(0, cell.at[0], kd);
            if (d < 0) {
                continue;
            }
            for (int kh = 0; kh < g.size[1]; kh++) {
                int h = g.target(1, cell.at[1], kh);
                if (h < 0) {
                    continue;
                }
                for (int kw = 0; kw < g.size[2]; kw++) {
                    int at = g.target(2, cell.at[2], kw);
                    if (at < 0) {
                        continue;
                    }
                    int tap = (kd * g.size[1] + kh) * g.size[2] + kw;
                    const float* up =
                            image + (long long)((d * g.out[1] + h) * g.out[2] + at) * channels + c;
                    const float* filter = w + (long long)tap * channels + c;
                    for (int m = 0; m < M; m++) {
                        float v[4];
                        float f[4];
                        thaw::load<W>(up + m, v);
                        thaw::load<W>(filter + m, f);
#pragma unroll
                        for (int l = 0; l < W; l++) {
                            sum[l] += v[l] * f[l];
                        }
                    }
                }
            }
        }
        thaw::store<W>(dx + (long long)group.cell * g.channels + group.channel, sum);
    }
}

}  // namespace

extern "C" __global__ void __launch_bounds__(256, 2) depthwise(
        const float* x,
        const float* w,
        const float* bias,
        float* y,
        THAW_WINDOW_PARAMETERS,
        int M) {
    thaw::Window g = THAW_WINDOW;
    bool vectors = M == 1 && channels % 4 == 0 && thaw::aligned(x) && thaw::aligned(w)
            && thaw::aligned(bias) && thaw::aligned(y);
    if (!vectors) {
        any_window<1>(x, w, bias, y, g, M);
    } else if (thaw::is_square(g, 3, 1)) {
        tiles<3, 3, 1, false>(x, w, bias, y, g);
    } else if (thaw::is_square(g, 3, 2)) {
        tiles<3, 3, 2, false>(x, w, bias, y, g);
    } else if (thaw::is_square(g, 5, 1)) {
        tiles<5, 5, 1, false>(x, w, bias, y, g);
    } else if (thaw::is_square(g, 5, 2)) {
        tiles<5, 5, 2, false>(x, w, bias, y, g);
    } else {
        any_window<4>(x, w, bias, y, g, M);
    }
}

extern "C" __global__ void __launch_bounds__(256) depthwise_grad_input(
        const float* dy, const float* w, float* dx, THAW_WINDOW_PARAMETERS, int M) {
    thaw::Window g = THAW_WINDOW;
    bool vectors = M == 1 && channels % 4 == 0 && thaw::aligned(dy) && thaw::aligned(w)
            && thaw::aligned(dx);
    bool three = thaw::is_square(g, 3, 1);
    bool odd = padW % 2 != 0;
    if (!vectors) {
        any_grad_input<1>(dy, w, dx, g, M);
    } else if (three || thaw::is_square(g, 5, 1)) {
        thaw::Window back = g;
        for (int a = 1; a < 3; a++) {
            back.in[a] = g.out[a];
            back.out[a] = g.in[a];
            back.pad[a] = g.size[a] - 1 - g.pad[a];
        }
        if (three) {
            tiles<3, 3, 1, true>(dy, w, nullptr, dx, back);
        } else {
            tiles<5, 5, 1, true>(dy, w, nullptr, dx, back);
        }
    } else if (thaw::is_square(g, 3, 2)) {
        odd ? spread_tiles<3, 1>(dy, w, dx, g) : spread_tiles<3, 0>(dy, w, dx, g);
    } else if (thaw::is_square(g, 5, 2)) {
        odd ? spread_tiles<5, 1>(dy, w, dx, g) : spread_tiles<5, 0>(dy, w, dx, g);
    } else {
        any_grad_input<4>(dy, w, dx, g, M);
    }
}
