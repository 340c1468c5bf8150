// Batch normalization and its gradient.
//
// As in cuDNN: what is saved for the backward pass is the inverse standard deviation, and the
// running variance takes the batch's with Bessel's correction, n / (n - 1).
#include "cudnn.h"

#include <cmath>

using namespace thaw::sim;

namespace {
enum Mode { PER_ACTIVATION = 0, SPATIAL = 1, SPATIAL_PERSISTENT = 2 };

/** The dims of scale, bias, mean and variance. */
Axes parameterDims(const Tensor& x, int mode) {
    Axes dims = x.dims;
    dims[0] = 1;
    for (size_t i = 2; mode != PER_ACTIVATION && i < dims.size(); i++) {
        dims[i] = 1;
    }
    return dims;
}

/** Where the parameter of an element of x lies: axes of one cell are shared. */
size_t parameterOf(const Tensor& p, const Axes& at) {
    int64_t q = 0;
    for (size_t i = 0; i < at.size(); i++) {
        q += p.dims[i] == 1 ? 0 : int64_t(at[i]) * p.strides[i];
    }
    return size_t(q);
}

void checkDims(Call& call, const Tensor& x, const Tensor& parameters, int mode) {
    call.require(mode >= PER_ACTIVATION && mode <= SPATIAL_PERSISTENT, DNN_BAD_PARAM,
                 "mode " + std::to_string(mode));
    if (!call.status()) {
        call.require(parameters.dims == parameterDims(x, mode), DNN_BAD_PARAM,
                     "parameters " + text(parameters.dims) + " for x " + text(x.dims));
    }
}

using Sums = std::vector<double>;

template <class F>
void overElements(const Tensor& x, F visit) {
    Axes at(x.dims.size(), 0);
    do {
        visit(at);
    } while (next(at, x.dims));
}

/** Mean and biased variance of each channel, in two passes. */
void statistics(const Tensor& xt, const float* x, const Tensor& p, Sums& mean, Sums& variance) {
    size_t n = p.bytes() / sizeof(float);
    double count = double(xt.elements()) / double(p.elements());
    mean.assign(n, 0);
    variance.assign(n, 0);
    overElements(xt, [&](const Axes& at) { mean[parameterOf(p, at)] += x[place(xt, at)]; });
    for (double& m : mean) {
        m /= count;
    }
    overElements(xt, [&](const Axes& at) {
        size_t c = parameterOf(p, at);
        double d = double(x[place(xt, at)]) - mean[c];
        variance[c] += d * d;
    });
    for (double& v : variance) {
        v /= count;
    }
}

struct TrainingOutputs {
    float *runningMean, *runningVariance, *savedMean, *savedInverse;
    double factor, epsilon;
};

int train(const char* name, void* h, int mode, const void* alpha, const void* beta, void* xd,
          const float* x, void* yd, float* y, void* pd, const float* scale, const float* bias,
          const TrainingOutputs& o) {
    Call call(name);
    Tensor xt = call.shaped<Tensor>(xd), yt = call.shaped<Tensor>(yd), p = call.shaped<Tensor>(pd);
    checkDims(call, xt, p, mode);
    call.require(xt == yt, DNN_BAD_PARAM, "x and y have different dims");
    call.require(o.epsilon >= 0, DNN_BAD_PARAM, "epsilon is negative");
    call.require(!o.runningMean == !o.runningVariance, DNN_BAD_PARAM,
                 "of running mean and variance one is null");
    call.require(!o.savedMean == !o.savedInverse, DNN_BAD_PARAM,
                 "of saved mean and inverse deviation one is null");
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("y", y, yt);
    call.memory("scale", scale, p);
    call.memory("bias", bias, p);
    if (o.runningMean) {
        call.memory("running mean", o.runningMean, p);
        call.memory("running variance", o.runningVariance, p);
    }
    if (o.savedMean) {
        call.memory("saved mean", o.savedMean, p);
        call.memory("saved inverse deviation", o.savedInverse, p);
    }
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        Sums mean, variance;
        statistics(xt, x, p, mean, variance);
        overElements(xt, [&](const Axes& at) {
            size_t c = parameterOf(p, at);
            double hat = (double(x[place(xt, at)]) - mean[c]) / std::sqrt(variance[c] + o.epsilon);
            store(y[place(yt, at)], double(a) * (hat * double(scale[c]) + double(bias[c])), b);
        });
        double n = double(xt.elements()) / double(p.elements());
        double bessel = n > 1 ? n / (n - 1) : 1;
        for (size_t c = 0; c < mean.size(); c++) {
            if (o.runningMean) {
                double keep = 1 - o.factor;
                o.runningMean[c] = float(keep * double(o.runningMean[c]) + o.factor * mean[c]);
                o.runningVariance[c] = float(keep * double(o.runningVariance[c])
                                             + o.factor * variance[c] * bessel);
            }
            if (o.savedMean) {
                o.savedMean[c] = float(mean[c]);
                o.savedInverse[c] = float(1 / std::sqrt(variance[c] + o.epsilon));
            }
        }
    });
}

