// What travels between the plugin and the engine: docs/plugin.md in C++. Little-endian throughout.
#pragma once

#include <cstdint>

namespace jambot {

constexpr uint16_t kProtocol = 1;
constexpr char kMagic[4] = {'J', 'A', 'M', 'B'};

enum Kind : uint8_t { kKnock = 1, kFromPlugin = 2, kPluginLeaves = 3, kFromEngine = 4, kEngineLeaves = 5 };
enum EngineState : uint8_t { kConducted = 1, kAnotherIs = 2, kVersionDiffers = 3 };

enum Type : uint8_t {
    kMidi = 0,       // a message at `frame`; towards the plugin frame 0 is at once
    kLeft = 1,       // the engine's message `number` left at `frame`
    kParameter = 2,  // parameter `number` has the value that `frame` holds as a double
    kSilence = 3,    // forget what waits and end what sounds
    kEnded = 4,      // the plugin itself ended this note at `frame`
    kKeysLost = 5,   // more keys came than could be told: take all for up
    kPanicked = 6,   // the player pressed panic
    kConnected = 7,  // within the plugin alone: a new conversation begins
    kOrigin = 8,     // the project's notes were played by the seed `frame`, in the style `number`
};

#pragma pack(push, 1)

struct Record {
    uint64_t frame;
    uint32_t number;
    uint8_t type;
    uint8_t data[3];
};

struct Head {
    char magic[4];
    uint16_t version;
    uint8_t kind;
    uint8_t state;
    uint8_t token[16];
    uint64_t instance;
    uint32_t session;
    uint32_t first;
    uint32_t ack;
    uint16_t count;
    uint16_t reports;
};

// The plugin's clock, block and transport.
struct HostReport {
    uint64_t mapFrame;  // began at mapNs: the earliest reading since the last report
    int64_t mapNs;
    int64_t sentNs;
    uint64_t nextFrame;
    double rate;
    double beat;  // in quarters, at beatFrame
    uint64_t beatFrame;
    double bpm;
    uint32_t block;
    float beatsPerBar;  // in quarters
    uint8_t flags;
    uint8_t era;  // another one: the frames before say nothing about those that follow
    uint8_t spare[6];
};

struct EngineReport {
    uint32_t seed;
    uint32_t style;
    uint32_t late;
    uint32_t played;
};

#pragma pack(pop)

enum HostFlag : uint8_t { kPlaying = 1, kHasBeat = 2, kJumped = 4, kIsBypassed = 8 };

static_assert(sizeof(Record) == 16 && sizeof(Head) == 48, "as docs/plugin.md says");
static_assert(sizeof(HostReport) == 80 && sizeof(EngineReport) == 16, "as docs/plugin.md says");

constexpr uint32_t kRecordsADatagram = 64;
constexpr int64_t kMillisecond = 1000000;
constexpr int64_t kLostNs = 500 * kMillisecond;

}  // namespace jambot
