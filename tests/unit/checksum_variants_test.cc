/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checksum loops of this processor, each called by itself, against the naive model of RFC 1071.
 * VNIC_TEST_CHECKSUM in the environment names the one that must be chosen: an emulated processor's.
 */
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <thread>

#include "support/packets.h"
#include "vnic/packet.h"

extern "C" {
#include "core/checksum.h"
}

using packets::naive_sum;
using Variant = const struct vnic__checksum_variant *;

enum { MAX = 4096, ALIGNMENTS = 64, GUARD = 64, MARK = 0xA5 };

/* First, so that these threads are the ones that choose. */
TEST(ChecksumChoice, ManyThreadsAtOnce)
{
    const std::vector<uint8_t> data(MAX, 0xFE);
    std::vector<std::thread> threads;
    uint16_t sums[8];
    for (uint16_t &sum : sums) {
        threads.emplace_back([&data, &sum] { sum = vnic_checksum(data.data(), data.size()); });
    }
    for (auto &thread : threads) {
        thread.join();
    }
    for (uint16_t sum : sums) {
        EXPECT_EQ(sum, static_cast<uint16_t>(~naive_sum(data.data(), data.size())));
    }
}

TEST(ChecksumChoice, TheFirstThatThisMachineCanRun)
{
    Variant first = nullptr;
    for (const Variant *v = vnic__checksum_variants; *v != nullptr && first == nullptr; v++) {
        first = (*v)->usable() ? *v : nullptr;
    }
    ASSERT_NE(first, nullptr);
    EXPECT_EQ(vnic__checksum_chosen(), first);
    EXPECT_EQ(vnic__checksum_chosen(), first);
    RecordProperty("checksum", first->name);
    const char *expected = std::getenv("VNIC_TEST_CHECKSUM");
    if (expected != nullptr) {
        EXPECT_STREQ(first->name, expected);
    }
}

/* Memory of which any byte can be the first, with marked bytes before and behind. */
struct Room {
    alignas(64) uint8_t bytes[GUARD + ALIGNMENTS + MAX + GUARD];

    uint8_t *at(size_t alignment)
    {
        return bytes + GUARD + alignment;
    }

    void mark(size_t alignment, size_t len)
    {
        std::memset(at(alignment) - GUARD, MARK, len + 2 * GUARD);
    }

    bool untouched_around(size_t alignment, size_t len)
    {
        static const std::vector<uint8_t> marks(GUARD, MARK);
        return std::memcmp(at(alignment) - GUARD, marks.data(), GUARD) == 0 &&
               std::memcmp(at(alignment) + len, marks.data(), GUARD) == 0;
    }
};

static Room source, target;

static uint16_t folded(uint16_t sum)
{
    return static_cast<uint16_t>(~sum);
}

class ChecksumVariant : public ::testing::TestWithParam<Variant>
{
  protected:
    void SetUp() override
    {
        if (!GetParam()->usable()) {
            GTEST_SKIP() << "this processor has no " << GetParam()->name;
        }
    }

    uint64_t add(uint64_t sum, const uint8_t *p, size_t len)
    {
        return GetParam()->add(sum, p, len);
    }

    uint64_t copy(uint64_t sum, uint8_t *to, const uint8_t *p, size_t len)
    {
        return GetParam()->copy(sum, to, p, len);
    }

    /* Every length from this place, against a model that grows with it. */
    void check_add(size_t alignment, const char *what)
    {
        const uint8_t *p = source.at(alignment);
        uint16_t even = 0;
        for (size_t len = 0; len <= MAX; len++) {
            if (len >= 2 && len % 2 == 0) {
                even = naive_sum(p + len - 2, 2, even);
            }
            uint16_t model = len % 2 ? naive_sum(p + len - 1, 1, even) : even;
            uint16_t got = vnic_checksum_fold(add(0, p, len));
            if (got != folded(model)) {
                FAIL() << what << ", alignment " << alignment << ", length " << len << ": " << got;
            }
        }
    }

    void check_copy(size_t alignment, size_t to, const char *what)
    {
        const uint8_t *p = source.at(alignment);
        uint16_t even = 0;
        for (size_t len = 0; len <= MAX; len++) {
            if (len >= 2 && len % 2 == 0) {
                even = naive_sum(p + len - 2, 2, even);
            }
            uint16_t model = len % 2 ? naive_sum(p + len - 1, 1, even) : even;
            target.mark(to, len);
            uint16_t got = vnic_checksum_fold(copy(0, target.at(to), p, len));
            if (got != folded(model) || std::memcmp(target.at(to), p, len) != 0 ||
                !target.untouched_around(to, len)) {
                FAIL() << what << ", alignment " << alignment << " to " << to << ", length " << len
                       << ": " << got;
            }
        }
    }
};

