// The gradient of depthwise convolution's filters; shapes, WINDOW and M as in depthwise.cu.
//
// depthwise_grad_filter(x, dy, partial, tickets, dw, WINDOW, M, parts)
//     dw[k, c, m] = sum over the (n, o) of x[..] dy[..] (=). A block sums a piece of them for an item, and
//     the last blocks to end merge the parts, in their order: first those of groups of about the root
//     of parts, then the groups. partial: workspace of parts size channels M floats. tickets: (ceil(root
//     of parts) + 1) grid.x unsigned, 0 before the first launch and again after each one; unused where
//     parts is 1.
//     V = 4 where M is 1 and channels a multiple of 4, else 1. Block (bx, by), by a power of two, bx by
//     <= 192; recommended a bx that divides channels M / V, so that no lane is idle; grid.x =
//     ceil(channels M / (V bx)) times the items below, grid.y = parts exactly. parts: recommended 4
//     multiprocessors / grid.x, at most batch out cells / 64, at least 1; at most 65535. Items: the fast
//     form sums three rows of a 3x3 window at once and two of a 5x5 one, so 1 and 3, the other up to
//     five cells of a row, so sizeD sizeH ceil(sizeW / 5).
//
// No dynamic shared memory. batch times cells below 2^31. Fast forms as in depthwise.cu.

#include "common/reduce.cuh"
#include "common/vec.cuh"
#include "common/window.cuh"

namespace {

/** Without a branch, so that the loads of a row are all on their way before the first one is used. */
__device__ __forceinline__ thaw::Vec4 load_or_zeros(const float* p, bool there) {
    thaw::Vec4 v = thaw::zeros();
    if (there) {
        v = thaw::load4(p);
    }
    return v;
}

/** Parts that a thread has on their way when they are merged. */
constexpr int PARTS_AHEAD = 8;

/** What a block sums: some neighbouring cells of the window, for a tile of channels. */
struct Item {
    int channel;
    int tap;
    int taps;
};

/** How the filters fall into items: rows of the window, cut into runs of at most {@code run} cells. */
struct Items {
    int rows;
    int length;
    int run;
    int tile;

    __device__ __forceinline__ int per_tile() const {
        return rows * ((length + run - 1) / run);
    }

