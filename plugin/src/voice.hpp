// The instrument's own sound: an electric piano of two sines, a bass and drums; no samples.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace jambot {

enum class Source : uint8_t { Engine, Keys };

// Threads: the audio thread's alone. Nothing here allocates or waits.
class Voices {
public:
    Voices()
    {
        for (uint32_t i = 0; i <= kTable; ++i)
            sine_[i] = static_cast<float>(std::sin(2.0 * kPi * i / kTable));
    }

    void setRate(double rate) { rate_ = rate > 0 ? rate : 48000.0; }

    void strike(Source source, uint8_t channel, uint8_t pitch, uint8_t velocity)
    {
        Voice& v = quietest();
        v = Voice{};
        v.source = source, v.channel = channel, v.pitch = pitch, v.active = true;
        const double hertz = 440.0 * std::pow(2.0, (pitch - 69) / 12.0);
        const float touch = velocity / 127.0f;
        v.age = ++ages_;
        v.step = static_cast<float>(hertz / rate_);
        if (channel == kDrums)
            beat(v, pitch, touch);
        else if (channel == kBass)
            shape(v, 0.32f * touch, 1.6, 1.0f, 0.9f * touch, 0.25);
        else
            shape(v, 0.22f * (0.25f + 0.75f * touch) * touch, 3.4 - 0.022 * pitch, 1.0f, 1.4f * touch, 0.35);
    }

    void release(Source source, uint8_t channel, uint8_t pitch)
    {
        Voice* oldest = nullptr;
        for (Voice& v : voices_)
            if (v.active && !v.released && v.source == source && v.channel == channel && v.pitch == pitch)
                if (oldest == nullptr || v.age < oldest->age)
                    oldest = &v;
        if (oldest != nullptr)
            let(*oldest);
    }

    void releaseAll(Source source)
    {
        for (Voice& v : voices_)
            if (v.active && !v.released && v.source == source)
                let(v);
    }

    void clear()
    {
        for (Voice& v : voices_)
            v.active = false;
    }

    // Adds `frames` of sound to both sides.
    void render(float* left, float* right, uint32_t frames, float volume)
    {
        for (Voice& v : voices_)
            if (v.active)
                sound(v, left, right, frames, volume);
    }

private:
    static constexpr uint32_t kTable = 2048;
    static constexpr double kPi = 3.14159265358979323846;
    static constexpr uint8_t kDrums = 9, kBass = 1;

    struct Voice {
        Source source = Source::Engine;
        uint8_t channel = 0, pitch = 0;
        bool active = false, released = false;
        uint32_t age = 0, noise = 22222;
        float phase = 0, step = 0, other = 0, ratio = 1;
        float level = 0, fade = 0, bite = 0, biteFade = 0, hiss = 0;
    };

    void shape(Voice& v, float level, double ringSeconds, float ratio, float bite, double biteSeconds)
    {
        v.level = level, v.ratio = ratio, v.bite = bite;
        v.fade = perSample(ringSeconds < 0.4 ? 0.4 : ringSeconds);
        v.biteFade = perSample(biteSeconds);
    }

    void beat(Voice& v, uint8_t pitch, float touch)
    {
        const bool skin = pitch < 37;
        shape(v, 0.3f * touch, skin ? 0.15 : 0.08, 1.0f, skin ? 2.0f : 0.0f, 0.03);
        v.step = static_cast<float>((skin ? 55.0 : 190.0) / rate_);
        v.hiss = skin ? 0.05f : 0.9f;
        v.fade = perSample(skin ? 0.12 : pitch >= 42 ? 0.06 : 0.12);
    }

    void let(Voice& v)
    {
        v.released = true;
        v.fade *= perSample(0.06);
    }

    Voice& quietest()
    {
        Voice* found = &voices_[0];
        for (Voice& v : voices_) {
            if (!v.active)
                return v;
            if (v.level < found->level)
                found = &v;
        }
        return *found;
    }

    float perSample(double seconds) const { return static_cast<float>(std::exp(-1.0 / (seconds * rate_))); }

    float sine(float turns) const
    {
        const float place = (turns - std::floor(turns)) * kTable;
        const uint32_t i = static_cast<uint32_t>(place) & (kTable - 1);
        return sine_[i] + (sine_[i + 1] - sine_[i]) * (place - static_cast<float>(i));
    }

    void sound(Voice& v, float* left, float* right, uint32_t frames, float volume)
    {
        for (uint32_t i = 0; i < frames; ++i) {
            const float bend = v.bite * 0.16f * sine(v.other);
            float value = sine(v.phase + bend);
            if (v.hiss > 0) {
                v.noise = v.noise * 1664525u + 1013904223u;
                value += v.hiss * (static_cast<float>(v.noise >> 8) / 8388608.0f - 1.0f - value);
            }
            value *= v.level * volume;
            left[i] += value;
            right[i] += value;
            v.phase += v.step;
            v.phase -= v.phase >= 1 ? 1 : 0;
            v.other += v.step * v.ratio;
            v.other -= v.other >= 1 ? 1 : 0;
            v.level *= v.fade;
            v.bite *= v.biteFade;
        }
        if (v.level < 1e-5f)
            v.active = false;
        if (v.bite < 1e-5f)
            v.bite = 0;
    }

    std::array<Voice, 32> voices_;
    float sine_[kTable + 1];
    double rate_ = 48000.0;
    uint32_t ages_ = 0;
};

}  // namespace jambot
