// A CLAP host for the tests, led by lines on its standard input, in time or as fast as it goes.
//
// While the plugin's process() runs, this program stands in the place of malloc, free, mutexes and
// what else calls the system or waits, and counts: whatever the plugin calls there is a fault. On Windows
// nobody can stand there, so it counts nothing.

#ifdef _WIN32
#define NOMINMAX
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#else
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#endif

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "clap/entry.h"
#include "clap/ext/params.h"
#include "clap/ext/state.h"
#include "clap/plugin-factory.h"

// The priority that a DAW's audio thread has, for as long as it lives.
struct AudioThread
{
#ifndef _WIN32
    AudioThread()
    {
        sched_param high{};
        high.sched_priority = 20;
        pthread_setschedparam(pthread_self(), SCHED_RR, &high);
    }
    ~AudioThread()
    {
        const sched_param usual{};
        pthread_setschedparam(pthread_self(), SCHED_OTHER, &usual);
    }
#else
    AudioThread() { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_TIME_CRITICAL); }
    ~AudioThread() { SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_NORMAL); }
#endif
    AudioThread(const AudioThread&) = delete;
};

static thread_local bool inProcess = false;
static long traps = 0;
static const char* lastTrap = "";

#ifndef _WIN32
static void trap(const char* what)
{
    if (inProcess) {
        ++traps;
        lastTrap = what;
    }
}

template <typename F>
static F real(const char* name)
{
    return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void __libc_free(void*);
void* malloc(size_t n) { trap("malloc"); return __libc_malloc(n); }
void* calloc(size_t n, size_t m) { trap("calloc"); return __libc_calloc(n, m); }
void* realloc(void* p, size_t n) { trap("realloc"); return __libc_realloc(p, n); }
void free(void* p) { trap("free"); __libc_free(p); }
int pthread_mutex_lock(pthread_mutex_t* m)
{
    trap("pthread_mutex_lock");
    static auto next = real<int (*)(pthread_mutex_t*)>("pthread_mutex_lock");
    return next(m);
}
int pthread_cond_signal(pthread_cond_t* c)
{
    trap("pthread_cond_signal");
    static auto next = real<int (*)(pthread_cond_t*)>("pthread_cond_signal");
    return next(c);
}
int sem_post(sem_t* s)
{
    trap("sem_post");
    static auto next = real<int (*)(sem_t*)>("sem_post");
    return next(s);
}
ssize_t write(int f, const void* d, size_t n)
{
    trap("write");
    static auto next = real<ssize_t (*)(int, const void*, size_t)>("write");
    return next(f, d, n);
}
ssize_t sendto(int f, const void* d, size_t n, int g, const sockaddr* a, socklen_t l)
{
    trap("sendto");
    static auto next = real<ssize_t (*)(int, const void*, size_t, int, const sockaddr*, socklen_t)>("sendto");
    return next(f, d, n, g, a, l);
}
ssize_t recvfrom(int f, void* d, size_t n, int g, sockaddr* a, socklen_t* l)
{
    trap("recvfrom");
    static auto next = real<ssize_t (*)(int, void*, size_t, int, sockaddr*, socklen_t*)>("recvfrom");
    return next(f, d, n, g, a, l);
}
int nanosleep(const timespec* a, timespec* b)
{
    trap("nanosleep");
    static auto next = real<int (*)(const timespec*, timespec*)>("nanosleep");
    return next(a, b);
}
int clock_nanosleep(clockid_t c, int f, const timespec* a, timespec* b)
{
    trap("clock_nanosleep");
    static auto next = real<int (*)(clockid_t, int, const timespec*, timespec*)>("clock_nanosleep");
    return next(c, f, a, b);
}
}
#endif

// What the plugin's file calls `clap_entry`; null where it cannot be loaded.
static const clap_plugin_entry_t* openPlugin(const std::string& path)
{
#ifdef _WIN32
    const HMODULE library = LoadLibraryA(path.c_str());
    return library == nullptr ? nullptr
                              : reinterpret_cast<const clap_plugin_entry_t*>(
                                    reinterpret_cast<void*>(GetProcAddress(library, "clap_entry")));
#else
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    return library == nullptr ? nullptr : static_cast<const clap_plugin_entry_t*>(dlsym(library, "clap_entry"));
#endif
}

