// Runs the threads of a kernel, block after block, on fibers of one operating system thread.
//
// A fiber runs thread after thread until one has to wait (at a barrier, or for its warp); only then
// does another fiber start. So a kernel without barriers costs little more than a loop.
// The kernels' own code calls what stands at the end of this file: coordinates, barriers, warp
// operations, and, because it is compiled with GCC's sanitizers, a check of each memory access.
#include "hazard.h"
#include "loads.h"

#include <cstdarg>
#include <cstring>
#include <sys/mman.h>
#include <vector>

#ifndef __x86_64__
#error "the simulator's fibers, and JCuda's natives, are for x86-64 only"
#endif

using namespace thaw::sim;

struct ThawSimIndex {
    unsigned x, y, z;
};
THAW_API ThawSimIndex thaw_sim_thread, thaw_sim_block, thaw_sim_block_size, thaw_sim_grid_size;
THAW_API unsigned thaw_sim_lane;
ThawSimIndex thaw_sim_thread, thaw_sim_block, thaw_sim_block_size, thaw_sim_grid_size;
unsigned thaw_sim_lane;

// Saves the registers that a call preserves and the stack; continues where `to` was saved.
asm(".text\n"
    ".type thaw_sim_switch,@function\n"
    "thaw_sim_switch:\n"
    " push %rbp\n push %rbx\n push %r12\n push %r13\n push %r14\n push %r15\n"
    " mov %rsp,(%rdi)\n mov %rsi,%rsp\n"
    " pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbx\n pop %rbp\n ret\n");
extern "C" void thaw_sim_switch(void** save, void* to);

