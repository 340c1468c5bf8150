// Streams, events, capture and graphs. All work goes through submit().
#include "sim.h"

#include <chrono>
#include <deque>
#include <memory>
#include <thread>
#include <vector>

using namespace thaw::sim;
using Guard = std::lock_guard<std::recursive_mutex>;

namespace {
struct Operation {
    std::string label;
    std::function<int()> work;
    uint64_t sequence;
};

struct Graph {
    std::vector<Operation> operations;
};

/** A capture under way; streams that wait for its events join it. */
struct Capture {
    void* origin;
    std::thread::id thread; // that began it
    int mode;
    bool invalid = false;
    Graph graph;
};

constexpr unsigned NON_BLOCKING = 1;
constexpr unsigned DISABLE_TIMING = 2;
constexpr int RELAXED = 2;
constexpr int64_t NODE_BYTES = 1024;

struct Stream {
    unsigned flags;
    std::deque<Operation> queue;
    std::shared_ptr<Capture> capture;

    bool blocking() const {
        return !(flags & NON_BLOCKING);
    }
};

struct Event {
    unsigned flags;
    Stream* stream = nullptr; // null: never recorded
    uint64_t sequence = 0;
    std::shared_ptr<Capture> capture; // the capture it was last recorded in
    bool done = true;
    double seconds = 0;
};

Stream defaultStream{0, {}, nullptr};
Handles<Stream>& streams() {
    static auto* h = new Handles<Stream>(LIVE_STREAMS);
    return *h;
}
Handles<Event>& events() {
    static auto* h = new Handles<Event>(LIVE_EVENTS);
    return *h;
}
Handles<Graph>& graphs() {
    static auto* h = new Handles<Graph>(LIVE_GRAPHS);
    return *h;
}
/** Instantiated graphs, apart from graphs: neither may pose as the other. */
Handles<Graph>& executables() {
    static auto* h = new Handles<Graph>(LIVE_GRAPHS);
    return *h;
}

uint64_t lastSequence;
int sticky;

Stream* find(void* handle) {
    // 1 and 2 name the legacy and the per-thread default stream
    return uintptr_t(handle) <= 2 ? &defaultStream : streams().get(handle);
}

int perform(const Operation& operation) {
    trace(operation.label);
    int status = operation.work();
    if (status && !sticky) {
        sticky = status; // a failed kernel ends the context, as on a GPU
    }
    return status;
}

/** Runs a stream's work up to a sequence number, and first what that work waits for. */
int drainStream(Stream& stream, uint64_t last) {
    while (!stream.queue.empty() && stream.queue.front().sequence <= last) {
        Operation next = std::move(stream.queue.front());
        stream.queue.pop_front();
        counter(QUEUED)--;
        if (&stream == &defaultStream) {
            for (Stream* other : streams().all()) {
                if (other->blocking()) {
                    drainStream(*other, next.sequence);
                }
            }
        } else if (stream.blocking()) {
            drainStream(defaultStream, next.sequence);
        }
        if (!sticky) {
            perform(next);
        }
    }
    return sticky;
}

int drainStreams() {
    for (Stream* s : streams().all()) {
        drainStream(*s, lastSequence);
    }
    return drainStream(defaultStream, lastSequence);
}

void record(Event& event, Stream& stream, uint64_t sequence) {
    event.stream = &stream;
    event.sequence = sequence;
    event.done = false;
    event.capture = nullptr;
}

double now() {
    auto t = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(t).count();
}

int gone(const char* call, const char* what) {
    return refuse(INVALID_HANDLE, "%s: no %s that lives", call, what);
}

/** Blocking streams that are capturing make the default stream unusable. */
std::shared_ptr<Capture> captureInTheWay() {
    for (Stream* s : streams().all()) {
        if (s->capture && s->blocking()) {
            return s->capture;
        }
    }
    return nullptr;
}

void endCapture(const std::shared_ptr<Capture>& capture) {
    for (Stream* s : streams().all()) {
        if (s->capture == capture) {
            s->capture = nullptr;
        }
    }
}
} // namespace

