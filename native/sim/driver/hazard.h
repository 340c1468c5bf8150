// Who touched which word last: finds accesses of two threads whose order nothing settles.
//
// Two accesses to one word conflict where one of them writes and not both are atomic. Their order is
// settled by
//   - a barrier between them, for two threads of a block;
//   - a __syncwarp of both lanes between them, for two threads of a warp. As CUDA's manual has it, no
//     shuffle and no vote orders memory;
//   - for two blocks: a __threadfence of the first, after its access (or of any thread of its block
//     behind a barrier), then an atomic operation of that thread on some word; later an atomic
//     operation of the second block on the same word, then a __threadfence, and behind it (in the
//     same thread, or past a barrier) the second access. That is the pattern of the last block.
// A word that one's own block has since changed atomically may be read and written: its order is the
// order of the atomic operations.
//
// Each word keeps its last write and its last read, with the time: a counter that barriers, fences,
// warp synchronizations and atomic operations move on. Blocks run one after the other, so that a time
// before the block's start means another block. What is not seen: a conflict behind a later one on
// the same word, bytes of a word that different threads write, and pinned host memory.
#pragma once
#include "sim.h"

#include <unordered_map>
#include <vector>

namespace thaw::sim {
class Hazards {
  public:
    /** The last access of a kind to a word. */
    struct Access {
        uint32_t time;
        uint16_t thread;
        uint8_t flags, bytes; // bytes: which of the word's four
    };

    /** A kernel starts; without the setting HAZARDS, or without room, nothing is checked. */
    void launch(const Launch& launch, bool reversed);
    void block();
    bool on() const {
        return on_;
    }

    void barrier() {
        barrier_ = ++clock_;
    }
    void syncWarp(unsigned warp, unsigned lanes, bool all);
    void fence(unsigned thread);
    void atomicBegins(unsigned thread, uintptr_t address);
    void atomicEnds() {
        atomic_ = false;
    }

    /** False where the access conflicts with an earlier one; conflict() then says with what. */
    bool global(unsigned thread, uintptr_t address, size_t bytes, bool write) {
        return touch(globalWrites_, globalReads_, address, address - base_, thread, bytes, write,
                     launch_);
    }
    bool shared(unsigned thread, uintptr_t address, size_t offset, size_t bytes, bool write) {
        return touch(sharedWrites_.data(), sharedReads_.data(), address, offset, thread, bytes, write,
                     block_);
    }
    const std::string& conflict() const {
        return conflict_;
    }

    /** Memory that was freed: gives back what was kept about it. */
    void forget(uintptr_t start, size_t bytes);

  private:
    static constexpr uint8_t ATOMIC = 1;   // of a write
    static constexpr uint8_t MANY = 2;     // of a read: several threads since they were last ordered
    static constexpr uint8_t WARPS = 4;    // ... of several warps
    static constexpr uint8_t EARLIER = 8;  // of a read: blocks before this one in the launch, too

    /** A fence and the atomic operation behind it. */
    struct Release {
        size_t place;
        unsigned thread;
        uint32_t fence, barrier;
    };
    struct Ticket {
        size_t taken = 0;
        std::unordered_map<size_t, std::vector<Release>> releases; // by block
    };
    struct Acquire {
        Ticket* ticket;
        uintptr_t address;
        size_t place;
        unsigned thread;
        uint32_t time, fence;
    };
    struct Fence {
        uint32_t time, barrier;
    };

    bool touch(Access* writes, Access* reads, uintptr_t address, size_t offset, unsigned thread,
               size_t bytes, bool write, uint32_t since) {
        size_t last = (offset + bytes - 1) / 4;
        for (size_t i = offset / 4; i <= last; i++) {
            unsigned mask = bytes >= 4 ? 15u : ((1u << bytes) - 1) << (offset & 3);
            Access& w = writes[i];
            if (w.time >= since && (w.thread != thread || w.time < block_) && (w.bytes & mask)
                && !(w.time < barrier_ && w.time >= block_) && !afterWrite(w, thread, address)) {
                return explain(w, write, "wrote");
            }
            if (!write) {
                if (!atomic_) {
                    noteRead(reads[i], thread, mask, since);
                }
                continue;
            }
            const Access& r = reads[i];
            if (r.time >= since && (r.thread != thread || r.flags || r.time < block_)
                && (r.bytes & mask) && !afterReads(r, thread)) {
                return explain(r, write, "read");
            }
            w = {clock_, uint16_t(thread), atomic_ ? ATOMIC : uint8_t(0), uint8_t(mask)};
        }
        return true;
    }

    void noteRead(Access& r, unsigned thread, unsigned mask, uint32_t since) {
        if (r.time < barrier_) {
            bool earlier = r.time >= since && (r.time < block_ || (r.flags & EARLIER));
            r = {clock_, uint16_t(thread), earlier ? EARLIER : uint8_t(0), uint8_t(mask)};
        } else {
            if (r.thread != thread) {
                bool sameWarp = r.thread / 32 == thread / 32;
                if (sameWarp && !(r.flags & WARPS) && r.time < warps_[thread / 32]) {
                    r.flags &= EARLIER;
                } else {
                    r.flags |= sameWarp ? MANY : MANY | WARPS;
                }
                r.thread = uint16_t(thread);
            }
            r.time = clock_;
            r.bytes |= uint8_t(mask);
        }
    }

    bool afterWrite(const Access& w, unsigned thread, uintptr_t address) const;
    bool afterReads(const Access& r, unsigned thread) const;
    bool acrossBlocks(const Access& a, unsigned thread) const;
    bool inWarp(const Access& a, unsigned thread) const;
    bool explain(const Access& other, bool write, const char* verb);
    size_t blockAt(uint32_t time) const;

    bool on_ = false, atomic_ = false, reversed_ = false;
    uint32_t clock_ = 1, launch_ = 0, block_ = 0, barrier_ = 0;
    uintptr_t base_ = 0;
    Access* globalWrites_ = nullptr;
    Access* globalReads_ = nullptr;
    std::vector<Access> sharedWrites_, sharedReads_;
    std::vector<uint32_t> warps_;     // per warp: when all its lanes last synchronized
    std::vector<uint32_t> lanes_;     // per thread: its last __syncwarp
    std::vector<Fence> fences_;       // per thread: its last fence
    std::vector<uint32_t> starts_;    // of the launch's blocks so far
    std::vector<Acquire> acquires_;   // of this block
    std::unordered_map<uintptr_t, Ticket> tickets_;
    Dim gridSize_{}, blockSize_{};
    std::string conflict_;
};

Hazards& hazards();
} // namespace thaw::sim
