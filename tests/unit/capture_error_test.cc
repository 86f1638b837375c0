/* SPDX-License-Identifier: Apache-2.0 */
/* The pcapng writer: bad input, structures of another version, a sink that fails. */
#include "capture_fixture.h"

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
