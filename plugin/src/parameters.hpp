// What the host can automate: one table, and everything else is derived from it.
#pragma once

#include <cstdint>

namespace jambot {

enum ParameterIndex : uint32_t {
    kDensity,
    kRegister,
    kIntensity,
    kInsideOutside,
    kSwing,
    kTexture,
    kStyle,
    kTrade,
    kLayOut,
    kBand,
    kVolume,
    kOwnKeys,
    kMidiOut,
    kPlayKept,
    kPanic,
    kBypass,
    kStatus,
    kKeptNotes,
    kLateNotes,
    kParameterCount,
};

// Up to here the engine is told of every move; what follows is the plugin's own business.
constexpr uint32_t kEngineParameters = kVolume;

struct Label {
    float value;
    const char* text;
};

enum class Shape : uint8_t { Knob, Whole, Switch, Trigger, Bypass, Shown };

struct ParameterRow {
    const char* symbol;
    const char* name;
    Shape shape;
    float least, most, usual;
    const Label* labels;
    uint8_t labelCount;
};

// A knob below zero is free: the soloist decides.
constexpr float kFree = -0.1f;
constexpr Label kFreeLabel[] = {{kFree, "free"}};
constexpr Label kStyleLabels[] = {
    {0, "the engine's"}, {1, "piano"}, {2, "horn"},  {3, "modern"}, {4, "lyrical"},
    {5, "driving"},      {6, "own 1"}, {7, "own 2"}, {8, "own 3"},  {9, "own 4"},
};
constexpr Label kTradeLabels[] = {{0, "off"}, {2, "2 bars"}, {4, "4 bars"}, {8, "8 bars"}};
constexpr Label kPlayLabels[] = {{0, "live"}, {1, "what was kept"}};

enum Status : uint8_t {
    kNoEngine,
    kEnginePlays,
    kAnotherConducts,
    kOtherVersion,
    kNoKey,
    kPlaysKept,
    kNothingKept,
    kBypassed,
    kNewerProject,
};
constexpr Label kStatusLabels[] = {
    {kNoEngine, "no engine: run jambot jam"},
    {kEnginePlays, "the engine plays"},
    {kAnotherConducts, "another JAM_BOT plugin conducts"},
    {kOtherVersion, "the engine is of another version"},
    {kNoKey, "no engine yet: run jambot plugin install"},
    {kPlaysKept, "plays what was kept"},
    {kNothingKept, "nothing was kept"},
    {kBypassed, "bypassed"},
    {kNewerProject, "kept by a newer plugin: left as it is"},
};

#define JAMBOT_LABELS(table) table, sizeof(table) / sizeof(Label)

constexpr ParameterRow kParameters[kParameterCount] = {
    {"density", "Density", Shape::Knob, kFree, 1, kFree, JAMBOT_LABELS(kFreeLabel)},
    {"register", "Register", Shape::Knob, kFree, 1, kFree, JAMBOT_LABELS(kFreeLabel)},
    {"intensity", "Intensity", Shape::Knob, kFree, 1, kFree, JAMBOT_LABELS(kFreeLabel)},
    {"inside_outside", "Inside / outside", Shape::Knob, kFree, 1, kFree, JAMBOT_LABELS(kFreeLabel)},
    {"swing", "Swing", Shape::Knob, kFree, 1, kFree, JAMBOT_LABELS(kFreeLabel)},
    {"texture", "Texture", Shape::Knob, kFree, 1, kFree, JAMBOT_LABELS(kFreeLabel)},
    {"style", "Style", Shape::Whole, 0, 9, 0, JAMBOT_LABELS(kStyleLabels)},
    {"trade", "Trade bars", Shape::Whole, 0, 32, 0, JAMBOT_LABELS(kTradeLabels)},
    {"lay_out", "Lay out", Shape::Switch, 0, 1, 0, nullptr, 0},
    {"band", "Band", Shape::Switch, 0, 1, 0, nullptr, 0},
    {"volume", "Voice volume", Shape::Knob, 0, 1, 0.7f, nullptr, 0},
    {"own_keys", "Hear my keys", Shape::Switch, 0, 1, 1, nullptr, 0},
    {"midi_out", "MIDI out", Shape::Switch, 0, 1, 1, nullptr, 0},
    {"play_kept", "Play", Shape::Whole, 0, 1, 0, JAMBOT_LABELS(kPlayLabels)},
    {"panic", "Panic", Shape::Trigger, 0, 1, 0, nullptr, 0},
    {"bypass", "Bypass", Shape::Bypass, 0, 1, 0, nullptr, 0},
    {"status", "Status", Shape::Shown, 0, kNewerProject, kNoEngine, JAMBOT_LABELS(kStatusLabels)},
    {"kept_notes", "Kept notes", Shape::Shown, 0, 32768, 0, nullptr, 0},
    {"late_notes", "Late notes", Shape::Shown, 0, 1000000, 0, nullptr, 0},
};

#undef JAMBOT_LABELS

}  // namespace jambot