namespace {
constexpr size_t STACK = 256 << 10;
constexpr unsigned WARP = 32;
constexpr int SYNC = 0; // as in include/cudasim.h: the warp operation that orders memory

enum class State : char { FRESH, READY, AT_BARRIER, IN_WARP, DONE };

struct Fiber {
    void* stackPointer;
    char* stack;
    int thread;
};

struct Thread {
    Fiber* fiber;
    State state;
    const char* file; // of the barrier it waits at
    int line;
};

/** What the lanes of a warp have brought to a collective operation. */
struct Warp {
    unsigned existing, exited, arrived;
    unsigned mask[WARP];
    int kind[WARP];
    int source[WARP];
    uint64_t value[WARP], result[WARP];
};

struct Running {
    const Launch* launch = nullptr; // null: no kernel runs
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    std::vector<int> order;
    std::vector<unsigned char> dynamicShared;
    unsigned char* dynamicStart = nullptr;
    int next, alive, atBarrier;
    int votes, decided;
    int status;
    Fiber* current;
    void* scheduler;
    std::vector<Fiber*> idle;
};
Running now;

void setThread(int t) {
    unsigned x = thaw_sim_block_size.x, y = thaw_sim_block_size.y, u = unsigned(t);
    thaw_sim_thread = {u % x, u / x % y, u / (x * y)};
    thaw_sim_lane = u % WARP;
}

/** Ends the kernel from within one of its threads. */
[[noreturn]] void fail(int status, const char* format, ...) {
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    now.status = refuse(status, "kernel %s, block (%u,%u,%u), thread (%u,%u,%u): %s",
                        now.launch->kernel, thaw_sim_block.x, thaw_sim_block.y, thaw_sim_block.z,
                        thaw_sim_thread.x, thaw_sim_thread.y, thaw_sim_thread.z, text);
    thaw_sim_switch(&now.current->stackPointer, now.scheduler);
    __builtin_unreachable();
}

/** Lets a warp operation happen once all lanes that its mask names have come, or have exited. */
void completeWarp(int warp, unsigned mask) {
    Warp& w = now.warps[size_t(warp)];
    unsigned needed = mask & w.existing & ~w.exited;
    if (!needed || (w.arrived & needed) != needed) {
        return;
    }
    int kind = w.kind[__builtin_ctz(needed)];
    unsigned ballot = 0;
    for (unsigned rest = needed; rest; rest &= rest - 1) {
        int lane = __builtin_ctz(rest);
        if (w.mask[lane] != mask || w.kind[lane] != kind) {
            return;
        }
        ballot |= unsigned(w.value[lane] != 0) << lane;
    }
    for (unsigned rest = needed; rest; rest &= rest - 1) {
        int lane = __builtin_ctz(rest);
        int source = w.source[lane];
        // the value of a lane that takes no part is undefined: all ones, a NaN
        w.result[lane] = source < 0 ? ballot : needed >> source & 1 ? w.value[source] : ~uint64_t(0);
        Thread& t = now.threads[size_t(warp) * WARP + size_t(lane)];
        if (t.state == State::IN_WARP) {
            t.state = State::READY;
        }
    }
    w.arrived &= ~needed;
    if (kind == SYNC && hazards().on()) {
        hazards().syncWarp(unsigned(warp), needed, needed == (w.existing & ~w.exited));
    }
}

void finish(int t) {
    now.threads[size_t(t)].state = State::DONE;
    now.alive--;
    Warp& w = now.warps[size_t(t) / WARP];
    w.exited |= 1u << (unsigned(t) % WARP);
    for (unsigned rest = w.arrived; rest; rest &= rest - 1) {
        completeWarp(t / int(WARP), w.mask[__builtin_ctz(rest)]);
    }
}

void fiberMain() {
    for (;;) {
        int t = now.current->thread;
        now.threads[size_t(t)].fiber = now.current;
        setThread(t);
        now.launch->thunk(now.launch->arguments);
        finish(t);
        if (now.next < int(now.threads.size())) {
            now.current->thread = now.order[size_t(now.next++)];
            continue;
        }
        now.idle.push_back(now.current);
        thaw_sim_switch(&now.current->stackPointer, now.scheduler);
    }
}

Fiber* freshFiber() {
    Fiber* f;
    if (now.idle.empty()) {
        f = new Fiber;
        f->stack = static_cast<char*>(mmap(nullptr, STACK, PROT_READ | PROT_WRITE,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        mprotect(f->stack, 4096, PROT_NONE);
    } else {
        f = now.idle.back();
        now.idle.pop_back();
    }
    void** top = reinterpret_cast<void**>(f->stack + STACK);
    *--top = nullptr;
    *--top = reinterpret_cast<void*>(fiberMain);
    top -= 6; // the registers that thaw_sim_switch pops
    memset(top, 0, 6 * sizeof(void*));
    f->stackPointer = top;
    return f;
}

void resume(Fiber* f) {
    now.current = f;
    thaw_sim_switch(&now.scheduler, f->stackPointer);
}

void wait(State state) {
    Fiber* f = now.current;
    now.threads[size_t(f->thread)].state = state;
    thaw_sim_switch(&f->stackPointer, now.scheduler);
    setThread(f->thread);
}

/** Opens the barrier if all threads of the block are at the same one. */
bool openBarrier() {
    int all = int(now.threads.size());
    const Thread& first = now.threads[0];
    if (now.atBarrier != all) {
        return false;
    }
    for (const Thread& t : now.threads) {
        if (t.line != first.line || strcmp(t.file, first.file) != 0) {
            return false;
        }
    }
    hazards().barrier();
    now.decided = now.votes;
    now.votes = 0;
    now.atBarrier = 0;
    for (Thread& t : now.threads) {
        t.state = State::READY;
    }
    return true;
}

int reportDivergence() {
    int inWarp = 0;
    std::set<std::string> places;
    for (const Thread& t : now.threads) {
        inWarp += t.state == State::IN_WARP;
        if (t.state == State::AT_BARRIER) {
            places.insert(std::string(t.file) + ":" + std::to_string(t.line));
        }
    }
    std::string where;
    for (const std::string& p : places) {
        where += (where.empty() ? "" : " and ") + p;
    }
    return refuse(LAUNCH_FAILED,
                  "kernel %s, block (%u,%u,%u): divergent barrier: of %zu threads %d wait at "
                  "__syncthreads (%s), %d in a warp operation, %d have left",
                  now.launch->kernel, thaw_sim_block.x, thaw_sim_block.y, thaw_sim_block.z,
                  now.threads.size(), now.atBarrier, where.empty() ? "none" : where.c_str(),
                  inWarp, int(now.threads.size()) - now.alive);
}

void resetBlock() {
    if (hazards().on()) {
        hazards().block();
    }
    now.next = 0;
    now.alive = int(now.threads.size());
    now.atBarrier = now.votes = 0;
    std::fill(now.threads.begin(), now.threads.end(), Thread{nullptr, State::FRESH, "", 0});
    for (size_t i = 0; i < now.warps.size(); i++) {
        size_t lanes = std::min(size_t(WARP), now.threads.size() - i * WARP);
        now.warps[i].existing = lanes == WARP ? ~0u : (1u << lanes) - 1;
        now.warps[i].exited = now.warps[i].arrived = 0;
    }
    // shared memory starts undefined
    if (now.launch->sharedBytes) {
        memset(now.launch->sharedBlock, 0xFF, now.launch->sharedBytes);
    }
    memset(now.dynamicStart, 0xFF, now.launch->dynamicShared);
}

int runBlock() {
    resetBlock();
    while (now.next < int(now.threads.size()) && !now.status) {
        Fiber* f = freshFiber();
        f->thread = now.order[size_t(now.next++)];
        resume(f);
    }
    while (now.alive > 0 && !now.status) {
        bool progress = openBarrier();
        for (size_t k = 0; k < now.order.size() && !now.status; k++) {
            Thread& t = now.threads[size_t(now.order[k])];
            if (t.state == State::READY) {
                progress = true;
                resume(t.fiber);
            }
        }
        if (!progress && !now.status) {
            now.status = reportDivergence();
        }
    }
    return now.status;
}

/** Gives back the fibers of threads that will never go on. */
void reclaimFibers() {
    std::set<Fiber*> taken(now.idle.begin(), now.idle.end());
    if (now.current && taken.insert(now.current).second) {
        now.idle.push_back(now.current);
    }
    for (const Thread& t : now.threads) {
        if (t.fiber && t.state != State::DONE && taken.insert(t.fiber).second) {
            now.idle.push_back(t.fiber);
        }
    }
}

bool contains(const void* start, size_t length, uintptr_t a, size_t bytes) {
    return a >= uintptr_t(start) && a + bytes <= uintptr_t(start) + length;
}

/** Where in shared memory an address lies: statically declared variables, then dynamic memory. */
inline bool inShared(uintptr_t a, size_t bytes, size_t* offset) {
    const Launch& l = *now.launch;
    if (contains(l.sharedBlock, l.sharedBytes, a, bytes)) {
        *offset = a - uintptr_t(l.sharedBlock);
        return true;
    }
    *offset = ((l.sharedBytes + 3) & ~size_t(3)) + a - uintptr_t(now.dynamicStart);
    return contains(now.dynamicStart, l.dynamicShared, a, bytes);
}

[[noreturn]] void outside(uintptr_t a, size_t bytes, const char* verb) {
    uintptr_t dynamic = uintptr_t(now.dynamicStart);
    if (a - dynamic < now.launch->dynamicShared + size_t(4096)) {
        fail(ILLEGAL_ADDRESS, "%s %zu bytes at offset %zu of %u bytes of dynamic shared memory",
             verb, bytes, size_t(a - dynamic), now.launch->dynamicShared);
    }
    fail(ILLEGAL_ADDRESS, "%s %s", verb, describe(reinterpret_cast<const void*>(a), bytes).c_str());
}

/** Refuses an access of the kernel's code to what is not its own, or that another thread's races. */
inline void access(uintptr_t a, size_t bytes, bool write, const void* code) {
    if (!now.launch) {
        return; // the module's static initializers
    }
    auto* p = reinterpret_cast<const void*>(a);
    const char* verb = write ? "writes" : "reads";
    unsigned thread = unsigned(now.current->thread);
    size_t offset;
    if (inArena(a)) {
        if (checkDevice(p, bytes, 1) != SUCCESS) {
            outside(a, bytes, verb);
        }
        if (hazards().on() && !hazards().global(thread, a, bytes, write)) {
            fail(LAUNCH_FAILED, "hazard: at %s it %s", describe(p, bytes).c_str(),
                 hazards().conflict().c_str());
        }
        if (!write && loads().on()) {
            loads().note(thread, code);
        }
    } else if (contains(now.current->stack, STACK, a, bytes)) {
        return;
    } else if (inShared(a, bytes, &offset)) {
        if (hazards().on() && !hazards().shared(thread, a, offset, bytes, write)) {
            fail(LAUNCH_FAILED, "hazard: %zu bytes at offset %zu of shared memory: it %s", bytes,
                 offset, hazards().conflict().c_str());
        }
    } else if (!contains(now.launch->arguments, now.launch->argumentBytes, a, bytes)
               && checkDevice(p, bytes, 1) != SUCCESS) {
        outside(a, bytes, verb);
    }
}
} // namespace

int thaw::sim::run(const Launch& launch) {
    const Dim& g = launch.grid;
    size_t threads = size_t(launch.block.x) * launch.block.y * launch.block.z;
    bool reversed = setting(REVERSED);
    now.launch = &launch;
    now.status = SUCCESS;
    now.current = nullptr;
    now.threads.resize(threads);
    now.warps.resize((threads + WARP - 1) / WARP);
    now.order.resize(threads);
    for (size_t i = 0; i < threads; i++) {
        now.order[i] = int(reversed ? threads - 1 - i : i);
    }
    now.dynamicShared.resize(launch.dynamicShared + 128);
    now.dynamicStart = reinterpret_cast<unsigned char*>(
            (uintptr_t(now.dynamicShared.data()) + 127) & ~uintptr_t(127));
    thaw_sim_block_size = {launch.block.x, launch.block.y, launch.block.z};
    thaw_sim_grid_size = {g.x, g.y, g.z};
    hazards().launch(launch, reversed);
    loads().launch(launch);
    uint64_t blocks = uint64_t(g.x) * g.y * g.z;
    for (uint64_t i = 0; i < blocks && !now.status; i++) {
        uint64_t b = reversed ? blocks - 1 - i : i;
        thaw_sim_block = {unsigned(b % g.x), unsigned(b / g.x % g.y), unsigned(b / g.x / g.y)};
        runBlock();
        loads().blockEnds();
    }
    if (now.status) {
        reclaimFibers();
    }
    now.launch = nullptr;
    return now.status;
}

// ---- what kernels call, see include/cudasim.h

THAW_API void* thaw_sim_dynamic_shared() {
    return now.dynamicStart;
}

/** __syncthreads, and its variants: every thread's vote is added, the sum is given back. */
THAW_API int thaw_sim_barrier(const char* file, int line, int vote) {
    Thread& t = now.threads[size_t(now.current->thread)];
    t.file = file;
    t.line = line;
    now.votes += vote;
    now.atBarrier++;
    wait(State::AT_BARRIER);
    return now.decided;
}

/** A warp operation over the lanes in mask; source < 0 asks for a ballot. */
THAW_API uint64_t thaw_sim_warp(unsigned mask, int kind, uint64_t value, int source) {
    int t = now.current->thread;
    unsigned lane = unsigned(t) % WARP;
    if (!(mask >> lane & 1)) {
        fail(LAUNCH_FAILED, "a warp operation whose mask %#x leaves out lane %u, which calls it",
             mask, lane);
    }
    Warp& w = now.warps[size_t(t) / WARP];
    w.value[lane] = value;
    w.source[lane] = source;
    w.mask[lane] = mask;
    w.kind[lane] = kind;
    w.arrived |= 1u << lane;
    completeWarp(t / int(WARP), mask);
    if (w.arrived >> lane & 1) {
        wait(State::IN_WARP);
    }
    return w.result[lane];
}

/** __threadfence. */
THAW_API void thaw_sim_fence() {
    if (hazards().on()) {
        hazards().fence(unsigned(now.current->thread));
    }
}

/** The accesses from here to thaw_sim_atomic_ends are one atomic operation on an address. */
THAW_API void thaw_sim_atomic_begins(const void* address) {
    if (hazards().on()) {
        hazards().atomicBegins(unsigned(now.current->thread), uintptr_t(address));
    }
}
THAW_API void thaw_sim_atomic_ends() {
    hazards().atomicEnds();
}

/** With THAW_SIM_FORMS=1, at the start of each function of the kernels. */
THAW_API void thaw_sim_enter(void* function, void*) {
    ran(function);
}
THAW_API void thaw_sim_exit(void*, void*) {}

THAW_API __attribute__((noreturn)) void thaw_sim_trap(const char* file, int line, const char* what) {
    fail(LAUNCH_FAILED, "%s:%d: %s", file, line, what);
}

// GCC's -fsanitize=thread calls these for each access
#define THAW_ACCESS(call, size)                                                                    \
    THAW_API void __tsan_##call##read##size(uintptr_t a) {                                         \
        access(a, size, false, __builtin_return_address(0));                                       \
    }                                                                                              \
    THAW_API void __tsan_##call##write##size(uintptr_t a) {                                        \
        access(a, size, true, __builtin_return_address(0));                                        \
    }
