#include "link.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#ifdef _WIN32
#define NOMINMAX
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <mmsystem.h>
using SocketLength = int;
#else
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
using SocketLength = socklen_t;
#endif

namespace jambot {

namespace {

constexpr int64_t kKnockNs = 100 * kMillisecond;
constexpr int64_t kKeyNs = 500 * kMillisecond;
constexpr int64_t kReportNs = 5 * kMillisecond;
constexpr int64_t kAgainNs = 30 * kMillisecond;
constexpr uint32_t kWindow = 512;
constexpr std::size_t kMostUnheard = 16384;
constexpr int kMostDatagrams = 64;  // a flood must not keep the helper from talking

uint64_t anyNumber()
{
    std::random_device device;
    return (static_cast<uint64_t>(device()) << 32) ^ device() ^ static_cast<uint64_t>(steadyNs());
}

// What the engine says is due at once: before the engine's own thinking, after the host's sound.
// Where the system refuses, the thread stays as it is.
void raisePriority()
{
#if defined(_WIN32)
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_HIGHEST);
#elif defined(__APPLE__)
    pthread_set_qos_class_self_np(QOS_CLASS_USER_INTERACTIVE, 0);
#else
    sched_param raised{};
    raised.sched_priority = 4;
    pthread_setschedparam(pthread_self(), SCHED_RR, &raised);
#endif
}

sockaddr_in loopback(uint16_t port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

#ifdef _WIN32
std::wstring variable(const wchar_t* name)
{
    const wchar_t* value = _wgetenv(name);
    return value == nullptr ? L"" : value;
}

FILE* openKey()
{
    std::wstring folder = variable(L"JAMBOT_HOME");
    if (folder.empty() && !variable(L"LOCALAPPDATA").empty())
        folder = variable(L"LOCALAPPDATA") + L"\\jambot";
    return folder.empty() ? nullptr : _wfopen((folder + L"\\plugin.key").c_str(), L"rb");
}
#else
std::string variable(const char* name)
{
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

FILE* openKey()
{
    std::string folder = variable("JAMBOT_HOME");
    if (folder.empty()) {
#ifdef __APPLE__
        folder = variable("HOME") + "/Library/Application Support/jambot";
#else
        const std::string data = variable("XDG_DATA_HOME");
        folder = (!data.empty() && data[0] == '/' ? data : variable("HOME") + "/.local/share") + "/jambot";
#endif
    }
    return std::fopen((folder + "/plugin.key").c_str(), "rb");
}
#endif

}  // namespace

// One line: `jambot-plugin 1 PORT TOKEN`, the token as 32 hexadecimal digits.
Key readKey()
{
    Key key;
    FILE* file = openKey();
    if (file == nullptr)
        return key;
    int version = 0;
    unsigned port = 0;
    char token[33] = {};
    const bool whole = std::fscanf(file, "jambot-plugin %d %u %32[0-9a-f]", &version, &port, token) == 3;
    std::fclose(file);
    if (!whole || version != 1 || port == 0 || port > 65535 || std::strlen(token) != 32)
        return key;
    for (int i = 0; i < 16; ++i) {
        const char digits[3] = {token[2 * i], token[2 * i + 1], 0};
        key.token[i] = static_cast<uint8_t>(std::strtoul(digits, nullptr, 16));
    }
    key.port = static_cast<uint16_t>(port);
    key.known = true;
    return key;
}

Link::Link(Shared& shared, Keeper& keeper) : shared_(shared), keeper_(keeper), instance_(anyNumber()) {}

void Link::start()
{
    if (thread_.joinable())
        return;
    stopping_ = false;
    thread_ = std::thread(&Link::run, this);
}

void Link::stop()
{
    if (!thread_.joinable())
        return;
    stopping_ = true;
    thread_.join();
}

void Link::run()
{
#ifdef _WIN32
    WSADATA data;
    WSAStartup(MAKEWORD(2, 2), &data);
    timeBeginPeriod(1);
#endif
    raisePriority();
    if (open()) {
        while (!stopping_) {
            waitFor(connected_ ? 1 : 20);
            receive();
            collect();
            talk(steadyNs());
            keeper_.mind(steadyNs());
        }
        if (connected_)
            send(kPluginLeaves, 0, 0, false);
        disconnect();
        close();
    }
#ifdef _WIN32
    timeEndPeriod(1);
    WSACleanup();
#endif
}

bool Link::open()
{
    socket_ = static_cast<intptr_t>(::socket(AF_INET, SOCK_DGRAM, 0));
    if (socket_ < 0)
        return false;
    const sockaddr_in address = loopback(0);
    if (::bind(static_cast<int>(socket_), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close();
        return false;
    }
#ifdef _WIN32
    u_long on = 1;
    ioctlsocket(static_cast<SOCKET>(socket_), FIONBIO, &on);
#else
    fcntl(static_cast<int>(socket_), F_SETFL, O_NONBLOCK);
    fcntl(static_cast<int>(socket_), F_SETFD, FD_CLOEXEC);
#endif
    return true;
}

void Link::close()
{
#ifdef _WIN32
    closesocket(static_cast<SOCKET>(socket_));
#else
    ::close(static_cast<int>(socket_));
#endif
    socket_ = -1;
}

void Link::waitFor(int milliseconds)
{
    // Not select(): it writes beyond its set in a host that has more than a thousand files open.
#ifdef _WIN32
    WSAPOLLFD watched{static_cast<SOCKET>(socket_), POLLRDNORM, 0};
    WSAPoll(&watched, 1, milliseconds);
#else
    pollfd watched{static_cast<int>(socket_), POLLIN, 0};
    ::poll(&watched, 1, milliseconds);
#endif
}

void Link::receive()
{
    uint8_t data[4096];
    for (int i = 0; i < kMostDatagrams; ++i) {
        sockaddr_in from{};
        SocketLength length = sizeof from;
        const auto size = ::recvfrom(static_cast<int>(socket_), reinterpret_cast<char*>(data), sizeof data, 0,
                                     reinterpret_cast<sockaddr*>(&from), &length);
        if (size < 0)
            return;
        const bool ours = from.sin_addr.s_addr == htonl(INADDR_LOOPBACK) && from.sin_port == htons(key_.port);
        if (ours && key_.known)
            hear(data, static_cast<std::size_t>(size));
    }
}

void Link::hear(const uint8_t* data, std::size_t size)
{
    Head head;
    if (size < sizeof head)
        return;
    std::memcpy(&head, data, sizeof head);
    if (std::memcmp(head.magic, kMagic, sizeof kMagic) != 0 || std::memcmp(head.token, key_.token, 16) != 0)
        return;
    const int64_t now = steadyNs();
    if (head.version != kProtocol) {
        shared_.reach = kOtherVersion;
        otherNs_ = now;
        return;
    }
    const std::size_t whole = sizeof head + head.reports * sizeof(EngineReport) + head.count * sizeof(Record);
    if (head.instance != instance_ || head.session != session_ || head.reports > 1 || size != whole)
        return;
    if (head.kind == kEngineLeaves) {
        disconnect();
        return;
    }
    if (head.kind != kFromEngine)
        return;
    if (head.state != kConducted) {
        shared_.reach = head.state == kAnotherIs ? kAnotherConducts : kOtherVersion;
        otherNs_ = now;
        if (connected_)
            disconnect();
        return;
    }
    if (!connected_)
        connect();
    heardNs_ = now;
    shared_.engineSeenNs.store(now);
    const uint8_t* body = data + sizeof head;
    if (head.reports == 1) {
        EngineReport engine;
        std::memcpy(&engine, body, sizeof engine);
        body += sizeof engine;
        keeper_.played(engine.seed, engine.style);
    }
    takeRecords(head, body);
}

// What the engine has heard is done with; its own records are taken in order, none twice.
void Link::takeRecords(const Head& head, const uint8_t* body)
{
    while (!unheard_.empty() && told_ > 0 && static_cast<int32_t>(head.ack - firstSerial_) >= 0) {
        unheard_.pop_front();
        ++firstSerial_;
        --told_;
        progressNs_ = heardNs_;
    }
    for (uint32_t i = 0; i < head.count; ++i) {
        if (head.first + i != expected_)
            continue;
        Record record;
        std::memcpy(&record, body + i * sizeof record, sizeof record);
        if (record.type != kConnected && !shared_.fromEngine.push(record))
            break;
        ++expected_;
    }
    owesAnswer_ = owesAnswer_ || head.count > 0;
}

void Link::connect()
{
    connected_ = true;
    unheard_.clear();
    firstSerial_ = 1, told_ = 0, expected_ = 1;
    hasReport_ = false;
    saidNs_ = 0, progressNs_ = steadyNs();
    shared_.engineSeenNs.store(progressNs_);
    shared_.fromEngine.push({0, 0, kConnected, {0, 0, 0}});
    shared_.reach = kEnginePlays;
}

void Link::disconnect()
{
    connected_ = false;
    session_ = static_cast<uint32_t>(anyNumber());
    shared_.engineSeenNs.store(0);
    if (shared_.reach == kEnginePlays)
        shared_.reach = kNoEngine;
}

// What the audio thread has to tell; while nobody listens it is let go of.
void Link::collect()
{
    Record record;
    if (connected_ && keeper_.origin(record))
        unheard_.push_back(record);
    while (shared_.toEngine.pop(record)) {
        if (connected_ && unheard_.size() < kMostUnheard)
            unheard_.push_back(record);
        else if (connected_ && record.type == kMidi)
            shared_.keysLost = true;
    }
    if (shared_.keysLost.exchange(false) && connected_)
        unheard_.push_back({0, 0, kKeysLost, {0, 0, 0}});
    BlockReport report;
    while (shared_.reports.pop(report))
        fold(report);
}

void Link::fold(const BlockReport& report)
{
    const HostReport& fresh = report.host;
    const auto begun = [](const HostReport& r) { return r.mapNs - static_cast<int64_t>(r.mapFrame * 1e9 / r.rate); };
    HostReport kept = fresh;
    if (hasReport_ && host_.era == fresh.era && begun(host_) <= begun(fresh))
        kept.mapFrame = host_.mapFrame, kept.mapNs = host_.mapNs;
    largestBlock_ = hasReport_ ? std::max(largestBlock_, report.frames) : report.frames;
    kept.block = largestBlock_;
    jumped_ = jumped_ || (fresh.flags & kJumped) != 0;
    host_ = kept;
    hasReport_ = true;
}

void Link::talk(int64_t now)
{
    if (connected_ && now - heardNs_ > kLostNs)
        disconnect();
    if (connected_)
        converse(now);
    else
        knock(now);
}

void Link::knock(int64_t now)
{
    if (now - knockedNs_ < kKnockNs)
        return;
    knockedNs_ = now;
    hasReport_ = false;
    if (now - keyReadNs_ >= kKeyNs || !key_.known) {
        keyReadNs_ = now;
        key_ = readKey();
    }
    const bool recent = now - otherNs_ < kLostNs && otherNs_ != 0;
    if (!recent)
        shared_.reach = keeper_.newer() ? kNewerProject : key_.known ? kNoEngine : kNoKey;
    if (key_.known)
        send(kKnock, 0, 0, false);
}

void Link::converse(int64_t now)
{
    if (told_ > 0 && now - progressNs_ > kAgainNs) {
        told_ = 0;  // something was lost on the way: all of it again
        progressNs_ = now;
    }
    bool said = false;
    while (told_ < unheard_.size() && told_ < kWindow) {
        const uint32_t left = static_cast<uint32_t>(std::min<std::size_t>(unheard_.size(), kWindow)) - told_;
        const uint32_t count = std::min(left, kRecordsADatagram);
        if (told_ == 0)
            progressNs_ = now;
        const uint32_t from = told_;
        told_ += count;
        send(kFromPlugin, firstSerial_ + from, count, hasReport_ && !said);
        said = true;
    }
    if (!said && (owesAnswer_ || (hasReport_ && (jumped_ || now - saidNs_ >= kReportNs)) || now - saidNs_ >= 50 * kMillisecond))
        send(kFromPlugin, firstSerial_, 0, hasReport_);
}

void Link::send(uint8_t kind, uint32_t first, uint32_t count, bool withReport)
{
    uint8_t data[sizeof(Head) + sizeof(HostReport) + kRecordsADatagram * sizeof(Record)];
    Head head{};
    std::memcpy(head.magic, kMagic, sizeof kMagic);
    head.version = kProtocol;
    head.kind = kind;
    std::memcpy(head.token, key_.token, sizeof head.token);
    head.instance = instance_;
    head.session = session_;
    head.first = first;
    head.ack = expected_ - 1;
    head.count = static_cast<uint16_t>(count);
    head.reports = withReport ? 1 : 0;
    std::size_t size = sizeof head;
    std::memcpy(data, &head, sizeof head);
    const int64_t now = steadyNs();
    if (withReport) {
        host_.sentNs = now;
        host_.flags = static_cast<uint8_t>((host_.flags & ~kJumped) | (jumped_ ? kJumped : 0));
        std::memcpy(data + size, &host_, sizeof host_);
        size += sizeof host_;
        hasReport_ = jumped_ = false;
    }
    for (uint32_t i = 0; i < count; ++i, size += sizeof(Record))
        std::memcpy(data + size, &unheard_[first - firstSerial_ + i], sizeof(Record));
    const sockaddr_in to = loopback(key_.port);
    ::sendto(static_cast<int>(socket_), reinterpret_cast<const char*>(data), size, 0,
             reinterpret_cast<const sockaddr*>(&to), sizeof to);
    saidNs_ = now;
    owesAnswer_ = false;
}

}  // namespace jambot
