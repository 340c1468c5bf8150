// Convolution and its gradients, by plain loops over any strides. Sums are kept in double.
#include "cudnn.h"

#include <cstring>

using namespace thaw::sim;

namespace {
/** Algorithms 0 and 1 are simulated; 1 wants a workspace, so that the backend's is exercised. */
constexpr int ALGORITHMS = 2;
constexpr size_t WORKSPACE = 4096;
constexpr int SPACE = 3; // spatial axes; unused ones come first, with one cell

/** cudnnConvolution*AlgoPerf_t. */
struct Performance {
    int algorithm, status;
    float milliseconds;
    size_t memory;
    int determinism, math, reserved[3];
};

struct Geometry {
    int images, groups, inputs, outputs; // channels per group
    int in[SPACE], out[SPACE], window[SPACE];
    int pad[SPACE], stride[SPACE], dilation[SPACE];
    bool flipped;
    Tensor x, w, y;
};

/** A tensor's axes with three spatial ones. */
Tensor widen(const Tensor& t) {
    Tensor wide = t;
    while (wide.dims.size() < 2 + SPACE) {
        wide.dims.insert(wide.dims.begin() + 2, 1);
        wide.strides.insert(wide.strides.begin() + 2, 0);
    }
    return wide;
}

int outputExtent(const ConvolutionDescriptor& c, size_t axis, int in, int window) {
    int span = (window - 1) * c.dilations[axis] + 1;
    int free = in + 2 * c.pads[axis] - span;
    return free < 0 ? 0 : free / c.strides[axis] + 1;
}

/** The output's dims, or none where the descriptors do not fit together. */
Axes outputDims(const ConvolutionDescriptor& c, const Tensor& x, const Filter& w) {
    size_t space = c.pads.size();
    if (x.dims.size() != space + 2 || w.dims.size() != space + 2 || !c.groups
        || x.dims[1] != w.dims[1] * c.groups || w.dims[0] % c.groups) {
        return {};
    }
    Axes dims{x.dims[0], w.dims[0]};
    for (size_t i = 0; i < space; i++) {
        dims.push_back(outputExtent(c, i, x.dims[i + 2], w.dims[i + 2]));
    }
    return dims;
}

Geometry geometry(Call& call, const Tensor& x, const Filter& w, const ConvolutionDescriptor& c,
                  const Tensor& y) {
    Geometry g{};
    if (call.status()) {
        return g;
    }
    Axes expected = outputDims(c, x, w);
    call.require(!expected.empty() && expected == y.dims, DNN_BAD_PARAM,
                 "x " + text(x.dims) + " and w " + text(w.dims) + " in " + std::to_string(c.groups)
                         + " groups give " + text(expected) + ", not " + text(y.dims));
    if (call.status()) {
        return g;
    }
    g.x = widen(x);
    g.w = widen(w);
    g.y = widen(y);
    g.images = x.dims[0];
    g.groups = c.groups;
    g.inputs = w.dims[1];
    g.outputs = w.dims[0] / c.groups;
    g.flipped = c.mode == 0;
    if (c.math != FMA_MATH) {
        call.roundsToTf32();
    }
    size_t missing = SPACE - c.pads.size();
    for (size_t i = 0; i < SPACE; i++) {
        g.in[i] = g.x.dims[i + 2];
        g.out[i] = g.y.dims[i + 2];
        g.window[i] = g.w.dims[i + 2];
        bool real = i >= missing;
        g.pad[i] = real ? c.pads[i - missing] : 0;
        g.stride[i] = real ? c.strides[i - missing] : 1;
        g.dilation[i] = real ? c.dilations[i - missing] : 1;
    }
    return g;
}

/** Calls visit(offset in x, offset in w, offset in y) for each group, output cell and real window
 *  cell; channels are left to visit. */
template <class F>
void overCells(const Geometry& g, F visit) {
    Axes outputCells(g.out, g.out + SPACE), windowCells(g.window, g.window + SPACE);
    for (int n = 0; n < g.images; n++) {
        for (int group = 0; group < g.groups; group++) {
            int64_t x0 = int64_t(n) * g.x.strides[0] + int64_t(group) * g.inputs * g.x.strides[1];
            int64_t w0 = int64_t(group) * g.outputs * g.w.strides[0];
            int64_t y0 = int64_t(n) * g.y.strides[0] + int64_t(group) * g.outputs * g.y.strides[1];
            Axes o(SPACE, 0);
            do {
                int64_t ys = y0;
                for (size_t i = 0; i < SPACE; i++) {
                    ys += int64_t(o[i]) * g.y.strides[i + 2];
                }
                Axes r(SPACE, 0);
                do {
                    int64_t xs = x0, ws = w0;
                    bool inside = true;
                    for (size_t i = 0; i < SPACE; i++) {
                        int at = o[i] * g.stride[i] + r[i] * g.dilation[i] - g.pad[i];
                        inside = inside && at >= 0 && at < g.in[i];
                        xs += int64_t(at) * g.x.strides[i + 2];
                        int cell = g.flipped ? g.window[i] - 1 - r[i] : r[i];
                        ws += int64_t(cell) * g.w.strides[i + 2];
                    }
                    if (inside) {
                        visit(xs, ws, ys);
                    }
                } while (next(r, windowCells));
            } while (next(o, outputCells));
        }
    }
}

using Sums = std::vector<double>;

Sums sums(const Tensor& t) {
    return Sums(t.bytes() / sizeof(float));
}

/** to = alpha sums + beta to, over the tensor's own elements. */
void finish(const Tensor& t, const Sums& from, float* to, float alpha, float beta) {
    Axes at(t.dims.size(), 0);
    do {
        int64_t p = place(t, at);
        store(to[p], double(alpha) * from[size_t(p)], beta);
    } while (next(at, t.dims));
}

Sums forward(const Geometry& g, const float* x, const float* w) {
    Sums y = sums(g.y);
    int64_t xc = g.x.strides[1], wc = g.w.strides[1], wk = g.w.strides[0], yc = g.y.strides[1];
    overCells(g, [&](int64_t xs, int64_t ws, int64_t ys) {
        for (int k = 0; k < g.outputs; k++) {
            double sum = 0;
            for (int c = 0; c < g.inputs; c++) {
                sum += double(x[xs + c * xc]) * double(w[ws + k * wk + c * wc]);
            }
            y[size_t(ys + k * yc)] += sum;
        }
    });
    return y;
}

Sums backwardData(const Geometry& g, const float* w, const float* dy) {
    Sums dx = sums(g.x);
    int64_t xc = g.x.strides[1], wc = g.w.strides[1], wk = g.w.strides[0], yc = g.y.strides[1];
    overCells(g, [&](int64_t xs, int64_t ws, int64_t ys) {
        for (int k = 0; k < g.outputs; k++) {
            double up = dy[ys + k * yc];
            for (int c = 0; c < g.inputs; c++) {
                dx[size_t(xs + c * xc)] += up * double(w[ws + k * wk + c * wc]);
            }
        }
    });
    return dx;
}

Sums backwardFilter(const Geometry& g, const float* x, const float* dy) {
    Sums dw = sums(g.w);
    int64_t xc = g.x.strides[1], wc = g.w.strides[1], wk = g.w.strides[0], yc = g.y.strides[1];
    overCells(g, [&](int64_t xs, int64_t ws, int64_t ys) {
        for (int k = 0; k < g.outputs; k++) {
            double up = dy[ys + k * yc];
            for (int c = 0; c < g.inputs; c++) {
                dw[size_t(ws + k * wk + c * wc)] += up * double(x[xs + c * xc]);
            }
        }
    });
    return dw;
}

void checkAlgorithm(Call& call, int algorithm) {
    call.require(algorithm >= 0 && algorithm < ALGORITHMS, DNN_NOT_SUPPORTED,
                 "algorithm " + std::to_string(algorithm) + " is not simulated, 0 and 1 are");
}

size_t workspaceOf(int algorithm) {
    return algorithm == 1 ? WORKSPACE : 0;
}

void scribble(void* workspace, size_t bytes) {
    if (bytes) {
        memset(workspace, 0xFF, bytes);
    }
}

int algorithms(const char* name, const void* handle, const void* x, const void* w, const void* c,
               const void* y, int asked, int* returned, void* results) {
    Call call(name);
    call.get<DnnHandle>(handle);
    const Tensor& xt = call.shaped<Tensor>(x);
    const Filter& wt = call.shaped<Filter>(w);
    const auto& conv = call.get<ConvolutionDescriptor>(c);
    geometry(call, xt, wt, conv, call.shaped<Tensor>(y));
    call.mayRefuse(REFUSES_QUERIES);
    if (call.status()) {
        return call.status();
    }
    *returned = std::min(asked, ALGORITHMS);
    for (int i = 0; i < *returned; i++) {
        int algorithm = ALGORITHMS - 1 - i;
        static_cast<Performance*>(results)[i] = {
            algorithm, DNN_OK, 1.0f + float(i), workspaceOf(algorithm), algorithm, conv.math, {}};
    }
    return DNN_OK;
}

int workspaceSize(const char* name, const void* handle, const void* x, const void* w, const void* c,
                  const void* y, int algorithm, size_t* bytes) {
    Call call(name);
    call.get<DnnHandle>(handle);
    const Tensor& xt = call.shaped<Tensor>(x);
    const Filter& wt = call.shaped<Filter>(w);
    geometry(call, xt, wt, call.get<ConvolutionDescriptor>(c), call.shaped<Tensor>(y));
    checkAlgorithm(call, algorithm);
    call.mayRefuse(REFUSES_WORKSPACES);
    if (!call.status()) {
        *bytes = workspaceOf(algorithm);
    }
    return call.status();
}

int setConvolution(const char* name, void* d, const Axes& pads, const Axes& strides,
                   const Axes& dilations, int mode, int type) {
    Guard g(lock());
    auto* c = Kind<ConvolutionDescriptor>::live().get(d);
    if (!c) {
        return refuseDnn(DNN_BAD_PARAM, "%s: no convolution descriptor that lives", name);
    }
    for (size_t i = 0; i < pads.size(); i++) {
        if (pads[i] < 0 || strides[i] <= 0 || dilations[i] <= 0) {
            return refuseDnn(DNN_BAD_PARAM, "%s: pads %s, strides %s, dilations %s", name,
                             text(pads).c_str(), text(strides).c_str(), text(dilations).c_str());
        }
    }
    if (mode < 0 || mode > 1 || type != FLOAT || pads.size() > SPACE) {
        return refuseDnn(DNN_NOT_SUPPORTED, "%s: mode %d, type %d, %zu axes", name, mode, type,
                         pads.size());
    }
    c->pads = pads;
    c->strides = strides;
    c->dilations = dilations;
    c->mode = mode;
    return DNN_OK;
}
} // namespace

