// Activations, elementwise ops, reductions and dropout of the simulated cuDNN.
#include "cudnn.h"

#include <cmath>

using namespace thaw::sim;

namespace {
enum Function { SIGMOID, RELU, TANH, CLIPPED_RELU, ELU, IDENTITY, SWISH };

double sigmoid(double x) {
    return 1 / (1 + std::exp(-x));
}

/** Where an element of the larger tensor finds its partner: axes of one cell are shared. */
int64_t broadcast(const Tensor& t, const Axes& at) {
    int64_t p = 0;
    for (size_t i = 0; i < at.size(); i++) {
        p += t.dims[i] == 1 ? 0 : int64_t(at[i]) * t.strides[i];
    }
    return p;
}

bool fits(const Tensor& small, const Tensor& large) {
    bool good = small.dims.size() == large.dims.size();
    for (size_t i = 0; good && i < small.dims.size(); i++) {
        good = small.dims[i] == 1 || small.dims[i] == large.dims[i];
    }
    return good;
}

double combine(int op, double a, double b) {
    switch (op) {
    case 0:
        return a + b;
    case 1:
        return a * b;
    case 2:
        return a != a || b != b ? NAN : std::min(a, b);
    case 3:
        return a != a || b != b ? NAN : std::max(a, b);
    case 4:
        return std::sqrt(a);
    default:
        return 1 - a;
    }
}

enum Reduction { ADD, MUL, MIN, MAX, AMAX, AVG, NORM1, NORM2, MUL_NO_ZEROS };

double neutral(int op) {
    return op == MUL || op == MUL_NO_ZEROS ? 1 : op == MIN ? INFINITY : op == MAX ? -INFINITY : 0;
}

double accumulate(int op, double sum, double x) {
    switch (op) {
    case MUL:
        return sum * x;
    case MUL_NO_ZEROS:
        return x == 0 ? sum : sum * x;
    case MIN:
        return x != x || sum != sum ? NAN : std::min(sum, x);
    case MAX:
        return x != x || sum != sum ? NAN : std::max(sum, x);
    case AMAX:
        return std::max(sum, std::fabs(x));
    case NORM1:
        return sum + std::fabs(x);
    case NORM2:
        return sum + x * x;
    default:
        return sum + x;
    }
}

constexpr size_t STATES = 4096; // bytes of dropout's random states
constexpr uint64_t GOLDEN = 0x9E3779B97F4A7C15u;

/** The simulator's own numbers (splitmix64): cuDNN's are not documented. */
uint64_t mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

int setDropout(const char* name, void* d, void* h, float rate, void* states, size_t bytes,
               unsigned long long seed, bool fresh) {
    Call call(name);
    call.get<DropoutDescriptor>(d);
    call.require(rate >= 0 && rate <= 1, DNN_BAD_PARAM, "rate " + std::to_string(rate));
    if (states) {
        call.require(bytes >= STATES, DNN_BAD_PARAM, "the states are too small");
        call.bytes("states", states, STATES);
    }
    if (call.status()) {
        return call.status();
    }
    auto* all = static_cast<unsigned long long*>(states);
    *Kind<DropoutDescriptor>::live().get(d) = {rate, all, bytes, seed};
    if (!states || !fresh) {
        return DNN_OK;
    }
    return call.run(h, [=] { *all = seed; });
}
} // namespace

double thaw::sim::activate(const Activation& a, double x) {
    switch (a.mode) {
    case SIGMOID:
        return sigmoid(x);
    case RELU:
        return x < 0 ? 0 : x;
    case TANH:
        return std::tanh(x);
    case CLIPPED_RELU:
        return x < 0 ? 0 : x > a.coefficient ? a.coefficient : x;
    case ELU:
        return x < 0 ? a.coefficient * std::expm1(x) : x;
    case SWISH:
        return x * sigmoid(a.beta * x);
    default:
        return x;
    }
}

double thaw::sim::activateGrad(const Activation& a, double x, double y, double dy) {
    switch (a.mode) {
    case SIGMOID:
        return dy * y * (1 - y);
    case RELU:
        return x > 0 ? dy : 0;
    case TANH:
        return dy * (1 - y * y);
    case CLIPPED_RELU:
        return x > 0 && x < a.coefficient ? dy : 0;
    case ELU:
        return x < 0 ? dy * (y + a.coefficient) : dy;
    case SWISH: {
        double s = sigmoid(a.beta * x);
        return dy * (s + a.beta * x * s * (1 - s));
    }
    default:
        return dy;
    }
}

