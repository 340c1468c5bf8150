// Device memory: one reserved range of addresses, so that every access can be checked.
#pragma once
#include "sim.h"

#include <cstring>
#include <map>
#include <sys/mman.h>
#include <vector>

namespace thaw::sim {
/** cuMemAlloc aligns to 256 bytes at least; 512 is what drivers do. */
constexpr size_t GRANULE = 512;
/** Far more than any test holds, so that addresses are not reused while a stale one may be kept. */
constexpr size_t ARENA = size_t(32) << 30;
/** What fresh memory holds: 0xFFFFFFFF is a NaN, so that reading it before writing it shows. */
constexpr int POISON = 0xFF;

struct Allocation {
    uintptr_t start;
    size_t bytes;
    bool live;
};

inline void* reserve(size_t bytes) {
    void* p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? nullptr : p;
}

class Arena {
  public:
    Arena()
            : base_(uintptr_t(reserve(ARENA))),
              owner_(static_cast<uint32_t*>(reserve(ARENA / GRANULE * sizeof(uint32_t)))) {
        all_.push_back({0, 0, false});
    }

    bool works() const {
        return base_ && owner_;
    }
    uintptr_t base() const {
        return base_;
    }
    bool covers(uintptr_t a) const {
        return a - base_ < ARENA;
    }
    const Allocation& at(uintptr_t a) const {
        return all_[owner_[(a - base_) / GRANULE]];
    }
    uintptr_t allocate(size_t bytes) {
        // one granule stays free behind each allocation, to catch what runs past its end
        size_t granules = (bytes + GRANULE - 1) / GRANULE + 1;
        size_t first = find(granules);
        if (first == NONE) {
            return 0;
        }
        uintptr_t start = base_ + first * GRANULE;
        uint32_t index = uint32_t(all_.size());
        all_.push_back({start, bytes, true});
        for (size_t i = 0; i < granules; i++) {
            owner_[first + i] = index;
        }
        live_[first] = granules;
        memset(reinterpret_cast<void*>(start), POISON, bytes);
        return start;
    }
    size_t release(uintptr_t start) {
        auto found = live_.find((start - base_) / GRANULE);
        Allocation& a = all_[owner_[(start - base_) / GRANULE]];
        a.live = false;
        madvise(reinterpret_cast<void*>(pageUp(start)), pageSpan(start, found->second * GRANULE),
                MADV_DONTNEED);
        live_.erase(found);
        return a.bytes;
    }
    std::vector<uintptr_t> live() const {
        std::vector<uintptr_t> starts;
        for (auto& entry : live_) {
            starts.push_back(base_ + entry.first * GRANULE);
        }
        return starts;
    }

  private:
    static constexpr size_t NONE = ~size_t(0);
    static uintptr_t pageUp(uintptr_t a) {
        return (a + 4095) & ~uintptr_t(4095);
    }
    static size_t pageSpan(uintptr_t start, size_t bytes) {
        uintptr_t end = (start + bytes) & ~uintptr_t(4095);
        return end > pageUp(start) ? end - pageUp(start) : 0;
    }
    /** The next free run, onwards from the last one; after the end, from the start. */
    size_t find(size_t granules) {
        for (int round = 0; round < 2; round++) {
            size_t at = next_;
            auto following = live_.lower_bound(at);
            while (at + granules <= ARENA / GRANULE) {
                if (following == live_.end() || following->first >= at + granules) {
                    next_ = at + granules;
                    return at;
                }
                at = following->first + following->second;
                ++following;
            }
            next_ = 0;
        }
        return NONE;
    }

    uintptr_t base_;
    uint32_t* owner_;
    std::vector<Allocation> all_;
    std::map<size_t, size_t> live_; // first granule, granules
    size_t next_ = 0;
};
} // namespace thaw::sim
