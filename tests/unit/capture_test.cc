/* SPDX-License-Identifier: Apache-2.0 */
/* The pcapng writer: every byte of a small stream, block structure of larger ones, bad input. */
#include "vnic/capture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "support/covers.h"

namespace
{

struct Sink {
    std::string bytes;
    int calls = 0;
    int fail_at = 0; /* the call that fails, counted from 1; 0: none */
    int code = VNIC_EOS;
};

int sink_write(void *user, const void *data, size_t len)
{
    Sink *sink = static_cast<Sink *>(user);

    EXPECT_GT(len, 0u);
    if (++sink->calls == sink->fail_at) {
        return sink->code;
    }
    sink->bytes.append(static_cast<const char *>(data), len);
    return 0;
}

uint32_t le32(const std::string &s, size_t at)
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
std::vector<Block> blocks_of(const std::string &bytes)
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
std::string option_of(const std::string &body, size_t at, uint32_t code)
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

vnic_capture_config config_of(Sink *sink)
{
    vnic_capture_config cfg = {};

    cfg.size = sizeof cfg;
    cfg.write = sink_write;
    cfg.user = sink;
    return cfg;
}

vnic_capture_interface interface_of(uint32_t layer)
{
    vnic_capture_interface desc = {};

    desc.size = sizeof desc;
    desc.layer = layer;
    return desc;
}

vnic_capture_packet packet_of(const void *data, uint32_t len)
{
    vnic_capture_packet packet = {};

    packet.size = sizeof packet;
    packet.data = data;
    packet.len = len;
    return packet;
}

vnic_capture_stats stats_of(uint32_t number)
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

TEST_F(CaptureTest, EveryByteOfASmallStream)
{
    static const uint8_t expected[] = {
        /* section header: type, length 28, magic, version 1.0, length unknown */
        0x0A, 0x0D, 0x0D, 0x0A, 28, 0, 0, 0, 0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 28, 0, 0, 0,
        /* interface: raw IP 101, snaplen 262144, name "t0", resolution 10^-9, end */
        1, 0, 0, 0, 40, 0, 0, 0, 101, 0, 0, 0, 0, 0, 4, 0, 2, 0, 2, 0, 't', '0', 0, 0, 9, 0, 1, 0,
        9, 0, 0, 0, 0, 0, 0, 0, 40, 0, 0, 0,
        /* packet: interface 0, time, 5 of 6 bytes, padding, outbound, 3 dropped, end */
        6, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0, 0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05, 5, 0,
        0, 0, 6, 0, 0, 0, 'h', 'e', 'l', 'l', 'o', 0, 0, 0, 2, 0, 4, 0, 2, 0, 0, 0, 4, 0, 8, 0, 3,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0};
    vnic_capture_interface desc = interface_of(VNIC_TUN);
    vnic_capture_packet packet = packet_of("hello", 5);

    start();
    desc.name = "t0";
    ASSERT_EQ(0, vnic_capture_add_interface(capture, &desc, &err));
    packet.time_ns = 0x0102030405060708u;
    packet.orig_len = 6;
    packet.dropped = 3;
    packet.direction = VNIC_CAPTURE_OUTBOUND;
    ASSERT_EQ(0, vnic_capture_write(capture, &packet));
    ASSERT_EQ(sizeof expected, sink.bytes.size());
    for (size_t i = 0; i < sizeof expected; i++) {
        ASSERT_EQ(expected[i], static_cast<uint8_t>(sink.bytes[i])) << "at byte " << i;
    }
}

TEST_F(CaptureTest, SectionSaysWhoWroteIt)
{
    vnic_capture_config cfg = config_of(&sink);

    cfg.hardware = "machine";
    cfg.os = "Linux 6.1";
    cfg.application = "vnic";
    ASSERT_EQ(0, vnic_capture_create(&cfg, &capture, &err));
    std::vector<Block> blocks = blocks_of(sink.bytes);
    ASSERT_EQ(1u, blocks.size());
    EXPECT_EQ("machine", option_of(blocks[0].body, 16, 2));
    EXPECT_EQ("Linux 6.1", option_of(blocks[0].body, 16, 3));
    EXPECT_EQ("vnic", option_of(blocks[0].body, 16, 4));
}

TEST_F(CaptureTest, SeveralInterfacesKeepApart)
{
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 9};
    vnic_capture_interface tun = interface_of(VNIC_TUN);
    vnic_capture_interface tap = interface_of(VNIC_TAP);
    vnic_capture_packet packet = packet_of("0123456789", 10);

