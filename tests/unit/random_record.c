/* random_record.c: implements random_record.h. */
#include "random_record.h"

#include "dice.h"

static uint64_t seed = 1;

int64_t below(int64_t sides) {
  return dice_below(&seed, sides);
}

static int64_t or_none(int64_t value) {
  return below(4) == 0 ? -1 : value;
}

void random_body(record *r, const record_bounds *most) {
  session_record *session = &r->u.session_row;
  prompt_record *prompt = &r->u.prompt;
  response_record *response = &r->u.response;
  tool_use_record *use = &r->u.use;
  tool_result_record *result = &r->u.result;
  decision_record *decision = &r->u.decision;
  span_record *span = &r->u.span;
  event_record *event = &r->u.event;
  change_record *change = &r->u.change;
  switch (r->kind) {
  case RECORD_SESSION:
    session->platform = (uint32_t)below(3);
    session->workspace = (uint32_t)below(3);
    session->branch = (uint32_t)below(3);
    session->version = (uint32_t)below(3);
    session->entrypoint = (uint32_t)below(3);
    session->version_rank = below(3);
    break;
  case RECORD_PROMPT:
    prompt->characters = or_none(below(most->characters));
    prompt->features = (int)below(8);
    prompt->mode = (int)below(3);
    break;
  case RECORD_RESPONSE:
    response->model = (uint32_t)below(3);
    response->input = or_none(below(3));
    response->output = or_none(below(4));
    response->cache_read = or_none(below(most->tokens));
    response->cache_write_5m = or_none(below(2));
    response->cache_write_1h = or_none(below(2));
    response->reasoning = or_none(0);
    response->web_searches = or_none(below(3));
    response->cost_nano = or_none(below(most->counts));
    response->stop = (int)below(3);
    response->speed = (int)below(2);
    response->placeholder = (int)below(2);
    break;
  case RECORD_TOOL_USE:
    use->tool = (uint32_t)below(3);
    use->file = (uint32_t)below(3);
    use->category = (int)below(3);
    use->added = or_none(below(most->counts));
    use->removed = or_none(below(most->counts));
    break;
  case RECORD_TOOL_RESULT:
    result->outcome = (int)below(6);
    result->failure = (int)below(2);
    result->added = or_none(below(most->counts));
    result->removed = or_none(below(most->counts));
    result->duration_us = or_none(below(most->counts));
    result->file = (uint32_t)below(3);
    break;
  case RECORD_DECISION:
    decision->decision = (int)below(2);
    decision->outcome = (int)below(2);
    decision->language = (int)below(3);
    decision->lines = or_none(below(most->counts));
    break;
  case RECORD_SPAN:
    span->added = or_none(below(most->counts));
    span->removed = or_none(below(most->counts));
    span->files = or_none(below(most->counts));
    break;
  case RECORD_EVENT:
    event->event = (int)below(3);
    event->detail = (int)below(2);
    event->command = (uint32_t)below(3);
    event->value = or_none(below(most->counts));
    break;
  case RECORD_CHANGE:
    change->change = (int)below(3);
    change->type = (int)below(3);
    change->assisted = (int)below(3) - 1;
    change->added = or_none(below(most->counts));
    change->removed = or_none(below(most->counts));
    change->files = or_none(below(most->counts));
    change->rounds = or_none(below(most->counts));
    change->open_us = or_none(below(most->counts));
    break;
  case RECORD_KINDS: break;
  }
}