// The processor's time, so that other programs on the machine do not count; on Windows, whose counter
// moves in steps of 15 ms, the time on the wall.
static long long spentNs()
{
#ifdef _WIN32
    return std::chrono::steady_clock::now().time_since_epoch().count();
#else
    timespec spent;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return spent.tv_sec * 1000000000LL + spent.tv_nsec;
#endif
}

struct Event {
    long frame;
    uint8_t size;
    uint8_t data[3];
};

struct HostOfTests {
    clap_host_t host{};
    const clap_plugin_entry_t* entry = nullptr;
    std::vector<const clap_plugin_t*> plugins;
    double rate = 48000, beat = 0, bpm = 120, loopFrom = 0, loopTo = 0, bpmStep = 0;
    int numerator = 4, denominator = 4;
    bool playing = false, transport = true;
    long frame = 0;
    std::multimap<long, Event> planned;
    std::vector<std::pair<int, double>> parameters;
    std::vector<clap_event_midi_t> in;
    std::vector<clap_event_param_value_t> inParameters;
    std::vector<const clap_event_header_t*> order;
    std::vector<float> left, right;
    std::vector<long long> nanoseconds;
    FILE* audio = nullptr;
    size_t current = 0;
    bool full = false;
    std::vector<clap_event_midi_t> out;

    static const void* extension(const clap_host_t*, const char*) { return nullptr; }
    static void nothing(const clap_host_t*) {}
    static uint32_t size(const clap_input_events_t* list)
    {
        return static_cast<uint32_t>(static_cast<HostOfTests*>(list->ctx)->order.size());
    }
    static const clap_event_header_t* get(const clap_input_events_t* list, uint32_t i)
    {
        return static_cast<HostOfTests*>(list->ctx)->order[i];
    }
    static bool push(const clap_output_events_t* list, const clap_event_header_t* event)
    {
        HostOfTests& self = *static_cast<HostOfTests*>(list->ctx);
        if (event->type != CLAP_EVENT_MIDI)
            return true;
        if (self.full || self.out.size() == self.out.capacity())
            return false;
        self.out.push_back(*reinterpret_cast<const clap_event_midi_t*>(event));
        return true;
    }

    void load(const std::string& path)
    {
        if (entry == nullptr) {
            entry = openPlugin(path);
            if (entry == nullptr) {
                std::cout << "error " << path << " is not loaded" << std::endl;
                std::exit(1);
            }
            entry->init(path.c_str());
        }
        host.clap_version = CLAP_VERSION;
        host.host_data = this;
        host.name = "tests", host.vendor = "JAM_BOT", host.url = "", host.version = "1";
        host.get_extension = extension;
        host.request_restart = host.request_process = host.request_callback = nothing;
        const auto* factory = static_cast<const clap_plugin_factory_t*>(entry->get_factory(CLAP_PLUGIN_FACTORY_ID));
        const auto* about = factory->get_plugin_descriptor(factory, 0);
        const clap_plugin_t* plugin = factory->create_plugin(factory, &host, about->id);
        if (plugin == nullptr || !plugin->init(plugin)) {
            std::cout << "error the plugin does not begin" << std::endl;
            std::exit(1);
        }
        plugins.push_back(plugin);
        out.reserve(4096);
    }

    const clap_plugin_t* plugin() const { return plugins[current]; }

    void activate(double asked)
    {
        rate = asked;
        plugin()->activate(plugin(), rate, 1, 8192);
        plugin()->start_processing(plugin());
    }

    void deactivate()
    {
        plugin()->stop_processing(plugin());
        plugin()->deactivate(plugin());
    }

