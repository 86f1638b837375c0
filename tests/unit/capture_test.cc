/* SPDX-License-Identifier: Apache-2.0 */
/* The pcapng writer: every byte of a small stream, block structure of larger ones. */
#include "capture_fixture.h"

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
