// The audio thread's part: what sounds, when, and what the engine is told of it.
#pragma once

#include <cstdint>

#include "shared.hpp"
#include "voice.hpp"

namespace jambot {

// Where the host is at the first frame of a block.
struct Place {
    bool playing = false, known = false;
    double beat = 0, bpm = 120;  // quarters
    float beatsPerBar = 4;  // quarters
};

struct HostMessage {
    uint32_t frame;
    uint8_t size;
    uint8_t data[3];
};

// How the stage speaks to the host during a block.
class Host {
public:
    virtual ~Host() = default;
    // False where the host's list is full.
    virtual bool send(uint32_t frame, const uint8_t* data, uint8_t size) = 0;
    virtual void moved(uint32_t parameter, float value) = 0;
};

// Threads: `prepare` never runs beside `process`; `process` is the audio thread's. It does not
// allocate, lock, or call the system, and it ends every note that it began.
class Stage {
public:
    explicit Stage(Shared& shared) : shared_(shared) {}
    ~Stage() { delete kept_; }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    void prepare(double rate);
    void process(float* left, float* right, uint32_t frames, const Place& place, const HostMessage* messages,
                 uint32_t count, Host& host);

    float status() const;
    float keptNotes() const { return static_cast<float>(kept_ == nullptr ? 0 : kept_->notes.size()); }
    float lateNotes() const { return static_cast<float>(late_); }
    const Kept* kept() const { return kept_; }

private:
    static constexpr uint32_t kMostWaiting = 2048;
    static constexpr uint32_t kMostKeptSounding = 64;

    void move(const Place& place, int64_t now);
    void look(int64_t now);
    void lose();
    void silence();
    void follow(uint32_t frames, int64_t now);
    void beginTake(int64_t now);
    void endTake(int64_t now);
    double aheadSeconds(int64_t now) const;
    void report(uint32_t frames, int64_t now);
    void tellParameters(uint32_t frames);
    void takeFromEngine();
    void wait(const Record& record);
    void hearKeys(const HostMessage& message);
    void ownKey(const HostMessage& message);
    void play(const Record& record, uint32_t offset);
    void strike(uint8_t channel, uint8_t pitch, uint8_t velocity, uint32_t offset);
    void end(uint8_t channel, uint8_t pitch, uint32_t offset);
    void endAll(uint32_t offset);
    void sendOff(uint8_t channel, uint8_t pitch, uint32_t offset);
    void payOwed();
    void keep(const uint8_t* data, uint32_t offset);
    void seek();
    uint32_t nextKept(uint32_t frames) const;
    void playKept(uint32_t offset);
    bool record(const Record& record);
    double beatAt(uint32_t offset) const { return place_.beat + offset * place_.bpm / (60.0 * rate_); }
    double offsetOf(double beat) const { return (beat - place_.beat) * 60.0 * rate_ / place_.bpm; }
    bool playsKept() const { return mode_; }

    Shared& shared_;
    Voices voices_;
    Host* host_ = nullptr;
    double rate_ = 48000.0;
    uint64_t base_ = 0;  // frames since the beginning, at the first of this block
    uint8_t era_ = 0;

    Place place_;
    double expectedBeat_ = 0;
    bool began_ = false, stopped_ = false, jumped_ = false, goesOn_ = false;  // with this block
    bool wasPlaying_ = false, mode_ = false, bypassed_ = false, connected_ = false, recording_ = false;
    uint64_t quietUntil_ = 0;  // after a stop the engine's note-ons are not sounded until it knows

    Record waiting_[kMostWaiting];
    uint32_t waitingCount_ = 0;
    uint8_t sounding_[16][128] = {};
    uint8_t sent_[16][128] = {};  // note-ons that left by MIDI out and have not been ended there
    uint32_t soundingCount_ = 0, sentCount_ = 0;
    uint8_t owed_[16][128] = {};
    uint32_t owedCount_ = 0;
    bool keysHeld_[128] = {}, keysRing_[128] = {};
    bool pedal_ = false;
    uint32_t late_ = 0;

    float told_[kParameterCount] = {};
    uint64_t tellAt_ = 0;

    Kept* kept_ = nullptr;
    std::size_t cursor_ = 0;
    bool seeks_ = false;  // once this block's place is known
    KeptNote keptSounding_[kMostKeptSounding];
    uint32_t keptSoundingCount_ = 0;

    int64_t paceNs_ = 0;  // from here on the song's time is held against the clock's
    uint64_t paceFrame_ = 0;
    bool renders_ = false;  // nobody can play along with that
};

}  // namespace jambot