THAW_API int cudnnActivationForward(void* h, void* d, const void* alpha, void* xd, const float* x,
                                    const void* beta, void* yd, float* y) {
    Call call("cudnnActivationForward");
    Activation act = call.get<Activation>(d);
    Tensor xt = call.shaped<Tensor>(xd), yt = call.shaped<Tensor>(yd);
    call.require(act.mode >= 0 && act.mode != IDENTITY, DNN_BAD_PARAM,
                 "an activation descriptor that is not set, or IDENTITY");
    call.require(xt == yt, DNN_BAD_PARAM, "x and y have different dims");
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("y", y, yt);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        Axes at(xt.dims.size(), 0);
        do {
            store(y[place(yt, at)], double(a) * activate(act, x[place(xt, at)]), b);
        } while (next(at, xt.dims));
    });
}

THAW_API int cudnnActivationBackward(void* h, void* d, const void* alpha, void* yd, const float* y,
                                     void* dyd, const float* dy, void* xd, const float* x,
                                     const void* beta, void* dxd, float* dx) {
    Call call("cudnnActivationBackward");
    Activation act = call.get<Activation>(d);
    Tensor yt = call.shaped<Tensor>(yd), dyt = call.shaped<Tensor>(dyd);
    Tensor xt = call.shaped<Tensor>(xd), dxt = call.shaped<Tensor>(dxd);
    call.require(act.mode >= 0 && act.mode != IDENTITY, DNN_BAD_PARAM,
                 "an activation descriptor that is not set, or IDENTITY");
    call.require(xt == yt && xt == dyt && xt == dxt, DNN_BAD_PARAM, "the dims differ");
    if (call.status()) {
        return call.status();
    }
    call.memory("y", y, yt);
    call.memory("dy", dy, dyt);
    call.memory("x", x, xt);
    call.memory("dx", dx, dxt);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        Axes at(xt.dims.size(), 0);
        do {
            double g = activateGrad(act, x[place(xt, at)], y[place(yt, at)], dy[place(dyt, at)]);
            store(dx[place(dxt, at)], double(a) * g, b);
        } while (next(at, xt.dims));
    });
}

/** c = alpha a + beta c; axes of a with one cell are shared. */
THAW_API int cudnnAddTensor(void* h, const void* alpha, void* ad, const float* a, const void* beta,
                            void* cd, float* c) {
    Call call("cudnnAddTensor");
    Tensor at = call.shaped<Tensor>(ad), ct = call.shaped<Tensor>(cd);
    call.require(fits(at, ct), DNN_BAD_PARAM, "a " + text(at.dims) + " for c " + text(ct.dims));
    if (call.status()) {
        return call.status();
    }
    call.memory("a", a, at);
    call.memory("c", c, ct);
    float al = scalar(alpha), be = scalar(beta);
    return call.run(h, [=] {
        Axes i(ct.dims.size(), 0);
        do {
            store(c[place(ct, i)], double(al) * double(a[broadcast(at, i)]), be);
        } while (next(i, ct.dims));
    });
}

/** y = alpha x + beta y, between layouts. */
THAW_API int cudnnTransformTensor(void* h, const void* alpha, void* xd, const float* x,
                                  const void* beta, void* yd, float* y) {
    Call call("cudnnTransformTensor");
    Tensor xt = call.shaped<Tensor>(xd), yt = call.shaped<Tensor>(yd);
    call.require(xt == yt, DNN_BAD_PARAM, "x and y have different dims");
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("y", y, yt);
    float a = scalar(alpha), b = scalar(beta);
    return call.run(h, [=] {
        Axes i(xt.dims.size(), 0);
        do {
            store(y[place(yt, i)], double(a) * double(x[place(xt, i)]), b);
        } while (next(i, xt.dims));
    });
}

THAW_API int cudnnSetTensor(void* h, void* yd, float* y, const void* value) {
    Call call("cudnnSetTensor");
    Tensor yt = call.shaped<Tensor>(yd);
    call.memory("y", y, yt);
    float v = scalar(value);
    return call.run(h, [=] {
        Axes i(yt.dims.size(), 0);
        do {
            y[place(yt, i)] = v;
        } while (next(i, yt.dims));
    });
}

THAW_API int cudnnScaleTensor(void* h, void* yd, float* y, const void* alpha) {
    Call call("cudnnScaleTensor");
    Tensor yt = call.shaped<Tensor>(yd);
    call.memory("y", y, yt);
    float a = scalar(alpha);
    return call.run(h, [=] {
        Axes i(yt.dims.size(), 0);
        do {
            y[place(yt, i)] *= a;
        } while (next(i, yt.dims));
    });
}

