// Pooling and its gradient. NaN wins a maximum, as with CUDNN_PROPAGATE_NAN.
#include "cudnn.h"

using namespace thaw::sim;

namespace {
enum Mode { MAX = 0, AVERAGE_WITH_PADDING = 1, AVERAGE = 2, MAX_DETERMINISTIC = 3 };

int setPooling(const char* name, void* d, int mode, const Axes& window, const Axes& pads,
               const Axes& strides) {
    Guard g(lock());
    auto* p = Kind<Pooling>::live().get(d);
    if (!p) {
        return refuseDnn(DNN_BAD_PARAM, "%s: no pooling descriptor that lives", name);
    }
    bool good = mode >= MAX && mode <= MAX_DETERMINISTIC;
    for (size_t i = 0; i < window.size(); i++) {
        good = good && window[i] > 0 && strides[i] > 0 && pads[i] >= 0 && pads[i] < window[i];
    }
    if (!good) {
        return refuseDnn(DNN_BAD_PARAM, "%s: mode %d, window %s, pads %s, strides %s", name, mode,
                         text(window).c_str(), text(pads).c_str(), text(strides).c_str());
    }
    p->mode = mode;
    p->window = window;
    p->pads = pads;
    p->strides = strides;
    return DNN_OK;
}

Axes outputDims(const Pooling& p, const Tensor& x) {
    if (p.window.empty() || x.dims.size() != p.window.size() + 2) {
        return {};
    }
    Axes dims{x.dims[0], x.dims[1]};
    for (size_t i = 0; i < p.window.size(); i++) {
        int free = x.dims[i + 2] + 2 * p.pads[i] - p.window[i];
        dims.push_back(free < 0 ? 0 : free / p.strides[i] + 1);
    }
    return dims;
}

void checkDims(Call& call, const Pooling& p, const Tensor& x, const Tensor& y) {
    if (!call.status()) {
        Axes expected = outputDims(p, x);
        call.require(!expected.empty() && expected == y.dims, DNN_BAD_PARAM,
                     "x " + text(x.dims) + " gives " + text(expected) + ", not " + text(y.dims));
    }
}

/** The offsets in x of an output cell's real window cells, in row-major order. */
std::vector<int64_t> cells(const Pooling& p, const Tensor& x, const Axes& output) {
    std::vector<int64_t> all;
    Axes r(p.window.size(), 0);
    do {
        int64_t at = int64_t(output[0]) * x.strides[0] + int64_t(output[1]) * x.strides[1];
        bool inside = true;
        for (size_t i = 0; i < r.size(); i++) {
            int cell = output[i + 2] * p.strides[i] + r[i] - p.pads[i];
            inside = inside && cell >= 0 && cell < x.dims[i + 2];
            at += int64_t(cell) * x.strides[i + 2];
        }
        if (inside) {
            all.push_back(at);
        }
    } while (next(r, p.window));
    return all;
}

double divisor(const Pooling& p, size_t real) {
    double n = 1;
    for (int w : p.window) {
        n *= w;
    }
    return p.mode == AVERAGE_WITH_PADDING ? n : double(real);
}

bool isMaximum(const Pooling& p) {
    return p.mode == MAX || p.mode == MAX_DETERMINISTIC;
}

int64_t largest(const std::vector<int64_t>& cells, const float* x) {
    int64_t best = cells[0];
    for (int64_t c : cells) {
        if (x[c] > x[best] || (x[c] != x[c] && x[best] == x[best])) {
            best = c;
        }
    }
    return best;
}
} // namespace

THAW_API int cudnnSetPooling2dDescriptor(void* d, int mode, int, int windowH, int windowW, int padH,
                                         int padW, int strideH, int strideW) {
    return setPooling("cudnnSetPooling2dDescriptor", d, mode, {windowH, windowW}, {padH, padW},
                      {strideH, strideW});
}

