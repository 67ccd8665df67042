// What the audio thread and the helper thread share: queues and single values, no locks.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <vector>

#include "parameters.hpp"
#include "records.hpp"
#include "ring.hpp"

namespace jambot {

// The machine's steady clock; on the three systems a read of memory, no system call.
inline int64_t steadyNs()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

struct KeptNote {
    double on, off;  // the song's quarters
    uint8_t channel, pitch, velocity;
    uint32_t take;
};

struct Kept {
    std::vector<KeptNote> notes;  // by their beginning
};

// What was played live, told to the keeper: a message, how far the song went, where a take begins,
// that it has ended, or that what is not settled yet was nobody's playing.
struct Played {
    enum What : uint8_t { Message, Reached, Began, Ended, Void } what;
    uint8_t data[3];
    double beat;
    uint64_t frame;
    double rate;
};

struct BlockReport {
    HostReport host;
    uint32_t frames;
};

struct Shared {
    Shared()
    {
        for (uint32_t i = 0; i < kParameterCount; ++i)
            parameters[i].store(kParameters[i].usual);
    }

    float value(uint32_t index) const { return parameters[index].load(std::memory_order_relaxed); }
    bool on(uint32_t index) const { return value(index) > 0.5f; }

    std::atomic<float> parameters[kParameterCount];
    Ring<Record, 8192> toEngine, fromEngine;
    Ring<BlockReport, 1024> reports;
    Ring<Played, 8192> played;
    std::atomic<bool> keysLost{false};
    std::atomic<bool> panic{false};
    std::atomic<int64_t> engineSeenNs{0};  // 0: there is none
    std::atomic<uint8_t> reach{kNoEngine};  // how far the helper has come: a Status
    std::atomic<Kept*> offered{nullptr};  // towards the audio thread
    Ring<Kept*, 64> retired;  // and back, to be deleted
};

}  // namespace jambot
