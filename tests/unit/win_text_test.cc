/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 and UTF-16, names of adapters, GUIDs. */
#include <cstring>
#include <string>
#include <vector>

#include <windows.h>

#include <gtest/gtest.h>

#include "vnic/error.h"

extern "C" {
#include "core/alloc.h"
#include "core/ifname.h"
#include "os/windows/win_text.h"
}

struct TextCase {
    const char *utf8;
    const wchar_t *utf16;
};

static const TextCase text_cases[] = {
    {"", L""},
    {"tun0", L"tun0"},
    {"\x7f", L"\x7f"},
    {"\xc2\x80", L"\x80"},
    {"\xdf\xbf", L"\x7ff"},
    {"\xe0\xa0\x80", L"\x800"},
    {"\xed\x9f\xbf", L"\xd7ff"},
    {"\xee\x80\x80", L"\xe000"},
    {"\xef\xbf\xbf", L"\xffff"},
    {"\xf0\x90\x80\x80", L"\xd800\xdc00"},
    {"a\xf0\x9f\x99\x82z", L"a\xd83d\xde42z"},
    {"\xf4\x8f\xbf\xbf", L"\xdbff\xdfff"},
    {"\xc3\xbcn\xc3\xaf-\xce\xbb", L"\xfcn\xef-\x3bb"},
};

TEST(WinText, BothWays)
{
    for (const TextCase &c : text_cases) {
        SCOPED_TRACE(c.utf8);
        wchar_t wide[16];
        char narrow[32];

        ASSERT_EQ(vnic__win_utf16(c.utf8, wide, 16), static_cast<int>(wcslen(c.utf16)));
        EXPECT_EQ(std::wstring(wide), c.utf16);
        EXPECT_EQ(vnic__win_utf16(c.utf8, nullptr, 0), static_cast<int>(wcslen(c.utf16)));
        ASSERT_EQ(vnic__win_utf8(c.utf16, narrow, sizeof narrow), strlen(c.utf8));
        EXPECT_STREQ(narrow, c.utf8);
    }
}