struct Factors {
    const void *alphaData, *betaData, *alphaParameters, *betaParameters;
};

struct Saved {
    const float *mean, *inverse;
    double epsilon;
};

int backward(const char* name, void* h, int mode, const Factors& f, void* xd, const float* x,
             void* dyd, const float* dy, void* dxd, float* dx, void* pd, const float* scale,
             float* dscale, float* dbias, const Saved& saved) {
    Call call(name);
    Tensor xt = call.shaped<Tensor>(xd), dyt = call.shaped<Tensor>(dyd);
    Tensor dxt = call.shaped<Tensor>(dxd), p = call.shaped<Tensor>(pd);
    checkDims(call, xt, p, mode);
    call.require(xt == dyt && xt == dxt, DNN_BAD_PARAM, "x, dy and dx have different dims");
    call.require(!saved.mean == !saved.inverse, DNN_BAD_PARAM,
                 "of saved mean and inverse deviation one is null");
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("dy", dy, dyt);
    call.memory("dx", dx, dxt);
    call.memory("scale", scale, p);
    call.memory("dscale", dscale, p);
    call.memory("dbias", dbias, p);
    if (saved.mean) {
        call.memory("saved mean", saved.mean, p);
        call.memory("saved inverse deviation", saved.inverse, p);
    }
    float ad = scalar(f.alphaData), bd = scalar(f.betaData);
    float ap = scalar(f.alphaParameters), bp = scalar(f.betaParameters);
    return call.run(h, [=] {
        Sums mean, inverse;
        if (saved.mean) {
            size_t n = p.bytes() / sizeof(float);
            mean.assign(saved.mean, saved.mean + n);
            inverse.assign(saved.inverse, saved.inverse + n);
        } else {
            statistics(xt, x, p, mean, inverse);
            for (double& v : inverse) {
                v = 1 / std::sqrt(v + saved.epsilon);
            }
        }
        Sums sumDy(mean.size()), sumDyHat(mean.size());
        auto hat = [&](const Axes& at, size_t c) {
            return (double(x[place(xt, at)]) - mean[c]) * inverse[c];
        };
        overElements(xt, [&](const Axes& at) {
            size_t c = parameterOf(p, at);
            double up = dy[place(dyt, at)];
            sumDy[c] += up;
            sumDyHat[c] += up * hat(at, c);
        });
        double n = double(xt.elements()) / double(p.elements());
        overElements(xt, [&](const Axes& at) {
            size_t c = parameterOf(p, at);
            double d = double(dy[place(dyt, at)]) - sumDy[c] / n - hat(at, c) * sumDyHat[c] / n;
            store(dx[place(dxt, at)], double(ad) * double(scale[c]) * inverse[c] * d, bd);
        });
        for (size_t c = 0; c < mean.size(); c++) {
            store(dscale[c], double(ap) * sumDyHat[c], bp);
            store(dbias[c], double(ap) * sumDy[c], bp);
        }
    });
}

/** cuDNN fuses an activation in half precision only. */
int plainOnly(const char* name, int operations) {
    return operations ? refuseDnn(DNN_NOT_SUPPORTED,
                                  "%s: bnOps %d: in float32 only CUDNN_BATCHNORM_OPS_BN (0)", name,
                                  operations)
                      : int(DNN_OK);
}

/** What the Ex variants ask for, so that the backend's workspace and reserve space are used. */
constexpr size_t EX_WORKSPACE = 1024;

int exBytes(const char* name, int operations, size_t* bytes, size_t needed) {
    if (int status = plainOnly(name, operations)) {
        return status;
    }
    Call call(name);
    call.mayRefuse(REFUSES_WORKSPACES);
    if (!call.status()) {
        *bytes = needed;
    }
    return call.status();
}
} // namespace

THAW_API int cudnnDeriveBNTensorDescriptor(void* derived, void* xd, int mode) {
    Call call("cudnnDeriveBNTensorDescriptor");
    const Tensor& x = call.shaped<Tensor>(xd);
    call.get<Tensor>(derived);
    if (call.status()) {
        return call.status();
    }
    Tensor* p = Kind<Tensor>::live().get(derived);
    p->dims = parameterDims(x, mode);
    p->strides.assign(p->dims.size(), 1);
    for (size_t i = p->dims.size() - 1; i-- > 0;) {
        p->strides[i] = p->strides[i + 1] * p->dims[i + 1];
    }
    return DNN_OK;
}

THAW_API int cudnnBatchNormalizationForwardTraining(
        void* h, int mode, const void* alpha, const void* beta, void* xd, const float* x, void* yd,
        float* y, void* pd, const float* scale, const float* bias, double factor, float* runningMean,
        float* runningVariance, double epsilon, float* savedMean, float* savedInverse) {
    return train("cudnnBatchNormalizationForwardTraining", h, mode, alpha, beta, xd, x, yd, y, pd,
                 scale, bias,
                 {runningMean, runningVariance, savedMean, savedInverse, factor, epsilon});
}