    void block(uint32_t frames)
    {
        in.clear();
        inParameters.clear();
        order.clear();
        out.clear();
        left.assign(frames, 0), right.assign(frames, 0);
        for (const auto& [id, value] : parameters) {
            clap_event_param_value_t event{};
            event.header = {sizeof event, 0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_PARAM_VALUE, 0};
            event.param_id = static_cast<clap_id>(id), event.value = value;
            event.note_id = -1, event.port_index = -1, event.channel = -1, event.key = -1;
            inParameters.push_back(event);
        }
        parameters.clear();
        while (!planned.empty() && planned.begin()->first < frame + static_cast<long>(frames)) {
            const Event& e = planned.begin()->second;
            clap_event_midi_t event{};
            event.header = {sizeof event, static_cast<uint32_t>(std::max(0L, e.frame - frame)),
                            CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI, 0};
            std::memcpy(event.data, e.data, 3);
            in.push_back(event);
            planned.erase(planned.begin());
        }
        for (const auto& event : inParameters)
            order.push_back(&event.header);
        for (const auto& event : in)
            order.push_back(&event.header);

        clap_event_transport_t place{};
        place.header = {sizeof place, 0, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_TRANSPORT, 0};
        place.flags = CLAP_TRANSPORT_HAS_TEMPO | CLAP_TRANSPORT_HAS_BEATS_TIMELINE |
                      CLAP_TRANSPORT_HAS_TIME_SIGNATURE | (playing ? CLAP_TRANSPORT_IS_PLAYING : 0);
        place.song_pos_beats = static_cast<clap_beattime>(std::llround(beat * CLAP_BEATTIME_FACTOR));
        place.tempo = bpm;
        place.tsig_num = static_cast<uint16_t>(numerator), place.tsig_denom = static_cast<uint16_t>(denominator);
        float* sides[2] = {left.data(), right.data()};
        clap_audio_buffer_t audioOut{};
        audioOut.data32 = sides, audioOut.channel_count = 2;
        const clap_input_events_t inList{this, size, get};
        const clap_output_events_t outList{this, push};
        clap_process_t process{};
        process.steady_time = frame, process.frames_count = frames;
        process.transport = transport ? &place : nullptr;
        process.audio_outputs = &audioOut, process.audio_outputs_count = 1;
        process.in_events = &inList, process.out_events = &outList;

        const long long before = spentNs();
        inProcess = true;
        plugin()->process(plugin(), &process);
        inProcess = false;
        nanoseconds.push_back(spentNs() - before);

        for (const auto& event : out)
            std::printf("out %ld %d %d %d %.9f\n", frame + event.header.time, event.data[0], event.data[1],
                        event.data[2], beat + event.header.time * bpm / 60 / rate);
        if (audio != nullptr)
            std::fwrite(left.data(), sizeof(float), frames, audio);
        frame += frames;
        if (playing) {
            beat += frames * bpm / 60 / rate;
            if (loopTo > loopFrom && beat >= loopTo)
                beat -= loopTo - loopFrom;
        }
        bpm += bpmStep * frames / rate;
    }

    // In time, `burst` blocks at once as audio drivers ask for them, and before what computes the solo,
    // where the system lets it: without that, blocks that come late would hide how late a note is.
    void run(double seconds, uint32_t frames, int burst)
    {
        const AudioThread before;
        const auto start = std::chrono::steady_clock::now();
        const long first = frame;
        const long end = frame + static_cast<long>(seconds * rate);
        while (frame < end) {
            for (int i = 0; i < burst && frame < end; ++i)
                block(frames);
            std::fflush(stdout);
            const double due = (frame - first) / rate;
            const auto wake = start + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                          std::chrono::duration<double>(due));
            while (std::chrono::steady_clock::now() < wake)
                std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
    }

    void save(const std::string& path)
    {
        std::string bytes;
        clap_ostream_t stream{&bytes, [](const clap_ostream_t* s, const void* data, uint64_t n) -> int64_t {
                                  static_cast<std::string*>(s->ctx)->append(static_cast<const char*>(data), n);
                                  return static_cast<int64_t>(n);
                              }};
        state()->save(plugin(), &stream);
        FILE* file = std::fopen(path.c_str(), "wb");
        std::fwrite(bytes.data(), 1, bytes.size(), file);
        std::fclose(file);
    }

    void restore(const std::string& path)
    {
        FILE* file = std::fopen(path.c_str(), "rb");
        clap_istream_t stream{file, [](const clap_istream_t* s, void* data, uint64_t n) -> int64_t {
                                  return static_cast<int64_t>(std::fread(data, 1, n, static_cast<FILE*>(s->ctx)));
                              }};
        state()->load(plugin(), &stream);
        std::fclose(file);
    }