TEST(WinText, RefusesWhatIsNoUtf8)
{
    static const char *const bad[] = {
        "\x80",             /* a continuation alone */
        "\xc0\x80",         /* overlong */
        "\xc1\xbf",         /* overlong */
        "\xe0\x9f\xbf",     /* overlong */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xed\xa0\x80",     /* a surrogate */
        "\xed\xbf\xbf",     /* a surrogate */
        "\xf4\x90\x80\x80", /* above U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "a\xc3",
        "a\xe2\x82",
        "a\xf0\x9f\x99",
        "\xc3\x28",
    };

    for (const char *text : bad) {
        wchar_t wide[16];
        wchar_t *own = nullptr;

        EXPECT_EQ(vnic__win_utf16(text, wide, 16), VNIC_EINVAL) << text;
        EXPECT_EQ(vnic__win_utf16_new(text, &own), VNIC_EINVAL) << text;
        EXPECT_EQ(own, nullptr);
    }
}

/* At every room from nothing to enough, nothing is written behind it and no character is halved. */
TEST(WinText, NeverHalvesACharacter)
{
    const std::string utf8 = "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x99\x82";
    const wchar_t utf16[] = L"a\xfc\x20ac\xd83d\xde42";
    static const size_t kept[] = {0, 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};

    for (size_t cap = 0; cap <= 6; cap++) {
        std::vector<wchar_t> wide(8, L'#');
        int rc = vnic__win_utf16(utf8.c_str(), wide.data(), cap);

        EXPECT_EQ(rc, cap == 0 || cap > 5 ? 5 : VNIC_EMSGSIZE) << cap;
        for (size_t i = cap; i < wide.size(); i++) {
            EXPECT_EQ(wide[i], L'#') << cap;
        }
    }
    for (size_t cap = 1; cap < sizeof kept / sizeof kept[0]; cap++) {
        std::vector<char> narrow(16, '#');

        EXPECT_EQ(vnic__win_utf8(utf16, narrow.data(), cap), utf8.size());
        EXPECT_EQ(std::string(narrow.data()), utf8.substr(0, kept[cap])) << cap;
        EXPECT_EQ(narrow[cap], '#') << cap;
    }
}

TEST(WinText, HalfASurrogatePairBecomesAReplacement)
{
    static const wchar_t *const halves[] = {L"\xd83d", L"\xde42", L"\xdbff"};
    char narrow[16];

    for (const wchar_t *half : halves) {
        EXPECT_EQ(vnic__win_utf8(half, narrow, sizeof narrow), 3u);
        EXPECT_STREQ(narrow, "\xef\xbf\xbd");
    }
    EXPECT_EQ(vnic__win_utf8(L"\xd83d\xd83d\xde42", narrow, sizeof narrow), 7u);
    EXPECT_STREQ(narrow, "\xef\xbf\xbd\xf0\x9f\x99\x82");
    EXPECT_EQ(vnic__win_utf8_n(L"a\xd83d\xde42", 2, narrow, sizeof narrow), 4u);
    EXPECT_STREQ(narrow, "a\xef\xbf\xbd");
}

TEST(WinText, MemoryOfItsOwn)
{
    wchar_t *own = nullptr;

    ASSERT_EQ(vnic__win_utf16_new("\xc3\xbc\xf0\x9f\x99\x82", &own), 3);
    EXPECT_EQ(std::wstring(own), L"\xfc\xd83d\xde42");
    vnic__free(own);
}

struct AdapterNameCase {
    std::string name;
    uint32_t flags;
    const char *reason; /* nullptr: allowed */
};

static std::string repeated(const char *text, int n)
{
    std::string all;

    while (n-- > 0) {
        all += text;
    }
    return all;
}

TEST(WinText, Names)
{
    static const AdapterNameCase cases[] = {
        {"tun0", 0, nullptr},
        {"Local Area Connection 2", 0, nullptr},
        {"\xc3\xbcn\xc3\xaf-\xce\xbb", 0, nullptr},
        {std::string(127, 'a'), 0, nullptr},
        {"tun%d", VNIC__IFNAME_PATTERN, nullptr},
        {"", 0, "is empty"},
        {std::string(128, 'a'), 0, "is longer than 127 characters"},
        {repeated("\xe9\x9a\xa7", 85), VNIC__IFNAME_PATTERN, nullptr},
        {repeated("\xe9\x9a\xa7", 86), 0, "is longer than 255 bytes"},
        {repeated("\xe9\x9a\xa7", 84) + "%d", VNIC__IFNAME_PATTERN, nullptr},
        {repeated("\xe9\x9a\xa7", 84) + "t%d", VNIC__IFNAME_PATTERN, "is longer than 255 bytes"},
        {"\xc3", 0, "is not valid UTF-8"},
        {" a", 0, "begins or ends with a space"},
        {"a ", 0, "begins or ends with a space"},
        {"a\\b", 0, "contains '\\'"},
        {"a/b", 0, "contains '/'"},
        {"a:b", 0, "contains ':'"},
        {"a*b", 0, "contains '*'"},
        {"a?b", 0, "contains '?'"},
        {"a\"b", 0, "contains '\"'"},
        {"a<b", 0, "contains '<'"},
        {"a>b", 0, "contains '>'"},
        {"a|b", 0, "contains '|'"},
        {"a\tb", 0, "contains a character that cannot be printed"},
        {"a\x7f", 0, "contains a character that cannot be printed"},
        {"tun%d", 0, "contains '%', which is for automatic numbers only"},
        {"tun%s", VNIC__IFNAME_PATTERN, "contains '%' without 'd' behind it"},
        {"t%d%d", VNIC__IFNAME_PATTERN, "contains more than one '%'"},
    };

    for (const AdapterNameCase &c : cases) {
        SCOPED_TRACE(c.name);
        const char *reason = "unchanged";
        int rc = vnic__win_name_check(c.name.c_str(), c.flags, &reason);

        EXPECT_EQ(rc, c.reason == nullptr ? 0 : VNIC_ENAME);
        EXPECT_STREQ(reason, c.reason == nullptr ? "unchanged" : c.reason);
        EXPECT_EQ(vnic__win_name_check(c.name.c_str(), c.flags, nullptr), rc);
    }
    EXPECT_EQ(vnic__win_name_check(nullptr, 0, nullptr), VNIC_ENAME);
}

/* ---- GUIDs -------------------------------------------------------------------------------------- */

static const GUID known_guid = {
    0x6ba7b810, 0x9dad, 0x11d1, {0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};

TEST(WinGuid, Text)
{
    char text[WIN_GUID_SIZE];
    wchar_t wide[WIN_GUID_SIZE];
    GUID guid;

    vnic__win_guid_text(&known_guid, text);
    EXPECT_STREQ(text, "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}");
    vnic__win_guid_wide(&known_guid, wide);
    EXPECT_EQ(std::wstring(wide), L"{6BA7B810-9DAD-11D1-80B4-00C04FD430C8}");
    for (const char *form :
         {"{6ba7b810-9dad-11d1-80b4-00c04fd430c8}", "6BA7B810-9DAD-11d1-80B4-00C04FD430C8"}) {
        memset(&guid, 0, sizeof guid);
        ASSERT_EQ(vnic__win_guid_parse(form, &guid), 0) << form;
        EXPECT_EQ(memcmp(&guid, &known_guid, sizeof guid), 0);
    }
    memset(&guid, 0, sizeof guid);
    ASSERT_EQ(vnic__win_guid_parse_wide(wide, &guid), 0);
    EXPECT_EQ(memcmp(&guid, &known_guid, sizeof guid), 0);
}

TEST(WinGuid, RefusesOtherText)
{
    static const char *const bad[] = {
        "",
        "{}",
        "{6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "6ba7b810-9dad-11d1-80b4-00c04fd430c8}",
        "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}x",
        "6ba7b8109dad11d180b400c04fd430c8",
        "{6ba7b810-9dad-11d1-80b4-00c04fd430cg}",
        "{6ba7b810-9dad-11d1-80b-400c04fd430c8}",
        "{6ba7b810-9dad-11d1-80b4-00c04fd430c}",
    };
    GUID guid;

    for (const char *text : bad) {
        std::wstring wide(text, text + strlen(text));

        EXPECT_EQ(vnic__win_guid_parse(text, &guid), VNIC_EINVAL) << text;
        EXPECT_EQ(vnic__win_guid_parse_wide(wide.c_str(), &guid), VNIC_EINVAL) << text;
    }
    EXPECT_EQ(vnic__win_guid_parse_wide(L"{6ba7b810-9dad-11d1-80b4-00c04fd430c\x0938}", &guid),
              VNIC_EINVAL);
    EXPECT_EQ(vnic__win_guid_parse_wide(std::wstring(100, L'a').c_str(), &guid), VNIC_EINVAL);
}

/* The right column was computed with Python's uuid.uuid5() and the namespace of win_guid.c. */
TEST(WinGuid, OfAName)
{
    static const struct {
        std::string name;
        const char *guid;
    } cases[] = {
        {"tun0", "{4d7de66d-93c2-5e64-922a-d52b3c6d13f4}"},
        {"vpn", "{c6c17695-fddc-5ed9-bd7e-3dbbaf42707c}"},
        {"\xc3\xbcn\xc3\xaf-\xce\xbb", "{26602bc0-9e0e-5907-97bd-954e6e7e625a}"},
        {std::string(37, 'a'), "{a9b7ed6e-6e4b-5e70-a0de-581fbd51d109}"},
        {std::string(38, 'a'), "{280a5694-9549-5063-a752-6c2b9ab6b09e}"},
        {std::string(39, 'a'), "{4c06e89d-7c8d-5d60-804d-5ed93b60c3aa}"},
        {std::string(40, 'a'), "{450e48ba-f6d8-5ebe-b10c-86f692a2c906}"},
        {std::string(46, 'a'), "{6bf8770a-3caf-5fbf-80f8-ed3cfeed362d}"},
        {std::string(47, 'a'), "{0e204a9a-8516-5e90-8413-601a2efa179b}"},
        {std::string(48, 'a'), "{7e663edd-ba59-5ec3-82ee-d8704f60502a}"},
        {std::string(49, 'a'), "{5b352552-85ed-5448-8ce4-5e663e41ed6a}"},
        {std::string(127, 'a'), "{c0174f29-0761-5fd2-8f58-7e805210a12c}"},
    };
    char text[WIN_GUID_SIZE];
    GUID guid;
    GUID again;

    for (const auto &c : cases) {
        vnic__win_guid_of_name(c.name.c_str(), &guid);
        vnic__win_guid_text(&guid, text);
        EXPECT_STREQ(text, c.guid) << c.name;
    }
    vnic__win_guid_of_name("tun0", &guid);
    vnic__win_guid_of_name("TUN0", &again);
    EXPECT_EQ(memcmp(&guid, &again, sizeof guid), 0);
}
