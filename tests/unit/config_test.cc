/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration structure itself, and the numbers that never change. */
#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "vnic/vnic.h"

namespace
{

TEST(Config, InitUnsetsEverything)
{
    struct vnic_config cfg;

    std::memset(&cfg, 0x11, sizeof cfg);
    vnic_config_init(&cfg);
    EXPECT_EQ(sizeof cfg, cfg.size);
    for (const void *p :
         {static_cast<const void *>(cfg.backend), static_cast<const void *>(cfg.name),
          static_cast<const void *>(cfg.addresses), static_cast<const void *>(cfg.prefixes),
          static_cast<const void *>(cfg.mac), static_cast<const void *>(cfg.alias),
          static_cast<const void *>(cfg.netns), static_cast<const void *>(cfg.wakeup),
          static_cast<const void *>(cfg.log_user), static_cast<const void *>(cfg.engine),
          static_cast<const void *>(cfg.wintun_path), static_cast<const void *>(cfg.adapter_guid),
          static_cast<const void *>(cfg.description), static_cast<const void *>(cfg.hardware_id),
          static_cast<const void *>(cfg.dns)}) {
        EXPECT_EQ(nullptr, p);
    }
    EXPECT_EQ(nullptr, cfg.log);
    EXPECT_EQ(-1, cfg.netns_fd);
    EXPECT_EQ(0u, cfg.flags);
    for (uint32_t v : {cfg.n_prefixes, cfg.layer, cfg.offload, cfg.mtu, cfg.up, cfg.persist,
                       cfg.owner_uid, cfg.group_gid, cfg.tx_queue_len, cfg.if_index, cfg.sndbuf,
                       cfg.features, cfg.reserved, cfg.ring_capacity, cfg.metric}) {
        EXPECT_EQ(VNIC_UNSET, v);
    }
}

TEST(Config, InitNeverWritesBehindTheCallersSize)
{
    /* An older header knows less: what lies behind its structure is not ours. */
    for (size_t size = 0; size <= sizeof(struct vnic_config); size++) {
        unsigned char memory[sizeof(struct vnic_config) + 16];
        struct vnic_config *cfg = reinterpret_cast<struct vnic_config *>(memory);

        std::memset(memory, 0x11, sizeof memory);
        vnic_config_init_size(cfg, size);
        for (size_t i = size; i < sizeof memory; i++) {
            ASSERT_EQ(0x11, memory[i]) << size << " " << i;
        }
        if (size >= sizeof cfg->size) {
            EXPECT_EQ(size, cfg->size);
        }
    }
    vnic_config_init_size(nullptr, sizeof(struct vnic_config));
}

TEST(Config, NewerCallersAreToldTheTruth)
{
    struct {
        struct vnic_config cfg;
        uint64_t newer;
    } c;
    struct vnic_error err;
    c.newer = 42;
    vnic_config_init_size(&c.cfg, sizeof c);
    EXPECT_EQ(42u, c.newer);
    EXPECT_EQ(VNIC_EVERSION, vnic_config_check(&c.cfg, &err));
    EXPECT_STREQ("size", err.field);
}

TEST(Config, OlderCallersGoOnWorking)
{
    /* The sizes that 0.1 and 0.2 had. What lies behind them is not a member, whatever is in it. */
    for (size_t size :
         {offsetof(struct vnic_config, engine), offsetof(struct vnic_config, wintun_path)}) {
        struct vnic_config cfg;
        struct vnic_error err;

        std::memset(&cfg, 0x11, sizeof cfg);
        vnic_config_init_size(&cfg, size);
        cfg.backend = "fake";
        EXPECT_EQ(0, vnic_config_check(&cfg, &err)) << size << err.text;
        cfg.size = size - 1;
        EXPECT_EQ(size == offsetof(struct vnic_config, engine) ? VNIC_EVERSION : 0,
                  vnic_config_check(&cfg, &err));
    }
}

TEST(Config, NothingSetIsGood)
{
    struct vnic_config cfg;
    vnic_config_init(&cfg);
    cfg.backend = "fake";
    EXPECT_EQ(0, vnic_config_check(&cfg, nullptr));
    /* A list that is there and empty is a list. */
    cfg.addresses = "";
    cfg.n_prefixes = 0;
    EXPECT_EQ(0, vnic_config_check(&cfg, nullptr));
}

struct CodeRow {
    int code;
    int number;
    const char *name;
};

/* Numbers are part of the ABI: this table is written by hand and never changed. */
const CodeRow codes[] = {
    {VNIC_OK, 0, "VNIC_OK"},
    {VNIC_EINVAL, -1, "VNIC_EINVAL"},
    {VNIC_ENOMEM, -2, "VNIC_ENOMEM"},
    {VNIC_ENOTSUP, -3, "VNIC_ENOTSUP"},
    {VNIC_EPERM, -4, "VNIC_EPERM"},
    {VNIC_ENODRIVER, -5, "VNIC_ENODRIVER"},
    {VNIC_ENODEV, -6, "VNIC_ENODEV"},
    {VNIC_EEXIST, -7, "VNIC_EEXIST"},
    {VNIC_EBUSY, -8, "VNIC_EBUSY"},
    {VNIC_EAGAIN, -9, "VNIC_EAGAIN"},
    {VNIC_ETIMEDOUT, -10, "VNIC_ETIMEDOUT"},
    {VNIC_EINTERRUPTED, -11, "VNIC_EINTERRUPTED"},
    {VNIC_ECLOSED, -12, "VNIC_ECLOSED"},
    {VNIC_EMSGSIZE, -13, "VNIC_EMSGSIZE"},
    {VNIC_EDOWN, -14, "VNIC_EDOWN"},
    {VNIC_ENOBUFS, -15, "VNIC_ENOBUFS"},
    {VNIC_EADDR, -16, "VNIC_EADDR"},
    {VNIC_EVERSION, -17, "VNIC_EVERSION"},
    {VNIC_EOS, -18, "VNIC_EOS"},
    {VNIC_EDETACHED, -19, "VNIC_EDETACHED"},
    {VNIC_ENAME, -20, "VNIC_ENAME"},
    {VNIC_EMFILE, -21, "VNIC_EMFILE"},
    {VNIC_ELIMIT, -22, "VNIC_ELIMIT"},
    {VNIC_ENETNS, -23, "VNIC_ENETNS"},
    {VNIC_EBADFD, -24, "VNIC_EBADFD"},
    {VNIC_EKIND, -25, "VNIC_EKIND"},
};

TEST(Errors, HaveStableNumbersNamesAndTexts)
{
    std::set<std::string> texts;
    for (const CodeRow &row : codes) {
        std::string text = vnic_error_text(row.code), advice = vnic_error_advice(row.code);
        EXPECT_EQ(row.number, row.code) << row.name;
        EXPECT_STREQ(row.name, vnic_error_name(row.code));
        EXPECT_FALSE(text.empty());
        EXPECT_NE('.', text.back());
        EXPECT_EQ(row.code == VNIC_OK, advice.empty()) << row.name;
        EXPECT_TRUE(texts.insert(text).second) << "the same text twice: " << text;
    }
    /* The list of the header is this one, no shorter and no longer. */
    size_t count = 1;
#define COUNT_ERROR(name, number, text, advice) count++;
    VNIC_ERROR_MAP(COUNT_ERROR)
#undef COUNT_ERROR
    EXPECT_EQ(sizeof codes / sizeof codes[0], count);
}

TEST(Errors, UnknownNumbersHaveANameToo)
{
    for (int code : {1, 5, -26, -1000, INT32_MAX, INT32_MIN}) {
        EXPECT_STREQ("VNIC_UNKNOWN", vnic_error_name(code));
        EXPECT_STRNE("", vnic_error_text(code));
        EXPECT_STREQ("", vnic_error_advice(code));
    }
}

TEST(Version, IsThatOfTheHeader)
{
    EXPECT_EQ(static_cast<uint32_t>(VNIC_VERSION), vnic_version());
    EXPECT_EQ(std::to_string(VNIC_VERSION_MAJOR) + "." + std::to_string(VNIC_VERSION_MINOR) + "." +
                  std::to_string(VNIC_VERSION_PATCH),
              vnic_version_string());
}

TEST(Structures, HaveTheirSizes)
{
    EXPECT_EQ(64u, sizeof(struct vnic_packet));
    EXPECT_EQ(64u, sizeof(struct vnic_prefix));
    EXPECT_EQ(512u, sizeof(struct vnic_error));
}

} /* namespace */
