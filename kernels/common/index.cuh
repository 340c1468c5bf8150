// Six-axis shapes and strides as plain parameters, and walks over them.
#ifndef THAW_INDEX_CUH
#define THAW_INDEX_CUH

#include "launch.cuh"

namespace thaw {

/** Six extents or strides; unused ones come first, with extent 1 and stride 0. */
struct Six {
    int v[6];
};

/** The place of element i of a shape in a tensor of these strides. */
__device__ __forceinline__ long long place(long long i, const Six& shape, const Six& strides) {
    long long at = 0;
    if (i <= 0x7fffffff) {  // 32-bit divisions are several times as fast
        unsigned int rest = (unsigned int)i;
#pragma unroll
        for (int a = 5; a > 0; a--) {
            if (shape.v[a] != 1) {
                unsigned int next = rest / (unsigned int)shape.v[a];
                at += (long long)(rest - next * (unsigned int)shape.v[a]) * strides.v[a];
                rest = next;
            }
        }
        return at + (long long)rest * strides.v[0];
    }
#pragma unroll
    for (int a = 5; a > 0; a--) {
        at += i % shape.v[a] * strides.v[a];
        i /= shape.v[a];
    }
    return at + i * strides.v[0];
}

/** The places of element i of a shape in two tensors. */
__device__ __forceinline__ void places(
        long long i,
        const Six& shape,
        const Six& a,
        const Six& b,
        long long& atA,
        long long& atB) {
    atA = 0;
    atB = 0;
    if (i <= 0x7fffffff) {
        unsigned int rest = (unsigned int)i;
#pragma unroll
        for (int axis = 5; axis > 0; axis--) {
            if (shape.v[axis] != 1) {
                unsigned int next = rest / (unsigned int)shape.v[axis];
                long long k = rest - next * (unsigned int)shape.v[axis];
                atA += k * a.v[axis];
                atB += k * b.v[axis];
                rest = next;
            }
        }
        atA += (long long)rest * a.v[0];
        atB += (long long)rest * b.v[0];
        return;
    }
    atA = place(i, shape, a);
    atB = place(i, shape, b);
}

}  // namespace thaw

/** Six int parameters with a common prefix, first axis first. */
#define THAW_SIX_PARAMETERS(p) int p##0, int p##1, int p##2, int p##3, int p##4, int p##5

/** The six parameters as one. */
#define THAW_SIX(p)                 \
    thaw::Six {                     \
        { p##0, p##1, p##2, p##3, p##4, p##5 } \
    }

#endif  // THAW_INDEX_CUH
