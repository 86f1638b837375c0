# SPDX-License-Identifier: Apache-2.0
# The in-memory backend: portable C above core/os.h, in every build.
set(VNIC_FAKE_SOURCES
    fake_address.c
    fake_backend.c
    fake_conf.c
    fake_exact.c
    fake_flow.c
    fake_io.c
    fake_pair.c
    fake_peer.c
    fake_queue.c
)
