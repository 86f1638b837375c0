/* SPDX-License-Identifier: Apache-2.0 */
/* A backend may state a rule of its own for interface names. */
#include <gtest/gtest.h>

#include <cstring>

#include "support/inside.h"
#include "vnic/vnic.h"

extern "C" {
#include "core/config.h"
#include "core/ifname.h"
}

namespace
{

/* Everything but "bad", and patterns only where they are allowed. */
int check_any(const char *name, uint32_t flags, const char **ret_reason)
{
    *ret_reason = "is bad";
    if (std::strchr(name, '%') != nullptr && (flags & VNIC__IFNAME_PATTERN) == 0) {
        return VNIC_ENAME;
    }
    return std::strcmp(name, "bad") == 0 ? VNIC_ENAME : 0;
}

TEST(NameRule, OfTheBackend)
{
    const struct vnic__backend *fake = nullptr;
    struct vnic__backend table;
    struct vnic_config cfg;
    struct vnic__settings s;
    struct vnic_error err;
    vnic *dev = nullptr;
    char name[VNIC_NAME_SIZE];

    vnic_config_init(&cfg);
    cfg.backend = "fake";
    ASSERT_EQ(0, vnic_open(&cfg, &dev, nullptr));
    fake = inside_backend(dev);
    table = *fake;
    table.check_name = check_any;
    table.name_rule = "use any other";
    inside_use_backend(dev, &table);
    EXPECT_EQ(0, vnic_set_name(dev, "Ethernet \xc3\xbc: longer than fifteen", &err)) << err.text;
    EXPECT_GT(vnic_get_name(dev, name, sizeof name), 15);
    EXPECT_STREQ("Ethernet \xc3\xbc: longer than fifteen", name);
    EXPECT_EQ(VNIC_ENAME, vnic_set_name(dev, "bad", &err));
    EXPECT_STREQ("the interface name \"bad\" is bad: use any other", err.text);
    EXPECT_EQ(VNIC_ENAME, vnic_set_name(dev, "x%d", &err));
    for (const char *good : {"x%d", "also good"}) {
        cfg.name = good;
        EXPECT_EQ(0, vnic__settings_make(&cfg, &table, VNIC__FOR_OPEN, &s, &err)) << err.text;
        vnic__settings_free(&s);
    }
    EXPECT_EQ(VNIC_ENAME, vnic__settings_make(&cfg, fake, VNIC__FOR_OPEN, &s, &err));
    EXPECT_NE(nullptr, std::strstr(err.text, "1 to 15")) << err.text;
    inside_use_backend(dev, fake);
    vnic_close(dev);
}

} /* namespace */
