// What was played live, note by note with its beat, for the project's file and for playing it again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "shared.hpp"

namespace jambot {

// A new take replaces the old one beat by beat: what lies between two of its moments is forgotten.
//
// Threads: the helper calls `mind`, the host saves and loads from any thread but the audio one; a
// mutex stands between them, and the audio thread sees whole lists only, by an atomic pointer.
class Keeper {
public:
    explicit Keeper(Shared& shared) : shared_(shared) {}
    ~Keeper();

    // Takes in what was played, and shows the audio thread the list anew, at most twice a second.
    void mind(int64_t now);
    // Everything kept as one line of text; what a newer plugin has written is given back untouched.
    std::string save();
    void load(const char* text);
    void forgetRetired();
    // What the engine says it plays with; with the next note that is kept it goes into the project.
    void played(uint32_t seed, uint32_t style);
    // What the notes of a project that was opened were played with; told once.
    bool origin(Record& told);
    bool newer();

private:
    void drain(bool all);
    void settle(std::size_t count);
    void take(const Played& played);
    void replaceUntil(double beat);
    void endNote(uint8_t channel, uint8_t pitch, double beat);
    void endOpen();
    void show();

    Shared& shared_;
    std::mutex mutex_;
    std::vector<KeptNote> notes_;
    std::deque<Played> fresh_;
    std::vector<KeptNote> open_;  // begun and not ended, in order
    uint32_t take_ = 0, seed_ = 0, style_ = 0, engineSeed_ = 0, engineStyle_ = 0;
    bool untold_ = false;
    double reached_ = 0;
    bool changed_ = false;
    int64_t shownNs_ = 0;
    std::string newer_;
};

}  // namespace jambot