/** c = op(alpha1 a, alpha2 b) + beta c; axes of b with one cell are shared. */
THAW_API int cudnnOpTensor(void* h, void* d, const void* alpha1, void* ad, const float* a,
                           const void* alpha2, void* bd, const float* b, const void* beta, void* cd,
                           float* c) {
    Call call("cudnnOpTensor");
    int op = call.get<OpTensorDescriptor>(d).op;
    bool unary = op >= 4;
    Tensor at = call.shaped<Tensor>(ad), ct = call.shaped<Tensor>(cd);
    Tensor bt = unary ? at : call.shaped<Tensor>(bd);
    call.require(op >= 0, DNN_BAD_PARAM, "an op tensor descriptor that was never set");
    call.require(at == ct && fits(bt, ct), DNN_BAD_PARAM,
                 "a " + text(at.dims) + ", b " + text(bt.dims) + ", c " + text(ct.dims));
    if (call.status()) {
        return call.status();
    }
    call.memory("a", a, at);
    call.memory("c", c, ct);
    if (!unary) {
        call.memory("b", b, bt);
    }
    float a1 = scalar(alpha1), a2 = unary ? 0 : scalar(alpha2), be = scalar(beta);
    return call.run(h, [=] {
        Axes i(ct.dims.size(), 0);
        do {
            double right = unary ? 0 : double(a2) * double(b[broadcast(bt, i)]);
            store(c[place(ct, i)], combine(op, double(a1) * double(a[place(at, i)]), right), be);
        } while (next(i, ct.dims));
    });
}

THAW_API int cudnnGetReductionIndicesSize(void*, void*, void*, void*, size_t* bytes) {
    *bytes = 0;
    return DNN_OK;
}

THAW_API int cudnnGetReductionWorkspaceSize(void*, void*, void*, void* cd, size_t* bytes) {
    Call call("cudnnGetReductionWorkspaceSize");
    const Tensor& c = call.shaped<Tensor>(cd);
    *bytes = call.status() ? 0 : c.bytes();
    return call.status();
}

/** c = alpha reduce(a) + beta c over the axes where c has one cell. */
THAW_API int cudnnReduceTensor(void* h, void* d, void*, size_t, void* workspace, size_t bytes,
                               const void* alpha, void* ad, const float* a, const void* beta, void* cd,
                               float* c) {
    Call call("cudnnReduceTensor");
    int op = call.get<ReduceDescriptor>(d).op;
    Tensor at = call.shaped<Tensor>(ad), ct = call.shaped<Tensor>(cd);
    call.require(op >= 0, DNN_BAD_PARAM, "a reduce tensor descriptor that was never set");
    call.require(fits(ct, at), DNN_BAD_PARAM, "a " + text(at.dims) + " to c " + text(ct.dims));
    if (call.status()) {
        return call.status();
    }
    call.memory("a", a, at);
    call.memory("c", c, ct);
    call.workspace(workspace, bytes, ct.bytes());
    float al = scalar(alpha), be = scalar(beta);
    return call.run(h, [=] {
        std::vector<double> sums(ct.bytes() / sizeof(float), neutral(op));
        Axes i(at.dims.size(), 0);
        do {
            double& s = sums[size_t(broadcast(ct, i))];
            s = accumulate(op, s, a[place(at, i)]);
        } while (next(i, at.dims));
        double n = double(at.elements()) / double(ct.elements());
        Axes o(ct.dims.size(), 0);
        do {
            int64_t p = place(ct, o);
            double s = sums[size_t(p)];
            s = op == AVG ? s / n : op == NORM2 ? std::sqrt(s) : s;
            store(c[p], double(al) * s, be);
        } while (next(o, ct.dims));
    });
}

/** db = alpha (sum of dy over all but the channels) + beta db */
THAW_API int cudnnConvolutionBackwardBias(void* h, const void* alpha, void* dyd, const float* dy,
                                          const void* beta, void* dbd, float* db) {
    Call call("cudnnConvolutionBackwardBias");
    Tensor dyt = call.shaped<Tensor>(dyd), dbt = call.shaped<Tensor>(dbd);
    call.require(fits(dbt, dyt) && dbt.elements() == dyt.dims[1], DNN_BAD_PARAM,
                 "dy " + text(dyt.dims) + " to db " + text(dbt.dims));
    if (call.status()) {
        return call.status();
    }
    call.memory("dy", dy, dyt);
    call.memory("db", db, dbt);
    float al = scalar(alpha), be = scalar(beta);
    return call.run(h, [=] {
        std::vector<double> sums(size_t(dyt.dims[1]));
        Axes i(dyt.dims.size(), 0);
        do {
            sums[size_t(i[1])] += double(dy[place(dyt, i)]);
        } while (next(i, dyt.dims));
        for (size_t k = 0; k < sums.size(); k++) {
            store(db[int64_t(k) * dbt.strides[1]], double(al) * sums[k], be);
        }
    });
}