THAW_API int cudnnSetConvolution2dDescriptor(void* d, int padH, int padW, int strideH, int strideW,
                                             int dilationH, int dilationW, int mode, int type) {
    return setConvolution("cudnnSetConvolution2dDescriptor", d, {padH, padW}, {strideH, strideW},
                          {dilationH, dilationW}, mode, type);
}

THAW_API int cudnnSetConvolutionNdDescriptor(void* d, int n, const int* pads, const int* strides,
                                             const int* dilations, int mode, int type) {
    if (n < 1 || n > SPACE) {
        return refuseDnn(DNN_NOT_SUPPORTED, "cudnnSetConvolutionNdDescriptor: %d axes", n);
    }
    return setConvolution("cudnnSetConvolutionNdDescriptor", d, Axes(pads, pads + n),
                          Axes(strides, strides + n), Axes(dilations, dilations + n), mode, type);
}

THAW_API int cudnnSetConvolutionGroupCount(void* d, int groups) {
    Guard g(lock());
    auto* c = Kind<ConvolutionDescriptor>::live().get(d);
    if (!c || groups < 1) {
        return refuseDnn(DNN_BAD_PARAM, "cudnnSetConvolutionGroupCount: %d groups", groups);
    }
    c->groups = groups;
    return DNN_OK;
}

