// Rows of numbers, each worked on by a row of threads (see reduce.cuh), read from memory once where the
// registers have room for them.
//
// A kernel's work is written for a kind of row R:
//   R::of(p, k)           the row at p, read; R::into(p): one to be written there
//   R::each(k, f)         f(slot, i) for this thread's numbers i of the row
//   at(slot, i), set(slot, i, v)
//   finish(p, k)          after the last set
//   R::HELD               whether a set changes what at gives, without a write to memory
#ifndef THAW_ROW_CUH
#define THAW_ROW_CUH

#include "vec.cuh"

namespace thaw {

/** This thread's share of a row in registers: N groups of W neighbours. Beyond the row: zeros. */
template <int W, int N>
struct RowInRegisters {
    static constexpr bool HELD = true;
    float v[N][4];

    __device__ __forceinline__ static int first(int n) {
        return (n * (int)blockDim.x + (int)threadIdx.x) * W;
    }

    __device__ __forceinline__ static RowInRegisters of(const float* p, int k) {
        RowInRegisters row;
#pragma unroll
        for (int n = 0; n < N; n++) {
#pragma unroll
            for (int l = 0; l < W; l++) {
                row.v[n][l] = 0.0f;
            }
            if (first(n) < k) {
                load<W>(p + first(n), row.v[n]);
            }
        }
        return row;
    }

    __device__ __forceinline__ static RowInRegisters into(float*) {
        return RowInRegisters();
    }

    template <class F>
    __device__ __forceinline__ static void each(int k, F f) {
#pragma unroll
        for (int n = 0; n < N; n++) {
            if (first(n) < k) {
#pragma unroll
                for (int l = 0; l < W; l++) {
                    f(n * W + l, first(n) + l);
                }
            }
        }
    }

    __device__ __forceinline__ float at(int slot, int) const {
        return v[slot / W][slot % W];
    }

    __device__ __forceinline__ void set(int slot, int, float x) {
        v[slot / W][slot % W] = x;
    }

    __device__ __forceinline__ void finish(float* p, int k) const {
#pragma unroll
        for (int n = 0; n < N; n++) {
            if (first(n) < k) {
                store<W>(p + first(n), v[n]);
            }
        }
    }
};

/** A row that is too long for that. */
struct RowInMemory {
    static constexpr bool HELD = false;
    const float* from;
    float* to;

    __device__ __forceinline__ static RowInMemory of(const float* p, int) {
        return RowInMemory{p, nullptr};
    }

    __device__ __forceinline__ static RowInMemory into(float* p) {
        return RowInMemory{nullptr, p};
    }

    template <class F>
    __device__ __forceinline__ static void each(int k, F f) {
        for (int i = threadIdx.x; i < k; i += blockDim.x) {
            f(0, i);
        }
    }

    __device__ __forceinline__ float at(int, int i) const {
        return from[i];
    }

    __device__ __forceinline__ void set(int, int i, float x) {
        to[i] = x;
    }

    __device__ __forceinline__ void finish(float*, int) const {}
};

/** Names a kind of row. */
template <class R>
struct Form {
    using Row = R;
};

/** f(Form<R>()) with the kind of row that fits; {@code vectors}: all operands' rows lie on 16 bytes. */
template <class F>
__device__ __forceinline__ void with_rows(bool vectors, int k, F f) {
    int share = (k + (int)blockDim.x - 1) / (int)blockDim.x;
    if (vectors && share <= 8) {
        f(Form<RowInRegisters<4, 2>>());
    } else if (vectors && share <= 32) {
        f(Form<RowInRegisters<4, 8>>());
    } else if (share <= 8) {
        f(Form<RowInRegisters<1, 8>>());
    } else {
        f(Form<RowInMemory>());
    }
}

/** Whether every row of k numbers lies on 16 bytes. */
__device__ __forceinline__ bool rows_aligned(const void* p, int k) {
    return k % 4 == 0 && aligned(p);
}

}  // namespace thaw

#endif  // THAW_ROW_CUH
