// Settings, counters and the record of refusals, for the tests.
#include "loads.h"
#include "sim.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace thaw::sim {
namespace {
struct Knob {
    const char* variable;
    int64_t value;
};
Knob knobs[SETTINGS] = {
    {"THAW_SIM_DEFERRED", 0},  {"THAW_SIM_REVERSED", 0}, {"THAW_SIM_MEMORY", int64_t(4) << 30},
    {"THAW_SIM_DRIVER_VERSION", 13000}, {"THAW_SIM_DEVICES", 1}, {"THAW_SIM_QUIET", 0},
    {"THAW_SIM_TRACE", 0},         {"THAW_SIM_DRY", 0},
    {"THAW_SIM_PROCESSORS", 8}, {"THAW_SIM_HAZARDS", 1},
    {"THAW_SIM_LOADS", 0},
    {"THAW_SIM_CUDNN_REFUSES", 0}, {"THAW_SIM_PINNED", INT64_MAX},
};
int64_t counters[COUNTERS];
std::string reports;
std::string labels;
// a test that refuses in a loop must not fill the memory
constexpr size_t LONGEST_RECORD = size_t(1) << 20;

struct ReadEnvironment {
    ReadEnvironment() {
        for (Knob& k : knobs) {
            const char* text = getenv(k.variable);
            if (text && *text) {
                k.value = strtoll(text, nullptr, 0);
            }
        }
    }
} readEnvironment;

void append(std::string& record, const std::string& line) {
    if (record.size() + line.size() < LONGEST_RECORD) {
        record += line + "\n";
    }
}
} // namespace

std::recursive_mutex& lock() {
    // never destroyed: the JVM's threads may call while the process ends
    static auto* mutex = new std::recursive_mutex;
    return *mutex;
}

int64_t& counter(Counter which) {
    return counters[which];
}

int64_t setting(Setting which) {
    return knobs[which].value;
}

int refuse(int status, const char* format, ...) {
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    counters[REPORTS]++;
    append(reports, std::string(line) + " [" + std::to_string(status) + "]");
    if (!knobs[QUIET].value) {
        fprintf(stderr, "thaw-sim: %s [%d]\n", line, status);
    }
    return status;
}

void trace(const std::string& label) {
    if (knobs[TRACE].value) {
        append(labels, label);
    }
}
} // namespace thaw::sim

using namespace thaw::sim;

namespace {
using Guard = std::lock_guard<std::recursive_mutex>;

/** Copies a record with a closing 0, cut to the capacity; gives its full length. */
int64_t copyOut(const std::string& record, char* buffer, int64_t capacity) {
    if (buffer && capacity > 0) {
        size_t n = std::min(record.size(), size_t(capacity - 1));
        memcpy(buffer, record.data(), n);
        buffer[n] = 0;
    }
    return int64_t(record.size());
}
} // namespace

/** Reads one of enum Counter. */
THAW_API int64_t thaw_sim_counter(int which) {
    Guard g(lock());
    return which >= 0 && which < COUNTERS ? counter(Counter(which)) : -1;
}

/** Sets the counters to 0, except those of what lives now. */
THAW_API void thaw_sim_reset_counters() {
    Guard g(lock());
    for (int i = 0; i < LIVE_ALLOCATIONS; i++) {
        counters[i] = 0;
    }
}

/** Reads one of enum Setting. */
THAW_API int64_t thaw_sim_setting(int which) {
    Guard g(lock());
    return which >= 0 && which < SETTINGS ? setting(Setting(which)) : -1;
}

/** Changes one of enum Setting. */
THAW_API void thaw_sim_set(int which, int64_t value) {
    Guard g(lock());
    if (which < 0 || which >= SETTINGS) {
        return;
    }
    if (which == DEFERRED && !value) {
        drainAll();
    }
    knobs[which].value = value;
}

/** The refusals so far, a line each. */
THAW_API int64_t thaw_sim_reports(char* buffer, int64_t capacity) {
    Guard g(lock());
    return copyOut(reports, buffer, capacity);
}

/** What ran while TRACE was set, a line each. */
THAW_API int64_t thaw_sim_trace(char* buffer, int64_t capacity) {
    Guard g(lock());
    return copyOut(labels, buffer, capacity);
}

/** Each kernel's most loads in a row while LOADS was set, a line each; see loads.h. */
THAW_API int64_t thaw_sim_loads(char* buffer, int64_t capacity) {
    Guard g(lock());
    return copyOut(loads().table(), buffer, capacity);
}

/** The functions of kernels that ran, in a build with THAW_SIM_FORMS=1; see forms(). */
THAW_API int64_t thaw_sim_forms(char* buffer, int64_t capacity) {
    Guard g(lock());
    return copyOut(forms(), buffer, capacity);
}

/** Forgets refusals and trace, and the error that a failed kernel left in the context. */
THAW_API void thaw_sim_clear() {
    Guard g(lock());
    reports.clear();
    labels.clear();
    loads().clear();
    stickyError() = SUCCESS;
}

// The same for dev.thaw.sim.Simulator. Only primitives cross, so no jni.h is needed.
#define THAW_JNI(type, name) THAW_API type Java_dev_thaw_sim_Simulator_##name
THAW_JNI(int64_t, counter)(void*, void*, int32_t which) {
    return thaw_sim_counter(which);
}
THAW_JNI(void, resetCounters0)(void*, void*) {
    thaw_sim_reset_counters();
}
THAW_JNI(int64_t, setting)(void*, void*, int32_t which) {
    return thaw_sim_setting(which);
}
THAW_JNI(void, set)(void*, void*, int32_t which, int64_t value) {
    thaw_sim_set(which, value);
}
THAW_JNI(int64_t, reports)(void*, void*, int64_t buffer, int64_t capacity) {
    return thaw_sim_reports(reinterpret_cast<char*>(buffer), capacity);
}
THAW_JNI(int64_t, trace)(void*, void*, int64_t buffer, int64_t capacity) {
    return thaw_sim_trace(reinterpret_cast<char*>(buffer), capacity);
}
THAW_JNI(int64_t, loads)(void*, void*, int64_t buffer, int64_t capacity) {
    return thaw_sim_loads(reinterpret_cast<char*>(buffer), capacity);
}
THAW_JNI(int64_t, forms)(void*, void*, int64_t buffer, int64_t capacity) {
    return thaw_sim_forms(reinterpret_cast<char*>(buffer), capacity);
}
THAW_JNI(void, clear0)(void*, void*) {
    thaw_sim_clear();
}

THAW_JNI(void, forgive0)(void*, void*) {
    Guard g(lock());
    stickyError() = SUCCESS;
}

/** Where the functions end up that are not simulated. */
THAW_API int thaw_sim_stub(const char* name, int status) {
    Guard g(lock());
    return refuse(status, "%s is not simulated", name);
}
