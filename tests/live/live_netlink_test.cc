/* SPDX-License-Identifier: Apache-2.0 */
/* A netlink socket hears more than the answer to the last question. */
#include <cerrno>
#include <cstring>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "conf_fixture.h"

extern "C" {
#include "os/linux/linux_netlink.h"
}

namespace
{

class LiveNetlink : public ConfTest
{
  protected:
    void SetUp() override
    {
        ConfTest::SetUp();
        if (!IsSkipped()) {
            nl.fd = vnic__nl_open();
            ASSERT_GE(nl.fd, 0) << strerror(errno);
        }
    }
    void TearDown() override
    {
        if (nl.fd >= 0) {
            close(nl.fd);
        }
        ConfTest::TearDown();
    }

    /* Asks for lo by its index, 1; the number of links that answered, or a negative errno. */
    int ask()
    {
        struct ifinfomsg head = {};
        struct linux_nl_request req;
        struct linux_nl_result result;
        int links = 0;

        head.ifi_index = 1;
        vnic__nl_begin(&req, RTM_GETLINK, NLM_F_ACK, &head, sizeof head);
        int error = vnic__nl_call(
            &nl, &req,
            [](void *user, const struct linux_nl_msg *msg) {
                *static_cast<int *>(user) += msg->type == RTM_NEWLINK;
                return 0;
            },
            &links, &result);
        return error != 0 ? -error : links;
    }

    /* The address of the library's socket, so that others can write to it. */
    struct sockaddr_nl address() const
    {
        struct sockaddr_nl own = {};
        socklen_t len = sizeof own;
        EXPECT_EQ(getsockname(nl.fd, reinterpret_cast<struct sockaddr *>(&own), &len), 0);
        return own;
    }

    uint32_t seq = 0;
    struct linux_nl_socket nl = {-1, &seq};
};

TEST_F(LiveNetlink, AnswersOfOthersThanTheKernelAreDropped)
{
    ASSERT_EQ(ask(), 1);
    struct {
        struct nlmsghdr head;
        struct nlmsgerr body;
    } forged = {};
    struct sockaddr_nl victim = address();
    int other = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    /* What the next question will be answered with, if the forger has his way. */
    forged.head.nlmsg_len = sizeof forged;
    forged.head.nlmsg_type = NLMSG_ERROR;
    forged.head.nlmsg_seq = seq + 1;
    forged.body.error = -EPERM;
    ASSERT_EQ(sendto(other, &forged, sizeof forged, 0, reinterpret_cast<struct sockaddr *>(&victim),
                     sizeof victim),
              static_cast<ssize_t>(sizeof forged))
        << strerror(errno);
    close(other);
    EXPECT_EQ(ask(), 1);
}

TEST_F(LiveNetlink, TheRestOfAnEarlierAnswerIsPassedOver)
{
    struct ifinfomsg head = {};
    struct linux_nl_request dump;
    struct sockaddr_nl kernel = {};

    kernel.nl_family = AF_NETLINK;
    vnic__nl_begin(&dump, RTM_GETLINK, NLM_F_ACK, &head, sizeof head);
    auto *raw = reinterpret_cast<struct nlmsghdr *>(dump.words);
    raw->nlmsg_len = static_cast<uint32_t>(dump.len);
    raw->nlmsg_seq = 4711;
    ASSERT_GT(sendto(nl.fd, dump.words, dump.len, 0, reinterpret_cast<struct sockaddr *>(&kernel),
                     sizeof kernel),
              0);
    EXPECT_EQ(ask(), 1) << "the answer to 4711 came first, and was none of ours";
}

TEST_F(LiveNetlink, ARefusalHasTheKernelsWords)
{
    struct ifinfomsg head = {};
    struct linux_nl_request req;
    struct linux_nl_result result;

    ASSERT_EQ(ip("tuntap add vx mode tap"), 0) << output;
    std::string index = ip_says("-o link show vx");
    head.ifi_index = std::stoi(index);
    vnic__nl_begin(&req, RTM_SETLINK, NLM_F_ACK, &head, sizeof head);
    vnic__nl_put_u32(&req, IFLA_MTU, 65522);
    EXPECT_EQ(vnic__nl_call(&nl, &req, nullptr, nullptr, &result), EINVAL);
    EXPECT_EQ(result.from_kernel, 1u);
    EXPECT_STREQ(result.text, "mtu greater than device maximum");
}

TEST_F(LiveNetlink, ASocketThatIsNoneIsNotTheKernelsRefusal)
{
    struct ifinfomsg head = {};
    struct linux_nl_request req;
    struct linux_nl_result result;
    struct linux_nl_socket none = {-1, &seq};

    vnic__nl_begin(&req, RTM_GETLINK, NLM_F_ACK, &head, sizeof head);
    EXPECT_EQ(vnic__nl_call(&none, &req, nullptr, nullptr, &result), EBADF);
    EXPECT_EQ(result.from_kernel, 0u);
}

TEST_F(LiveNetlink, AReaderThatStopsHasItsReasonReported)
{
    struct ifinfomsg head = {};
    struct linux_nl_request req;
    struct linux_nl_result result;

    vnic__nl_begin(&req, RTM_GETLINK, NLM_F_DUMP, &head, sizeof head);
    EXPECT_EQ(vnic__nl_call(
                  &nl, &req, [](void *, const struct linux_nl_msg *) { return ENOMEM; }, nullptr,
                  &result),
              ENOMEM);
    EXPECT_EQ(result.from_kernel, 0u);
    EXPECT_EQ(ask(), 1) << "the answer was read to its end all the same";
}

}
