/* tests/unit/random_record.h: what records say, by dice: few distinct values, so that ties and partial ties are common.
 * Labels are small numbers, 0 for none. */
#ifndef TESTS_UNIT_RANDOM_RECORD_H
#define TESTS_UNIT_RANDOM_RECORD_H

#include "dice.h"
#include "sources/record.h"

static uint64_t seed = 1;

static int64_t below(int64_t sides) {
  return dice_below(&seed, sides);
}

static int64_t or_none(int64_t value) {
  return below(4) == 0 ? -1 : value;
}

/* How many distinct values there are. */
typedef struct record_bounds {
  int64_t counts, characters, tokens;
} record_bounds;

/* Of a record that is all zero but for its kind, what is told by that kind. */
static void random_body(record *r, const record_bounds *most) {
  switch (r->kind) {
  case RECORD_SESSION:
    r->u.session_row = (session_record){(uint32_t)below(3), (uint32_t)below(3), (uint32_t)below(3),
                                        (uint32_t)below(3), (uint32_t)below(3), below(3)};
    break;
  case RECORD_PROMPT:
    r->u.prompt = (prompt_record){or_none(below(most->characters)), (int)below(8), (int)below(3)};
    break;
  case RECORD_RESPONSE:
    r->u.response = (response_record){.model = (uint32_t)below(3),
                                      .input = or_none(below(3)),
                                      .output = or_none(below(4)),
                                      .cache_read = or_none(below(most->tokens)),
                                      .cache_write_5m = or_none(below(2)),
                                      .cache_write_1h = or_none(below(2)),
                                      .reasoning = or_none(0),
                                      .web_searches = or_none(below(3)),
                                      .cost_nano = or_none(below(most->counts)),
                                      .stop = (int)below(3),
                                      .speed = (int)below(2),
                                      .placeholder = (int)below(2)};
    break;
  case RECORD_TOOL_USE:
    r->u.use = (tool_use_record){.tool = (uint32_t)below(3),
                                 .file = (uint32_t)below(3),
                                 .category = (int)below(3),
                                 .added = or_none(below(most->counts)),
                                 .removed = or_none(below(most->counts))};
    break;
  case RECORD_TOOL_RESULT:
    r->u.result = (tool_result_record){.outcome = (int)below(6),
                                       .failure = (int)below(2),
                                       .added = or_none(below(most->counts)),
                                       .removed = or_none(below(most->counts)),
                                       .duration_us = or_none(below(most->counts)),
                                       .file = (uint32_t)below(3)};
    break;
  case RECORD_DECISION:
    r->u.decision = (decision_record){(int)below(2), (int)below(2), (int)below(3),
                                      or_none(below(most->counts))};
    break;
  case RECORD_SPAN:
    r->u.span = (span_record){or_none(below(most->counts)), or_none(below(most->counts)),
                              or_none(below(most->counts))};
    break;
  case RECORD_EVENT:
    r->u.event = (event_record){(int)below(3), (int)below(2), (uint32_t)below(3),
                                or_none(below(most->counts))};
    break;
  case RECORD_CHANGE:
    r->u.change = (change_record){(int)below(3),
                                  (int)below(3),
                                  (int)below(3) - 1,
                                  or_none(below(most->counts)),
                                  or_none(below(most->counts)),
                                  or_none(below(most->counts)),
                                  or_none(below(most->counts)),
                                  or_none(below(most->counts))};
    break;
  case RECORD_KINDS: break;
  }
}

#endif
