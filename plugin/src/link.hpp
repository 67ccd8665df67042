// The helper thread: it alone owns the socket, and speaks with the engine.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <thread>

#include "keeper.hpp"
#include "shared.hpp"

namespace jambot {

// Where the engine listens and the word that shows who is who: a file that only the user can read.
struct Key {
    bool known = false;
    uint16_t port = 0;
    uint8_t token[16] = {};
};

Key readKey();

// Threads: one of its own, from `start` to `stop`. It takes from the audio thread by queues and is
// never waited for.
class Link {
public:
    Link(Shared& shared, Keeper& keeper);
    ~Link() { stop(); }

    void start();
    void stop();

private:
    void run();
    bool open();
    void close();
    void waitFor(int milliseconds);
    void receive();
    void hear(const uint8_t* data, std::size_t size);
    void takeRecords(const Head& head, const uint8_t* body);
    void connect();
    void disconnect();
    void collect();
    void fold(const BlockReport& report);
    void talk(int64_t now);
    void knock(int64_t now);
    void converse(int64_t now);
    void send(uint8_t kind, uint32_t first, uint32_t count, bool withReport);

    Shared& shared_;
    Keeper& keeper_;
    std::thread thread_;
    std::atomic<bool> stopping_{false};
    intptr_t socket_ = -1;
    Key key_;
    uint64_t instance_ = 0;
    uint32_t session_ = 0;
    bool connected_ = false;

    std::deque<Record> unheard_;  // what the engine has not said to have heard, oldest first
    uint32_t firstSerial_ = 1;    // of the oldest of these
    uint32_t told_ = 0;           // so many of them have been sent
    uint32_t expected_ = 1;       // serial of the engine's next record
    bool owesAnswer_ = false;

    HostReport host_{};
    bool hasReport_ = false, jumped_ = false;
    uint32_t largestBlock_ = 0;
    int64_t heardNs_ = 0, saidNs_ = 0, progressNs_ = 0, knockedNs_ = 0, keyReadNs_ = 0, otherNs_ = 0;
};

}  // namespace jambot
