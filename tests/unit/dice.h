/* tests/unit/dice.h: pseudorandom numbers, the same in every run and on every machine: 64-bit
 * xorshift (Marsaglia 2003, jstatsoft.org/v08/i14). The seed must not be 0. */
#ifndef TESTS_UNIT_DICE_H
#define TESTS_UNIT_DICE_H

#include <stdint.h>

static inline uint64_t dice_roll(uint64_t *dice) {
  *dice ^= *dice << 13;
  *dice ^= *dice >> 7;
  *dice ^= *dice << 17;
  return *dice;
}

static inline int64_t dice_below(uint64_t *dice, int64_t sides) {
  return (int64_t)(dice_roll(dice) % (uint64_t)sides);
}

#endif
