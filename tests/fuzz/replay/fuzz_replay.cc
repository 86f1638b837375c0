/* SPDX-License-Identifier: Apache-2.0 */
/* Every file of a corpus through its fuzz target; a broken promise ends the program. */
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <vector>

#include "fuzz.h"

static std::vector<std::filesystem::path> corpus_files()
{
    std::vector<std::filesystem::path> files;
    for (const auto &entry : std::filesystem::directory_iterator(VNIC_FUZZ_CORPUS)) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

static void run(const std::vector<uint8_t> &input)
{
    /* A copy of exactly the length, so that AddressSanitizer sees a read behind the end. */
    std::unique_ptr<uint8_t[]> copy(new uint8_t[input.size()]);
    std::copy(input.begin(), input.end(), copy.get());
    LLVMFuzzerTestOneInput(copy.get(), input.size());
}

TEST(FuzzReplay, EveryFileOfTheCorpus)
{
    const auto files = corpus_files();
    ASSERT_GE(files.size(), 5u) << "the corpus is not there";
    for (const auto &path : files) {
        std::ifstream in(path, std::ios::binary);
        ASSERT_TRUE(in.good()) << path;
        /* Named before, because a broken promise takes the program with it. */
        std::cout << path.filename().string() << std::endl;
        run(std::vector<uint8_t>(std::istreambuf_iterator<char>(in), {}));
    }
    std::cout << files.size() << " files replayed\n";
}

/* The beginnings of a file are as interesting as the file. */
TEST(FuzzReplay, EveryBeginningOfEveryFile)
{
    for (const auto &path : corpus_files()) {
        std::ifstream in(path, std::ios::binary);
        std::vector<uint8_t> input(std::istreambuf_iterator<char>(in), {});
        for (size_t len = 0; len < std::min<size_t>(input.size(), 512); len++) {
            run(std::vector<uint8_t>(input.begin(), input.begin() + static_cast<long>(len)));
        }
    }
}
