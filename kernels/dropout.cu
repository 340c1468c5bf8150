// Dropout, AlphaDropout, GaussianDropout, GaussianNoise: pure functions of (seed, step, call, index),
// so that a gradient draws the same mask again. Element i is word i mod 4 of Philox's block i / 4, as
// in dev.thaw.op.Philox, bit for bit. An element is kept when (word >>> 8) >= threshold.
//
// step: one INT64 in device memory. seed: the draw's 64 bits; call: the draw's call; threshold =
// Philox.threshold(rate). All write y (=); y may be x, but not for the shared masks. Grid and
// block: any. Dynamic shared memory: 0. n below 2^34.
//
// dropout(x, step, y, n, seed, call, threshold, scale)      y = kept ? x scale : 0
// alpha_dropout(x, step, y, n, seed, call, threshold, scale, shift, dropped)
//                                                           y = kept ? scale x + shift : dropped,
//                       scale = a, shift = b, dropped = (float) (a dropped + b) of the record
// dropout_shared(.., scale, d0..d5, m0..m5), alpha_dropout_shared(.., dropped, d0..d5, m0..m5)
//                       the mask is smaller: d are x's extents, m the mask's strides (those of its
//                       own dense shape), 0 where it is shared; fewer axes: extent 1 in front
// gaussian_dropout(x, step, y, n, seed, call, stddev)       y = x (1 + stddev z)
// gaussian_noise(x, step, y, n, seed, call, stddev)         y = x + stddev z
//                       z: standard normal by Box and Muller: words 0, 1 of a block give elements
//                       0 (cosine) and 1 (sine), words 2, 3 give 2 and 3

#include "common/index.cuh"
#include "common/philox.cuh"
#include "common/vec.cuh"

namespace {

/** y[i] = f(x[i], word i) for all i, four at a time. */
template <class F>
__device__ __forceinline__ void with_words(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        F f) {
    long long now = *step;
    bool vectors = thaw::aligned(x) && thaw::aligned(y);
    long long stride = thaw::grid_size();
    long long block = thaw::grid_index();
    // x may be y: two groups are on their way before the first one is written
    for (; vectors && block + stride < n / 4; block += 2 * stride) {
        thaw::Vec4 one = thaw::load4(x + 4 * block);
        thaw::Vec4 two = thaw::load4(x + 4 * (block + stride));
        f(one.v, thaw::philox(seed, now, call, block));
        f(two.v, thaw::philox(seed, now, call, block + stride));
        thaw::store4(y + 4 * block, one);
        thaw::store4(y + 4 * (block + stride), two);
    }
    for (; 4 * block < n; block += stride) {
        thaw::Words words = thaw::philox(seed, now, call, block);
        long long at = 4 * block;
        if (vectors && at + 4 <= n) {
            thaw::Vec4 v = thaw::load4(x + at);
            f(v.v, words);
            thaw::store4(y + at, v);
        } else {
            float v[4];
            for (int l = 0; l < 4; l++) {
                v[l] = at + l < n ? x[at + l] : 0.0f;
            }
            f(v, words);
            for (int l = 0; l < 4; l++) {
                if (at + l < n) {
                    y[at + l] = v[l];
                }
            }
        }
    }
}

/** The same where elements share words: each finds its own. */
template <class F>
__device__ __forceinline__ void with_shared_words(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        const thaw::Six& shape,
        const thaw::Six& mask,
        F f) {
    long long now = *step;
    long long drawn = -1;
    thaw::Words words{{0, 0, 0, 0}};
    for (long long i = thaw::grid_index(); i < n; i += thaw::grid_size()) {
        long long m = thaw::place(i, shape, mask);
        if (m / 4 != drawn) {
            drawn = m / 4;
            words = thaw::philox(seed, now, call, drawn);
        }
        int w = (int)(m & 3);
        // chosen without an index into registers
        unsigned int low = w == 0 ? words.w[0] : words.w[1];
        unsigned int high = w == 2 ? words.w[2] : words.w[3];
        y[i] = f(x[i], w < 2 ? low : high);
    }
}

}  // namespace

extern "C" __global__ void dropout(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        int threshold,
        float scale) {
    with_words(x, step, y, n, seed, call, [=](float (&v)[4], const thaw::Words& words) {
#pragma unroll
        for (int l = 0; l < 4; l++) {
            v[l] = thaw::keeps(words.w[l], threshold) ? v[l] * scale : 0.0f;
        }
    });
}

extern "C" __global__ void alpha_dropout(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        int threshold,
        float scale,
        float shift,
        float dropped) {
    with_words(x, step, y, n, seed, call, [=](float (&v)[4], const thaw::Words& words) {
#pragma unroll
        for (int l = 0; l < 4; l++) {
            v[l] = thaw::keeps(words.w[l], threshold) ? scale * v[l] + shift : dropped;
        }
    });
}

extern "C" __global__ void dropout_shared(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        int threshold,
        float scale,
        THAW_SIX_PARAMETERS(d),
        THAW_SIX_PARAMETERS(m)) {
    with_shared_words(
            x, step, y, n, seed, call, THAW_SIX(d), THAW_SIX(m), [=](float v, unsigned int word) {
                return thaw::keeps(word, threshold) ? v * scale : 0.0f;
            });
}

extern "C" __global__ void alpha_dropout_shared(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        int threshold,
        float scale,
        float shift,
        float dropped,
        THAW_SIX_PARAMETERS(d),
        THAW_SIX_PARAMETERS(m)) {
    with_shared_words(
            x, step, y, n, seed, call, THAW_SIX(d), THAW_SIX(m), [=](float v, unsigned int word) {
                return thaw::keeps(word, threshold) ? scale * v + shift : dropped;
            });
}

extern "C" __global__ void gaussian_dropout(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        float stddev) {
    with_words(x, step, y, n, seed, call, [=](float (&v)[4], const thaw::Words& words) {
#pragma unroll
        for (int l = 0; l < 4; l += 2) {
            float cosine;
            float sine;
            thaw::normals(words.w[l], words.w[l + 1], cosine, sine);
            v[l] *= 1.0f + stddev * cosine;
            v[l + 1] *= 1.0f + stddev * sine;
        }
    });
}

extern "C" __global__ void gaussian_noise(
        const float* x,
        const long long* step,
        float* y,
        long long n,
        long long seed,
        int call,
        float stddev) {
    with_words(x, step, y, n, seed, call, [=](float (&v)[4], const thaw::Words& words) {
#pragma unroll
        for (int l = 0; l < 4; l += 2) {
            float cosine;
            float sine;
            thaw::normals(words.w[l], words.w[l + 1], cosine, sine);
            v[l] += stddev * cosine;
            v[l + 1] += stddev * sine;
        }
    });
}