    const clap_plugin_state_t* state() const
    {
        return static_cast<const clap_plugin_state_t*>(plugin()->get_extension(plugin(), CLAP_EXT_STATE));
    }

    void show(int id)
    {
        const auto* params =
            static_cast<const clap_plugin_params_t*>(plugin()->get_extension(plugin(), CLAP_EXT_PARAMS));
        double value = 0;
        char text[256] = "";
        params->get_value(plugin(), static_cast<clap_id>(id), &value);
        params->value_to_text(plugin(), static_cast<clap_id>(id), value, text, sizeof text);
        clap_param_info_t info{};
        params->get_info(plugin(), static_cast<uint32_t>(id), &info);
        std::printf("param %d %.9g %s|%s\n", id, value, info.module, text);
    }

    void tell()
    {
        std::sort(nanoseconds.begin(), nanoseconds.end());
        const size_t n = nanoseconds.size();
        const auto at = [&](double q) { return n == 0 ? 0LL : nanoseconds[static_cast<size_t>(q * (n - 1))]; };
        std::printf("stats %zu %lld %lld %lld traps %ld %s\n", n, at(0.5), at(0.99), at(1.0), traps, lastTrap);
        nanoseconds.clear();
    }
};

// What is left of a line: a path, which may have blanks in it.
static bool rest(std::istringstream& words, std::string& path)
{
    return static_cast<bool>(std::getline(words >> std::ws, path));
}

int main()
{
#ifdef _WIN32
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    HostOfTests host;
    host.nanoseconds.reserve(1 << 22);
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string word, path;
        words >> word;
        double a = 0, b = 0, c = 1;
        if (word == "load") rest(words, path), host.load(path);
        else if (word == "use") words >> a, host.current = static_cast<size_t>(a);
        else if (word == "activate") words >> a, host.activate(a);
        else if (word == "deactivate") host.deactivate();
        else if (word == "destroy") {
            host.plugin()->destroy(host.plugin());
            host.plugins.erase(host.plugins.begin() + static_cast<long>(host.current));
            host.current = 0;
        }
        else if (word == "play") words >> a, host.playing = a > 0;
        else if (word == "transport") words >> a, host.transport = a > 0;
        else if (word == "beat") words >> host.beat;
        else if (word == "bpm") words >> host.bpm;
        else if (word == "ramp") words >> host.bpmStep;
        else if (word == "meter") words >> host.numerator >> host.denominator;
        else if (word == "loop") words >> host.loopFrom >> host.loopTo;
        else if (word == "full") words >> a, host.full = a > 0;
        else if (word == "at") {
            Event e{};
            int d0 = 0, d1 = 0, d2 = 0;
            words >> e.frame >> d0 >> d1 >> d2;
            e.data[0] = static_cast<uint8_t>(d0), e.data[1] = static_cast<uint8_t>(d1), e.data[2] = static_cast<uint8_t>(d2);
            host.planned.emplace(e.frame, e);
        }
        else if (word == "param") words >> a >> b, host.parameters.emplace_back(static_cast<int>(a), b);
        else if (word == "get") words >> a, host.show(static_cast<int>(a));
        else if (word == "block") {
            words >> a >> c;
            for (int i = 0; i < static_cast<int>(c); ++i)
                host.block(static_cast<uint32_t>(a));
        }
        else if (word == "run") words >> a >> b >> c, host.run(a, static_cast<uint32_t>(b), static_cast<int>(c));
        else if (word == "save") rest(words, path), host.save(path);
        else if (word == "restore") rest(words, path), host.restore(path);
        else if (word == "audio") {
            if (host.audio != nullptr) std::fclose(host.audio);
            host.audio = rest(words, path) ? std::fopen(path.c_str(), "wb") : nullptr;
        }
        else if (word == "where") std::printf("where %ld %.9f %d\n", host.frame, host.beat, host.playing);
        else if (word == "stats") host.tell();
        else if (word == "provoke") {  // shows that the trap works
            inProcess = true;
            free(malloc(1));
            inProcess = false;
        }
        else if (word == "quit") break;
        else std::printf("error no word %s\n", word.c_str());
        std::printf("done\n");
        std::fflush(stdout);
    }
    return 0;
}
