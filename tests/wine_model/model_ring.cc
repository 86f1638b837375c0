/* SPDX-License-Identifier: Apache-2.0 */
#include "model_machine.h"

#include <cstring>

#include "model_ring.h"

namespace model
{
namespace
{

/* wintun.h: WINTUN_MAX_IP_PACKET_SIZE; api/session.c: TUN_ALIGNMENT and the header, a ULONG. */
constexpr uint32_t MAX_PACKET = 0xFFFF;
constexpr uint32_t ALIGNMENT = 4;
constexpr uint32_t HEADER = 4;

uint32_t align(uint32_t size)
{
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

}

/* A packet that begins before the end of the ring goes on behind it: nothing is ever in two parts. */
Ring::Ring(uint32_t capacity) : capacity_(capacity), data_(capacity + align(HEADER + MAX_PACKET))
{
}

uint32_t Ring::word(uint32_t at) const
{
    uint32_t value;
    memcpy(&value, data_.data() + at, sizeof value);
    return value;
}

void Ring::set_word(uint32_t at, uint32_t value)
{
    memcpy(data_.data() + at, &value, sizeof value);
}

uint32_t Ring::size_of(const uint8_t *packet)
{
    uint32_t value;
    memcpy(&value, packet - HEADER, sizeof value);
    return value;
}

uint32_t Ring::place_of(const uint8_t *packet) const
{
    return static_cast<uint32_t>(packet - data_.data()) - HEADER;
}

uint8_t *Ring::allocate(uint32_t size, DWORD *ret_error)
{
    uint32_t whole = align(HEADER + size);
    if (size > MAX_PACKET)
        mistake("a packet of " + std::to_string(size) + " bytes is asked for");
    *ret_error = ended_ ? ERROR_HANDLE_EOF : ERROR_BUFFER_OVERFLOW;
    if (ended_ || whole > wrap(head_ - next_tail_ - ALIGNMENT))
        return nullptr;
    uint32_t place = next_tail_;
    set_word(place, size);
    allocated_[place] = {whole, false};
    next_tail_ = wrap(next_tail_ + whole);
    return data_.data() + place + HEADER;
}

/* Marks a piece, which must be out and only once. */
bool Ring::finish(std::map<uint32_t, Piece> *pieces, uint32_t place, const char *what)
{
    auto found = pieces->find(place);
    if (found == pieces->end() || found->second.done) {
        mistake(std::string("a packet is ") + what + " that is not out");
        return false;
    }
    found->second.done = true;
    return true;
}

bool Ring::send(const uint8_t *packet)
{
    uint32_t before = tail_;
    if (!finish(&allocated_, place_of(packet), "sent"))
        return false;
    for (auto next = allocated_.find(tail_); next != allocated_.end() && next->second.done;
         next = allocated_.find(tail_)) {
        tail_ = wrap(tail_ + next->second.size);
        allocated_.erase(next);
    }
    return tail_ != before;
}

uint8_t *Ring::receive(uint32_t *ret_size, DWORD *ret_error)
{
    uint32_t content = wrap(tail_ - next_head_);
    *ret_error = ended_ ? ERROR_HANDLE_EOF : ERROR_NO_MORE_ITEMS;
    if (ended_ || next_head_ == tail_)
        return nullptr;
    uint32_t size = word(next_head_);
    *ret_error = ERROR_INVALID_DATA;
    if (size > MAX_PACKET || align(HEADER + size) > content)
        return nullptr;
    uint32_t place = next_head_;
    received_[place] = {align(HEADER + size), false};
    next_head_ = wrap(next_head_ + align(HEADER + size));
    *ret_size = size;
    return data_.data() + place + HEADER;
}

void Ring::release(const uint8_t *packet)
{
    if (!finish(&received_, place_of(packet), "released"))
        return;
    for (auto next = received_.find(head_); next != received_.end() && next->second.done;
         next = received_.find(head_)) {
        head_ = wrap(head_ + next->second.size);
        received_.erase(next);
    }
}

void Ring::end()
{
    ended_ = true;
}

void Ring::corrupt()
{
    set_word(next_head_, 0x7FFFFFFF);
}

}
