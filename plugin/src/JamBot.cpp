// JAM_BOT as an instrument in a DAW: what DPF asks of a plugin, given by `Stage`, `Keeper`, `Link`.

#include "DistrhoPlugin.hpp"

#include "keeper.hpp"
#include "link.hpp"
#include "stage.hpp"

START_NAMESPACE_DISTRHO

class JamBot : public Plugin, private jambot::Host {
public:
    JamBot()
        : Plugin(jambot::kParameterCount, 0, 1), stage_(shared_), keeper_(shared_), link_(shared_, keeper_)
    {
        stage_.prepare(getSampleRate());
    }

    ~JamBot() override { link_.stop(); }

protected:
    const char* getLabel() const override { return "jambot"; }
    const char* getMaker() const override { return "JAM_BOT"; }
    const char* getLicense() const override { return "Apache-2.0"; }
    const char* getDescription() const override { return "Comp chords; JAM_BOT improvises the solo, in time."; }
    uint32_t getVersion() const override { return d_version(1, 0, 0); }
    int64_t getUniqueId() const override { return d_cconst('J', 'a', 'm', 'B'); }

    void initAudioPort(bool input, uint32_t index, AudioPort& port) override
    {
        port.groupId = kPortGroupStereo;
        Plugin::initAudioPort(input, index, port);
    }

    void initParameter(uint32_t index, Parameter& parameter) override
    {
        using jambot::Shape;
        const jambot::ParameterRow& row = jambot::kParameters[index];
        if (row.shape == Shape::Bypass) {
            parameter.initDesignation(kParameterDesignationBypass);
            return;
        }
        parameter.name = row.name;
        parameter.symbol = row.symbol;
        parameter.ranges = ParameterRanges(row.usual, row.least, row.most);
        switch (row.shape) {
        case Shape::Knob: parameter.hints = kParameterIsAutomatable; break;
        case Shape::Whole: parameter.hints = kParameterIsAutomatable | kParameterIsInteger; break;
        case Shape::Switch: parameter.hints = kParameterIsAutomatable | kParameterIsBoolean; break;
        case Shape::Trigger: parameter.hints = kParameterIsAutomatable | kParameterIsTrigger; break;
        default: parameter.hints = kParameterIsOutput | kParameterIsInteger; break;
        }
        if (row.labelCount == 0)
            return;
        parameter.enumValues.count = row.labelCount;
        parameter.enumValues.values = new ParameterEnumerationValue[row.labelCount];
        for (uint8_t i = 0; i < row.labelCount; ++i)
            parameter.enumValues.values[i] = ParameterEnumerationValue(row.labels[i].value, row.labels[i].text);
    }

    void initState(uint32_t, State& state) override
    {
        state.key = "kept";
        state.label = "Kept notes";
        state.defaultValue = "jambot-kept 1 0 0 0";
        state.hints = kStateIsOnlyForDSP;
    }

    float getParameterValue(uint32_t index) const override
    {
        switch (index) {
        case jambot::kPanic: return 0.0f;
        case jambot::kStatus: return stage_.status();
        case jambot::kKeptNotes: return stage_.keptNotes();
        case jambot::kLateNotes: return stage_.lateNotes();
        default: return index < jambot::kParameterCount ? shared_.value(index) : 0.0f;
        }
    }

    void setParameterValue(uint32_t index, float value) override
    {
        if (index == jambot::kPanic) {
            if (value > 0.5f)
                shared_.panic.store(true);
        } else if (index < jambot::kStatus) {
            const jambot::ParameterRow& row = jambot::kParameters[index];
            shared_.parameters[index].store(value < row.least ? row.least : value > row.most ? row.most : value);
        }
    }

    String getState(const char*) const override { return String(keeper_.save().c_str()); }

    void setState(const char* key, const char* value) override
    {
        if (std::strcmp(key, "kept") == 0)
            keeper_.load(value);
    }

    void activate() override
    {
        stage_.prepare(getSampleRate());
        if (!isDummyInstance())
            link_.start();
    }

    void deactivate() override { link_.stop(); }

    void sampleRateChanged(double rate) override { stage_.prepare(rate); }

    void run(const float**, float** outputs, uint32_t frames, const MidiEvent* events, uint32_t count) override
    {
        if (outputs == nullptr || outputs[0] == nullptr || outputs[1] == nullptr)
            return;
        uint32_t taken = 0;
        for (uint32_t i = 0; i < count && taken < kMostMessages; ++i) {
            const MidiEvent& event = events[i];
            if (event.size == 0 || event.size > 3)
                continue;
            jambot::HostMessage& message = messages_[taken++];
            message.frame = event.frame < frames ? event.frame : frames - 1;
            message.size = static_cast<uint8_t>(event.size);
            std::memcpy(message.data, event.data, 3);
        }
        stage_.process(outputs[0], outputs[1], frames, place(), messages_, taken, *this);
    }

private:
    static constexpr uint32_t kMostMessages = 512;

    // The song's quarters, as each format's wrapper has broken them into bars, beats and ticks.
    jambot::Place place() const
    {
        const TimePosition& time = getTimePosition();
        jambot::Place place;
        place.playing = time.playing;
        place.known = time.bbt.valid && time.bbt.ticksPerBeat > 0 && time.bbt.beatsPerBar > 0 && time.bbt.beatType > 0;
        if (time.bbt.beatsPerMinute > 0)
            place.bpm = time.bbt.beatsPerMinute;
        if (!place.known)
            return place;
        const double beats = time.bbt.beatsPerBar, quarters = 4.0 / time.bbt.beatType;
        const double within = time.bbt.beat - 1 + time.bbt.tick / time.bbt.ticksPerBeat;
        place.beatsPerBar = static_cast<float>(beats * quarters);
#if defined(DISTRHO_PLUGIN_TARGET_CLAP)
        place.beat = (time.bbt.bar - 1) * beats + within;
#elif defined(DISTRHO_PLUGIN_TARGET_VST3)
        const int bar = static_cast<int>(beats * 4) / static_cast<int>(time.bbt.beatType);
        place.beat = (time.bbt.bar - 1) * bar + within / beats * bar;
#else
        place.beat = ((time.bbt.bar - 1) * beats + within) * quarters;
#endif
        return place;
    }

    bool send(uint32_t frame, const uint8_t* data, uint8_t size) override
    {
        MidiEvent event;
        event.frame = frame;
        event.size = size;
        std::memset(event.data, 0, sizeof event.data);
        std::memcpy(event.data, data, size);
        event.dataExt = nullptr;
        return writeMidiEvent(event);
    }

    void moved(uint32_t parameter, float value) override { requestParameterValueChange(parameter, value); }

    jambot::Shared shared_;
    jambot::Stage stage_;
    mutable jambot::Keeper keeper_;
    jambot::Link link_;
    jambot::HostMessage messages_[kMostMessages];

    DISTRHO_DECLARE_NON_COPYABLE_WITH_LEAK_DETECTOR(JamBot)
};

Plugin* createPlugin() { return new JamBot(); }

END_NAMESPACE_DISTRHO
