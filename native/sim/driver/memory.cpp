// Device memory, pinned host memory, copies and fills.
#include "arena.h"
#include "hazard.h"

using namespace thaw::sim;
using Guard = std::lock_guard<std::recursive_mutex>;

namespace {
Arena& arena() {
    static auto* a = new Arena;
    return *a;
}

/** Page-locked host memory: start, bytes. */
std::map<uintptr_t, size_t>& pins() {
    static auto* m = new std::map<uintptr_t, size_t>;
    return *m;
}

bool unpin(const void* host) {
    auto pin = pins().find(uintptr_t(host));
    if (pin == pins().end()) {
        return false;
    }
    counter(LIVE_PINNED) -= int64_t(pin->second);
    pins().erase(pin);
    return true;
}

/** Whether a copy or memset may touch these bytes; a real driver answers INVALID_VALUE. */
int checkRange(const char* what, uint64_t pointer, size_t bytes) {
    auto* p = reinterpret_cast<const void*>(pointer);
    if (bytes && checkDevice(p, bytes, 1)) {
        return refuse(INVALID_VALUE, "%s: %s", what, describe(p, bytes).c_str());
    }
    return SUCCESS;
}

int copyNow(void* to, const void* from, size_t bytes, Counter copies, Counter total) {
    memcpy(to, from, bytes);
    counter(copies)++;
    counter(total) += int64_t(bytes);
    return SUCCESS;
}

std::string label(const char* what, size_t bytes) {
    return std::string(what) + " " + std::to_string(bytes);
}

int toDevice(uint64_t to, const void* from, size_t bytes, void* stream, bool wait) {
    Guard g(lock());
    const char* what = wait ? "cuMemcpyHtoD" : "cuMemcpyHtoDAsync";
    if (int status = ready()) {
        return status;
    }
    if (wait) {
        if (int status = forbiddenInCapture(what)) {
            return status;
        }
    }
    if (int status = checkRange(what, to, bytes)) {
        return status;
    }
    if (!from && bytes) {
        return refuse(INVALID_VALUE, "%s: the host pointer is null", what);
    }
    auto copy = [=](const void* source) {
        if (int status = checkRange(what, to, bytes)) {
            return int(status == INVALID_VALUE ? ILLEGAL_ADDRESS : status);
        }
        return copyNow(reinterpret_cast<void*>(to), source, bytes, HOST_TO_DEVICE_COPIES,
                       HOST_TO_DEVICE_BYTES);
    };
    int status;
    if (pinned(from, bytes)) {
        status = submit(stream, label("copy to device", bytes), [=] { return copy(from); });
    } else if (capturing(stream)) {
        forbiddenInCapture("cuMemcpyHtoDAsync from pageable memory");
        return CAPTURE_UNSUPPORTED;
    } else {
        // a driver stages pageable memory before it returns
        auto* bytesOf = static_cast<const char*>(from);
        auto staged = std::make_shared<std::vector<char>>(bytesOf, bytesOf + bytes);
        status = submit(stream, label("copy to device", bytes),
                        [=] { return copy(staged->data()); });
    }
    if (!status && wait) {
        status = drain(stream);
    }
    return status;
}

int toHost(void* to, uint64_t from, size_t bytes, void* stream, bool wait) {
    Guard g(lock());
    const char* what = wait ? "cuMemcpyDtoH" : "cuMemcpyDtoHAsync";
    if (int status = ready()) {
        return status;
    }
    bool waits = wait || !pinned(to, bytes);
    if (wait || (waits && capturing(stream))) {
        if (int status = forbiddenInCapture(wait ? what : "cuMemcpyDtoHAsync to pageable memory")) {
            return status;
        }
    }
    if (int status = checkRange(what, from, bytes)) {
        return status;
    }
    if (!to && bytes) {
        return refuse(INVALID_VALUE, "%s: the host pointer is null", what);
    }
    int status = submit(stream, label("copy to host", bytes), [=] {
        if (int refused = checkRange(what, from, bytes)) {
            return int(refused == INVALID_VALUE ? ILLEGAL_ADDRESS : refused);
        }
        return copyNow(to, reinterpret_cast<const void*>(from), bytes, DEVICE_TO_HOST_COPIES,
                       DEVICE_TO_HOST_BYTES);
    });
    return !status && waits ? drain(stream) : status;
}

int within(uint64_t to, uint64_t from, size_t bytes, void* stream) {
    Guard g(lock());
    const char* what = "cuMemcpyDtoD";
    int status = ready();
    if (!status) {
        status = checkRange(what, to, bytes);
    }
    if (!status) {
        status = checkRange(what, from, bytes);
    }
    if (status) {
        return status;
    }
    return submit(stream, label("copy within device", bytes), [=] {
        if (checkRange(what, to, bytes) || checkRange(what, from, bytes)) {
            return int(ILLEGAL_ADDRESS);
        }
        memmove(reinterpret_cast<void*>(to), reinterpret_cast<const void*>(from), bytes);
        counter(DEVICE_TO_DEVICE_COPIES)++;
        counter(DEVICE_TO_DEVICE_BYTES) += int64_t(bytes);
        return int(SUCCESS);
    });
}

template <class T>
int fill(uint64_t to, T value, size_t count, void* stream) {
    Guard g(lock());
    const char* what = "cuMemset";
    if (int status = ready()) {
        return status;
    }
    if (to % sizeof(T)) {
        return refuse(INVALID_VALUE, "%s: %#lx is no multiple of %zu", what, (unsigned long)to,
                      sizeof(T));
    }
    if (int status = checkRange(what, to, count * sizeof(T))) {
        return status;
    }
    return submit(stream, label("fill", count * sizeof(T)), [=] {
        if (checkRange(what, to, count * sizeof(T))) {
            return int(ILLEGAL_ADDRESS);
        }
        std::fill_n(reinterpret_cast<T*>(to), count, value);
        counter(MEMSETS)++;
        return int(SUCCESS);
    });
}

int allocate(uint64_t* out, size_t bytes) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    if (int status = forbiddenInCapture("cuMemAlloc")) {
        return status;
    }
    if (!bytes) {
        return refuse(INVALID_VALUE, "cuMemAlloc of 0 bytes");
    }
    bool fits = counter(LIVE_BYTES) + int64_t(bytes) <= setting(MEMORY);
    uintptr_t start = fits && arena().works() ? arena().allocate(bytes) : 0;
    if (!start) {
        return refuse(OUT_OF_MEMORY, "cuMemAlloc of %zu bytes: %ld of %ld are in use", bytes,
                      long(counter(LIVE_BYTES)), long(setting(MEMORY)));
    }
    counter(ALLOCATIONS)++;
    counter(LIVE_ALLOCATIONS)++;
    counter(LIVE_BYTES) += int64_t(bytes);
    *out = start;
    return SUCCESS;
}