    __device__ __forceinline__ Item at(int item) const {
        int runs = (length + run - 1) / run;
        int in_tile = item % (rows * runs);
        int begin = in_tile % runs * run;
        return Item{
                item / (rows * runs) * tile,
                in_tile / runs * length + begin,
                length - begin < run ? length - begin : run};
    }
};

/** to[i] = sum of partial[p step + i] over p below count, for the filters i of an item. */
template <int V>
__device__ __forceinline__ void fold_parts(
        const float* partial,
        float* to,
        const Item& item,
        int channels,
        int count,
        long long step) {
    int width = blockDim.x;
    int threads = blockDim.x * blockDim.y;
    for (int i = thaw::block_thread(); i < item.taps * width; i += threads) {
        int c = item.channel + V * (i % width);
        if (c >= channels) {
            continue;
        }
        long long at = (long long)(item.tap + i / width) * channels + c;
        double sum[V];
#pragma unroll
        for (int l = 0; l < V; l++) {
            sum[l] = 0.0;
        }
        for (int p = 0; p < count; p += PARTS_AHEAD) {
            float v[PARTS_AHEAD][4];
#pragma unroll
            for (int u = 0; u < PARTS_AHEAD; u++) {
                thaw::load_written<V>(partial + (p + u < count ? p + u : p) * step + at, v[u]);
            }
#pragma unroll
            for (int u = 0; u < PARTS_AHEAD; u++) {
                if (p + u < count) {
#pragma unroll
                    for (int l = 0; l < V; l++) {
                        sum[l] += (double)v[u][l];
                    }
                }
            }
        }
        float all[4];
#pragma unroll
        for (int l = 0; l < V; l++) {
            all[l] = (float)sum[l];
        }
        thaw::store<V>(to + at, all);
    }
}

/**
 * After a block's part: the last block of its group merges the group, the last of these all. A function
 * of its own, as what comes before takes all registers that there are.
 */
template <int V>
__device__ __noinline__ void merge_parts(
        float* partial,
        float* dw,
        unsigned* tickets,
        const Items& items,
        int channels,
        int parts,
        long long filters) {
    int size = 1;
    while (size * size < parts) {
        size++;
    }
    int groups = (parts + size - 1) / size;
    int group = blockIdx.y / size;
    int members = parts - group * size < size ? parts - group * size : size;
    float* first = partial + (long long)group * size * filters;
    unsigned* ticket = tickets + (long long)blockIdx.x * (groups + 1);
    int all = (channels + items.tile - 1) / items.tile * items.per_tile();
    if (!thaw::last_block(ticket + 1 + group, members)) {
        return;
    }
    for (int item = blockIdx.x; item < all; item += gridDim.x) {
        float* to = groups == 1 ? dw : first;
        fold_parts<V>(first, to, items.at(item), channels, members, filters);
    }
    if (groups == 1 || !thaw::last_block(ticket, groups)) {
        return;
    }
    for (int item = blockIdx.x; item < all; item += gridDim.x) {
        fold_parts<V>(partial, dw, items.at(item), channels, groups, size * filters);
    }
}

/** Cells of a window's row that a thread sums at once. */
constexpr int ROW = 5;

template <int W>
__device__ __forceinline__ Items grad_filter(
        const float* x,
        const float* dy,
        float* partial,
        const thaw::Window& g,
        int M,
        int parts,
        float* shared) {
    int channels = g.channels * M;
    int runs = (g.size[2] + ROW - 1) / ROW;
    int tapRows = g.size[0] * g.size[1] * runs;
    int tile = W * blockDim.x;
    int tiles = (channels + tile - 1) / tile;
    long long filters = (long long)g.taps() * channels;
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece piece((long long)g.batch * g.out_cells(), part, parts);
        // neighbouring blocks share their channels: what one has read, the next finds in the cache
        for (int item = blockIdx.x; item < tiles * tapRows; item += gridDim.x) {
            int c = item / tapRows * tile + W * threadIdx.x;
            bool mine = c < channels;
            int tapRow = item % tapRows;
            int kw0 = tapRow % runs * ROW;
            int kh = tapRow / runs % g.size[1];
            int kd = tapRow / runs / g.size[1];
            int from = W == 1 ? c / M : c;
            float sum[ROW][4];
#pragma unroll
            for (int u = 0; u < ROW; u++) {
#pragma unroll
                for (int l = 0; l < 4; l++) {
                    sum[u][l] = 0.0f;
                }
            }
            long long p = mine ? piece.from + threadIdx.y : piece.to;
            for (; p < piece.to; p += blockDim.y) {
                thaw::Cell cell((unsigned int)p, g.out);
                int d = g.source(0, cell.at[0], kd);
                int h = g.source(1, cell.at[1], kh);
                if (!g.real(0, d) || !g.real(1, h)) {
                    continue;
                }
                float up[4];
                thaw::load<W>(dy + p * channels + c, up);
                long long row = (((long long)cell.image * g.in[0] + d) * g.in[1] + h) * g.in[2];
                float v[ROW][4];
#pragma unroll
                for (int u = 0; u < ROW; u++) {
#pragma unroll
                    for (int l = 0; l < W; l++) {
                        v[u][l] = 0.0f;
                    }
                    int at = g.source(2, cell.at[2], kw0 + u);
                    if (kw0 + u < g.size[2] && g.real(2, at)) {
                        thaw::load<W>(x + (row + at) * g.channels + from, v[u]);
                    }
                }
#pragma unroll
                for (int u = 0; u < ROW; u++) {
#pragma unroll
                    for (int l = 0; l < W; l++) {
                        sum[u][l] += v[u][l] * up[l];
                    }
                }
            }
            int tap = (kd * g.size[1] + kh) * g.size[2] + kw0;
#pragma unroll
            for (int u = 0; u < ROW; u++) {
                if (kw0 + u < g.size[2]) {  // the same for all threads of the block
#pragma unroll
                    for (int l = 0; l < W; l++) {
                        float all = thaw::column_fold(sum[u][l], shared, thaw::Sum());
                        if (mine && threadIdx.y == 0) {
                            partial[part * filters + (long long)(tap + u) * channels + c + l] = all;
                        }
                    }
                }
            }
        }
    }
    return Items{g.size[0] * g.size[1], g.size[2], ROW, tile};
}

/**
 * The gradient of the filters for 2D windows of K x K at stride S, WIDE outputs side by side at a time:
 * what they read of a row is loaded once, all of it before the first product.
 */
