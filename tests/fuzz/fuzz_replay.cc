/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every file of a fuzz target's corpus as an ordinary test. Each input lies in an allocation of its
 * own exact size, so that sanitizers see the first byte that is read beyond it.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace
{

void replay(const std::vector<char> &bytes)
{
    std::unique_ptr<uint8_t[]> exact(new uint8_t[bytes.size()]);
    std::copy(bytes.begin(), bytes.end(), exact.get());
    EXPECT_EQ(LLVMFuzzerTestOneInput(exact.get(), bytes.size()), 0);
}

TEST(Replay, Corpus)
{
    size_t files = 0;
    for (const auto &entry : std::filesystem::directory_iterator(VNIC_CORPUS)) {
        SCOPED_TRACE(entry.path().string());
        std::ifstream in(entry.path(), std::ios::binary);
        ASSERT_TRUE(in.good());
        replay(std::vector<char>(std::istreambuf_iterator<char>(in), {}));
        files++;
    }
    EXPECT_GE(files, 3u) << "a corpus of fewer inputs proves nothing: " << VNIC_CORPUS;
}

TEST(Replay, Empty)
{
    replay({});
}

TEST(Replay, EveryPrefixOfEveryInput)
{
    for (const auto &entry : std::filesystem::directory_iterator(VNIC_CORPUS)) {
        SCOPED_TRACE(entry.path().string());
        std::ifstream in(entry.path(), std::ios::binary);
        std::vector<char> bytes(std::istreambuf_iterator<char>(in), {});
        for (size_t len = 0; len < bytes.size() && len < 256; len++) {
            replay(std::vector<char>(bytes.begin(), bytes.begin() + static_cast<long>(len)));
        }
    }
}

} /* namespace */