int freeNow(uint64_t pointer) {
    if (!arena().covers(pointer) || !arena().at(pointer).live
        || arena().at(pointer).start != pointer) {
        return refuse(INVALID_VALUE, "cuMemFree: %s",
                      describe(reinterpret_cast<const void*>(pointer), 1).c_str());
    }
    size_t bytes = arena().release(pointer);
    counter(LIVE_BYTES) -= int64_t(bytes);
    hazards().forget(pointer, bytes);
    counter(LIVE_ALLOCATIONS)--;
    return SUCCESS;
}
} // namespace

namespace thaw::sim {
bool inArena(uintptr_t address) {
    return arena().covers(address);
}

uintptr_t arenaBase() {
    return arena().base();
}

bool pinned(const void* pointer, size_t bytes) {
    auto p = uintptr_t(pointer);
    auto after = pins().upper_bound(p);
    if (after == pins().begin()) {
        return false;
    }
    auto& pin = *std::prev(after);
    return p + bytes <= pin.first + pin.second;
}

int checkDevice(const void* pointer, size_t bytes, size_t alignment) {
    auto p = uintptr_t(pointer);
    if (arena().covers(p)) {
        const Allocation& a = arena().at(p);
        if (!a.live || p < a.start || p + bytes > a.start + a.bytes) {
            return ILLEGAL_ADDRESS;
        }
    } else if (!pinned(pointer, bytes) && !inModules(p, bytes)) {
        return ILLEGAL_ADDRESS;
    }
    return p % alignment ? MISALIGNED_ADDRESS : SUCCESS;
}

std::string describe(const void* pointer, size_t bytes) {
    auto p = uintptr_t(pointer);
    char text[256];
    if (!p) {
        return "a null pointer";
    }
    if (!arena().covers(p)) {
        snprintf(text, sizeof text, "%p is no device memory", pointer);
        return text;
    }
    const Allocation& a = arena().at(p);
    if (!a.bytes) {
        snprintf(text, sizeof text, "%p was never allocated", pointer);
    } else {
        snprintf(text, sizeof text, "%zu bytes at offset %ld of %s %zu bytes at %#lx", bytes,
                 long(p - a.start), a.live ? "an allocation of" : "freed", a.bytes,
                 (unsigned long)a.start);
    }
    return text;
}

void freeEverything() {
    for (uintptr_t start : arena().live()) {
        freeNow(start);
    }
}
} // namespace thaw::sim

THAW_API int cuMemAlloc_v2(uint64_t* out, size_t bytes) {
    return allocate(out, bytes);
}

THAW_API int cuMemAllocManaged(uint64_t* out, size_t bytes, unsigned) {
    return allocate(out, bytes);
}

THAW_API int cuMemAllocAsync(uint64_t* out, size_t bytes, void* stream) {
    Guard g(lock());
    return streamLives(stream) ? allocate(out, bytes)
                               : refuse(INVALID_HANDLE, "cuMemAllocAsync on no stream that lives");
}

/** Waits for all work first, as a driver does. */
THAW_API int cuMemFree_v2(uint64_t pointer) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    if (int status = forbiddenInCapture("cuMemFree")) {
        return status;
    }
    if (!pointer) {
        return SUCCESS;
    }
    int status = drainAll();
    return status ? status : freeNow(pointer);
}