namespace thaw::sim {
int& stickyError() {
    return sticky;
}

bool streamLives(void* stream) {
    return find(stream) != nullptr;
}

bool capturing(void* stream) {
    Stream* s = find(stream);
    return s && s->capture;
}

int drain(void* stream) {
    Stream* s = find(stream);
    if (!s) {
        return gone("a wait", "stream");
    }
    if (s == &defaultStream) {
        // the default stream is behind all blocking streams
        for (Stream* other : streams().all()) {
            if (other->blocking()) {
                drainStream(*other, lastSequence);
            }
        }
    }
    return drainStream(*s, lastSequence);
}

int drainAll() {
    return drainStreams();
}

int forbiddenInCapture(const char* what) {
    for (Stream* s : streams().all()) {
        if (s->capture && s->capture->mode != RELAXED) {
            s->capture->invalid = true;
            return refuse(CAPTURE_UNSUPPORTED, "%s while a stream captures", what);
        }
    }
    return SUCCESS;
}

int submit(void* handle, const std::string& label, std::function<int()> work) {
    Stream* s = find(handle);
    if (!s) {
        return gone(label.c_str(), "stream");
    }
    if (s->capture) {
        if (s->capture->invalid) {
            return CAPTURE_INVALIDATED;
        }
        if (s->capture->thread != std::this_thread::get_id()) {
            // a driver records it without a word: the graph of one has the work of another
            refuse(SUCCESS, "%s of another thread lands in a capture", label.c_str());
        }
        s->capture->graph.operations.push_back({label, std::move(work), 0});
        return SUCCESS;
    }
    if (s == &defaultStream) {
        if (auto capture = captureInTheWay()) {
            capture->invalid = true;
            return refuse(CAPTURE_IMPLICIT, "%s on the default stream while a stream captures",
                          label.c_str());
        }
    }
    s->queue.push_back({label, std::move(work), ++lastSequence});
    counter(QUEUED)++;
    return setting(DEFERRED) ? SUCCESS : drainStream(*s, lastSequence);
}
} // namespace thaw::sim

THAW_API int cuStreamCreate(void** out, unsigned flags) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    if (flags > NON_BLOCKING) {
        return INVALID_VALUE;
    }
    *out = streams().add(new Stream{flags, {}, nullptr});
    return SUCCESS;
}

THAW_API int cuStreamCreateWithPriority(void** out, unsigned flags, int) {
    return cuStreamCreate(out, flags);
}

THAW_API int cuStreamDestroy_v2(void* handle) {
    Guard g(lock());
    Stream* s = streams().get(handle);
    if (!s) {
        return gone("cuStreamDestroy", "stream");
    }
    if (s->capture) {
        endCapture(s->capture);
    }
    int status = drainStream(*s, lastSequence);
    streams().remove(s);
    return status;
}

THAW_API int cuStreamGetFlags(void* handle, unsigned* flags) {
    Guard g(lock());
    Stream* s = find(handle);
    if (!s) {
        return gone("cuStreamGetFlags", "stream");
    }
    *flags = s->flags;
    return SUCCESS;
}

THAW_API int cuStreamSynchronize(void* handle) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Stream* s = find(handle);
    if (!s) {
        return gone("cuStreamSynchronize", "stream");
    }
    if (s->capture) {
        s->capture->invalid = true;
        return refuse(CAPTURE_UNSUPPORTED, "cuStreamSynchronize of a stream that captures");
    }
    counter(SYNCHRONIZES)++;
    return drain(handle);
}

/** Says NOT_READY, and lets one operation run so that a loop of queries ends. */
THAW_API int cuStreamQuery(void* handle) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Stream* s = find(handle);
    if (!s) {
        return gone("cuStreamQuery", "stream");
    }
    if (s->capture) {
        s->capture->invalid = true;
        return refuse(CAPTURE_UNSUPPORTED, "cuStreamQuery of a stream that captures");
    }
    if (s->queue.empty()) {
        return SUCCESS;
    }
    int status = drainStream(*s, s->queue.front().sequence);
    return status ? status : NOT_READY;
}

