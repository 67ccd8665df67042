// A queue between two threads that never waits: one pushes, the other pops.
#pragma once

#include <atomic>
#include <cstddef>

namespace jambot {

template <typename Item, std::size_t Size>
class Ring {
    static_assert((Size & (Size - 1)) == 0, "a power of two");

public:
    // False where it is full; then nothing was taken.
    bool push(const Item& item) noexcept
    {
        const std::size_t end = end_.load(std::memory_order_relaxed);
        if (end - begin_.load(std::memory_order_acquire) == Size)
            return false;
        items_[end & (Size - 1)] = item;
        end_.store(end + 1, std::memory_order_release);
        return true;
    }

    // False where it is empty.
    bool pop(Item& item) noexcept
    {
        const std::size_t begin = begin_.load(std::memory_order_relaxed);
        if (begin == end_.load(std::memory_order_acquire))
            return false;
        item = items_[begin & (Size - 1)];
        begin_.store(begin + 1, std::memory_order_release);
        return true;
    }

private:
    alignas(64) std::atomic<std::size_t> begin_{0};
    alignas(64) std::atomic<std::size_t> end_{0};
    Item items_[Size];
};

}  // namespace jambot
