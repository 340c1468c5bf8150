// Philox4x32-10 (Salmon et al., 2011), word for word as dev.thaw.op.Philox: the mask of an element
// is the same on every backend, bit for bit.
#ifndef THAW_PHILOX_CUH
#define THAW_PHILOX_CUH

#include "math.cuh"

namespace thaw {

/** Four random words. */
struct Words {
    unsigned int w[4];
};

/**
 * The words of elements 4 block .. 4 block + 3 of a random op: counter (low word of block, call, low
 * and high word of step), key (low and high word of seed).
 */
__device__ __forceinline__ Words philox(
        long long seed, long long step, int call, long long block) {
    unsigned int c0 = (unsigned int)block;
    unsigned int c1 = (unsigned int)call;
    unsigned int c2 = (unsigned int)step;
    unsigned int c3 = (unsigned int)((unsigned long long)step >> 32);
    unsigned int k0 = (unsigned int)seed;
    unsigned int k1 = (unsigned int)((unsigned long long)seed >> 32);
#pragma unroll
    for (int round = 0; round < 10; round++) {
        unsigned long long p0 = 0xD2511F53ULL * c0;
        unsigned long long p1 = 0xCD9E8D57ULL * c2;
        c0 = (unsigned int)(p1 >> 32) ^ c1 ^ k0;
        c2 = (unsigned int)(p0 >> 32) ^ c3 ^ k1;
        c1 = (unsigned int)p1;
        c3 = (unsigned int)p0;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    Words words;
    words.w[0] = c0;
    words.w[1] = c1;
    words.w[2] = c2;
    words.w[3] = c3;
    return words;
}

/** Whether the mask keeps an element; threshold = ceil(rate 2^24). */
__device__ __forceinline__ bool keeps(unsigned int word, int threshold) {
    return (word >> 8) >= (unsigned int)threshold;
}

/**
 * Two standard normal numbers by Box and Muller: sqrt(-2 ln u) times cosine and sine of 2 pi v with u
 * = (wordU + 1) / 2^32, v = wordV / 2^32. All 32 bits count: near u = 1 the logarithm is taken of
 * the exact complement, and the angle is taken from -1/2 to 1/2, where float32 is finer.
 */
__device__ __forceinline__ void normals(
        unsigned int wordU, unsigned int wordV, float& cosine, float& sine) {
    float logarithm;
    if (wordU >= 0x80000000U) {
        logarithm = log1pf(-((float)(0xFFFFFFFFU - wordU) * 0x1p-32f));
    } else {
        logarithm = logf((float)(wordU + 1U) * 0x1p-32f);
    }
    float radius = sqrtf(-2.0f * logarithm);
    float s;
    float c;
    sincospif((float)(int)wordV * 0x1p-31f, &s, &c);
    cosine = radius * c;
    sine = radius * s;
}

}  // namespace thaw

#endif  // THAW_PHILOX_CUH
