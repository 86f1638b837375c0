/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One of the two rings of a Wintun session, by the rules of Wintun 0.14: api/session.c of its source
 * (WintunReceivePacket, WintunReleaseReceivePacket, WintunAllocateSendPacket, WintunSendPacket). The
 * producer of one ring is the driver, that of the other the program; here both are this class.
 */
#ifndef VNIC_TESTS_MODEL_RING_H
#define VNIC_TESTS_MODEL_RING_H

#include <windows.h>

#include <cstdint>
#include <map>
#include <vector>

namespace model
{

class Ring
{
  public:
    explicit Ring(uint32_t capacity);

    /* Room for a packet; NULL and ERROR_BUFFER_OVERFLOW, ERROR_HANDLE_EOF. */
    uint8_t *allocate(uint32_t size, DWORD *ret_error);
    /* It is complete. Packets go out in the order of their allocation; true: at least one did now. */
    bool send(const uint8_t *packet);
    /* The next packet; NULL and ERROR_NO_MORE_ITEMS, ERROR_HANDLE_EOF, ERROR_INVALID_DATA. */
    uint8_t *receive(uint32_t *ret_size, DWORD *ret_error);
    /* It was read. Room comes back in the order of the packets, whatever the order of the calls. */
    void release(const uint8_t *packet);
    /* The adapter ends: every call finds the end of the file. */
    void end();
    /* The length of the next packet becomes impossible. */
    void corrupt();

    bool is_empty() const
    {
        return next_head_ == tail_;
    }
    /* The bytes of a packet, from its header in the ring. */
    static uint32_t size_of(const uint8_t *packet);
    /* Packets that one side has and the other does not know of yet. */
    size_t out() const
    {
        return allocated_.size() + received_.size();
    }

  private:
    struct Piece {
        uint32_t size; /* with its header, aligned */
        bool done;     /* sent, or released, but one before it is not */
    };

    uint32_t word(uint32_t at) const;
    void set_word(uint32_t at, uint32_t value);
    uint32_t wrap(uint32_t value) const
    {
        return value & (capacity_ - 1);
    }
    uint32_t place_of(const uint8_t *packet) const;
    bool finish(std::map<uint32_t, Piece> *pieces, uint32_t place, const char *what);

    uint32_t capacity_;
    std::vector<uint8_t> data_;
    bool ended_ = false;
    uint32_t head_ = 0, tail_ = 0;           /* what the two sides tell each other */
    uint32_t next_head_ = 0, next_tail_ = 0; /* where each side is */
    std::map<uint32_t, Piece> allocated_, received_;
};

}

#endif