THAW_API int cudnnBatchNormalizationForwardTrainingEx(
        void* h, int mode, int operations, const void* alpha, const void* beta, void* xd,
        const float* x, void*, const void*, void* yd, float* y, void* pd, const float* scale,
        const float* bias, double factor, float* runningMean, float* runningVariance, double epsilon,
        float* savedMean, float* savedInverse, void*, void* workspace, size_t bytes, void*, size_t) {
    const char* name = "cudnnBatchNormalizationForwardTrainingEx";
    if (int status = plainOnly(name, operations)) {
        return status;
    }
    {
        Call call(name);
        call.workspace(workspace, bytes, EX_WORKSPACE);
        if (call.status()) {
            return call.status();
        }
    }
    return train(name, h, mode, alpha, beta, xd, x, yd, y, pd, scale, bias,
                 {runningMean, runningVariance, savedMean, savedInverse, factor, epsilon});
}

THAW_API int cudnnBatchNormalizationBackward(
        void* h, int mode, const void* alphaData, const void* betaData, const void* alphaParameters,
        const void* betaParameters, void* xd, const float* x, void* dyd, const float* dy, void* dxd,
        float* dx, void* pd, const float* scale, float* dscale, float* dbias, double epsilon,
        const float* savedMean, const float* savedInverse) {
    return backward("cudnnBatchNormalizationBackward", h, mode,
                    {alphaData, betaData, alphaParameters, betaParameters}, xd, x, dyd, dy, dxd, dx,
                    pd, scale, dscale, dbias, {savedMean, savedInverse, epsilon});
}

THAW_API int cudnnBatchNormalizationBackwardEx(
        void* h, int mode, int operations, const void* alphaData, const void* betaData,
        const void* alphaParameters, const void* betaParameters, void* xd, const float* x, void*,
        const void*, void* dyd, const float* dy, void*, void*, void* dxd, float* dx, void* pd,
        const float* scale, const float*, float* dscale, float* dbias, double epsilon,
        const float* savedMean, const float* savedInverse, void*, void* workspace, size_t bytes, void*,
        size_t) {
    const char* name = "cudnnBatchNormalizationBackwardEx";
    if (int status = plainOnly(name, operations)) {
        return status;
    }
    {
        Call call(name);
        call.workspace(workspace, bytes, EX_WORKSPACE);
        if (call.status()) {
            return call.status();
        }
    }
    return backward(name, h, mode, {alphaData, betaData, alphaParameters, betaParameters}, xd, x, dyd,
                    dy, dxd, dx, pd, scale, dscale, dbias, {savedMean, savedInverse, epsilon});
}

THAW_API int cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize(void*, int, int operations,
                                                                      void*, void*, void*, void*,
                                                                      void*, size_t* bytes) {
    return exBytes("cudnnGetBatchNormalizationForwardTrainingExWorkspaceSize", operations, bytes,
                   EX_WORKSPACE);
}

THAW_API int cudnnGetBatchNormalizationBackwardExWorkspaceSize(void*, int, int operations, void*,
                                                               void*, void*, void*, void*, void*,
                                                               void*, size_t* bytes) {
    return exBytes("cudnnGetBatchNormalizationBackwardExWorkspaceSize", operations, bytes, EX_WORKSPACE);
}

THAW_API int cudnnGetBatchNormalizationTrainingExReserveSpaceSize(void*, int, int operations, void*,
                                                                  void*, size_t* bytes) {
    return exBytes("cudnnGetBatchNormalizationTrainingExReserveSpaceSize", operations, bytes, 0);
}

THAW_API int cudnnBatchNormalizationForwardInference(
        void* h, int mode, const void* alpha, const void* beta, void* xd, const float* x, void* yd,
        float* y, void* pd, const float* scale, const float* bias, const float* mean,
        const float* variance, double epsilon) {
    Call call("cudnnBatchNormalizationForwardInference");
    Tensor xt = call.shaped<Tensor>(xd), yt = call.shaped<Tensor>(yd), p = call.shaped<Tensor>(pd);
    checkDims(call, xt, p, mode);
    call.require(xt == yt, DNN_BAD_PARAM, "x and y have different dims");
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("y", y, yt);
    call.memory("scale", scale, p);
    call.memory("bias", bias, p);
    call.memory("mean", mean, p);
    call.memory("variance", variance, p);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        overElements(xt, [&](const Axes& at) {
            size_t c = parameterOf(p, at);
            double hat = (double(x[place(xt, at)]) - double(mean[c]))
                         / std::sqrt(double(variance[c]) + epsilon);
            store(y[place(yt, at)], double(a) * (hat * double(scale[c]) + double(bias[c])), b);
        });
    });
}
