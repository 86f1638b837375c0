/* SPDX-License-Identifier: Apache-2.0 */
/* The seed and the size of a random run: new every time and printed; VNIC_SEGMENT_SEED repeats one, and
 * VNIC_SEGMENT_TIMES makes all runs that many times longer. */
#ifndef VNIC_TESTS_SEGMENT_SEED_H
#define VNIC_TESTS_SEGMENT_SEED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <random>

namespace model
{

inline uint32_t env_or(const char *name, uint32_t fallback)
{
    const char *text = getenv(name);
    return text != nullptr ? static_cast<uint32_t>(strtoul(text, nullptr, 0)) : fallback;
}

inline uint32_t run_seed()
{
    static const uint32_t seed = [] {
        uint32_t s = env_or("VNIC_SEGMENT_SEED", std::random_device{}());
        printf("seed: VNIC_SEGMENT_SEED=%u\n", s);
        return s;
    }();
    return seed;
}

inline uint32_t run_cases(uint32_t cases)
{
    return cases * env_or("VNIC_SEGMENT_TIMES", 1);
}

}

#endif