THAW_API int cudnnSetPoolingNdDescriptor(void* d, int mode, int, int n, const int* window,
                                         const int* pads, const int* strides) {
    if (n < 1 || n > 3) {
        return refuseDnn(DNN_NOT_SUPPORTED, "cudnnSetPoolingNdDescriptor: %d axes", n);
    }
    return setPooling("cudnnSetPoolingNdDescriptor", d, mode, Axes(window, window + n),
                      Axes(pads, pads + n), Axes(strides, strides + n));
}

THAW_API int cudnnGetPoolingNdForwardOutputDim(void* d, void* x, int rank, int* dims) {
    Call call("cudnnGetPoolingNdForwardOutputDim");
    Axes out = outputDims(call.get<Pooling>(d), call.shaped<Tensor>(x));
    call.require(!out.empty() && int(out.size()) == rank, DNN_BAD_PARAM, "the dims do not fit");
    if (!call.status()) {
        std::copy(out.begin(), out.end(), dims);
    }
    return call.status();
}

THAW_API int cudnnGetPooling2dForwardOutputDim(void* d, void* x, int* n, int* c, int* h, int* w) {
    int dims[4];
    int status = cudnnGetPoolingNdForwardOutputDim(d, x, 4, dims);
    if (!status) {
        *n = dims[0];
        *c = dims[1];
        *h = dims[2];
        *w = dims[3];
    }
    return status;
}

THAW_API int cudnnPoolingForward(void* h, void* d, const void* alpha, void* xd, const float* x,
                                 const void* beta, void* yd, float* y) {
    Call call("cudnnPoolingForward");
    Pooling p = call.get<Pooling>(d);
    Tensor xt = call.shaped<Tensor>(xd), yt = call.shaped<Tensor>(yd);
    checkDims(call, p, xt, yt);
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("y", y, yt);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        Axes o(yt.dims.size(), 0);
        do {
            auto window = cells(p, xt, o);
            double v = 0;
            if (isMaximum(p)) {
                v = x[largest(window, x)];
            } else {
                for (int64_t c : window) {
                    v += double(x[c]);
                }
                v /= divisor(p, window.size());
            }
            store(y[place(yt, o)], double(a) * v, b);
        } while (next(o, yt.dims));
    });
}

THAW_API int cudnnPoolingBackward(void* h, void* d, const void* alpha, void* yd, const float* y,
                                  void* dyd, const float* dy, void* xd, const float* x,
                                  const void* beta, void* dxd, float* dx) {
    Call call("cudnnPoolingBackward");
    Pooling p = call.get<Pooling>(d);
    Tensor yt = call.shaped<Tensor>(yd), dyt = call.shaped<Tensor>(dyd);
    Tensor xt = call.shaped<Tensor>(xd), dxt = call.shaped<Tensor>(dxd);
    checkDims(call, p, xt, yt);
    call.require(yt == dyt && xt == dxt, DNN_BAD_PARAM, "a gradient has other dims than its value");
    if (call.status()) {
        return call.status();
    }
    call.memory("y", y, yt);
    call.memory("dy", dy, dyt);
    call.memory("x", x, xt);
    call.memory("dx", dx, dxt);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        std::vector<double> sums(dxt.bytes() / sizeof(float));
        Axes o(yt.dims.size(), 0);
        do {
            double up = dy[place(dyt, o)];
            auto from = cells(p, xt, o), to = cells(p, dxt, o);
            if (isMaximum(p)) {
                int64_t best = largest(from, x);
                size_t i = size_t(std::find(from.begin(), from.end(), best) - from.begin());
                sums[size_t(to[i])] += up;
            } else {
                for (int64_t c : to) {
                    sums[size_t(c)] += up / divisor(p, to.size());
                }
            }
        } while (next(o, yt.dims));
        Axes at(dxt.dims.size(), 0);
        do {
            int64_t q = place(dxt, at);
            store(dx[q], double(a) * sums[size_t(q)], b);
        } while (next(at, dxt.dims));
    });
}