THAW_API int cuStreamWaitEvent(void* handle, void* event, unsigned) {
    Guard g(lock());
    Stream* s = find(handle);
    Event* e = events().get(event);
    if (!s || !e) {
        return gone("cuStreamWaitEvent", s ? "event" : "stream");
    }
    if (e->capture) {
        if (s->capture && s->capture != e->capture) {
            return refuse(INVALID_VALUE, "cuStreamWaitEvent joins two captures");
        }
        s->capture = e->capture; // recorded in order, so that nothing is left to wait for
        return SUCCESS;
    }
    if (!e->stream) {
        return SUCCESS;
    }
    Stream* other = e->stream;
    uint64_t sequence = e->sequence;
    return submit(handle, "wait for event", [=] { return drainStream(*other, sequence); });
}

THAW_API int cuEventCreate(void** out, unsigned flags) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    auto* e = new Event;
    e->flags = flags;
    *out = events().add(e);
    return SUCCESS;
}

THAW_API int cuEventDestroy_v2(void* event) {
    Guard g(lock());
    return events().remove(event) ? int(SUCCESS) : gone("cuEventDestroy", "event");
}

THAW_API int cuEventRecord(void* event, void* handle) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Event* e = events().get(event);
    Stream* s = find(handle);
    if (!e || !s) {
        return gone("cuEventRecord", e ? "stream" : "event");
    }
    auto capture = s->capture;
    record(*e, *s, lastSequence + 1);
    uint64_t sequence = e->sequence;
    int status = submit(handle, "record event", [=] {
        if (e->sequence == sequence) { // not recorded again since
            e->done = true;
            e->seconds = now();
        }
        return int(SUCCESS);
    });
    e->capture = capture;
    return status;
}

THAW_API int cuEventRecordWithFlags(void* event, void* handle, unsigned) {
    return cuEventRecord(event, handle);
}

THAW_API int cuEventSynchronize(void* event) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Event* e = events().get(event);
    if (!e) {
        return gone("cuEventSynchronize", "event");
    }
    if (e->capture) {
        e->capture->invalid = true;
        return refuse(CAPTURED_EVENT, "cuEventSynchronize of an event recorded in a capture");
    }
    counter(SYNCHRONIZES)++;
    return e->done ? sticky : drainStream(*e->stream, e->sequence);
}

THAW_API int cuEventQuery(void* event) {
    Guard g(lock());
    Event* e = events().get(event);
    if (!e) {
        return gone("cuEventQuery", "event");
    }
    if (e->capture) {
        return refuse(CAPTURED_EVENT, "cuEventQuery of an event recorded in a capture");
    }
    if (e->done || e->stream->queue.empty()) {
        return sticky;
    }
    int status = drainStream(*e->stream, e->stream->queue.front().sequence);
    return status ? status : NOT_READY;
}

THAW_API int cuEventElapsedTime(float* milliseconds, void* from, void* to) {
    Guard g(lock());
    Event* a = events().get(from);
    Event* b = events().get(to);
    if (!a || !b || !a->stream || !b->stream || ((a->flags | b->flags) & DISABLE_TIMING)) {
        return refuse(INVALID_HANDLE, "cuEventElapsedTime: an event is gone, was never recorded, "
                                      "or was made without timing");
    }
    *milliseconds = float((b->seconds - a->seconds) * 1e3);
    return a->done && b->done ? SUCCESS : NOT_READY;
}

THAW_API int cuStreamBeginCapture_v2(void* handle, int mode) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Stream* s = find(handle);
    if (!s) {
        return gone("cuStreamBeginCapture", "stream");
    }
    if (s == &defaultStream) {
        return refuse(CAPTURE_UNSUPPORTED, "the default stream cannot capture");
    }
    if (s->capture) {
        return refuse(INVALID_VALUE, "cuStreamBeginCapture of a stream that captures already");
    }
    s->capture = std::make_shared<Capture>();
    s->capture->origin = s;
    s->capture->thread = std::this_thread::get_id();
    s->capture->mode = mode;
    return SUCCESS;
}

