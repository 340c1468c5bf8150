// Dropout of the simulated cuDNN.
#include "cudnn.h"

using namespace thaw::sim;

namespace {
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

THAW_API int cudnnDropoutGetStatesSize(void*, size_t* bytes) {
    Call call("cudnnDropoutGetStatesSize");
    call.mayRefuse(REFUSES_WORKSPACES);
    if (!call.status()) {
        *bytes = STATES;
    }
    return call.status();
}

/** One byte per element, which holds the mask. */
THAW_API int cudnnDropoutGetReserveSpaceSize(void* xd, size_t* bytes) {
    Call call("cudnnDropoutGetReserveSpaceSize");
    const Tensor& x = call.shaped<Tensor>(xd);
    call.mayRefuse(REFUSES_WORKSPACES);
    if (!call.status()) {
        *bytes = size_t(x.elements());
    }
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
