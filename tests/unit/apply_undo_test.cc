/* SPDX-License-Identifier: Apache-2.0 */
/* Metric and DNS belong to all or nothing: what an interface had comes back when a later step fails. */
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "support/inside.h"
#include "vnic/vnic.h"

extern "C" {
#include "core/alloc.h"
#include "core/config.h"
#include "core/dns_text.h"
#include "core/fail.h"
}

namespace
{

using Q = struct vnic *;
using E = struct vnic_error;

int dns_calls;

class ApplyUndo : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        vnic_config_init(&cfg);
        cfg.backend = "fake";
        cfg.metric = 7;
        cfg.dns = "10.0.0.1 search old.example";
        ASSERT_EQ(0, vnic_open(&cfg, &dev, &err)) << err.text;
        own = inside_backend(dev);
        table = *own;
        conf = *own->netconf;
        table.netconf = &conf;
        table.options |= VNIC__OPT_OWNER;
        inside_use_backend(dev, &table);
        vnic_config_init(&cfg);
        cfg.metric = 9;
        cfg.dns = "10.0.0.2";
    }
    void TearDown() override
    {
        inside_use_backend(dev, own);
        vnic_close(dev);
    }
    int apply(uint32_t created)
    {
        struct vnic__settings s;
        int rc = vnic__settings_make(&cfg, &table, VNIC__FOR_OPEN, &s, &err);

        if (rc == 0) {
            rc = inside_apply(dev, &s, created, &err);
            vnic__settings_free(&s);
        }
        return rc;
    }
    void expect(uint32_t metric, const char *dns)
    {
        struct vnic_info info;
        struct vnic__dns is, wanted;

        info.size = sizeof info;
        ASSERT_EQ(0, vnic_get_info(dev, &info, nullptr));
        EXPECT_EQ(metric, info.metric);
        ASSERT_EQ(0, own->netconf->get_dns(dev, &is, nullptr));
        ASSERT_EQ(0, vnic__dns_parse(dns, &wanted, nullptr));
        EXPECT_TRUE(vnic__dns_same(&wanted, &is)) << is.search;
    }

    struct vnic_config cfg;
    struct vnic_error err;
    vnic *dev = nullptr;
    const struct vnic__backend *own = nullptr;
    struct vnic__backend table;
    struct vnic__netconf conf;
};

TEST_F(ApplyUndo, BothAreSet)
{
    expect(7, "10.0.0.1 search old.example");
    EXPECT_EQ(0, apply(0)) << err.text;
    expect(9, "10.0.0.2");
    cfg.dns = "";
    cfg.metric = VNIC_UNSET;
    EXPECT_EQ(0, apply(0)) << err.text;
    expect(9, "");
}

TEST_F(ApplyUndo, BothComeBackWhenALaterStepFails)
{
    cfg.owner_uid = 5;
    conf.set_owner = [](Q, uint32_t, E *e) { return vnic__fail(e, VNIC_EOS, "slot", "x", "no"); };
    EXPECT_EQ(VNIC_EOS, apply(0));
    expect(7, "10.0.0.1 search old.example");
}

TEST_F(ApplyUndo, TheMetricComesBackWhenDnsFails)
{
    conf.set_dns = [](Q, const struct vnic__dns *, E *e) {
        return vnic__fail(e, VNIC_EPERM, "slot", "dns", "no");
    };
    EXPECT_EQ(VNIC_EPERM, apply(0));
    expect(7, "10.0.0.1 search old.example");
    conf.set_dns = own->netconf->set_dns;
    conf.get_dns = [](Q, struct vnic__dns *, E *e) {
        return vnic__fail(e, VNIC_EOS, "slot", "dns", "no");
    };
    EXPECT_EQ(VNIC_EOS, apply(0));
    expect(7, "10.0.0.1 search old.example");
    /* An interface that was just made has nothing to be brought back. */
    EXPECT_EQ(0, apply(1)) << err.text;
    expect(9, "10.0.0.2");
}

/* ---- A system that has more of it than core is told --------------------------------------------- */

