// What the parts of the simulated cuDNN share.
#pragma once
#include "sim.h"

#include <vector>

namespace thaw::sim {
/** cuDNN 9's status codes (earlier versions count from 1), without its finer ones of 9.x. */
enum Dnn : int {
    DNN_OK = 0,
    DNN_NOT_INITIALIZED = 1001,
    DNN_BAD_PARAM = 2000,
    DNN_NOT_SUPPORTED = 3000,
    DNN_EXECUTION_FAILED = 5000,
};

/** What the setting CUDNN_REFUSES makes every call say NOT_SUPPORTED to, its outputs unwritten. */
enum Refusal : int { REFUSES_QUERIES = 1, REFUSES_WORKSPACES = 2, REFUSES_CALLS = 3 };

constexpr int FLOAT = 0; // CUDNN_DATA_FLOAT, the only type that is simulated
constexpr int MOST_AXES = 8;
using Guard = std::lock_guard<std::recursive_mutex>;
using Axes = std::vector<int>;

/** Refuses, and keeps the message for cudnnGetLastErrorString. */
int refuseDnn(int status, const char* format, ...) __attribute__((format(printf, 2, 3)));

struct DnnHandle {
    void* stream = nullptr;
};

/** Dims in the order n, c, spatial..; strides in elements. */
struct Tensor {
    Axes dims, strides;
    bool operator==(const Tensor& o) const {
        return dims == o.dims;
    }
    int64_t elements() const;
    /** Bytes from the first to the last element. */
    size_t bytes() const;
};

/** Dims in the order k, c per group, window..; NHWC stores k, window.., c. */
struct Filter : Tensor {
    int format = 0;
};

constexpr int FMA_MATH = 3; // the others let products be rounded to TF32

struct ConvolutionDescriptor {
    Axes pads, strides, dilations;
    int mode = 1; // 0 flips the filter
    int groups = 1;
    int math = 0;
};

struct Activation {
    int mode = -1;
    double coefficient = 0;
};

struct DropoutDescriptor {
    float rate = 0;
    unsigned long long* states = nullptr;
    size_t stateBytes = 0;
    unsigned long long seed = 0;
};

template <class T>
struct Kind; // its handles and its name
#define THAW_KIND(type, text)                                                                      \
    template <>                                                                                    \
    struct Kind<type> {                                                                            \
        static constexpr const char* name = text;                                                  \
        static Handles<type>& live();                                                              \
    };
THAW_KIND(DnnHandle, "cuDNN handle")
THAW_KIND(Tensor, "tensor descriptor")
THAW_KIND(Filter, "filter descriptor")
THAW_KIND(ConvolutionDescriptor, "convolution descriptor")
THAW_KIND(Activation, "activation descriptor")
THAW_KIND(DropoutDescriptor, "dropout descriptor")
#undef THAW_KIND

/**
 * One call of the API: it collects what is wrong with the arguments, the first of which counts, and
 * the memory that the work will touch, which is checked at the call and again when the work runs.
 */
class Call {
  public:
    explicit Call(const char* name) : guard_(lock()), name_(name), label_(name) {}

    /** The object behind a handle; where it is gone, a blank one, and the call will refuse. */
    template <class T>
    const T& get(const void* handle) {
        T* found = Kind<T>::live().get(handle);
        if (!found) {
            bad(DNN_BAD_PARAM, std::string("no ") + Kind<T>::name + " that lives");
        }
        return found ? *found : blank<T>();
    }
    /** A tensor or filter that has been set. */
    template <class T>
    const T& shaped(const void* handle) {
        const T& t = get<T>(handle);
        if (!status_ && t.dims.empty()) {
            bad(DNN_BAD_PARAM, std::string("a ") + Kind<T>::name + " that was never set");
        }
        return t;
    }
    void require(bool condition, int status, const std::string& what) {
        if (!condition) {
            bad(status, what);
        }
    }
    /** Memory of a tensor that the work reads or writes. */
    void memory(const char* what, const void* pointer, const Tensor& t) {
        bytes(what, pointer, t.bytes());
    }
    void bytes(const char* what, const void* pointer, size_t bytes);
    void workspace(const void* pointer, size_t given, size_t needed);
    int status() const {
        return status_;
    }
    /** Notes that products may be rounded to TF32: the record of what ran says so. */
    void roundsToTf32() {
        label_ += " TF32";
    }
    /** Refuses where the setting says so. */
    void mayRefuse(Refusal kind) {
        require(setting(CUDNN_REFUSES) != kind, DNN_NOT_SUPPORTED, "refused by a setting");
    }
    /** Queues the work unless something was wrong. */
    int run(const void* handle, std::function<void()> work);

  private:
    struct Span {
        std::string what;
        const void* pointer;
        size_t bytes;
    };
    template <class T>
    static const T& blank() {
        static const T t{};
        return t;
    }
    void bad(int status, const std::string& what);

    Guard guard_;
    const char* name_;
    std::string label_;
    int status_ = DNN_OK;
    std::vector<Span> spans_;
};

/** Where an element lies, from its coordinates. */
inline int64_t place(const Tensor& t, const Axes& at) {
    int64_t p = 0;
    for (size_t i = 0; i < at.size(); i++) {
        p += int64_t(at[i]) * t.strides[i];
    }
    return p;
}

/** Steps through coordinates in row-major order; false after the last one. */
inline bool next(Axes& at, const Axes& dims) {
    for (size_t i = dims.size(); i-- > 0;) {
        if (++at[i] < dims[i]) {
            return true;
        }
        at[i] = 0;
    }
    return false;
}

inline float scalar(const void* p) {
    return *static_cast<const float*>(p);
}

/** y = result + beta y, without a look at y where beta is 0. */
inline void store(float& y, double result, float beta) {
    y = float(beta == 0 ? result : result + double(beta) * double(y));
}

std::string text(const Axes& dims);
} // namespace thaw::sim
