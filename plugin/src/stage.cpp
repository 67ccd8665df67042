#include "stage.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace jambot {

namespace {

constexpr double kJumpBeats = 0.01;
constexpr double kQuietSeconds = 0.15;  // so long after a stop the engine may not have heard of it
constexpr double kTellSeconds = 0.02;   // a knob's moves are told so often
// A render runs ahead of the clock and gets further and further; a driver's bursts do not, nor does a
// busy machine that makes up for what it missed. Clocks differ by less than the drift.
constexpr double kAheadSeconds = 0.5, kDrift = 0.001;
constexpr double kLookAgainSeconds = 1.0;
constexpr uint8_t kSustain = 64, kAllSoundOff = 120, kAllNotesOff = 123;

bool isNote(const uint8_t* data) { return data[0] >> 4 == 0x8 || data[0] >> 4 == 0x9; }
bool strikes(const uint8_t* data) { return data[0] >> 4 == 0x9 && data[2] > 0; }

uint8_t sizeOf(uint8_t status)
{
    if (status >= 0xF8 || status == 0xF6)
        return 1;
    if (status == 0xF2)
        return 3;
    return status >> 4 == 0xC || status >> 4 == 0xD || status == 0xF1 || status == 0xF3 ? 2 : 3;
}

}  // namespace

void Stage::prepare(double rate)
{
    endTake(steadyNs());
    rate_ = rate;
    voices_.setRate(rate);
    voices_.clear();
    ++era_;
    // What this instance had sounding on MIDI out is ended with its first block.
    for (int channel = 0; channel < 16; ++channel)
        for (int pitch = 0; pitch < 128; ++pitch) {
            owed_[channel][pitch] += sent_[channel][pitch];
            owedCount_ += sent_[channel][pitch];
        }
    std::memset(sent_, 0, sizeof sent_);
    std::memset(sounding_, 0, sizeof sounding_);
    std::memset(keysHeld_, 0, sizeof keysHeld_);
    std::memset(keysRing_, 0, sizeof keysRing_);
    soundingCount_ = sentCount_ = waitingCount_ = keptSoundingCount_ = 0;
    pedal_ = wasPlaying_ = connected_ = renders_ = false;
}

void Stage::process(float* left, float* right, uint32_t frames, const Place& place, const HostMessage* messages,
                    uint32_t count, Host& host)
{
    host_ = &host;
    const int64_t now = steadyNs();
    std::memset(left, 0, frames * sizeof(float));
    std::memset(right, 0, frames * sizeof(float));
    payOwed();
    move(place, now);
    look(now);
    follow(frames, now);
    tellParameters(frames);
    takeFromEngine();

    const float volume = bypassed_ ? 0.0f : shared_.value(kVolume);
    uint32_t done = 0, heard = 0, used = 0;
    while (true) {
        uint32_t next = frames;
        if (heard < count)
            next = std::min(next, std::max(done, messages[heard].frame));
        if (used < waitingCount_ && waiting_[used].frame < base_ + frames)
            next = std::min(next, static_cast<uint32_t>(std::max(waiting_[used].frame, base_ + done) - base_));
        const uint32_t kept = nextKept(frames);
        if (kept < frames)
            next = std::min(next, std::max(done, kept));
        if (next > done) {
            voices_.render(left + done, right + done, next - done, volume);
            done = next;
        }
        if (done >= frames)
            break;
        if (used < waitingCount_ && waiting_[used].frame <= base_ + done)
            play(waiting_[used++], done);
        else if (heard < count && messages[heard].frame <= done)
            hearKeys(messages[heard++]);
        else
            playKept(done);
    }
    while (heard < count)
        hearKeys(messages[heard++]);
    std::memmove(waiting_, waiting_ + used, (waitingCount_ - used) * sizeof(Record));
    waitingCount_ -= used;
    if (place_.playing && place_.known)
        expectedBeat_ = beatAt(frames);
    if (recording_)
        shared_.played.push({Played::Reached, {0, 0, 0}, expectedBeat_, base_ + frames, rate_});
    base_ += frames;
    host_ = nullptr;
}

// Where the song is with this block. A take ends where the song was, not where it has gone to.
void Stage::move(const Place& place, int64_t now)
{
    began_ = place.playing && !wasPlaying_;
    stopped_ = wasPlaying_ && !place.playing;
    jumped_ = place.playing && wasPlaying_ && place.known && std::abs(place.beat - expectedBeat_) > kJumpBeats;
    goesOn_ = recording_ && jumped_;  // a loop is held against the clock as one
    if (stopped_ || jumped_)
        endTake(now);
    place_ = place;
    place_.bpm = place.bpm > 1 ? place.bpm : 120;
    wasPlaying_ = place.playing;
    if (began_)
        renders_ = false;
}