int tells_less, kept_what, restored;

int keep_number(Q, int what, void **ret_kept, E *)
{
    if (ret_kept != nullptr) {
        kept_what |= 1 << what;
        *ret_kept = vnic__alloc(sizeof(int));
        *static_cast<int *>(*ret_kept) = what;
    }
    return tells_less;
}

int restore_number(Q, int what, const void *kept, E *)
{
    EXPECT_EQ(what, *static_cast<const int *>(kept));
    restored |= 1 << what;
    return 0;
}

TEST_F(ApplyUndo, WhatTheBackendKeepsItPutsBack)
{
    kept_what = restored = 0;
    conf.keep = keep_number;
    conf.restore = restore_number;
    cfg.mtu = 1400;
    cfg.owner_uid = 5;
    conf.set_owner = [](Q, uint32_t, E *e) { return vnic__fail(e, VNIC_EOS, "slot", "x", "no"); };
    tells_less = 0;
    EXPECT_EQ(VNIC_EOS, apply(0));
    EXPECT_EQ(7, kept_what);
    EXPECT_EQ(7, restored);
    /* Nobody asks for the old values of an interface that was just made. */
    kept_what = restored = 0;
    EXPECT_EQ(VNIC_EOS, apply(1));
    EXPECT_EQ(0, kept_what);
    EXPECT_EQ(0, restored);
    conf.keep = [](Q, int, void **, E *e) { return vnic__fail(e, VNIC_EPERM, "slot", "x", "no"); };
    EXPECT_EQ(VNIC_EPERM, apply(0));
    EXPECT_EQ(0, restored);
}

TEST_F(ApplyUndo, WhatIsToldIsNotAllThereIs)
{
    static int calls;
    vnic_info info;
    info.size = sizeof info;
    ASSERT_EQ(0, vnic_get_info(dev, &info, &err)) << err.text;
    cfg.metric = 7;
    cfg.mtu = info.mtu;
    cfg.dns = "10.0.0.1 search old.example";
    conf.set_dns = [](Q, const struct vnic__dns *, E *) { return ++calls > 0 ? 0 : 0; };
    conf.set_metric = conf.set_mtu = [](Q, uint32_t, E *) { return ++calls > 0 ? 0 : 0; };
    conf.keep = keep_number;
    conf.restore = restore_number;
    for (int less : {0, 1}) {
        calls = 0;
        tells_less = less;
        EXPECT_EQ(0, apply(0)) << err.text;
        EXPECT_EQ(0, vnic_set_metric(dev, 7, &err)) << err.text;
        EXPECT_EQ(0, vnic_set_mtu(dev, info.mtu, &err)) << err.text;
        EXPECT_EQ(less * 5, calls);
    }
    tells_less = VNIC_EPERM;
    EXPECT_EQ(VNIC_EPERM, vnic_set_metric(dev, 7, &err));
    EXPECT_EQ(VNIC_EPERM, vnic_set_mtu(dev, info.mtu, &err));
    EXPECT_EQ(VNIC_EPERM, apply(0));
    cfg.mtu = VNIC_UNSET;
    EXPECT_EQ(VNIC_EPERM, apply(0));
    cfg.metric = VNIC_UNSET;
    EXPECT_EQ(VNIC_EPERM, apply(0));
}

TEST_F(ApplyUndo, WhatIsSoIsNotTouched)
{
    dns_calls = 0;
    conf.set_dns = [](Q, const struct vnic__dns *, E *) { return ++dns_calls > 0 ? 0 : 0; };
    conf.set_metric = [](Q, uint32_t, E *e) { return vnic__fail(e, VNIC_EPERM, "s", "m", "no"); };
    cfg.metric = 7;
    cfg.dns = "10.0.0.1 search OLD.example";
    EXPECT_EQ(0, apply(0)) << err.text;
    EXPECT_EQ(0, dns_calls);
    cfg.metric = 8;
    EXPECT_EQ(VNIC_EPERM, apply(0));
}

} /* namespace */
