#include "loads.h"

namespace thaw::sim {
Loads& loads() {
    static auto* l = new Loads;
    return *l;
}

void Loads::launch(const Launch& launch) {
    on_ = setting(LOADS) != 0;
    launch_ = &launch;
    threads_.clear();
    threads_.resize(on_ ? size_t(launch.block.x) * launch.block.y * launch.block.z : 0);
}

void Loads::note(unsigned thread, const void* code) {
    Thread& t = threads_[thread];
    t.loads++;
    if (t.round.empty() || std::find(t.round.begin(), t.round.end(), code) != t.round.end()) {
        t.rounds++;
        t.round.clear();
    }
    t.round.push_back(code);
}

void Loads::blockEnds() {
    if (!on_) {
        return;
    }
    Most& most = most_[launch_->kernel];
    for (Thread& t : threads_) {
        if (t.rounds > most.rounds) {
            const Dim& g = launch_->grid;
            most = {t.rounds, t.loads, uint64_t(g.x) * g.y * g.z, threads_.size()};
        }
        t.rounds = t.loads = 0;
        t.round.clear();
    }
}

std::string Loads::table() const {
    std::string lines;
    for (const auto& entry : most_) {
        const Most& m = entry.second;
        lines += entry.first + ": " + std::to_string(m.rounds) + " rounds of " + std::to_string(m.loads)
                 + " loads by one thread, in a launch of " + std::to_string(m.blocks) + " blocks of "
                 + std::to_string(m.threads) + " threads\n";
    }
    return lines;
}
} // namespace thaw::sim