// Who is there, and what has become of the switches.
void Stage::look(int64_t now)
{
    if (Kept* fresh = shared_.offered.exchange(nullptr)) {
        if (kept_ != nullptr)
            shared_.retired.push(kept_);
        kept_ = fresh;
        seeks_ = true;
    }
    const int64_t seen = shared_.engineSeenNs.load(std::memory_order_relaxed);
    if (connected_ && (seen == 0 || now - seen > kLostNs))
        lose();
    const bool bypass = shared_.on(kBypass), mode = shared_.on(kPlayKept);
    if (bypass != bypassed_ || mode != mode_) {
        endAll(0);
        bypassed_ = bypass;
        mode_ = mode;
        seeks_ = true;
    }
    if (shared_.panic.exchange(false)) {
        endAll(0);
        voices_.clear();
        record({base_, 0, kPanicked, {0, 0, 0}});
    }
    const double wall = static_cast<double>(now - paceNs_) * 1e-9;
    const bool outruns = aheadSeconds(now) > kAheadSeconds + kDrift * wall;
    if (renders_ ? wall > kLookAgainSeconds : recording_ && outruns) {
        renders_ = outruns;
        paceNs_ = now, paceFrame_ = base_;
    }
}

// How much more of the song than of the clock's time has gone by.
double Stage::aheadSeconds(int64_t now) const
{
    return static_cast<double>(base_ - paceFrame_) / rate_ - static_cast<double>(now - paceNs_) * 1e-9;
}

// The engine gives no sign of life any more: what it began is ended.
void Stage::lose()
{
    connected_ = false;
    silence();
}

// What was kept is none of the engine's, and sounds on.
void Stage::silence()
{
    // A clock's ticks are no notes, and go on.
    Record* end = std::remove_if(waiting_, waiting_ + waitingCount_,
                                 [&](const Record& r) { return !connected_ || r.data[0] < 0xF8; });
    waitingCount_ = static_cast<uint32_t>(end - waiting_);
    if (!mode_)
        endAll(0);
}

void Stage::follow(uint32_t frames, int64_t now)
{
    if (stopped_) {
        waitingCount_ = 0;
        quietUntil_ = base_ + static_cast<uint64_t>(kQuietSeconds * rate_);
    }
    if (stopped_ || jumped_)
        endAll(0);
    if (began_ || jumped_ || stopped_ || seeks_)
        seek();
    if (began_)
        quietUntil_ = 0;
    const bool recording = connected_ && place_.playing && place_.known && !mode_ && !bypassed_ && !renders_;
    if (recording && !recording_)
        beginTake(now);
    else if (recording_ && !recording)
        endTake(now);
    report(frames, now);
}

void Stage::beginTake(int64_t now)
{
    recording_ = true;
    if (!goesOn_)
        paceNs_ = now, paceFrame_ = base_;
    shared_.played.push({Played::Began, {0, 0, 0}, place_.beat, base_, rate_});
}

// What was played counts now; what was rendered does not.
void Stage::endTake(int64_t now)
{
    if (!recording_)
        return;
    recording_ = false;
    const double song = static_cast<double>(base_ - paceFrame_) / rate_;
    const bool rendered = renders_ || aheadSeconds(now) > 0.05 + 0.25 * song;
    shared_.played.push({rendered ? Played::Void : Played::Ended, {0, 0, 0}, expectedBeat_, base_, rate_});
}

void Stage::report(uint32_t frames, int64_t now)
{
    BlockReport told{};
    told.frames = frames;
    told.host.mapFrame = told.host.beatFrame = base_;
    told.host.mapNs = now;
    told.host.nextFrame = base_ + frames;
    told.host.rate = rate_;
    told.host.beat = place_.beat;
    told.host.bpm = place_.bpm;
    told.host.block = frames;
    told.host.beatsPerBar = place_.beatsPerBar;
    told.host.era = era_;
    told.host.flags = static_cast<uint8_t>((place_.playing ? kPlaying : 0) | (place_.known ? kHasBeat : 0) |
                                           (began_ || stopped_ || jumped_ ? kJumped : 0) |
                                           (bypassed_ || mode_ ? kIsBypassed : 0));
    shared_.reports.push(told);
}

void Stage::tellParameters(uint32_t frames)
{
    (void)frames;
    if (!connected_ || base_ < tellAt_)
        return;
    tellAt_ = base_ + static_cast<uint64_t>(kTellSeconds * rate_);
    for (uint32_t i = 0; i < kEngineParameters; ++i) {
        const float value = shared_.value(i);
        if (std::abs(value - told_[i]) < 1e-4f)
            continue;
        Record moved{0, i, kParameter, {0, 0, 0}};
        const double exact = value;
        std::memcpy(&moved.frame, &exact, sizeof exact);
        if (record(moved))
            told_[i] = value;
    }
}