THAW_API int cudnnGetConvolutionGroupCount(void* d, int* groups) {
    Guard g(lock());
    auto* c = Kind<ConvolutionDescriptor>::live().get(d);
    if (c) {
        *groups = c->groups;
    }
    return c ? DNN_OK : DNN_BAD_PARAM;
}

THAW_API int cudnnSetConvolutionMathType(void* d, int math) {
    Guard g(lock());
    auto* c = Kind<ConvolutionDescriptor>::live().get(d);
    if (!c) {
        return refuseDnn(DNN_BAD_PARAM, "cudnnSetConvolutionMathType: no descriptor that lives");
    }
    c->math = math;
    return DNN_OK;
}

THAW_API int cudnnGetConvolutionMathType(void* d, int* math) {
    Guard g(lock());
    auto* c = Kind<ConvolutionDescriptor>::live().get(d);
    if (c) {
        *math = c->math;
    }
    return c ? DNN_OK : DNN_BAD_PARAM;
}

THAW_API int cudnnGetConvolutionNdForwardOutputDim(void* c, void* x, void* w, int rank, int* dims) {
    Call call("cudnnGetConvolutionNdForwardOutputDim");
    Axes out = outputDims(call.get<ConvolutionDescriptor>(c), call.shaped<Tensor>(x),
                          call.shaped<Filter>(w));
    call.require(!out.empty() && int(out.size()) == rank, DNN_BAD_PARAM, "the dims do not fit");
    if (!call.status()) {
        std::copy(out.begin(), out.end(), dims);
    }
    return call.status();
}

