// Convolution and its gradients by plain loops, for geometries that cuDNN refuses: 1 to 3 spatial axes,
// channels last, strides, dilation, padding, groups. Right, not fast.
//
// y[n, o, f] = bias[f] + sum over k, c of x[n, o stride + k dilation - pad, c] w[k, c, f]
// x: [batch, in.., channels]; w: [size.., channels / groups, filters]; y: [batch, out.., filters];
// group g of the filters sees group g of the channels; bias: [filters] or null. WINDOW: see pool.cu.
//
// convolution(x, w, bias, y, WINDOW, filters, groups)
// convolution_grad_input(dy, w, dx, WINDOW, filters, groups)
// convolution_grad_filter_partial(x, dy, partial, WINDOW, filters, groups, parts)
//     partial[p, k, c, f]: workspace of parts size channels / groups filters floats; then
//     reduce_columns_sum(partial, dw, 1, parts, size channels / groups filters, 1). Block (bx, by),
//     powers of two, bx by <= 256, recommended (32, 8); grid (ceil(size of w / bx), parts). parts:
//     recommended 4 multiprocessors / grid.x, at most batch out cells / 64, at least 1, at most 65535.
//
// All write their result (=). The first two: any grid and block. No dynamic shared memory. batch times
// cells below 2^31.

#include "common/reduce.cuh"
#include "common/vec.cuh"
#include "common/window.cuh"

extern "C" __global__ void convolution(
        const float* x,
        const float* w,
        const float* bias,
        float* y,
        THAW_WINDOW_PARAMETERS,
        int filters,
        int groups) {
    thaw::Window g = THAW_WINDOW;
    int seen = channels / groups;
    long long n = (long long)batch * g.out_cells() * filters;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        thaw::Group group(i, filters, 1);
        thaw::Cell cell(group.cell, g.out);
        int f = group.channel;
        int c0 = f / (filters / groups) * seen;
        const float* image = x + (long long)cell.image * g.in_cells() * channels + c0;
        float sum = bias == nullptr ? 0.0f : bias[f];
        for (int tap = 0; tap < g.taps(); tap++) {
            thaw::Cell k((unsigned int)tap, g.size);
            int d = g.source(0, cell.at[0], k.at[0]);
            int h = g.source(1, cell.at[1], k.at[1]);
            int at = g.source(2, cell.at[2], k.at[2]);
            if (!g.real(0, d) || !g.real(1, h) || !g.real(2, at)) {
                continue;
            }
            const float* from = image + (long long)((d * inH + h) * inW + at) * channels;
            const float* filter = w + (long long)tap * seen * filters + f;
            for (int c = 0; c < seen; c++) {
                sum += from[c] * filter[(long long)c * filters];
            }
        }
        y[i] = sum;
    }
}

extern "C" __global__ void convolution_grad_input(
        const float* dy,
        const float* w,
        float* dx,
        THAW_WINDOW_PARAMETERS,
        int filters,
        int groups) {
    thaw::Window g = THAW_WINDOW;
    int seen = channels / groups;
    int made = filters / groups;
    long long n = (long long)batch * g.in_cells() * channels;
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        thaw::Group group(i, channels, 1);
        thaw::Cell cell(group.cell, g.in);
        int c = group.channel % seen;
        int f0 = group.channel / seen * made;
        const float* image = dy + (long long)cell.image * g.out_cells() * filters + f0;
        float sum = 0.0f;
        for (int tap = 0; tap < g.taps(); tap++) {
            thaw::Cell k((unsigned int)tap, g.size);
            int d = g.target(0, cell.at[0], k.at[0]);
            int h = g.target(1, cell.at[1], k.at[1]);
            int at = g.target(2, cell.at[2], k.at[2]);
            if (d < 0 || h < 0 || at < 0) {
                continue;
            }
            const float* up = image + (long long)((d * outH + h) * outW + at) * filters;
            const float* filter = w + ((long long)tap * seen + c) * filters + f0;
            for (int f = 0; f < made; f++) {
                sum += up[f] * filter[f];
            }
        }
        dx[i] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(256) convolution_grad_filter_partial(
        const float* x,
        const float* dy,
        float* partial,
        THAW_WINDOW_PARAMETERS,
        int filters,
        int groups,
        int parts) {
    __shared__ float shared[256];
    thaw::Window g = THAW_WINDOW;
    int seen = channels / groups;
    long long weights = (long long)g.taps() * seen * filters;
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece piece((long long)batch * g.out_cells(), part, parts);
        for (long long base = (long long)blockIdx.x * blockDim.x; base < weights;
                base += (long long)gridDim.x * blockDim.x) {
            long long j = base + threadIdx.x;
            float sum = 0.0f;
            if (j < weights) {
                int f = (int)(j % filters);
                int c = (int)(j / filters % seen) + f / (filters / groups) * seen;
                thaw::Cell k((unsigned int)(j / filters / seen), g.size);
                for (long long p = piece.from + threadIdx.y; p < piece.to; p += blockDim.y) {
                    thaw::Cell cell((unsigned int)p, g.out);
                    int d = g.source(0, cell.at[0], k.at[0]);
                    int h = g.source(1, cell.at[1], k.at[1]);
                    int at = g.source(2, cell.at[2], k.at[2]);
                    if (g.real(0, d) && g.real(1, h) && g.real(2, at)) {
                        long long from = (((long long)cell.image * inD + d) * inH + h) * inW + at;
                        sum += x[from * channels + c] * dy[p * filters + f];
                    }
                }
            }
            sum = thaw::column_fold(sum, shared, thaw::Sum());
            if (j < weights && threadIdx.y == 0) {
                partial[part * weights + j] = sum;
            }
        }
    }
}