void Stage::takeFromEngine()
{
    Record record;
    while (waitingCount_ < kMostWaiting && shared_.fromEngine.pop(record)) {
        switch (record.type) {
        case kConnected:
            lose();
            connected_ = true;
            for (uint32_t i = 0; i < kParameterCount; ++i)
                told_[i] = kParameters[i].usual;
            tellAt_ = base_;
            break;
        case kMidi:
            if (connected_)
                wait(record);
            break;
        case kSilence: silence(); break;
        case kParameter: {
            double value;
            std::memcpy(&value, &record.frame, sizeof value);
            if (record.number < kEngineParameters) {
                const ParameterRow& row = kParameters[record.number];
                const float moved = std::min(std::max(static_cast<float>(value), row.least), row.most);
                shared_.parameters[record.number].store(moved);
                told_[record.number] = moved;
                host_->moved(record.number, moved);
            }
            break;
        }
        default:
            break;
        }
    }
}

// In order of time, and within one as they came.
void Stage::wait(const Record& record)
{
    Record due = record;
    if (due.frame < base_) {
        if (due.frame != 0 && strikes(due.data))
            ++late_;
        due.frame = base_;
    }
    uint32_t i = waitingCount_++;
    for (; i > 0 && waiting_[i - 1].frame > due.frame; --i)
        waiting_[i] = waiting_[i - 1];
    waiting_[i] = due;
}

void Stage::hearKeys(const HostMessage& message)
{
    if (message.size == 0 || message.size > 3 || message.data[0] < 0x80)
        return;
    if (!bypassed_)
        ownKey(message);
    if (!connected_ || bypassed_ || mode_)
        return;
    Record heard{base_ + message.frame, message.size, kMidi, {0, 0, 0}};
    std::memcpy(heard.data, message.data, message.size);
    if (!record(heard))
        shared_.keysLost.store(true);
}

void Stage::ownKey(const HostMessage& message)
{
    const uint8_t kind = message.data[0] >> 4, pitch = message.data[1] & 0x7F;
    if (kind == 0xB && (pitch == kAllNotesOff || pitch == kAllSoundOff)) {
        voices_.releaseAll(Source::Keys);
        std::memset(keysHeld_, 0, sizeof keysHeld_);
        std::memset(keysRing_, 0, sizeof keysRing_);
        endAll(message.frame);
    } else if (kind == 0xB && pitch == kSustain) {
        pedal_ = message.data[2] >= 64;
        for (int key = 0; !pedal_ && key < 128; ++key)
            if (keysRing_[key]) {
                keysRing_[key] = false;
                voices_.release(Source::Keys, 0, static_cast<uint8_t>(key));
            }
    } else if (strikes(message.data)) {
        if (keysRing_[pitch] || keysHeld_[pitch])
            voices_.release(Source::Keys, 0, pitch);
        keysRing_[pitch] = false;
        keysHeld_[pitch] = true;
        if (shared_.on(kOwnKeys))
            voices_.strike(Source::Keys, 0, pitch, message.data[2]);
    } else if (isNote(message.data)) {
        keysHeld_[pitch] = false;
        if (pedal_)
            keysRing_[pitch] = true;
        else
            voices_.release(Source::Keys, 0, pitch);
    }
}

// One message of the engine's is due.
void Stage::play(const Record& due, uint32_t offset)
{
    const uint8_t channel = due.data[0] & 0x0F, pitch = due.data[1] & 0x7F;
    if (strikes(due.data)) {
        if (!bypassed_ && !mode_ && base_ + offset >= quietUntil_) {
            strike(channel, pitch, due.data[2], offset);
            keep(due.data, offset);
        }
    } else if (isNote(due.data)) {
        end(channel, pitch, offset);
        keep(due.data, offset);
    } else if (shared_.on(kMidiOut) && !bypassed_) {
        host_->send(offset, due.data, sizeOf(due.data[0]));
    }
    Record left{base_ + offset, due.number, kLeft, {due.data[0], due.data[1], due.data[2]}};
    record(left);
}

void Stage::strike(uint8_t channel, uint8_t pitch, uint8_t velocity, uint32_t offset)
{
    if (sounding_[channel][pitch] == 255)
        return;
    ++sounding_[channel][pitch];
    ++soundingCount_;
    voices_.strike(Source::Engine, channel, pitch, velocity);
    const uint8_t on[3] = {static_cast<uint8_t>(0x90 | channel), pitch, velocity};
    // A note-off that is still owed would end this one: then the note-on does not leave either.
    if (shared_.on(kMidiOut) && owed_[channel][pitch] == 0 && host_->send(offset, on, 3)) {
        ++sent_[channel][pitch];
        ++sentCount_;
    }
}