THAW_API int cudnnDropoutGetStatesSize(void*, size_t* bytes) {
    *bytes = STATES;
    return DNN_OK;
}

/** One byte per element, which holds the mask. */
THAW_API int cudnnDropoutGetReserveSpaceSize(void* xd, size_t* bytes) {
    Call call("cudnnDropoutGetReserveSpaceSize");
    const Tensor& x = call.shaped<Tensor>(xd);
    *bytes = call.status() ? 0 : size_t(x.elements());
    return call.status();
}

THAW_API int cudnnSetDropoutDescriptor(void* d, void* h, float rate, void* states, size_t bytes,
                                       unsigned long long seed) {
    return setDropout("cudnnSetDropoutDescriptor", d, h, rate, states, bytes, seed, true);
}

THAW_API int cudnnRestoreDropoutDescriptor(void* d, void* h, float rate, void* states, size_t bytes,
                                           unsigned long long seed) {
    return setDropout("cudnnRestoreDropoutDescriptor", d, h, rate, states, bytes, seed, false);
}

THAW_API int cudnnGetDropoutDescriptor(void* d, void* h, float* rate, void** states,
                                       unsigned long long* seed) {
    Call call("cudnnGetDropoutDescriptor");
    call.get<DnnHandle>(h);
    const auto& drop = call.get<DropoutDescriptor>(d);
    *rate = drop.rate;
    *states = drop.states;
    *seed = drop.seed;
    return call.status();
}

THAW_API int cudnnDropoutForward(void* h, void* d, void* xd, const float* x, void* yd, float* y,
                                 void* reserve, size_t bytes) {
    Call call("cudnnDropoutForward");
    DropoutDescriptor drop = call.get<DropoutDescriptor>(d);
    Tensor xt = call.shaped<Tensor>(xd), yt = call.shaped<Tensor>(yd);
    call.require(xt == yt, DNN_BAD_PARAM, "x and y have different dims");
    call.require(drop.states != nullptr, DNN_BAD_PARAM, "a dropout descriptor without states");
    if (call.status()) {
        return call.status();
    }
    call.memory("x", x, xt);
    call.memory("y", y, yt);
    call.bytes("states", drop.states, STATES);
    call.workspace(reserve, bytes, size_t(xt.elements()));
    return call.run(h, [=] {
        auto* mask = static_cast<unsigned char*>(reserve);
        uint64_t draw = *drop.states;
        *drop.states = draw + 1; // each call draws anew, also when a graph is replayed
        float scale = drop.rate < 1 ? 1 / (1 - drop.rate) : 0;
        uint64_t i = 0;
        Axes at(xt.dims.size(), 0);
        do {
            double u = double(mix(draw * GOLDEN + i) >> 11) * 0x1p-53;
            mask[i] = u >= double(drop.rate);
            y[place(yt, at)] = mask[i] ? x[place(xt, at)] * scale : 0;
            i++;
        } while (next(at, xt.dims));
    });
}

THAW_API int cudnnDropoutBackward(void* h, void* d, void* dyd, const float* dy, void* dxd, float* dx,
                                  void* reserve, size_t bytes) {
    Call call("cudnnDropoutBackward");
    DropoutDescriptor drop = call.get<DropoutDescriptor>(d);
    Tensor dyt = call.shaped<Tensor>(dyd), dxt = call.shaped<Tensor>(dxd);
    call.require(dyt == dxt, DNN_BAD_PARAM, "dy and dx have different dims");
    if (call.status()) {
        return call.status();
    }
    call.memory("dy", dy, dyt);
    call.memory("dx", dx, dxt);
    call.workspace(reserve, bytes, size_t(dyt.elements()));
    return call.run(h, [=] {
        auto* mask = static_cast<const unsigned char*>(reserve);
        float scale = drop.rate < 1 ? 1 / (1 - drop.rate) : 0;
        uint64_t i = 0;
        Axes at(dyt.dims.size(), 0);
        do {
            dx[place(dxt, at)] = mask[i++] ? dy[place(dyt, at)] * scale : 0;
        } while (next(at, dyt.dims));
    });
}
