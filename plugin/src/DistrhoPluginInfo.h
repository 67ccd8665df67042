// What DPF must know of the instrument before it exists.
#pragma once

#define DISTRHO_PLUGIN_BRAND "JAM_BOT"
#define DISTRHO_PLUGIN_NAME "JAM_BOT"
#define DISTRHO_PLUGIN_URI "urn:jam-bot:instrument"
#define DISTRHO_PLUGIN_CLAP_ID "jam-bot.instrument"

#define DISTRHO_PLUGIN_HAS_UI 0
#define DISTRHO_PLUGIN_IS_RT_SAFE 1
#define DISTRHO_PLUGIN_IS_SYNTH 1
#define DISTRHO_PLUGIN_NUM_INPUTS 0
#define DISTRHO_PLUGIN_NUM_OUTPUTS 2
#define DISTRHO_PLUGIN_WANT_MIDI_OUTPUT 1
#define DISTRHO_PLUGIN_WANT_TIMEPOS 1
#define DISTRHO_PLUGIN_WANT_STATE 1
#define DISTRHO_PLUGIN_WANT_FULL_STATE 1
#define DISTRHO_PLUGIN_WANT_PARAMETER_VALUE_CHANGE_REQUEST 1
// Room for the largest block's events, key by key, and for the kept notes of a project.
#define DISTRHO_PLUGIN_MINIMUM_BUFFER_SIZE 65536

#define DISTRHO_PLUGIN_LV2_CATEGORY "lv2:InstrumentPlugin"
#define DISTRHO_PLUGIN_VST3_CATEGORIES "Instrument|Piano|Stereo"
#define DISTRHO_PLUGIN_CLAP_FEATURES "instrument", "synthesizer", "stereo"