    start();
    tap.description = "second";
    tap.os = "Linux";
    tap.snaplen = 4;
    memcpy(tap.mac, mac, sizeof mac);
    ASSERT_EQ(0, vnic_capture_add_interface(capture, &tun, &err));
    ASSERT_EQ(1, vnic_capture_add_interface(capture, &tap, &err));
    packet.if_number = 1;
    packet.direction = VNIC_CAPTURE_INBOUND;
    ASSERT_EQ(0, vnic_capture_write(capture, &packet));
    packet.if_number = 0;
    packet.direction = VNIC_CAPTURE_NO_DIRECTION;
    ASSERT_EQ(0, vnic_capture_write(capture, &packet));
    std::vector<Block> blocks = blocks_of(sink.bytes);
    ASSERT_EQ(5u, blocks.size());
    EXPECT_EQ(101u, le32(blocks[1].body, 0));
    EXPECT_EQ(VNIC_CAPTURE_SNAPLEN, le32(blocks[1].body, 4));
    EXPECT_EQ("-", option_of(blocks[1].body, 8, 6));
    EXPECT_EQ(1u, le32(blocks[2].body, 0));
    EXPECT_EQ(4u, le32(blocks[2].body, 4));
    EXPECT_EQ("second", option_of(blocks[2].body, 8, 3));
    EXPECT_EQ("Linux", option_of(blocks[2].body, 8, 12));
    EXPECT_EQ(0, memcmp(option_of(blocks[2].body, 8, 6).data(), mac, 6));
    /* The second interface stores 4 bytes of 10 and its direction; the first all, and none. */
    EXPECT_EQ(1u, le32(blocks[3].body, 0));
    EXPECT_EQ(4u, le32(blocks[3].body, 12));
    EXPECT_EQ(10u, le32(blocks[3].body, 16));
    EXPECT_EQ("0123", blocks[3].body.substr(20, 4));
    EXPECT_EQ(std::string("\x01\0\0\0", 4), option_of(blocks[3].body, 24, 2));
    EXPECT_EQ(10u, le32(blocks[4].body, 12));
    EXPECT_EQ("0123456789", blocks[4].body.substr(20, 10));
    EXPECT_EQ(32u, blocks[4].body.size());
}

TEST_F(CaptureTest, EveryLengthIsPadded)
{
    std::string data(40, 'x');

    start_with(VNIC_TUN);
    for (uint32_t len = 0; len <= data.size(); len++) {
        vnic_capture_packet packet = packet_of(len == 0 ? nullptr : data.data(), len);

        packet.direction = len % 3;
        ASSERT_EQ(0, vnic_capture_write(capture, &packet)) << len;
    }
    EXPECT_EQ(2 + 41u, blocks_of(sink.bytes).size());
}

TEST_F(CaptureTest, LongestTextsFit)
{
    std::string text(VNIC_CAPTURE_TEXT_MAX, 'y');
    vnic_capture_config cfg = config_of(&sink);
    vnic_capture_interface desc = interface_of(VNIC_TAP);

    cfg.hardware = cfg.os = cfg.application = text.c_str();
    desc.name = desc.description = desc.os = text.c_str();
    desc.mac[0] = 2;
    ASSERT_EQ(0, vnic_capture_create(&cfg, &capture, &err));
    ASSERT_EQ(0, vnic_capture_add_interface(capture, &desc, &err));
    std::vector<Block> blocks = blocks_of(sink.bytes);
    ASSERT_EQ(2u, blocks.size());
    EXPECT_EQ(text, option_of(blocks[1].body, 8, 12));
}

TEST_F(CaptureTest, StatisticsLeaveOutWhatIsUnknown)
{
    vnic_capture_stats stats = stats_of(0);

    start_with(VNIC_TUN);
    stats.time_ns = 0x100000002u;
    stats.start_ns = 0x300000004u;
    stats.end_ns = VNIC_CAPTURE_UNKNOWN;
    stats.received = 7;
    stats.dropped = VNIC_CAPTURE_UNKNOWN;
    stats.os_dropped = 0;
    stats.delivered = 0x0102030405060708u;
    ASSERT_EQ(0, vnic_capture_write_stats(capture, &stats));
    Block block = blocks_of(sink.bytes).at(2);
    EXPECT_EQ(5u, block.type);
    EXPECT_EQ(1u, le32(block.body, 4));
    EXPECT_EQ(2u, le32(block.body, 8));
    EXPECT_EQ(std::string("\x03\0\0\0\x04\0\0\0", 8), option_of(block.body, 12, 2));
    EXPECT_EQ("-", option_of(block.body, 12, 3));
    EXPECT_EQ(std::string("\x07\0\0\0\0\0\0\0", 8), option_of(block.body, 12, 4));
    EXPECT_EQ("-", option_of(block.body, 12, 5));
    EXPECT_EQ(std::string(8, '\0'), option_of(block.body, 12, 7));
    EXPECT_EQ("\x08\x07\x06\x05\x04\x03\x02\x01", option_of(block.body, 12, 8));
}

