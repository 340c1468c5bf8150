// A window over three spatial axes of a channels-last tensor; fewer axes have extent 1 in front.
#ifndef THAW_WINDOW_CUH
#define THAW_WINDOW_CUH

#include "launch.cuh"

namespace thaw {

struct Window {
    int batch;
    int in[3];
    int channels;
    int out[3];
    int size[3];
    int stride[3];
    int dilation[3];
    int pad[3];

    /** The input's coordinate for an output and a cell of the window; outside where not real. */
    __device__ __forceinline__ int source(int axis, int o, int k) const {
        return o * stride[axis] + k * dilation[axis] - pad[axis];
    }

    __device__ __forceinline__ bool real(int axis, int i) const {
        return i >= 0 && i < in[axis];
    }

    /** The output whose cell k lies on input i; -1 where there is none. */
    __device__ __forceinline__ int target(int axis, int i, int k) const {
        int t = i + pad[axis] - k * dilation[axis];
        if (stride[axis] != 1) {  // the same branch for all: no division where it is not needed
            int o = t / stride[axis];
            t = t == o * stride[axis] ? o : -1;
        }
        return t >= 0 && t < out[axis] ? t : -1;
    }

    __device__ __forceinline__ int in_cells() const {
        return in[0] * in[1] * in[2];
    }

    __device__ __forceinline__ int out_cells() const {
        return out[0] * out[1] * out[2];
    }

    __device__ __forceinline__ int taps() const {
        return size[0] * size[1] * size[2];
    }
};

/** Whether a window is 2D, square, without dilation. */
__device__ __forceinline__ bool is_square(const Window& w, int size, int stride) {
    return w.size[0] == 1 && w.in[0] == 1 && w.out[0] == 1 && w.pad[0] == 0 && w.size[1] == size
            && w.size[2] == size && w.stride[1] == stride && w.stride[2] == stride
            && w.dilation[1] == 1 && w.dilation[2] == 1;
}

/** A cell's three coordinates and its image. */
struct Cell {
    int at[3];
    int image;

    __device__ __forceinline__ Cell(unsigned int index, const int (&extents)[3]) {
        unsigned int rest = index / (unsigned int)extents[2];
        at[2] = (int)(index - rest * (unsigned int)extents[2]);
        unsigned int next = rest / (unsigned int)extents[1];
        at[1] = (int)(rest - next * (unsigned int)extents[1]);
        image = (int)(next / (unsigned int)extents[0]);
        at[0] = (int)(next - (unsigned int)image * (unsigned int)extents[0]);
    }
};

/** A group of neighbouring channels of a cell: element group of a channels-last tensor. */
struct Group {
    unsigned int cell;
    int channel;

    __device__ __forceinline__ Group(long long group, int groups, int width) {
        cell = (unsigned int)(group <= 0x7fffffff ? (unsigned int)group / (unsigned int)groups
                                                  : group / groups);
        channel = (int)(group - (long long)cell * groups) * width;
    }
};

}  // namespace thaw

/** The parameters of a window, the same for every kernel that has one. */
#define THAW_WINDOW_PARAMETERS                                                              \
    int batch, int inD, int inH, int inW, int channels, int outD, int outH, int outW,       \
            int sizeD, int sizeH, int sizeW, int strideD, int strideH, int strideW,         \
            int dilationD, int dilationH, int dilationW, int padD, int padH, int padW

/** The window made of these parameters. */
#define THAW_WINDOW                                                                         \
    thaw::Window {                                                                          \
        batch, {inD, inH, inW}, channels, {outD, outH, outW}, {sizeD, sizeH, sizeW},        \
                {strideD, strideH, strideW}, {dilationD, dilationH, dilationW},             \
                {padD, padH, padW}                                                          \
    }

#endif  // THAW_WINDOW_CUH