THAW_ACCESS(, 1)
THAW_ACCESS(, 2)
THAW_ACCESS(, 4)
THAW_ACCESS(, 8)
THAW_ACCESS(, 16)
THAW_ACCESS(unaligned_, 2)
THAW_ACCESS(unaligned_, 4)
THAW_ACCESS(unaligned_, 8)
THAW_ACCESS(unaligned_, 16)
THAW_API void __tsan_read_range(uintptr_t a, size_t bytes) {
    access(a, bytes, false, __builtin_return_address(0));
}
THAW_API void __tsan_write_range(uintptr_t a, size_t bytes) {
    access(a, bytes, true, __builtin_return_address(0));
}
THAW_API void __tsan_init() {}
THAW_API void __tsan_func_entry(void*) {}
THAW_API void __tsan_func_exit() {}

// GCC's -fsanitize=alignment calls this; the layout is libubsan's
struct ThawSimMismatch {
    const char* file;
    unsigned line, column;
    const void* type;
    unsigned char logAlignment, kind;
};
THAW_API void __ubsan_handle_type_mismatch_v1(const ThawSimMismatch* m, uintptr_t a) {
    if (now.launch) {
        fail(MISALIGNED_ADDRESS, "%s:%u: %p is no multiple of %u", m->file, m->line,
             reinterpret_cast<void*>(a), 1u << m->logAlignment);
    }
}
