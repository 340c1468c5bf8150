#include "hazard.h"

#include "arena.h"

namespace thaw::sim {
namespace {
/** So much later the counter starts anew; a launch has far fewer events. */
constexpr uint32_t LATEST = 0xC0000000u;
constexpr size_t SHADOW = ARENA / 4 * sizeof(Hazards::Access);
/** Below this size, what is kept about freed memory stays: the pages are shared with neighbours. */
constexpr size_t WORTH_FORGETTING = 64 << 10;
} // namespace

Hazards& hazards() {
    static auto* h = new Hazards;
    return *h;
}

void Hazards::launch(const Launch& launch, bool reversed) {
    on_ = setting(HAZARDS) != 0;
    if (!on_) {
        return;
    }
    if (!globalWrites_) {
        base_ = arenaBase();
        globalWrites_ = static_cast<Access*>(reserve(SHADOW));
        globalReads_ = static_cast<Access*>(reserve(SHADOW));
        if (!globalWrites_ || !globalReads_) {
            fprintf(stderr, "thaw-sim: no room for the record of accesses: hazards are not looked for\n");
            on_ = false;
            return;
        }
    }
    if (clock_ > LATEST) {
        madvise(globalWrites_, SHADOW, MADV_DONTNEED);
        madvise(globalReads_, SHADOW, MADV_DONTNEED);
        sharedWrites_.clear();
        sharedReads_.clear();
        clock_ = 1;
    }
    size_t words = (launch.sharedBytes + 3) / 4 + (launch.dynamicShared + 3) / 4 + 1;
    if (sharedWrites_.size() < words) {
        sharedWrites_.resize(words);
        sharedReads_.resize(words);
    }
    size_t threads = size_t(launch.block.x) * launch.block.y * launch.block.z;
    warps_.assign((threads + 31) / 32, 0);
    lanes_.assign(threads, 0);
    fences_.assign(threads, {0, 0});
    starts_.clear();
    tickets_.clear();
    gridSize_ = launch.grid;
    blockSize_ = launch.block;
    reversed_ = reversed;
    atomic_ = false;
    launch_ = ++clock_;
}

void Hazards::block() {
    block_ = barrier_ = ++clock_;
    starts_.push_back(block_);
    acquires_.clear();
}

void Hazards::syncWarp(unsigned warp, unsigned lanes, bool all) {
    uint32_t time = ++clock_;
    for (; lanes; lanes &= lanes - 1) {
        lanes_[warp * 32 + unsigned(__builtin_ctz(lanes))] = time;
    }
    if (all) {
        warps_[warp] = time;
    }
}

void Hazards::fence(unsigned thread) {
    fences_[thread] = {++clock_, barrier_};
    for (Acquire& a : acquires_) {
        if (a.thread == thread && !a.fence) {
            a.fence = clock_;
        }
    }
}

void Hazards::atomicBegins(unsigned thread, uintptr_t address) {
    Ticket& ticket = tickets_[address];
    size_t place = ticket.taken++;
    acquires_.push_back({&ticket, address, place, thread, ++clock_, 0});
    const Fence& f = fences_[thread];
    if (f.time >= block_) {
        ticket.releases[starts_.size() - 1].push_back({place, thread, f.time, f.barrier});
    }
    atomic_ = true;
}

bool Hazards::inWarp(const Access& a, unsigned thread) const {
    return a.thread / 32 == thread / 32 && a.time < lanes_[thread]
           && lanes_[thread] == lanes_[a.thread];
}

bool Hazards::afterWrite(const Access& w, unsigned thread, uintptr_t address) const {
    if (w.flags & ATOMIC) {
        if (atomic_) {
            return true;
        }
        for (const Acquire& a : acquires_) {
            if (a.address == address && (a.thread == thread || a.time < barrier_)) {
                return true;
            }
        }
    }
    return w.time < block_ ? acrossBlocks(w, thread) : w.thread == thread || inWarp(w, thread);
}

bool Hazards::afterReads(const Access& r, unsigned thread) const {
    if (r.flags & EARLIER) {
        return false; // which blocks read is not kept
    }
    if (r.time < block_) {
        return acrossBlocks(r, thread);
    }
    if (r.time < barrier_ || (r.thread == thread && !r.flags)) {
        return true;
    }
    return r.flags & MANY ? r.thread / 32 == thread / 32 && !(r.flags & WARPS)
                                    && r.time < warps_[thread / 32]
                          : inWarp(r, thread);
}

bool Hazards::acrossBlocks(const Access& access, unsigned thread) const {
    size_t block = blockAt(access.time);
    for (const Acquire& a : acquires_) {
        if (!a.fence || (a.thread != thread && a.fence >= barrier_)) {
            continue;
        }
        auto found = a.ticket->releases.find(block);
        if (found == a.ticket->releases.end()) {
            continue;
        }
        for (const Release& r : found->second) {
            if (r.place < a.place
                && (access.time < r.barrier
                    || (access.thread == r.thread && access.time < r.fence))) {
                return true;
            }
        }
    }
    return false;
}

size_t Hazards::blockAt(uint32_t time) const {
    return size_t(std::upper_bound(starts_.begin(), starts_.end(), time) - starts_.begin()) - 1;
}

bool Hazards::explain(const Access& other, bool write, const char* verb) {
    const Dim& g = gridSize_;
    uint64_t b = blockAt(other.time);
    if (reversed_) {
        b = uint64_t(g.x) * g.y * g.z - 1 - b;
    }
    unsigned t = other.thread, x = blockSize_.x, y = blockSize_.y;
    bool elsewhere = other.time < block_ || (other.flags & EARLIER);
    char text[320];
    snprintf(text, sizeof text,
             "%s what thread (%u,%u,%u) of block (%u,%u,%u) %s; %s", write ? "writes" : "reads",
             t % x, t / x % y, t / (x * y), unsigned(b % g.x), unsigned(b / g.x % g.y),
             unsigned(b / g.x / g.y), verb,
             elsewhere ? "no __threadfence, atomic operation and __threadfence order the two blocks"
                       : "no barrier and no __syncwarp of both orders the two");
    conflict_ = text;
    return false;
}

void Hazards::forget(uintptr_t start, size_t bytes) {
    if (!globalWrites_ || bytes < WORTH_FORGETTING) {
        return;
    }
    for (Access* all : {globalWrites_, globalReads_}) {
        uintptr_t from = (uintptr_t(all + (start - base_) / 4) + 4095) & ~uintptr_t(4095);
        uintptr_t to = uintptr_t(all + (start - base_ + bytes) / 4) & ~uintptr_t(4095);
        madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
    }
}
} // namespace thaw::sim
