/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of errors quote what others chose: no control character and no broken UTF-8 gets through. */
#include <gtest/gtest.h>
#include <string.h>

#include <string>

extern "C" {
#include "core/fail.h"
}
#include "vnic/vnic.h"

namespace
{

struct TextRow {
    const char *given;
    const char *shown;
};

TEST(ErrorText, ControlCharactersAndBrokenUtf8BecomeQuestionMarks)
{
    const TextRow rows[] = {
        {"plain", "plain"},
        {"", ""},
        {"«tun0»…", "«tun0»…"},
        {"\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80"},
        {"\033[2J", "?[2J"},
        {"a\nb\tc\x7f", "a?b?c?"},
        {"\xc2\x9bm", "??m"},                  /* U+009B begins a sequence on some terminals */
        {"\xc2\xa0", "\xc2\xa0"},              /* U+00A0 is the first that does not */
        {"\xff\xfe", "??"},                    /* never in UTF-8 */
        {"\xc0\xaf", "??"},                    /* longer than needed */
        {"\xe0\x80\xaf", "???"},               /* the same in three bytes */
        {"\xed\xa0\x80", "???"},               /* a surrogate */
        {"\xf4\x90\x80\x80", "????"},          /* behind U+10FFFF */
        {"\xe2\x80", "??"},                    /* cut off at the end */
        {"\xe2\x80\xa6\xe2", "\xe2\x80\xa6?"}, /* the same after a whole one */
        {"\xf0\x9f\x98"
         "x",
         "???x"},
    };

    for (const TextRow &row : rows) {
        struct vnic_error err = {};
        EXPECT_EQ(VNIC_EINVAL, vnic__fail(&err, VNIC_EINVAL, "test", nullptr, "%s", row.given));
        EXPECT_STREQ(row.shown, err.text);
    }
}

TEST(ErrorText, ALongTextIsCutBetweenCharacters)
{
    struct vnic_error err = {};
    std::string dots;

    for (int i = 0; i < 300; i++) {
        dots += "…";
    }
    (void)vnic__fail(&err, VNIC_EINVAL, "test", nullptr, "%s", dots.c_str());
    EXPECT_EQ(sizeof err.text - 1, strlen(err.text));
    for (size_t i = 0; i + 3 <= strlen(err.text); i += 3) {
        EXPECT_EQ("…", std::string(err.text + i, 3));
    }
}

TEST(ErrorText, ANameOfTheCallerIsQuotedWithoutItsEscapes)
{
    struct vnic_error err = {};
    vnic_config cfg;

    vnic_config_init(&cfg);
    cfg.backend = "fake"; /* every system has it */
    cfg.name = "\033]0;title\a";
    EXPECT_EQ(VNIC_ENAME, vnic_config_check(&cfg, &err));
    EXPECT_EQ(nullptr, strpbrk(err.text, "\033\a")) << err.text;
    EXPECT_NE(nullptr, strstr(err.text, "title"));
}

}