THAW_API int cudnnGetConvolution2dForwardOutputDim(void* c, void* x, void* w, int* n, int* k, int* h,
                                                   int* wide) {
    int dims[4];
    int status = cudnnGetConvolutionNdForwardOutputDim(c, x, w, 4, dims);
    if (!status) {
        *n = dims[0];
        *k = dims[1];
        *h = dims[2];
        *wide = dims[3];
    }
    return status;
}

#define THAW_MAX_COUNT(pass)                                                                       \
    THAW_API int cudnnGetConvolution##pass##AlgorithmMaxCount(void*, int* count) {                 \
        *count = ALGORITHMS;                                                                       \
        return DNN_OK;                                                                             \
    }
THAW_MAX_COUNT(Forward)
THAW_MAX_COUNT(BackwardData)
THAW_MAX_COUNT(BackwardFilter)

// the passes name their descriptors in different orders
THAW_API int cudnnGetConvolutionForwardAlgorithm_v7(void* h, void* x, void* w, void* c, void* y,
                                                    int asked, int* returned, void* results) {
    return algorithms("cudnnGetConvolutionForwardAlgorithm_v7", h, x, w, c, y, asked, returned,
                      results);
}

THAW_API int cudnnFindConvolutionForwardAlgorithm(void* h, void* x, void* w, void* c, void* y,
                                                  int asked, int* returned, void* results) {
    return algorithms("cudnnFindConvolutionForwardAlgorithm", h, x, w, c, y, asked, returned, results);
}

THAW_API int cudnnFindConvolutionForwardAlgorithmEx(void* h, void* x, void*, void* w, void*, void* c,
                                                    void* y, void*, int asked, int* returned,
                                                    void* results, void*, size_t) {
    return algorithms("cudnnFindConvolutionForwardAlgorithmEx", h, x, w, c, y, asked, returned,
                      results);
}

THAW_API int cudnnGetConvolutionBackwardDataAlgorithm_v7(void* h, void* w, void* dy, void* c,
                                                         void* dx, int asked, int* returned,
                                                         void* results) {
    return algorithms("cudnnGetConvolutionBackwardDataAlgorithm_v7", h, dx, w, c, dy, asked, returned,
                      results);
}