THAW_API int cuStreamEndCapture(void* handle, void** out) {
    Guard g(lock());
    *out = nullptr;
    Stream* s = find(handle);
    if (!s) {
        return gone("cuStreamEndCapture", "stream");
    }
    auto capture = s->capture;
    if (!capture || capture->origin != s) {
        return refuse(CAPTURE_UNMATCHED, "cuStreamEndCapture of a stream that began no capture");
    }
    endCapture(capture);
    if (capture->invalid) {
        return refuse(CAPTURE_INVALIDATED, "the capture was broken by a call that it forbids");
    }
    *out = graphs().add(new Graph(std::move(capture->graph)));
    return SUCCESS;
}

THAW_API int cuStreamIsCapturing(void* handle, int* state) {
    Guard g(lock());
    Stream* s = find(handle);
    if (!s) {
        return gone("cuStreamIsCapturing", "stream");
    }
    *state = !s->capture ? 0 : s->capture->invalid ? 2 : 1;
    return SUCCESS;
}

THAW_API int cuThreadExchangeStreamCaptureMode(int* mode) {
    static thread_local int threadMode;
    std::swap(*mode, threadMode);
    return SUCCESS;
}

THAW_API int cuGraphCreate(void** out, unsigned) {
    Guard g(lock());
    *out = graphs().add(new Graph);
    return SUCCESS;
}

/** Counts the nodes; a null array asks for the number only, which is all that is simulated. */
THAW_API int cuGraphGetNodes(void* graph, void** nodes, size_t* count) {
    Guard g(lock());
    Graph* gr = graphs().get(graph);
    if (!gr) {
        return gone("cuGraphGetNodes", "graph");
    }
    *count = gr->operations.size();
    return nodes ? refuse(NOT_SUPPORTED, "cuGraphGetNodes gives numbers only") : int(SUCCESS);
}

THAW_API int cuGraphInstantiateWithFlags(void** out, void* graph, unsigned long long) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Graph* gr = graphs().get(graph);
    if (!gr) {
        return gone("cuGraphInstantiate", "graph");
    }
    *out = executables().add(new Graph(*gr));
    return SUCCESS;
}

/** A driver puts the nodes on the device: this needs room, which is not kept account of. */
THAW_API int cuGraphUpload(void* executable, void* stream) {
    Guard g(lock());
    Graph* gr = executables().get(executable);
    if (!gr || !streamLives(stream)) {
        return gone("cuGraphUpload", gr ? "stream" : "executable graph");
    }
    int64_t bytes = NODE_BYTES * int64_t(gr->operations.size());
    return counter(LIVE_BYTES) + bytes <= setting(MEMORY)
                   ? int(SUCCESS)
                   : refuse(OUT_OF_MEMORY, "cuGraphUpload of %zu nodes", gr->operations.size());
}

THAW_API int cuGraphLaunch(void* executable, void* stream) {
    Guard g(lock());
    if (int status = ready()) {
        return status;
    }
    Graph* gr = executables().get(executable);
    if (!gr) {
        return gone("cuGraphLaunch", "executable graph");
    }
    if (capturing(stream)) {
        find(stream)->capture->invalid = true;
        return refuse(CAPTURE_UNSUPPORTED, "cuGraphLaunch into a stream that captures");
    }
    counter(GRAPH_LAUNCHES)++;
    // one operation, so that destroying the executable afterwards does not touch what is queued
    auto operations = std::make_shared<std::vector<Operation>>(gr->operations);
    return submit(stream, "launch graph", [=] {
        for (const Operation& o : *operations) {
            if (int status = perform(o)) {
                return status;
            }
        }
        return int(SUCCESS);
    });
}

THAW_API int cuGraphExecDestroy(void* executable) {
    Guard g(lock());
    return executables().remove(executable) ? int(SUCCESS)
                                            : gone("cuGraphExecDestroy", "executable graph");
}

THAW_API int cuGraphDestroy(void* graph) {
    Guard g(lock());
    return graphs().remove(graph) ? int(SUCCESS) : gone("cuGraphDestroy", "graph");
}
