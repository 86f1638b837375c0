/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

extern "C" {
#include "core/utf8.h"
}

namespace
{

TEST(Utf8, UnitsAreCounted)
{
    EXPECT_EQ(0, vnic__utf16_units(""));
    EXPECT_EQ(3, vnic__utf16_units("abc"));
    EXPECT_EQ(2, vnic__utf16_units("\xc3\xa9\x7f"));
    EXPECT_EQ(1, vnic__utf16_units("\xe2\x82\xac"));
    EXPECT_EQ(1, vnic__utf16_units("\xef\xbf\xbf"));
    EXPECT_EQ(2, vnic__utf16_units("\xf0\x9f\x98\x80"));
    EXPECT_EQ(2, vnic__utf16_units("\xf4\x8f\xbf\xbf"));
}

TEST(Utf8, WhatIsNoneIsRefused)
{
    /* RFC 3629 section 4, and its edges: cut, overlong, surrogates, too large, never used. */
    for (const char *bad :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "a\xc3", "\xc3(", "\xe2\x82", "\xe2(\xac",
          "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xf0\x9f\x98", "\xf0\x9f\x98(", "\xff", "\xfe"}) {
        EXPECT_EQ(-1, vnic__utf16_units(bad)) << bad;
    }
}

} /* namespace */