THAW_API int cudnnFindConvolutionBackwardDataAlgorithm(void* h, void* w, void* dy, void* c, void* dx,
                                                       int asked, int* returned, void* results) {
    return algorithms("cudnnFindConvolutionBackwardDataAlgorithm", h, dx, w, c, dy, asked, returned,
                      results);
}

THAW_API int cudnnFindConvolutionBackwardDataAlgorithmEx(void* h, void* w, void*, void* dy, void*,
                                                         void* c, void* dx, void*, int asked,
                                                         int* returned, void* results, void*, size_t) {
    return algorithms("cudnnFindConvolutionBackwardDataAlgorithmEx", h, dx, w, c, dy, asked, returned,
                      results);
}

THAW_API int cudnnGetConvolutionBackwardFilterAlgorithm_v7(void* h, void* x, void* dy, void* c,
                                                           void* dw, int asked, int* returned,
                                                           void* results) {
    return algorithms("cudnnGetConvolutionBackwardFilterAlgorithm_v7", h, x, dw, c, dy, asked,
                      returned, results);
}

THAW_API int cudnnFindConvolutionBackwardFilterAlgorithm(void* h, void* x, void* dy, void* c,
                                                         void* dw, int asked, int* returned,
                                                         void* results) {
    return algorithms("cudnnFindConvolutionBackwardFilterAlgorithm", h, x, dw, c, dy, asked, returned,
                      results);
}

THAW_API int cudnnFindConvolutionBackwardFilterAlgorithmEx(void* h, void* x, void*, void* dy, void*,
                                                           void* c, void* dw, void*, int asked,
                                                           int* returned, void* results, void*,
                                                           size_t) {
    return algorithms("cudnnFindConvolutionBackwardFilterAlgorithmEx", h, x, dw, c, dy, asked,
                      returned, results);
}

THAW_API int cudnnGetConvolutionForwardWorkspaceSize(void* h, void* x, void* w, void* c, void* y,
                                                     int algorithm, size_t* bytes) {
    return workspaceSize("cudnnGetConvolutionForwardWorkspaceSize", h, x, w, c, y, algorithm, bytes);
}

THAW_API int cudnnGetConvolutionBackwardDataWorkspaceSize(void* h, void* w, void* dy, void* c,
                                                          void* dx, int algorithm, size_t* bytes) {
    return workspaceSize("cudnnGetConvolutionBackwardDataWorkspaceSize", h, dx, w, c, dy, algorithm,
                         bytes);
}

THAW_API int cudnnGetConvolutionBackwardFilterWorkspaceSize(void* h, void* x, void* dy, void* c,
                                                            void* dw, int algorithm, size_t* bytes) {
    return workspaceSize("cudnnGetConvolutionBackwardFilterWorkspaceSize", h, x, dw, c, dy, algorithm,
                         bytes);
}

THAW_API int cudnnConvolutionForward(void* h, const void* alpha, void* xd, const float* x, void* wd,
                                     const float* w, void* cd, int algorithm, void* workspace,
                                     size_t bytes, const void* beta, void* yd, float* y) {
    Call call("cudnnConvolutionForward");
    Geometry g = geometry(call, call.shaped<Tensor>(xd), call.shaped<Filter>(wd),
                          call.get<ConvolutionDescriptor>(cd), call.shaped<Tensor>(yd));
    checkAlgorithm(call, algorithm);
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, g.x);
    call.memory("w", w, g.w);
    call.memory("y", y, g.y);
    size_t needed = workspaceOf(algorithm);
    call.workspace(workspace, bytes, needed);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        scribble(workspace, needed);
        finish(g.y, forward(g, x, w), y, a, b);
    });
}