THAW_API int cuMemFreeAsync(uint64_t pointer, void* stream) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    return submit(stream, "free", [=] { return freeNow(pointer); });
}

THAW_API int cuMemGetInfo_v2(size_t* free, size_t* total) {
    Guard g(lock());
    *total = size_t(setting(MEMORY));
    *free = size_t(std::max(int64_t(0), setting(MEMORY) - counter(LIVE_BYTES)));
    return ready();
}

THAW_API int cuMemGetAddressRange_v2(uint64_t* start, size_t* bytes, uint64_t pointer) {
    Guard g(lock());
    if (!arena().covers(pointer) || !arena().at(pointer).live) {
        return INVALID_VALUE;
    }
    const Allocation& a = arena().at(pointer);
    if (start) {
        *start = a.start;
    }
    if (bytes) {
        *bytes = a.bytes;
    }
    return SUCCESS;
}

THAW_API int cuMemHostAlloc(void** out, size_t bytes, unsigned) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    if (int status = forbiddenInCapture("cuMemHostAlloc")) {
        return status;
    }
    if (!bytes) {
        return refuse(INVALID_VALUE, "cuMemHostAlloc of 0 bytes");
    }
    bool fits = counter(LIVE_PINNED) + int64_t(bytes) <= setting(PINNED);
    *out = fits ? aligned_alloc(4096, (bytes + 4095) & ~size_t(4095)) : nullptr;
    if (!*out) {
        return refuse(OUT_OF_MEMORY, "cuMemHostAlloc of %zu bytes: %ld are page-locked", bytes,
                      long(counter(LIVE_PINNED)));
    }
    pins()[uintptr_t(*out)] = bytes;
    counter(LIVE_PINNED) += int64_t(bytes);
    return SUCCESS;
}

THAW_API int cuMemAllocHost_v2(void** out, size_t bytes) {
    return cuMemHostAlloc(out, bytes, 0);
}

THAW_API int cuMemFreeHost(void* pointer) {
    Guard g(lock());
    if (!pins().count(uintptr_t(pointer))) {
        return refuse(INVALID_VALUE, "cuMemFreeHost: %p is no start of pinned memory", pointer);
    }
    if (int status = drainAll()) {
        return status;
    }
    unpin(pointer);
    free(pointer);
    return SUCCESS;
}

THAW_API int cuMemHostGetDevicePointer_v2(uint64_t* out, void* host, unsigned) {
    Guard g(lock());
    if (!pinned(host, 1)) {
        return refuse(INVALID_VALUE, "cuMemHostGetDevicePointer: %p is not pinned", host);
    }
    *out = uint64_t(host);
    return SUCCESS;
}

THAW_API int cuMemHostRegister_v2(void* host, size_t bytes, unsigned) {
    Guard g(lock());
    pins()[uintptr_t(host)] = bytes;
    counter(LIVE_PINNED) += int64_t(bytes);
    return ready();
}

THAW_API int cuMemHostUnregister(void* host) {
    Guard g(lock());
    if (!unpin(host)) {
        return refuse(INVALID_VALUE, "cuMemHostUnregister: %p is not registered", host);
    }
    return SUCCESS;
}

THAW_API int cuMemcpyHtoD_v2(uint64_t to, const void* from, size_t bytes) {
    return toDevice(to, from, bytes, nullptr, true);
}

THAW_API int cuMemcpyHtoDAsync_v2(uint64_t to, const void* from, size_t bytes, void* stream) {
    return toDevice(to, from, bytes, stream, false);
}

THAW_API int cuMemcpyDtoH_v2(void* to, uint64_t from, size_t bytes) {
    return toHost(to, from, bytes, nullptr, true);
}

THAW_API int cuMemcpyDtoHAsync_v2(void* to, uint64_t from, size_t bytes, void* stream) {
    return toHost(to, from, bytes, stream, false);
}

// copies within the device, and fills, do not wait: a driver does not either
THAW_API int cuMemcpyDtoD_v2(uint64_t to, uint64_t from, size_t bytes) {
    return within(to, from, bytes, nullptr);
}

THAW_API int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void* stream) {
    return within(to, from, bytes, stream);
}

THAW_API int cuMemsetD8_v2(uint64_t to, unsigned char value, size_t count) {
    return fill(to, value, count, nullptr);
}

THAW_API int cuMemsetD8Async(uint64_t to, unsigned char value, size_t count, void* stream) {
    return fill(to, value, count, stream);
}

THAW_API int cuMemsetD16_v2(uint64_t to, unsigned short value, size_t count) {
    return fill(to, value, count, nullptr);
}

THAW_API int cuMemsetD16Async(uint64_t to, unsigned short value, size_t count, void* stream) {
    return fill(to, value, count, stream);
}

THAW_API int cuMemsetD32_v2(uint64_t to, unsigned value, size_t count) {
    return fill(to, value, count, nullptr);
}

THAW_API int cuMemsetD32Async(uint64_t to, unsigned value, size_t count, void* stream) {
    return fill(to, value, count, stream);
}
