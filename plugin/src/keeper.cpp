#include "keeper.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace jambot {

namespace {

constexpr double kParts = 16777216.0;  // a beat's: finer than a frame at any rate and tempo
constexpr std::size_t kMostNotes = 32768;
constexpr std::size_t kMostFresh = 65536;
constexpr double kLagSeconds = 4.0;  // so old something is before it counts: a render is known by then
constexpr uint64_t kDense = 128;  // of blocks shorter than so many frames not every one is remembered
constexpr int64_t kShowNs = 500 * kMillisecond;
constexpr long kVersion = 1;
constexpr char kWord[] = "jambot-kept";

}  // namespace

Keeper::~Keeper()
{
    forgetRetired();
    delete shared_.offered.exchange(nullptr);
}

void Keeper::mind(int64_t now)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    drain(false);
    if (changed_ && now - shownNs_ > kShowNs) {
        shownNs_ = now;
        show();
    }
    forgetRetired();
}

void Keeper::forgetRetired()
{
    Kept* old = nullptr;
    while (shared_.retired.pop(old))
        delete old;
}

void Keeper::played(uint32_t seed, uint32_t style)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    engineSeed_ = seed, engineStyle_ = style;
}

bool Keeper::origin(Record& told)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    const bool due = untold_ && newer_.empty() && !notes_.empty();
    untold_ = false;
    told = {seed_, style_, kOrigin, {0, 0, 0}};
    return due;
}

bool Keeper::newer()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    return !newer_.empty();
}

void Keeper::drain(bool all)
{
    Played played;
    while (shared_.played.pop(played)) {
        if (played.what == Played::Void) {
            fresh_.clear();
            continue;
        }
        const std::size_t size = fresh_.size();
        const bool dense = played.what == Played::Reached && size > 1 && fresh_[size - 1].what == Played::Reached &&
                           fresh_[size - 2].what == Played::Reached && played.frame - fresh_[size - 2].frame < kDense;
        if (dense)
            fresh_.back() = played;
        else if (size < kMostFresh)
            fresh_.push_back(played);
        if (played.what == Played::Ended) {
            settle(fresh_.size());
            shownNs_ = 0;  // the whole take is there: shown at once
        }
    }
    const auto counts = [&](const Played& p) {
        return all || static_cast<double>(fresh_.back().frame - p.frame) >= kLagSeconds * p.rate;
    };
    std::size_t old = 0;
    while (old < fresh_.size() && counts(fresh_[old]))
        ++old;
    settle(old);
}

void Keeper::settle(std::size_t count)
{
    for (; count > 0; --count) {
        if (newer_.empty())  // nothing is lost of what a newer plugin kept
            take(fresh_.front());
        fresh_.pop_front();
    }
}

void Keeper::take(const Played& played)
{
    const uint8_t channel = played.data[0] & 0x0F, pitch = played.data[1] & 0x7F;
    switch (played.what) {
    case Played::Began:
        endOpen();
        ++take_;
        reached_ = played.beat;
        break;
    case Played::Reached: replaceUntil(played.beat); break;
    case Played::Ended: endOpen(); break;
    case Played::Void: break;
    case Played::Message:
        if (played.data[0] >> 4 == 0x9 && played.data[2] > 0)
            open_.push_back({played.beat, played.beat, channel, pitch, played.data[2], take_});
        else
            endNote(channel, pitch, played.beat);
        break;
    }
}

// What an older take has between where the song was and where it is now is forgotten.
void Keeper::replaceUntil(double beat)
{
    if (beat <= reached_)
        return;
    const auto old = [&](const KeptNote& n) { return n.take != take_ && n.on >= reached_ && n.on < beat; };
    const auto end = std::remove_if(notes_.begin(), notes_.end(), old);
    changed_ = changed_ || end != notes_.end();
    notes_.erase(end, notes_.end());
    reached_ = beat;
}

void Keeper::endNote(uint8_t channel, uint8_t pitch, double beat)
{
    const auto begun = std::find_if(open_.begin(), open_.end(),
                                    [&](const KeptNote& n) { return n.channel == channel && n.pitch == pitch; });
    if (begun == open_.end())
        return;
    begun->off = std::max(beat, begun->on);
    if (notes_.size() < kMostNotes)
        notes_.push_back(*begun);
    open_.erase(begun);
    seed_ = engineSeed_, style_ = engineStyle_;
    changed_ = true;
}

// What still sounds ends where the song has come to.
void Keeper::endOpen()
{
    while (!open_.empty())
        endNote(open_.front().channel, open_.front().pitch, reached_);
}

void Keeper::show()
{
    changed_ = false;
    Kept* fresh = new Kept;
    fresh->notes = notes_;
    std::stable_sort(fresh->notes.begin(), fresh->notes.end(),
                     [](const KeptNote& a, const KeptNote& b) { return a.on < b.on; });
    delete shared_.offered.exchange(fresh);
}

std::string Keeper::save()
{
    const std::lock_guard<std::mutex> lock(mutex_);
    drain(true);
    if (!newer_.empty())
        return newer_;
    if (changed_)
        show();
    std::vector<KeptNote> notes = notes_;
    for (KeptNote sounds : open_) {
        sounds.off = std::max(reached_, sounds.on);
        notes.push_back(sounds);
    }
    std::string text = std::string(kWord) + " " + std::to_string(kVersion) + " " + std::to_string(seed_) + " " +
                       std::to_string(style_) + " " + std::to_string(notes.size());
    char line[96];
    for (const KeptNote& n : notes) {
        std::snprintf(line, sizeof line, " %lld %lld %d %d %d", static_cast<long long>(std::llround(n.on * kParts)),
                      static_cast<long long>(std::llround(n.off * kParts)), n.channel, n.pitch, n.velocity);
        text += line;
    }
    return text;
}

void Keeper::load(const char* text)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    drain(true);
    notes_.clear();
    open_.clear();
    newer_.clear();
    const std::size_t word = sizeof kWord - 1;
    if (std::strncmp(text, kWord, word) == 0 && text[word] == ' ') {
        char* at = nullptr;
        const long version = std::strtol(text + word, &at, 10);
        if (version > kVersion) {
            newer_ = text;
        } else {
            seed_ = static_cast<uint32_t>(std::strtoul(at, &at, 10));
            style_ = static_cast<uint32_t>(std::strtoul(at, &at, 10));
            const unsigned long count = std::strtoul(at, &at, 10);
            for (unsigned long i = 0; i < count && i < kMostNotes; ++i) {
                const char* before = at;
                const double on = static_cast<double>(std::strtoll(at, &at, 10)) / kParts;
                const double off = static_cast<double>(std::strtoll(at, &at, 10)) / kParts;
                const long channel = std::strtol(at, &at, 10), pitch = std::strtol(at, &at, 10);
                const long velocity = std::strtol(at, &at, 10);
                if (at == before || channel < 0 || channel > 15 || pitch < 0 || pitch > 127 || velocity < 1 ||
                    velocity > 127)
                    break;  // what follows was cut off or damaged
                notes_.push_back({on, std::max(on, off), static_cast<uint8_t>(channel), static_cast<uint8_t>(pitch),
                                  static_cast<uint8_t>(velocity), 0});
            }
        }
    }
    ++take_;
    untold_ = true;
    show();
}

}  // namespace jambot
