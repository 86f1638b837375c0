/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the pcapng writer share: a sink, structures with their size, a reader of blocks. */
#ifndef VNIC_TESTS_UNIT_CAPTURE_FIXTURE_H
#define VNIC_TESTS_UNIT_CAPTURE_FIXTURE_H

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/covers.h"
#include "vnic/capture.h"

struct Sink {
    std::string bytes;
    int calls = 0;
    int fail_at = 0; /* the call that fails, counted from 1; 0: none */
    int code = VNIC_EOS;
};

inline int sink_write(void *user, const void *data, size_t len)
{
    Sink *sink = static_cast<Sink *>(user);

    EXPECT_GT(len, 0u);
    if (++sink->calls == sink->fail_at) {
        return sink->code;
    }
    sink->bytes.append(static_cast<const char *>(data), len);
    return 0;
}

inline uint32_t le32(const std::string &s, size_t at)
{
    uint32_t v = 0;

    for (size_t i = 0; i < 4; i++) {
        v |= static_cast<uint32_t>(static_cast<uint8_t>(s.at(at + i))) << (8 * i);
    }
    return v;
}

struct Block {
    uint32_t type;
    std::string body; /* between the two length fields */
};

/* Walks the blocks as a reader does; fails the test if the lengths do not agree. */
inline std::vector<Block> blocks_of(const std::string &bytes)
{
    std::vector<Block> blocks;
    size_t at = 0;

    while (at < bytes.size()) {
        uint32_t total = le32(bytes, at + 4);

        EXPECT_EQ(0u, total % 4);
        EXPECT_GE(total, 12u);
        EXPECT_LE(at + total, bytes.size());
        if (total < 12 || at + total > bytes.size()) {
            break;
        }
        EXPECT_EQ(total, le32(bytes, at + total - 4));
        blocks.push_back({le32(bytes, at), bytes.substr(at + 8, total - 12)});
        at += total;
    }
    return blocks;
}

/* The value of an option in the option list that starts at `at`; "-" if it is not there. */
inline std::string option_of(const std::string &body, size_t at, uint32_t code)
{
    while (at + 4 <= body.size()) {
        uint32_t head = le32(body, at);
        uint32_t len = head >> 16;

        if ((head & 0xFFFF) == 0) {
            break;
        }
        if ((head & 0xFFFF) == code) {
            return body.substr(at + 4, len);
        }
        at += 4 + (len + 3) / 4 * 4;
    }
    return "-";
}

inline vnic_capture_config config_of(Sink *sink)
{
    vnic_capture_config cfg = {};

    cfg.size = sizeof cfg;
    cfg.write = sink_write;
    cfg.user = sink;
    return cfg;
}

inline vnic_capture_interface interface_of(uint32_t layer)
{
    vnic_capture_interface desc = {};

    desc.size = sizeof desc;
    desc.layer = layer;
    return desc;
}

inline vnic_capture_packet packet_of(const void *data, uint32_t len)
{
    vnic_capture_packet packet = {};

    packet.size = sizeof packet;
    packet.data = data;
    packet.len = len;
    return packet;
}

inline vnic_capture_stats stats_of(uint32_t number)
{
    vnic_capture_stats stats = {};

    stats.size = sizeof stats;
    stats.if_number = number;
    return stats;
}

class CaptureTest : public ::testing::Test
{
  protected:
    void start()
    {
        vnic_capture_config cfg = config_of(&sink);

        ASSERT_EQ(0, vnic_capture_create(&cfg, &capture, &err)) << err.text;
    }
    void start_with(uint32_t layer)
    {
        vnic_capture_interface desc = interface_of(layer);

        start();
        ASSERT_EQ(0, vnic_capture_add_interface(capture, &desc, &err)) << err.text;
    }
    void TearDown() override
    {
        vnic_capture_destroy(capture);
    }
    Sink sink;
    vnic_capture *capture = nullptr;
    vnic_error err = {};
};

#endif