TEST_F(CaptureTest, StatisticsOfNothingHaveNoOptionList)
{
    vnic_capture_stats stats = stats_of(0);

    start_with(VNIC_TUN);
    stats.start_ns = stats.end_ns = stats.received = stats.dropped = VNIC_CAPTURE_UNKNOWN;
    stats.os_dropped = stats.delivered = VNIC_CAPTURE_UNKNOWN;
    ASSERT_EQ(0, vnic_capture_write_stats(capture, &stats));
    EXPECT_EQ(12u, blocks_of(sink.bytes).at(2).body.size());
}

TEST_F(CaptureTest, BadConfiguration)
{
    std::string text(VNIC_CAPTURE_TEXT_MAX + 1, 'z');
    vnic_capture_config cfg = config_of(&sink);

    VNIC_COVERS("vnic_capture_create", "VNIC_EINVAL");
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_create(&cfg, nullptr, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_create(nullptr, &capture, &err));
    cfg.write = nullptr;
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_create(&cfg, &capture, &err));
    EXPECT_STREQ("write", err.field);
    const char *vnic_capture_config::*const texts[] = {&vnic_capture_config::hardware,
                                                       &vnic_capture_config::os,
                                                       &vnic_capture_config::application};
    for (auto member : texts) {
        cfg = config_of(&sink);
        cfg.*member = text.c_str();
        EXPECT_EQ(VNIC_EINVAL, vnic_capture_create(&cfg, &capture, &err));
        EXPECT_NE(nullptr, strstr(err.text, "zzz")) << err.text;
        EXPECT_EQ(VNIC_EINVAL, vnic_capture_create(&cfg, &capture, nullptr));
    }
    EXPECT_EQ(nullptr, capture);
    EXPECT_EQ(0, sink.calls);
}

TEST_F(CaptureTest, StructuresOfAnotherVersion)
{
    vnic_capture_config cfg = config_of(&sink);
    vnic_capture_interface desc = interface_of(VNIC_TUN);
    vnic_capture_packet packet = packet_of("x", 1);
    vnic_capture_stats stats = stats_of(0);

    VNIC_COVERS("vnic_capture_create", "VNIC_EVERSION");
    VNIC_COVERS("vnic_capture_add_interface", "VNIC_EVERSION");
    VNIC_COVERS("vnic_capture_write", "VNIC_EVERSION");
    VNIC_COVERS("vnic_capture_write_stats", "VNIC_EVERSION");
    cfg.size = 8;
    EXPECT_EQ(VNIC_EVERSION, vnic_capture_create(&cfg, &capture, &err));
    start_with(VNIC_TUN);
    desc.size = 0;
    EXPECT_EQ(VNIC_EVERSION, vnic_capture_add_interface(capture, &desc, &err));
    packet.size++;
    EXPECT_EQ(VNIC_EVERSION, vnic_capture_write(capture, &packet));
    stats.size--;
    EXPECT_EQ(VNIC_EVERSION, vnic_capture_write_stats(capture, &stats));
}

TEST_F(CaptureTest, BadInterface)
{
    std::string text(VNIC_CAPTURE_TEXT_MAX + 1, 'z');
    vnic_capture_interface desc = interface_of(VNIC_TUN);

    VNIC_COVERS("vnic_capture_add_interface", "VNIC_EINVAL");
    start();
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_add_interface(nullptr, &desc, &err));
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_add_interface(capture, nullptr, &err));
    for (uint32_t layer : {0u, 3u, VNIC_UNSET}) {
        desc = interface_of(layer);
        EXPECT_EQ(VNIC_EINVAL, vnic_capture_add_interface(capture, &desc, &err));
        EXPECT_STREQ("layer", err.field);
    }
    desc = interface_of(VNIC_TUN);
    desc.snaplen = VNIC_CAPTURE_SNAPLEN + 1;
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_add_interface(capture, &desc, &err));
    EXPECT_STREQ("snaplen", err.field);
    const char *vnic_capture_interface::*const texts[] = {&vnic_capture_interface::name,
                                                          &vnic_capture_interface::description,
                                                          &vnic_capture_interface::os};
    for (auto member : texts) {
        desc = interface_of(VNIC_TUN);
        desc.*member = text.c_str();
        EXPECT_EQ(VNIC_EINVAL, vnic_capture_add_interface(capture, &desc, &err));
    }
    EXPECT_EQ(1u, blocks_of(sink.bytes).size());
}

