// What every call of the simulated cuDNN goes through, and what it says about itself.
#include "cudnn.h"

#include <cstdarg>
#include <cstring>

using namespace thaw::sim;

namespace {
constexpr size_t VERSION = 90500;
thread_local char lastError[512];
} // namespace

namespace thaw::sim {
#define THAW_LIVE(type)                                                                            \
    Handles<type>& Kind<type>::live() {                                                            \
        static auto* h = new Handles<type>(LIVE_DESCRIPTORS);                                      \
        return *h;                                                                                 \
    }
THAW_LIVE(DnnHandle)
THAW_LIVE(Tensor)
THAW_LIVE(Filter)
THAW_LIVE(ConvolutionDescriptor)
THAW_LIVE(Activation)
THAW_LIVE(DropoutDescriptor)
#undef THAW_LIVE

int refuseDnn(int status, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(lastError, sizeof lastError, format, arguments);
    va_end(arguments);
    return refuse(status, "%s", lastError);
}

std::string text(const Axes& dims) {
    std::string s = "[";
    for (size_t i = 0; i < dims.size(); i++) {
        s += (i ? "," : "") + std::to_string(dims[i]);
    }
    return s + "]";
}

int64_t Tensor::elements() const {
    int64_t n = 1;
    for (int d : dims) {
        n *= d;
    }
    return n;
}

size_t Tensor::bytes() const {
    int64_t last = 0;
    for (size_t i = 0; i < dims.size(); i++) {
        last += int64_t(dims[i] - 1) * strides[i];
    }
    return size_t(last + 1) * sizeof(float);
}

void Call::bad(int status, const std::string& what) {
    if (!status_) {
        status_ = refuseDnn(status, "%s: %s", name_, what.c_str());
    }
}

void Call::bytes(const char* what, const void* pointer, size_t bytes) {
    if (status_ || !bytes) {
        return;
    }
    if (!pointer) {
        bad(DNN_BAD_PARAM, std::string(what) + " is null");
        return;
    }
    int status = checkDevice(pointer, bytes, sizeof(float));
    if (status) {
        bad(status == MISALIGNED_ADDRESS ? DNN_BAD_PARAM : DNN_EXECUTION_FAILED,
            std::string(what) + ": " + describe(pointer, bytes));
    }
    spans_.push_back({what, pointer, bytes});
}

void Call::workspace(const void* pointer, size_t given, size_t needed) {
    if (given < needed) {
        bad(DNN_BAD_PARAM, "the workspace has " + std::to_string(given) + " bytes, needed are "
                                           + std::to_string(needed));
    }
    bytes("workspace", pointer, needed);
}

int Call::run(const void* handle, std::function<void()> work) {
    const DnnHandle& h = get<DnnHandle>(handle);
    mayRefuse(REFUSES_CALLS);
    if (status_) {
        return status_;
    }
    std::string name = name_;
    auto spans = spans_;
    int result = submit(h.stream, label_, [=] {
        for (const Span& s : spans) {
            if (int status = checkDevice(s.pointer, s.bytes, sizeof(float))) {
                return refuse(status, "%s: %s: %s", name.c_str(), s.what.c_str(),
                              describe(s.pointer, s.bytes).c_str());
            }
        }
        counter(LIBRARY_CALLS)++;
        if (!setting(DRY)) {
            work();
        }
        return int(SUCCESS);
    });
    if (result) {
        return refuseDnn(DNN_EXECUTION_FAILED, "%s: CUresult %d", name_, result);
    }
    return DNN_OK;
}
} // namespace thaw::sim

THAW_API size_t cudnnGetVersion() {
    return VERSION;
}

THAW_API size_t cudnnGetMaxDeviceVersion() {
    return 1200;
}

THAW_API size_t cudnnGetCudartVersion() {
    return 12060;
}

THAW_API int cudnnGetProperty(int which, int* value) {
    *value = which == 0 ? int(VERSION / 10000) : which == 1 ? int(VERSION / 100 % 100)
                                                            : int(VERSION % 100);
    return which >= 0 && which <= 2 ? int(DNN_OK) : int(DNN_BAD_PARAM);
}

THAW_API int cudnnOpsVersionCheck() {
    return DNN_OK;
}

THAW_API int cudnnCnnVersionCheck() {
    return DNN_OK;
}

THAW_API int cudnnGraphVersionCheck() {
    return DNN_OK;
}

THAW_API const char* cudnnGetErrorString(int status) {
    switch (status) {
    case DNN_OK:
        return "CUDNN_STATUS_SUCCESS";
    case DNN_NOT_INITIALIZED:
        return "CUDNN_STATUS_NOT_INITIALIZED";
    case DNN_BAD_PARAM:
        return "CUDNN_STATUS_BAD_PARAM";
    case DNN_NOT_SUPPORTED:
        return "CUDNN_STATUS_NOT_SUPPORTED";
    case DNN_EXECUTION_FAILED:
        return "CUDNN_STATUS_EXECUTION_FAILED";
    default:
        return "CUDNN_UNKNOWN_STATUS";
    }
}

THAW_API void cudnnGetLastErrorString(char* message, size_t capacity) {
    if (capacity) {
        strncpy(message, lastError, capacity - 1);
        message[capacity - 1] = 0;
    }
}