template <int K, int S, int WIDE>
__device__ __forceinline__ Items grad_filter_tiles(
        const float* x,
        const float* dy,
        float* partial,
        const thaw::Window& g,
        int parts,
        thaw::Vec4* shared) {
    constexpr int SPAN = (WIDE - 1) * S + K;
    constexpr int ROWS = K == 3 ? 3 : 2;  // whose filters fit into registers
    constexpr int ITEMS = (K + ROWS - 1) / ROWS;
    int tile = 4 * blockDim.x;
    int tiles = (g.channels + tile - 1) / tile;
    int perRow = (g.out[2] + WIDE - 1) / WIDE;
    const int extents[3] = {1, g.out[1], perRow};
    for (int part = blockIdx.y; part < parts; part += gridDim.y) {
        thaw::Piece piece((long long)g.batch * g.out[1] * perRow, part, parts);
        for (int item = blockIdx.x; item < tiles * ITEMS; item += gridDim.x) {
            int c = item / ITEMS * tile + 4 * threadIdx.x;
            bool mine = c < g.channels;
            int kh0 = item % ITEMS * ROWS;
            thaw::Vec4 sum[ROWS][K];
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
#pragma unroll
                for (int kw = 0; kw < K; kw++) {
                    sum[r][kw] = thaw::zeros();
                }
            }
            long long p = mine ? piece.from + threadIdx.y : piece.to;
            for (; p < piece.to; p += blockDim.y) {
                thaw::Cell cell((unsigned int)p, extents);
                int oh = cell.at[1];
                int ow = cell.at[2] * WIDE;
                const float* up =
                        dy + (((long long)cell.image * g.out[1] + oh) * g.out[2] + ow) * g.channels + c;
                thaw::Vec4 u[WIDE];
#pragma unroll
                for (int t = 0; t < WIDE; t++) {
                    u[t] = load_or_zeros(up + (long long)t * g.channels, ow + t < g.out[2]);
                }
                int left = ow * S - g.pad[2];
#pragma unroll
                for (int r = 0; r < ROWS; r++) {
                    int h = oh * S + kh0 + r - g.pad[1];
                    bool real = kh0 + r < K && g.real(1, h);
                    const float* row = x
                            + (((long long)cell.image * g.in[1] + h) * g.in[2] + left) * g.channels + c;
                    thaw::Vec4 v[SPAN];
#pragma unroll
                    for (int s = 0; s < SPAN; s++) {
                        v[s] = load_or_zeros(row, real & g.real(2, left + s));
                        row += g.channels;
                    }
#pragma unroll
                    for (int kw = 0; kw < K; kw++) {
#pragma unroll
                        for (int t = 0; t < WIDE; t++) {
#pragma unroll
                            for (int l = 0; l < 4; l++) {
                                sum[r][kw].v[l] += v[t * S + kw].v[l] * u[t].v[l];
                            }
                        }
                    }
                }
            }
#pragma unroll
            for (int r = 0; r < ROWS; r++) {
                if (kh0 + r < K) {  // the same for all threads of the block
#pragma unroll
                    for (int kw = 0; kw < K; kw++) {
                        thaw::Vec4 all = thaw::column_fold(sum[r][kw], shared, thaw::Sum());
                        if (mine && threadIdx.y == 0) {
                            long long tap = (long long)part * K * K + (kh0 + r) * K + kw;
                            thaw::store4(partial + tap * g.channels + c, all);
                        }
                    }
                }
            }
        }
    }
    return Items{1, K * K, ROWS * K, tile};
}

}  // namespace

extern "C" __global__ void __launch_bounds__(192, 2) depthwise_grad_filter(
        const float* x,
        const float* dy,
        float* partial,
        unsigned* tickets,
        float* dw,
        THAW_WINDOW_PARAMETERS,
        int M,
        int parts) {
    __shared__ thaw::Vec4 shared[192];
    thaw::Window g = THAW_WINDOW;
    bool vectors = M == 1 && channels % 4 == 0 && thaw::aligned(x) && thaw::aligned(dy)
            && thaw::aligned(partial) && thaw::aligned(dw);
    float* floats = reinterpret_cast<float*>(shared);
    Items items;
    if (vectors && thaw::is_square(g, 3, 1)) {
        items = grad_filter_tiles<3, 1, 4>(x, dy, partial, g, parts, shared);
    } else if (vectors && thaw::is_square(g, 3, 2)) {
        items = grad_filter_tiles<3, 2, 2>(x, dy, partial, g, parts, shared);
    } else if (vectors && thaw::is_square(g, 5, 1)) {
        items = grad_filter_tiles<5, 1, 4>(x, dy, partial, g, parts, shared);
    } else if (vectors && thaw::is_square(g, 5, 2)) {
        items = grad_filter_tiles<5, 2, 2>(x, dy, partial, g, parts, shared);
    } else if (vectors) {
        items = grad_filter<4>(x, dy, partial, g, M, parts, floats);
    } else {
        items = grad_filter<1>(x, dy, partial, g, M, parts, floats);
    }
    int outputs = g.channels * M;
    long long filters = (long long)g.taps() * outputs;
    if (vectors) {
        merge_parts<4>(partial, dw, tickets, items, outputs, parts, filters);
    } else {
        merge_parts<1>(partial, dw, tickets, items, outputs, parts, filters);
    }
}