TEST_F(CaptureTest, TooManyInterfaces)
{
    vnic_capture_interface desc = interface_of(VNIC_TUN);

    VNIC_COVERS("vnic_capture_add_interface", "VNIC_ELIMIT");
    start();
    for (int i = 0; i < VNIC_CAPTURE_MAX_INTERFACES; i++) {
        ASSERT_EQ(i, vnic_capture_add_interface(capture, &desc, &err));
    }
    EXPECT_EQ(VNIC_ELIMIT, vnic_capture_add_interface(capture, &desc, &err));
    EXPECT_EQ(1u + VNIC_CAPTURE_MAX_INTERFACES, blocks_of(sink.bytes).size());
}

TEST_F(CaptureTest, BadPacket)
{
    vnic_capture_packet good = packet_of("abc", 3);
    vnic_capture_packet bad = good;

    VNIC_COVERS("vnic_capture_write", "VNIC_EINVAL");
    start();
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(capture, &good)) << "no interface was added";
    TearDown();
    sink = Sink();
    start_with(VNIC_TUN);
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(nullptr, &good));
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(capture, nullptr));
    bad.data = nullptr;
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(capture, &bad));
    bad = good;
    bad.if_number = 1;
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(capture, &bad));
    bad = good;
    bad.direction = 3;
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(capture, &bad));
    bad = good;
    bad.orig_len = 2;
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write(capture, &bad));
    EXPECT_EQ(2u, blocks_of(sink.bytes).size());
}

TEST_F(CaptureTest, BadStatistics)
{
    vnic_capture_stats stats = stats_of(1);

    VNIC_COVERS("vnic_capture_write_stats", "VNIC_EINVAL");
    start_with(VNIC_TUN);
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write_stats(capture, &stats));
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write_stats(capture, nullptr));
    EXPECT_EQ(VNIC_EINVAL, vnic_capture_write_stats(nullptr, &stats));
}

TEST_F(CaptureTest, FailedHeaderLeavesNoStream)
{
    vnic_capture_config cfg = config_of(&sink);

    VNIC_COVERS("vnic_capture_create", "VNIC_EOS");
    sink.fail_at = 1;
    EXPECT_EQ(VNIC_EOS, vnic_capture_create(&cfg, &capture, &err));
    EXPECT_EQ(nullptr, capture);
    EXPECT_STREQ("write", err.field);
}

TEST_F(CaptureTest, FailedWriteEndsTheStream)
{
    vnic_capture_interface desc = interface_of(VNIC_TUN);
    vnic_capture_packet packet = packet_of("abc", 3);
    vnic_capture_stats stats = stats_of(0);

    VNIC_COVERS("vnic_capture_add_interface", "VNIC_EOS");
    VNIC_COVERS("vnic_capture_write", "VNIC_EOS");
    VNIC_COVERS("vnic_capture_write_stats", "VNIC_EOS");
    /* Calls: section, interface, then head, data and tail of the packet. */
    for (int call = 3; call <= 5; call++) {
        TearDown();
        sink = Sink();
        sink.fail_at = call;
        sink.code = VNIC_EOS;
        start_with(VNIC_TUN);
        EXPECT_EQ(VNIC_EOS, vnic_capture_write(capture, &packet));
        EXPECT_EQ(VNIC_EOS, vnic_capture_write(capture, &packet));
        EXPECT_EQ(VNIC_EOS, vnic_capture_write_stats(capture, &stats));
        EXPECT_EQ(VNIC_EOS, vnic_capture_add_interface(capture, &desc, &err));
        EXPECT_EQ(call, sink.calls) << "nothing may follow half a block";
    }
}

TEST(Capture, ForeignCodeIsPassedOn)
{
    Sink sink;
    vnic_capture *capture = nullptr;
    vnic_capture_config cfg = config_of(&sink);

    sink.fail_at = 1;
    sink.code = -1234;
    EXPECT_EQ(-1234, vnic_capture_create(&cfg, &capture, nullptr));
    vnic_capture_destroy(nullptr);
}

} // namespace
