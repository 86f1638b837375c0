/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a failed operation must leave as it was: the interfaces and addresses of the namespaces, and
 * what the process holds. Asked for by system calls of the test's own, never through the failing door.
 */
#ifndef VNIC_TESTS_FAULT_STATE_H
#define VNIC_TESTS_FAULT_STATE_H

#include <gtest/gtest.h>

#include <string>

namespace fault
{

/*
 * Every link and address that a namespace has, one a line, without counters, timestamps and what the
 * kernel sets later by itself. sock is a netlink socket that was made there.
 */
std::string list_links(int sock);

/* What the process holds: blocks of the library, descriptors with what they are, threads. */
std::string list_holdings();

/* A fresh network namespace for each test, and a second one for those that need one. */
class Namespaces : public ::testing::Test
{
  protected:
    void SetUp() override;
    void TearDown() override;

    /* Enters the other namespace, or the test's own. */
    void enter(int nsfd);
    /* Links of both namespaces. */
    std::string links() const;

    int here_ = -1, there_ = -1;           /* the namespaces */
    int sock_here_ = -1, sock_there_ = -1; /* netlink sockets in them */
};

}

#endif