static std::vector<Variant> all_variants()
{
    std::vector<Variant> all;
    for (const Variant *v = vnic__checksum_variants; *v != nullptr; v++) {
        all.push_back(*v);
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(, ChecksumVariant, ::testing::ValuesIn(all_variants()),
                         [](const auto &variant) { return std::string(variant.param->name); });

/* Random bytes with runs of ones between them, which make carries in every place. */
static void fill_random(unsigned seed)
{
    std::mt19937 random(seed);
    for (auto &byte : source.bytes) {
        byte = static_cast<uint8_t>(random() % 4 == 0 ? 0xFF : random());
    }
}

static void fill_pattern(int pattern)
{
    static const uint8_t bytes[][4] = {{0xFF, 0xFF, 0xFF, 0xFF},
                                       {0xFF, 0x00, 0xFF, 0x00},
                                       {0x00, 0xFF, 0xFF, 0x00},
                                       {0xFF, 0xFE, 0x00, 0x01}};
    for (size_t i = 0; i < sizeof source.bytes; i++) {
        source.bytes[i] = bytes[pattern][i % 4];
    }
}

TEST_P(ChecksumVariant, EveryLengthAndAlignment)
{
    fill_random(1071);
    for (size_t alignment = 0; alignment < ALIGNMENTS; alignment++) {
        ASSERT_NO_FATAL_FAILURE(check_add(alignment, "random"));
    }
}

TEST_P(ChecksumVariant, BytesThatCarry)
{
    for (int pattern = 0; pattern < 4; pattern++) {
        fill_pattern(pattern);
        for (size_t alignment = 0; alignment < ALIGNMENTS; alignment += pattern < 2 ? 1 : 21) {
            ASSERT_NO_FATAL_FAILURE(check_add(alignment, "pattern"));
        }
    }
}

TEST_P(ChecksumVariant, CopyOfEveryLengthAndAlignment)
{
    fill_random(768);
    for (size_t alignment = 0; alignment < ALIGNMENTS; alignment++) {
        /* Both alignments take every value, in other pairs each. */
        ASSERT_NO_FATAL_FAILURE(check_copy(alignment, alignment * 13 % ALIGNMENTS, "random"));
    }
    fill_pattern(0);
    for (size_t alignment : {0, 1, 38, 63}) {
        ASSERT_NO_FATAL_FAILURE(check_copy(alignment, 63 - alignment, "ones"));
    }
}

/* 0 means that all was zero, and nothing else is 0: one's complement has two zeros. */
TEST_P(ChecksumVariant, ZeroOnlyOfZeros)
{
    std::vector<uint8_t> data(1500);
    EXPECT_EQ(add(0, data.data(), data.size()), 0u);
    for (size_t i = 0; i < data.size(); i++) {
        data[i] = 1;
        EXPECT_NE(vnic_checksum_fold(add(0, data.data(), data.size())), 0xFFFF) << i;
        data[i] = 0;
    }
    data[700] = data[701] = 0xFF;
    EXPECT_EQ(vnic_checksum_fold(add(0, data.data(), data.size())), 0);
    EXPECT_EQ(vnic_checksum_fold(add(UINT64_MAX, data.data(), data.size())), 0);
}

/* Nothing outside is read: AddressSanitizer and valgrind see the ends of these blocks. */
TEST_P(ChecksumVariant, BlocksOfExactlyTheLength)
{
    for (size_t len = 0; len < 600; len++) {
        std::unique_ptr<uint8_t[]> from(new uint8_t[len]), to(new uint8_t[len]);
        for (size_t i = 0; i < len; i++) {
            from[i] = static_cast<uint8_t>(i * 31 + len);
        }
        uint16_t model = folded(naive_sum(from.get(), len));
        ASSERT_EQ(vnic_checksum_fold(add(0, from.get(), len)), model) << len;
        ASSERT_EQ(vnic_checksum_fold(copy(0, to.get(), from.get(), len)), model) << len;
        ASSERT_EQ(std::memcmp(to.get(), from.get(), len), 0) << len;
    }
}

/* Long enough that 32 bits overflow in any part of a vector. */
TEST_P(ChecksumVariant, LongData)
{
    for (size_t len : {65535u, 65536u, (3u << 20) + 1}) {
        std::vector<uint8_t> data(len, 0xFF), to(len);
        data[len / 2] = 0x12;
        uint16_t model = folded(naive_sum(data.data(), len));
        EXPECT_EQ(vnic_checksum_fold(add(0, data.data(), len)), model) << len;
        EXPECT_EQ(vnic_checksum_fold(copy(0, to.data(), data.data(), len)), model) << len;
        EXPECT_EQ(to, data);
    }
}

/* Pieces of even length in any order of kinds, the last one odd. */
TEST_P(ChecksumVariant, PiecesAddUp)
{
    std::mt19937 random(9000);
    fill_random(40);
    for (int round = 0; round < 2000; round++) {
        const uint8_t *p = source.at(random() % ALIGNMENTS);
        size_t len = random() % MAX, at = 0;
        uint64_t sum = random() % 2 ? 0 : UINT64_MAX;
        while (at < len) {
            size_t n = std::min<size_t>(random() % 700 * 2, len - at);
            switch (random() % 3) {
            case 0:
                sum = add(sum, p + at, n);
                break;
            case 1:
                sum = copy(sum, target.at(at), p + at, n);
                break;
            default:
                sum = vnic_checksum_add(sum, p + at, n);
                break;
            }
            at += n;
        }
        if (len > 0) {
            ASSERT_EQ(vnic_checksum_fold(sum), folded(naive_sum(p, len))) << round;
        }
    }
}
