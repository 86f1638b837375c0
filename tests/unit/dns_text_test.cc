/* SPDX-License-Identifier: Apache-2.0 */
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "vnic/error.h"

extern "C" {
#include "core/dns_text.h"
#include "core/inet_text.h"
}

namespace
{

/* Back to text, in one form. */
std::string text_of(const struct vnic__dns &dns)
{
    std::string text;

    for (int i = 0; i < dns.n_servers; i++) {
        char buf[VNIC__INET_TEXT_MAX];
        size_t len = dns.servers[i].family == VNIC_IPV4
                         ? vnic__ipv4_format(dns.servers[i].addr, buf)
                         : vnic__ipv6_format(dns.servers[i].addr, buf);
        text += (text.empty() ? "" : " ") + std::string(buf, len);
    }
    if (dns.search[0] != '\0') {
        text += (text.empty() ? "search " : " search ") + std::string(dns.search);
    }
    return text;
}

TEST(DnsText, IsRead)
{
    const struct {
        const char *text, *same;
    } cases[] = {
        {"", ""},
        {" ,\t\n", ""},
        {"1.1.1.1", "1.1.1.1"},
        {"1.1.1.1 fd00::53", "1.1.1.1 fd00::53"},
        {"fd00:0::0053,1.1.1.1", "fd00::53 1.1.1.1"},
        {"127.0.0.53", "127.0.0.53"},
        {"search corp.example", "search corp.example"},
        {"1.1.1.1 search corp.example, example.org", "1.1.1.1 search corp.example,example.org"},
        {"search Corp.Example.", "search Corp.Example"},
        {"search a_b.x-y.1a search", "search a_b.x-y.1a,search"},
    };
    for (const auto &c : cases) {
        struct vnic__dns dns;
        struct vnic_error err;
        EXPECT_EQ(0, vnic__dns_parse(c.text, &dns, &err)) << c.text << ": " << err.text;
        EXPECT_EQ(c.same, text_of(dns)) << c.text;
    }
}

TEST(DnsText, IsRefusedInWords)
{
    const std::string label63(63, 'a'), label64(64, 'a');
    const struct {
        std::string text;
        int code;
        std::string quotes;
    } cases[] = {
        {"1.1.1", VNIC_EADDR, "\"1.1.1\""},
        {"1.1.1.1/24", VNIC_EADDR, "\"1.1.1.1/24\""},
        {"fe80::1%eth0", VNIC_EADDR, "fe80::1%eth0"},
        {"0.0.0.0", VNIC_EADDR, "0.0.0.0"},
        {"::", VNIC_EADDR, "\"::\""},
        {"224.0.0.1", VNIC_EADDR, "224.0.0.1"},
        {"ff02::1", VNIC_EADDR, "ff02::1"},
        {"corp.example", VNIC_EADDR, "corp.example"},
        {"1.1.1.1 Search x", VNIC_EADDR, "Search"},
        {"1.1.1.1 fd00::1 1.1.1.1", VNIC_EEXIST, "1.1.1.1"},
        {"fd00::1 fd00:0:0::1", VNIC_EEXIST, "fd00:0:0::1"},
        {"search", VNIC_EINVAL, "search"},
        {"1.1.1.1 search", VNIC_EINVAL, "search"},
        {"search 8.8.8.8", VNIC_EINVAL, "8.8.8.8"},
        {"search fd00::1", VNIC_EINVAL, "fd00::1"},
        {"search .", VNIC_EINVAL, "\".\""},
        {"search a..b", VNIC_EINVAL, "a..b"},
        {"search .a", VNIC_EINVAL, ".a"},
        {"search -a.b", VNIC_EINVAL, "-a.b"},
        {"search a-.b", VNIC_EINVAL, "a-.b"},
        {"search a.b-", VNIC_EINVAL, "a.b-"},
        {"search b\xc3\xbc"
         "cher.example",
         VNIC_EINVAL, "xn--"},
        {"search " + label64, VNIC_EINVAL, label64},
        {"search " + label63 + "." + label63 + "." + label63 + "." + label63, VNIC_EINVAL, "aaa"},
        {"search a.example A.Example.", VNIC_EEXIST, "A.Example"},
    };
    for (const auto &c : cases) {
        struct vnic__dns dns;
        struct vnic_error err;
        EXPECT_EQ(c.code, vnic__dns_parse(c.text.c_str(), &dns, &err)) << c.text;
        EXPECT_EQ(c.code, vnic__dns_parse(c.text.c_str(), &dns, nullptr)) << c.text;
        EXPECT_STREQ("dns", err.field);
        EXPECT_NE(nullptr, std::strstr(err.text, c.quotes.c_str())) << err.text;
    }
}

TEST(DnsText, HasLimits)
{
    struct vnic__dns dns;
    struct vnic_error err;
    std::string servers, domains = "search";
    for (int i = 1; i <= VNIC__DNS_SERVERS_MAX; i++) {
        servers += "10.0.0." + std::to_string(i) + " ";
    }
    EXPECT_EQ(0, vnic__dns_parse(servers.c_str(), &dns, &err)) << err.text;
    EXPECT_EQ(VNIC__DNS_SERVERS_MAX, dns.n_servers);
    servers += "10.0.1.1";
    EXPECT_EQ(VNIC_EINVAL, vnic__dns_parse(servers.c_str(), &dns, &err));
    EXPECT_NE(nullptr, std::strstr(err.text, "10.0.1.1")) << err.text;
    /* Sixteen times 63 and fifteen commas are 1023 characters, as many as there may be. */
    for (int i = 0; i < 16; i++) {
        domains += " " + std::string(61, 'a') + std::to_string(10 + i);
    }
    EXPECT_EQ(0, vnic__dns_parse(domains.c_str(), &dns, &err)) << err.text;
    EXPECT_EQ(1023u, std::strlen(dns.search));
    EXPECT_EQ(VNIC_EINVAL, vnic__dns_parse((domains + " b").c_str(), &dns, &err));
}

TEST(DnsText, IsCompared)
{
    const struct {
        const char *a, *b;
        int same;
    } cases[] = {
        {"", "", 1},
        {"1.1.1.1 search a.b", "1.1.1.1 search A.B", 1},
        {"1.1.1.1", "1.1.1.2", 0},
        {"1.1.1.1 1.1.1.2", "1.1.1.2 1.1.1.1", 0},
        {"1.1.1.1", "1.1.1.1 search a", 0},
        {"search a b", "search b a", 0},
        {"1.1.1.1", "", 0},
    };
    for (const auto &c : cases) {
        struct vnic__dns a, b;
        ASSERT_EQ(0, vnic__dns_parse(c.a, &a, nullptr));
        ASSERT_EQ(0, vnic__dns_parse(c.b, &b, nullptr));
        EXPECT_EQ(c.same, vnic__dns_same(&a, &b)) << c.a << " / " << c.b;
    }
}

} /* namespace */