void Stage::end(uint8_t channel, uint8_t pitch, uint32_t offset)
{
    if (sounding_[channel][pitch] == 0)
        return;
    --sounding_[channel][pitch];
    --soundingCount_;
    voices_.release(Source::Engine, channel, pitch);
    sendOff(channel, pitch, offset);
}

void Stage::endAll(uint32_t offset)
{
    for (uint8_t channel = 0; soundingCount_ > 0 && channel < 16; ++channel)
        for (uint8_t pitch = 0; soundingCount_ > 0 && pitch < 128; ++pitch)
            while (sounding_[channel][pitch] > 0) {
                const uint8_t off[3] = {static_cast<uint8_t>(0x80 | channel), pitch, 0};
                end(channel, pitch, offset);
                keep(off, offset);
                record({base_ + offset, 0, kEnded, {off[0], off[1], off[2]}});
            }
    keptSoundingCount_ = 0;
}

void Stage::sendOff(uint8_t channel, uint8_t pitch, uint32_t offset)
{
    if (sent_[channel][pitch] == 0)
        return;
    --sent_[channel][pitch];
    --sentCount_;
    const uint8_t off[3] = {static_cast<uint8_t>(0x80 | channel), pitch, 0};
    if (!host_->send(offset, off, 3)) {
        ++owed_[channel][pitch];
        ++owedCount_;
    }
}

// Note-offs that the host had no room for are said again with the next block.
void Stage::payOwed()
{
    for (uint8_t channel = 0; owedCount_ > 0 && channel < 16; ++channel)
        for (uint8_t pitch = 0; owedCount_ > 0 && pitch < 128; ++pitch)
            while (owed_[channel][pitch] > 0) {
                const uint8_t off[3] = {static_cast<uint8_t>(0x80 | channel), pitch, 0};
                if (!host_->send(0, off, 3))
                    return;
                --owed_[channel][pitch];
                --owedCount_;
            }
}

void Stage::keep(const uint8_t* data, uint32_t offset)
{
    if (recording_)
        shared_.played.push({Played::Message, {data[0], data[1], data[2]}, beatAt(offset), base_ + offset, rate_});
}

// The first kept note from here on.
void Stage::seek()
{
    seeks_ = false;
    cursor_ = 0;
    keptSoundingCount_ = playsKept() ? keptSoundingCount_ : 0;
    if (kept_ == nullptr)
        return;
    const double from = place_.beat - 0.5 * place_.bpm / (60.0 * rate_);
    const auto& notes = kept_->notes;
    cursor_ = static_cast<std::size_t>(
        std::lower_bound(notes.begin(), notes.end(), from, [](const KeptNote& n, double b) { return n.on < b; }) -
        notes.begin());
}

// The offset of the next kept note that begins or ends in this block; `frames` where none does.
uint32_t Stage::nextKept(uint32_t frames) const
{
    if (!playsKept() || bypassed_ || !place_.playing || !place_.known || kept_ == nullptr)
        return frames;
    double next = frames;
    for (uint32_t i = 0; i < keptSoundingCount_; ++i)
        next = std::min(next, std::round(offsetOf(keptSounding_[i].off)));
    if (cursor_ < kept_->notes.size())
        next = std::min(next, std::round(offsetOf(kept_->notes[cursor_].on)));
    return next < 0 ? 0 : static_cast<uint32_t>(next);
}

// What is kept for this frame: endings before beginnings.
void Stage::playKept(uint32_t offset)
{
    for (uint32_t i = 0; i < keptSoundingCount_;) {
        if (std::round(offsetOf(keptSounding_[i].off)) > offset) {
            ++i;
            continue;
        }
        end(keptSounding_[i].channel, keptSounding_[i].pitch, offset);
        keptSounding_[i] = keptSounding_[--keptSoundingCount_];
    }
    const auto& notes = kept_->notes;
    while (cursor_ < notes.size() && std::round(offsetOf(notes[cursor_].on)) <= offset) {
        const KeptNote& note = notes[cursor_++];
        if (keptSoundingCount_ == kMostKeptSounding)
            continue;
        strike(note.channel, note.pitch, note.velocity, offset);
        keptSounding_[keptSoundingCount_++] = note;
    }
}

bool Stage::record(const Record& record) { return connected_ && shared_.toEngine.push(record); }

float Stage::status() const
{
    if (bypassed_)
        return kBypassed;
    if (mode_)
        return kept_ == nullptr || kept_->notes.empty() ? kNothingKept : kPlaysKept;
    return shared_.reach.load(std::memory_order_relaxed);
}

}  // namespace jambot
