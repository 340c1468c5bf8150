// What the parts of the simulator share: the driver, cuBLAS and cuDNN.
//
// The simulator proves logic. It says nothing about a GPU's rounding, timing or races, and it is
// never shipped. One lock guards all of it: at any moment at most one kernel runs, on one thread.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#define THAW_API extern "C" __attribute__((visibility("default")))
#define THAW_SHARED __attribute__((visibility("default")))

namespace thaw::sim {

/** The CUresult values that the simulator returns. */
enum Status : int {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    FILE_NOT_FOUND = 301,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    LAUNCH_OUT_OF_RESOURCES = 701,
    MISALIGNED_ADDRESS = 716,
    LAUNCH_FAILED = 719,
    NOT_SUPPORTED = 801,
    CAPTURE_UNSUPPORTED = 900,
    CAPTURE_INVALIDATED = 901,
    CAPTURE_UNMATCHED = 903,
    CAPTURE_IMPLICIT = 906,
    CAPTURED_EVENT = 907,
};

/** What is counted. The order is Java's dev.thaw.sim.Simulator.Counter. */
enum Counter : int {
    HOST_TO_DEVICE_COPIES,
    HOST_TO_DEVICE_BYTES,
    DEVICE_TO_HOST_COPIES,
    DEVICE_TO_HOST_BYTES,
    DEVICE_TO_DEVICE_COPIES,
    DEVICE_TO_DEVICE_BYTES,
    MEMSETS,
    KERNEL_LAUNCHES,
    GRAPH_LAUNCHES,
    LIBRARY_CALLS,
    SYNCHRONIZES,
    ALLOCATIONS,
    REPORTS,
    LIVE_ALLOCATIONS, // from here on: what there is now, which a reset leaves alone
    LIVE_BYTES,
    LIVE_PINNED, // bytes
    LIVE_STREAMS,
    LIVE_EVENTS,
    LIVE_MODULES,
    LIVE_GRAPHS,
    LIVE_DESCRIPTORS,
    QUEUED,
    COUNTERS
};

/** What can be set. The order is Java's dev.thaw.sim.Simulator.Setting. */
enum Setting : int {
    DEFERRED,       // THAW_SIM_DEFERRED: 1 runs queued work only when something waits for it
    REVERSED,       // THAW_SIM_REVERSED: 1 runs blocks and threads from the last to the first
    MEMORY,         // THAW_SIM_MEMORY: bytes of the device
    DRIVER_VERSION, // THAW_SIM_DRIVER_VERSION: 13000 is CUDA 13.0
    DEVICES,        // THAW_SIM_DEVICES: 0 for a driver that sees no GPU
    QUIET,          // THAW_SIM_QUIET: 1 keeps reports off stderr
    TRACE,          // THAW_SIM_TRACE: 1 keeps the names of what ran, see thaw_sim_trace
    DRY,            // THAW_SIM_DRY: 1 checks and notes kernels and library calls, and runs none
    PROCESSORS,     // THAW_SIM_PROCESSORS: how many multiprocessors the device has
    HAZARDS,        // THAW_SIM_HAZARDS: 0 does not look for hazards, see hazard.h
    LOADS,          // THAW_SIM_LOADS: 1 counts each kernel's loads in a row, see loads.h
    CUDNN_REFUSES,  // THAW_SIM_CUDNN_REFUSES: see enum Refusal of cudnn/cudnn.h
    PINNED,         // THAW_SIM_PINNED: bytes that the host lets be page-locked
    SETTINGS
};

THAW_SHARED std::recursive_mutex& lock();
THAW_SHARED int64_t& counter(Counter which);
THAW_SHARED int64_t setting(Setting which);

/** Says on stderr and in the record why a call is refused; gives the status back. */
THAW_SHARED int refuse(int status, const char* format, ...) __attribute__((format(printf, 2, 3)));
/** Notes that an operation ran, where TRACE is set. */
void trace(const std::string& label);

/** The live objects of one kind; anything else that poses as one is refused. */
template <class T>
class Handles {
  public:
    explicit Handles(Counter gauge) : gauge_(gauge) {}

    T* add(T* fresh) {
        live_.insert(fresh);
        counter(gauge_)++;
        return fresh;
    }
    T* get(const void* handle) const {
        T* t = static_cast<T*>(const_cast<void*>(handle));
        return live_.count(t) ? t : nullptr;
    }
    /** Ends an object. Its address is not handed out again, so that a stale handle stays stale. */
    bool remove(const void* handle) {
        if (!live_.erase(static_cast<T*>(const_cast<void*>(handle)))) {
            return false;
        }
        counter(gauge_)--;
        return true;
    }
    const std::set<T*>& all() const {
        return live_;
    }

  private:
    Counter gauge_;
    std::set<T*> live_;
};

/** Refuses a call without cuInit, without a context, or after a kernel's failure. */
THAW_SHARED int ready();

// memory.cpp
/** SUCCESS if device code may touch these bytes, else ILLEGAL_ADDRESS or MISALIGNED_ADDRESS. */
THAW_SHARED int checkDevice(const void* pointer, size_t bytes, size_t alignment);
/** Why checkDevice says no, in words. */
THAW_SHARED std::string describe(const void* pointer, size_t bytes);
bool inArena(uintptr_t address);
uintptr_t arenaBase();
bool pinned(const void* pointer, size_t bytes);
void freeEverything();

// queue.cpp
/** Queues work on a stream: at once, later, or into a graph. Gives a CUresult. */
THAW_SHARED int submit(void* stream, const std::string& label, std::function<int()> work);
/** Whether a stream lives; null is the default stream. */
THAW_SHARED bool streamLives(void* stream);
/** Runs what is queued on all streams. */
int drainAll();
/** Runs what is queued on one stream, after what it waits for. */
int drain(void* stream);
bool capturing(void* stream);
/** Refuses what a capture forbids (an allocation, a wait) and ends the capture, as a driver does. */
int forbiddenInCapture(const char* what);
int& stickyError();

// module.cpp
/** Where the running kernel's module lies. */
bool inModules(uintptr_t address, size_t bytes);
/** Notes that a function of a module ran. */
void ran(const void* function);
/** The functions that ran, a line each: the module's path and the function's place in it. */
std::string forms();

// fiber.cpp
struct Dim {
    unsigned x, y, z;
};
struct Launch {
    const char* kernel;
    void (*thunk)(void**);
    void** arguments;
    size_t argumentBytes;
    Dim grid, block;
    unsigned dynamicShared;
    void* sharedBlock;
    size_t sharedBytes;
};
/** Runs all threads of a kernel; gives a CUresult. */
int run(const Launch& launch);
} // namespace thaw::sim
