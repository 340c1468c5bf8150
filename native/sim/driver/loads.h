// The most loads of a thread that nothing shows to be in flight together.
//
// What is counted are rounds: a round is a run of a thread's loads from global memory in which no
// load instruction of the simulated build comes twice; the next round begins with the first that
// does. So a loop's body is one round per iteration however many loads it has, and what
// `#pragma unroll N` unrolls is one round per N iterations. Rounds are an upper bound of the
// latencies that a thread waits for one after the other. They are not dependent chains: neither
// registers nor the GPU's compiler are seen here, which may unroll a loop that nothing unrolls in
// the source, may fail to move a load ahead of a store or a condition, and may keep loads of two
// rounds in flight. A barrier does not end a round.
#pragma once
#include "sim.h"

#include <map>
#include <vector>

namespace thaw::sim {
class Loads {
  public:
    bool on() const {
        return on_;
    }
    void launch(const Launch& launch);
    void note(unsigned thread, const void* code);
    void blockEnds();
    /** A line per kernel: rounds and loads of the thread with the most rounds, and the launch. */
    std::string table() const;
    void clear() {
        most_.clear();
    }

  private:
    struct Thread {
        size_t rounds, loads;
        std::vector<const void*> round;
    };
    struct Most {
        size_t rounds = 0, loads = 0;
        uint64_t blocks = 0, threads = 0;
    };

    bool on_ = false;
    const Launch* launch_ = nullptr;
    std::vector<Thread> threads_;
    std::map<std::string, Most> most_;
};

Loads& loads();
} // namespace thaw::sim
