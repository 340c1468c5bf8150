// The device, its contexts and the names of errors.
#include "sim.h"

#include <cstdio>
#include <cstring>
#include <map>
#include <vector>

using namespace thaw::sim;
using Guard = std::lock_guard<std::recursive_mutex>;

namespace {
struct Context {
    bool alive;
};
bool initialized;
Context primary{false};
int primaryRetained;
// thread_local with a constructor is fine here: kernels never see this library's TLS
thread_local std::vector<Context*> current;

/** Attributes of compute capability 8.0, by their number in cuda.h. */
const std::map<int, int>& attributes() {
    static const std::map<int, int> table = {
        {1, 1024},          // MAX_THREADS_PER_BLOCK
        {2, 1024},          // MAX_BLOCK_DIM_X
        {3, 1024},          // MAX_BLOCK_DIM_Y
        {4, 64},            // MAX_BLOCK_DIM_Z
        {5, 2147483647},    // MAX_GRID_DIM_X
        {6, 65535},         // MAX_GRID_DIM_Y
        {7, 65535},         // MAX_GRID_DIM_Z
        {8, 49152},         // MAX_SHARED_MEMORY_PER_BLOCK
        {9, 65536},         // TOTAL_CONSTANT_MEMORY
        {10, 32},           // WARP_SIZE
        {12, 65536},        // MAX_REGISTERS_PER_BLOCK
        {13, 1410000},      // CLOCK_RATE, kHz
        {14, 512},          // TEXTURE_ALIGNMENT
        {19, 1},            // CAN_MAP_HOST_MEMORY
        {31, 1},            // CONCURRENT_KERNELS
        {36, 1215000},      // MEMORY_CLOCK_RATE, kHz
        {37, 5120},         // GLOBAL_MEMORY_BUS_WIDTH, bits
        {38, 4 << 20},      // L2_CACHE_SIZE
        {39, 2048},         // MAX_THREADS_PER_MULTIPROCESSOR
        {40, 2},            // ASYNC_ENGINE_COUNT
        {41, 1},            // UNIFIED_ADDRESSING
        {75, 8},            // COMPUTE_CAPABILITY_MAJOR
        {76, 0},            // COMPUTE_CAPABILITY_MINOR
        {81, 167936},       // MAX_SHARED_MEMORY_PER_MULTIPROCESSOR
        {82, 65536},        // MAX_REGISTERS_PER_MULTIPROCESSOR
        {83, 1},            // MANAGED_MEMORY
        {97, 166912},       // MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
        {106, 32},          // MAX_BLOCKS_PER_MULTIPROCESSOR
    };
    return table;
}

int device(int ordinal) {
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    return ordinal >= 0 && ordinal < setting(DEVICES) ? SUCCESS : INVALID_DEVICE;
}

/** The names of CUresult values that a caller may meet here. */
const std::map<int, std::pair<const char*, const char*>>& errors() {
    static const std::map<int, std::pair<const char*, const char*>> table = {
        {SUCCESS, {"CUDA_SUCCESS", "no error"}},
        {INVALID_VALUE, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
        {OUT_OF_MEMORY, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
        {NOT_INITIALIZED, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
        {NO_DEVICE, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
        {INVALID_DEVICE, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
        {INVALID_IMAGE, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
        {INVALID_CONTEXT, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
        {FILE_NOT_FOUND, {"CUDA_ERROR_FILE_NOT_FOUND", "file not found"}},
        {INVALID_HANDLE, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
        {NOT_FOUND, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
        {NOT_READY, {"CUDA_ERROR_NOT_READY", "device not ready"}},
        {ILLEGAL_ADDRESS,
         {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
        {LAUNCH_OUT_OF_RESOURCES,
         {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"}},
        {MISALIGNED_ADDRESS, {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}},
        {LAUNCH_FAILED, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
        {NOT_SUPPORTED, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}},
        {CAPTURE_UNSUPPORTED,
         {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED",
          "operation not permitted when stream is capturing"}},
        {CAPTURE_INVALIDATED,
         {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED",
          "operation failed due to a previous error during capture"}},
        {CAPTURE_UNMATCHED,
         {"CUDA_ERROR_STREAM_CAPTURE_UNMATCHED",
          "capture was not ended in the same stream as it began"}},
        {CAPTURE_IMPLICIT,
         {"CUDA_ERROR_STREAM_CAPTURE_IMPLICIT",
          "operation would make the legacy stream depend on a capturing blocking stream"}},
        {CAPTURED_EVENT,
         {"CUDA_ERROR_CAPTURED_EVENT",
          "operation not permitted on an event last recorded in a capturing stream"}},
    };
    return table;
}
} // namespace

int thaw::sim::ready() {
    if (!initialized) {
        return refuse(NOT_INITIALIZED, "a call before cuInit");
    }
    if (current.empty() || !current.back()->alive) {
        return refuse(INVALID_CONTEXT, "a call on a thread without a current context");
    }
    return stickyError();
}

THAW_API int cuInit(unsigned flags) {
    Guard g(lock());
    if (flags) {
        return INVALID_VALUE;
    }
    initialized = true;
    return setting(DEVICES) > 0 ? SUCCESS : NO_DEVICE;
}

THAW_API int cuDriverGetVersion(int* version) {
    *version = int(setting(DRIVER_VERSION));
    return SUCCESS;
}

THAW_API int cuDeviceGetCount(int* count) {
    *count = int(setting(DEVICES));
    return initialized ? SUCCESS : NOT_INITIALIZED;
}

THAW_API int cuDeviceGet(int* out, int ordinal) {
    int status = device(ordinal);
    if (!status) {
        *out = ordinal;
    }
    return status;
}

THAW_API int cuDeviceGetName(char* name, int length, int ordinal) {
    snprintf(name, size_t(length), "Thaw simulator");
    return device(ordinal);
}

THAW_API int cuDeviceTotalMem_v2(size_t* bytes, int ordinal) {
    *bytes = size_t(setting(MEMORY));
    return device(ordinal);
}

THAW_API int cuDeviceComputeCapability(int* major, int* minor, int ordinal) {
    *major = 8;
    *minor = 0;
    return device(ordinal);
}

THAW_API int cuDeviceGetAttribute(int* value, int attribute, int ordinal) {
    if (attribute == 16) { // MULTIPROCESSOR_COUNT
        *value = int(setting(PROCESSORS));
        return device(ordinal);
    }
    auto found = attributes().find(attribute);
    *value = found == attributes().end() ? 0 : found->second;
    return device(ordinal);
}

THAW_API int cuDeviceGetPCIBusId(char* text, int length, int ordinal) {
    snprintf(text, size_t(length), "0000:00:%02x.0", unsigned(ordinal) & 0xff);
    return device(ordinal);
}

THAW_API int cuDeviceGetUuid(char* uuid, int ordinal) {
    memcpy(uuid, "thaw-simulator-0", 16);
    return device(ordinal);
}

THAW_API int cuDevicePrimaryCtxRetain(void** context, int ordinal) {
    Guard g(lock());
    int status = device(ordinal);
    if (status) {
        return status;
    }
    primaryRetained++;
    primary.alive = true;
    *context = &primary;
    return SUCCESS;
}

THAW_API int cuDevicePrimaryCtxRelease_v2(int ordinal) {
    Guard g(lock());
    if (int status = device(ordinal)) {
        return status;
    }
    if (!primaryRetained) {
        return refuse(INVALID_CONTEXT, "the primary context is released more often than retained");
    }
    if (--primaryRetained == 0) {
        drainAll();
        primary.alive = false;
        freeEverything();
    }
    return SUCCESS;
}

THAW_API int cuDevicePrimaryCtxReset_v2(int ordinal) {
    Guard g(lock());
    if (int status = device(ordinal)) {
        return status;
    }
    drainAll();
    freeEverything();
    stickyError() = SUCCESS;
    return SUCCESS;
}

THAW_API int cuDevicePrimaryCtxSetFlags_v2(int ordinal, unsigned) {
    return device(ordinal);
}

THAW_API int cuDevicePrimaryCtxGetState(int ordinal, unsigned* flags, int* active) {
    *flags = 0;
    *active = primary.alive;
    return device(ordinal);
}

THAW_API int cuCtxCreate_v2(void** context, unsigned, int ordinal) {
    Guard g(lock());
    if (int status = device(ordinal)) {
        return status;
    }
    current.push_back(new Context{true});
    *context = current.back();
    return SUCCESS;
}

THAW_API int cuCtxDestroy_v2(void* context) {
    Guard g(lock());
    auto* c = static_cast<Context*>(context);
    if (!c || c == &primary || !c->alive) {
        return refuse(INVALID_CONTEXT, "cuCtxDestroy of no context that lives");
    }
    drainAll();
    c->alive = false; // kept, so that a stale handle is recognized
    if (!current.empty() && current.back() == c) {
        current.pop_back();
    }
    return SUCCESS;
}

THAW_API int cuCtxSetCurrent(void* context) {
    auto* c = static_cast<Context*>(context);
    if (!initialized) {
        return NOT_INITIALIZED;
    }
    if (c && !c->alive) {
        return refuse(INVALID_CONTEXT, "cuCtxSetCurrent of a destroyed context");
    }
    if (!current.empty()) {
        current.pop_back();
    }
    if (c) {
        current.push_back(c);
    }
    return SUCCESS;
}

THAW_API int cuCtxGetCurrent(void** context) {
    *context = current.empty() ? nullptr : current.back();
    return initialized ? SUCCESS : NOT_INITIALIZED;
}

THAW_API int cuCtxPushCurrent_v2(void* context) {
    auto* c = static_cast<Context*>(context);
    if (!c || !c->alive) {
        return refuse(INVALID_CONTEXT, "cuCtxPushCurrent of no context that lives");
    }
    current.push_back(c);
    return SUCCESS;
}

THAW_API int cuCtxPopCurrent_v2(void** context) {
    if (current.empty()) {
        return refuse(INVALID_CONTEXT, "cuCtxPopCurrent without a current context");
    }
    if (context) {
        *context = current.back();
    }
    current.pop_back();
    return SUCCESS;
}

THAW_API int cuCtxGetDevice(int* ordinal) {
    *ordinal = 0;
    return current.empty() ? INVALID_CONTEXT : SUCCESS;
}

THAW_API int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    *least = 0;
    *greatest = -5;
    return SUCCESS;
}

THAW_API int cuCtxSynchronize() {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    if (int status = forbiddenInCapture("cuCtxSynchronize")) {
        return status;
    }
    counter(SYNCHRONIZES)++;
    return drainAll();
}

THAW_API int cuGetErrorName(int error, const char** text) {
    auto found = errors().find(error);
    *text = found == errors().end() ? nullptr : found->second.first;
    return *text ? SUCCESS : INVALID_VALUE;
}

THAW_API int cuGetErrorString(int error, const char** text) {
    auto found = errors().find(error);
    *text = found == errors().end() ? nullptr : found->second.second;
    return *text ? SUCCESS : INVALID_VALUE;
}

THAW_API int cuProfilerStart() {
    return SUCCESS;
}

THAW_API int cuProfilerStop() {
    return SUCCESS;
}
