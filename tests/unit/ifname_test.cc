/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include "vnic/error.h"

extern "C" {
#include "core/ifname.h"
}

struct NameCase {
    const char *name;
    uint32_t flags;
    const char *reason; /* nullptr: allowed */
};

static const NameCase name_cases[] = {
    {"tun0", 0, nullptr},
    {"a", 0, nullptr},
    {"abcdefghijklmno", 0, nullptr},
    {"my-net_1.2@x", 0, nullptr},
    {"!a~", 0, nullptr},
    {"...", 0, nullptr},
    {"tun%d", VNIC__IFNAME_PATTERN, nullptr},
    {"%d", VNIC__IFNAME_PATTERN, nullptr},
    {"a%db", VNIC__IFNAME_PATTERN, nullptr},
    {nullptr, 0, "is empty"},
    {"", 0, "is empty"},
    {"abcdefghijklmnop", 0, "is longer than 15 characters"},
    {".", 0, "is a directory, not a name"},
    {"..", 0, "is a directory, not a name"},
    {"a/b", 0, "contains '/'"},
    {"a:1", 0, "contains ':'"},
    {"a b", 0, "contains white space"},
    {"a\tb", 0, "contains white space"},
    {"a\nb", 0, "contains white space"},
    {"a\x01", 0, "contains a character that cannot be printed"},
    {"a\x7f", 0, "contains a character that cannot be printed"},
    {"\xc3\xa9", 0, "contains a character that cannot be printed"},
    {"tun%d", 0, "contains '%', which is for automatic numbers only"},
    {"tun%", VNIC__IFNAME_PATTERN, "contains '%' without 'd' behind it"},
    {"tun%s", VNIC__IFNAME_PATTERN, "contains '%' without 'd' behind it"},
    {"tun%%d", VNIC__IFNAME_PATTERN, "contains '%' without 'd' behind it"},
    {"t%d%d", VNIC__IFNAME_PATTERN, "contains more than one '%'"},
    {"t%d%", VNIC__IFNAME_PATTERN, "contains more than one '%'"},
};

TEST(Ifname, Table)
{
    for (const NameCase &c : name_cases) {
        SCOPED_TRACE(c.name ? c.name : "NULL");
        const char *reason = "unchanged";
        int rc = vnic__ifname_check(c.name, VNIC__IFNAME_MAX, c.flags, &reason);
        EXPECT_EQ(rc, c.reason == nullptr ? VNIC_OK : VNIC_ENAME);
        EXPECT_STREQ(reason, c.reason == nullptr ? "unchanged" : c.reason);
        EXPECT_EQ(vnic__ifname_check(c.name, VNIC__IFNAME_MAX, c.flags, nullptr), rc);
    }
}

TEST(Ifname, OtherLimits)
{
    const char *reason = nullptr;
    EXPECT_EQ(vnic__ifname_check("abcdefghijklmnop", 255, 0, &reason), VNIC_OK);
    EXPECT_EQ(vnic__ifname_check("abcd", 3, 0, &reason), VNIC_ENAME);
    EXPECT_STREQ(reason, "is too long");
}