THAW_API int cudnnConvolutionBackwardData(void* h, const void* alpha, void* wd, const float* w,
                                          void* dyd, const float* dy, void* cd, int algorithm,
                                          void* workspace, size_t bytes, const void* beta, void* dxd,
                                          float* dx) {
    Call call("cudnnConvolutionBackwardData");
    Geometry g = geometry(call, call.shaped<Tensor>(dxd), call.shaped<Filter>(wd),
                          call.get<ConvolutionDescriptor>(cd), call.shaped<Tensor>(dyd));
    checkAlgorithm(call, algorithm);
    if (call.status()) {
        return call.status();
    }
    call.memory("w", w, g.w);
    call.memory("dy", dy, g.y);
    call.memory("dx", dx, g.x);
    size_t needed = workspaceOf(algorithm);
    call.workspace(workspace, bytes, needed);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        scribble(workspace, needed);
        finish(g.x, backwardData(g, w, dy), dx, a, b);
    });
}

THAW_API int cudnnConvolutionBackwardFilter(void* h, const void* alpha, void* xd, const float* x,
                                            void* dyd, const float* dy, void* cd, int algorithm,
                                            void* workspace, size_t bytes, const void* beta, void* dwd,
                                            float* dw) {
    Call call("cudnnConvolutionBackwardFilter");
    Geometry g = geometry(call, call.shaped<Tensor>(xd), call.shaped<Filter>(dwd),
                          call.get<ConvolutionDescriptor>(cd), call.shaped<Tensor>(dyd));
    checkAlgorithm(call, algorithm);
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, g.x);
    call.memory("dy", dy, g.y);
    call.memory("dw", dw, g.w);
    size_t needed = workspaceOf(algorithm);
    call.workspace(workspace, bytes, needed);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        scribble(workspace, needed);
        finish(g.w, backwardFilter(g, x, dy), dw, a, b);
    });
}

/** y = activation(alpha1 conv(x, w) + alpha2 z + bias); relu, or with algorithm 1 identity. */
THAW_API int cudnnConvolutionBiasActivationForward(
        void* h, const void* alpha1, void* xd, const float* x, void* wd, const float* w, void* cd,
        int algorithm, void* workspace, size_t bytes, const void* alpha2, void* zd, const float* z,
        void* biasd, const float* bias, void* ad, void* yd, float* y) {
    Call call("cudnnConvolutionBiasActivationForward");
    Geometry g = geometry(call, call.shaped<Tensor>(xd), call.shaped<Filter>(wd),
                          call.get<ConvolutionDescriptor>(cd), call.shaped<Tensor>(yd));
    checkAlgorithm(call, algorithm);
    const Tensor& biasTensor = call.shaped<Tensor>(biasd);
    const Tensor& zTensor = call.shaped<Tensor>(zd);
    Activation activation = call.get<Activation>(ad);
    if (call.status()) {
        return call.status();
    }
    bool identity = activation.mode == 5;
    call.require(activation.mode == 1 || (identity && algorithm == 1), DNN_NOT_SUPPORTED,
                 "the activation must be RELU, or IDENTITY with algorithm 1");
    call.require(biasTensor.elements() == g.y.dims[1] && biasTensor.dims[1] == g.y.dims[1],
                 DNN_BAD_PARAM, "bias " + text(biasTensor.dims) + " for " + text(g.y.dims));
    call.require(zTensor.elements() == g.y.elements(), DNN_BAD_PARAM, "z and y differ");
    float a1 = scalar(alpha1), a2 = scalar(alpha2);
    call.memory("x", x, g.x);
    call.memory("w", w, g.w);
    call.memory("bias", bias, biasTensor);
    call.memory("y", y, g.y);
    if (a2 != 0) {
        call.memory("z", z, zTensor);
    }
    size_t needed = workspaceOf(algorithm);
    call.workspace(workspace, bytes, needed);
    Tensor zt = widen(zTensor);
    int biasStride = biasTensor.strides[1];
    return call.run(h, [=] {
        scribble(workspace, needed);
        Sums s = forward(g, x, w);
        Axes at(g.y.dims.size(), 0);
        do {
            int64_t p = place(g.y, at);
            double v = double(a1) * s[size_t(p)] + double(bias[int64_t(at[1]) * biasStride]);
            if (a2 != 0) {
                v += double(a2) * double(z[place(zt, at)]);
            }
            y[p] = float(v < 0 && !identity ? 0 : v); // NaN stays
        } while (next(at, g.y.dims));
    });
}
